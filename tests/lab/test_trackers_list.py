"""`lab trackers list`: each tracker is really started; what it cannot do is said in its own words."""

import json
import sys
from pathlib import Path

import pytest
from lab_bench import lab

from lab.conduct.doctor import check_sensors
from lab.conduct.suts import sut_of
from lab.config.file import load_config
from lab.envs.places import DATA_VARIABLE, interpreter_in, python_of
from lab.trackers.trial import try_tracker
from workload.registry import environment_of, tracker_names, wrapper_of

STAND_IN = """
import time

class ZeusMonitor:
    def __init__(self, approx_instant_energy):
        self.gpus, self.cpus, self.power_monitor = [], [0], None
    def begin_window(self, name, sync_execution):
        self.began_s = time.time()
    def end_window(self, name, sync_execution):
        self.gpu_energy, self.dram_energy, self.total_energy = {}, None, 0.0
        self.time = time.time() - self.began_s
        self.cpu_energy = {0: 50.0 * self.time}
        return self
"""


@pytest.fixture
def environments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for environments, without any."""
    monkeypatch.setenv(DATA_VARIABLE, str(tmp_path))
    return tmp_path / "envs"


@pytest.fixture
def zeus_stand_in(environments: Path) -> None:
    """An environment of Zeus with a stand-in for its package, which reads a counter of 50 W."""
    packages = environments / "zeus" / "packages"
    (packages / "zeus-9.9.dist-info").mkdir(parents=True)
    (packages / "zeus-9.9.dist-info" / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: zeus\nVersion: 9.9\n"
    )
    (packages / "zeus").mkdir()
    (packages / "zeus" / "__init__.py").touch()
    (packages / "zeus" / "monitor.py").write_text(STAND_IN)
    python = interpreter_in(environments / "zeus")
    python.parent.mkdir()
    python.write_text(f'#!/bin/sh\nPYTHONPATH="{packages}:$PYTHONPATH" exec "{sys.executable}" "$@"\n')
    python.chmod(0o755)


def test_every_tracker_has_a_wrapper() -> None:
    assert all(wrapper_of(name).is_file() for name in tracker_names())


def test_nothing_is_tried_without_an_environment(environments: Path) -> None:
    trials = json.loads(lab("trackers", "list", "--json").stdout)
    assert {trial["tracker"] for trial in trials} >= {"codecarbon-cli", "eit", "wattameter", "zeus"}
    assert {(trial["installed"], trial["works"], trial["outcome"]) for trial in trials} == {
        (False, False, None)
    }
    hints = {trial["tracker"]: trial["reason"] for trial in trials}
    assert "lab trackers install codecarbon`" in hints["codecarbon-cli"]


def test_a_tracker_that_works_is_named_with_method_and_scope(zeus_stand_in: None) -> None:
    (trial,) = json.loads(lab("trackers", "list", "zeus", "--seconds", "1", "--json").stdout)
    assert (trial["installed"], trial["works"], trial["reason"]) == (True, True, "")
    assert (trial["version"], trial["method"], trial["extent"]) == ("9.9", {"cpu": "RAPL"}, "machine")


def test_a_tracker_that_cannot_be_imported_does_not_work_and_says_why(environments: Path) -> None:
    python = interpreter_in(environments / "pyjoules")
    python.parent.mkdir(parents=True)
    python.symlink_to(sys.executable)
    trial = try_tracker("pyjoules", 0.1)
    assert (trial.installed, trial.works, trial.outcome) == (True, False, "crashed")
    assert "pyJoules" in trial.reason


BENCH = """
[meter]
driver = "wattsup_pro"
port = "virtual"
[[scenario]]
name = "work"
command = ["true"]
tracker = ["none", "zeus"]
"""


@pytest.mark.parametrize(("cpus", "finding"), [("[0]", (True, "RAPL")), ("[]", (False, "no sensor"))])
def test_the_doctor_tells_a_tracker_without_a_sensor(
    zeus_stand_in: None, environments: Path, tmp_path: Path, cpus: str, finding: tuple[bool, str]
) -> None:
    package = environments / "zeus/packages/zeus/monitor.py"
    package.write_text(STAND_IN.replace("[0]", cpus))
    config = tmp_path / "lab.toml"
    config.write_text(BENCH)
    bench = load_config(config)
    (check,) = check_sensors(bench, sut_of(bench), 0.1)
    assert (check.ok, finding[1] in check.message, bool(check.fix)) == (finding[0], True, not finding[0])


def test_an_unknown_tracker_is_wrong_usage(environments: Path) -> None:
    result = lab("trackers", "list", "zues")
    assert result.returncode == 2 and "did you mean 'zeus'" in result.stderr


@pytest.mark.slow
@pytest.mark.trackers
@pytest.mark.parametrize("name", tracker_names())
def test_an_installed_tracker_gives_an_energy_or_says_that_it_has_no_sensor(name: str) -> None:
    environment = environment_of(name)
    if environment is None or not python_of(environment).exists():
        pytest.skip(f"needs the environment {environment} (lab trackers install)")
    trial = try_tracker(name, 2.0)
    if trial.works:
        assert trial.version and trial.method and trial.extent
    else:
        assert (trial.outcome, bool(trial.reason)) == ("no-sensor", True), trial
