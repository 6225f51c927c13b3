"""Programs whose calls have a known energy, on the simulated bench: calls of any length below a slow meter.

Of each site the calls have a length and a power with a scatter of their own, some are nested, and what a SUT
draws meanwhile fluctuates. SIMULATED throughout.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from analysis.maths.arrays import Floats
from analysis.run.clock import ClockFit
from analysis.run.recorded import RecordedRun
from benchmarks.simulated_bench import EPOCH_UTC_S, LEAD_S, Errors, MeterClass, meter_record
from records.calls import CALL_DTYPE, CALLS_SCHEMA
from records.events import Event, Events
from records.run import Run
from records.tables import Table, Texts

BASE_W = 50.0
_GRID_S = 0.05


@dataclass(frozen=True)
class CallKind:
    """Calls of one site.

    Attributes:
        length_s: mean length without inner calls; ``scatter`` its relative standard deviation.
        power_w: above the base; ``power_scatter`` from call to call.
        n: calls in a run.
        inner: name of the site that each of them calls once, or empty.
    """

    name: str
    length_s: float
    power_w: float
    n: int
    inner: str = ""
    scatter: float = 0.2
    power_scatter: float = 0.05


@dataclass(frozen=True)
class Program:
    """What a run does: calls in random order with pauses between them.

    Attributes:
        pause_s: mean pause, exponential; ``noise_w`` and ``memory_s`` of the fluctuation of the power.
    """

    kinds: tuple[CallKind, ...]
    pause_s: float = 0.2
    noise_w: float = 1.0
    memory_s: float = 0.2
    base_sd_w: float = 0.5


class CallRun:
    """One run of a program: when its calls were, what was drawn, and the records of it."""

    def __init__(self, program: Program, random: np.random.Generator) -> None:
        self.program, self._random = program, random
        self._kinds = {kind.name: kind for kind in program.kinds}
        self._names = list(self._kinds)
        inner = {kind.inner for kind in program.kinds}
        order = [kind.name for kind in program.kinds if kind.name not in inner for _ in range(kind.n)]
        self._now_s = float(random.exponential(program.pause_s) + random.uniform(1, 3))
        self._records: list[tuple[int, int, float, float]] = []
        self._parts: list[tuple[int, float, float, float]] = []
        for place in random.permutation(len(order)):
            self._call(order[place], 0)
            self._now_s += float(random.exponential(program.pause_s))
        self.length_s = self._now_s + float(random.uniform(1, 3))
        self._make_power()

    def _call(self, name: str, depth: int) -> None:
        kind, random = self._kinds[name], self._random
        length_s = kind.length_s * float(np.exp(kind.scatter * random.normal() - kind.scatter**2 / 2))
        power_w = kind.power_w * (1 + kind.power_scatter * float(random.normal()))
        start_s = self._now_s
        parts = (0.4, 0.6) if kind.inner else (1.0,)
        for number, part in enumerate(parts):
            if number:
                self._call(kind.inner, depth + 1)
            self._parts.append((self._names.index(name), self._now_s, self._now_s + part * length_s, power_w))
            self._now_s += part * length_s
        self._records.append((self._names.index(name), depth, start_s, self._now_s))

    def _make_power(self) -> None:
        program, random = self.program, self._random
        edge_s = np.arange(-LEAD_S, self.length_s + LEAD_S + _GRID_S, _GRID_S)
        keep = np.exp(-_GRID_S / program.memory_s)
        noise_w = np.empty(len(edge_s) - 1)
        state = float(random.normal())
        for i, step in enumerate(random.normal(size=len(noise_w)).tolist()):
            state = keep * state + (1 - keep**2) ** 0.5 * step
            noise_w[i] = state
        base_w = BASE_W + program.base_sd_w * float(random.normal()) + program.noise_w * noise_w
        self._edge_s, self._base_j = edge_s, np.concatenate(([0.0], np.cumsum(base_w * _GRID_S)))
        self._base_w = base_w
        parts = sorted(self._parts, key=lambda part: part[1])
        self._site = np.array([part[0] for part in parts])
        self._from_s, self._to_s, self._power_w = (np.array([p[i] for p in parts]) for i in (1, 2, 3))
        self._call_edge_s = np.stack((self._from_s, self._to_s), axis=1).ravel()
        steps_j = np.stack((0 * self._power_w, self._power_w * (self._to_s - self._from_s)), axis=1).ravel()
        self._call_j = np.cumsum(steps_j)

    def energy_j(self, from_s: Any, to_s: Any) -> Any:
        """Return what was drawn in windows."""
        return self._until_j(to_s) - self._until_j(from_s)

    def _until_j(self, t_s: Any) -> Any:
        return np.interp(t_s, self._edge_s, self._base_j) + np.interp(t_s, self._call_edge_s, self._call_j)

    def power_w(self, t_s: Any) -> Any:
        """Return the power at moments."""
        place = np.searchsorted(self._from_s, t_s, side="right") - 1
        in_call = (place >= 0) & (t_s < self._to_s[np.maximum(place, 0)])
        base_w = self._base_w[np.clip(((t_s + LEAD_S) / _GRID_S).astype(int), 0, len(self._base_w) - 1)]
        return base_w + np.where(in_call, self._power_w[np.maximum(place, 0)], 0.0)

    def recorded(self, of: MeterClass, errors: Errors, slot: int, folder: Path) -> RecordedRun:
        """Return the run as it was recorded; the record of calls is written below ``folder``."""
        start_s = 100.0 + 1000.0 * slot
        readings = self._readings(of, errors, EPOCH_UTC_S + start_s)
        path = folder / f"{slot:04d}-program"
        write_calls(path / "calls", self._names, np.array(self._records), start_s)
        return recorded_run(path, of, slot, start_s, self.length_s, readings, errors.clock_s)

    def _readings(self, of: MeterClass, errors: Errors, start_utc_s: float) -> Table:
        random = self._random
        interval_s = of.interval_s * errors.pace
        ends_s = np.arange(
            -LEAD_S + interval_s * (1 + random.uniform()), self.length_s + LEAD_S - 0.1, interval_s
        )
        if of.sampling == "interval_mean":
            true_w = self.energy_j(ends_s - interval_s, ends_s) / interval_s
        else:
            true_w = self.power_w(ends_s)
        shown_w = np.round((true_w - errors.offset_w) / (1 + errors.gain) / of.resolution_w) * of.resolution_w
        late_s = of.jitter_s * (random.exponential(size=len(ends_s)) - np.log(2))
        stamps_s = start_utc_s + ends_s + 0.4 + errors.latency_s + late_s
        flags = Texts([""], np.zeros(len(ends_s), dtype=np.int32))
        return Table({"t_utc_s": np.round(stamps_s, 6), "power_w": shown_w, "flag": flags})


def recorded_run(
    path: Path,
    of: MeterClass,
    slot: int,
    start_s: float,
    length_s: float,
    readings: Table,
    clock_s: float = 0.0,
) -> RecordedRun:
    """Return a run whose record of calls lies below its folder, and of which all else is in memory."""
    recorded = RecordedRun(path)
    utc_s = EPOCH_UTC_S + start_s + clock_s
    span = [
        Event(utc_s + t_s, start_s + t_s, event, "run", "program", 1, None, 1, {})
        for event, t_s in (("start", 0.0), ("stop", length_s))
    ]
    run = Run(
        slot=slot,
        scenario="program",
        kind="workload",
        repeat=slot,
        block=slot,
        tracker=None,
        status="completed",
        attempt=1,
        t_start_utc_s=utc_s,
        t_stop_utc_s=utc_s + length_s,
    )
    known = {
        "run": run,
        "meter": meter_record(of),
        "events": Events(span, []),
        "readings": readings,
        "clock": ClockFit(offset_u_s=of.clock_u_s),
        "files": frozenset({"calls/sites-1.jsonl", "calls/calls-1.bin"}),
    }
    vars(recorded).update(known | dict.fromkeys(("host", "sensors", "gpu", "trackers", "rapl", "jetson")))
    return recorded


def write_calls(folder: Path, names: list[str], calls: Floats, start_s: float) -> None:
    """Write a record of calls.

    Args:
        folder: of the record; must not exist.
        names: of the sites.
        calls: number of the site, depth, start and stop of each in the order of their ends, ``(k, 4)``.
        start_s: start of the run on the monotonic clock.
    """
    folder.mkdir(parents=True)
    records = np.zeros(len(calls), CALL_DTYPE)
    records["site"], records["depth"] = calls[:, 0] + 1, calls[:, 1]
    for name, column in (("start_ns", 2), ("stop_ns", 3)):
        records[name] = np.round((start_s + calls[:, column]) * 1e9)
    records["argument_bytes"] = -1
    (folder / "calls-1.bin").write_bytes(records.tobytes())
    lines: list[dict[str, Any]] = [{"schema": CALLS_SCHEMA, "pid": 1}]
    lines += [_site(i, name) for i, name in enumerate(names, start=1)]
    (folder / "sites-1.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))


def _site(number: int, name: str) -> dict[str, Any]:
    absent: dict[str, Any] = dict.fromkeys(("cell", "execution_count"))
    place = {"file": "program.py", "line": number, "column": 1, "end_line": number, "function": ""}
    return {"site": number, **place, **absent, "expression": name, "api": name, "kind": "call"}
