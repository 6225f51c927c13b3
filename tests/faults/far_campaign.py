"""A campaign on a SUT behind a bad network, with a clock of its own, against the same on one machine.

    .venv/bin/python tests/faults/far_campaign.py

Prints the table of docs/explanation/remote.md. The power follows a script (SIMULATED), so that both campaigns
have one true energy. The SUT is a network namespace of this machine behind a real sshd; each packet takes
80 ms one way, 2 % are lost, and in one run of the program the link is cut for 20 s. Its wall clock is 0.7 s
ahead and gains 50 ppm.
"""

import csv
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

import numpy as np
from far_network import FarNetwork
from lab_program import LAB
from stepped_clock import SteppedClock

from analysis.run.recorded import campaign_clock
from records.clock import read_clock
from records.truth.marks import begin_marks

sys.path.append(str(Path(__file__).parents[1]))
from ssh_bench import NAME, SshBench

DELAY_S, LOSS, CUT_S = 0.08, 0.02, 20.0
AHEAD_S, DRIFT_PPM = 0.7, 50.0
BASELINE_S, PROGRAM_S = 8.0, 30
IDLE_W, PROGRAM_W = 40, 100
TRUE_WH = {"baseline": IDLE_W * BASELINE_S / 3600, "induced": (PROGRAM_W - IDLE_W) * PROGRAM_S / 3600}
"""Of a baseline, and what the program induced."""


_TRUTH = f"""
efficiency = 1.0
rest = {{idle_w = {IDLE_W}, program_w = {PROGRAM_W}}}
"""
_CONFIG = """
[campaign]
title = "Far"
repeats = 2
seed = 1
max_attempts = 1
[sut]
collectl = "never"
link_lost_s = 120
SUT
[meter]
driver = "wattsup_pro"
port = "virtual"
[meter.virtual]
truth = true
gain_error_pct = 0.0
[gate]
enabled = false
[run]
lead_in_s = 2.0
lead_out_s = 3.0
[[scenario]]
name = "baseline"
kind = "baseline"
duration_s = 8.0
[[scenario]]
name = "scripted"
command = ["python3", "{scenarios}/scripted.py", "SECONDS"]
limit_s = 120
"""


@dataclass(frozen=True)
class Energy:
    """Mean energy over runs and the standard uncertainty of one of them, in watt-hours."""

    mean_wh: float
    u_wh: float
    runs: int


@dataclass(frozen=True)
class Comparison:
    """What came out.

    Attributes:
        energies: for each of `TRUE_WH`: of the campaign on one machine, and of the far one.
        offset_error_s: greatest error of the fitted offset over the far campaign.
        offset_u_s: standard uncertainty that the fit states.
        drift_ppm: as fitted.
        rtt_s: shortest round trip of the exchanges of stamps.
        cut_run: name of the run in which the link was cut.
        readings_missing: over all far runs: rows without a power.
        refused: errors that `lab check` finds in the far campaign.
        missing: runs of the far plan that were not completed at the first attempt.
    """

    energies: dict[str, tuple[Energy, Energy]]
    offset_error_s: float
    offset_u_s: float
    drift_ppm: float
    rtt_s: float
    cut_run: str
    readings_missing: int
    refused: int
    missing: int


def compare(folder: Path, variables: dict[str, str]) -> Comparison:
    """Run both campaigns.

    Args:
        folder: gets everything.
        variables: of the SUT's processes, such as where pip finds packages.

    Raises:
        subprocess.CalledProcessError: a command of the lab fails.
    """
    marks, truth = folder / "marks", folder / "truth.toml"
    truth.write_text(_TRUTH)
    begin_marks(marks)
    stage = {"WATTLAB_TRUTH_SCRIPT": str(truth), "WATTLAB_TRUTH_MARKS": str(marks)}
    near, far = folder / "near", folder / "far"
    _write(near, "")
    _lab(near, stage, "run", "--out", "c")
    clock = SteppedClock(_made(folder / "clock"), DRIFT_PPM)
    clock.step(AHEAD_S, time.monotonic())
    _write(far, f'host = "{NAME}"\npython = "/usr/bin/python3"')
    _deploy(far, folder, variables)
    there = {"WATTLAB_TRUTH_MARKS": str(marks), "TMPDIR": str(folder), **clock.environment}
    network = FarNetwork(DELAY_S, LOSS)
    try:
        bench = SshBench(folder / "bench", network.address, network.enter, there, folder / "home")
        try:
            with _cutting(far / "c/journal.jsonl", network) as cut:
                _lab(far, stage | bench.environment, "run", "--out", "c")
        finally:
            bench.down()
    finally:
        network.close()
    return _compared(near / "c", far / "c", clock, *cut)


def _deploy(far: Path, folder: Path, variables: dict[str, str]) -> None:
    """Install the SUT's side over the near network, for the far one reaches no package index."""
    bench = SshBench(folder / "near-bench", variables=variables, home=folder / "home")
    try:
        _lab(far, bench.environment, "sut", "deploy")
    finally:
        bench.down()


@contextmanager
def _cutting(journal: Path, network: FarNetwork) -> Iterator[list[str]]:
    """Cut the link in the middle of the first run of the program; yield a list that gets the run's name."""
    cut: list[str] = []
    over = threading.Event()

    def watch() -> None:
        run = ""
        while not over.wait(0.2):
            for line in journal.read_text().splitlines() if journal.exists() else ():
                entry = json.loads(line) if line.endswith("}") else {}
                run = entry.get("run_dir", run)
                if entry.get("what") == "workload started" and "scripted" in run:
                    over.wait(5.0)
                    network.cut(CUT_S)
                    cut.append(run)
                    return

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield cut
    finally:
        over.set()
        watcher.join()


def _compared(near: Path, far: Path, clock: SteppedClock, cut_run: str) -> Comparison:
    for campaign in (near, far):
        _lab(campaign.parent, {}, "analyse", "c")
    fitted = campaign_clock(next((far / "runs").iterdir()), None)
    table = read_clock(far / "clock.csv")
    (fit,) = fitted.fits
    at_s = np.asarray(table.columns["t_utc_s"], float)
    over_s = np.linspace(at_s.min(), at_s.max(), 100)
    errors = [fit.offset_s + fit.drift * (t - fit.reference_utc_s) - clock.offset_s(t) for t in over_s]
    of_near, of_far = _energies(near), _energies(far)
    energies = {name: (of_near[name], of_far[name]) for name in TRUE_WH}
    checked = json.loads(_lab(far.parent, {}, "check", "c", "--json"))
    plan = json.loads((far / "campaign.json").read_text())["plan"]
    runs = [json.loads(path.read_text()) for path in far.glob("runs/*/run.json")]
    return Comparison(
        energies,
        max(map(abs, errors)),
        fit.offset_u_s,
        fit.drift * 1e6,
        float(np.asarray(table.columns["rtt_s"], float).min()),
        cut_run,
        sum(not row["power_w"] for path in far.glob("runs/*/meter.csv") for row in _rows(path)),
        checked["refuse"],
        len(plan) - sum(run["status"] == "completed" and run["attempt"] == 1 for run in runs),
    )


def _energies(campaign: Path) -> dict[str, Energy]:
    """Return what `TRUE_WH` has: means over the runs, of the baseline for `BASELINE_S` exactly."""
    rows = _rows(campaign / "results/runs.csv")
    idle, busy = ([row for row in rows if row["scenario"] == name] for name in ("baseline", "scripted"))
    idle_w = [float(row["energy_wh"]) / float(row["duration_s"]) for row in idle]
    return {
        "baseline": Energy(BASELINE_S * fmean(idle_w), _mean(idle, "energy_u_wh"), len(idle)),
        "induced": Energy(_mean(busy, "induced_wh"), _mean(busy, "induced_u_wh"), len(busy)),
    }


def _mean(rows: list[dict[str, str]], name: str) -> float:
    return fmean(float(row[name]) for row in rows)


def _rows(path: Path) -> list[dict[str, str]]:
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _write(folder: Path, sut: str) -> None:
    text = _CONFIG.replace("SUT", sut, 1).replace("SECONDS", str(PROGRAM_S))
    (_made(folder) / "lab.toml").write_text(text)


def _lab(folder: Path, variables: dict[str, str], *words: str) -> str:
    with open(folder / "lab.log", "a") as log:  # no pipe: what is left behind would hold it open
        return subprocess.run(
            [LAB, *words],
            cwd=folder,
            env={**os.environ, **variables},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            check=True,
        ).stdout


def table(found: Comparison) -> str:
    """Return the table of the page."""
    lines = [
        "| energy | true | one machine | over ssh | standard uncertainties |",
        "|---|---|---|---|---|",
    ]
    for name, (near, far) in found.energies.items():
        lines.append(
            f"| {name}, {near.runs} and {far.runs} runs | {TRUE_WH[name]:.4f} Wh | {near.mean_wh:.4f} Wh | "
            f"{far.mean_wh:.4f} Wh | {near.u_wh:.4f} Wh, {far.u_wh:.4f} Wh |"
        )
    lines += [
        "",
        f"Round trip {found.rtt_s * 1e3:.0f} ms at least. Clock fitted: wrong by "
        f"{found.offset_error_s * 1e3:.2f} ms at most (stated: {found.offset_u_s * 1e3:.1f} ms), drift "
        f"{found.drift_ppm:.1f} ppm (true: {DRIFT_PPM:g}). Link cut for {CUT_S:g} s in {found.cut_run}: "
        f"{found.readings_missing} readings lost, {found.missing} runs missing, {found.refused} errors "
        f"found by lab check.",
    ]
    return "\n".join(lines)


def main() -> None:
    """Run both and print the table."""
    pip = {key: value for key, value in os.environ.items() if key.startswith("PIP_")}
    with tempfile.TemporaryDirectory(prefix="wattlab-far-") as folder:
        print(table(compare(Path(folder), pip)))


if __name__ == "__main__":
    main()
