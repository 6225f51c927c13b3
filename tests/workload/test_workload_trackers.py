"""Whatever a tracker does, the program runs undisturbed, and how it went with the tracker is on record."""

import json
import math
import os
import signal
import sys
from pathlib import Path

import pytest
from workload_processes import DEADLINE_S, is_running, wait_until

from records.events import read_events
from records.trackers import read_trackers

FAKE = Path(__file__).parent / "programs" / "fake_tracker.py"
AROUND = ("--around",)
SAYS = "import sys; print('run', flush=True); print('err', file=sys.stderr); print(len(sys.stdin.read())); "


@pytest.fixture
def tracked(start):
    """Start a program with the fake tracker, whose deeds are ``at``."""

    def start_tracked(*command, at=(), around=(), step_limit_s=30.0, options=(), **more):
        wrapper = [sys.executable, str(FAKE), *around]
        wrapper += [word for deed in at for word in ("--at", deed)]
        tracker = json.dumps({"name": "fake", "command": wrapper, "limit_s": step_limit_s})
        return start(*command, options=("--tracker", tracker, *options), **more)

    return start_tracked


def row_of(run_dir):
    (row,) = read_trackers(run_dir).frame.to_dict("records")
    return row


def run_span(run_dir):
    return next(span for span in read_events(run_dir / "events.jsonl").spans() if span.span == "run")


def steps(run_dir):
    lines = (run_dir / "trackers" / "fake" / "steps.txt").read_text().splitlines()
    return {name: float(stamp) for name, stamp in (line.split() for line in lines)}


def test_it_is_built_waits_and_is_started_at_the_border(run_dir, tracked):
    runner = tracked("sleep", "0.3", options=("--await-go",))
    assert runner.read_line()["ready"] is True
    assert list(steps(run_dir)) == ["build"]
    runner.process.stdin.write("go\n")
    runner.process.stdin.flush()
    began = runner.read_line()
    assert runner.result()["tracker"] == "ok"
    assert list(steps(run_dir)) == ["build", "start", "stop", "result"]
    span, row = run_span(run_dir), row_of(run_dir)
    assert began["t_start_utc_s"] == span.t_start_utc_s
    assert steps(run_dir)["start"] <= row["t_start_utc_s"] <= span.t_start_utc_s
    assert span.t_stop_utc_s <= row["t_stop_utc_s"] <= steps(run_dir)["stop"]


def test_its_row_says_what_it_said_and_what_it_took(run_dir, tracked):
    tracked("sleep", "1", at=("build=work",)).result()
    row = row_of(run_dir)
    assert (row["tracker"], row["version"], row["energy_wh"], row["scope"]) == ("fake", "1.0", 0.5, "cpu")
    assert (row["outcome"], row["outcome_text"], row["extent"]) == ("ok", "", "machine")
    assert json.loads(row["method"]) == {"cpu": "constant"}
    assert json.loads(row["warnings"]) == ["fake WARNING: half a watt-hour is a guess"]
    assert row["build_s"] >= 0.5 > row["start_s"]
    assert row["tracker_cpu_s"] < 0.3, "what it used to be built is not in the rating interval"
    series = (run_dir / "trackers" / "fake" / "series.csv").read_text().splitlines()
    assert series == ["t_utc_s,power_w", "1.000000,2.0", "2.000000,3.0"]


@pytest.mark.parametrize("around", [(), AROUND])
@pytest.mark.parametrize("end", ["sys.exit(7)", "import os; os.kill(os.getpid(), 10)"])
def test_the_program_has_its_own_streams_and_end(run_dir, tracked, around, end):
    result = tracked(sys.executable, "-c", SAYS + end, around=around).result()
    assert (result["exit_code"], result["signal"]) == ((7, None) if "exit" in end else (None, 10))
    assert (run_dir / "stdout.log").read_text() == "run\n0\n"
    assert (run_dir / "stderr.log").read_text() == "err\n"
    assert row_of(run_dir)["energy_wh"] == 0.5


@pytest.mark.parametrize("around", [(), AROUND])
def test_the_program_sees_nothing_of_the_tracker(run_dir, tracked, around):
    tracked("sh", "-c", "env", around=around, variables={"PYTHONPATH": "/mine"}).result()
    variables = (run_dir / "stdout.log").read_text()
    assert "WATTLAB_TRACKER" not in variables and "workload/trackers" not in variables
    assert "/workload/probe:/mine\n" in variables
    assert not list(run_dir.glob(".*"))


@pytest.mark.parametrize("step", ["build", "start", "stop", "result"])
@pytest.mark.parametrize("deed", ["crash", "die", "hang", "no-sensor"])
def test_what_goes_wrong_in_a_step_is_its_outcome_and_the_run_goes_on(run_dir, tracked, step, deed):
    limit_s = 1.0 if deed == "hang" else 30.0
    result = tracked("sleep", "0.1", at=(f"{step}={deed}",), step_limit_s=limit_s).result()
    outcome = {"hang": "hung", "no-sensor": "no-sensor"}.get(deed, "crashed")
    assert (result["exit_code"], result["tracker"], result["left_behind"]) == (0, outcome, 0)
    row = row_of(run_dir)
    assert (row["outcome"], row["tracker"]) == (outcome, "fake")
    assert row["outcome_text"].startswith(f"{step}: ")
    assert math.isnan(row["energy_wh"])
    span = run_span(run_dir)
    assert row["t_stop_utc_s"] - row["t_start_utc_s"] < span.t_stop_utc_s - span.t_start_utc_s + 1


@pytest.mark.parametrize(
    ("deed", "outcome"), [("start=crash", "crashed"), ("start=hang", "hung"), ("stop=hang", "hung")]
)
def test_a_command_line_that_fails_does_not_lose_the_run(run_dir, tracked, deed, outcome):
    result = tracked("sh", "-c", "echo run", at=(deed,), around=AROUND, step_limit_s=2.0).result()
    assert (result["exit_code"], result["tracker"]) == (0, outcome)
    assert (run_dir / "stdout.log").read_text() == "run\n"
    assert math.isnan(row_of(run_dir)["energy_wh"])


def test_a_command_line_that_dies_in_mid_run_leaves_the_program_alone(run_dir, tracked):
    command = ("sh", "-c", "echo run; sleep 1; echo done")
    result = tracked(*command, at=("run=die",), around=AROUND).result()
    assert (result["exit_code"], result["tracker"]) == (0, "crashed")
    assert (run_dir / "stdout.log").read_text() == "run\ndone\n"
    span = run_span(run_dir)
    assert span.t_stop_utc_s - span.t_start_utc_s > 1


def test_a_wrapper_that_is_not_there_is_its_outcome(run_dir, start):
    tracker = json.dumps({"name": "fake", "command": ["/no/such/python"]})
    assert start("true", options=("--tracker", tracker)).result()["tracker"] == "crashed"
    assert "/no/such/python" in row_of(run_dir)["outcome_text"]


def test_no_energy_is_never_zero(run_dir, tracked):
    assert tracked("true", at=("result=zero",)).result()["tracker"] == "no-sensor"
    row = row_of(run_dir)
    assert math.isnan(row["energy_wh"]) and "0 Wh" in row["outcome_text"]


def test_another_window_is_its_outcome_and_keeps_the_energy(run_dir, tracked):
    assert tracked("sleep", "0.5", at=("result=long",)).result()["tracker"] == "window"
    assert row_of(run_dir)["energy_wh"] == 0.5


def test_what_it_leaves_running_is_ended(run_dir, tracked):
    result = tracked("true", at=("start=orphan",)).result()
    assert (result["tracker"], result["left_behind"]) == ("orphan", 0)
    assert not is_running(int((run_dir / "trackers" / "fake" / "orphan.pid").read_text()))
    assert row_of(run_dir)["energy_wh"] == 0.5


def _children(pid):
    return [int(text) for text in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@pytest.mark.parametrize("around", [(), AROUND])
def test_nothing_is_left_when_the_controller_ends(run_dir, tracked, around):
    runner = tracked("sh", "-c", "echo run; exec sleep 600", at=("start=orphan",), around=around)
    pid = runner.read_line()["pid"]
    wait_until((run_dir / "stdout.log").read_text, "the program runs")
    pids = [pid, *_children(runner.process.pid)]
    runner.process.stdin.close()
    assert runner.result()["aborted"] is True
    assert not any(map(is_running, pids))
    orphan = run_dir / "trackers" / "fake" / "orphan.pid"
    assert not orphan.exists() or not is_running(int(orphan.read_text()))


def test_nothing_is_left_when_it_waits_for_the_word_to_go(run_dir, tracked):
    runner = tracked("echo", "never", options=("--await-go",))
    runner.read_line()
    pids = _children(runner.process.pid)
    runner.process.stdin.close()
    assert runner.result()["aborted"] is True
    assert len(pids) == 2 and not any(map(is_running, pids))
    assert not (run_dir / "stdout.log").exists()


def test_a_hanging_build_ends_with_the_controller(tracked):
    runner = tracked("true", at=("build=hang",))
    wait_until(lambda: _children(runner.process.pid), "the wrapper is there")
    (pid,) = _children(runner.process.pid)
    runner.process.stdin.close()
    assert runner.process.wait(DEADLINE_S) == 0
    wait_until(lambda: not is_running(pid), "the wrapper is gone")


def test_a_killed_runner_takes_the_wrapper_with_it(tracked):
    runner = tracked("sleep", "600")
    runner.read_line()
    pids = _children(runner.process.pid)
    os.kill(runner.process.pid, signal.SIGKILL)
    wait_until(lambda: not any(map(is_running, pids)), "wrapper, witness and program are gone")
