"""Run a tracker on a machine whose truth is known, and hold what it reports against that. SIMULATED.

The tracker runs in its own environment by the wrapper and the runner of every campaign; only the counters
that it reads are those of a truth script (`sut.virtual.stage`).
"""

import csv
import json
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import tomli_w

from records.errors import SutError
from records.truth.marks import Marks, true_energies_j
from records.truth.script import TruthScript
from sut.virtual.stage import Stage, prepare
from workload.command import SCENARIOS_DIR
from workload.registry import wrapper_of

_ROOT = Path(__file__).resolve().parents[2]
_RUNNER = _ROOT / "workload" / "runner.py"
_STEP_LIMIT_S = 60.0
_J_PER_WH = 3600.0
_COLUMNS = {"package": "cpu_wh", "dram": "ram_wh", "gpu": "gpu_wh", "counted": "energy_wh"}
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, kw_only=True)
class TrackerUnderTest:
    """A tracker to be tried.

    Attributes:
        name: see `workload.registry`.
        python: interpreter of its environment.
        interval_s: between its samples.
    """

    name: str
    python: Path
    interval_s: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Observation:
    """What a tracker made of one script.

    Attributes:
        tracker: its name; ``version`` as it says.
        script: of the truth, ``fault`` what broke in it, or ``None``.
        outcome: of `records.tracker_columns.OUTCOMES`, ``outcome_text`` in words.
        truth_j: energy of ``package``, ``dram``, ``gpu``, of these together (``counted``) and at the ``wall``
            while the program ran.
        reported_j: what the tracker says of ``package`` (its CPU), ``dram`` (its memory), ``gpu`` and in all
            (``counted``), as shown to its users; without those that it does not report.
        pue: by which its total was multiplied, which is removed in `ratios`.
        method: how it comes by each part.
        warnings: lines of its own output, numbers left out.
    """

    tracker: str
    version: str
    script: str
    fault: str | None
    outcome: str
    outcome_text: str
    truth_j: dict[str, float]
    reported_j: dict[str, float]
    pue: float
    method: dict[str, Any]
    warnings: tuple[str, ...]

    @property
    def ratios(self) -> dict[str, float]:
        """Reported over true energy of each part that there is; a PUE is removed from the total."""
        return {
            part: energy_j / (self.pue if part == "counted" else 1.0) / self.truth_j[part]
            for part, energy_j in self.reported_j.items()
            if self.truth_j[part] > 0
        }


def observe(
    tracker: TrackerUnderTest,
    document: dict[str, Any],
    *,
    seconds: float,
    script: str,
    fault: str | None = None,
) -> Observation:
    """Run a tracker around a program of some seconds on the stage of a truth script.

    Args:
        tracker: installed.
        document: the truth script.
        seconds: how long the program runs.
        script: name of the script.
        fault: what breaks in it.

    Raises:
        ConfigurationError: the script has mistakes.
        SutError: there is no stage here, or the program itself did not run.
    """
    with TemporaryDirectory(prefix="lab-truth-") as temporary:
        folder = Path(temporary)
        (folder / "script.toml").write_text(tomli_w.dumps(document), encoding="utf-8")
        for name in ("stage", "run"):
            (folder / name).mkdir()
        stage = prepare(folder / "script.toml", folder / "stage")
        _run(stage, tracker, folder / "run", seconds)
        marks = Marks.read(stage.marks)
        if not marks.runs or marks.runs[-1][1] is None:
            log = (folder / "run" / "runner.log").read_text(errors="replace").strip()
            raise SutError(
                f"{tracker.name}: expected a program of {seconds:g} s, but it did not end: {log[-500:]}"
            )
        begin_s, end_s = marks.runs[-1][0], marks.runs[-1][1]
        truth_j = true_energies_j(TruthScript.read(folder / "script.toml"), marks, begin_s, end_s)
        row = _row(folder / "run" / "trackers.csv")
    truth_j["counted"] = truth_j["package"] + truth_j["dram"] + truth_j["gpu"]
    return _observation(tracker.name, script, fault, truth_j, row)


def _run(stage: Stage, tracker: TrackerUnderTest, run_dir: Path, seconds: float) -> None:
    """Run the runner on the stage; it ends when this process does."""
    command = [str(tracker.python), str(wrapper_of(tracker.name)), "--interval", f"{tracker.interval_s:g}"]
    task = {
        "name": tracker.name,
        "command": command,
        "interval_s": tracker.interval_s,
        "limit_s": _STEP_LIMIT_S,
    }
    limit_s = seconds + 4 * _STEP_LIMIT_S
    runner = [sys.executable, "-E", "-s", str(_RUNNER), "--run-dir", str(run_dir), "--name", "truth"]
    runner += ["--until-stdin-closes", "--limit-s", f"{limit_s:g}", "--tracker", json.dumps(task)]
    program = [sys.executable, "-E", "-s", str(SCENARIOS_DIR / "scripted.py"), f"{seconds:g}"]
    with open(run_dir / "runner.log", "wb") as log:
        process = subprocess.Popen(
            stage.command([*runner, "--", *program]),
            env=stage.environment(),
            cwd=run_dir,
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
        )
        assert process.stdin is not None
        try:
            process.wait(limit_s)
        finally:
            process.stdin.close()
            process.wait()


def _row(path: Path) -> dict[str, str]:
    if not path.is_file():
        raise SutError(f"expected {path.name} of the runner, but there is none")
    with open(path, newline="", encoding="utf-8") as file:
        return next(csv.DictReader(file))


def _observation(
    tracker: str, script: str, fault: str | None, truth_j: dict[str, float], row: dict[str, str]
) -> Observation:
    settings = json.loads(row["settings"] or "{}")
    reported_j = {part: float(row[column]) * _J_PER_WH for part, column in _COLUMNS.items() if row[column]}
    return Observation(
        tracker=tracker,
        version=row["version"],
        script=script,
        fault=fault,
        outcome=row["outcome"],
        outcome_text=row["outcome_text"],
        truth_j=truth_j,
        reported_j=_shown_parts_j(settings) | reported_j,
        pue=float(settings.get("pue") or 1.0),
        method=json.loads(row["method"] or "{}"),
        warnings=tuple(dict.fromkeys(_NUMBER.sub("#", line) for line in json.loads(row["warnings"] or "[]"))),
    )


def _shown_parts_j(settings: dict[str, Any]) -> dict[str, float]:
    """Return what carbontracker shows of the GPUs, its PUE removed: the mean over its devices."""
    summed_wh, devices = settings.get("devices_summed_wh", {}), settings.get("devices", {})
    if not summed_wh.get("gpu") or not devices.get("gpu"):
        return {}
    return {"gpu": summed_wh["gpu"] * _J_PER_WH / len(devices["gpu"])}
