"""A cloud of measured and estimated values, with what was found in it: difference over level, and lines."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from analysis.maths.arrays import Floats
from records.rows.agreement import ComparedColumns
from reports.blocks import palette
from reports.blocks.kit import finish, legend_below, new_panel, share
from reports.words.numbers import MINUS, plain
from reports.words.texts import label, printable

MOST_POINTS = 3000
"""Of more rows every k-th is drawn, in the order of the table."""

LIMITS_HOW = (
    "The limits are the mean difference ∓ 1.96 standard deviations of single differences (Bland and Altman "
    "1986, 1999), with exact intervals (Carkeet 2015); where rows belong to groups, both variances together "
    "(Bland and Altman 2007) with recovered intervals (Zou 2013). Differences are taken of logarithms, and "
    "shown in percent, where the regression of their size on the level has a rising slope with p < 0.05 and "
    "all values are positive."
)
LIMITS_CAPTION = (
    "Solid line: mean difference; dashed: limits of agreement as observed, with the bands of their 95 % "
    "intervals, which may go beyond the panel; dotted: limits with the meter's own scatter taken out. "
    "Panels share their axis, which need not reach zero."
)
LINES_HOW = (
    "Deming's line takes errors in both values, in the ratio of their variances: the meter's from what is "
    "known of it, the estimator's from what the line then leaves; one to one where the meter's is not known. "
    "Intervals by the jackknife (Linnet 1990). Passing and Bablok (1983): shifted median of the slopes "
    "between all rows; linearity, p, by their cumulative sum."
)
LINES_CAPTION = (
    "Bars: the meter's own uncertainty (k = 2) where it is known. Grey: equality; solid: Deming; dashed: "
    "Passing and Bablok."
)

_DEMING, _PASSING = palette.OKABE_ITO[1], palette.OKABE_ITO[2]
_COVERAGE_FACTOR = 2
_NONE = "none"
_FLAT = 1e-6  # of the values; differences that differ by less are one number, and its rounding


@dataclass(frozen=True, eq=False)
class Cloud:
    """Pairs of values, and the row of what was found in them.

    Attributes:
        name: heading of its panels.
        measured, estimated: in one unit ``(n,)``; ``measured_u`` standard uncertainty of the first.
        compared: what was found in them; what is empty is not drawn.
        unit: of the values, for the axes; ``measured_words`` and ``estimated_words`` what they are.
        groups: (name, colour, number of points) in the order of the points; without, all have one colour.
        line_colours: of Deming's and of Passing and Bablok's line.
    """

    name: str
    measured: Floats
    estimated: Floats
    measured_u: Floats
    compared: ComparedColumns
    unit: str
    difference_unit: str
    measured_words: str
    estimated_words: str
    groups: list[tuple[str, str, int]] = field(default_factory=list)
    line_colours: tuple[str, str] = (_DEMING, _PASSING)

    @property
    def logarithmic(self) -> bool:
        """Whether differences are of logarithms, in percent."""
        return self.compared.scale == "logarithmic"


def difference_panels(clouds: Sequence[Cloud], key: str, *, simulated: bool) -> list[Markup]:
    """Draw the difference over the level, with bias and limits of agreement (Bland and Altman).

    Args:
        clouds: a panel each; those whose differences have the same unit share their axis.
        key: of the panels on the page, in front of their numbers.
        simulated: whether they say SIMULATED.
    """
    drawn = [_differences(cloud) for cloud in clouds]
    for logarithmic in (False, True):
        panels = [
            axes
            for cloud, (_, axes, _) in zip(clouds, drawn, strict=True)
            if cloud.logarithmic == logarithmic
        ]
        share(panels, "y")
        for axes in panels:
            low, high = axes.get_ylim()
            if low <= 0 <= high:
                axes.axhline(0, color=palette.MUTED, linewidth=0.6)
    return [
        finish(figure, f"{key}-{number}", cloud.name, words, simulated=simulated)
        for number, (cloud, (figure, _, words)) in enumerate(zip(clouds, drawn, strict=True))
    ]


def _differences(cloud: Cloud) -> tuple[Figure, Axes, str]:
    """Draw the differences of a cloud, and return the panel with its words."""
    figure, axes = new_panel("half", 2.9 + (0.2 if cloud.groups else 0))
    shown = cloud.estimated - cloud.measured
    if cloud.logarithmic:
        shown = 100 * (cloud.estimated / cloud.measured - 1)
    _limit_lines(axes, cloud.compared)
    handles, names = _dots(axes, cloud, (cloud.measured + cloud.estimated) / 2, shown)
    _frame(axes, shown, cloud.compared)
    axes.set_xlabel(label(f"mean of both, {cloud.unit}", width=60, lines=1))
    axes.set_ylabel("estimated − measured, " + ("%" if cloud.logarithmic else cloud.difference_unit))
    if handles:
        legend_below(figure, handles, names)
    compared = cloud.compared
    bias, lower, upper = (
        _NONE if value is None else plain(value, 3)
        for value in (compared.mean_difference, compared.lower, compared.upper)
    )
    words = f"{len(shown)} rows; mean difference {bias}, limits {lower} and {upper}"
    title = f"Difference over level: {printable(cloud.name)}"
    return figure, axes, f"{title}. {words}."


def _frame(axes: Axes, shown: Floats, compared: ComparedColumns) -> None:
    """Let the y axis hold data, mean and limits; neither zero nor a wide band may squeeze them."""
    lines = (compared.mean_difference, compared.lower, compared.upper)
    values = [*shown, *(line for line in lines if line is not None)]
    low, high = float(min(values)), float(max(values))
    room = 0.06 * (high - low)
    if high - low <= _FLAT * max(abs(low), abs(high)):
        room = 0.1 * max(abs(low), abs(high)) or 1.0
    axes.set_ylim(low - room, high + room)


def _limit_lines(axes: Axes, compared: ComparedColumns) -> None:
    if compared.mean_difference is not None:
        axes.axhline(compared.mean_difference, color=palette.INK, linewidth=1.1)
    limits = (
        (compared.lower, compared.lower_low, compared.lower_high),
        (compared.upper, compared.upper_low, compared.upper_high),
    )
    for limit, low, high in limits:
        if limit is None:
            continue
        if low is not None and high is not None:
            axes.axhspan(low, high, color=palette.GRID, linewidth=0)
        axes.axhline(limit, color=palette.INK, linewidth=0.9, linestyle=(0, (5, 3)))
    if not compared.meter_share:
        return
    for limit in (compared.true_lower, compared.true_upper):
        if limit is not None:
            axes.axhline(limit, color=palette.WARNING, linewidth=0.9, linestyle=(0, (1, 2)))


def _dots(axes: Axes, cloud: Cloud, x: Floats, y: Floats) -> tuple[list[Line2D], list[str]]:
    """Draw the points group by group, and return what the legend needs."""
    groups = cloud.groups or [("", palette.OKABE_ITO[0], len(x))]
    every, start = -(-len(x) // MOST_POINTS), 0
    handles = []
    for number, (_, colour, size) in enumerate(groups):
        chosen = slice(start, start + size, every)
        (handle,) = axes.plot(
            x[chosen],
            y[chosen],
            linestyle="none",
            marker=_MARKERS[number % len(_MARKERS)],
            markersize=4 if cloud.groups else 3,
            color=colour,
            alpha=0.6,
            markeredgewidth=0,
        )
        handles.append(handle)
        start += size
    return (handles, [label(name, lines=1) for name, _, _ in groups]) if cloud.groups else ([], [])


_MARKERS = ("o", "s", "^", "D", "v", "P", "X")


def _common_ends(cloud: Cloud) -> Floats:
    """Return where both axes begin and end: they are equal, so that equality is the diagonal."""
    reach = _COVERAGE_FACTOR * cloud.measured_u
    values = np.concatenate([cloud.measured - reach, cloud.measured + reach, cloud.estimated])
    low, high = float(values.min()), float(values.max())
    room = 0.04 * (high - low) or 1.0
    return np.array([low - room, high + room])


def line_panel(cloud: Cloud, key: str, *, simulated: bool) -> Markup:
    """Draw estimated over measured, with equality, Deming's and Passing and Bablok's line."""
    figure, axes = new_panel("half", 4.1 + (0.2 if cloud.groups else 0))
    ends = _common_ends(cloud)
    axes.plot(ends, ends, color=palette.BASELINE, linewidth=0.9)
    if cloud.measured_u.any():
        drawn = slice(None, None, -(-len(cloud.measured) // MOST_POINTS))
        at = cloud.measured[drawn], cloud.estimated[drawn]
        reach = _COVERAGE_FACTOR * cloud.measured_u[drawn]
        axes.errorbar(*at, xerr=reach, linestyle="none", ecolor=palette.BASELINE_PART, elinewidth=0.7)
    dots, groups = _dots(axes, cloud, cloud.measured, cloud.estimated)
    handles, names = [Line2D([], [], color=palette.BASELINE)], ["equality"]
    found = cloud.compared
    fits = (
        ("Deming", found.deming_slope, found.deming_intercept, "-"),
        ("P.-B.", found.passing_bablok_slope, found.passing_bablok_intercept, "--"),
    )
    for (words, slope, intercept, style), colour in zip(fits, cloud.line_colours, strict=True):
        if slope is None or intercept is None:
            continue
        (handle,) = axes.plot(ends, intercept + slope * ends, color=colour, linewidth=1.2, linestyle=style)
        handles.append(handle)
        sign = MINUS if intercept < 0 else "+"
        names.append(f"{words}: {plain(slope, 3)} x {sign} {plain(abs(intercept), 3)}")
    axes.set_xlim(*ends)
    axes.set_ylim(*ends)
    axes.locator_params(nbins=6)
    axes.set_xlabel(label(f"measured: {cloud.measured_words}", width=60, lines=1))
    axes.set_ylabel(label(f"estimated: {cloud.estimated_words}", width=36, lines=1))
    legend_below(figure, [*handles, *dots], [*names, *groups])
    words = f"Estimated over measured: {len(cloud.measured)} rows; {'; '.join(names)}"
    return finish(figure, key, cloud.name, f"{words}.", simulated=simulated)
