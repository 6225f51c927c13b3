"""The uncertainty budget, term by term, as rows of the results (docs/explanation/method.md#uncertainty)."""

from collections.abc import Callable, Iterable
from itertools import combinations
from math import inf
from typing import Required, TypedDict

from analysis.maths.arrays import finite
from analysis.maths.describe import LEAST_FOR_INTERVAL
from analysis.run.measure import Measured, RunMeasure
from analysis.scenario.baseline import Baseline, BaselinePower
from analysis.scenario.estimates import Sample, Share, estimate_mean
from analysis.scenario.groups import Group
from analysis.scenario.rows import induced
from analysis.statistics.samples import pair_of, sample_of
from analysis.statistics.totals import difference_of, ratio_of
from analysis.uncertainty.contributions import Budget, parts_of
from analysis.uncertainty.estimate import Estimate
from analysis.uncertainty.expansion import expanded_closely
from records.rows.budgets import BudgetRow
from records.settings.analysis import AnalysisSettings

_MEANS = ("energy_wh", "induced_wh", "mean_power_w", "duration_s", "wh_per_epoch", "induced_wh_per_epoch")


def budget_rows(
    runs: list[RunMeasure], groups: list[Group], baseline: Baseline, settings: AnalysisSettings
) -> list[BudgetRow]:
    """Return one row per thing and quantity with all terms of its uncertainty.

    Args:
        runs: every counted run.
        groups: of these runs.
        baseline: of the campaign.
        settings: which confidence, and which useful work is shown.
    """
    confidence = settings.confidence
    own = {row.run_dir: row.baseline_power_w for group in groups for row in group.rows}
    rows = [row for group in groups for row in _of_group(group, settings)]
    rows += _comparisons(groups, confidence)
    rows += [row for group in groups for row in _of_trackers(group, confidence)]
    rows += _of_baseline(groups, confidence)
    for run in runs:
        reference = None if own[run.run_dir] is None else baseline.at(run.middle_utc_s, run.run.bench)
        rows += _of_run(run, reference, baseline.scatter_df, confidence)
    return rows


def _of_group(group: Group, settings: AnalysisSettings) -> Iterable[BudgetRow]:
    resolved = group.bound("induced_wh", settings.confidence) is None
    energies = ("wh", "induced_wh") if resolved else ("wh",)
    factors = [f"{kind}_per_{of}" for kind in settings.useful_work for of in energies]
    known = len(group.runs) >= LEAST_FOR_INTERVAL
    for quantity in (*_MEANS, *factors):
        estimate = group.estimate(quantity)
        if estimate is not None:
            what = _Thing(of="scenario", scenario=group.label)
            yield _row(what, quantity, estimate, settings.confidence, known)


def _comparisons(groups: list[Group], confidence: float) -> list[BudgetRow]:
    """Compare all scenarios without a tracker with each other, and those with one with the same without."""
    plain = [group for group in groups if group.tracker is None and group.kind != "baseline"]
    alone = {group.scenario: group for group in groups if group.tracker is None}
    tracked = [(alone[g.scenario], g) for g in groups if g.tracker is not None and g.scenario in alone]
    rows = []
    for a, b in [*combinations(plain, 2), *tracked]:
        known = min(len(a.runs), len(b.runs)) >= LEAST_FOR_INTERVAL
        for quantity in ("energy_wh", "induced_wh"):
            in_a, in_b = a.estimate(quantity), b.estimate(quantity)
            if in_a is None or in_b is None:
                continue
            pair = pair_of(*(sample_of(g.label, g.rows, g.epoch_rows, quantity) for g in (a, b)))
            what = _Thing(of="comparison", scenario=b.label, name=a.label)
            difference = difference_of(pair, in_a, in_b)
            rows.append(_row(what, f"{quantity} difference", difference, confidence, known))
            resolved = all(group.bound(quantity, confidence) is None for group in (a, b))
            if in_a.value > 0 and resolved:
                ratio = ratio_of(pair, in_a, in_b)
                rows.append(_row(what, f"{quantity} ratio", ratio, confidence, known))
    return rows


def _of_trackers(group: Group, confidence: float) -> Iterable[BudgetRow]:
    """Ratio of the sums of a tracker and the meter; a tracker states no uncertainty of its own."""
    samples: dict[str, list[Sample]] = {}
    for run in group.runs:
        for claim in run.trackers:
            claimed, meter = claim.claim["energy_wh"], claim.meter
            if claimed is not None and claimed > 0 and meter is not None and meter.energy_wh is not None:
                shares = [Share(meter.budget)]
                sample = Sample(meter.energy_wh, claimed, run.run.scenario, shares, bench=run.run.bench)
                samples.setdefault(claim.claim["tracker"], []).append(sample)
    for tracker, found in samples.items():
        key = (group.label, f"{tracker} over meter")
        estimate = estimate_mean(found, key, group.baseline, group.causes, inverse=True)
        if estimate is not None:
            what = _Thing(of="tracker", scenario=group.label, name=tracker)
            known = len(found) >= LEAST_FOR_INTERVAL
            yield _row(what, "ratio to the meter", estimate, confidence, known)


def _of_baseline(groups: list[Group], confidence: float) -> list[BudgetRow]:
    for group in groups:
        estimate = group.estimate("mean_power_w")
        if group.kind == "baseline" and group.tracker is None and estimate is not None:
            what = _Thing(of="baseline", scenario=group.label)
            return [_row(what, "power_w", estimate, confidence, known=len(group.runs) >= LEAST_FOR_INTERVAL)]
    return []


class _Thing(TypedDict, total=False):
    """What a row is about."""

    of: Required[str]
    scenario: Required[str]
    slot: int
    run_dir: str
    name: str


def _row(what: _Thing, quantity: str, estimate: Estimate, confidence: float, known: bool) -> BudgetRow:
    """Return the row of an estimate; with fewer than three repeats it has no interval."""
    low, high = estimate.interval(confidence) if known else (None, None)
    return BudgetRow(
        **what,
        quantity=quantity,
        value=estimate.value,
        u=estimate.u,
        df=finite(estimate.df),
        low=low,
        high=high,
        terms=estimate.terms(),
    )


def _of_run(
    run: RunMeasure, reference: BaselinePower | None, baseline_df: float, confidence: float
) -> Iterable[BudgetRow]:
    names: dict[str, tuple[list[Measured], Callable[[int, Measured], str]]] = {
        "run": ([run.whole], lambda i, window: ""),
        "action": (run.actions, lambda i, window: window.window.name),
        "epoch": (run.epochs, lambda i, window: str(i)),
        "call": (run.calls, lambda i, window: window.window.name),
    }
    for of, (windows, name) in names.items():
        for i, window in enumerate(windows, start=1):
            if window.energy_wh is None:
                continue
            what = _Thing(
                of=of,
                scenario=run.run.scenario,
                slot=run.run.slot,
                run_dir=run.run_dir,
                name=name(i, window),
            )
            yield _window_row(what, "energy_wh", window.energy_wh, window.budget, inf, confidence)
            above = induced(window, reference)
            if above is not None:
                yield _window_row(what, "induced_wh", *above, baseline_df, confidence)


def _window_row(
    what: _Thing, quantity: str, value: float, budget: Budget, baseline_df: float, confidence: float
) -> BudgetRow:
    terms = budget.terms()
    parts = parts_of(terms, baseline_df)
    reach = expanded_closely(parts, confidence) if parts.have_interval else None
    return BudgetRow(
        **what,
        quantity=quantity,
        value=value,
        u=parts.u,
        df=finite(parts.df),
        low=None if reach is None else value - reach,
        high=None if reach is None else value + reach,
        terms=terms,
    )
