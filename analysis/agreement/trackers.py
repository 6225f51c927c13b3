"""The trackers of a campaign against the wall, gross and net, and component by component."""

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt

from analysis.agreement.comparison import compare
from analysis.agreement.pairs import Pairs
from analysis.agreement.verdict import verdict
from analysis.maths.arrays import ratio
from records.results import Row

ALL = "all"
"""Name under which a tracker is compared over all its scenarios."""


@dataclass(frozen=True)
class _Reference:
    """What a tracker is compared with.

    Attributes:
        name: column ``against`` of the row; ``words`` for it in a sentence.
        claim: the tracker's column; ``measured`` the meter's or the collector's beside it.
        measured_u: column of its standard uncertainty, where it has one.
        scope: words on what each of the two sees, from the row of a run.
    """

    name: str
    words: str
    claim: str
    measured: str
    measured_u: str | None
    scope: Callable[[Row], str]


_WALL = _Reference(
    "wall",
    "the wall",
    "energy_wh",
    "meter_wh",
    "meter_u_wh",
    lambda row: f"{_sees(row)} against all that the plug delivers",
)
_WALL_NET = _Reference(
    "wall net",
    "the wall net of the baseline",
    "energy_wh",
    "meter_net_wh",
    "meter_net_u_wh",
    lambda row: f"{_sees(row)} against what the plug delivers above the baseline",
)
_GPU = _Reference(
    "gpu",
    "the sampled GPU power",
    "gpu_wh",
    "collector_gpu_wh",
    None,
    lambda row: "its GPU part against the GPU power that the collector sampled",
)


def _sees(row: Row) -> str:
    return str(row.get("scope") or "unknown scope")


def agreement_rows(tracker_rows: list[Row], confidence: float) -> list[Row]:
    """Compare trackers with the meter per scenario, and over all scenarios.

    Only runs count in which both have an energy. Ratios are those of the sums, so that short runs do
    not weigh as much as long ones; the bias is the mean of tracker minus meter per run. Over all
    scenarios the runs of one scenario are repeats and no independent evidence.

    Args:
        tracker_rows: rows by `records.result_columns.TRACKER_RESULT_COLUMNS`.
        confidence: of the intervals.

    Returns:
        Rows by `records.result_columns.AGREEMENT_COLUMNS`.
    """
    return _against(_WALL, tracker_rows, confidence)


def scope_rows(tracker_rows: list[Row], confidence: float) -> list[Row]:
    """Compare trackers with what lies nearer to their scope: the wall net of the baseline, and components.

    The rows are those of `agreement_rows`, with another reference named in ``against``. Of CPU and RAM no
    collector sees a power, so that the parts of a tracker there have nothing to be compared with.
    """
    return [row for reference in (_WALL_NET, _GPU) for row in _against(reference, tracker_rows, confidence)]


def _against(reference: _Reference, tracker_rows: list[Row], confidence: float) -> list[Row]:
    return [
        row
        for tracker in dict.fromkeys(row["tracker"] for row in tracker_rows)
        for row in _of_tracker(tracker, tracker_rows, reference, confidence)
    ]


def _of_tracker(tracker: str, every: list[Row], reference: _Reference, confidence: float) -> list[Row]:
    own = [
        row
        for row in every
        if row["tracker"] == tracker
        and row.get(reference.claim) is not None
        and row.get(reference.measured) is not None
    ]
    if not own:
        return []
    parts = {name: [row for row in own if row["scenario"] == name] for name in _scenarios(own)}
    return [_row(name, part, reference, confidence) for name, part in {**parts, ALL: own}.items()]


def _scenarios(rows: list[Row]) -> list[str]:
    return list(dict.fromkeys(row["scenario"] for row in rows))


def _row(scenario: str, rows: list[Row], reference: _Reference, confidence: float) -> Row:
    compared = compare(_pairs(rows, reference), confidence)
    tracker_wh = sum(row[reference.claim] for row in rows)
    gross_wh, net_wh = _sum(rows, "meter_wh", reference), _sum(rows, "meter_net_wh", reference)
    return {
        "tracker": rows[0]["tracker"],
        "scenario": scenario,
        "n": len(rows),
        "tracker_wh": tracker_wh,
        "meter_wh": gross_wh,
        "meter_net_wh": net_wh,
        "ratio": ratio(tracker_wh if gross_wh is not None else None, gross_wh),
        "ratio_net": ratio(_sum(_with_net(rows), reference.claim, reference), net_wh),
        "bias_wh": compared.bias.value,
        "bias_low_wh": compared.bias.low,
        "bias_high_wh": compared.bias.high,
        "against": reference.name,
        "scope": " or ".join(dict.fromkeys(reference.scope(row) for row in rows)),
        "reference_wh": sum(row[reference.measured] for row in rows),
        **compared.row(),
        "verdict": verdict(rows[0]["tracker"], reference.words, _where(scenario), compared),
    }


def _where(scenario: str) -> str:
    return "all scenarios" if scenario == ALL else scenario


def _with_net(rows: list[Row]) -> list[Row]:
    return [row for row in rows if row["meter_net_wh"] is not None]


def _sum(rows: list[Row], column: str, reference: _Reference) -> float | None:
    """Return the sum of a column over the rows that know it; none beside a component."""
    values = [row[column] for row in rows if row.get(column) is not None]
    return sum(values) if values and reference is not _GPU else None


def _pairs(rows: list[Row], reference: _Reference) -> Pairs:
    """Return the pairs; what of the meter's uncertainty differs from run to run is kept apart."""
    random_u, shared_u = [], []
    for row in rows:
        u = (row.get(reference.measured_u) if reference.measured_u else None) or 0.0
        scatter = min(row.get("meter_random_u_wh") or 0.0, u)
        random_u.append(scatter)
        shared_u.append(sqrt(u**2 - scatter**2))
    return Pairs.of(
        [row[reference.measured] for row in rows],
        [row[reference.claim] for row in rows],
        random_u,
        shared_u,
        [row["scenario"] for row in rows],
    )
