"""Count what it costs to record calls: a recorded and an unmatched one, a million of them, a training script.

    python -m benchmarks.profiler [--repeats 5] [--codegreen PATH] [--json]

The costs of single calls are the smallest of many short loops, less the empty loop. The training script is
eager on purpose, with some twenty small calls a step, so that its slow-down is one of the largest to expect;
it times its own steps. ``--codegreen`` names the program of an environment that also has TensorFlow
(``pip install codegreen==0.4.9``); it instruments functions, and is left out where it is not named.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from lab.envs.places import python_of
from records.calls import read_calls
from workload.runner import PROBE_DIR

_LIBRARY = "def f(a, b=None):\n    return a\n"

_SINGLE = """
import functools, json, time, library
from library import f

def own(a, b=None):
    return a

part, plain = functools.partial(own), eval("lambda n: [None for _ in range(n) if f(n) and 0]")
def empty(n):
    for _ in range(n): pass
def of_library(n):
    for _ in range(n): f(n)
def with_two(n):
    for _ in range(n): f(n, b=n)
def unmatched(n):
    for _ in range(n): own(n)
def method(n, x=[].count):
    for _ in range(n): x(n)
def partial(n):
    for _ in range(n): part(n)

def ns(function, n=500):
    def once():
        start = time.perf_counter_ns()
        function(n)
        return time.perf_counter_ns() - start
    return min(once() for _ in range(60)) / n
loops = (of_library, with_two, unmatched, method, partial)
base = ns(empty)
print(json.dumps({loop.__name__: ns(loop) - base for loop in loops}))
"""

_MANY = """
import resource, time, library
start = time.perf_counter()
for i in range(1_000_000):
    library.f(i)
print(time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""

_TRAINING = """
import json, sys, time
import numpy as np
import tensorflow as tf

def step(weights, optimizer, x, y):
    with tf.GradientTape() as tape:
        h = tf.nn.relu(tf.nn.conv2d(x, weights[0], 1, "SAME"))
        h = tf.reshape(tf.nn.max_pool2d(h, 2, 2, "SAME"), (x.shape[0], -1))
        logits = tf.add(tf.matmul(h, weights[1]), weights[2])
        loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, logits))
    optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights))
    right = tf.reduce_mean(tf.cast(tf.equal(tf.argmax(logits, 1), tf.cast(y, tf.int64)), tf.float32))
    return float(loss), float(right)

def main():
    random = np.random.default_rng(1)
    x = tf.constant(random.normal(size=(16, 16, 16, 1)).astype("float32"))
    y = tf.constant(random.integers(0, 3, 16).astype("int32"))
    shapes = ((3, 3, 1, 8), (8 * 8 * 8, 3), (3,))
    weights = [tf.Variable(random.normal(size=s).astype("float32") * 0.1) for s in shapes]
    optimizer = tf.keras.optimizers.SGD(0.01)
    for _ in range(20):
        step(weights, optimizer, x, y)
    start, start_cpu = time.perf_counter(), time.process_time()
    for _ in range(200):
        result = step(weights, optimizer, x, y)
    seconds, cpu_s = time.perf_counter() - start, time.process_time() - start_cpu
    with open(sys.argv[1], "w") as file:
        json.dump({"seconds": seconds, "cpu_s": cpu_s, "result": result}, file)

main()
"""

FORMS = {"calls": ("--libs=library",), "calls with sizes": ("--libs=library", "--sizes")}
TRAINED = {"calls": ("--libs=tensorflow",), "calls with sizes": ("--libs=tensorflow", "--sizes")}


def run(python: str | Path, script: Path, recorder: tuple[str, ...] = (), *arguments: str) -> str:
    """Run a script with the calls of a library on record, or as it is; return what it printed."""
    command = [
        str(python),
        *(("-m", "wattlab_calls", *recorder) if recorder else ()),
        str(script),
        *arguments,
    ]
    path = f"{PROBE_DIR}{os.pathsep}{script.parent / 'path'}"
    environment = os.environ | {"PYTHONPATH": path, "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1"}
    return subprocess.run(
        command, env=environment, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ).stdout


def single_calls(folder: Path, repeats: int) -> dict[str, dict[str, float]]:
    """Return the cost of a call in ns by form and kind, the smallest of several processes."""
    script = folder / "single.py"
    script.write_text(_SINGLE)
    forms = {"plain": (), **{name: (f"--out={folder / 'single'}", *form) for name, form in FORMS.items()}}
    costs: dict[str, list[dict[str, float]]] = {name: [] for name in forms}
    for _ in range(repeats):
        for name, form in forms.items():
            costs[name].append(json.loads(run(sys.executable, script, form)))
    return {name: {kind: min(one[kind] for one in ones) for kind in ones[0]} for name, ones in costs.items()}


def many_calls(folder: Path) -> dict[str, dict[str, float]]:
    """Return calls per second, peak memory and size of the record of a million calls."""
    script = folder / "many.py"
    script.write_text(_MANY)
    found = {}
    for name, form in {"plain": (), **FORMS}.items():
        out = folder / f"many {name}"
        seconds, kib = map(float, run(sys.executable, script, form and (f"--out={out}", *form)).split())
        size = sum(process.path.stat().st_size for process in read_calls(out)) if form else 0
        found[name] = {"calls_per_s": 1e6 / seconds, "memory_mib": kib / 1024, "record_mb": size / 1e6}
    return found


def training(folder: Path, repeats: int, codegreen: str | None) -> dict[str, dict[str, object]]:
    """Return the seconds of the same training by how it was recorded; one after the other, several times."""
    script = folder / "training.py"
    script.write_text(_TRAINING)
    python = python_of("cpu")
    forms: dict[str, tuple[str, ...]] = {"plain": (), **TRAINED}
    if codegreen:
        forms["codegreen, functions"] = ("codegreen",)
    seconds: dict[str, list[float]] = {name: [] for name in forms}
    cpu_s: dict[str, list[float]] = {name: [] for name in forms}
    results, recorded = {}, {}
    for n in range(repeats):
        for name, form in forms.items():
            said, out = folder / "said.json", folder / f"training {name} {n}"
            if form == ("codegreen",):
                command = [
                    str(codegreen),
                    "measure",
                    "--granularity",
                    "fine",
                    "python",
                    str(script),
                    str(said),
                ]
                path = f"{Path(str(codegreen)).parent}{os.pathsep}{os.environ['PATH']}"  # as if activated
                environment = os.environ | {"PATH": path, "TF_CPP_MIN_LOG_LEVEL": "3"}
                subprocess.run(command, check=False, capture_output=True, env=environment)
                if not said.exists():
                    raise SystemExit(f"{' '.join(command)} did not run the script; try it by hand")
            else:
                run(python, script, form and (f"--out={out}", *form), str(said))
            one = json.loads(said.read_text())
            said.unlink()
            seconds[name].append(one["seconds"])
            cpu_s[name].append(one["cpu_s"])
            results[name] = one["result"]
            chunks = (chunk for process in read_calls(out) for chunk in process.chunks())
            recorded[name] = sum(len(chunk) for chunk in chunks)
    plain, plain_cpu = np.array(seconds["plain"]), np.array(cpu_s["plain"])
    return {
        name: {
            "seconds": statistics.median(values),
            "ratio": float(np.median(np.array(values) / plain)),
            "cpu_ratio": float(np.median(np.array(cpu_s[name]) / plain_cpu)),
            "same_result": results[name] == results["plain"],
            "recorded": recorded[name],
        }
        for name, values in seconds.items()
    }


def main() -> None:
    """Print the three tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--codegreen", help="its program, in an environment with TensorFlow")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "path").mkdir()
        (folder / "path" / "library.py").write_text(_LIBRARY)
        single = single_calls(folder, options.repeats)
        many = many_calls(folder)
        trained = training(folder, options.repeats, options.codegreen) if python_of("cpu").exists() else {}
    if options.json:
        print(json.dumps({"single_ns": single, "million": many, "training": trained}, indent=1))
        return
    print(f"{'a call, ns':24}" + "".join(f"{kind:>12}" for kind in single["plain"]))
    for form, costs in single.items():
        print(f"{form:24}" + "".join(f"{ns:12.0f}" for ns in costs.values()))
        print(
            f"{'  more than plain':24}"
            + "".join(f"{ns - single['plain'][k]:12.0f}" for k, ns in costs.items())
        )
    print(f"\n{'a million calls':24}{'calls/s':>12}{'MiB':>12}{'record, MB':>12}")
    for form, row in many.items():
        print(f"{form:24}{row['calls_per_s']:12.0f}{row['memory_mib']:12.1f}{row['record_mb']:12.1f}")
    heads = ("s", "ratio", "CPU ratio", "records", "same losses")
    print(f"\n{'training, 200 steps':24}" + "".join(f"{head:>12}" for head in heads))
    for form, trow in trained.items():
        ratios = f"{trow['seconds']:12.3f}{trow['ratio']:12.3f}{trow['cpu_ratio']:12.3f}"
        print(f"{form:24}{ratios}{trow['recorded']:12}{trow['same_result']!s:>12}")


if __name__ == "__main__":
    main()
