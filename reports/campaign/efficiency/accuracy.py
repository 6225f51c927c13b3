"""Accuracy over the energy spent so far (paper, fig. 8, right), and the energy to a target."""

from typing import NamedTuple

from markupsafe import Markup
from matplotlib.lines import Line2D

from reports.blocks.kit import Sheet, finish, legend_below, new_panel
from reports.blocks.tables import Column, Columns, Table, table
from reports.campaign.view import View, numbers
from reports.words.numbers import count, finite, given, plain
from reports.words.texts import label

MOST_LINES = 12
"""Scenarios whose lines can be told apart."""

MOST_MARKERS = 800
"""With more epochs the curves are lines alone."""

_WIDE_RATIO = 10.0


def accuracy_sheet(view: View, how: str) -> Sheet:
    """Draw validation accuracy over cumulative energy, every run of every scenario."""
    every = _curves(view)
    named = list(dict.fromkeys(curve[0] for curve in every))
    curves, more = [curve for curve in every if curve[0] in named[:MOST_LINES]], len(named) - MOST_LINES
    panels = [_curves_panel(view, curves, "accuracy-curves")] if curves else []
    return Sheet(
        key="accuracy",
        title="Accuracy over energy",
        size="half",
        panels=panels,
        caption="Validation accuracy at the end of every epoch over the energy the run had used by then "
        "(gross, from the start of the run); one line per run; dotted lines: targets."
        + (f" {more} further scenarios are not drawn." if more > 0 else ""),
        how=how,
        data=_targets(view) if curves else None,
        absent="" if panels else "no run reported validation accuracy.",
    )


def accuracy_panel(view: View, key: str) -> Markup | None:
    """Draw the panel of `accuracy_sheet` once more, under an id of its own; ``None`` without accuracies."""
    every = _curves(view)
    named = list(dict.fromkeys(curve[0] for curve in every))[:MOST_LINES]
    return _curves_panel(view, [curve for curve in every if curve[0] in named], key) if every else None


Curve = tuple[str, str, bool, list[float], list[float]]


def _curves(view: View) -> list[Curve]:
    curves = []
    for item in view.scenarios:
        for run_dir in dict.fromkeys(row.run_dir for row in item.epochs):
            points = [
                (row.cumulative_wh * view.unit.per_wh, row.val_accuracy)
                for row in item.epochs
                if row.run_dir == run_dir and row.cumulative_wh is not None and row.val_accuracy is not None
            ]
            if points:
                points.sort()
                energies, accuracies = [p[0] for p in points], [p[1] for p in points]
                curves.append((item.key, item.colour, item.tracker is not None, energies, accuracies))
    return curves


def _curves_panel(view: View, curves: list[Curve], key: str) -> Markup:
    figure, axes = new_panel("half", 2.9)
    points = sum(len(curve[3]) for curve in curves)
    for _, colour, tracked, energies, accuracies in curves:
        axes.plot(
            energies,
            accuracies,
            color=colour,
            linewidth=0.9,
            alpha=0.8,
            marker="o" if points <= MOST_MARKERS else None,
            markersize=2.2,
            linestyle=(0, (4, 2)) if tracked else "-",
        )
    longest: dict[str, float] = {}
    for scenario, _, _, energies, _ in curves:
        longest[scenario] = max(longest.get(scenario, 0.0), energies[-1])
    positive = min(energy for curve in curves for energy in curve[3]) > 0
    wide = positive and max(longest.values()) > _WIDE_RATIO * min(longest.values())
    axes.set_xscale("log" if wide else "linear")
    if not wide:
        axes.set_xlim(left=0)
    else:
        axes.xaxis.set_major_formatter("{x:g}")
        axes.grid(visible=True, which="minor", axis="x", linewidth=0.3)
    for scenario, target in _target_values(view).items():
        axes.axhline(target, color=view.colour_of(scenario), linewidth=0.8, linestyle=(0, (1, 2)))
    axes.set_ylim(0, 1)
    axes.set_xlabel(f"energy used so far / {view.unit.name}{' (logarithmic)' if wide else ''}")
    axes.set_ylabel("validation accuracy")
    shown = [item for item in view.scenarios if item.key in longest]
    handles = [
        Line2D([], [], color=item.colour, linestyle=(0, (4, 2)) if item.tracker else "-") for item in shown
    ]
    names = [label(item.name, width=40, lines=1) for item in shown]
    legend_below(figure, handles, names)
    words = f"{len(curves)} runs of {', '.join(item.name for item in shown)}"
    return finish(
        figure,
        key,
        "Accuracy over energy",
        f"Validation accuracy over cumulative energy: {words}.",
        simulated=view.simulated,
    )


def _target_values(view: View) -> dict[str, float]:
    targets = view.results.settings.get("target_val_accuracy") or {}
    return {
        name: value
        for name, raw in targets.items()
        if (value := finite(raw)) is not None
        and any(item.base == name and item.epochs for item in view.scenarios)
    }


class _Target(NamedTuple):
    """How a scenario stands to its target: runs that reached it, and their mean energy up to it."""

    name: str
    n: int
    best: float
    target: float | None
    reached: int | None
    mean_wh: float | None


def _targets(view: View) -> Table:
    targets = _target_values(view)
    rows = []
    for item in view.scenarios:
        best = numbers(row.val_accuracy for row in item.epochs)
        reached = item.of_runs(lambda run: run.wh_to_target)
        if not best:
            continue
        rows.append(
            _Target(
                name=item.name,
                n=item.n,
                best=max(best),
                target=targets.get(item.base),
                reached=len(reached) if item.base in targets else None,
                mean_wh=sum(reached) / len(reached) if reached else None,
            )
        )
    columns: Columns[_Target] = (
        Column("Scenario", lambda row: row.name, numeric=False),
        Column("n", lambda row: str(row.n)),
        Column("Best validation accuracy", lambda row: plain(row.best, 3)),
        Column("Target", lambda row: given(row.target)),
        Column("Runs that reached it", lambda row: count(row.reached)),
        Column("Mean energy to target", lambda row: view.unit.plain(row.mean_wh), view.unit.name),
    )
    return table("accuracy-data", "Energy to reach the target", columns, rows, folded=False)
