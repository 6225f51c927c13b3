"""Dispatch the blocks of one campaign over simulated benches: how many benches can one `lab fleet run` feed?

    python -m benchmarks.fleet [--benches 10,100,500] [--block-s 20] [--blocks 3] [--json]

Scheduler, workers, heartbeats, orders and the transfer of what was measured are the real ones
(`lab.fleet.dispatch`, `lab.fleet.blocks`, `lab.fleet.worker`); only the bench itself is simulated: a block
is a sleep, and what it measured a file of 100 kB. Fifty workers share a process, so that 500 fit one machine.
In the middle of it one bench in ten is killed; its block goes to another once it has been away for a block's
length.

Turnaround is the time a bench is idle between two blocks: its answer is taken, what it measured is fetched,
the next block is handed out and begins. All benches begin at once and need the same time, so that they also
end at once: the worst case. A block that is missing or collected twice ends the benchmark with 1.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from pathlib import Path

import numpy as np

from benchmarks.overhead import cpu_s_of_tree
from lab.fleet.agent import BenchAgent
from lab.fleet.bench import load_bench
from lab.fleet.blocks import DaskBenches
from lab.fleet.cluster import Cluster
from lab.fleet.dispatch import Dispatcher, Work
from lab.fleet.link import Link
from lab.fleet.orders import BlockAnswer, BlockOrder, Kind, measuring_code
from lab.fleet.worker import offer
from records.journal_events import BenchLost, BlockNotDone, JournalEntry
from sut.inventory.machine import cpu

HERE = Path(__file__).resolve().parent.parent
MODEL = "Simulated computer"
_PER_PROCESS = 50
_DEAD = 0.1
_MEASURED_BYTES = 100_000
_TICK_S = 0.5
_START_S = 300.0
_START_EVERY_S = 0.5
_BENCH = '[bench]\nname = "{name}"\nmodel = "{model}"\n[meter]\ndriver = "wattsup_pro"\nport = "virtual"\n'


class SimulatedBench(BenchAgent):
    """A bench that sleeps instead of measuring, and tells when it did."""

    def __init__(self, name: str, folder: Path, block_s: float) -> None:
        path = folder / f"{name}.toml"
        path.write_text(_BENCH.format(name=name, model=MODEL))
        super().__init__(load_bench(path))
        self._block_s = block_s
        (self.bench.folder / "c").mkdir(parents=True)
        (self.bench.folder / "c/readings").write_bytes(os.urandom(_MEASURED_BYTES))

    def run(self, order: BlockOrder) -> BlockAnswer:
        """Sleep for a block; the reason holds begin and end on the monotonic clock."""
        begun_s = time.monotonic()
        time.sleep(self._block_s)
        return BlockAnswer(self.state.name, order.block, 0, json.dumps([begun_s, time.monotonic()]))

    def folder_of(self, campaign_id: str, block: int) -> Path:
        """Return the folder of a block, one for all blocks of the bench."""
        return self.bench.folder


async def _offer_all(names: list[str], folder: Path, block_s: float, scheduler: str) -> None:
    """Offer benches one after the other, each again until it is taken."""
    link, stopped = Link(scheduler), asyncio.Event()

    async def keep_offering(number: int, agent: SimulatedBench) -> None:
        await asyncio.sleep(number * _START_EVERY_S)
        while True:
            await offer(agent, link, lambda _: None, stopped)

    agents = [SimulatedBench(name, folder, block_s) for name in names]
    await asyncio.gather(*(keep_offering(number, agent) for number, agent in enumerate(agents)))


@dataclass
class Result:
    """What a fleet of one size did; times in seconds, memory in MiB, CPU in percent of a core."""

    benches: int
    blocks: int
    seconds: float = 0.0
    turnarounds_s: list[float] = field(default_factory=list)
    ticks_s: list[float] = field(default_factory=list)
    busy_pct: float = 0.0
    scheduler_cpu_pct: float = 0.0
    scheduler_mib: float = 0.0
    dispatcher_mib: float = 0.0
    dead: int = 0
    noticed: int = 0
    moved: int = 0
    missing: int = 0
    twice: int = 0
    load: float = 0.0

    @property
    def blocks_per_s(self) -> float:
        """Blocks that were collected in a second."""
        return self.blocks / self.seconds


def simulate(benches: int, per_bench: int, block_s: float) -> Result:
    """Run a campaign over so many benches, of which some die; return what happened."""
    dead = max(1, round(_DEAD * benches))
    names = [f"bench-{n:03d}" for n in range(benches)]
    groups = [names[:dead], *(names[n : n + _PER_PROCESS] for n in range(dead, benches, _PER_PROCESS))]
    with tempfile.TemporaryDirectory(prefix="fleet-") as name, ExitStack() as stack:
        folder = Path(name)
        archives = folder / "archives"
        scheduler, address = _scheduler(folder)
        stack.callback(_end, scheduler)
        hosts = []
        for group in groups:
            words = ["--offer", ",".join(group), str(folder), str(block_s), address]
            command = [sys.executable, "-m", "benchmarks.fleet", *words]
            hosts.append(subprocess.Popen(command, cwd=HERE, stderr=subprocess.DEVNULL))
            stack.callback(_end, hosts[-1])
        cluster = stack.enter_context(closing(Cluster(Link(address))))
        fleet = DaskBenches(cluster, lambda bench, block: archives / f"{bench}-{block}.tar.gz")
        _await(lambda: len(fleet.present()) == benches, "the benches")
        return _dispatch(fleet, Result(benches, benches * per_bench, dead=dead), scheduler, hosts[0], block_s)


def _dispatch(
    fleet: DaskBenches,
    result: Result,
    scheduler: subprocess.Popen[bytes],
    doomed: subprocess.Popen[bytes],
    block_s: float,
) -> Result:
    spans: list[tuple[str, int, float, float]] = []

    def collect(answer: BlockAnswer) -> None:
        archive = fleet.archive_of(answer.bench, answer.block)
        if archive.stat().st_size < _MEASURED_BYTES:  # random bytes cannot be packed any smaller
            raise SystemExit(f"{archive.name}: expected what was measured")
        archive.unlink()
        spans.append((answer.bench, answer.block, *json.loads(answer.reason)))

    def note(entry: JournalEntry) -> None:
        result.noticed += isinstance(entry, BenchLost)
        result.moved += isinstance(entry, BlockNotDone)

    work = [Work(BlockOrder({"id": "simulated"}, block)) for block in range(1, result.blocks + 1)]
    kind = Kind(MODEL, True, measuring_code())
    dispatcher = Dispatcher(fleet, work, kind, block_s, collect, note, lambda _: None)
    begun_s, spent_s = time.monotonic(), cpu_s_of_tree(scheduler.pid)
    left = True
    while left:
        tick_s = time.monotonic()
        left = dispatcher.tick(tick_s)
        result.ticks_s.append(time.monotonic() - tick_s)
        if doomed.poll() is None and len(spans) > result.blocks / 3:
            doomed.kill()
        time.sleep(_TICK_S)
    result.seconds = time.monotonic() - begun_s
    result.scheduler_cpu_pct = 100 * (cpu_s_of_tree(scheduler.pid) - spent_s) / result.seconds
    result.scheduler_mib, result.dispatcher_mib = _rss_mib(scheduler.pid), _rss_mib(os.getpid())
    result.load = os.getloadavg()[0]
    times = Counter(block for _, block, *_ in spans)
    result.missing = result.blocks - len(times)
    result.twice = sum(count > 1 for count in times.values())
    result.busy_pct = 100 * len(spans) * block_s / (result.seconds * result.benches)
    spans.sort(key=lambda span: (span[0], span[2]))
    result.turnarounds_s = [b[2] - a[3] for a, b in pairwise(spans) if a[0] == b[0]]
    return result


def _scheduler(folder: Path) -> tuple[subprocess.Popen[bytes], str]:
    told = folder / "scheduler.json"
    words = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--dashboard-address", "127.0.0.1:0"]
    process = subprocess.Popen(
        [sys.executable, "-m", "dask", "scheduler", *words, "--scheduler-file", str(told)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _await(lambda: told.exists() and told.stat().st_size, "the scheduler")
    return process, str(json.loads(told.read_text())["address"])


def _await(condition: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + _START_S
    while not condition():
        if time.monotonic() > deadline:
            raise SystemExit(f"waited {_START_S:g} s in vain for {what}")
        time.sleep(0.2)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()


def _rss_mib(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


HEAD = (
    "| benches | blocks | s | blocks per s | turnaround p50, s | p95 | tick p50, s | largest "
    "| benches busy, % | scheduler, % of a core | MiB | dispatcher, MiB | benches killed "
    "| killed in a block | blocks moved | missing | twice | load |\n"
    "|" + "---:|" * 18
)


def row(r: Result) -> str:
    """Return the result as a row of the Markdown table."""
    p50, p95 = np.percentile(r.turnarounds_s, [50, 95]) if r.turnarounds_s else (np.nan, np.nan)
    cells = [r.benches, r.blocks, f"{r.seconds:.0f}", f"{r.blocks_per_s:.1f}", f"{p50:.2f}", f"{p95:.2f}"]
    cells += [f"{np.median(r.ticks_s):.2f}", f"{max(r.ticks_s):.2f}", f"{r.busy_pct:.0f}"]
    cells += [f"{r.scheduler_cpu_pct:.0f}", f"{r.scheduler_mib:.0f}", f"{r.dispatcher_mib:.0f}"]
    cells += [r.dead, r.noticed, r.moved, r.missing, r.twice, f"{r.load:.1f}"]
    return f"| {' | '.join(map(str, cells))} |"


def main() -> int:
    """Simulate and print; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--benches", default="10,100,500", help="sizes of the fleet (default 10,100,500)")
    parser.add_argument("--block-s", type=float, default=20.0, help="length of a block (default 20)")
    parser.add_argument("--blocks", type=int, default=3, help="blocks for each bench (default 3)")
    parser.add_argument("--json", action="store_true", help="print one JSON document instead of the table")
    parser.add_argument("--offer", nargs=4, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.offer:
        names, folder, block_s, scheduler = options.offer
        asyncio.run(_offer_all(names.split(","), Path(folder), float(block_s), scheduler))
        return 0
    results = []
    for benches in map(int, options.benches.split(",")):
        results.append(simulate(benches, options.blocks, options.block_s))
        if not options.json:
            print(*([HEAD] if len(results) == 1 else []), row(results[-1]), sep="\n", flush=True)
    if options.json:
        print(json.dumps({"cpu": cpu(), "rows": [asdict(r) for r in results]}, indent=2))
    else:
        print(f"\nSIMULATED benches, blocks of {options.block_s:g} s. {os.cpu_count()} cores.")
    return 1 if any(r.missing or r.twice for r in results) else 0


if __name__ == "__main__":
    sys.exit(main())
