"""The trackers of a campaign against the wall, gross and net, and component by component."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from math import hypot, sqrt
from typing import Any

from analysis.agreement.assessment import assess
from analysis.agreement.comparison import compare
from analysis.agreement.pairs import Pairs
from analysis.agreement.verdict import short, verdict
from analysis.maths.arrays import ratio
from analysis.maths.describe import upper_bound
from records.rows.agreement import AgreementRow, AssessmentColumns, ComparedColumns, TrackerRow

ALL = "all"
"""Name under which a tracker is compared over all its scenarios."""


_Column = Callable[[TrackerRow], float | None]


@dataclass(frozen=True)
class _Reference:
    """What a tracker is compared with.

    Attributes:
        name: column ``against`` of the row; ``words`` for it in a sentence.
        claim: what the tracker says; ``measured`` the meter or the collector beside it.
        measured_u: standard uncertainty of ``measured``, where it has one.
        scope: words on what each of the two sees, from the row of a run.
    """

    name: str
    words: str
    claim: _Column
    measured: _Column
    measured_u: _Column
    scope: Callable[[TrackerRow], str]


_WALL = _Reference(
    "wall",
    "the wall",
    lambda row: row.energy_wh,
    lambda row: row.meter_wh,
    lambda row: row.meter_u_wh,
    lambda row: f"{_sees(row)} against all that the plug delivers",
)
_WALL_NET = _Reference(
    "wall net",
    "the wall net of the baseline",
    lambda row: row.energy_wh,
    lambda row: row.meter_net_wh,
    lambda row: row.meter_net_u_wh,
    lambda row: f"{_sees(row)} against what the plug delivers above the baseline",
)
_GPU = _Reference(
    "gpu",
    "the sampled GPU power",
    lambda row: row.gpu_wh,
    lambda row: row.collector_gpu_wh,
    lambda row: None,
    lambda row: "its GPU part against the GPU power that the collector sampled",
)


def _sees(row: TrackerRow) -> str:
    return row.scope or "unknown scope"


def agreement_rows(
    tracker_rows: list[TrackerRow], confidence: float, background_u_w: float = 0.0
) -> list[AgreementRow]:
    """Compare trackers with the meter per scenario, and over all scenarios.

    Only runs count in which both have an energy. Ratios are those of the sums, so that short runs do
    not weigh as much as long ones; the bias is the mean of tracker minus meter per run. Over all
    scenarios the runs of one scenario are repeats and no independent evidence.

    Args:
        tracker_rows: of the campaign.
        confidence: of the intervals.
        background_u_w: see `scope_rows`; it decides whether ``ratio_net`` is resolved.
    """
    return _against(_WALL, tracker_rows, confidence, background_u_w)


def scope_rows(
    tracker_rows: list[TrackerRow], confidence: float, background_u_w: float = 0.0
) -> list[AgreementRow]:
    """Compare trackers with what lies nearer to their scope: the wall net of the baseline, and components.

    The rows are those of `agreement_rows`, with another reference named in ``against``. Of CPU and RAM no
    collector sees a power, so that the parts of a tracker there have nothing to be compared with.

    Args:
        tracker_rows: of the campaign.
        confidence: of the intervals.
        background_u_w: how the background of one run differs from its baseline (`BaselinePower`): what is net
            of the baseline differs by it from run to run, and no two runs share it.
    """
    net = _against(_WALL_NET, tracker_rows, confidence, background_u_w)
    return net + _against(_GPU, tracker_rows, confidence)


def power_pairs(rows: list[TrackerRow]) -> Pairs | None:
    """Return the mean powers of the runs of one tracker in W, runs of one scenario as repeats.

    Args:
        rows: of the tracker.

    Returns:
        ``None`` where no run has an energy of both.
    """
    runs = [both for both in _both(rows, _WALL) if _length_h(both.row) > 0]
    if not runs:
        return None
    hours = [_length_h(both.row) for both in runs]
    columns = (
        [both.measured_wh for both in runs],
        [both.claimed_wh for both in runs],
        *_uncertainties(runs, _WALL, 0.0),
    )
    measured, estimated, u, shared_u = (
        [value / length for value, length in zip(column, hours, strict=True)] for column in columns
    )
    scenarios, names = [both.row.scenario for both in runs], [f"run {both.row.slot}" for both in runs]
    return Pairs.of(measured, estimated, u, shared_u, scenarios, names)


def _against(
    reference: _Reference, tracker_rows: list[TrackerRow], confidence: float, background_u_w: float = 0.0
) -> list[AgreementRow]:
    return [
        row
        for tracker in dict.fromkeys(row.tracker for row in tracker_rows)
        for row in _of_tracker(tracker, tracker_rows, reference, confidence, background_u_w)
    ]


@dataclass(frozen=True)
class _Both:
    """A run in which both have an energy."""

    row: TrackerRow
    claimed_wh: float
    measured_wh: float


def _both(rows: list[TrackerRow], reference: _Reference) -> list[_Both]:
    return [
        _Both(row, claimed_wh, measured_wh)
        for row in rows
        if (claimed_wh := reference.claim(row)) is not None
        and (measured_wh := reference.measured(row)) is not None
    ]


def _of_tracker(
    tracker: str,
    every: list[TrackerRow],
    reference: _Reference,
    confidence: float,
    background_u_w: float,
) -> list[AgreementRow]:
    own = _both([row for row in every if row.tracker == tracker], reference)
    if not own:
        return []
    scenarios = dict.fromkeys(both.row.scenario for both in own)
    parts = {name: [both for both in own if both.row.scenario == name] for name in scenarios}
    return [
        _row(name, part, reference, confidence, background_u_w) for name, part in {**parts, ALL: own}.items()
    ]


def _row(
    scenario: str, runs: list[_Both], reference: _Reference, confidence: float, background_u_w: float
) -> AgreementRow:
    pairs = _pairs(runs, reference, background_u_w)
    compared = compare(pairs, confidence)
    assessed = assess(pairs, compared, confidence).columns(compared)
    tracker_wh = sum(both.claimed_wh for both in runs)
    gross_wh = _sum((both.row.meter_wh for both in runs), reference)
    net_wh = _sum((both.row.meter_net_wh for both in runs), reference)
    with_net_wh = _sum((both.claimed_wh for both in runs if both.row.meter_net_wh is not None), reference)
    tracker = runs[0].row.tracker
    net_bound_wh = upper_bound(net_wh, _net_u(runs, background_u_w))
    if reference is _WALL_NET and net_bound_wh is not None:
        said = (
            f"{tracker} against {reference.words} for {_where(scenario)}: not resolved, the energy above the "
            f"baseline cannot be told from zero; it is at most {short(net_bound_wh)} Wh (n = {len(runs)})"
        )
        columns, assessed = _without_ratios(compared.columns()), _unresolved(assessed)
    else:
        said = verdict(tracker, reference.words, _where(scenario), compared)
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
        reference_wh=sum(both.measured_wh for both in runs),
        compared=columns,
        verdict=said,
        assessed=assessed,
    )


def _net_u(runs: list[_Both], background_u_w: float) -> float:
    """Return the standard uncertainty of the sum of the energies above the baseline.

    What is not known to differ from run to run is taken as the same in all of them.
    """
    random_u, shared_u = _uncertainties(runs, _WALL_NET, background_u_w)
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


def _sum(values: Iterable[float | None], reference: _Reference) -> float | None:
    """Return the sum of the values that are known; none beside a component."""
    known = [value for value in values if value is not None]
    return sum(known) if known and reference is not _GPU else None


def _length_h(row: TrackerRow) -> float:
    """Return the length of a tracker's window."""
    if row.t_start_utc_s is None or row.t_stop_utc_s is None:
        return 0.0
    return max(0.0, row.t_stop_utc_s - row.t_start_utc_s) / 3600


def _pairs(runs: list[_Both], reference: _Reference, background_u_w: float) -> Pairs:
    """Return the pairs; what of the meter's uncertainty differs from run to run is kept apart."""
    return Pairs.of(
        [both.measured_wh for both in runs],
        [both.claimed_wh for both in runs],
        *_uncertainties(runs, reference, background_u_w),
        [both.row.scenario for both in runs],
        [f"run {both.row.slot}" for both in runs],
    )


def _uncertainties(
    runs: list[_Both], reference: _Reference, background_u_w: float
) -> tuple[list[float], list[float]]:
    """Return of each run what of the meter's uncertainty is its own, and what all runs may share."""
    random_u, shared_u = [], []
    for both in runs:
        u = reference.measured_u(both.row) or 0.0
        background_u_wh = background_u_w * _length_h(both.row) if reference is _WALL_NET else 0.0
        scatter = min(hypot(both.row.meter_random_u_wh or 0.0, background_u_wh), u)
        random_u.append(scatter)
        shared_u.append(sqrt(u**2 - scatter**2))
    return random_u, shared_u
