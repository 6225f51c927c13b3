"""Run a program within perun's command line.

Tried with 1.0.0. RAPL and NVML; energies in J, powers in W. Its start takes seconds, and its sampler
notices the program's begin only at half a sampling period's grain, so that its runtime is often too short.
It names its files by the program, and with ``--binary`` it writes them next to the program's, so it is
given a small script instead.
"""

import json
import sys
from pathlib import Path

import wrapper

_PARTS = {"cpu_wh": "cpu_energy", "gpu_wh": "gpu_energy", "ram_wh": "dram_energy"}


class Perun(wrapper.CommandTracker):
    """perun, with all sensors that it finds."""

    name = "perun"

    def command(self, program):
        """Return perun's command line around a script that runs the program."""
        script = self.folder / "program.py"
        script.write_text(f"import subprocess\nsubprocess.run({program!r}, check=False)\n", encoding="utf-8")
        perun = str(Path(sys.executable).with_name("perun"))
        options = ["--sampling-period", str(self.interval_s), "-f", "json", "--data-out", str(self.folder)]
        return [perun, "monitor", *options, str(script)]

    def result(self):
        """Return the numbers of perun's report.

        Raises:
            NoSensor: the report holds no energy.
            RuntimeError: there is no report.
        """
        report = self.folder / "program.json"
        if not report.exists():
            raise RuntimeError(f"perun wrote no report; it ended with exit code {self.exit_code}")
        numbers = numbers_of(json.loads(report.read_text(encoding="utf-8")))
        if "energy_wh" not in numbers:
            raise wrapper.NoSensor("perun's report holds no energy: no powercap interface and no NVML")
        self.scope = "machine" if "cpu_wh" in numbers else "device"
        parts = [part for part in _PARTS if part in numbers]
        return wrapper.Result(
            **numbers,
            scope_parts="+".join(part.removesuffix("_wh") for part in parts),
            method={part.removesuffix("_wh"): "NVML" if part == "gpu_wh" else "RAPL" for part in parts},
        )


def numbers_of(report):
    """Return what perun's JSON report says.

    Args:
        report: as loaded. Its metrics have a ``sum`` in J or s.

    Returns:
        ``window_s``, ``version``, ``settings``, and ``energy_wh``, ``cpu_wh`` ... in Wh as far as there are.
    """
    metrics = report["metrics"]
    energies = {"energy_wh": "energy", **_PARTS}
    run = next(iter(report["nodes"][0].values()))["metadata"]
    settings = {key: run[key] for key in sorted(run) if key.startswith(("post-processing.", "monitor."))}
    return {
        "window_s": metrics["runtime"]["sum"],
        "version": run["perun_version"],
        "settings": settings,
    } | {column: metrics[name]["sum"] / 3600.0 for column, name in energies.items() if name in metrics}


if __name__ == "__main__":
    wrapper.main(Perun)
