"""Calls of a program ask the controller's gate through the runner, and wait for the answer."""

import sys
import time
from collections.abc import Callable
from pathlib import Path

from workload_processes import Runner

ASKS = """
import os
answers, questions = map(int, os.environ["WATTLAB_GATE_FD"].split(","))
for site in (7, 8):
    os.write(questions, b"gate %d\\n" % site)
    print(os.read(answers, 100).decode(), end="", flush=True)
"""


def test_questions_and_answers_of_the_gate_pass_through_the_runner(
    start: Callable[..., Runner], run_dir: Path
) -> None:
    runner = start(sys.executable, "-c", ASKS, options=("--gate-calls",))
    assert runner.read_line()["ready"] is True
    for site, answer in ((7, "open"), (8, "timeout")):
        assert runner.read_line() == {"gate": site}
        runner.process.stdin.write(f"gate {answer}\n")
        runner.process.stdin.flush()
    assert runner.result()["exit_code"] == 0
    assert (run_dir / "stdout.log").read_text() == "open\ntimeout\n"


def test_waiting_for_the_gate_does_not_use_up_the_limit_of_the_run(start: Callable[..., Runner]) -> None:
    waits = ASKS.replace("(7, 8)", "(7,)")
    runner = start(sys.executable, "-c", waits, options=("--gate-calls",), limit_s=1.5)
    runner.read_line()
    assert runner.read_line() == {"gate": 7}
    time.sleep(2.0)
    runner.process.stdin.write("gate open\n")
    runner.process.stdin.flush()
    assert runner.result()["timed_out"] is False


def test_a_program_that_is_not_answered_ends_with_its_controller(start: Callable[..., Runner]) -> None:
    runner = start(sys.executable, "-c", ASKS, options=("--gate-calls",))
    runner.read_line()
    runner.read_line()
    runner.process.stdin.close()
    assert runner.result()["aborted"] is True
