"""What came out of a comparison, in one sentence."""

from math import floor, isfinite, log10

from analysis.agreement.assessment import Assessment
from analysis.agreement.comparison import Comparison
from analysis.agreement.influence import Without
from analysis.maths.describe import WithInterval

WORTH_A_WORD = 1.05
"""A design effect up to this changes nothing that a reader would notice."""


def verdict(estimated: str, measured: str, where: str, found: Comparison) -> str:
    """Return the answer to: is the estimator right, by how much?

    Args:
        estimated: name of the estimator.
        measured: name of the meter's column.
        where: the group of rows.
        found: the comparison.
    """
    margin = found.equivalence
    parts = [_opening(estimated, measured, where, found)]
    if found.ratio is not None:
        parts += [_singles(found), _line(found)]
        parts.append(f"equivalence within {margin.margin_pct:g} %: {margin.verdict}")
    return "; ".join(filter(None, parts))


def statement(estimated: str, measured: str, where: str, found: Comparison, assessed: Assessment) -> str:
    """Return the answer as `verdict`, with a guard band, and no line that the rows contradict.

    Whether the estimator is within the margin is withheld where the meter cannot tell.
    """
    decision = assessed.decision
    parts = [_opening(estimated, measured, where, found)]
    if found.ratio is not None:
        parts += [_singles(found), "" if assessed.linearity.verdict == "rejected" else _line(found)]
        margin = f"within {found.equivalence.margin_pct:g} % of the meter on the average"
        parts.append(f"{margin}: {decision.verdict} ({decision.reason})")
    return "; ".join(filter(None, parts))


def _opening(estimated: str, measured: str, where: str, found: Comparison) -> str:
    rows = f"n = {found.n}"
    if found.ratio is None:
        return f"{estimated} for {where}: no ratio, the {measured} do not add up to more than zero ({rows})"
    return f"{_reads(estimated, found.ratio)} for {where} ({_interval(measured, found)}, {rows})"


def conclusions(found: Comparison, assessed: Assessment) -> list[str]:
    """Return what else is to be known before the numbers are used, each in a sentence without a full stop.

    Args:
        found: the comparison.
        assessed: what may be concluded from it.
    """
    nesting = assessed.nesting
    sentences = []
    if assessed.linearity.verdict == "rejected" and assessed.linearity.p is not None:
        sentences.append(f"{assessed.linearity.words} (p = {assessed.linearity.p:.2g})")
    sentences += [_bends(found, unit) for unit in assessed.standing_out]
    if nesting is not None and nesting.design_effect > WORTH_A_WORD:
        sentences.append(
            f"{found.n} rows in {found.units} groups tell as much as {nesting.effective_n:.1f} independent "
            f"ones (design effect {nesting.design_effect:.2g})"
        )
    return sentences


def _bends(found: Comparison, unit: Without) -> str:
    """Say what one unit does to slope and ratio."""
    parts = []
    if unit.bends and not isfinite(unit.slope):
        parts.append("there is no line")
    elif unit.bends and found.deming is not None:
        parts.append(
            f"the slope is {short(unit.slope)} with intercept {short(unit.intercept)}, in place of "
            f"{short(found.deming.slope.value)} with {short(found.deming.intercept.value)}"
        )
    if unit.moves and found.ratio is not None:
        parts.append(f"the ratio is {short(unit.ratio)} in place of {short(found.ratio.value)}")
    return f"the result depends on {unit.unit}: with that left out, {', and '.join(parts)}"


def short(value: float | None) -> str:
    """Return a number with four digits, whole ones below a thousand million in full; nothing for none."""
    if value is None:
        return ""
    return f"{value:.0f}" if 1000 <= abs(value) < 1e9 else f"{value:.4g}"


def _reads(estimated: str, ratio: WithInterval) -> str:
    pct = 100 * (ratio.value - 1)
    if ratio.low is not None and ratio.high is not None and ratio.low <= 1 <= ratio.high:
        return f"{estimated} shows no difference in total"
    half = None if ratio.low is None or ratio.high is None else 50 * (ratio.high - ratio.low)
    return f"{estimated} reads {_low_or_high(pct, half)}"


def _low_or_high(pct: float, half_width: float | None = None) -> str:
    digits = _decimals(half_width)
    return f"{abs(pct):.{digits}f} % {'low' if pct < 0 else 'high'}"


def _decimals(half_width: float | None) -> int:
    """Return decimals that show two digits of a half-width; one where there is none."""
    if not half_width or not isfinite(half_width):
        return 1
    return min(6, max(0, 1 - floor(log10(half_width))))


def _interval(measured: str, found: Comparison) -> str:
    ratio = found.ratio
    if ratio is None or ratio.low is None or ratio.high is None:
        few = "groups" if found.grouped else "rows"
        shown = "" if ratio is None else f"{ratio.value:.3f} of {measured} in total, "
        return f"{shown}too few {few} for an interval"
    digits = _decimals((ratio.high - ratio.low) / 2)
    ends = f"{ratio.low:.{digits}f} to {ratio.high:.{digits}f}"
    return f"{ratio.value:.{digits}f} of {measured} in total, 95 % interval {ends}"


def _singles(found: Comparison) -> str:
    lower, upper = found.true_limits.lower, found.true_limits.upper
    if lower is None or upper is None:
        return ""
    ends = [found.scale.percent(limit.value) for limit in (lower, upper)]
    if not all(map(isfinite, ends)):
        return ""
    taken = ", the meter's own scatter taken out" if found.meter_share else ""
    return f"limits of agreement of single rows {_low_or_high(ends[0])} and {_low_or_high(ends[1])}{taken}"


def _line(found: Comparison) -> str:
    """Return the line where it misses the origin: then no single factor corrects the estimator."""
    if found.deming is None:
        return ""
    slope, intercept = found.deming.slope.value, found.deming.intercept
    if intercept.low is None or intercept.high is None or intercept.low <= 0 <= intercept.high:
        return ""
    sign = "+" if intercept.value > 0 else "-"
    return f"the ratio depends on the level: {short(slope)} x measured {sign} {short(abs(intercept.value))}"
