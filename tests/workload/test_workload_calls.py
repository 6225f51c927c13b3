"""A program whose calls are recorded does what it does without, and every call is on record."""

import json
import os
import re
import signal
import subprocess
import sys
from collections import Counter

import pytest
from workload_processes import PROBE_DIR, PROGRAMS

from records.calls import CallFlag, iter_chunks, read_calls

CALLS = PROGRAMS / "calls"
LIBRARY = PROGRAMS / "wanted_library"
FORMS = {"plain": [], "with sizes": ["--sizes"]}


@pytest.fixture
def run(run_dir):
    """Run a program as it is, or with the calls of ``wanted`` on record."""

    def run(*command, options=None, python=sys.executable, cwd=run_dir, libs="wanted", **variables):
        recorder = ["-m", "wattlab_calls", f"--out={run_dir / 'calls'}", f"--libs={libs}"]
        environment = os.environ | {
            "PYTHONPATH": f"{PROBE_DIR}{os.pathsep}{LIBRARY}",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONHASHSEED": "0",
            **variables,
        }
        return subprocess.run(
            [str(python), *([] if options is None else [*recorder, *options]), *map(str, command)],
            env=environment,
            cwd=cwd,
            text=True,
            check=False,
            capture_output=True,
            timeout=100,
        )

    return run


@pytest.fixture
def recorded(run_dir):
    """Return the recorded calls of a run: dictionaries in the order of their ends."""

    def recorded():
        calls = []
        for process, chunk in iter_chunks(run_dir / "calls"):
            for call in chunk:
                site = process.sites[int(call["site"])]
                flags = {flag.name for flag in CallFlag if call["flags"] & flag}
                values = {"flags": flags, "process": process.process, "of": process.tasks[int(call["task"])]}
                numbers = {
                    name: int(call[name]) for name in ("depth", "start_ns", "stop_ns", "argument_bytes")
                }
                calls.append({name: getattr(site, name) for name in site.__slots__} | values | numbers)
        return calls

    return recorded


def program(folder, text, name="program.py"):
    path = folder / name
    path.parent.mkdir(exist_ok=True, parents=True)
    path.write_text(text)
    return path


def same(run, *command, python=sys.executable, options=(), **settings):
    plain = run(*command, python=python, **settings)
    measured = run(*command, python=python, options=[*options], **settings)
    assert measured.stdout == plain.stdout
    assert measured.stderr == plain.stderr
    assert measured.returncode == plain.returncode
    return measured


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", ["expressions", "callers", "side_by_side"])
def test_each_construct_behaves_the_same(run, name, form):
    measured = same(run, CALLS / f"{name}.py", options=FORMS[form])
    assert measured.stdout.count("\n") > 15, measured.stderr


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("version", ["3.8", "3.9", "3.10", "3.12", "3.13"])
def test_each_construct_behaves_the_same_in_other_pythons(run, version, form):
    python = f"python{version}"
    if subprocess.run([python, "-c", ""], check=False, capture_output=True).returncode:
        pytest.skip(f"there is no {python}")
    for name in ["expressions", "side_by_side", *(["callers"] if version != "3.8" else [])]:
        # Python 3.8 names no callable in messages about wrong arguments but a function
        same(run, CALLS / f"{name}.py", python=python, options=FORMS[form])


def test_every_call_of_the_library_is_on_record(run, recorded):
    run(CALLS / "expressions.py", options=[])
    calls = recorded()
    source = (CALLS / "expressions.py").read_text().splitlines()
    assert {call["file"] for call in calls} == {"expressions.py"}
    for call in calls:  # the place is that of the call, and its expression is what is written there
        text = "\n".join(source[call["line"] - 1 : call["end_line"]])[call["column"] - 1 :]
        written = call["expression"].lstrip("@").split("(")[0]
        assert text.lstrip("(").replace('"', "'").startswith(written)
    kinds = Counter(call["kind"] for call in calls)
    assert kinds["decorator"] == 5 and kinds["with"] == 3
    assert {call["function"] for call in calls} >= {
        "",
        "Net",
        "Net.__init__",
        "generator",
        "scopes.<locals>.inner",
    }
    by_api = Counter(call["api"] for call in calls)
    assert (
        by_api["wanted.Layer.__call__"]
        and by_api["wanted.Layer.fit"] == 2
        and by_api["wanted.Layer.made"] == 2
    )
    assert "wanted.Layer" in by_api and "wanted.Layer.__init__" in by_api
    # what `eval` and `exec` compile is not part of the file
    assert not [call for call in calls if source[call["line"] - 1].startswith(("print(eval", "exec"))]


def test_a_method_of_a_mixin_is_named_after_the_class_that_uses_it(run, run_dir, recorded):
    run(program(run_dir, "import wanted\nwanted.Forest().score()\n"), options=[])
    assert [call["api"] for call in recorded()] == ["wanted.Forest", "wanted.Forest.score"]


def test_calls_nest_and_come_after_those_within(run, run_dir, recorded):
    text = """
import wanted
wanted.apply(lambda: [wanted.square(i) for i in range(2)])
wanted.join(wanted.square(3))
"""
    run(program(run_dir, text), options=[])
    calls = recorded()
    assert [(call["api"], call["depth"]) for call in calls] == [
        ("wanted.square", 1),
        ("wanted.square", 1),
        ("wanted.apply", 0),
        ("wanted.square", 0),  # an argument is evaluated before the call, not within
        ("wanted.join", 0),
    ]
    inner, outer = calls[0], calls[2]
    assert outer["start_ns"] < inner["start_ns"] <= inner["stop_ns"] < outer["stop_ns"]
    assert calls[3]["stop_ns"] < calls[4]["start_ns"]


def test_flags_tell_how_a_call_ended(run, run_dir, recorded):
    text = """
import asyncio, wanted
for _ in range(2):
    try:
        wanted.apply(wanted.fail)
    except ValueError:
        pass
    len([])
wanted.square(1)
wanted.count(3)
async def main():
    await wanted.fetch(1)
    try:
        await wanted.fetch(1, error=KeyError())
    except KeyError:
        wanted.square(2)
asyncio.run(main())
def unfinished():
    import os, signal
    wanted.square(5)
    raise SystemExit
wanted.apply(unfinished)
"""
    run(program(run_dir, text), options=[])
    assert [(call["line"], call["flags"], call["depth"]) for call in recorded()] == [
        (5, {"RAISED"}, 0),
        (5, {"RAISED"}, 0),
        (9, set(), 0),
        (10, {"DEFERRED"}, 0),
        (12, {"SUSPENDED"}, 0),
        (14, {"SUSPENDED", "RAISED"}, 0),
        (16, set(), 0),
        (20, set(), 1),
        (22, {"RAISED"}, 0),
    ]


def test_a_call_that_is_open_at_the_end_is_cut_there(run, run_dir, recorded):
    text = """
import threading, time, wanted
started = threading.Event()
def wait():
    wanted.square(1)
    started.set()
    time.sleep(60)
threading.Thread(target=lambda: wanted.apply(wait), daemon=True, name="waiting").start()
started.wait()
"""
    run(program(run_dir, text), options=[])
    inner, outer = recorded()
    assert (inner["depth"], outer["depth"], outer["flags"]) == (1, 0, {"TRUNCATED"})
    assert outer["of"] == inner["of"] == "waiting"


def test_threads_tasks_and_processes_have_records_of_their_own(run, run_dir, recorded):
    run(CALLS / "side_by_side.py", options=[])
    calls = recorded()
    processes = read_calls(run_dir / "calls")
    assert len({call["process"] for call in calls}) >= 4  # itself, forked, spawned, one by os.fork
    (main,) = (process for process in processes if process.header["parent_pid"] == os.getpid())
    assert main.ended
    names = Counter(call["of"] for call in calls)
    assert {name for name in names if name.startswith("Thread-")} and any(
        n.startswith("Task-") for n in names
    )
    awaited = [call for call in calls if "SUSPENDED" in call["flags"]]
    assert len(awaited) == 13 and all(call["of"].startswith("Task-") for call in awaited)
    assert all(call["file"] == "side_by_side.py" for call in calls)
    mine = [call for call in calls if (call["process"], call["of"]) == (main.process, "MainThread")]
    assert mine[-1]["depth"] == 0


def test_the_last_call_of_a_thread_is_its_own_though_its_ident_comes_again(run, run_dir, recorded):
    text = """
import threading, wanted
def fail():
    try:
        wanted.fail()
    except ValueError:
        pass
idents = set()
for number in range(30):
    thread = threading.Thread(target=fail, name=f"Worker-{number}")
    thread.start()
    idents.add(thread.ident)
    thread.join()
print(len(idents) < 30)
"""
    assert run(program(run_dir, text), options=[]).stdout == "True\n"
    calls = {(call["of"], *call["flags"]) for call in recorded()}
    assert calls == {(f"Worker-{number}", "RAISED") for number in range(30)}


@pytest.mark.parametrize("form", FORMS)
def test_threads_that_call_at_once_do_not_disturb_each_other(run, run_dir, form):
    text = """
import sys, threading, wanted
sys.setswitchinterval(1e-6)
def work():
    for i in range(30_000):
        wanted.square(i)
threads = [threading.Thread(target=work) for _ in range(2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
"""
    measured = run(program(run_dir, text), options=FORMS[form])
    assert measured.stderr == ""
    (process,) = read_calls(run_dir / "calls")
    assert sum(len(chunk) for chunk in process.chunks()) == 60_000


def test_a_coroutine_that_is_driven_by_hand_next_to_asyncio_is_on_record(run, run_dir, recorded):
    text = """
import asyncio, types, wanted
@types.coroutine
def ready():
    return 3
    yield
async def by_hand():
    return await ready() + await wanted.at_once(4)
def drive():
    try:
        by_hand().send(None)
    except StopIteration as stop:
        return stop.value
async def main():
    await wanted.fetch(1)
    return await asyncio.to_thread(drive)
print(drive(), asyncio.run(main()))
"""
    assert same(run, program(run_dir, text)).stdout == "7 7\n"
    assert [(call["api"], call["flags"]) for call in recorded()] == [
        ("wanted.at_once", {"DEFERRED"}),
        ("wanted.fetch", {"SUSPENDED"}),
        ("wanted.at_once", {"DEFERRED"}),
    ]


@pytest.mark.parametrize("form", FORMS)
def test_objects_whose_class_has_no_hash_go_in_and_out(run, run_dir, recorded, form):
    text = """
import wanted
class Meta(type):
    __hash__ = None
class Thing(metaclass=Meta):
    def __str__(self):
        return "thing"
print(wanted.join(wanted.apply(Thing)))
"""
    same(run, program(run_dir, text), options=FORMS[form])
    assert [call["api"] for call in recorded()] == ["wanted.apply", "wanted.join"]


def test_a_killed_process_leaves_all_calls_that_had_ended(run, run_dir, recorded):
    text = """
import os, signal, wanted
for i in range(1000):
    wanted.square(i)
wanted.apply(os.kill, os.getpid(), signal.SIG)
"""
    for name in ("SIGKILL", "SIGTERM"):
        killed = run(program(run_dir, text.replace("SIG)", f"{name})")), options=[])
        assert killed.returncode == -getattr(signal, name)
        assert len(recorded()) == 1000
        (process,) = read_calls(run_dir / "calls")
        assert (process.damaged_records(), process.ended) == (0, False)
        for file in (run_dir / "calls").iterdir():
            file.unlink()


def test_many_calls_go_through_several_windows_of_the_file(run, run_dir):
    text = "import wanted\nfor i in range(70000): wanted.square(i)\n"
    run(program(run_dir, text), options=[])
    (process,) = read_calls(run_dir / "calls")
    assert sum(len(chunk) for chunk in process.chunks()) == 70000
    assert process.path.stat().st_size == 70000 * 36


def test_what_cannot_be_written_is_said_once_and_the_program_goes_on(run, run_dir):
    (run_dir / "calls").write_text("no folder")
    measured = run(program(run_dir, "import wanted\nprint(wanted.square(2), wanted.square(3))\n"), options=[])
    assert (measured.returncode, measured.stdout) == (0, "4 9\n")
    assert measured.stderr.count("cannot write to") == 1


def test_modules_of_the_project_are_recorded_and_nothing_is_written_next_to_them(run, run_dir, recorded):
    program(
        run_dir,
        "import wanted\nfrom . import part\ndef f():\n    return wanted.square(2)\n",
        "pack/__init__.py",
    )
    program(run_dir, "import wanted\nVALUE = wanted.square(1)\n", "pack/part.py")
    text = (
        "import sys, pack\nprint(sys.argv[1:], __name__, __spec__.name, pack.f(), pack.part.VALUE)\n1 / 0\n"
    )
    program(run_dir, text, "pack/__main__.py")
    measured = same(run, "-m", "pack", "--flag", PYTHONDONTWRITEBYTECODE="")
    assert measured.stdout == "['--flag'] __main__ pack.__main__ 4 1\n"
    assert sorted((call["file"], call["line"]) for call in recorded()) == [
        ("pack/__init__.py", 4),
        ("pack/part.py", 2),
    ]
    cached = [path for path in run_dir.rglob("*.pyc") if b"__wattlab_" in path.read_bytes()]
    assert cached == []


def test_a_module_with_a_wrong_syntax_is_said_as_python_says_it(run, run_dir):
    program(run_dir, "def f(:\n", "broken.py")
    same(run, program(run_dir, "import wanted\nwanted.square(1)\nimport broken\n"))
    same(run, program(run_dir, "import wanted\nreturn\n"))
    same(run, program(run_dir, "x = 1 is 1\nassert (x, 'always')\n'a'(1)\n"))
    assert run("nowhere.py", options=[]).returncode == 2


def notebook(*cells):
    made = [
        {"cell_type": "code", "execution_count": count, "source": source, "metadata": {}, "outputs": []}
        for count, source in cells
    ]
    return json.dumps({"cells": [{"cell_type": "markdown", "source": "# Text"}, *made], "nbformat": 4})


def test_the_cells_of_a_notebook_run_one_after_the_other(run, run_dir, recorded):
    text = notebook(
        (3, ["import wanted\n", "%matplotlib inline\n", "!pip install nothing"]),
        (None, "def f(x):\n    return wanted.square(x)\nx = await wanted.fetch(3)\n"),
        (7, "import inspect\nprint(f(x), inspect.getsource(f), __name__)\nf(None)"),
    )
    measured = run(program(run_dir, text, "train.ipynb"), options=[])
    assert measured.stdout == "9 def f(x):\n    return wanted.square(x)\n __main__\n"
    assert 'train.ipynb (cell 2)", line 2, in f\n    return wanted.square(x)\n           ^' in measured.stderr
    assert measured.returncode == 1 and "wattlab_" not in measured.stderr
    assert [(call["cell"], call["execution_count"], call["line"], call["flags"]) for call in recorded()] == [
        (2, None, 3, {"SUSPENDED"}),
        (2, None, 2, set()),
        (2, None, 2, {"RAISED"}),
    ]


def test_what_only_looks_like_a_magic_is_left_as_it_is(run, run_dir, recorded):
    cell = """%matplotlib inline
import wanted
print("%d of %d"
      % (wanted.square(1), wanted.square(2)))
text = '''
!ls
'''
files = !ls
print(len(text), files, len("a\u2028\x0cb"))
wanted.fail?
!echo (
"""
    measured = run(program(run_dir, notebook((1, cell)), "train.ipynb"), options=[])
    assert (measured.stdout, measured.stderr) == ("1 of 4\n5 None 4\n", "")
    assert [call["line"] for call in recorded()] == [4, 4]


def test_sizes_of_the_arguments_are_those_of_their_values(run, run_dir, recorded):
    text = """
import numpy as np, wanted
class Lazy:
    def __getattr__(self, name):
        raise SystemExit("looked at")
big = np.zeros(1000)
wanted.join(big)
wanted.join([big, {"a": big}], wanted.join(np.zeros(10)))
wanted.join(*[big], key=big)
wanted.apply(lambda x: wanted.join(x), big)
wanted.join(Lazy())
wanted.join()
wanted.join("x" * 10)
wanted.apply(lambda *views: None, *[np.broadcast_to(big[:1], (2**59,)) for _ in range(3)])
try:
    wanted.join(big, wanted.fail())
except ValueError:
    wanted.join(big)
"""
    run(program(run_dir, text), options=["--sizes"])
    sizes = [call["argument_bytes"] for call in recorded() if "RAISED" not in call["flags"]]
    expected = [8000, 80, 8000, 16000, 8000, 8000, 0, 0, 0, 2**63 - 1, 8000]
    assert all(0 <= size - least < 1000 for size, least in zip(sizes, expected, strict=True)), sizes


def test_the_outermost_call_waits_for_the_gate(run_dir, recorded):
    text = """import os, wanted
wanted.apply(lambda: wanted.square(3))
if not (child := os.fork()):
    wanted.square(5)
    os._exit(0)
os.waitpid(child, 0)
wanted.square(2)
print('done')
"""
    script = program(run_dir, text)
    answers, answer = os.pipe()
    question, questions = os.pipe()
    environment = os.environ | {
        "PYTHONPATH": f"{PROBE_DIR}{os.pathsep}{LIBRARY}",
        "WATTLAB_GATE_FD": f"{answers},{questions}",
    }
    command = [sys.executable, "-m", "wattlab_calls", f"--out={run_dir / 'calls'}", "--libs=wanted", "--gate"]
    with subprocess.Popen(
        [*command, str(script)],
        env=environment,
        pass_fds=(answers, questions),
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        os.close(answers), os.close(questions)
        asked = []
        for line in ("open", "timeout"):
            asked.append(os.read(question, 100))
            os.write(answer, f"{line}\n".encode())
        assert process.stdout.read() == "done\n"
    os.close(answer), os.close(question)
    calls = [call for call in recorded() if call["line"] != 4]
    assert [call["flags"] for call in recorded() if call["line"] == 4] == [set()]  # the forked process's
    assert asked == [f"gate {calls[0]['site']}\n".encode(), f"gate {calls[3]['site']}\n".encode()]
    assert [(call["line"], call["flags"]) for call in calls] == [
        (2, {"GATE_WAIT"}),
        (2, set()),
        (2, set()),
        (7, {"GATE_WAIT"}),
        (7, set()),
    ]
    assert calls[0]["stop_ns"] <= calls[2]["start_ns"]


def test_without_the_controller_calls_do_not_wait(run, run_dir):
    measured = run(program(run_dir, "import wanted\nprint(wanted.square(2))\n"), options=["--gate"])
    assert measured.stdout == "4\n"
    (process,) = read_calls(run_dir / "calls")
    assert "WATTLAB_GATE_FD" in process.notes[0]


def test_functions_that_are_pickled_by_value_run_elsewhere(run, run_dir, recorded):
    text = """
import subprocess, sys, cloudpickle, wanted
def work(x):
    return wanted.square(x)
code = "import cloudpickle, sys; print(cloudpickle.load(sys.stdin.buffer)(4))"
print(subprocess.run([sys.executable, "-c", code], input=cloudpickle.dumps(work), capture_output=True).stdout)
"""
    same(run, program(run_dir, text))
    assert [call["expression"] for call in recorded()] == ["wanted.square"]


@pytest.mark.parametrize(
    "wrong",
    [
        [],
        ["--libs=numpy", "z.py"],
        ["--out=x", "--libs", "z.py"],
        ["--out=x", "--libs=y", "--unknown", "z.py"],
    ],
)
def test_wrong_options_are_said_with_the_usage(run, wrong):
    recorder = run("-m", "wattlab_calls", *wrong)
    assert recorder.returncode == 2 and recorder.stderr.startswith("usage: ")


@pytest.mark.slow
@pytest.mark.tensorflow
@pytest.mark.parametrize("form", FORMS)
def test_tensorflow_and_keras_train_the_same_and_graphs_are_told_from_work(run, recorded, cpu_python, form):
    """Layers, callbacks, generators, `tf.function` with and without AutoGraph, gradients, errors."""
    settings = {"python": cpu_python, "libs": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "3"}
    script = CALLS / "keras_training.py"
    plain = run(script, **settings)
    measured = run(script, options=FORMS[form], **settings)
    assert (measured.returncode, measured.stdout) == (plain.returncode, plain.stdout)
    assert plain.returncode == 1 and plain.stdout.count("epoch") == 2
    lines = [re.sub(r"generated_file\w+", "generated", text) for text in (plain.stderr, measured.stderr)]
    places = [re.findall(r'File "(.*)", line (\d+), in (.*)', text) for text in lines]
    assert places[0] == places[1] and len(places[0]) > 5
    calls = recorded()
    apis = Counter(call["api"] for call in calls)
    assert apis["keras.Model.fit"] == 4 and apis["keras.layers.Conv2D.__call__"] >= 3
    for api in (
        "tensorflow.data.Dataset.from_generator",
        "tensorflow.map_fn",
        "keras.Input",
        "tensorflow.Variable",
    ):
        assert apis[api], api
    assert apis["tensorflow.function.__call__"] == 4 and apis["keras.Optimizer.apply_gradients"] == 3
    traced = [call for call in calls if "TRACED" in call["flags"]]
    assert {call["function"] for call in traced} == {"Block.call", "plain"}
    assert all(call["depth"] > 0 for call in traced)
    if form == "with sizes":
        fit = next(call for call in calls if call["api"] == "keras.Model.fit")
        assert 64 * 12 * 12 * 4 + 64 * 8 <= fit["argument_bytes"] < 40000
