"""What it costs to analyse many recorded calls: time and memory of one run.

    python -m benchmarks.call_records [--calls 1000000] [--sites 100] [--json]

Writes the record of a run: calls of 2 ms at that many sites within one outer call, with a reading a second. A
process of its own reads it and computes the energies; its highest resident memory is printed.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from analysis.calls.energies import ScenarioEnergies
from analysis.calls.run_calls import measure_calls
from analysis.calls.scenario_calls import ScenarioCalls
from analysis.calls.site_rows import SiteRows
from analysis.run.measure import measure_recorded
from analysis.scenario.baseline import Baseline
from benchmarks.call_bench import recorded_run, write_calls
from benchmarks.simulated_bench import EPOCH_UTC_S, MeterClass
from records.tables import Table, Texts

METER = MeterClass("1 s")
START_S = 100.0
PACE_S = 0.003


def write(folder: Path, calls: int, sites: int) -> None:
    """Write the record of so many calls at so many sites."""
    number = np.arange(calls)
    start_s = 2.0 + PACE_S * number
    table = np.stack((1 + number % (sites - 1), np.ones(calls), start_s, start_s + 0.002), axis=1)
    outer = np.array([[0.0, 0.0, 1.0, 3.0 + PACE_S * calls]])
    names = [f"library.call_{i}" for i in range(sites)]
    write_calls(folder / "calls", names, np.concatenate((table, outer)), START_S)


def analyse(folder: Path, calls: int) -> dict[str, float]:
    """Compute the energies; return what that cost."""
    length_s = 4.0 + PACE_S * calls
    ends_s = np.arange(-3.0, length_s + 3.0)
    power_w = np.round(90 + np.random.default_rng(1).normal(size=len(ends_s)), 1)
    flags = Texts([""], np.zeros(len(ends_s), dtype=np.int32))
    columns = {"t_utc_s": EPOCH_UTC_S + START_S + ends_s + 0.4, "power_w": power_w, "flag": flags}
    recorded = recorded_run(folder, METER, 1, START_S, length_s, Table(columns))
    run = measure_recorded(recorded)
    before_mib, began_s = _memory_mib(), time.perf_counter()
    known = measure_calls(recorded, run)
    assert known is not None
    rows = SiteRows(
        ScenarioEnergies(ScenarioCalls.of("program", [known]), Baseline([], "pooled"), 0.95)
    ).rows()
    return {
        "calls": sum(row.calls for row in rows if row.kind == "call"),
        "sites": len([row for row in rows if row.kind == "call"]),
        "seconds": time.perf_counter() - began_s,
        "before_mib": before_mib,
        "highest_mib": _memory_mib(),
    }


def _memory_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Print what the analysis of a record costs."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--calls", type=int, default=1_000_000)
    parser.add_argument("--sites", type=int, default=100)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.folder:
        print(json.dumps(analyse(args.folder, args.calls)))
        return
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), args.calls, args.sites)
        command = [
            sys.executable,
            "-m",
            "benchmarks.call_records",
            "--calls",
            str(args.calls),
            "--folder",
            folder,
        ]
        result = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    if args.json:
        print(json.dumps(result))
        return
    print(
        f"{result['calls']:,} calls of {result['sites']} sites: {result['seconds']:.1f} s, at most "
        f"{result['highest_mib']:.0f} MiB resident ({result['before_mib']:.0f} MiB before)"
    )


if __name__ == "__main__":
    main()
