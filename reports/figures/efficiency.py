"""Useful work per energy, and accuracy over the energy spent so far (paper, fig. 8, right)."""

from markupsafe import Markup
from matplotlib.lines import Line2D

from records.results import Row
from reports.figures.kit import Sheet, bars_panel, finish, new_panel, scenario_bar
from reports.numbers import count, finite, given, plain
from reports.tables import Column, Table, table
from reports.texts import label
from reports.view import View, numbers

WORK_NAMES = {
    "val_accuracy": "Validation accuracy",
    "macro_f1": "Macro F1",
    "precision": "Precision",
    "recall": "Recall",
    "correct": "Correct classifications",
    "samples": "Samples seen",
    "epochs": "Epochs",
    "runs": "Runs",
}
_PER = (("per_wh", "per Wh"), ("per_induced_wh", "per induced Wh"))
_WIDE_RATIO = 10.0


def efficiency_sheet(view: View, how: str) -> Sheet:
    """Draw the efficiency factors of the kinds of useful work that the settings name."""
    factors = _factors(view)
    panels = [_panel(view, column, title, unit) for column, title, unit in factors]
    return Sheet(
        key="efficiency",
        title="Energy efficiency",
        size="half",
        panels=panels,
        caption="Useful work done per energy used; more is better. Circles: single runs.",
        how=how,
        data=_data(view, factors) if panels else None,
        absent="" if panels else "no scenario reported useful work.",
    )


def _factors(view: View) -> list[tuple[str, str, str]]:
    kinds = view.results.settings.get("useful_work") or ["val_accuracy"]
    found = []
    for kind in kinds:
        name = WORK_NAMES.get(str(kind), str(kind))
        for suffix, words in _PER:
            column = f"{kind}_{suffix}"
            if any(finite(item.row.get(column)) is not None for item in view.scenarios):
                found.append((column, f"{name} {words}", "1/Wh"))
    return found


def _panel(view: View, column: str, title: str, unit: str) -> Markup:
    bars = [
        scenario_bar(item, value, plain(value, 3), column=column)
        for item in view.scenarios
        if (value := finite(item.row.get(column))) is not None
    ]
    key = f"efficiency-{column.replace('_', '-')}"
    return bars_panel("half", key, title, f"efficiency in {unit}", bars, simulated=view.simulated)


def _data(view: View, factors: list[tuple[str, str, str]]) -> Table:
    def factor(column: str, title: str, unit: str) -> Column:
        return Column(title, lambda row: plain(row.get(column)), unit)

    columns = [
        Column("Scenario", lambda row: str(row["name"]), numeric=False),
        *(factor(*item) for item in factors),
    ]
    rows = [{**item.row, "name": item.name} for item in view.scenarios if item.kind == "workload"]
    return table("efficiency-data", "Efficiency factors", columns, rows, folded=False)


def accuracy_sheet(view: View, how: str) -> Sheet:
    """Draw validation accuracy over cumulative energy, every run of every scenario."""
    curves = _curves(view)
    panels = [_curves_panel(view, curves)] if curves else []
    return Sheet(
        key="accuracy",
        title="Accuracy over energy",
        size="half",
        panels=panels,
        caption="Validation accuracy at the end of every epoch over the energy the run had used by then "
        "(gross, from the start of the run); one line per run; dotted lines: targets.",
        how=how,
        data=_targets(view) if curves else None,
        absent="" if panels else "no run reported validation accuracy.",
    )


Curve = tuple[str, str, bool, list[float], list[float]]


def _curves(view: View) -> list[Curve]:
    curves = []
    for item in view.scenarios:
        for run_dir in dict.fromkeys(str(row.get("run_dir")) for row in item.epochs):
            points = [
                (energy, accuracy)
                for row in item.epochs
                if str(row.get("run_dir")) == run_dir
                and (energy := finite(row.get("cumulative_wh"))) is not None
                and (accuracy := finite(row.get("val_accuracy"))) is not None
            ]
            if points:
                points.sort()
                energies, accuracies = [p[0] for p in points], [p[1] for p in points]
                curves.append((item.key, item.colour, item.tracker is not None, energies, accuracies))
    return curves


def _curves_panel(view: View, curves: list[Curve]) -> Markup:
    figure, axes = new_panel("half", 2.9)
    for _, colour, tracked, energies, accuracies in curves:
        axes.plot(
            energies,
            accuracies,
            color=colour,
            linewidth=0.9,
            alpha=0.8,
            marker="o",
            markersize=2.2,
            linestyle=(0, (4, 2)) if tracked else "-",
        )
    longest: dict[str, float] = {}
    for key, _, _, energies, _ in curves:
        longest[key] = max(longest.get(key, 0.0), energies[-1])
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
    axes.set_xlabel(f"energy used so far / Wh{' (logarithmic)' if wide else ''}")
    axes.set_ylabel("validation accuracy")
    shown = [item for item in view.scenarios if item.key in longest]
    handles = [
        Line2D([], [], color=item.colour, linestyle=(0, (4, 2)) if item.tracker else "-") for item in shown
    ]
    names = [label(item.name, width=40, lines=1) for item in shown]
    figure.legend(handles, names, loc="outside lower center", ncols=2)
    said = f"{len(curves)} runs of {', '.join(item.name for item in shown)}"
    return finish(
        figure,
        "accuracy-curves",
        "Accuracy over energy",
        f"Validation accuracy over cumulative energy: {said}.",
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


def _targets(view: View) -> Table:
    targets = _target_values(view)
    rows: list[Row] = []
    for item in view.scenarios:
        best = numbers(item.epochs, "val_accuracy")
        reached = item.of_runs("wh_to_target")
        if not best:
            continue
        rows.append(
            {
                "name": item.name,
                "n": item.n,
                "best": max(best),
                "target": targets.get(item.base),
                "reached": len(reached) if item.base in targets else None,
                "mean": sum(reached) / len(reached) if reached else None,
            }
        )
    columns = (
        Column("Scenario", lambda row: str(row["name"]), numeric=False),
        Column("n", lambda row: str(row["n"])),
        Column("Best validation accuracy", lambda row: plain(row["best"], 3)),
        Column("Target", lambda row: given(row["target"])),
        Column("Runs that reached it", lambda row: count(row["reached"])),
        Column("Mean energy to target", lambda row: plain(row["mean"]), "Wh"),
    )
    return table("accuracy-data", "Energy to reach the target", columns, rows, folded=False)
