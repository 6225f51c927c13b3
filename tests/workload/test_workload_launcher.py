"""The launcher runs a script as Python would, and adds the epochs of its Keras fits."""

import json

import pytest
from measured_environments import python_or_skip
from workload_processes import PROGRAMS

from records.events import read_events


def both_ways(run_python, *arguments, **options):
    return run_python(*arguments, **options), run_python("-m", "wattlab_probe", *arguments, **options)


def test_a_script_sees_the_same_python_either_way(run_python):
    script = PROGRAMS / "self_portrait.py"
    plain, launched = both_ways(run_python, str(script), "--flag", "value")
    assert plain.returncode == launched.returncode == 7
    assert json.loads(launched.stdout) == json.loads(plain.stdout)
    assert launched.stderr == plain.stderr == "at exit: __main__ is whole\n"


def test_an_uncaught_exception_reads_the_same(run_python):
    plain, launched = both_ways(run_python, str(PROGRAMS / "failing.py"))
    assert plain.returncode == launched.returncode == 1
    assert "ZeroDivisionError" in plain.stderr and "During handling" in plain.stderr
    assert launched.stderr == plain.stderr


def test_an_interrupted_script_ends_by_the_signal(run_python, tmp_path):
    script = tmp_path / "interrupted.py"
    script.write_text("import os, signal\nos.kill(os.getpid(), signal.SIGINT)\n")
    plain, launched = both_ways(run_python, str(script))
    assert launched.returncode == plain.returncode
    assert launched.stderr == plain.stderr


def test_a_missing_script_is_said_as_python_says_it(run_python):
    launched = run_python("-m", "wattlab_probe", "nowhere.py")
    assert launched.returncode == 2
    assert "can't open file 'nowhere.py': [Errno 2]" in launched.stderr


def test_a_script_without_keras_is_run_without_importing_it(run_python, cpu_python, tmp_path):
    script = tmp_path / "plain.py"
    script.write_text("import sys, json\nprint('keras' in sys.modules or 'tensorflow' in sys.modules)\n")
    assert run_python("-m", "wattlab_probe", str(script), python=cpu_python).stdout == "False\n"


@pytest.mark.slow  # a campaign in tests/lab does the same in the default run
@pytest.mark.tensorflow
@pytest.mark.parametrize(("environment", "backend"), [("cpu", "tensorflow"), ("jax", "jax")])
def test_an_unmodified_keras_script_gets_its_epochs_and_behaves_the_same(
    run_python, run_dir, environment, backend
):
    script = str(PROGRAMS / "unmodified_keras.py")
    options = {"python": python_or_skip(environment), "KERAS_BACKEND": backend}
    plain = run_python(script, **options)
    launched = run_python("-m", "wattlab_probe", script, **options)
    assert (launched.returncode, launched.stdout) == (plain.returncode, plain.stdout), launched.stderr
    assert plain.returncode == 1 and plain.stderr.endswith("RuntimeError: no more patience\n")
    printed = json.loads(plain.stdout)

    spans = read_events(run_dir / "events.jsonl").spans()
    fits = [span for span in spans if span.span == "action"]
    epochs = [span for span in spans if span.span == "epoch"]
    assert [fit.name for fit in fits] == ["train"] * 3
    of_fit = [[e.data for e in epochs if e.parent == fit.id] for fit in fits]
    assert [[e["epoch"] for e in data] for data in of_fit] == [[1, 2, 3], [1, 2], [1]]
    # 64 samples, a quarter of them for validation; the second fit sees all, as does the third
    assert [e["samples"] for e in of_fit[0]] == [48] * 3
    assert [e["samples"] for e in of_fit[1]] == [64] * 2
    assert [e["val_loss"] for e in of_fit[0]] == printed["first"]["val_loss"]
    assert [e["loss"] for e in of_fit[1]] == printed["second"]["loss"]
    # the script's own callback raises within the third fit: its epoch was not finished
    assert fits[2].data["error"] == of_fit[2][0]["error"] == "RuntimeError"
