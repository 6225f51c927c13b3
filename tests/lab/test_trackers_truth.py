"""`lab trackers truth`: what trackers make of counters of known truth, and which way they are off."""

import json
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from lab.cli import cli
from lab.envs.places import python_of
from lab.trackers.truth_bench import Observation, TrackerUnderTest, observe
from lab.trackers.truth_directions import effect_of_fault, judge
from lab.trackers.truth_scripts import FAULTS, GPUS, RAPL, document
from records.settings.mistakes import read_model
from records.truth.script import TruthScript
from sut.virtual.stage import why_no_stage
from workload.registry import environment_of

SECONDS = 8.0

CLEAN = Observation(
    tracker="zeus",
    version="1",
    script=RAPL,
    fault=None,
    outcome="ok",
    outcome_text="",
    truth_j={"package": 500.0, "dram": 50.0, "gpu": 0.0, "counted": 550.0, "wall": 833.3},
    reported_j={"package": 499.0, "counted": 499.0},
    pue=1.0,
    method={},
    warnings=("known warning",),
)


def test_each_part_is_held_against_its_truth_without_pue() -> None:
    seen = replace(CLEAN, pue=1.5, reported_j={"package": 400.0, "gpu": 7.0, "counted": 825.0})
    lines = {line.part: line for line in judge(seen)}
    assert set(lines) == {"package", "counted"}
    assert lines["package"].deviation_pct == pytest.approx(-20)
    assert lines["package"].as_documented is False
    assert lines["counted"].reported_j == pytest.approx(550)
    assert lines["counted"].as_documented is None


def test_a_tracker_without_a_number_keeps_its_reason() -> None:
    (line,) = judge(replace(CLEAN, reported_j={}, outcome="no-sensor", outcome_text="no RAPL"))
    assert line.reported_j is None
    assert "no RAPL" in line.words


@pytest.mark.parametrize(
    ("change", "result"),
    [
        ({}, "right"),
        ({"reported_j": {"package": 250.0}}, "silent"),
        ({"reported_j": {"package": 250.0}, "warnings": ("cannot read", "known warning")}, "noticed"),
        ({"reported_j": {}, "outcome": "crashed"}, "noticed"),
        (
            {
                "reported_j": {},
                "outcome": "no-sensor",
                "outcome_text": "result: expected an energy, but it reported -1 Wh",
            },
            "impossible",
        ),
    ],
)
def test_a_fault_is_survived_noticed_or_silent(change: dict[str, Any], result: str) -> None:
    assert effect_of_fault(CLEAN, replace(CLEAN, fault="reset", **change))[0] == result


@pytest.mark.parametrize("fault", [None, *FAULTS])
def test_built_in_scripts_are_scripts(fault: str | None) -> None:
    content = document(FAULTS[fault] if fault else RAPL, SECONDS, fault)
    script = read_model(TruthScript, content, "built-in")
    assert bool(script.fault) == (fault not in (None, "wrap"))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nobody"], "nobody"),
        (["codecarbon", "--faults", "--script", "SCRIPT"], "--faults"),
        (["codecarbon", "--script", "SCRIPT"], "watts"),
    ],
)
def test_wrong_usage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], words: str
) -> None:
    (tmp_path / "t.toml").write_text("watts = 5")
    python = tmp_path / "envs" / "codecarbon" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.touch()
    monkeypatch.setenv("WATTLAB_DATA", str(tmp_path))
    named = [str(tmp_path / "t.toml") if argument == "SCRIPT" else argument for argument in arguments]
    done = CliRunner().invoke(cli, ["trackers", "truth", *named])
    assert done.exit_code == 2
    assert words in done.output


@cache
def seen(name: str, script: str, fault: str | None = None) -> Observation:
    reason = why_no_stage()
    python = python_of(environment_of(name) or name)
    if reason or not python.exists():
        pytest.skip(reason or f"{name} is not installed (lab trackers install)")
    tracker = TrackerUnderTest(name=name, python=python, interval_s=0.1 if name == "jpwr" else 1.0)
    content = document(script, SECONDS, fault)
    return observe(tracker, content, seconds=SECONDS, script=script, fault=fault)


@pytest.mark.slow
@pytest.mark.trackers
@pytest.mark.parametrize(
    ("name", "script", "part", "low", "high"),
    [
        ("zeus", RAPL, "package", 0.995, 1.005),
        ("zeus", RAPL, "dram", 0.995, 1.005),
        ("zeus", GPUS, "gpu", 0.995, 1.005),
        ("pyjoules", RAPL, "package", 0.995, 1.005),
        ("pyjoules", RAPL, "dram", 0.995, 1.005),
        ("pyjoules", GPUS, "gpu", 0.995, 1.005),
        ("jpwr", GPUS, "gpu", 0.98, 1.02),
        ("carbontracker", RAPL, "counted", 0.45, 0.55),
        ("carbontracker", GPUS, "gpu", 0.20, 0.27),
        ("codecarbon", RAPL, "package", 0.98, 1.02),
        ("codecarbon", RAPL, "dram", 1.1, 100.0),
        ("codecarbon", GPUS, "gpu", 0.98, 1.02),
        ("codecarbon-cli", RAPL, "package", 0.98, 1.02),
    ],
)
def test_trackers_are_off_in_their_documented_direction(
    name: str, script: str, part: str, low: float, high: float
) -> None:
    assert low <= seen(name, script).ratios[part] <= high


@pytest.mark.slow
@pytest.mark.trackers
@pytest.mark.parametrize(
    ("name", "fault", "result"),
    [
        ("zeus", "wrap", "right"),
        ("codecarbon", "wrap", "right"),
        ("pyjoules", "wrap", "silent"),
        ("pyjoules", "reset", "impossible"),
        ("zeus", "reset", "silent"),
        ("codecarbon", "reset", "silent"),
        ("pyjoules", "denied", "noticed"),
        ("zeus", "lost", "noticed"),
        ("codecarbon", "lost", "noticed"),
        ("codecarbon-cli", "lost", "silent"),
    ],
)
def test_what_faults_do_to_trackers(name: str, fault: str, result: str) -> None:
    script = FAULTS[fault]
    assert effect_of_fault(seen(name, script), seen(name, script, fault))[0] == result


@pytest.mark.slow
@pytest.mark.trackers
def test_the_command_prints_what_it_saw_as_json(tmp_path: Path) -> None:
    seen("zeus", RAPL)  # skips where it is not installed
    (tmp_path / "truth.toml").write_text("[[package]]\ncpu = {program_w = 30}\n")
    script = ["--script", str(tmp_path / "truth.toml"), "--seconds", "4", "--json"]
    done = CliRunner().invoke(cli, ["trackers", "truth", "zeus", *script])
    document_ = json.loads(done.stdout)
    assert document_["simulated"] is True
    (one,) = document_["observations"]
    assert one["truth_j"]["package"] == pytest.approx(120, rel=0.05)
    assert {line["part"] for line in one["parts"]} == {"package"}
