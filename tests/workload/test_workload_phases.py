"""Phases of a program in any language, from the lines that it prints."""

import sys

import pytest

from records.events import read_events

SHELL = """
echo '== prepare'; sleep 0.3
printf '== train\\nEpoch 1/2\\n'; sleep 0.3
printf ' loss: 0.50 - accuracy: 0.75\\rEpoch 2/2\\nloss: 0.25\\n'
echo 'unfinished'
"""
PATTERN = (
    r"^== (?P<phase>\w+)|^Epoch (?P<epoch>\d+)|loss: (?P<loss>[\d.]+)( - accuracy: (?P<accuracy>[\d.]+))?"
)


def spans_of(run_dir):
    return read_events(run_dir / "events.jsonl").spans()


def test_a_shell_script_has_actions_and_epochs_and_prints_what_it_prints(start, run_dir):
    result = start("sh", "-c", SHELL, options=(f"--phases={PATTERN}",)).result()
    assert result["exit_code"] == 0
    assert (run_dir / "stdout.log").read_text().splitlines()[-1] == "unfinished"
    run, prepare, train, first, second = spans_of(run_dir)
    assert [(s.span, s.name) for s in (prepare, train)] == [("action", "prepare"), ("action", "train")]
    assert (prepare.parent, train.parent, first.parent, second.parent) == (1, 1, train.id, train.id)
    assert first.data == {"epoch": 1, "source": "stdout", "loss": 0.5, "accuracy": 0.75}
    assert second.data == {"epoch": 2, "source": "stdout", "loss": 0.25}
    assert run.t_start_mono_s < prepare.t_start_mono_s < prepare.t_stop_mono_s == train.t_start_mono_s
    assert first.t_stop_mono_s == second.t_start_mono_s > first.t_start_mono_s
    assert train.t_stop_mono_s == second.t_stop_mono_s == run.t_stop_mono_s


def test_epochs_of_which_only_the_end_is_printed_follow_each_other(start, run_dir):
    code = "import time\nfor n in (1, 2):\n    time.sleep(0.2); print(f'epoch {n} took long, loss {1 / n}')"
    pattern = r"epoch (?P<epoch_done>\d+) .*loss (?P<loss>\S+)"
    start(sys.executable, "-c", code, options=("--phases", pattern)).result()
    run, first, second = spans_of(run_dir)
    assert [e.data for e in (first, second)] == [
        {"epoch": 1, "source": "stdout", "loss": 1.0},
        {"epoch": 2, "source": "stdout", "loss": 0.5},
    ]
    assert first.t_start_mono_s == run.t_start_mono_s
    assert first.t_stop_mono_s == second.t_start_mono_s < second.t_stop_mono_s <= run.t_stop_mono_s


def test_whatever_a_program_prints_comes_into_the_log_unchanged(start, run_dir):
    code = r"import os; os.write(1, bytes(range(256)) * 4000 + b'\n== done')"
    start(sys.executable, "-c", code, options=(f"--phases={PATTERN}",)).result()
    assert (run_dir / "stdout.log").read_bytes() == bytes(range(256)) * 4000 + b"\n== done"
    assert [span.span for span in spans_of(run_dir)] == ["run"]  # the last line was never ended


def test_a_program_that_closes_its_output_or_leaves_others_writing_ends_all_the_same(start, run_dir):
    code = "(sleep 30; echo '== late') & echo '== early'; exec 1>&-; sleep 0.2"
    result = start("sh", "-c", code, options=(f"--phases={PATTERN}",)).result()
    assert (result["exit_code"], result["left_behind"] > 0) == (0, True)
    assert [span.name for span in spans_of(run_dir)] == ["tested", "early"]


@pytest.mark.parametrize("ended_by", ["limit", "controller"])
def test_a_program_that_is_made_to_end_has_its_phases_up_to_there(start, run_dir, ended_by):
    options = {"limit_s": 1} if ended_by == "limit" else {}
    runner = start("sh", "-c", "echo '== train'; sleep 600", options=(f"--phases={PATTERN}",), **options)
    runner.read_line()
    if ended_by == "controller":
        runner.process.stdin.close()
        runner.process.wait(60)
    else:
        assert runner.result()["timed_out"]
    run, train = spans_of(run_dir)
    assert train.t_stop_mono_s == run.t_stop_mono_s
