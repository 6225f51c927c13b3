"""What the interactive traces show, packed: every point that ``results.json`` has of every run."""

from typing import Any

import numpy as np

from records.results import Row
from reports.blocks.palette import css
from reports.campaign.power import traces
from reports.campaign.power.interactive.models import traces_document
from reports.campaign.power.interactive.packing import Array, Packer
from reports.campaign.power.interactive.panels import HARDWARE_PANELS, POWER_PANEL, Panel
from reports.campaign.view import ScenarioView, View
from reports.words.numbers import finite
from reports.words.texts import printable

_HEADROOM = 1.06
_GAP = 1.5
"""In steps; as `reports.campaign.power.traces.drawable` breaks a line."""


def recorded_panels(view: View) -> list[Panel]:
    """Return the hardware panels for which some run has samples, in the order in which they stand."""
    rows = [row.get("hardware") or {} for row in view.results.traces]
    return [panel for panel in HARDWARE_PANELS if any(panel.column in row for row in rows)]


def packed_traces(view: View) -> bytes:
    """Return the figure with its data, as ``templates/traces.js`` reads them."""
    packer = Packer()
    panels = recorded_panels(view)
    columns = [panel.column for panel in panels]
    shown = [item for item in view.scenarios if item.traces]
    spans = [_by_run(view.results.actions), _by_run(view.results.epochs)]
    header = {
        "document": traces_document(tuple(panels), simulated=view.simulated),
        "panels": {item.column: {"words": item.words, "unit": item.unit} for item in (POWER_PANEL, *panels)},
        "simulated": view.simulated,
        "ends": _ends(view, shown, columns),
        "scenarios": [_scenario(packer, item) for item in shown],
        "runs": [
            _run(packer, row, place, columns, [rows.get(row.get("run_dir"), []) for rows in spans])
            for place, item in enumerate(shown)
            for row in item.traces
        ],
    }
    return packer.packed(header)


def _ends(view: View, shown: list[ScenarioView], columns: list[str]) -> dict[str, float]:
    """Return where the axes end: that of time, of the power and of each panel, by column."""
    rows = [row for item in shown for row in item.traces]
    ends = {"time": max((finite(row.get("duration_s")) or 0.0 for row in rows), default=0.0)}
    powers = [traces.trace_of(row, extremes=True) for row in rows]
    ends["time"] = max([ends["time"], *(float(t_s[-1]) for t_s, _ in powers if len(t_s))])
    ends["power_w"] = max([0.0, *(float(power.max()) for _, power in powers if len(power))])
    for name in columns:
        sampled = [traces.numbers_of(trace.get("values")) for trace in _hardware(rows, name)]
        ends[name] = max(float(np.nanmax(values, initial=0.0)) for values in sampled)
    return ends | {name: end * _HEADROOM or 1.0 for name, end in ends.items() if name != "time"}


def _hardware(rows: list[Row], name: str) -> list[Row]:
    sampled = [row.get("hardware") or {} for row in rows]
    return [row[name] for row in sampled if name in row]


def _by_run(rows: list[Row]) -> dict[Any, list[Row]]:
    found: dict[Any, list[Row]] = {}
    for row in rows:
        found.setdefault(row.get("run_dir"), []).append(row)
    return found


def _scenario(packer: Packer, item: ScenarioView) -> dict[str, Any]:
    lines = [line for line in (traces.trace_of(row) for row in item.traces) if len(line[0])]
    mean = None
    if len(lines) > 1:
        step_s = max((traces.step_s(row) or 0.0 for row in item.traces), default=0.0) or 1.0
        mean = _series(packer, *traces.mean_trace(lines, step_s))
    return {
        "name": printable(item.name),
        "colour": css(item.colour),
        "dash": "dashed" if item.tracker else "solid",
        "mean": mean,
    }


def _run(
    packer: Packer, row: Row, scenario: int, columns: list[str], spans: list[list[Row]]
) -> dict[str, Any]:
    actions, epochs = spans
    hardware = row.get("hardware") or {}
    series = {name: _sampled(packer, hardware[name]) for name in columns if name in hardware}
    return {
        "name": printable(str(row.get("run_dir"))),
        "scenario": scenario,
        "duration_s": finite(row.get("duration_s")) or 0.0,
        "series": {"power_w": _power(packer, row), **series},
        "actions": _spans(packer, actions, "start_s", "name"),
        "epochs": _spans(packer, epochs, "epoch_start_s", "epoch"),
    }


def _power(packer: Packer, row: Row) -> dict[str, Any]:
    t_s, power_w = traces.trace_of(row)
    step_s = traces.step_s(row)
    gaps = np.flatnonzero(np.diff(t_s) > _GAP * step_s) + 1 if step_s else np.array([], dtype=np.intp)
    series = _series(packer, t_s, power_w, gaps)
    if row.get("low_w"):
        _, extremes_w = traces.trace_of(row, extremes=True)
        series |= {"low": packer.add(extremes_w[::2]), "high": packer.add(extremes_w[1::2])}
    return series


def _sampled(packer: Packer, trace: Row) -> dict[str, Any]:
    t_s, values = traces.numbers_of(trace.get("t_s")), traces.numbers_of(trace.get("values"))
    known = np.isfinite(t_s) & np.isfinite(values)
    # A point without a value stands for a gap: the first known one after it begins a new line.
    gaps = np.cumsum(known)[~known]
    return _series(packer, t_s[known], values[known], gaps[gaps < known.sum()])


def _series(packer: Packer, t_s: Array, values: Array, gaps: Any = ()) -> dict[str, Any]:
    series: dict[str, Any] = {"t": packer.add(t_s), "v": packer.add(values)}
    return series | ({"holes": [int(place) for place in gaps]} if len(gaps) else {})


def _spans(packer: Packer, rows: list[Row], start: str, name: str) -> dict[str, Any]:
    """Return where spans start and how long they last; their names stand once each."""
    known = [row for row in rows if None not in (finite(row.get(start)), finite(row.get("duration_s")))]
    names = [printable(str(row.get(name))) for row in known]
    places = {words: place for place, words in enumerate(dict.fromkeys(names))}
    return {
        "start": packer.add(np.array([finite(row.get(start)) for row in known], dtype=float)),
        "length": packer.add(np.array([finite(row.get("duration_s")) for row in known], dtype=float)),
        "depth": packer.add(np.array([finite(row.get("depth")) or 1.0 for row in known], dtype=float)),
        "name": packer.add(np.array([places[words] for words in names], dtype=float)),
        "names": list(places),
    }
