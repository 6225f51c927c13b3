"""What the interactive traces show, packed: every point that ``results.json`` has of every run."""

from typing import Any, NamedTuple, TypeVar

import numpy as np

from records.rows.families import HardwareColumn
from records.rows.runs import EpochRow, SpanRow
from records.rows.traces import Sampled, Trace
from reports.blocks.palette import css
from reports.campaign.power import traces
from reports.campaign.power.interactive.models import traces_document
from reports.campaign.power.interactive.packing import Array, Packer
from reports.campaign.power.interactive.panels import HARDWARE_PANELS, POWER_PANEL, HardwarePanel
from reports.campaign.view import ScenarioView, View
from reports.words.texts import printable

SpanOrEpoch = TypeVar("SpanOrEpoch", SpanRow, EpochRow)

_HEADROOM = 1.06
_GAP = 1.5
"""In steps; as `reports.campaign.power.traces.drawable` breaks a line."""


def recorded_panels(view: View) -> list[HardwarePanel]:
    """Return the hardware panels for which some run has samples, in the order in which they stand."""
    traced = view.results.traces
    return [panel for panel in HARDWARE_PANELS if any(panel.column in row.hardware for row in traced)]


def packed_traces(view: View) -> bytes:
    """Return the figure with its data, as ``templates/traces.js`` reads them."""
    packer = Packer()
    panels = recorded_panels(view)
    columns = [panel.column for panel in panels]
    shown = [item for item in view.scenarios if item.traces]
    actions, epochs = _by_run(view.results.actions), _by_run(view.results.epochs)
    header = {
        "document": traces_document(tuple(panels), simulated=view.simulated),
        "panels": {item.column: {"words": item.words, "unit": item.unit} for item in (POWER_PANEL, *panels)},
        "simulated": view.simulated,
        "ends": _ends(shown, columns),
        "starts": {
            POWER_PANEL.column: traces.power_ends_w([row for item in shown for row in item.traces])[0]
        },
        "scenarios": [_scenario(item) for item in shown],
        "runs": [
            {
                **_run(packer, row, place, columns),
                **_spans_of(packer, actions.get(row.run_dir, []), epochs.get(row.run_dir, [])),
            }
            for place, item in enumerate(shown)
            for row in item.traces
        ],
    }
    return packer.packed(header)


def _ends(shown: list[ScenarioView], columns: list[HardwareColumn]) -> dict[str, float]:
    """Return where the axes of the power and of each panel end, by column."""
    rows = [row for item in shown for row in item.traces]
    ends = {POWER_PANEL.column: traces.power_ends_w(rows)[1]}
    for name in columns:
        sampled = [traces.numbers_of(row.hardware[name]["values"]) for row in rows if name in row.hardware]
        ends[name] = max(float(np.nanmax(values, initial=0.0)) for values in sampled) * _HEADROOM or 1.0
    return ends


def _by_run(rows: list[SpanOrEpoch]) -> dict[str, list[SpanOrEpoch]]:
    by_run: dict[str, list[SpanOrEpoch]] = {}
    for row in rows:
        by_run.setdefault(row.run_dir, []).append(row)
    return by_run


def _scenario(item: ScenarioView) -> dict[str, Any]:
    return {
        "name": printable(item.name),
        "colour": css(item.colour),
        "dash": "dashed" if item.tracker else "solid",
        "step_s": traces.mean_step_s(item.traces),
    }


def _run(packer: Packer, row: Trace, scenario: int, columns: list[HardwareColumn]) -> dict[str, Any]:
    series = {name: _sampled(packer, row.hardware[name]) for name in columns if name in row.hardware}
    return {
        "name": printable(row.run_dir),
        "scenario": scenario,
        "duration_s": row.duration_s,
        "series": {"power_w": _power(packer, row), **series},
    }


def _spans_of(packer: Packer, actions: list[SpanRow], epochs: list[EpochRow]) -> dict[str, Any]:
    return {
        "actions": _spans(packer, [_Span(a.name, a.start_s, a.duration_s, a.depth) for a in actions]),
        "epochs": _spans(packer, [_Span(str(e.epoch), e.epoch_start_s, e.duration_s) for e in epochs]),
    }


def _power(packer: Packer, row: Trace) -> dict[str, Any]:
    t_s, power_w = traces.trace_of(row)
    step_s = traces.step_s(row)
    gaps = np.flatnonzero(np.diff(t_s) > _GAP * step_s) + 1 if step_s else np.array([], dtype=np.intp)
    series = _series(packer, t_s, power_w, gaps)
    if row.low_w:
        _, extremes_w = traces.trace_of(row, extremes=True)
        series |= {"low": packer.add(extremes_w[::2]), "high": packer.add(extremes_w[1::2])}
    return series


def _sampled(packer: Packer, trace: Sampled) -> dict[str, Any]:
    t_s, values = traces.numbers_of(trace["t_s"]), traces.numbers_of(trace["values"])
    known = np.isfinite(t_s) & np.isfinite(values)
    # A point without a value stands for a gap: the first known one after it begins a new line.
    gaps = np.cumsum(known)[~known]
    return _series(packer, t_s[known], values[known], gaps[gaps < known.sum()])


def _series(packer: Packer, t_s: Array, values: Array, gaps: Any = ()) -> dict[str, Any]:
    series: dict[str, Any] = {"t": packer.add(t_s), "v": packer.add(values)}
    return series | ({"gaps": [int(place) for place in gaps]} if len(gaps) else {})


class _Span(NamedTuple):
    """An action or epoch within its run."""

    name: str
    start_s: float
    duration_s: float
    depth: int = 1


def _spans(packer: Packer, spans: list[_Span]) -> dict[str, Any]:
    """Return where spans start and how long they last; their names stand once each."""
    names = [printable(span.name) for span in spans]
    places = {words: place for place, words in enumerate(dict.fromkeys(names))}
    return {
        "start": packer.add(np.array([span.start_s for span in spans], dtype=float)),
        "length": packer.add(np.array([span.duration_s for span in spans], dtype=float)),
        "depth": packer.add(np.array([span.depth for span in spans], dtype=float)),
        "name": packer.add(np.array([places[words] for words in names], dtype=float)),
        "names": list(places),
    }
