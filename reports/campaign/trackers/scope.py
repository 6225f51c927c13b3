"""What a tracker can see: its parts stacked next to what the meter and the collectors measured."""

from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from records.rows.agreement import TrackerRow
from reports.blocks import palette
from reports.blocks.columns import plain_column
from reports.blocks.kit import Sheet, energy_axis, finish, legend_below, name_rows, new_panel, write_value
from reports.blocks.tables import Column, Columns, Table, table, text_column
from reports.campaign.view import View, numbers
from reports.words.numbers import count
from reports.words.texts import label

MOST_PANELS = 4
"""Trackers beyond these, and scenarios beyond `MOST_SCENARIOS` of each, are in the table only."""

MOST_SCENARIOS = 6

PARTS = {"CPU": "", "GPU": "////", "RAM": "----", "not split": "xxxx"}
"""Parts of a tracker's energy, and the hatch of each."""

_KINDS = ("meter", "tracker", "gpu")
_LEAST_REST = 0.005  # of the total; less is rounding
_BAR_IN = 0.27
_FRAME_IN = 1.15
_ROOM_FOR_TEXT = 1.18


@dataclass(frozen=True)
class Seen:
    """Means per run of a tracker in a scenario, in Wh; ``None`` where no run has the number.

    Attributes:
        tracker, scenario, n: which runs, and how many.
        meter_wh: at the plug, gross; ``net_wh`` above the baseline; ``gpu_wh`` as sampled by the collector.
        tracker_wh: that the tracker reports; ``parts_wh`` its parts by `PARTS`, of which "not split" is what
            the tracker puts down to no part.
    """

    tracker: str
    scenario: str
    n: int
    meter_wh: float | None
    net_wh: float | None
    gpu_wh: float | None
    tracker_wh: float | None
    parts_wh: dict[str, float | None]

    def total_wh(self, kind: str) -> float | None:
        """Return the energy of a bar: ``meter``, ``tracker`` or ``gpu``."""
        return {"meter": self.meter_wh, "tracker": self.tracker_wh, "gpu": self.gpu_wh}[kind]


def scope_rows(view: View) -> list[Seen]:
    """Return per tracker and scenario the means per run: meter, tracker, parts, sampled GPU energy."""
    groups: dict[tuple[str, str], list[TrackerRow]] = {}
    for run in view.results.trackers:
        groups.setdefault((run.tracker, run.scenario), []).append(run)
    return [_seen(tracker, name, _comparable(runs)) for (tracker, name), runs in groups.items()]


def _comparable(runs: list[TrackerRow]) -> list[TrackerRow]:
    """Return the runs that have both energies, or all where none has: means of one kind of runs only."""
    return [run for run in runs if run.meter_wh is not None and run.energy_wh is not None] or runs


def _seen(tracker: str, scenario: str, runs: list[TrackerRow]) -> Seen:
    parts = {
        "CPU": _mean(run.cpu_wh for run in runs),
        "GPU": _mean(run.gpu_wh for run in runs),
        "RAM": _mean(run.ram_wh for run in runs),
    }
    total = _mean(run.energy_wh for run in runs)
    rest = None if total is None else total - sum(numbers(parts.values()))
    split = rest is None or not total or rest <= _LEAST_REST * total
    return Seen(
        tracker=tracker,
        scenario=scenario,
        n=len(runs),
        meter_wh=_mean(run.meter_wh for run in runs),
        net_wh=_mean(run.meter_net_wh for run in runs),
        gpu_wh=_mean(run.collector_gpu_wh for run in runs),
        tracker_wh=total,
        parts_wh={**parts, "not split": None if split else rest},
    )


def _mean(values: Iterable[float | None]) -> float | None:
    known = numbers(values)
    return sum(known) / len(known) if known else None


def scope_sheet(view: View) -> Sheet:
    """Draw per tracker and scenario: the meter, the tracker part by part, the sampled GPU energy."""
    rows = [row for row in scope_rows(view) if row.tracker_wh is not None]
    trackers = list(dict.fromkeys(row.tracker for row in rows))[:MOST_PANELS]
    groups = {name: [row for row in rows if row.tracker == name][:MOST_SCENARIOS] for name in trackers}
    totals = [row.total_wh(kind) for group in groups.values() for row in group for kind in _KINDS]
    end_wh = max(numbers(totals), default=0.0) or 1.0
    panels = [
        _panel(view, number, name, group, end_wh) for number, (name, group) in enumerate(groups.items())
    ]
    return Sheet(
        key="trackers-scope",
        title="What the tracker sees and what the meter measured",
        size="half",
        panels=panels,
        caption="Means per run, in the tracker's own window, of the runs that were compared where there "
        "are any. Meter: the grey part is the baseline, the coloured part what lies above it. Tracker: its "
        "parts, told apart by their hatches. GPU sampled: the GPU power that the collector read, times the "
        "window; where there is none, no part can be checked.",
        how="Meter gross: energy at the plug over the tracker's window; above the baseline: minus baseline "
        "power times window. Parts: as the tracker states them; “not split” is its total minus its parts. "
        "GPU sampled: mean of the sampled GPU power times the window. No collector sees CPU or RAM power.",
        data=_data(view, rows) if rows else None,
        absent="" if panels else "no tracker gave an energy.",
    )


def _panel(view: View, number: int, tracker: str, rows: list[Seen], end_wh: float) -> Markup:
    bars = [(row, kind) for row in rows for kind in _KINDS if row.total_wh(kind) is not None]
    figure, axes = new_panel("half", _FRAME_IN + _BAR_IN * len(bars))
    texts = [_bar(view, axes, place, row, kind) for place, (row, kind) in enumerate(bars)]
    names = [_name(row, kind, tracker) for row, kind in bars]
    name_rows(axes, [label(name, width=26, lines=1) for name in names])
    axes.set_xlim(0, end_wh * _ROOM_FOR_TEXT)
    axes.locator_params(axis="x", nbins=5)
    energy_axis(axes.xaxis, "mean energy per run", view.unit)
    shown = [part for part in PARTS if any(row.parts_wh[part] is not None for row in rows)]
    handles = [Patch(facecolor=palette.BASELINE_PART), *(_swatch(PARTS[name]) for name in shown)]
    legend_below(figure, handles, ["baseline", *shown])
    words = "; ".join(f"{name} {text}" for name, text in zip(names, texts, strict=True))
    title = f"{tracker}: mean energy per run"
    return finish(figure, f"trackers-scope-{number}", title, f"{title}: {words}.", simulated=view.simulated)


def _name(row: Seen, kind: str, tracker: str) -> str:
    who = {"meter": "meter", "tracker": tracker, "gpu": "GPU sampled"}[kind]
    return f"{row.scenario}: {who}"


def _swatch(hatch: str) -> Patch:
    return Patch(facecolor=palette.pale(palette.BASELINE), edgecolor=palette.INK, hatch=hatch, linewidth=0)


def _bar(view: View, axes: Axes, place: int, row: Seen, kind: str) -> str:
    colour = view.colour_of(row.scenario)
    total = row.total_wh(kind) or 0.0
    if kind == "meter":
        below = 0.0 if row.net_wh is None else max(0.0, total - row.net_wh)
        axes.barh(place, below, height=0.7, color=palette.BASELINE_PART)
        axes.barh(place, total - below, left=below, height=0.7, color=colour)
    elif kind == "gpu":
        axes.barh(place, total, height=0.7, color=colour)
    else:
        left = 0.0
        for name, hatch in PARTS.items():
            part = row.parts_wh[name]
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
    text = f"{view.unit.plain(total, 3)} {view.unit.name}"
    write_value(axes, text, total, place)
    return text


def _data(view: View, rows: list[Seen]) -> Table:
    columns: Columns[Seen] = (
        text_column("Tracker", lambda row: row.tracker),
        text_column("Scenario", lambda row: row.scenario),
        Column("n", lambda row: count(row.n)),
        plain_column("Meter, gross", lambda row: row.meter_wh, view.unit),
        plain_column("Meter above the baseline", lambda row: row.net_wh, view.unit),
        plain_column("Tracker", lambda row: row.tracker_wh, view.unit),
        [_part_column(view, name) for name in PARTS],
        plain_column("GPU sampled", lambda row: row.gpu_wh, view.unit),
    )
    return table("trackers-scope-data", "Means per run", columns, rows, folded=False)


def _part_column(view: View, name: str) -> Column[Seen]:
    return plain_column(f"its {name}", lambda row: row.parts_wh[name], view.unit)
