"""Do the intervals of energies per call hold? Calls of 5 ms to 5 s and a meter that reads once a second.

In each simulated campaign a program runs some times; its calls have a mean length and power, from which each
of them differs, and the exclusive energy of each site is known. SIMULATED throughout;
``python -m benchmarks.coverage --calls`` prints the table.
"""

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from analysis.calls.run_calls import measure_calls
from analysis.calls.scenario_calls import ScenarioCalls
from analysis.calls.tables import ScenarioTables
from analysis.run.measure import measure_recorded
from analysis.scenario.baseline import Baseline
from benchmarks.call_bench import BASE_W, CallKind, CallRun, Program
from benchmarks.simulated_bench import Errors, MeterClass
from records.meter import Accuracy

KINDS = (
    CallKind("5 ms", 0.005, 70.0, 800),
    CallKind("20 ms, within 50 ms", 0.02, 100.0, 200),
    CallKind("50 ms, calls 20 ms", 0.05, 40.0, 200, inner="20 ms, within 50 ms"),
    CallKind("100 ms", 0.1, 25.0, 100),
    CallKind("500 ms", 0.5, 60.0, 20),
    CallKind("2 s", 2.0, 80.0, 6),
    CallKind("5 s", 5.0, 50.0, 4),
)
REST = "outside all calls"

PROGRAM = Program(KINDS, pause_s=0.05)
PROGRAMS = {
    "quiet": PROGRAM,
    "restless": replace(PROGRAM, noise_w=3.0, memory_s=2.0),
    "long pauses": replace(PROGRAM, pause_s=0.15),
}

EXACT = Accuracy(reading_pct=0.0)
METERS = {
    "1 s, interval mean": MeterClass("", accuracy=EXACT, latency_u_s=0.1),
    "1 s, instantaneous": MeterClass("", accuracy=EXACT, latency_u_s=0.05, sampling="instantaneous"),
}


@dataclass(frozen=True)
class Case:
    """One energy of one campaign: its error over the half-width, half-width over the truth, and its label."""

    name: str
    error: float
    half_width: float
    label: str


def campaign_cases(meter: MeterClass, program: Program, runs: int, seed: int) -> list[Case]:
    """Simulate and analyse one campaign."""
    random = np.random.default_rng(seed)
    errors = Errors.draw(meter, random)
    measured = []
    with tempfile.TemporaryDirectory() as folder:
        for slot in range(1, runs + 1):
            recorded = CallRun(program, random).recorded(meter, errors, slot, Path(folder))
            measured.append(measure_calls(recorded, measure_recorded(recorded)))
    known = [run for run in measured if run is not None]
    tables = ScenarioTables(ScenarioCalls.of("program", known), Baseline([], "pooled"), 0.95)
    rows = {row.api or REST: row for row in tables.site_rows() if row.kind != "group"}
    truths = {kind.name: _truth_j(kind) for kind in program.kinds}
    cases = []
    for name, row in rows.items():
        if name == REST:
            continue
        low_j, value_j, high_j = (
            row.energy_exclusive_low_j,
            row.energy_exclusive_j,
            row.energy_exclusive_high_j,
        )
        if low_j is not None and value_j is not None and high_j is not None:
            reach_j = (high_j - low_j) / 2
            cases.append(Case(name, (value_j - truths[name]) / reach_j, reach_j / truths[name], row.label))
    return cases


def _truth_j(kind: CallKind) -> float:
    """Return the mean exclusive energy of a run."""
    return kind.n * kind.length_s * (BASE_W + kind.power_w)
