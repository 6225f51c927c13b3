"""The control chart of the lab: is the machine still the one that it was?"""

from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from numpy.typing import NDArray

from records.rows.standards import HealthRow
from reports.blocks import palette
from reports.blocks.kit import Size, energy_axis, finish, legend_below, new_panel
from reports.words.energy import WH, EnergyUnit

LIMIT_SIGMAS, WARNING_SIGMAS = 3.0, 2.0
"""Of the limits and of the warning zones below them (Western Electric 1956)."""

_RUN = palette.OKABE_ITO[0]
_MOST_WORDS = 8  # of signals written into the chart; the table names all
_WORDS_BELOW, _WORDS_ABOVE = 0.12, 0.35  # room for the words of phases and signals, of the range of the runs
_WORDS_FROM, _LINE = 0.77, 0.07  # where the words of signals begin, and a line of them, of the height
_MANY_RUNS = 60  # from here on the dots are smaller


def control_chart_panel(
    key: str,
    title: str,
    points: Sequence[HealthRow],
    *,
    simulated: bool,
    own: str = "",
    size: Size = "half",
    unit: EnergyUnit = WH,
) -> Markup:
    """Draw control runs in the order of time, with centre, limits, warning zones, phases and signals.

    Lines are those by which each run was judged when it came, so that nothing is judged anew here.

    Args:
        key: id on the page.
        title: heading of the panel.
        points: at least one, in the order of time.
        simulated: whether the panel says SIMULATED.
        own: id of the campaign that the report is about: those of other campaigns are hollow. All are full
            when empty.
        size: width of the panel.
        unit: of the energies.
    """
    figure, axes = new_panel(size, 3.3)
    place = np.arange(1.0, len(points) + 1)
    centre = _array(row.centre_wh for row in points)
    upper = _array(row.upper_wh for row in points)
    _draw_zones(axes, place, centre, (upper - centre) / LIMIT_SIGMAS)
    _draw_borders(axes, points)
    _draw_runs(axes, place, points, own)
    _draw_signals(axes, points)
    axes.set_xlim(0.4, len(points) + 0.6)
    low, high = axes.get_ylim()
    axes.set_ylim(low - _WORDS_BELOW * (high - low), high + _WORDS_ABOVE * (high - low))
    axes.locator_params(axis="x", nbins=8, integer=True)
    axes.set_xlabel(f"control run, in the order of time (n = {len(points)})")
    energy_axis(axes.yaxis, "energy", unit)
    _add_legend(figure, points, own)
    return finish(figure, key, title, _description(title, points, unit), simulated=simulated)


def _array(values: Iterable[float | None]) -> NDArray[np.float64]:
    return np.array([np.nan if value is None else value for value in values])


def _draw_zones(
    axes: Axes, place: NDArray[np.float64], centre: NDArray[np.float64], sigma: NDArray[np.float64]
) -> None:
    # One place more at each end, so that the steps reach as far as the dots do.
    at = np.concatenate([place - 0.5, place[-1:] + 0.5])
    middle, width = (np.concatenate([line, line[-1:]]) for line in (centre, sigma))
    for side in (-1, 1):
        inner, outer = middle + side * WARNING_SIGMAS * width, middle + side * LIMIT_SIGMAS * width
        axes.fill_between(at, inner, outer, step="post", color=palette.GRID, linewidth=0)
        axes.step(at, outer, where="post", color=palette.INK, linewidth=0.9, linestyle=(0, (5, 3)))
    axes.step(at, middle, where="post", color=palette.INK, linewidth=0.9)


def _draw_borders(axes: Axes, points: Sequence[HealthRow]) -> None:
    for number, (before, row) in enumerate(pairwise(points), start=1):
        if before.phase != row.phase:
            axes.axvline(number + 0.5, ymax=_WORDS_FROM, color=palette.WARNING, linewidth=1.2)
            _write(axes, "new phase", number + 0.5, 0.01, va="bottom", right=number > len(points) / 2)
        elif before.campaign != row.campaign:
            dotted = (0, (1, 2))
            axes.axvline(number + 0.5, ymax=_WORDS_FROM, color=palette.MUTED, linewidth=0.8, linestyle=dotted)


def _write(axes: Axes, words: str, x: float, height: float, *, va: str, right: bool) -> None:
    """Write at a run, in the room above or below all of them: to the left of it in the right half."""
    axes.annotate(
        words,
        (x, height),
        xycoords=("data", "axes fraction"),
        xytext=(-3 if right else 3, 0),
        textcoords="offset points",
        ha="right" if right else "left",
        va=va,
        fontsize=7,
        color=palette.WARNING,
    )


def _draw_runs(axes: Axes, place: NDArray[np.float64], points: Sequence[HealthRow], own: str) -> None:
    energy_wh = _array(row.energy_wh for row in points)
    u_wh = _array(row.energy_random_u_wh for row in points)
    axes.plot(place, energy_wh, color=_RUN, linewidth=0.6)
    axes.errorbar(place, energy_wh, yerr=u_wh, linestyle="none", ecolor=_RUN, elinewidth=0.9)
    here = np.array([not own or row.campaign == own for row in points])
    for chosen, face in ((here, _RUN), (~here, "white")):
        axes.plot(
            place[chosen],
            energy_wh[chosen],
            linestyle="none",
            marker="o",
            markersize=2.5 if len(points) > _MANY_RUNS else 4,
            markerfacecolor=face,
            markeredgecolor=_RUN,
            markeredgewidth=0.9,
        )


def _draw_signals(axes: Axes, points: Sequence[HealthRow]) -> None:
    written, before = 0, set[str]()
    for number, row in enumerate(points, start=1):
        met = _rules_met(row)
        if met:
            axes.plot(
                number,
                row.energy_wh,
                marker="s",
                markersize=9,
                markerfacecolor="none",
                markeredgecolor=palette.WARNING,
                markeredgewidth=1.3,
            )
        new = [rule for rule in met if rule not in before]
        if new and written < _MOST_WORDS:
            height = 0.99 - _LINE * (written % 3)  # so that words of neighbours do not lie on each other
            _write(axes, ", ".join(new), number, height, va="top", right=number > len(points) / 2)
            written += 1
        before = set(met)


def _rules_met(row: HealthRow) -> list[str]:
    return row.signals.split()


def _add_legend(figure: Figure, points: Sequence[HealthRow], own: str) -> None:
    dot = {"color": _RUN, "marker": "o", "markersize": 4, "linewidth": 0.6}
    handles = [Line2D([], [], **dot)]  # type: ignore[arg-type]
    names = ["run"]
    if own and any(row.campaign != own for row in points):
        handles.append(Line2D([], [], **{**dot, "markerfacecolor": "white"}))  # type: ignore[arg-type]
        names = ["run of this campaign", "of an earlier one"]
    if any(row.centre_wh is not None for row in points):
        lines = (Line2D([], [], color=palette.INK, linewidth=0.9, linestyle=s) for s in ("-", (0, (5, 3))))
        handles += [*lines, Patch(color=palette.GRID)]  # type: ignore[list-item]
        names += ["centre", "limits, 3 σ", "warning, 2 σ to 3 σ"]
    legend_below(figure, handles, names)


def _description(title: str, points: Sequence[HealthRow], unit: EnergyUnit) -> str:
    energies = [row.energy_wh for row in points]
    met = [f"run {n}: {', '.join(w)}" for n, row in enumerate(points, start=1) if (w := _rules_met(row))]
    signals = f"Signals: {'; '.join(met[:_MOST_WORDS])}." if met else "No signal."
    campaigns = len({row.campaign for row in points})
    return (
        f"{title}: {len(points)} runs of {campaigns} campaign{'s' if campaigns > 1 else ''}, "
        f"{unit.plain(min(energies))} to {unit.plain(max(energies))} {unit.name}. {signals}"
    )
