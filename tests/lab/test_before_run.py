"""The state before each run: commands on the SUT, each on record, and a failure costs the attempt."""

import os
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest
from ssh_bench import NAME, SshBench, need_sshd

from lab.conduct.before_run import prepare_state
from lab.conduct.crew import AttemptFailed
from lab.config.file import parse_config
from lab.config.model import BeforeRunStep
from records.errors import ConfigurationError
from records.journal import Journal, read_journal
from records.journal_events import StatePrepared
from sut.local import LocalSut
from sut.remote.host import SshHost
from sut.remote.sut import SshSut

_BOOT_ID = "/proc/sys/kernel/random/boot_id"

BENCH = """
[sut]
{sut}
[meter]
driver = "wattsup_pro"
port = "virtual"
[[scenario]]
name = "baseline"
kind = "baseline"
duration_s = 2.0
"""


class Watching:
    """An observer that keeps what phases it was shown."""

    def __init__(self) -> None:
        self.phases: list[str] = []

    def phase(self, name: str, detail: str = "") -> None:
        self.phases.append(f"{name}: {detail}")


def prepared(
    folder: Path, *commands: list[str], wait_s: float = 20.0, reboots: bool = False
) -> list[StatePrepared]:
    steps = [BeforeRunStep(command=command, wait_s=wait_s, reboots=reboots) for command in commands]
    with closing(Journal(folder / "journal.jsonl")) as journal:
        prepare_state(LocalSut(folder, folder), steps, "0001-work", journal, Watching())  # type: ignore[arg-type]
    entries, _ = read_journal(folder / "journal.jsonl")
    return [entry for entry in entries if isinstance(entry, StatePrepared)]


def test_every_command_is_on_record(tmp_path: Path) -> None:
    made = tmp_path / "made"
    first, second = prepared(tmp_path, ["touch", str(made)], ["rm", str(made)])
    assert (first.run_dir, first.command, first.exit_code) == ("0001-work", ["touch", str(made)], 0)
    assert not first.rebooted and 0 <= second.seconds < 20 and not made.exists()


def test_a_command_that_fails_or_hangs_costs_the_attempt(tmp_path: Path) -> None:
    with pytest.raises(AttemptFailed, match=r"exit code 4 \(no tulips"):
        prepared(tmp_path, ["sh", "-c", "echo no tulips >&2; exit 4"])
    with pytest.raises(AttemptFailed, match=r"did not end"):
        prepared(tmp_path, ["cat"], wait_s=0.2)


def test_a_restart_that_is_not_allowed_costs_the_attempt_at_once(tmp_path: Path) -> None:
    with pytest.raises(AttemptFailed, match=r"restart the SUT, but ended with exit code 1 \(a password"):
        prepared(tmp_path, ["sh", "-c", "echo a password is required >&2; exit 1"], reboots=True)


@pytest.mark.parametrize(
    ("sut", "expected"),
    [
        ('before_run = [{ command = ["reboot"], reboots = true }]', "another machine"),
        ("before_run = [{ command = [] }]", "command"),
        ('host = "-oProxyCommand=id"', "host"),
        ('host = "lab:secret@sut1 -v"', "host"),
    ],
)
def test_what_cannot_work_is_refused_when_the_file_is_read(tmp_path: Path, sut: str, expected: str) -> None:
    with pytest.raises(ConfigurationError, match=expected):
        parse_config(BENCH.format(sut=sut), "lab.toml of the test", tmp_path)


@pytest.mark.slow
def test_a_restart_before_a_run_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    need_sshd()
    boot, wish = tmp_path / "boot_id", tmp_path / "wish"
    enter = ("unshare", "--mount", "sh", "-c", f'mount --bind {boot} {_BOOT_ID} && exec "$@"', "sh")
    boot.write_text("first\n")
    if os.geteuid() != 0 or subprocess.run([*enter, "true"], capture_output=True, check=False).returncode:
        pytest.skip("only root can give a process another boot id (`unshare --mount`)")
    bench = SshBench(tmp_path / "bench", prefix=enter)
    monkeypatch.setenv("PATH", bench.environment["PATH"])
    sut = SshSut(SshHost(NAME, sys.executable, 30.0), "wattlab", tmp_path)

    def restart() -> None:
        while not wish.exists():
            time.sleep(0.05)
        bench.down()
        boot.write_text("second\n")
        time.sleep(0.5)
        bench.up()

    restarter = threading.Thread(target=restart)
    restarter.start()
    step = BeforeRunStep(command=["touch", str(wish)], reboots=True, wait_s=60)
    with closing(Journal(tmp_path / "journal.jsonl")) as journal:
        prepare_state(sut, [step], "0001-work", journal, Watching())  # type: ignore[arg-type]
    restarter.join()
    (entry,) = read_journal(tmp_path / "journal.jsonl")[0]
    assert isinstance(entry, StatePrepared) and entry.rebooted and 0.5 < entry.seconds < 60
    step = BeforeRunStep(command=["true"], reboots=True, wait_s=1.5)
    with (
        closing(Journal(tmp_path / "journal.jsonl")) as journal,
        pytest.raises(AttemptFailed, match="restart"),
    ):
        prepare_state(sut, [step], "0001-work", journal, Watching())  # type: ignore[arg-type]
    sut.host.link.close()
    bench.down()
