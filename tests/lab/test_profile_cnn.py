"""Calls of a training with TensorFlow on the virtual bench: their energies add up to those of the runs."""

import json
import subprocess
from collections import Counter
from pathlib import Path

import pytest
from lab_bench import LAB
from measured_environments import python_or_skip

from records.results import read_results

pytestmark = [pytest.mark.slow, pytest.mark.tensorflow, pytest.mark.timeout(600)]

CNN = """
import numpy as np
from tensorflow import keras

keras.utils.set_random_seed(1)
x = np.random.default_rng(1).random((200, 32, 32, 3), dtype="float32")
y = np.random.default_rng(2).integers(0, 10, 200)
model = keras.Sequential([keras.Input((32, 32, 3)), keras.layers.Conv2D(32, 3, activation="relu"),
                          keras.layers.Flatten(), keras.layers.Dense(10)])
model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
model.fit(x, y, epochs=4, verbose=0)
for start in range(0, 200, 20):
    model.predict(x[start : start + 20], verbose=0)
print("done")
"""

BENCH = """
[meter]
driver = "wattsup_pro"
port = "virtual"
[gate]
enabled = false
[run]
lead_in_s = 2.0
lead_out_s = 2.0
[[scenario]]
name = "baseline"
kind = "baseline"
duration_s = 5
"""


def test_exclusive_energies_and_the_time_outside_add_up_to_the_run(tmp_path: Path) -> None:
    python = python_or_skip("cpu")
    (tmp_path / "cnn.py").write_text(CNN)
    (tmp_path / "lab.toml").write_text(BENCH)
    options = ["--libs", "tensorflow,keras", "--gate", "none", "--repeats", "3", "--baseline", "5"]
    command = [*LAB, "profile", "cnn.py", *options, "--python", str(python), "--out", "c", "--json"]
    result = subprocess.run(command, check=False, capture_output=True, text=True, timeout=500, cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["simulated"] is True
    results = read_results(tmp_path / "c" / "results")
    (fit,) = results.call_fits
    parts_j = [row.energy_exclusive_j or 0.0 for row in results.call_sites if row.group is None]
    assert fit.energy_j is not None
    assert fit.energy_u_j is not None
    assert abs(sum(parts_j) - fit.energy_j) < fit.energy_u_j
    lengths_s = [row.duration_s for row in results.runs if row.kind == "workload"]
    assert fit.covered_s + fit.uncovered_s == pytest.approx(sum(lengths_s) / fit.runs, rel=1e-3)
    calls = Counter[str]()
    for row in results.call_sites:
        calls[row.expression] += row.calls
    assert calls["model.fit"] == fit.runs
    assert calls["model.predict"] == 10 * fit.runs
    written = (tmp_path / "c" / "runs").glob("*-cnn/stdout.log")
    assert [path.read_text() for path in written] == ["done\n"] * 3
