"""What a tracker can see: its parts stacked beside what the meter and the collectors measured."""

from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from records.results import Row
from reports.blocks import palette
from reports.blocks.kit import Sheet, finish, name_rows, new_panel
from reports.blocks.tables import Column, Table, table, text_column
from reports.campaign.view import View, numbers
from reports.words.numbers import count, finite, plain
from reports.words.texts import label

MOST_PANELS = 4
"""Trackers beyond these, and scenarios beyond `MOST_SCENARIOS` of each, are in the table only."""

MOST_SCENARIOS = 6

PARTS = (
    ("cpu_wh", "CPU", ""),
    ("gpu_wh", "GPU", "////"),
    ("ram_wh", "RAM", "----"),
    ("rest_wh", "not split", "xxxx"),
)
"""Parts of a tracker's energy: column, name, hatch."""

_LEAST_REST = 0.005  # of the total; less is rounding
_BAR_IN = 0.27
_FRAME_IN = 1.15


def scope_rows(view: View) -> list[Row]:
    """Return per tracker and scenario the means per run: meter, tracker, parts, sampled GPU energy.

    ``rest_wh`` is what of the tracker's energy it puts down to no part.
    """
    groups: dict[tuple[str, str], list[Row]] = {}
    for run in view.results.trackers:
        groups.setdefault((str(run.get("tracker")), str(run.get("scenario"))), []).append(run)
    return [
        {"tracker": tracker, "scenario": name, **_means(runs)} for (tracker, name), runs in groups.items()
    ]


def _means(runs: list[Row]) -> Row:
    columns = ("meter_wh", "meter_net_wh", "energy_wh", "cpu_wh", "gpu_wh", "ram_wh", "collector_gpu_wh")
    row: Row = {"n": len(runs)}
    for column in columns:
        values = numbers(runs, column)
        row[column] = sum(values) / len(values) if values else None
    parts = [row[name] for name in ("cpu_wh", "gpu_wh", "ram_wh") if row[name] is not None]
    total = row["energy_wh"]
    rest = None if total is None else total - sum(parts)
    row["rest_wh"] = rest if rest is not None and total and rest > _LEAST_REST * total else None
    return row


def scope_sheet(view: View) -> Sheet:
    """Draw per tracker and scenario: the meter, the tracker part by part, the sampled GPU energy."""
    rows = [row for row in scope_rows(view) if finite(row["energy_wh"]) is not None]
    trackers = list(dict.fromkeys(row["tracker"] for row in rows))[:MOST_PANELS]
    panels = [
        _panel(view, number, name, [row for row in rows if row["tracker"] == name][:MOST_SCENARIOS])
        for number, name in enumerate(trackers)
    ]
    return Sheet(
        key="trackers-scope",
        title="What the tracker sees, beside what the meter measured",
        size="half",
        panels=panels,
        caption="Means per run, in the tracker's own window. Meter: the grey part is the baseline, the "
        "coloured part what lies above it. Tracker: its parts, told apart by their hatches. GPU sampled: the "
        "GPU power that the collector read, times the window; where there is none, no part can be checked.",
        how="Meter gross: energy at the plug over the tracker's window; above the baseline: minus baseline "
        "power times window. Parts: as the tracker states them; “not split” is its total minus its parts. "
        "GPU sampled: mean of the sampled GPU power times the window. No collector sees CPU or RAM power.",
        data=_data(rows) if rows else None,
        absent="" if panels else "no tracker gave an energy.",
    )


def _panel(view: View, number: int, tracker: str, rows: list[Row]) -> Markup:
    bars = [(row, kind) for row in rows for kind in ("meter", "tracker", "gpu") if _known(row, kind)]
    figure, axes = new_panel("half", _FRAME_IN + _BAR_IN * len(bars))
    said = [_bar(view, axes, place, row, kind) for place, (row, kind) in enumerate(bars)]
    names = [_name(row, kind, tracker) for row, kind in bars]
    name_rows(axes, [label(name, width=26, lines=1) for name in names])
    axes.set_xlim(0, axes.get_xlim()[1] * 1.12)
    axes.locator_params(axis="x", nbins=5)
    axes.set_xlabel("mean energy per run / Wh")
    shown = [part for part in PARTS if any(finite(row[part[0]]) is not None for row in rows)]
    handles = [Patch(facecolor=palette.BASELINE_PART, label="baseline")]
    handles += [_swatch(name, hatch) for _, name, hatch in shown]
    figure.legend(handles=handles, loc="lower center", ncols=5, fontsize=7)
    words = "; ".join(f"{name} {text}" for name, text in zip(names, said, strict=True))
    title = f"{tracker}: mean energy per run"
    return finish(figure, f"trackers-scope-{number}", title, f"{title}: {words}.", simulated=view.simulated)


def _known(row: Row, kind: str) -> bool:
    column = {"meter": "meter_wh", "tracker": "energy_wh", "gpu": "collector_gpu_wh"}[kind]
    return finite(row[column]) is not None


def _name(row: Row, kind: str, tracker: str) -> str:
    who = {"meter": "meter", "tracker": tracker, "gpu": "GPU sampled"}[kind]
    return f"{row['scenario']}: {who}"


def _swatch(name: str, hatch: str) -> Patch:
    face = palette.pale(palette.BASELINE)
    return Patch(facecolor=face, edgecolor=palette.INK, hatch=hatch, linewidth=0, label=name)


def _bar(view: View, axes: Axes, place: int, row: Row, kind: str) -> str:
    colour = view.colour_of(str(row["scenario"]))
    if kind == "meter":
        total, net = finite(row["meter_wh"]) or 0.0, finite(row["meter_net_wh"])
        below = 0.0 if net is None else max(0.0, total - net)
        axes.barh(place, below, height=0.7, color=palette.BASELINE_PART)
        axes.barh(place, total - below, left=below, height=0.7, color=colour)
    elif kind == "gpu":
        total = finite(row["collector_gpu_wh"]) or 0.0
        axes.barh(place, total, height=0.7, color=colour)
    else:
        total, left = finite(row["energy_wh"]) or 0.0, 0.0
        for column, _, hatch in PARTS:
            part = finite(row[column])
            if part is None:
                continue
            axes.barh(
                place,
                part,
                left=left,
                height=0.7,
                facecolor=palette.pale(colour),
                edgecolor=palette.INK,
                hatch=hatch,
                linewidth=0,
            )
            left += part
    text = f"{plain(total, 3)} Wh"
    axes.annotate(text, (total, place), xytext=(4, 0), textcoords="offset points", va="center", fontsize=7)
    return text


def _data(rows: list[Row]) -> Table:
    columns = (
        text_column("Tracker", "tracker"),
        text_column("Scenario", "scenario"),
        Column("n", lambda row: count(row["n"])),
        Column("Meter, gross", lambda row: plain(row["meter_wh"]), "Wh"),
        Column("Meter above the baseline", lambda row: plain(row["meter_net_wh"]), "Wh"),
        Column("Tracker", lambda row: plain(row["energy_wh"]), "Wh"),
        *(_part_column(name, column) for column, name, _ in PARTS),
        Column("GPU sampled", lambda row: plain(row["collector_gpu_wh"]), "Wh"),
    )
    return table("trackers-scope-data", "Means per run", columns, rows, folded=False)


def _part_column(name: str, column: str) -> Column:
    return Column(f"its {name}", lambda row: plain(row[column]), "Wh")
