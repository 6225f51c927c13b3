"""The trackers of a campaign against the wall, gross and net, and component by component."""

from collections.abc import Iterable
from dataclasses import replace
from math import hypot
from typing import Any

from analysis.agreement.assessment import assess
from analysis.agreement.comparison import compare
from analysis.agreement.references import (
    CPU,
    GPU,
    RAM,
    WALL,
    WALL_NET,
    Both,
    Reference,
    both_of,
    pairs_of,
    uncertainties,
)
from analysis.agreement.verdict import short, statement, verdict
from analysis.maths.arrays import ratio
from analysis.maths.describe import upper_bound
from records.rows.agreement import AgreementRow, AssessmentColumns, ComparedColumns, TrackerRow

ALL = "all"
"""Name under which a tracker is compared over all its scenarios."""


def agreement_rows(
    tracker_rows: list[TrackerRow], confidence: float, background_u_w: float = 0.0
) -> list[AgreementRow]:
    """Compare trackers with the meter per scenario, and over all scenarios.

    Only runs in which both have an energy are used. Ratios are those of the sums, so that short runs do
    not weigh as much as long ones; the bias is the mean of tracker minus meter per run. Over all
    scenarios the runs of one scenario are repeats and no independent evidence.

    Args:
        tracker_rows: of the campaign.
        confidence: of the intervals.
        background_u_w: see `scope_rows`; it decides whether ``ratio_net`` is resolved.
    """
    return against(WALL, tracker_rows, confidence, background_u_w)


def scope_rows(
    tracker_rows: list[TrackerRow], confidence: float, background_u_w: float = 0.0
) -> list[AgreementRow]:
    """Compare trackers with what lies nearer to their scope: the wall net of the baseline, and components.

    The rows are those of `agreement_rows`, with another reference named in ``against``. CPU and memory are
    compared where their own counters could be read.

    Args:
        tracker_rows: of the campaign.
        confidence: of the intervals.
        background_u_w: how the background of one run differs from its baseline (`BaselinePower`): what is net
            of the baseline differs by it from run to run, and no two runs share it.
    """
    net = against(WALL_NET, tracker_rows, confidence, background_u_w)
    parts = [row for part in (GPU, CPU, RAM) for row in against(part, tracker_rows, confidence)]
    return net + parts


def against(
    reference: Reference, tracker_rows: list[TrackerRow], confidence: float, background_u_w: float = 0.0
) -> list[AgreementRow]:
    """Compare all trackers with one reference; see `agreement_rows`."""
    return [
        row
        for tracker in dict.fromkeys(row.tracker for row in tracker_rows)
        for row in _of_tracker(tracker, tracker_rows, reference, confidence, background_u_w)
    ]


def _of_tracker(
    tracker: str,
    every: list[TrackerRow],
    reference: Reference,
    confidence: float,
    background_u_w: float,
) -> list[AgreementRow]:
    own = both_of([row for row in every if row.tracker == tracker], reference)
    if not own:
        return []
    scenarios = dict.fromkeys(both.row.scenario for both in own)
    parts = {name: [both for both in own if both.row.scenario == name] for name in scenarios}
    return [
        _row(name, part, reference, confidence, background_u_w) for name, part in {**parts, ALL: own}.items()
    ]


def _row(
    scenario: str, runs: list[Both], reference: Reference, confidence: float, background_u_w: float
) -> AgreementRow:
    pairs = pairs_of(runs, reference, background_u_w)
    compared = compare(pairs, confidence)
    assessment = assess(pairs, compared, confidence)
    assessed = assessment.columns(compared)
    tracker_wh = sum(both.claimed_wh for both in runs)
    gross_wh = _sum((both.row.meter_wh for both in runs), reference)
    net_wh = _sum((both.row.meter_net_wh for both in runs), reference)
    with_net_wh = _sum((both.claimed_wh for both in runs if both.row.meter_net_wh is not None), reference)
    tracker = runs[0].row.tracker
    net_bound_wh = upper_bound(net_wh, _sum_u(runs, WALL_NET, background_u_w))
    reference_wh = sum(both.measured_wh for both in runs)
    bound_wh = upper_bound(reference_wh, _sum_u(runs, reference, background_u_w))
    if reference.is_difference and bound_wh is not None:
        said = (
            f"{tracker} against {reference.words} for {_where(scenario)}: not resolved, the energy above the "
            f"baseline cannot be told from zero; it is at most {short(bound_wh)} Wh (n = {len(runs)})"
        )
        columns, assessed = _without_ratios(compared.columns()), _unresolved(assessed)
        stated = said
    else:
        asked = (f"{tracker}{reference.subject}", reference.words, _where(scenario), compared)
        said, stated = verdict(*asked), statement(*asked, assessment)
        columns = compared.columns()
    return AgreementRow(
        tracker=tracker,
        scenario=scenario,
        n=len(runs),
        tracker_wh=tracker_wh,
        meter_wh=gross_wh,
        meter_net_wh=net_wh,
        ratio=ratio(tracker_wh if gross_wh is not None else None, gross_wh),
        ratio_net=ratio(with_net_wh, net_wh) if net_bound_wh is None else None,
        ratio_net_bound=ratio(with_net_wh, net_bound_wh),
        bias_wh=compared.bias.value,
        bias_low_wh=compared.bias.low,
        bias_high_wh=compared.bias.high,
        against=reference.name,
        scope=" or ".join(dict.fromkeys(reference.scope(both.row) for both in runs)),
        reference_wh=reference_wh,
        compared=columns,
        verdict=said,
        assessed=replace(assessed, statement=stated),
    )


def _sum_u(runs: list[Both], reference: Reference, background_u_w: float) -> float:
    """Return the standard uncertainty of the sum of the energies of a reference.

    What is not known to differ from run to run is taken as the same in all of them.
    """
    random_u, shared_u = uncertainties(runs, reference, background_u_w)
    return hypot(*random_u, sum(shared_u))


def _without_ratios(columns: ComparedColumns) -> ComparedColumns:
    """Empty what is relative to an energy that cannot be told from zero."""
    return replace(
        columns,
        total_ratio=None,
        total_ratio_low=None,
        total_ratio_high=None,
        factor=None,
        factor_low=None,
        factor_high=None,
        mape_pct=None,
        equivalence_pct=None,
        equivalence_pct_low=None,
        equivalence_pct_high=None,
        equivalence_p=None,
        equivalent="not shown",
    )


def _unresolved(assessed: AssessmentColumns) -> AssessmentColumns:
    """Empty what is relative to an energy that cannot be told from zero, and give no verdict."""
    ratios: dict[str, Any] = {
        f"{name}{end}": None
        for name in ("geometric_ratio", "ratio_lower", "ratio_upper")
        for end in ("", "_low", "_high")
    }
    reason = "the energy above the baseline cannot be told from zero"
    return replace(
        assessed,
        **ratios,
        ratio_without=None,
        decision="cannot say",
        decision_reason=reason,
        meter_u_pct=None,
    )


def _where(scenario: str) -> str:
    return "all scenarios" if scenario == ALL else scenario


def _sum(values: Iterable[float | None], reference: Reference) -> float | None:
    """Return the sum of the values that are known; none with a component."""
    known = [value for value in values if value is not None]
    return sum(known) if known and reference.at_wall else None
