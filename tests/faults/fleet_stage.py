"""A fleet on this machine: scheduler, workers of virtual benches and `lab fleet run`, each a process.

What ends is started again, as a lab would. The SUTs are this machine, or each is behind an sshd of its own.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

from campaign_processes import COMMANDS, CONDUCTOR, FAR_COMMANDS, find, inheriting
from far_sut import FAR_SUT, deployed
from lab_program import LAB

sys.path.append(str(Path(__file__).parents[1]))
from ssh_bench import SshBench

DASK = str(Path(sys.executable).with_name("dask"))
SCHEDULER, DISPATCHER = "scheduler", "lab fleet run"

_BENCH = """
[bench]
name = "{name}"
model = "Virtual computer"
[sut]
collectl = "never"
{sut}
[meter]
driver = "wattsup_pro"
port = "virtual"
"""
_PRIVATE = ("--host", "127.0.0.1", "--no-dashboard", "--dashboard-address", "127.0.0.1:0")
_CONTROLLER = (
    "lab fleet worker",
    "lab run --plan",
    *(COMMANDS[role] for role in ("meter logger", "virtual instrument")),
    FAR_COMMANDS["ssh client"],
    "[mux]",
)
"""What the command lines on a bench's controller hold."""

_STARTS_S, _ENDS_S = 60.0, 120.0


@dataclass
class Bench:
    """A bench: its worker, and what that starts, found by a variable which all inherit.

    Attributes:
        name: of the bench.
        folder: holds ``NAME.toml`` and the folder of the bench.
        variables: of its controller's processes.
        far: where its SUT is, behind ssh; this machine if ``None``.
    """

    name: str
    folder: Path
    variables: dict[str, str]
    far: SshBench | None = None
    down: bool = False

    @property
    def toml(self) -> Path:
        """Its file."""
        return self.folder / f"{self.name}.toml"

    def shards(self, campaign_id: str = "*") -> list[Path]:
        """Return the campaign folders of all blocks that it was given."""
        return sorted((self.folder / self.name).glob(f"shards/{campaign_id}/*/c"))

    def run_under_way(self) -> Path | None:
        """Return the folder of the run that it measures now."""
        if self.process(CONDUCTOR) is None:
            return None
        for run_json in (path for shard in self.shards() for path in shard.glob("runs/*/run.json")):
            try:
                if json.loads(run_json.read_text())["status"] == "running":
                    return run_json.parent
            except ValueError:  # it is being written
                continue
        return None

    def process(self, role: str) -> int | None:
        """Return the id of a process of ``lab run --plan`` on it, if there is one now."""
        if role != CONDUCTOR:
            return find(role, self._mark)
        return next((pid for pid, words in self.processes().items() if "lab run --plan" in words), None)

    def processes(self) -> dict[int, str]:
        """Return all of its processes, on the SUT as well, with their command lines."""
        return inheriting(self._mark)

    def on_controller(self) -> list[int]:
        """Return what a power cut of its controller ends."""
        return [pid for pid, words in self.processes().items() if any(part in words for part in _CONTROLLER)]

    def on_sut(self) -> list[int]:
        """Return the processes on a SUT behind ssh, sshd aside."""
        return list(inheriting(f"FLEET_SUT={self.variables['FLEET_BENCH']}"))

    @property
    def _mark(self) -> str:
        return f"FLEET_BENCH={self.variables['FLEET_BENCH']}"


@dataclass
class Fleet:
    """Scheduler, workers and dispatcher, started again whenever they have ended.

    Attributes:
        folder: holds all of it.
        benches: the benches.
        gone_s: after so long another bench measures the block of one that is away; a bench that only rests
            after a fault keeps it that long, so that no completed run is measured again.
        campaign: folder of the present campaign.
        problems: what ended as it must not, in words.
    """

    folder: Path
    benches: list[Bench] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    gone_s: int = 3600
    campaign: Path = Path()
    _mark: str = field(default_factory=lambda: uuid4().hex)
    _processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    _address: str = ""

    def begin(self, names: Sequence[str], far: bool = False) -> None:
        """Start a scheduler and write the files of the benches; `keep_up` starts their workers."""
        for name in names:
            self.benches.append(self._bench(name, far))
        told = self.folder / "scheduler.json"
        self._start(SCHEDULER, [DASK, "scheduler", *_PRIVATE, "--port", "0", "--scheduler-file", str(told)])
        deadline = time.monotonic() + _STARTS_S
        while not told.exists():
            if time.monotonic() > deadline:
                raise TimeoutError(f"no scheduler within {_STARTS_S:g} s")
            time.sleep(0.1)
        self._address = json.loads(told.read_text())["address"]

    def begin_workers(self) -> None:
        """Start the workers of all benches and wait until they have joined."""
        for bench in self.benches:
            self._start_worker(bench)
        deadline = time.monotonic() + _STARTS_S
        while not all("is offered to" in self._last_words(bench.name) for bench in self.benches):
            if time.monotonic() > deadline:
                raise TimeoutError(f"no workers within {_STARTS_S:g} s")
            time.sleep(0.1)

    def begin_campaign(self, name: str, text: str) -> None:
        """Let ``lab fleet run`` begin a campaign in a folder of this name."""
        self.campaign = self.folder / name
        (self.folder / f"{name}.toml").write_text(text)

    def keep_up(self) -> bool:
        """Start again what has ended; say whether the campaign goes on."""
        for name, process in list(self._processes.items()):
            if (code := process.poll()) is None:
                continue
            del self._processes[name]
            if name == DISPATCHER and code == 0:
                return False
            if code not in ((0, 1, 3, -9) if name == DISPATCHER else (-9,)):
                self.problems.append(f"{name} ended with {code}: {self._last_words(name)}")
        if SCHEDULER not in self._processes:
            port = self._address.rpartition(":")[2]
            self._start(SCHEDULER, [DASK, "scheduler", *_PRIVATE, "--port", port])
        for bench in self.benches:
            if bench.name not in self._processes and not bench.down:
                self._start_worker(bench)
        if DISPATCHER not in self._processes:
            again = (self.campaign / "campaign.json").exists()
            words = [str(self.campaign)] if again else [f"{self.campaign}.toml", "--out", str(self.campaign)]
            way = ["--scheduler", self._address, "--gone-s", str(self.gone_s)]
            self._start(DISPATCHER, [LAB, "fleet", "run", *words, *way])
        return True

    def process(self, name: str) -> int | None:
        """Return the id of scheduler, dispatcher or the worker of a bench, if it runs now."""
        process = self._processes.get(name)
        return None if process is None or process.poll() is not None else process.pid

    def end(self) -> None:
        """End everything in order; what outlives that is a problem."""
        for process in self._processes.values():
            process.terminate()
        for process in self._processes.values():
            process.wait(timeout=_ENDS_S)
        deadline = time.monotonic() + _ENDS_S  # the shared connection of ssh stays for a minute
        while (left := inheriting(f"FLEET_FAULTS={self._mark}")) and time.monotonic() < deadline:
            time.sleep(0.5)
        self.problems += [f"left running: {words}" for words in left.values()]
        for bench in self.benches:
            if bench.far is not None:
                bench.far.down()

    def _bench(self, name: str, far: bool) -> Bench:
        variables = {"FLEET_FAULTS": self._mark, "FLEET_BENCH": f"{self._mark}-{name}"}
        bench = Bench(name, self.folder, variables)
        bench.toml.write_text(_BENCH.format(name=name, sut=FAR_SUT if far else ""))
        if far:
            folder = self.folder / f"{name}-sut"
            (folder / "tmp").mkdir(parents=True)
            own = {"FLEET_SUT": variables["FLEET_BENCH"], "TMPDIR": str(folder / "tmp")}
            bench.far = deployed(folder, variables | own)
            bench.variables |= bench.far.environment
        return bench

    def _start_worker(self, bench: Bench) -> None:
        argv = [LAB, "fleet", "worker", "--bench", str(bench.toml), "--scheduler", self._address]
        self._start(bench.name, argv, bench.variables)

    def _start(
        self, name: str, argv: list[str], variables: dict[str, str] | None = None
    ) -> "subprocess.Popen[bytes]":
        own = {"FLEET_FAULTS": self._mark} if variables is None else variables
        with open(self._log(name), "ab") as log:
            process = subprocess.Popen(
                argv,
                cwd=self.folder,
                env={**os.environ, **own},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._processes[name] = process
        return process

    def _log(self, name: str) -> Path:
        return self.folder / f"{name}.log".replace(" ", "-")

    def _last_words(self, name: str) -> str:
        return self._log(name).read_text(errors="replace")[-1500:]
