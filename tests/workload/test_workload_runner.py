"""The runner ends what it began, whatever the workload, its children or the controller do."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from workload_processes import DEADLINE_S, PROBE_DIR, ROOT, is_running, wait_until

from records.events import read_events
from workload import runner as runner_module

IGNORES_SIGTERM = """
import signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("deaf", flush=True)
time.sleep(600)
"""


def run_span(run_dir):
    return next(span for span in read_events(run_dir / "events.jsonl").spans() if span.span == "run")


@pytest.mark.parametrize("code", [0, 1, 42])
def test_the_exit_code_of_the_workload_is_reported_and_is_not_the_runners(start, run_dir, code):
    runner = start(sys.executable, "-c", f"import sys; print('out'); sys.exit({code})")
    assert runner.read_line()["ready"] is True
    result = runner.result()
    assert result["exit_code"] == code
    assert (result["signal"], result["timed_out"], result["aborted"], result["left_behind"]) == (
        None,
        False,
        False,
        0,
    )
    assert (run_dir / "stdout.log").read_text() == "out\n"
    span = run_span(run_dir)
    assert (span.id, span.parent, span.name, span.data["exit_code"]) == (1, None, "tested", code)
    assert span.t_start_utc_s == pytest.approx(result["t_start_utc_s"], abs=0.1)
    assert span.t_stop_utc_s == pytest.approx(result["t_stop_utc_s"], abs=0.1)


def test_the_workload_gets_its_environment(start, run_dir, tmp_path):
    names = ["PYTHONPATH", "WATTLAB_EVENTS", "WATTLAB_PARENT", "WATTLAB_RUN_DIR", "PYTHONUNBUFFERED", "MINE"]
    code = f"import os, json; print(json.dumps([os.getcwd()] + [os.environ.get(n) for n in {names}]))"
    variables = {"MINE": "a=b", "PYTHONPATH": "/elsewhere"}
    start(sys.executable, "-c", code, options=("--cwd", str(tmp_path)), variables=variables).result()
    assert json.loads((run_dir / "stdout.log").read_text()) == [
        str(tmp_path),
        f"{PROBE_DIR}{os.pathsep}/elsewhere",
        str(run_dir / "events.jsonl"),
        "1",
        str(run_dir),
        "1",
        "a=b",
    ]


def test_no_command_line_shows_what_the_environment_holds(start, run_dir):
    runner = start("sh", "-c", "echo $MINE; sleep 600", variables={"MINE": "a secret of its own"})
    pid = runner.read_line()["pid"]
    wait_until((run_dir / "stdout.log").read_text, "the workload has its variable")
    for process in (runner.process.pid, pid):
        assert b"secret" not in Path(f"/proc/{process}/cmdline").read_bytes()
    assert b"WATTLAB_VARIABLES" not in Path(f"/proc/{pid}/environ").read_bytes()


def test_what_the_workload_used_is_reported(start):
    code = "x = bytearray(60 * 2**20)\nimport time\nwhile time.process_time() < 0.3: pass"
    result = start(sys.executable, "-c", code).result()
    assert result["cpu_s"] >= 0.3
    assert result["max_rss_kib"] >= 60 * 1024


def test_a_workload_over_its_limit_is_ended(start, run_dir):
    result = start("sleep", "600", limit_s=0.3).result()
    assert (result["timed_out"], result["aborted"]) == (True, False)
    assert (result["exit_code"], result["signal"]) == (None, signal.SIGTERM)
    assert run_span(run_dir).data["timed_out"] is True


def test_a_workload_that_ignores_sigterm_is_killed(start, run_dir):
    runner = start(sys.executable, "-c", IGNORES_SIGTERM)
    runner.read_line()
    wait_until((run_dir / "stdout.log").read_text, "the workload is deaf")
    runner.process.stdin.close()
    result = runner.result()
    assert (result["signal"], result["aborted"]) == (signal.SIGKILL, True)


def test_the_end_of_standard_input_aborts_the_workload(start):
    runner = start("sleep", "600")
    pid = runner.read_line()["pid"]
    runner.process.stdin.close()
    result = runner.result()
    assert (result["aborted"], result["timed_out"], result["signal"]) == (True, False, signal.SIGTERM)
    assert not is_running(pid)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_to_the_runner_aborts_the_workload(start, number):
    runner = start("sleep", "600")
    pid = runner.read_line()["pid"]
    runner.process.send_signal(number)
    assert runner.result()["aborted"] is True
    assert not is_running(pid)


def test_a_killed_runner_takes_the_workload_with_it(start):
    runner = start("sleep", "600")
    pid = runner.read_line()["pid"]
    runner.process.kill()
    wait_until(lambda: not is_running(pid), "the workload is gone")


def _children(pid):
    return [int(text) for text in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_a_runner_that_was_stopped_ends_the_run_when_the_program_ended(start, run_dir):
    code = "import time; time.sleep(1); print(time.time(), flush=True)"
    runner = start(sys.executable, "-c", code)
    pid = runner.read_line()["pid"]
    runner.process.send_signal(signal.SIGSTOP)
    wait_until(lambda: not is_running(pid), "the program has ended")
    subprocess.run(["sleep", "2"], check=True)
    runner.process.send_signal(signal.SIGCONT)
    result = runner.result()
    printed_s = float((run_dir / "stdout.log").read_text())
    assert printed_s <= result["t_stop_utc_s"] < printed_s + 1
    assert run_span(run_dir).t_stop_utc_s == result["t_stop_utc_s"]


def test_an_end_that_nobody_saw_is_unknown_and_not_guessed(start, run_dir):
    runner = start("sleep", "1")
    pid = runner.read_line()["pid"]
    (witness,) = [child for child in _children(runner.process.pid) if child != pid]
    for process in (witness, runner.process.pid):
        os.kill(process, signal.SIGSTOP)
    wait_until(lambda: not is_running(pid), "the program has ended")
    for process in (witness, runner.process.pid):
        os.kill(process, signal.SIGCONT)
    assert runner.process.wait(DEADLINE_S) == 3
    assert "the end of the program is not known" in runner.process.stderr.read()
    assert run_span(run_dir).data["error"] == "SutError"


def test_a_stop_in_mid_run_costs_nothing(start, run_dir):
    runner = start("sh", "-c", "sleep 1; echo $(date +%s.%N)")
    pid = runner.read_line()["pid"]
    processes = [runner.process.pid, *(child for child in _children(runner.process.pid) if child != pid)]
    for number in (signal.SIGSTOP, signal.SIGCONT):
        for process in processes:
            os.kill(process, number)
    result = runner.result()
    printed_s = float((run_dir / "stdout.log").read_text())
    assert printed_s <= result["t_stop_utc_s"] < printed_s + 1


def test_a_workload_ended_by_a_real_time_signal_is_reported(start):
    result = start("sh", "-c", f"kill -{signal.SIGRTMIN + 5} $$").result()
    assert (result["exit_code"], result["signal"]) == (None, signal.SIGRTMIN + 5)


LEAVES_CHILDREN = """
import subprocess, sys, time
sleepers = [subprocess.Popen(["sleep", "600"]), subprocess.Popen(["sleep", "600"], start_new_session=True)]
print(*[child.pid for child in sleepers], flush=True)
"""


def test_children_left_behind_are_ended_and_counted(start, run_dir):
    result = start(sys.executable, "-c", LEAVES_CHILDREN).result()
    pids = [int(text) for text in (run_dir / "stdout.log").read_text().split()]
    assert (result["exit_code"], result["left_behind"]) == (0, 2)
    assert len(pids) == 2 and not any(is_running(pid) for pid in pids)


def test_grandchildren_that_ignore_sigterm_are_ended_with_a_killed_workload(start, run_dir):
    spawn = f"""
deaf = subprocess.Popen([sys.executable, "-c", {IGNORES_SIGTERM!r}], stdout=subprocess.PIPE)
deaf.stdout.readline()
print(deaf.pid, flush=True)
time.sleep(600)
"""
    runner = start(sys.executable, "-c", LEAVES_CHILDREN + spawn)
    runner.read_line()
    wait_until(lambda: len((run_dir / "stdout.log").read_text().split()) == 3, "it has children")
    runner.process.stdin.close()
    assert runner.result()["aborted"] is True
    pids = [int(text) for text in (run_dir / "stdout.log").read_text().split()]
    assert not any(is_running(pid) for pid in pids)


def test_a_helper_that_ends_with_the_workload_is_not_left_behind(start):
    code = "import subprocess; subprocess.Popen(['sleep', '0.1'])"
    assert start(sys.executable, "-c", code).result()["left_behind"] == 0


def test_a_process_that_was_there_before_is_not_touched(run_dir):
    # A shell that starts a helper and then becomes the runner leaves that helper as the runner's child.
    argv = [
        sys.executable,
        "-m",
        "workload.runner",
        "--run-dir",
        str(run_dir),
        "--name",
        "t",
        "--limit-s",
        "60",
    ]
    shell = subprocess.run(
        ["sh", "-c", 'sleep 600 >/dev/null 2>&1 & echo $!; exec "$@"', "sh", *argv, "--", "true"],
        cwd=ROOT,
        text=True,
        capture_output=True,
        check=True,
        timeout=DEADLINE_S,
    )
    helper, *_, last = shell.stdout.splitlines()
    assert json.loads(last)["left_behind"] == 0
    assert is_running(int(helper))
    os.kill(int(helper), signal.SIGKILL)


def test_a_command_that_does_not_exist_is_said_with_what_to_mend(start, run_dir):
    runner = start("no-such-program-anywhere", "--flag")
    assert runner.process.wait(DEADLINE_S) == 3
    message = runner.process.stderr.read()
    assert message.startswith("SutError: tested: the command cannot be started")
    assert "'no-such-program-anywhere'" in message and "lab.toml" in message
    assert runner.process.stdout.read() == ""
    assert run_span(run_dir).data["error"] == "SutError"


def test_a_folder_to_work_in_that_does_not_exist_is_named(start, tmp_path):
    runner = start("true", options=("--cwd", str(tmp_path / "nowhere")))
    assert runner.process.wait(DEADLINE_S) == 3
    message = runner.process.stderr.read()
    assert str(tmp_path / "nowhere") in message and "`cwd`" in message


def test_a_full_disk_ends_the_runner_with_a_message(start, run_dir):
    (run_dir / "events.jsonl").symlink_to("/dev/full")
    runner = start("sleep", "600")
    assert runner.process.wait(DEADLINE_S) == 3
    message = runner.process.stderr.read()
    assert "No space left" in message and "Free space" in message and str(run_dir) in message


def test_it_runs_as_a_plain_script_too(run_dir, tmp_path):
    argv = [runner_module.__file__, "--run-dir", str(run_dir), "--name", "t", "--limit-s", "60", "--"]
    done = subprocess.run(
        [sys.executable, *argv, "true"],
        cwd=tmp_path,
        text=True,
        capture_output=True,
        check=True,
        timeout=DEADLINE_S,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout.splitlines()[-1])["exit_code"] == 0


def test_waiting_is_one_long_sleep_not_a_poll(start):
    runner = start("sleep", "600")
    runner.read_line()
    status = Path(f"/proc/{runner.process.pid}/status")

    def wakes():
        lines = status.read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("voluntary_ctxt_switches"))

    wait_until(lambda: "S (sleeping)" in status.read_text(), "the runner sleeps")
    before = wakes()
    subprocess.run(["sleep", "1"], check=True)  # a loop of 10 ms would wake a hundred times
    assert wakes() - before <= 3
