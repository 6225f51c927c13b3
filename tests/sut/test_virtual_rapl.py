"""The twin of RAPL: its counters are the integral of the script, in both ways in which they are served."""

import json
import sys
from pathlib import Path

import pytest
from truth_stage import PROGRAM, on_stage, staged

from records.truth.marks import Marks, true_energies_j
from records.truth.script import Fault, Load, TruthScript
from sut.virtual.rapl import RaplCounter

MARKS = Marks(0.0, ((10.0, None),))
LOAD = Load(idle_w=2.0, program_w=50.0)


def counter(*faults: dict[str, object], range_j: float = 262_143.0) -> RaplCounter:
    made = tuple(Fault.model_validate({"of": "package-0", "at_s": 2.0, **fault}) for fault in faults)
    return RaplCounter(LOAD, range_j, made)


def grown_j(of: RaplCounter, start_s: float, end_s: float) -> float:
    return (of.read_uj(MARKS, end_s) - of.read_uj(MARKS, start_s)) / 1e6


def test_a_counter_grows_by_the_energy() -> None:
    assert grown_j(counter(), 5.0, 12.0) == pytest.approx(10 + 100, abs=1e-5)


def test_a_counter_wraps_at_its_range() -> None:
    assert grown_j(counter(range_j=90.0), 10.5, 12.0) == pytest.approx(75 - 90, abs=1e-5)


def test_a_reset_counter_begins_at_zero() -> None:
    assert counter({"kind": "reset"}).read_uj(MARKS, 13.0) == pytest.approx(50e6, abs=10)
    assert grown_j(counter({"kind": "reset"}), 10.0, 11.9) == pytest.approx(95, abs=1e-5)


def test_a_counter_that_falls_grows_on_from_there() -> None:
    assert grown_j(counter({"kind": "backwards", "drop_j": 30.0}), 11.0, 13.0) == pytest.approx(70, abs=1e-5)


def test_a_denied_counter_denies_for_its_time() -> None:
    denied = counter({"kind": "denied", "duration_s": 1.0})
    denied.read_uj(MARKS, 11.9)
    with pytest.raises(PermissionError):
        denied.read_uj(MARKS, 12.5)
    denied.read_uj(MARKS, 13.1)


SCRIPT = """
[[package]]
cpu = {idle_w = 3, program_w = [[0, 50], [0.3, 90]]}
dram = {idle_w = 0.5, program_w = 5.0}
[[package]]
cpu = {program_w = 20}
"""
ASK = """
import json, subprocess, sys, time
zones = ["intel-rapl:0", "intel-rapl:0:0", "intel-rapl:1"]
files = [open(f"/sys/class/powercap/{zone}/energy_uj") for zone in zones]
def look():
    start = time.monotonic()
    values = [(file.seek(0), int(file.read()))[1] for file in files]
    return start, time.monotonic(), values
first = look()
subprocess.run([sys.executable, *sys.argv[1:]], check=True)
names = [open(f"/sys/class/powercap/{zone}/name").read().strip() for zone in zones]
print(json.dumps([names, first, look()]))
"""


@pytest.mark.parametrize("server", ["rapl_fuse", "rapl_files"])
def test_open_files_show_the_integral_of_the_script(tmp_path: Path, server: str) -> None:
    stage = staged(tmp_path, SCRIPT, server)
    done = on_stage(stage, sys.executable, "-c", ASK, str(PROGRAM), "0.6")
    assert done.returncode == 0, done.stderr
    names, first, last = json.loads(done.stdout.splitlines()[-1])
    assert names == ["package-0", "dram", "package-1"]
    script, marks = TruthScript.read(tmp_path / "script.toml"), Marks.read(stage.marks)
    at_most_j = true_energies_j(script, marks, first[0], last[1])
    found_j = [(late - early) / 1e6 for early, late in zip(first[2], last[2], strict=True)]
    # Idle at both ends: what a counter is late by is no more than the idle power over that time.
    assert found_j[0] + found_j[2] == pytest.approx(at_most_j["package"], rel=0.01)
    assert found_j[1] == pytest.approx(at_most_j["dram"], rel=0.02)


DENY = """
[[package]]
cpu = {program_w = 50}
[[fault]]
kind = "denied"
of = "package-0"
at_s = 0.0
"""
OPEN = """
import subprocess, sys, time
path = "/sys/class/powercap/intel-rapl/intel-rapl:0/energy_uj"
open(path).read()
subprocess.run([sys.executable, *sys.argv[1:]], check=True)
try:
    open(path).read()
except PermissionError:
    print("denied")
"""


@pytest.mark.parametrize("server", ["rapl_fuse", "rapl_files"])
def test_a_denied_file_cannot_be_opened(tmp_path: Path, server: str) -> None:
    stage = staged(tmp_path, DENY, server)
    done = on_stage(stage, sys.executable, "-c", OPEN, str(PROGRAM), "0.1")
    assert done.stdout.endswith("\ndenied\n"), done.stderr


def test_the_stage_passes_the_exit_code_and_leaves_the_machine_alone(tmp_path: Path) -> None:
    before = sorted(path.name for path in Path("/sys/class").iterdir())
    stage = staged(tmp_path, SCRIPT)
    assert on_stage(stage, "sh", "-c", "test -d /sys/class/powercap && exit 7").returncode == 7
    assert sorted(path.name for path in Path("/sys/class").iterdir()) == before
