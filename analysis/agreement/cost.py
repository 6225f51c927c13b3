"""What a tracker itself costs: the same scenario with it and without it (METHOD section 7)."""

from math import hypot

from analysis.describe import Description, describe, satterthwaite, student_t
from analysis.rows import ratio
from analysis.scenarios import Group
from records.results import Row


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
