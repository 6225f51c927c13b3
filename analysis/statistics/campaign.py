"""The statistics of a campaign, as rows of its results."""

from dataclasses import replace
from itertools import combinations

from analysis.scenario.groups import Group
from analysis.statistics.comparison import compare
from analysis.statistics.correlation import EPOCH_COMPANIONS, correlation_row
from analysis.statistics.cost import with_equivalence
from analysis.statistics.description import statistics_row
from analysis.statistics.families import adjust_families
from analysis.statistics.mixed import mixed_model
from analysis.statistics.samples import QUANTITIES, Sample, sample_of
from records.rows.statistics import ComparisonRow, CorrelationRow, MixedModelRow, StatisticsRow
from records.settings.analysis import AnalysisSettings
from records.tracker_columns import TRACKED


def statistics_rows(groups: list[Group], settings: AnalysisSettings) -> list[StatisticsRow]:
    """Describe every scenario, quantity by quantity."""
    samples = (_sample(group, quantity) for group in groups for quantity in QUANTITIES)
    rows = (statistics_row(sample, settings.confidence) for sample in samples)
    return [row for row in rows if row is not None]


def comparison_rows(groups: list[Group], settings: AnalysisSettings) -> list[ComparisonRow]:
    """Compare all pairs of scenarios that ran without a tracker; each quantity is a family of tests."""
    rows = []
    for quantity in QUANTITIES:
        for (group_a, a), (group_b, b) in combinations(_plain(groups, quantity), 2):
            rows.append(_compared(group_a, group_b, a, b, settings))
    return adjust_families(rows)


def cost_rows(groups: list[Group], settings: AnalysisSettings) -> list[ComparisonRow]:
    """Compare each scenario with a tracker with the same one without it: what the tracker itself costs.

    A baseline has no induced energy of its own; there the gross energy is compared
    (docs/explanation/method.md#a-tracker-against-the-meter). Runs during which the tracker failed
    are left out.
    """
    plain = {group.scenario: group for group in groups if group.tracker is None}
    rows = []
    for group in map(_while_tracking, groups):
        without = plain.get(group.scenario)
        if group.tracker is None or without is None:
            continue
        for quantity in ("energy_wh" if group.kind == "baseline" else "induced_wh", "duration_s"):
            a, b = _sample(without, quantity), _sample(group, quantity)
            if a.n and b.n:
                row = _compared(without, group, a, b, settings)
                rows.append(with_equivalence(row, settings.confidence))
    return adjust_families(rows)


def _while_tracking(group: Group) -> Group:
    """Return a group without the runs during which its tracker failed; it may be empty."""
    worked = [
        all((claim.claim.get("outcome") or "ok") in TRACKED for claim in run.trackers) for run in group.runs
    ]
    if all(worked):
        return group
    kept = [i for i, fine in enumerate(worked) if fine]
    return replace(group, runs=[group.runs[i] for i in kept], rows=[group.rows[i] for i in kept])


def _compared(
    group_a: Group, group_b: Group, a: Sample, b: Sample, settings: AnalysisSettings
) -> ComparisonRow:
    u_a, u_b = group_a.estimate(a.quantity), group_b.estimate(b.quantity)
    estimates = (u_a, u_b) if u_a is not None and u_b is not None else None
    bounds = group_a.bound(a.quantity, settings.confidence), group_b.bound(b.quantity, settings.confidence)
    return compare(a, b, settings.confidence, estimates, bounds)


def mixed_model_rows(groups: list[Group], settings: AnalysisSettings) -> list[MixedModelRow]:
    """Fit a mixed model over the scenarios, with the block as group, for each quantity.

    The baseline is none of them: it is no work that another could replace, and as a rule it scatters less.
    """
    rows: list[MixedModelRow] = []
    for quantity in QUANTITIES:
        plain = _plain(groups, quantity)
        samples = [sample for group, sample in plain if group.kind != "baseline"]
        rows += mixed_model(samples, settings.confidence)
    return rows


def correlation_rows(groups: list[Group], settings: AnalysisSettings) -> list[CorrelationRow]:
    """Correlate the energy of epochs with what was seen in them."""
    rows = (
        correlation_row(group.label, group.epoch_rows, companion, settings.confidence)
        for group in groups
        for companion in EPOCH_COMPANIONS
    )
    return [row for row in rows if row is not None]


def _plain(groups: list[Group], quantity: str) -> list[tuple[Group, Sample]]:
    """Return the scenarios without a tracker that have the quantity."""
    found = [(group, _sample(group, quantity)) for group in groups if group.tracker is None]
    return [(group, sample) for group, sample in found if sample.n]


def _sample(group: Group, quantity: str) -> Sample:
    return sample_of(group.label, group.rows, group.epoch_rows, quantity)
