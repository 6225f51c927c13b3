"""Results with recorded calls, made up for tests, and the program that they are of. Nothing was measured."""

from typing import Any

import numpy as np
from report_example import Plan, example

from records.results import Results

FILE = "train.py"
SOURCE = '''"""Train a small network on made-up images."""

import keras
import numpy as np


def images(n):
    rng = np.random.default_rng(1)
    return rng.normal(size=(n, 32, 32, 3)), rng.integers(0, 10, n)


class Log(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        np.savetxt("loss.txt", [logs["loss"]])


x, y = images(4000)
model = keras.Sequential([
    keras.layers.Input((32, 32, 3)), keras.layers.Conv2D(32, 3, activation="relu"),
    keras.layers.Flatten(), keras.layers.Dense(10, activation="softmax"),
])
model.compile(loss="sparse_categorical_crossentropy")
model.fit(x, y, epochs=4, callbacks=[Log()])
model.save("cnn.keras")
'''

# api, line, column, calls per run, time in s, mean power above the baseline in W, label; made up.
_SITES: tuple[tuple[str, int, int, float, float, float, str], ...] = (
    ("keras.Model.fit", 23, 1, 1, 38.0, 55.0, "measured"),
    ("keras.Model.save", 24, 1, 1, 2.4, 21.0, "measured"),
    ("numpy.random.Generator.normal", 9, 12, 1, 3.1, 12.0, "measured"),
    ("numpy.savetxt", 14, 9, 4, 0.9, 17.0, "pooled"),
    ("keras.layers.Conv2D", 19, 38, 1, 0.41, 16.0, "pooled"),
    ("keras.layers.Dense", 20, 29, 1, 0.012, 14.0, "bounded"),
    ("keras.layers.Flatten", 20, 5, 1, 0.009, 0.0, ""),
    ("keras.layers.Input", 19, 5, 1, 0.008, 0.0, ""),
    ("numpy.random.Generator.integers", 9, 46, 1, 0.01, 9.0, "bounded"),
)
_BASELINE_W = 41.3


def profiled(
    plan: Plan | None = None, scenario: str = "cnn", sites: tuple[Any, ...] = _SITES, file: str = FILE
) -> Results:
    """Return results in which the runs of a scenario have recorded calls."""
    results = example(plan or Plan(repeats=3, tracker=None, gpu=False))
    add_calls(results, scenario, sites, file)
    return results


def add_calls(
    results: Results, scenario: str = "cnn", sites: tuple[Any, ...] = _SITES, file: str = FILE
) -> None:
    """Add call sites, contexts, a folded profile and the fit of a scenario to results."""
    rows = [_site(scenario, number, file, *site) for number, site in enumerate(sites, start=1)]
    rows.append(_group(scenario, len(rows) + 1, rows))
    rows.append(_rest(scenario, len(rows) + 1))
    results.call_sites += rows
    results.call_edges += list(_edges(scenario, rows))
    results.call_profile += _phases(scenario)
    results.call_fits += [
        {
            "scenario": scenario,
            "runs": 3,
            "calls": 33,
            "sites": len(sites),
            "interval_s": 1.0,
            "resolved_s": 2.0,
            "intervals": 150,
            "parameters": 6,
            "condition": 4.2,
            "explained": 0.973,
            "energy_j": sum(row.get("energy_exclusive_j", 0.0) for row in rows),
            "covered_s": 44.0,
            "uncovered_s": 6.0,
            "gate_s": 0.0,
        }
    ]


def _site(
    scenario: str,
    number: int,
    file: str,
    api: str,
    line: int,
    column: int,
    calls: float,
    time_s: float,
    power_w: float,
    label: str,
) -> dict[str, Any]:
    induced_j = time_s * power_w if label else None
    return {
        "scenario": scenario,
        "site": number,
        "kind": "call",
        "api": api,
        "file": file,
        "line": line,
        "column": column,
        "end_line": line,
        "expression": f"{api.rpartition('.')[2]}(...)",
        "runs": 3,
        "calls": int(3 * calls),
        "calls_per_run": calls,
        "time_inclusive_s": time_s + (0.9 if api.endswith("fit") else 0.0),
        "time_exclusive_s": time_s,
        "duration_mean_s": time_s / calls,
        "duration_median_s": time_s / calls,
        "label": label,
        **_energy("exclusive", induced_j, time_s),
        **_energy("inclusive", induced_j, time_s),
        "energy_per_call_j": None if induced_j is None else (induced_j + _BASELINE_W * time_s) / calls,
        "power_w": _BASELINE_W + power_w if label else None,
        "bound_exclusive_j": 3.4 if label == "bounded" else None,
        "bound_inclusive_j": 3.4 if label == "bounded" else None,
        "group": None if label else 10,
    }


def _energy(part: str, induced_j: float | None, time_s: float) -> dict[str, float | None]:
    if induced_j is None:
        return {}
    gross_j, u_j = induced_j + _BASELINE_W * time_s, 0.8 + 0.012 * induced_j
    return {
        f"{kind}_{part}_{end}": value
        for kind, middle in (("energy", gross_j), ("induced", induced_j))
        for end, value in (
            ("j", middle),
            ("u_j", u_j),
            ("low_j", middle - 2 * u_j),
            ("high_j", middle + 2 * u_j),
        )
    }


def _group(scenario: str, number: int, rows: list[dict[str, Any]]) -> dict[str, Any]:
    members = [row for row in rows if row["group"] == number]
    time_s = sum(row["time_exclusive_s"] for row in members)
    return {
        "scenario": scenario,
        "site": number,
        "kind": "group",
        "api": "",
        "expression": "Flatten, Input",
        "calls": sum(row["calls"] for row in members),
        "calls_per_run": sum(row["calls_per_run"] for row in members),
        "time_inclusive_s": time_s,
        "time_exclusive_s": time_s,
        "label": "pooled",
        **_energy("exclusive", 0.6, time_s),
        **_energy("inclusive", 0.6, time_s),
    }


def _rest(scenario: str, number: int) -> dict[str, Any]:
    return {
        "scenario": scenario,
        "site": number,
        "kind": "uncovered",
        "time_inclusive_s": 6.0,
        "time_exclusive_s": 6.0,
        "label": "pooled",
        **_energy("exclusive", 70.0, 6.0),
        **_energy("inclusive", 70.0, 6.0),
    }


def _edges(scenario: str, rows: list[dict[str, Any]]) -> Any:
    """Yield a context per site; savetxt is called by a callback within fit."""
    (fit,) = [row["site"] for row in rows if row.get("api") == "keras.Model.fit"] or [None]
    for row in rows:
        if row["kind"] != "call":
            continue
        within = row["api"] == "numpy.savetxt" and fit is not None
        yield {
            "scenario": scenario,
            "node": row["site"],
            "parent": fit if within else None,
            "site": row["site"],
            "caller": fit if within else None,
            "depth": 1 if within else 0,
            "calls": row["calls"],
            "time_inclusive_s": row["time_inclusive_s"],
            "time_exclusive_s": row["time_exclusive_s"],
            "energy_inclusive_j": row.get("energy_inclusive_j"),
            "energy_exclusive_j": row.get("energy_exclusive_j"),
        }


def _phases(scenario: str) -> list[dict[str, Any]]:
    edges = np.linspace(0, 1, 13)
    power_w = _BASELINE_W + 50 + 20 * np.sin(2 * np.pi * (edges[:-1] + 0.1))
    return [
        {
            "scenario": scenario,
            "kind": "epoch",
            "site": None,
            "executions": 12,
            "duration_s": 9.4,
            "phase_low": float(low),
            "phase_high": float(high),
            "power_w": float(power),
            "power_u_w": 1.5,
            "power_low_w": float(power) - 3.1,
            "power_high_w": float(power) + 3.1,
        }
        for low, high, power in zip(edges[:-1], edges[1:], power_w, strict=True)
    ]
