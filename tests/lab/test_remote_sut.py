"""A bench whose SUT is behind a real sshd: installing there, doctor, a lost link."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from ssh_bench import NAME, SshBench, need_sshd

from records.journal import read_journal
from records.journal_events import RunEnded, StatePrepared

LAB = Path(sys.executable).with_name("lab")
CONFIG = """
[campaign]
title = "Remote"
repeats = 1
seed = 1
[sut]
host = "NAME"
collectl = "never"
link_lost_s = 60
before_run = [{ command = ["sh", "-c", "echo prepared >> prepared.txt"] }]
[meter]
driver = "wattsup_pro"
port = "virtual"
[gate]
enabled = false
[run]
lead_in_s = 1.0
lead_out_s = 2.0
[[scenario]]
name = "baseline"
kind = "baseline"
duration_s = 2.0
[[scenario]]
name = "work"
command = ["python3", "train.py", "{run_dir}"]
env = { FLOWER = "tulip" }
limit_s = 60
[[scenario]]
name = "control"
command = ["python3", "{scenarios}/control.py", "--rounds", "10000"]
limit_s = 60
"""
BOOT_ID = "/proc/sys/kernel/random/boot_id"
PROFILED = """
import statistics
for _ in range(20):
    print(statistics.fmean(range(200_000)))
"""
PROGRAM = """
import os, pathlib, sys, time
print("begun", flush=True)
time.sleep(8)
pathlib.Path(sys.argv[1], "found.txt").write_text(os.environ["FLOWER"] + " " + os.getcwd())
"""


class Bench(SshBench):
    """The SUT, and the controller's folder beside it."""

    def lab(self, *words: str, code: int | None = 0) -> Any:
        """Run a command of the lab; return its JSON document. Any exit code will do if ``None``."""
        with open(self.folder / "lab.log", "a+") as log:
            done = subprocess.run(
                [LAB, *words, "--json"],
                cwd=self.folder,
                env={**os.environ, **self.environment},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                check=False,
            )
            log.seek(0)
            assert code in (None, done.returncode), log.read()[-3000:] + done.stdout.decode()
        return json.loads(done.stdout)


class Machine(Bench):
    """A SUT that can be restarted: its processes are a PID namespace, which the kernel ends as a whole.

    The first of them, the parent of sshd, ends as soon as a file ``restart`` is there, and all others with
    it. Then it is started again with another boot id.

    Attributes:
        starts: how often it was started.
    """

    def __init__(self, folder: Path, variables: dict[str, str]) -> None:
        folder.mkdir()
        self._boot, self.wish = folder / "boot_id", folder / "restart"
        self.starts, self._off = 0, False
        first = f"mount --bind {self._boot} {BOOT_ID} && "
        first += f'{{ "$@" & while ! test -e {self.wish}; do sleep 0.1; done; rm {self.wish}; }}'
        enter = (
            "unshare",
            "--mount",
            "--pid",
            "--fork",
            "--kill-child",
            "--mount-proc",
            "sh",
            "-c",
            first,
            "sh",
        )
        super().__init__(folder, prefix=enter, variables=variables)
        self._restarter = threading.Thread(target=self._restart)
        self._restarter.start()

    def up(self) -> None:
        self.starts += 1
        self._boot.write_text(f"boot {self.starts}\n")
        super().up()

    def off(self) -> None:
        """Switch it off for good."""
        self._off = True
        self._sshd.kill()
        self._restarter.join()

    def _restart(self) -> None:
        while True:
            self._sshd.wait()
            if self._off:
                return
            time.sleep(1)
            self.up()


@pytest.fixture
def variables(tmp_path: Path) -> dict[str, str]:
    """Of the processes on the SUT."""
    need_sshd()
    pip = {key: value for key, value in os.environ.items() if key.startswith("PIP_")}
    return {"TMPDIR": str(tmp_path), **pip}


@pytest.fixture
def bench(tmp_path: Path, variables: dict[str, str]) -> Iterator[Bench]:
    bench = Bench(tmp_path / "bench", variables=variables)
    (bench.folder / "lab.toml").write_text(CONFIG.replace("NAME", NAME))
    yield bench
    bench.down()


@pytest.fixture
def machine(tmp_path: Path, variables: dict[str, str]) -> Iterator[Machine]:
    probe = ["unshare", "--mount", "--pid", "--fork", "--mount-proc", "mount", "--bind", "/dev/null", BOOT_ID]
    if os.geteuid() != 0 or subprocess.run(probe, capture_output=True, check=False).returncode:
        pytest.skip("only root can make a PID namespace with a boot id of its own (`unshare`)")
    machine = Machine(tmp_path / "bench", variables)
    yield machine
    machine.off()


@contextmanager
def watching(bench: Bench, work: Any) -> Iterator[None]:
    """Do something as soon as the program has begun for the first time."""
    over = threading.Event()

    def watch() -> None:
        while not over.wait(0.1):
            if any(
                path.read_text() for path in bench.home.glob("wattlab/campaigns/*/runs/*-work/stdout.log")
            ):
                work()
                return

    watcher = threading.Thread(target=watch)
    watcher.start()
    yield
    over.set()
    watcher.join()


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_a_campaign_over_ssh_survives_a_lost_link(bench: Bench) -> None:
    (installation,) = [c for c in bench.lab("doctor", code=1)["checks"] if c["name"] == "installation"]
    assert installation["ok"] is False and "lab sut deploy" in installation["fix"]
    assert all(step["done"] for step in bench.lab("sut", "deploy")["steps"])
    assert not any(step["done"] for step in bench.lab("sut", "deploy")["steps"])
    source = bench.folder / "home/wattlab/programs/train.py"
    source.write_text(PROGRAM)
    checks = {check["name"]: check for check in bench.lab("doctor", code=None)["checks"]}
    assert checks["installation"]["ok"] and checks["scenario work command"]["ok"]

    def lose_the_link() -> None:
        bench.down()
        time.sleep(2)
        bench.up()

    with watching(bench, lose_the_link):
        outcome = bench.lab("run", "--out", "c")
    campaign = bench.folder / "c"
    assert outcome["missing"] == []
    entries, _ = read_journal(campaign / "journal.jsonl")
    assert {e.status for e in entries if isinstance(e, RunEnded)} == {"completed"}
    prepared = [entry for entry in entries if isinstance(entry, StatePrepared)]
    assert len(prepared) == 4 and all(entry.exit_code == 0 for entry in prepared)
    (run,) = campaign.glob("runs/*-work")
    assert (run / "found.txt").read_text() == f"tulip {source.parent}"
    assert (campaign / "programs/train.py").read_text() == PROGRAM
    assert bench.lab("check", "c")["refuse"] == 0
    assert list((bench.home / ".cache/wattlab/kept").iterdir()) == []
    text = "".join(path.read_text() for path in campaign.rglob("*.json*"))
    assert str(bench.folder / "client_key") not in text and "BEGIN OPENSSH" not in text


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_the_sut_is_restarted_before_each_run(machine: Machine) -> None:
    step = f'before_run = [{{ command = ["touch", "{machine.wish}"], reboots = true, wait_s = 60 }}]'
    lines = (step if line.startswith("before_run") else line for line in CONFIG.splitlines())
    config = (
        "\n".join(lines).replace("NAME", NAME).replace('"python3", "train.py", "{run_dir}"', '"sleep", "1"')
    )
    (machine.folder / "lab.toml").write_text(config)
    machine.lab("sut", "deploy")
    ssh = machine.programs / "ssh"
    subprocess.run([ssh, NAME, "setsid tail -f /dev/null > /dev/null 2>&1 < /dev/null &"], check=True)
    outcome = machine.lab("run", "--out", "c")
    assert outcome["missing"] == []
    campaign = machine.folder / "c"
    entries, _ = read_journal(campaign / "journal.jsonl")
    restarts = [entry for entry in entries if isinstance(entry, StatePrepared)]
    assert len(restarts) == len([entry for entry in entries if isinstance(entry, RunEnded)]) == 4
    assert all(entry.rebooted for entry in restarts)
    assert machine.starts == 1 + len(restarts)
    assert subprocess.run([ssh, NAME, "pidof tail"], stdout=subprocess.PIPE, check=False).stdout == b""
    assert machine.lab("check", "c")["refuse"] == 0


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_a_program_on_the_sut_is_profiled(bench: Bench) -> None:
    bench.lab("sut", "deploy")
    for folder in (bench.folder, bench.home / "wattlab/programs"):
        (folder / "profiled.py").write_text(PROFILED)
    config = (bench.folder / "lab.toml").read_text()
    (bench.folder / "lab.toml").write_text(config.partition('[[scenario]]\nname = "work"')[0])
    options = ["--libs", "statistics", "--repeats", "1", "--baseline", "3", "--gate", "none", "--out", "c"]
    profiled = bench.lab("profile", "profiled.py", *options, "--python", sys.executable)
    calls = [(call["kind"], call["api"]) for call in profiled["calls"]]
    assert calls == [("call", "statistics.fmean"), ("uncovered", "")]
    assert (profiled["completed"], profiled["missing"]) == (3, [])
