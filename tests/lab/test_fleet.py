"""A fleet of two virtual benches on one Dask scheduler, all of them processes of this machine."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest
from fleet_bench import BENCH
from lab_bench import LAB, kill, lab, processes_naming, wait_for, write_config

from lab.fleet.link import Link
from lab.serve.fleet import FleetWatch


@pytest.mark.slow
def test_without_a_scheduler_it_says_how_to_start_one(tmp_path: Path) -> None:
    done = lab("fleet", "status", "--scheduler", "tcp://127.0.0.1:9")
    assert done.returncode == 3
    assert "dask scheduler" in done.stderr


class Scheduler:
    """A Dask scheduler, which the test may kill and start again at the same address."""

    def __init__(self, told: Path, before: str = "") -> None:
        self._told = told
        self._program = f"{before}from distributed.cli.dask_scheduler import main; main()"
        self.address = self.start("0")

    def start(self, port: str | None = None) -> str:
        """Start it, at the port of before unless given, and return its address."""
        argv = [sys.executable, "-c", self._program, "--host", "127.0.0.1"]
        argv += ["--port", port or self.address.rpartition(":")[2], "--no-dashboard"]
        argv += ["--dashboard-address", "127.0.0.1:0"]
        argv += ["--scheduler-file", str(self._told)]
        self._told.unlink(missing_ok=True)
        self.process = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, text=True)
        address: str = wait_for(
            "the scheduler", lambda: self._told.exists() and json.loads(self._told.read_text())["address"]
        )
        return address


@pytest.fixture
def scheduler(tmp_path: Path) -> Iterator[Scheduler]:
    """A scheduler of its own."""
    scheduler = Scheduler(tmp_path / "scheduler.json")
    yield scheduler
    scheduler.process.terminate()
    scheduler.process.wait()


@pytest.fixture
def strange_scheduler(tmp_path: Path) -> Iterator[Scheduler]:
    """A scheduler in an environment without Wattlab."""
    scheduler = Scheduler(tmp_path / "scheduler.json", "import sys; sys.modules['lab'] = None; ")
    yield scheduler
    scheduler.process.terminate()
    scheduler.process.wait()


class Controllers:
    """Workers of benches, which the test may kill."""

    def __init__(self, folder: Path, scheduler: Scheduler) -> None:
        self.folder, self.scheduler = folder, scheduler.address
        self.processes: dict[str, subprocess.Popen[str]] = {}

    def start(self, name: str) -> None:
        bench = self.folder / f"{name}.toml"
        bench.write_text("\n".join(BENCH.format(name=name).splitlines()[:-3]))
        argv = [*LAB, "fleet", "worker", "--bench", str(bench), "--scheduler", self.scheduler]
        with open(self.folder / f"{name}.log", "a") as log:
            self.processes[name] = subprocess.Popen(argv, stdout=log, stderr=log, text=True)

    def states(self) -> dict[str, str]:
        done = lab("fleet", "status", "--scheduler", self.scheduler, "--json")
        return {bench["name"]: bench["state"] for bench in json.loads(done.stdout)["benches"]}

    def end(self) -> None:
        for process in self.processes.values():
            process.terminate()
        for process in self.processes.values():
            process.wait(timeout=60)


@pytest.fixture
def controllers(tmp_path: Path, scheduler: Scheduler) -> Iterator[Controllers]:
    """Controllers of benches, ended with the test."""
    controllers = Controllers(tmp_path, scheduler)
    yield controllers
    controllers.end()


def runs_by_bench(campaign: Path) -> dict[str, list[dict[str, object]]]:
    found: dict[str, list[dict[str, object]]] = {}
    for path in sorted(campaign.glob("runs/*/run.json")):
        run = json.loads(path.read_text())
        found.setdefault(run["bench"], []).append(run)
    return found


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_killed_worker_costs_nothing_and_no_bench_runs_two_at_a_time(
    tmp_path: Path, controllers: Controllers
) -> None:
    for name in ("a", "b"):
        controllers.start(name)
    wait_for("both benches", lambda: controllers.states() == {"a": "idle", "b": "idle"})
    config = write_config(tmp_path)
    config.write_text(config.read_text().replace("repeats = 1", "repeats = 4"))
    argv = [
        *LAB,
        "fleet",
        "run",
        str(config),
        "--scheduler",
        controllers.scheduler,
        "--out",
        str(tmp_path / "c"),
    ]
    running = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    wait_for("a run on bench a", lambda: list(tmp_path.glob("a/shards/*/*/c/runs/*/events.jsonl")))
    measuring = set(processes_naming(f"{tmp_path}/a/shards"))
    kill(controllers.processes["a"])
    assert measuring <= set(processes_naming(f"{tmp_path}/a/shards")), "what has begun is measured to its end"
    controllers.start("a")
    out, errors = running.communicate(timeout=250)
    assert running.returncode == 0, errors
    assert lab("check", tmp_path / "c").returncode == 0
    assert lab("resume", tmp_path / "c").returncode == 2, "one bench does not go on with the blocks of others"
    assert "9 of 9 runs completed" in out
    by_bench = runs_by_bench(tmp_path / "c")
    assert set(by_bench) == {"a", "b"}
    assert sum(len(runs) for runs in by_bench.values()) == 9, "no run was measured twice"
    for runs in by_bench.values():
        assert {run["status"] for run in runs} == {"completed"}
        spans = sorted((run["t_start_utc_s"], run["t_stop_utc_s"]) for run in runs)
        assert all(a[1] <= b[0] for a, b in pairwise(spans))
        numbers = [run["lease"] for run in sorted(runs, key=lambda run: run["t_start_utc_s"])]
        assert numbers == sorted(numbers)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_run_that_is_interrupted_goes_on_and_a_worker_that_ends_leaves_nothing_running(
    tmp_path: Path, controllers: Controllers
) -> None:
    controllers.start("a")
    wait_for("the bench", lambda: controllers.states() == {"a": "idle"})
    argv = ["fleet", "run", str(write_config(tmp_path)), "--scheduler", controllers.scheduler]
    running = subprocess.Popen([*LAB, *argv, "--out", str(tmp_path / "c")], stderr=subprocess.PIPE, text=True)
    wait_for("a run", lambda: list(tmp_path.glob("a/shards/*/*/c/runs/*/events.jsonl")))
    running.send_signal(signal.SIGTERM)
    running.communicate(timeout=60)
    assert running.returncode == 130
    os.kill(controllers.processes["a"].pid, signal.SIGTERM)
    controllers.processes["a"].wait(timeout=60)
    assert processes_naming(f"{tmp_path}/a/shards") == {}
    assert controllers.states() == {"a": "away"}
    controllers.start("a")
    done = lab("fleet", "run", tmp_path / "c", "--scheduler", controllers.scheduler)
    assert done.returncode == 0, done.stderr
    assert "3 of 3 runs completed" in done.stdout


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_killed_scheduler_costs_nothing(
    tmp_path: Path, scheduler: Scheduler, controllers: Controllers
) -> None:
    controllers.start("a")
    wait_for("the bench", lambda: controllers.states() == {"a": "idle"})
    argv = ["fleet", "run", str(write_config(tmp_path)), "--scheduler", scheduler.address]
    argv += ["--out", str(tmp_path / "c")]
    running = subprocess.Popen([*LAB, *argv], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    wait_for("a run", lambda: list(tmp_path.glob("a/shards/*/*/c/runs/*/events.jsonl")))
    kill(scheduler.process)
    scheduler.start()
    out, errors = running.communicate(timeout=250)
    assert running.returncode == 0, errors
    assert "3 of 3 runs completed" in out
    assert sorted(path.name for path in (tmp_path / "c/runs").iterdir()) == [
        "0001-baseline",
        "0002-work",
        "0003-baseline",
    ]


@pytest.mark.slow
def test_the_page_follows_the_benches_and_says_when_the_scheduler_is_gone(
    scheduler: Scheduler, controllers: Controllers
) -> None:
    with closing(FleetWatch(Link(scheduler.address))) as watch:
        controllers.start("a")
        (bench,) = wait_for("the bench", lambda: watch.look()["benches"])
        assert (bench["name"], bench["state"], bench["simulated"]) == ("a", "idle", True)
        kill(scheduler.process)
        wait_for("the loss of the scheduler", lambda: not watch.look()["connected"])
        assert watch.look()["benches"] == []


@pytest.mark.slow
def test_a_scheduler_without_wattlab_stops_the_campaign_at_once(
    tmp_path: Path, strange_scheduler: Scheduler
) -> None:
    controllers = Controllers(tmp_path, strange_scheduler)
    controllers.start("a")
    try:
        argv = ["fleet", "run", str(write_config(tmp_path)), "--scheduler", strange_scheduler.address]
        done = lab(*argv, "--out", tmp_path / "c")
    finally:
        controllers.end()
    assert done.returncode == 2
    assert "environment" in done.stderr
    assert "RuntimeError" not in done.stderr
