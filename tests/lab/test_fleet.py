"""A fleet of two virtual benches on one Dask scheduler, all of them processes of this machine."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest
from lab_bench import LAB, kill, lab, processes_naming, wait_for, write_config

from lab.conduct.campaign import create, draw_campaign
from lab.config.file import load_config
from lab.fleet.bench import load_bench
from lab.fleet.link import Link
from lab.fleet.merge import merge, pack
from lab.fleet.orders import BlockOrder
from lab.fleet.run import check_fleets_own
from lab.fleet.stall import end_hung, longest_silence_s, wait
from lab.fleet.worker import BenchAgent
from lab.serve.fleet import FleetWatch
from records.campaign import CampaignFolder
from records.errors import ConfigurationError, RecordError, SutError
from records.shard import LeaseRecord
from reports.pages.fleet import render_fleet

BENCH = """
[bench]
name = "{name}"
model = "Virtual computer"
[sut]
collectl = "never"
[meter]
driver = "wattsup_pro"
port = "virtual"
interval_s = 1.0
calibration = "cal.json"
[environments.cpu]
python = "env/bin/python"
"""


def write_bench(folder: Path, name: str) -> Path:
    path = folder / f"{name}.toml"
    path.write_text(BENCH.format(name=name))
    return path


def test_the_sections_of_a_bench_replace_those_of_the_campaign(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    bench = load_bench(write_bench(tmp_path / "there", "a"))
    campaign = load_config(write_config(tmp_path, port="/dev/ttyUSB9"))
    config = bench.configure(campaign.to_json())
    assert config.meter.port == "virtual"
    assert config.meter.calibration == str(tmp_path / "there/cal.json")
    assert config.environments["cpu"].python == str(tmp_path / "there/env/bin/python")
    assert config.scenario == campaign.scenario
    assert config.base_dir == tmp_path
    assert bench.folder == tmp_path / "there/a"


def test_a_mistake_in_the_file_of_a_bench_names_key_and_file(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text(BENCH.format(name="a").replace("model =", "modell ="))
    with pytest.raises(ConfigurationError, match=r"a\.toml.*modell"):
        load_bench(path)


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:8786", "tcp://localhost:8786", "tcp://[::1]:8786"])
def test_loopback_needs_no_certificate(address: str) -> None:
    assert Link(address).security() is None


@pytest.mark.parametrize(
    "address",
    ["tcp://192.0.2.1:8786", "tcp://lab.example:8786", "tls://192.0.2.1:8786", "ws://127.0.0.1:1"],
)
def test_what_leaves_the_machine_needs_certificates(address: str) -> None:
    with pytest.raises(ConfigurationError, match="--scheduler"):
        Link(address)


def test_certificates_come_together_and_only_with_tls(tmp_path: Path) -> None:
    pem = tmp_path / "x.pem"
    with pytest.raises(ConfigurationError, match="together"):
        Link("tls://192.0.2.1:8786", ca=pem)
    with pytest.raises(ConfigurationError, match="tls://"):
        Link("tcp://127.0.0.1:8786", pem, pem, pem)
    pem.write_text("no certificate")
    with pytest.raises(ConfigurationError, match=r"x\.pem"):
        Link("tls://192.0.2.1:8786", pem, pem, pem).security()


def damaged_archive(folder: Path, damage: str) -> Path:
    archive = folder / "block.tar.gz"
    block = measured_block(folder / "bench")
    (block / "runs/0001-baseline/meter.csv").write_bytes(random.Random(1).randbytes(100_000))
    pack(block, archive)
    whole = archive.read_bytes()
    middle = len(whole) // 2
    changed = {
        "no archive": b"no archive",
        "cut": whole[:middle],
        "one byte": whole[:middle] + bytes([whole[middle] ^ 0xFF]) + whole[middle + 1 :],
        "many bytes": whole[:2000] + bytes(1000) + whole[3000:],
    }
    archive.write_bytes(changed[damage])
    return archive


@pytest.mark.parametrize("damage", ["no archive", "cut", "one byte", "many bytes"])
def test_an_archive_that_is_damaged_changes_nothing(tmp_path: Path, damage: str) -> None:
    folder = CampaignFolder(tmp_path / "c")
    folder.runs.mkdir(parents=True)
    with pytest.raises(RecordError, match="block 1"):
        merge(folder, "a", 1, damaged_archive(tmp_path, damage))
    assert list(folder.runs.iterdir()) == []


def test_a_block_whose_clock_was_cut_off_before_its_first_line_is_taken_in(tmp_path: Path) -> None:
    block = measured_block(tmp_path / "bench")
    (block / "clock.csv").write_text("")
    archive = tmp_path / "block.tar.gz"
    pack(block, archive)
    folder = CampaignFolder(tmp_path / "c")
    folder.runs.mkdir(parents=True)
    merge(folder, "a", 1, archive)
    assert (folder.runs / "0001-baseline/run.json").exists()


def order_for(folder: Path, **changes: object) -> BlockOrder:
    """Return the first and only block of a short campaign."""
    campaign = draw_campaign(load_config(write_config(folder, **changes)), only=(), simulated=True)
    return BlockOrder(campaign.to_json(), 1)


def test_a_bench_whose_lease_is_damaged_is_faulty_and_measures_nothing(tmp_path: Path) -> None:
    agent = BenchAgent(load_bench(write_bench(tmp_path, "a")))
    (tmp_path / "a").mkdir()
    (tmp_path / "a/lease.json").write_text("{")
    answer = agent.run(order_for(tmp_path))
    assert answer.code == SutError.exit_code
    assert "lease.json" in answer.reason
    assert (agent.state.state, agent.state.reason) == ("faulty", answer.reason)


def test_a_campaign_that_a_bench_cannot_run_is_no_fault_of_the_bench(tmp_path: Path) -> None:
    path = write_bench(tmp_path, "a")
    path.write_text("\n".join(path.read_text().splitlines()[:-3]))
    agent = BenchAgent(load_bench(path))
    answer = agent.run(order_for(tmp_path, command='["no-such-program"]'))
    assert answer.code == ConfigurationError.exit_code
    assert "no-such-program" in answer.reason
    assert agent.state.state == "idle"


def measured_block(path: Path) -> Path:
    """Write what a campaign folder of one block holds."""
    (path / "runs/0001-baseline").mkdir(parents=True)
    (path / "runs/0001-baseline/run.json").write_text("{}")
    (path / "virtual").mkdir()
    (path / "virtual/port").symlink_to("/dev/null")
    os.mkfifo(path / "pipe")
    (path / "journal.jsonl").write_text('{"what": "run started", "run_dir": "0001-baseline"}\n{"torn')
    (path / "clock.csv").write_text("t_utc_s,offset_s\n1.0,0.0\n")
    (path / "environment.json").write_text("{}")
    return path


def test_a_block_is_taken_in_once_however_often_it_comes(tmp_path: Path) -> None:
    archive = tmp_path / "block.tar.gz"
    assert pack(measured_block(tmp_path / "bench"), archive) == archive.stat().st_size
    folder = CampaignFolder(tmp_path / "c")
    folder.runs.mkdir(parents=True)
    for _ in range(2):
        merge(folder, "a", 1, archive)
    assert (folder.runs / "0001-baseline/run.json").read_text() == "{}"
    (line,) = folder.journal.read_text().splitlines()
    assert json.loads(line) == {"what": "run started", "run_dir": "0001-baseline", "bench": "a"}
    assert folder.clock.read_text() == "t_utc_s,offset_s\n1.0,0.0\n"
    kept = {path.relative_to(folder.path).as_posix() for path in folder.path.rglob("*") if path.is_file()}
    assert "benches/a/block-0001/journal.jsonl" in kept
    assert not [name for name in kept if "port" in name or "part" in name or "pipe" in name]


def test_what_was_left_of_an_interrupted_merge_is_taken_in(tmp_path: Path) -> None:
    archive = tmp_path / "block.tar.gz"
    assert pack(measured_block(tmp_path / "bench"), archive) == archive.stat().st_size
    folder = CampaignFolder(tmp_path / "c")
    folder.runs.mkdir(parents=True)
    merge(folder, "a", 1, archive)
    (folder.runs / "0001-baseline").rename(folder.path / "benches/a/block-0001/elsewhere")
    merge(folder, "a", 1, archive)
    assert (folder.runs / "0001-baseline/run.json").exists()
    assert len(folder.journal.read_text().splitlines()) == 1


def test_the_page_of_a_fleet_shows_each_bench_and_takes_names_as_text() -> None:
    hostile = "<img src=x onerror=alert(1)>"
    row = {
        "name": hostile,
        "state": "faulty",
        "since": "3 s",
        "words": hostile,
        "model": hostile,
        "simulated": True,
    }
    found = {"scheduler": hostile, "connected": True, "words": hostile, "simulated": True, "benches": [row]}
    page = render_fleet(found)
    assert hostile not in page
    assert page.count("&lt;img src=x") >= 5
    assert 'data-state="faulty"' in page


def silent(journal: Path, for_s: float) -> None:
    journal.parent.mkdir(parents=True)
    journal.touch()
    written = journal.stat().st_mtime - for_s
    os.utime(journal, (written, written))


@pytest.mark.parametrize("words", ["sleep 60", "trap '' TERM; sleep 60 & wait; sleep 60"])
def test_a_block_that_hangs_is_ended(tmp_path: Path, words: str) -> None:
    child = subprocess.Popen(["sh", "-c", words])
    assert not wait(child, tmp_path / "journal.jsonl", 0.3, look_s=0.1, ends_s=0.5)
    assert child.returncode < 0


def test_a_block_that_writes_or_ends_is_left_alone(tmp_path: Path) -> None:
    journal = tmp_path / "journal.jsonl"
    writes = f"for i in 1 2 3 4 5 6 7 8; do echo >> {journal}; sleep 0.2; done"
    child = subprocess.Popen(["sh", "-c", writes])
    assert wait(child, journal, 1.0, look_s=0.1)
    assert child.returncode == 0


def lease_of(process: subprocess.Popen[bytes], granted_before_s: float) -> LeaseRecord:
    granted_utc_s = time.time() - granted_before_s
    return LeaseRecord(number=1, owner="block 1", host="", granted_utc_s=granted_utc_s, pid=process.pid)


def test_only_a_hung_process_of_an_earlier_worker_is_killed(tmp_path: Path) -> None:
    silent(tmp_path / "campaign/block-0001/c/journal.jsonl", 100.0)
    child = subprocess.Popen(["sleep", "60"])
    end_hung(lease_of(child, 300.0), tmp_path, 200.0)
    end_hung(lease_of(child, 20.0), tmp_path, 50.0)
    assert child.poll() is None, "it writes, or has only just been given the bench"
    end_hung(lease_of(child, 300.0), tmp_path, 50.0)
    assert child.wait(10) == -signal.SIGKILL
    end_hung(lease_of(child, 300.0), tmp_path, 50.0)


def test_the_longest_silence_holds_every_step_of_a_run(tmp_path: Path) -> None:
    config = load_config(write_config(tmp_path, limit_s=500))
    assert longest_silence_s(config) > 500 + config.sut.link_lost_s - 1


def test_a_campaign_of_a_single_bench_is_not_continued_by_a_fleet(tmp_path: Path) -> None:
    config = load_config(write_config(tmp_path))
    opened = create(draw_campaign(config, only=(), simulated=True), config, tmp_path / "c")
    check_fleets_own(opened)
    (opened.folder.runs / "0001-baseline").mkdir(parents=True)
    with pytest.raises(ConfigurationError, match="lab resume"):
        check_fleets_own(opened)


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
