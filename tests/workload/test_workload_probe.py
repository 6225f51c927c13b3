"""The probe writes what happens, from real processes, and never disturbs the program."""

import ast
import json
import signal
import subprocess
import sys

import pytest
from workload_processes import PROBE_DIR, wait_until

from records.events import read_events

PROBE = PROBE_DIR / "wattlab_probe.py"


def spans_by_name(run_dir):
    return {span.name: span for span in read_events(run_dir / "events.jsonl").spans()}


def without_memory(span):
    return {name: value for name, value in span.data.items() if name != "rss_mib"}


def test_spans_nest_and_carry_their_data(run_python, run_dir):
    code = """
import wattlab_probe as probe
with probe.action("train", optimizer="adam"):
    with probe.epoch(3, samples=240) as epoch:
        with probe.call("keras.Model.fit"):
            pass
        epoch["loss"] = 0.25
"""
    assert run_python("-c", code).returncode == 0
    spans = spans_by_name(run_dir)
    train, epoch, call = spans["train"], spans["epoch"], spans["keras.Model.fit"]
    assert (train.span, epoch.span, call.span) == ("action", "epoch", "call")
    assert (train.parent, epoch.parent, call.parent) == (1, train.id, epoch.id)
    assert train.data == {"optimizer": "adam"}
    assert without_memory(epoch) == {"epoch": 3, "samples": 240, "loss": 0.25}
    assert train.t_start_utc_s <= epoch.t_start_utc_s <= epoch.t_stop_utc_s <= train.t_stop_utc_s


def test_epochs_tell_the_resident_memory(run_python, run_dir):
    code = """
import wattlab_probe as probe
kept = []
for n in range(3):
    with probe.epoch(n + 1):
        kept.append(bytearray(b"x") * (32 << 20))
"""
    assert run_python("-c", code).returncode == 0
    first, second, third = (s.data["rss_mib"] for s in read_events(run_dir / "events.jsonl").spans())
    assert second - first == pytest.approx(32, abs=4)
    assert third - second == pytest.approx(32, abs=4)


def test_marks_say_what_was_achieved_and_with_what(run_python, run_dir):
    code = """
import wattlab_probe as probe
with probe.action("evaluate"):
    probe.useful_work(val_accuracy=0.81, correct=48)
    probe.mark("checkpoint", number=2)
probe.provenance(dataset="generated")
"""
    assert run_python("-c", code).returncode == 0
    marks = [event for event in read_events(run_dir / "events.jsonl").events if event.event == "mark"]
    assert [(m.span, m.name, m.data) for m in marks] == [
        ("run", "useful_work", {"val_accuracy": 0.81, "correct": 48}),
        ("action", "checkpoint", {"number": 2}),
        ("run", "provenance", {"dataset": "generated"}),
    ]


def test_without_an_event_file_the_probe_does_nothing(run_python, run_dir):
    code = "import wattlab_probe as p\nwith p.action('a'): p.mark('m')\nprint('done')"
    result = run_python("-c", code, WATTLAB_EVENTS="")
    assert (result.returncode, result.stdout, result.stderr) == (0, "done\n", "")
    assert list(run_dir.iterdir()) == []


def test_an_exception_passes_and_closes_the_spans_it_leaves(run_python, run_dir):
    code = """
import wattlab_probe as probe
with probe.action("train"):
    probe.epoch(1).start()
    raise KeyError("gone")
"""
    result = run_python("-c", code)
    assert result.returncode == 1
    assert "KeyError: 'gone'" in result.stderr
    spans = spans_by_name(run_dir)
    assert spans["train"].data == {"error": "KeyError"}
    assert without_memory(spans["epoch"]) == {"epoch": 1, "error": "KeyError"}
    assert spans["epoch"].t_stop_mono_s <= spans["train"].t_stop_mono_s


def test_threads_have_chains_of_their_own(run_python, run_dir):
    code = """
import threading, wattlab_probe as probe
both = threading.Barrier(2, timeout=30)
def work(name):
    with probe.action(name):
        both.wait()
        with probe.call(name + " call"):
            both.wait()
threads = [threading.Thread(target=work, args=(n,)) for n in ("left", "right")]
[t.start() for t in threads]
[t.join() for t in threads]
"""
    assert run_python("-c", code).returncode == 0
    spans = spans_by_name(run_dir)
    assert spans["left call"].parent == spans["left"].id
    assert spans["right call"].parent == spans["right"].id
    assert spans["left"].parent == spans["right"].parent == 1


def test_tasks_of_an_event_loop_nest_in_the_span_that_made_them(run_python, run_dir):
    code = """
import asyncio, wattlab_probe as probe
async def work(name, mine, other):
    with probe.action(name):
        mine.set()
        await other.wait()
        with probe.call(name + " call"):
            await asyncio.sleep(0)
async def main():
    a, b = asyncio.Event(), asyncio.Event()
    with probe.action("all"):
        await asyncio.gather(work("left", a, b), work("right", b, a))
asyncio.run(main())
"""
    assert run_python("-c", code).returncode == 0
    spans = spans_by_name(run_dir)
    assert spans["left"].parent == spans["right"].parent == spans["all"].id
    assert spans["left call"].parent == spans["left"].id
    assert spans["right call"].parent == spans["right"].id


def test_a_fork_writes_its_own_spans_and_stops_none_of_its_parent(run_python, run_dir):
    code = """
import os, wattlab_probe as probe
with probe.action("parent"):
    child = os.fork()
    if child == 0:
        with probe.action("child"):
            pass
    else:
        os.waitpid(child, 0)
"""
    assert run_python("-c", code).returncode == 0
    events = read_events(run_dir / "events.jsonl").events
    assert [(e.event, e.name) for e in events] == [
        ("start", "parent"),
        ("start", "child"),
        ("stop", "child"),
        ("stop", "parent"),
    ]
    assert len({e.id for e in events}) == 2
    assert len({e.pid for e in events}) == 2


def test_many_processes_and_threads_at_once_tear_no_line_and_share_no_id(run_python, run_dir):
    code = """
import os, threading, wattlab_probe as probe
def work():
    for number in range(50):
        with probe.action("w", text="x" * 300):
            pass
children = []
for _ in range(3):
    pid = os.fork()
    if pid == 0:
        threads = [threading.Thread(target=work) for _ in range(3)]
        [t.start() for t in threads]
        [t.join() for t in threads]
        os._exit(0)
    children.append(pid)
[os.waitpid(pid, 0) for pid in children]
"""
    assert run_python("-c", code).returncode == 0
    events = read_events(run_dir / "events.jsonl")
    assert events.damaged_lines == []
    spans = events.spans()
    assert len(spans) == 3 * 3 * 50
    assert all(span.t_stop_utc_s is not None for span in spans)


def test_a_killed_program_leaves_a_readable_file_with_an_open_span(run_dir, start):
    code = "import time, wattlab_probe as p\nwith p.action('train'):\n    time.sleep(600)"
    runner = start(sys.executable, "-c", code)
    pid = runner.read_line()["pid"]
    events = run_dir / "events.jsonl"
    wait_until(lambda: '"train"' in events.read_text(), "the action has begun")
    subprocess.run(["kill", "-KILL", str(pid)], check=True)
    assert runner.result()["signal"] == signal.SIGKILL
    spans = spans_by_name(run_dir)
    assert spans["train"].t_stop_utc_s is None
    assert spans["tested"].t_stop_utc_s is not None


def test_a_torn_line_is_closed_and_swallows_nothing(run_python, run_dir):
    (run_dir / "events.jsonl").write_text('{"t_utc_s": 17')
    assert run_python("-c", "import wattlab_probe as p\nwith p.action('a'): pass").returncode == 0
    events = read_events(run_dir / "events.jsonl")
    assert events.damaged_lines == [1]
    assert [e.event for e in events.events] == ["start", "stop"]


def test_a_full_disk_is_said_once_and_the_program_goes_on(run_python):
    code = "import wattlab_probe as p\nwith p.action('a'):\n    p.mark('m')\nprint('done')"
    result = run_python("-c", code, WATTLAB_EVENTS="/dev/full")
    assert (result.returncode, result.stdout) == (0, "done\n")
    assert result.stderr.count("cannot write to /dev/full") == 1
    assert "free space" in result.stderr


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("float('nan')", None),
        ("float('inf')", None),
        ("fractions.Fraction(1, 4)", 0.25),
        ("{1: (2, {3})}", {"1": [2, [3]]}),
        ("object", "<class 'object'>"),
        ("True", True),
    ],
)
def test_any_value_becomes_json(run_python, run_dir, value, written):
    result = run_python("-c", f"import fractions, wattlab_probe as p\np.mark('m', value={value})")
    assert result.returncode == 0, result.stderr
    line = (run_dir / "events.jsonl").read_text()
    assert json.loads(line)["data"] == {"value": written}
    assert "NaN" not in line and "Infinity" not in line


MODULES = [PROBE, PROBE_DIR / "wattlab_calls.py"]


def test_two_modules_are_put_on_the_path_of_a_measured_process():
    assert {path.name for path in PROBE_DIR.iterdir()} - {"__pycache__"} == {path.name for path in MODULES}


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_they_parse_as_python_3_8_and_import_the_standard_library_only(module):
    imported = set()
    for node in ast.walk(ast.parse(module.read_text(), feature_version=(3, 8))):
        if isinstance(node, ast.Import):
            imported |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add(node.module.partition(".")[0])
    assert imported - set(sys.stdlib_module_names) <= {"wattlab_probe", "wattlab_calls"}


def test_as_decorators_they_mark_each_call_of_a_function(run_python, run_dir):
    code = """
import asyncio, wattlab_probe as probe
@probe.call
def square(x):
    return x * x
@probe.call
async def later(x):
    await asyncio.sleep(0)
    return square(x)
@probe.epoch
def train(rate):
    return {"loss": square(rate)}
assert [train(1), train(0.5)] == [{"loss": 1}, {"loss": 0.25}]
assert asyncio.run(later(3)) == 9 and square.__name__ == "square"
"""
    done = run_python("-c", code)
    assert (done.returncode, done.stderr) == (0, "")
    spans = read_events(run_dir / "events.jsonl").spans()
    assert [(s.span, s.name, s.depth) for s in spans] == [
        ("epoch", "epoch", 1),
        ("call", "__main__.square", 2),
        ("epoch", "epoch", 1),
        ("call", "__main__.square", 2),
        ("call", "__main__.later", 1),
        ("call", "__main__.square", 2),
    ]
    assert [without_memory(s) for s in spans if s.span == "epoch"] == [
        {"epoch": 1, "loss": 1},
        {"epoch": 2, "loss": 0.25},
    ]


def test_a_generator_cannot_be_marked_as_one_call(run_python):
    done = run_python("-c", "import wattlab_probe as p\n@p.call\ndef g():\n    yield 1\n")
    assert done.returncode == 1 and "TypeError: wattlab_probe: expected a function" in done.stderr
