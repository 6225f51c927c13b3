"""A configured command becomes what is run, or a message that says what to mend."""

import json
from pathlib import Path

import pytest

from records.errors import ConfigurationError
from workload.command import SCENARIOS_DIR, TrackerCommand, build_command, tracker_option
from workload.instrument import Instrumentation
from workload.registry import wrapper_of

RUN = Path("/campaign/runs/0001-cnn")


def build(*command, **options):
    return build_command(command, where="scenario 'cnn'", run_dir=RUN, **options)


def test_placeholders_are_filled_in():
    command = build(
        "{python}", "{scenarios}/idle.py", "--seconds={duration_s}", "{run_dir}", python="/p", duration_s=10.0
    )
    assert command == ["/p", f"{SCENARIOS_DIR}/idle.py", "--seconds=10", str(RUN)]
    assert (SCENARIOS_DIR / "idle.py").is_file()


def test_other_braces_stay_as_they_are():
    assert build("echo", "{}", "{1: 2}", "{{python}}", "${HOME:-x}") == [
        "echo",
        "{}",
        "{1: 2}",
        "{python}",
        "${HOME:-x}",
    ]


def test_an_unknown_placeholder_is_refused_with_the_nearest():
    with pytest.raises(ConfigurationError, match=r"scenario 'cnn'.*\{pyton\}.*did you mean \{python\}"):
        build("{pyton}", python="/p")


def test_a_placeholder_without_a_value_names_the_key_to_set():
    with pytest.raises(ConfigurationError, match=r"\{python\} has no value. Set `environment`"):
        build("{python}", "train.py")
    with pytest.raises(ConfigurationError, match=r"Set `duration_s`"):
        build("sleep", "{duration_s}")


def test_the_launcher_comes_before_the_script():
    assert build("{python}", "-u", "train.py", "--data", "x.py", python="/p", launcher=True) == [
        "/p",
        "-u",
        "-m",
        "wattlab_probe",
        "train.py",
        "--data",
        "x.py",
    ]


def test_the_launcher_needs_a_script():
    with pytest.raises(ConfigurationError, match="launcher = true expects"):
        build("./train.sh", launcher=True)


def test_the_runner_is_told_of_a_tracker():
    tracker = TrackerCommand(
        name="codecarbon",
        python="/cc/python",
        interval_s=0.5,
        options={"country": "FRA", "dry_run": True, "no": False},
    )
    assert json.loads(tracker_option(tracker, where="scenario 'cnn'")) == {
        "name": "codecarbon",
        "command": [
            *("/cc/python", str(wrapper_of("codecarbon"))),
            *("--interval", "0.5", "--country=FRA", "--dry-run"),
        ],
        "interval_s": 0.5,
        "limit_s": 120.0,
    }
    assert wrapper_of("codecarbon").is_file()


def test_an_unknown_tracker_is_refused_with_the_known_ones():
    with pytest.raises(
        ConfigurationError, match=r"scenario 'cnn'.*no tracker is named 'eits'; known: .*codecarbon"
    ):
        tracker_option(TrackerCommand(name="eits", python="/p"), where="scenario 'cnn'")


CALLS = Instrumentation(["keras", "torch"])


@pytest.mark.parametrize("program", [["train.py", "-m", "x.py"], ["n.ipynb"], ["-m", "trainer", "a.py"]])
def test_a_program_whose_calls_are_recorded_follows_its_recorder(program: list[str]) -> None:
    options = [f"--out={RUN}/calls", "--libs=keras,torch", "--sizes"]
    expected = ["/p", "-u", "-m", "wattlab_calls", *options, *program]
    assert build("{python}", "-u", *program, python="/p", calls=CALLS) == expected


def test_options_of_the_recorder_are_those_that_were_asked_for() -> None:
    calls = Instrumentation(["keras"], sizes=False, sync_device=True, gate=True)
    command = build("python3", "train.py", calls=calls)
    assert command[3:-1] == [f"--out={RUN}/calls", "--libs=keras", "--sync-device", "--gate"]


@pytest.mark.parametrize("command", [["sh", "run.sh"], ["python3", "-c", "pass"], ["python3", "-m"]])
def test_calls_of_what_is_no_python_program_are_refused(command: list[str]) -> None:
    with pytest.raises(ConfigurationError, match=r"scenario 'cnn'.*PROGRAM\.py"):
        build(*command, calls=CALLS)
