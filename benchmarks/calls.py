"""Do the intervals of energies per call hold? Calls of 5 ms to 5 s and a meter that reads once a second.

In each simulated campaign a program runs some times; its calls have a mean length and power, from which each
of them differs, and the exclusive energy of each site is known. SIMULATED throughout;
``python -m benchmarks.coverage --calls`` prints the table.
"""

import tempfile
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from itertools import product
from pathlib import Path

import numpy as np

from analysis.calls.energies import ScenarioEnergies
from analysis.calls.labels import POOLED
from analysis.calls.run_calls import measure_calls
from analysis.calls.scenario_calls import ScenarioCalls
from analysis.calls.site_rows import SiteRows
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
CONFIDENCE = 0.95
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
    energies = ScenarioEnergies(ScenarioCalls.of("program", known), Baseline([], "pooled"), CONFIDENCE)
    rows = {row.api or REST: row for row in SiteRows(energies).rows() if row.kind != "group"}
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


@dataclass(frozen=True)
class Result:
    """What was found for one site; all but ``site`` in percent, the last two of the energy."""

    site: str
    covered_pct: float
    pooled_pct: float
    rms_error_pct: float
    half_width_pct: float


def study(meter: str, program: str, campaigns: int, runs: int, seed: int, jobs: int = 1) -> list[Result]:
    """Simulate campaigns of a program with a meter.

    Args:
        meter: one of `METERS`; ``program`` one of `PROGRAMS`.
        program: see above.
        campaigns: how many.
        runs: of the program in each.
        seed: of all chance.
        jobs: processes.
    """
    seeds = [seed * 1_000_000 + i for i in range(campaigns)]
    one = partial(campaign_cases, METERS[meter], PROGRAMS[program], runs)
    if jobs > 1:
        with ProcessPoolExecutor(jobs) as pool:
            cases = [case for found in pool.map(one, seeds, chunksize=10) for case in found]
    else:
        cases = [case for number in seeds for case in one(number)]
    return [_result(kind.name, [case for case in cases if case.name == kind.name]) for kind in KINDS]


def _result(site: str, cases: list[Case]) -> Result:
    error, half_width = np.array([(case.error, case.half_width) for case in cases]).T
    return Result(
        site,
        covered_pct=100 * float((np.abs(error) <= 1).mean()),
        pooled_pct=100 * float(np.mean([case.label == POOLED for case in cases])),
        rms_error_pct=100 * float(np.sqrt(np.square(error * half_width).mean())),
        half_width_pct=100 * float(half_width.mean()),
    )


def print_table(campaigns: int, runs: int, seed: int, jobs: int) -> None:
    """Print coverage and errors of every site with every meter and program.

    Args:
        campaigns: of each.
        runs: of each campaign.
        seed: of all chance.
        jobs: processes.
    """
    print(f"SIMULATED. {campaigns} campaigns of {runs} runs, seed {seed}. Exclusive energies of call sites:")
    print(
        "share of 95 % intervals that hold the truth; share that was pooled, the others measured or bounded;"
    )
    print("root mean square of the error, and mean half-width, in percent of the energy.")
    for meter, program in product(METERS, PROGRAMS):
        print(f"\n{meter}, {program}")
        print("  calls                  within 95 %    pooled      rms   half-width")
        for one in study(meter, program, campaigns, runs, seed, jobs):
            print(
                f"  {one.site:22s} {one.covered_pct:9.1f} % {one.pooled_pct:7.0f} % {one.rms_error_pct:8.2f} "
                f"{one.half_width_pct:12.2f}",
                flush=True,
            )
