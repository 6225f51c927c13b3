"""Trackers against the meter (METHOD section 7, first form), and what a tracker itself costs."""

from math import hypot

from analysis.describe import Description, describe, mean_interval, satterthwaite, student_t
from analysis.rows import ratio
from analysis.scenarios import Group
from records.results import Row


def agreement_rows(tracker_rows: list[Row], confidence: float) -> list[Row]:
    """Compare trackers with the meter per scenario, and over all scenarios.

    Only runs count in which both have an energy. Ratios are those of the sums, so that short runs do
    not weigh as much as long ones; the bias is the mean of tracker minus meter per run.

    Args:
        tracker_rows: rows by `records.results.TRACKER_RESULT_COLUMNS`.
        confidence: of the interval of the bias.
    """
    compared = [row for row in tracker_rows if row["error_wh"] is not None]
    rows = []
    for tracker in dict.fromkeys(row["tracker"] for row in compared):
        own = [row for row in compared if row["tracker"] == tracker]
        for scenario in dict.fromkeys(row["scenario"] for row in own):
            part = [row for row in own if row["scenario"] == scenario]
            rows.append(_agreement(tracker, scenario, part, confidence))
        rows.append(_agreement(tracker, "all", own, confidence))
    return rows


def _agreement(tracker: str, scenario: str, rows: list[Row], confidence: float) -> Row:
    tracker_wh = sum(row["energy_wh"] for row in rows)
    meter_wh = sum(row["meter_wh"] for row in rows)
    net = [row for row in rows if row["meter_net_wh"] is not None]
    net_wh = sum(row["meter_net_wh"] for row in net) if net else None
    bias = mean_interval([row["error_wh"] for row in rows], confidence)
    return {
        "tracker": tracker,
        "scenario": scenario,
        "n": len(rows),
        "tracker_wh": tracker_wh,
        "meter_wh": meter_wh,
        "meter_net_wh": net_wh,
        "ratio": ratio(tracker_wh, meter_wh),
        "ratio_net": ratio(sum(row["energy_wh"] for row in net), net_wh),
        "bias_wh": bias.mean,
        "bias_low_wh": bias.low,
        "bias_high_wh": bias.high,
    }


def cost_rows(groups: list[Group], confidence: float) -> list[Row]:
    """Return what each tracker costs: the same scenario with it minus without it.

    A baseline has no induced energy of its own; there the gross energy is compared.
    """
    plain = {group.scenario: group for group in groups if group.tracker is None}
    rows = []
    for group in groups:
        if group.tracker is None or group.scenario not in plain:
            continue
        energy = "energy_wh" if group.kind == "baseline" else "induced_wh"
        for quantity in (energy, "duration_s"):
            row = difference_row(plain[group.scenario], group, quantity, confidence)
            if row is not None:
                rows.append(row)
    return rows


def difference_row(a: Group, b: Group, quantity: str, confidence: float) -> Row | None:
    """Compare the means of a column of two groups of runs: b minus a with Welch's t interval.

    The meter's gain and offset are the same in both and are not part of the interval.

    Returns:
        A row by `records.results.COMPARISON_COLUMNS`, or ``None`` where a group has no value.
    """
    in_a, in_b = describe(a.known(quantity)), describe(b.known(quantity))
    if in_a is None or in_b is None:
        return None
    difference = in_b.mean - in_a.mean
    reach = _welch_reach(in_a, in_b, confidence)
    return {
        "a": a.label,
        "b": b.label,
        "quantity": quantity,
        "n_a": in_a.n,
        "n_b": in_b.n,
        "mean_a": in_a.mean,
        "mean_b": in_b.mean,
        "difference": difference,
        "difference_low": None if reach is None else difference - reach,
        "difference_high": None if reach is None else difference + reach,
        "ratio": ratio(in_b.mean, in_a.mean),
    }


def _welch_reach(a: Description, b: Description, confidence: float) -> float | None:
    if a.sd is None or b.sd is None:
        return None
    parts = [(sample.sd / sample.n**0.5, sample.n - 1.0) for sample in (a, b) if sample.sd is not None]
    return student_t(confidence, satterthwaite(parts)) * hypot(*(u for u, _ in parts))
