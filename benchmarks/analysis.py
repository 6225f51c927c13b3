"""See what the analysis costs: time beside the plain reading of the same bytes, and memory.

    python -m benchmarks.analysis [--rows 1e5,1e6,1e7] [--per-run 3600] [--interval 1.0] [--jobs 1,2] [--json]

Makes synthetic campaigns with that many rows of meter.csv, in runs of ``--per-run`` readings with 20 epochs
and a host.csv with a row a second, and analyses each (every file is hashed, checked, read and integrated;
results/ is written). Each figure is that of a process of its own, all files in the page cache. The plain read
is ``pyarrow.csv.read_csv`` with its defaults over every CSV file of the campaign, nothing done with the
numbers. Start-up (imports, and with --jobs the cluster) is told apart. Memory is the highest sum of
the resident pages of all processes of the analysis, sampled every 50 ms, and the highest of one of them.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import psutil
import pyarrow as pa
import pyarrow.compute as pc

from records.campaign import Campaign, CampaignFolder, Environment, Slot
from records.files import sha256_of_json
from records.host import HOST_COLUMNS
from records.journal import Journal
from records.journal_events import UnknownEntry
from records.meter import Accuracy, Calibration, Identity, MeterRecord
from records.run import Run, RunFolder

HERE = Path(__file__).resolve().parent.parent
SCENARIOS = (("baseline", "baseline", 40.0), ("idle", "idle", 50.0), ("cnn", "workload", 100.0))
EPOCHS = 20
_T0_UTC_S = 1_790_000_000
_LEAD_S = 10.0
_SAMPLING_S = 0.05


@dataclass(frozen=True)
class Shape:
    """A campaign to be made: so many rows of meter.csv, in runs of so many readings."""

    rows: int
    per_run: int
    interval_s: float

    @property
    def runs(self) -> int:
        return max(1, round(self.rows / self.per_run))


@dataclass
class Result:
    """What was found for one campaign and one number of processes.

    Attributes:
        rows, runs, epochs: how large the campaign is; ``csv_mb`` what its CSV files hold.
        plain_s: reading these with pyarrow; ``analysis_s`` the analysis, ``start_s`` what came before.
        ratio: analysis over plain read.
        tree_mb, process_mb: peak memory of all processes together, and of the largest.
        results_mb: size of results.json.
    """

    rows: int
    runs: int
    epochs: int
    jobs: int
    csv_mb: float
    plain_s: float
    start_s: float
    analysis_s: float
    ratio: float
    tree_mb: float
    process_mb: float
    results_mb: float
    load: float


def make_campaign(folder: Path, shape: Shape) -> Path:
    """Write a campaign of that shape, marked as simulated."""
    place = CampaignFolder(folder)
    place.runs.mkdir(parents=True)
    slots = [_slot(number) for number in range(1, shape.runs + 1)]
    Campaign(
        id=f"benchmark-{shape.rows}",
        created_utc_s=_T0_UTC_S,
        wattlab_version="0.0.0",
        simulated=True,
        seed=1,
        config={},
        config_sha256=sha256_of_json({}),
        plan=slots,
    ).write(place.campaign_json)
    Environment(sut={}, controller={}, meter={}).write(place.environment_json)
    journal = Journal(place.journal)
    journal.write(UnknownEntry(name="campaign planned"))
    journal.close()
    random = np.random.default_rng(1)
    for slot in slots:
        _write_run(place, slot, shape, random)
    return folder


def _slot(number: int) -> Slot:
    block, position = divmod(number - 1, len(SCENARIOS))
    name, kind, _ = SCENARIOS[position]
    return Slot(
        slot=number,
        scenario=name,
        kind=kind,
        repeat=block + 1,
        block=block + 1,
        tracker=None,
        run_dir=f"{number:05d}-{name}",
    )


def _write_run(place: CampaignFolder, slot: Slot, shape: Shape, random: np.random.Generator) -> None:
    folder = RunFolder(place.attempt(slot, 1))
    folder.path.mkdir()
    record_s = shape.per_run * shape.interval_s
    start_s = _T0_UTC_S + (slot.slot - 1) * (record_s + 60.0)
    length_s = record_s - 2 * _LEAD_S
    level_w = SCENARIOS[(slot.slot - 1) % len(SCENARIOS)][2]
    _write_meter(folder, start_s - _LEAD_S, level_w, shape, random)
    _write_host(folder, start_s - _LEAD_S, record_s, random)
    epochs = EPOCHS if slot.kind == "workload" else 0
    folder.events.write_text("".join(_events(slot.scenario, start_s, length_s, epochs)))
    run = Run.of_slot(slot, "completed", 1)
    run.t_start_utc_s, run.t_stop_utc_s = start_s, start_s + length_s
    run.exit_code, run.gate = 0, {"open": True, "tries": 1}
    run.files = folder.hash_files()
    run.write(folder.run_json)


def _write_meter(
    folder: RunFolder, from_s: float, level_w: float, shape: Shape, random: np.random.Generator
) -> None:
    """Write the columns of a Watts up? PRO; stamps late by a tenth of a percent of the interval or so."""
    MeterRecord(
        driver="wattsup_pro",
        port="virtual",
        identity=Identity(maker="Electronic Educational Devices", model="Watts up? PRO", serial="4711"),
        sampling="interval_mean",
        interval_s=shape.interval_s,
        latency_s=0.0,
        latency_u_s=0.01 * shape.interval_s,
        resolution_w=0.1,
        accuracy=Accuracy(reading_pct=1.5, counts=3.0),
        calibration=Calibration(),
        simulated=True,
    ).write(folder.meter_json)
    n = shape.per_run
    late_s = random.exponential(1e-3 * shape.interval_s, n)
    power_w = np.round(level_w + random.normal(0.0, 2.0, n), 1)
    voltage_v = np.round(random.normal(230.0, 0.5, n), 1)
    current_a = np.round(power_w / voltage_v / 0.95, 3)
    _write_columns(
        folder.meter_csv,
        "t_utc_s,power_w,voltage_v,current_a,flag",
        [
            _fixed(from_s + (1 + np.arange(n)) * shape.interval_s + late_s, 6),
            _fixed(power_w, 1),
            _fixed(voltage_v, 1),
            _fixed(current_a, 3),
            pa.repeat("", n),
        ],
    )


def _write_host(folder: RunFolder, from_s: float, length_s: float, random: np.random.Generator) -> None:
    n = int(length_s)
    load_pct = random.integers(0, 100, n)
    rates = [random.integers(0, 5000, n) for _ in range(4)]
    columns = [
        _fixed(from_s + np.arange(n) + 0.002, 6),
        *map(_fixed, (load_pct, load_pct + 8_000_000, *rates)),
    ]
    _write_columns(folder.host_csv, ",".join(HOST_COLUMNS), columns)


def _fixed(values: "np.ndarray[tuple[int, ...], np.dtype[np.float64]]", digits: int = 0) -> pa.Array:
    """Return numbers as text with that many decimals; none is negative."""
    scaled = pa.array(np.rint(np.asarray(values) * 10**digits).astype(np.int64))
    if digits == 0:
        return pc.cast(scaled, pa.string())
    whole = pc.cast(pc.divide(scaled, 10**digits), pa.string())
    rest = pc.subtract(scaled, pc.multiply(pc.divide(scaled, 10**digits), 10**digits))
    return pc.binary_join_element_wise(whole, pc.utf8_lpad(pc.cast(rest, pa.string()), digits, "0"), ".")


def _write_columns(path: Path, header: str, columns: list[pa.Array]) -> None:
    lines = pc.binary_join_element_wise(*columns, ",")
    path.write_text("\n".join([header, *lines.to_pylist(), ""]))


def _events(name: str, start_s: float, length_s: float, epochs: int) -> list[str]:
    spans = [("run", name, None, 0.0, length_s), ("action", "train", 1, 5.0, length_s - 5.0)]
    epoch_s = (length_s - 20.0) / max(epochs, 1)
    spans += [("epoch", f"epoch {i + 1}", 2, 10 + i * epoch_s, 10 + (i + 1) * epoch_s) for i in range(epochs)]
    moments = []
    for number, (span, label, parent, from_s, to_s) in enumerate(spans, start=1):
        for event, t_s, order in (("start", from_s, number), ("stop", to_s, -number)):
            entry = {
                "t_utc_s": round(start_s + t_s, 6),
                "t_mono_s": round(1000.0 + t_s, 6),
                "event": event,
                "span": span,
                "name": label,
                "id": number,
                "parent": parent,
                "pid": 4711,
                "data": {"epoch": number - 2, "val_accuracy": 0.5} if span == "epoch" else {},
            }
            moments.append((t_s, order, json.dumps(entry) + "\n"))
    return [line for _, _, line in sorted(moments)]


_PLAIN = """
import sys, time
from pathlib import Path
from pyarrow import csv
paths = sorted(Path(sys.argv[1]).glob("runs/*/*.csv"))
for path in paths[:2]:
    csv.read_csv(path)
begin = time.perf_counter()
for path in paths:
    csv.read_csv(path)
print(time.perf_counter() - begin)
"""

_ANALYSIS = """
import json, sys, time
from pathlib import Path
begin = time.perf_counter()
from analysis.campaign import analyse
from analysis.scheduling import Workforce
if __name__ == "__main__":
    warm, folder, jobs = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    analyse(warm)
    loaded = time.perf_counter()
    analyse(folder, workforce=Workforce(jobs))
    print(json.dumps({"start_s": loaded - begin, "analysis_s": time.perf_counter() - loaded}))
"""


def measure(campaign: Path, warm: Path, shape: Shape, jobs: int) -> Result:
    """Analyse a campaign in a process of its own, and read its bytes in another."""
    csv_bytes = sum(path.stat().st_size for path in campaign.glob("runs/*/*.csv"))
    plain_s = min(float(_run(_PLAIN, campaign)[0]) for _ in range(3))
    output, tree, process = _run(_ANALYSIS, warm, campaign, jobs)
    times = json.loads(output)
    workloads = sum(_slot(number).kind == "workload" for number in range(1, shape.runs + 1))
    return Result(
        rows=shape.runs * shape.per_run,
        runs=shape.runs,
        epochs=EPOCHS * workloads,
        jobs=jobs,
        csv_mb=csv_bytes / 1e6,
        plain_s=plain_s,
        start_s=times["start_s"],
        analysis_s=times["analysis_s"],
        ratio=times["analysis_s"] / plain_s,
        tree_mb=tree / 1e6,
        process_mb=process / 1e6,
        results_mb=(campaign / "results/results.json").stat().st_size / 1e6,
        load=os.getloadavg()[0],
    )


def _run(program: str, *arguments: object) -> tuple[str, int, int]:
    """Run a program in a process of its own; return what it printed, and the peaks of its memory."""
    with tempfile.TemporaryFile("w+") as output:
        command = [sys.executable, "-c", program, *map(str, arguments)]
        child = subprocess.Popen(command, cwd=HERE, stdout=output)
        tree = process = 0
        while child.poll() is None:
            sizes = _resident(child.pid)
            tree, process = max(tree, sum(sizes)), max(process, *sizes, 0)
            time.sleep(_SAMPLING_S)
        if child.returncode != 0:
            raise SystemExit(f"a program of the benchmark ended with {child.returncode}")
        output.seek(0)
        return output.read(), tree, process


def _resident(pid: int) -> list[int]:
    """Return the resident bytes of a process and of all below it."""
    sizes = []
    try:
        top = psutil.Process(pid)
        sizes += [member.memory_info().rss for member in (top, *top.children(recursive=True))]
    except psutil.NoSuchProcess:  # one ended while we looked
        pass
    return sizes


def print_table(results: list[Result]) -> None:
    """Print the results as a table of Markdown."""
    print(
        "| rows of meter.csv | runs | epochs | CSV, MB | jobs | plain read, s | analysis, s | ratio "
        "| all processes, MB | largest, MB | results.json, MB | load |"
    )
    print("|---:" * 12 + "|")
    for r in results:
        print(
            f"| {r.rows:.2g} | {r.runs} | {r.epochs} | {r.csv_mb:.1f} | {r.jobs} | {r.plain_s:.3f} "
            f"| {r.analysis_s:.2f} | {r.ratio:.1f} | {r.tree_mb:.0f} | {r.process_mb:.0f} "
            f"| {r.results_mb:.1f} | {r.load:.1f} |"
        )
    print(f"\nSIMULATED records. {os.cpu_count()} cores. Start-up: {results[0].start_s:.1f} s.")


def main() -> None:
    """Make the campaigns one after the other, and measure each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rows", default="1e5,1e6,1e7")
    parser.add_argument("--per-run", type=int, default=3600)
    parser.add_argument("--interval", type=float, default=1.0, help="seconds between readings")
    parser.add_argument("--jobs", default="1,2")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    results = []
    with tempfile.TemporaryDirectory(prefix="wattlab-analysis-") as name:
        warm = make_campaign(Path(name) / "warm", Shape(6 * 100, 100, 1.0))
        for rows in options.rows.split(","):
            shape = Shape(int(float(rows)), options.per_run, options.interval)
            campaign = make_campaign(Path(name) / rows, shape)
            results += [measure(campaign, warm, shape, int(jobs)) for jobs in options.jobs.split(",")]
    if options.json:
        print(json.dumps([asdict(result) for result in results], indent=2))
    else:
        print_table(results)


if __name__ == "__main__":
    main()
