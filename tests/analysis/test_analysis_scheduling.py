"""The same numbers from one process, several, or a cluster; and what is said when workers fail."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import psutil
import pytest
from synthetic import small_campaign

from analysis.campaign import analyse
from analysis.scheduling import Workforce, run_map
from records.errors import ConfigurationError, RecordError, SutError

ROOT = Path(__file__).resolve().parents[2]
START_S = 60.0
PRIVATE = ("--no-dashboard", "--dashboard-address", "127.0.0.1:0")
NAMES = [f"{number:04d}-run" for number in range(1, 7)]


def square(item: int) -> int:
    return item * item


def refuse(item: int) -> int:
    raise RecordError(f"expected another number, found {item}")


def die_at_three(item: int, mark: Path, deaths: int) -> int:
    """Kill the process that works on item 3, so many times."""
    if item == 3 and len(list(mark.iterdir())) < deaths:
        (mark / str(os.getpid())).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return item * item


def in_processes(function: Callable[[int], int], folder: Path, jobs: int = 2) -> list[int]:
    return run_map(function, range(1, 7), NAMES, folder, Workforce(jobs))


@pytest.fixture(scope="module")
def campaign(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_campaign().write(tmp_path_factory.mktemp("scheduling") / "campaign")


def tables(campaign: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((campaign / "results").iterdir())}


@pytest.fixture(scope="module")
def alone(campaign: Path) -> dict[str, bytes]:
    """The results as one process computes them."""
    analyse(campaign)
    return tables(campaign)


def listening(of: psutil.Process) -> set[tuple[str, int]]:
    """Addresses and ports at which a process and those below it can be reached."""
    found = set()
    for process in (of, *of.children(recursive=True)):
        connections = process.net_connections("inet")
        found |= {(c.laddr.ip, c.laddr.port) for c in connections if c.status == psutil.CONN_LISTEN}
    return found


def test_local_processes_give_the_same_bytes_and_leave_nothing(
    campaign: Path, alone: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    shutil.rmtree(campaign / "results")
    done: list[tuple[int, int]] = []
    before = listening(psutil.Process())  # a browser of other tests
    reachable: set[tuple[str, int]] = set()

    def progress(number: int, total: int) -> None:
        done.append((number, total))
        reachable.update(listening(psutil.Process()) - before)

    analyse(campaign, workforce=Workforce(jobs=2), progress=progress)
    assert tables(campaign) == alone
    assert done[-1] == (8, 8)
    assert reachable == set()
    assert list(tmp_path.iterdir()) == []
    assert not [p for p in psutil.Process().children(recursive=True) if "spawn_main" in p.cmdline()]


def test_what_a_worker_raises_arrives_here(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="expected another number, found"):
        in_processes(refuse, tmp_path)


@pytest.mark.timeout(240)
def test_a_worker_that_dies_is_replaced_and_one_run_that_kills_all_is_named(tmp_path: Path) -> None:
    once, always = tmp_path / "once", tmp_path / "always"
    once.mkdir(), always.mkdir()
    assert in_processes(partial(die_at_three, mark=once, deaths=1), tmp_path) == [1, 4, 9, 16, 25, 36]
    assert len(list(once.iterdir())) == 1
    with pytest.raises(SutError, match="0003-run: every process that took this on died of it"):
        in_processes(partial(die_at_three, mark=always, deaths=99), tmp_path)


def test_processes_of_this_machine_need_no_dask(tmp_path: Path) -> None:
    here = f"{sys.executable} -c"
    program = (
        "import sys; from analysis.scheduling import run_map; from pathlib import Path\n"
        "print(run_map(abs, [-1, 2], ['a', 'b'], Path('.')), 'distributed' in sys.modules)"
    )
    found = subprocess.run([*here.split(), program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout == "[1, 2] False\n"


@pytest.mark.parametrize(
    ("jobs", "scheduler", "message"),
    [(0, None, "from 1 on, found 0"), (2, "tcp://127.0.0.1:8786", "both given")],
)
def test_a_workforce_that_cannot_be_is_refused(jobs: int, scheduler: str | None, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        Workforce(jobs, scheduler)


@pytest.mark.parametrize(
    "address", ["nonsense", "127.0.0.1:8786", "http://127.0.0.1:8786", "tcp://127.0.0.1:x"]
)
def test_what_is_no_address_is_a_mistake_of_the_command_line(tmp_path: Path, address: str) -> None:
    with pytest.raises(ConfigurationError, match=r"expected an address such as tcp://127.0.0.1:8786"):
        run_map(square, [1, 2], NAMES, tmp_path, Workforce(scheduler=address))


class Cluster:
    """A scheduler of its own process, and its workers."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._children: list[subprocess.Popen[bytes]] = []
        self.log = folder / "scheduler.log"
        self._start(self.log, "scheduler", "--host", "127.0.0.1", "--port", "0", *PRIVATE)
        self.address = self._await_address()

    def _start(self, log: Path, *arguments: str, code: Path = ROOT) -> subprocess.Popen[bytes]:
        with log.open("wb") as output:
            child = subprocess.Popen(
                [sys.executable, "-m", "dask", *arguments],
                cwd=self._folder,
                env={**os.environ, "PYTHONPATH": f"{code}:{Path(__file__).parent}"},
                stdout=output,
                stderr=output,
            )
        self._children.append(child)
        return child

    def _await_address(self) -> str:
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            for line in self.log.read_text().splitlines():
                if "Scheduler at:" in line:
                    return line.split()[-1]
            time.sleep(0.05)
        raise AssertionError(self.log.read_text())

    def worker(self, name: str, code: Path = ROOT) -> subprocess.Popen[bytes]:
        """Start a worker and wait until the scheduler knows it."""
        child = self._start(
            self._folder / f"{name}.log",
            *("worker", self.address, "--name", name, "--nthreads", "1", "--memory-limit", "0"),
            *("--no-nanny", *PRIVATE, "--host", "127.0.0.1", "--local-directory", str(self._folder)),
            code=code,
        )
        deadline = time.monotonic() + START_S
        while f"name: {name}" not in self.log.read_text() and f"name={name}" not in self.log.read_text():
            assert time.monotonic() < deadline, (self._folder / f"{name}.log").read_text()
            time.sleep(0.05)
        return child

    def close(self) -> None:
        for child in reversed(self._children):
            child.terminate()
            child.wait(START_S)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    cluster = Cluster(tmp_path_factory.mktemp("cluster"))
    yield cluster
    cluster.close()


@pytest.mark.timeout(240)
def test_a_cluster_without_workers_with_stale_ones_and_with_good_ones(
    cluster: Cluster, campaign: Path, alone: dict[str, bytes], tmp_path: Path
) -> None:
    workforce = Workforce(scheduler=cluster.address)
    with pytest.raises(SutError, match=r"tcp://127\.0\.0\.1.*expected workers"):
        analyse(campaign, workforce=workforce)

    for package in ("records", "analysis"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    with (tmp_path / "analysis" / "maths" / "arrays.py").open("a") as file:
        file.write("# an older version\n")
    stale = cluster.worker("stale", code=tmp_path)
    with pytest.raises(
        SutError, match=r"expected Wattlab's code to be .* for the worker at tcp://127\.0\.0\.1"
    ):
        analyse(campaign, workforce=workforce)
    stale.terminate()
    stale.wait(START_S)

    good = [cluster.worker(name) for name in ("first", "second")]
    shutil.rmtree(campaign / "results")
    analyse(campaign, workforce=workforce)
    assert tables(campaign) == alone

    # A worker that is killed at work: the other one goes on.
    (tmp_path / "deaths").mkdir()
    die_once = partial(die_at_three, mark=tmp_path / "deaths", deaths=1)
    assert run_map(die_once, range(1, 7), NAMES, campaign, workforce) == [1, 4, 9, 16, 25, 36]
    assert sorted(child.poll() is None for child in good) == [False, True]
