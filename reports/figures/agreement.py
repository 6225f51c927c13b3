"""Difference over level (Bland and Altman) and estimated over measured, with what was fitted to them."""

import numpy as np
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from analysis.agreement.regression import Line
from analysis.agreement.table import Part, TableAgreement
from analysis.describe import WithInterval
from reports import palette
from reports.figures.kit import Sheet, finish, new_panel
from reports.numbers import plain
from reports.texts import label, printable

MOST_PANELS = 7
"""Further groups are in the tables only."""

MOST_POINTS = 3000
"""Of more rows every k-th is drawn, in the order of the table."""

_DEMING, _PASSING = palette.OKABE_ITO[1], palette.OKABE_ITO[2]
_POINTS = palette.OKABE_ITO[0]
_COVERAGE_FACTOR = 2
_NONE = "none"


def bland_altman_sheet(found: TableAgreement) -> Sheet:
    """Draw the difference over the level, with bias and limits of agreement, a panel per group."""
    return Sheet(
        key="bland-altman",
        title="Difference over level",
        size="half",
        panels=[_differences(found, i) for i in range(_panels(found))],
        caption="Dots: rows. Solid line: mean difference; dashed: limits of agreement as observed, with the "
        "bands of their 95 % intervals; dotted: limits with the meter's own scatter taken out. "
        + _only(found),
        how="The limits are the mean difference -+ 1.96 standard deviations of single differences (Bland "
        "and Altman 1986, 1999), with exact intervals (Carkeet 2015); where rows belong to groups, both "
        "variances together (Bland and Altman 2007) with recovered intervals (Zou 2013). Differences are "
        "taken of logarithms, and shown in percent, where the regression of their size on the level has a "
        "rising slope with p < 0.05 and all values are positive.",
    )


def regression_sheet(found: TableAgreement) -> Sheet:
    """Draw estimated over measured, with equality, Deming's and Passing and Bablok's line."""
    return Sheet(
        key="lines",
        title="Estimated over measured",
        size="half",
        panels=[_lines(found, i) for i in range(_panels(found))],
        caption="Dots: rows; bars: the meter's own uncertainty (k = 2) where it is known. Grey: equality; "
        "solid: Deming; dashed: Passing and Bablok. " + _only(found),
        how="Deming's line takes errors in both values, in the ratio of their variances: the meter's from "
        "its step, the estimator's from what the line then leaves; one to one where the meter's is not "
        "known. Intervals by the jackknife (Linnet 1990). Passing and Bablok (1983): shifted median of the "
        "slopes between all rows; p of linearity by their cumulative sum.",
    )


def _panels(found: TableAgreement) -> int:
    return min(len(found.parts), MOST_PANELS)


def _only(found: TableAgreement) -> str:
    more = len(found.parts) - MOST_PANELS
    return f"{more} further groups are in the tables only." if more > 0 else ""


def _drawn(part: Part) -> slice:
    return slice(None, None, -(-len(part.pairs) // MOST_POINTS))


def _differences(found: TableAgreement, index: int) -> Markup:
    part = found.parts[index]
    scale, pairs = part.found.scale, part.pairs
    figure, axes = new_panel("half", 2.9)
    shown = pairs.differences(scale)
    unit = label(found.question.unit, width=48, lines=1)
    if scale.logarithmic:
        shown = 100 * np.expm1(shown)
    level = (pairs.measured + pairs.estimated) / 2
    axes.axhline(0, color=palette.MUTED, linewidth=0.6)
    _limit_lines(axes, part)
    _dots(axes, level[_drawn(part)], shown[_drawn(part)])
    axes.set_xlabel(label(f"mean of both, {unit}", width=60, lines=1))
    axes.set_ylabel("estimated − measured, " + ("%" if scale.logarithmic else "in the values' unit"))
    bias, observed = part.found.limits.bias, part.found.limits
    lower, upper = _value(observed.lower), _value(observed.upper)
    texts = [_NONE if v is None else plain(_on(part, v), 3) for v in (bias.value, lower, upper)]
    said = f"{len(pairs)} rows; mean difference {texts[0]}, limits {texts[1]} and {texts[2]}"
    title = f"Difference over level: {printable(part.name)}"
    key = f"bland-altman-{index}"
    return finish(figure, key, part.name, f"{title}. {said}.", simulated=found.simulated)


def _value(estimate: WithInterval | None) -> float | None:
    return None if estimate is None else estimate.value


def _on(part: Part, difference: float) -> float:
    return part.found.scale.percent(difference) if part.found.scale.logarithmic else difference


def _limit_lines(axes: Axes, part: Part) -> None:
    axes.axhline(_on(part, part.found.limits.bias.value), color=palette.INK, linewidth=1.1)
    for limit in (part.found.limits.lower, part.found.limits.upper):
        if limit is None:
            continue
        if limit.low is not None and limit.high is not None:
            low, high = _on(part, limit.low), _on(part, limit.high)
            axes.axhspan(low, high, color=palette.GRID, linewidth=0)
        axes.axhline(_on(part, limit.value), color=palette.INK, linewidth=0.9, linestyle=(0, (5, 3)))
    if not part.found.meter_share:
        return
    for limit in (part.found.true_limits.lower, part.found.true_limits.upper):
        if limit is not None:
            axes.axhline(_on(part, limit.value), color=palette.WARNING, linewidth=0.9, linestyle=(0, (1, 2)))


def _dots(axes: Axes, x: np.ndarray, y: np.ndarray) -> None:
    axes.plot(x, y, linestyle="none", marker="o", markersize=3, color=_POINTS, alpha=0.6, markeredgewidth=0)


def _lines(found: TableAgreement, index: int) -> Markup:
    part = found.parts[index]
    pairs, drawn = part.pairs, _drawn(part)
    figure, axes = new_panel("half", 3.1)
    low, high = float(pairs.measured.min()), float(pairs.measured.max())
    ends = np.array([low, high]) if high > low else np.array([low - 1, low + 1]) * 1.0
    axes.plot(ends, ends, color=palette.BASELINE, linewidth=0.9)
    if pairs.measured_u.any():
        reach = _COVERAGE_FACTOR * pairs.measured_u[drawn]
        at = pairs.measured[drawn], pairs.estimated[drawn]
        axes.errorbar(*at, xerr=reach, linestyle="none", ecolor=palette.BASELINE_PART, elinewidth=0.7)
    _dots(axes, pairs.measured[drawn], pairs.estimated[drawn])
    handles = [Line2D([], [], color=palette.BASELINE)]
    names = ["equality"]
    fits = ((part.found.deming, _DEMING, "-", "Deming"), (part.found.passing_bablok, _PASSING, "--", "P.-B."))
    for line, colour, style, name in fits:
        if line is not None:
            (handle,) = axes.plot(ends, _at(line, ends), color=colour, linewidth=1.2, linestyle=style)
            handles.append(handle)
            names.append(f"{name}: {plain(line.slope.value, 3)} x, {plain(line.intercept.value, 3)}")
    axes.set_xlabel(label(f"measured: {found.question.unit}", width=60, lines=1))
    axes.set_ylabel(label(f"estimated: {found.question.estimated}", width=36, lines=1))
    figure.legend(handles, names, loc="outside lower center", ncols=3, fontsize=7)
    said = f"Estimated over measured: {len(pairs)} rows; {'; '.join(names)}"
    return finish(figure, f"lines-{index}", part.name, f"{said}.", simulated=found.simulated)


def _at(line: Line, x: np.ndarray) -> np.ndarray:
    return np.asarray(line.intercept.value + line.slope.value * x)
