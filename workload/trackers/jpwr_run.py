"""Run a program within jpwr's command line.

Tried with 0.0.10, as a program only. GPU power through NVML at an interval in ms, integrated to Wh by jpwr
itself from its first sample to its last. Its start and its end are inside. Without NVML it would run the
program and then hang, so that is tried before.
"""

import csv
import sys
from pathlib import Path

import wrapper


class Jpwr(wrapper.CommandTracker):
    """jpwr, with the GPUs that NVML shows."""

    name = "jpwr"
    scope = "device"

    def build(self):
        """Try NVML.

        Raises:
            NoSensor: NVML does not work.
        """
        import pynvml

        try:
            pynvml.nvmlInit()
            self._gpus = pynvml.nvmlDeviceGetCount()
            pynvml.nvmlShutdown()
        except pynvml.NVMLError as error:
            raise wrapper.NoSensor(f"NVML: {error}") from None
        if not self._gpus:
            raise wrapper.NoSensor("NVML shows no GPU")

    def command(self, program):
        """Return jpwr's command line; its tables come into the folder."""
        interval_ms = max(1, round(self.interval_s * 1000.0))
        jpwr = str(Path(sys.executable).with_name("jpwr"))
        options = ["--methods", "pynvml", "--interval", str(interval_ms), "--df-out", str(self.folder)]
        return [jpwr, *options, "--df-filetype", "csv", *program]

    def result(self):
        """Return jpwr's own energy.

        Raises:
            RuntimeError: it wrote no table.
        """
        from importlib.metadata import version

        tables = {kind: next(self.folder.glob(f"{kind}.*.csv"), None) for kind in ("energy", "power")}
        if None in tables.values():
            raise RuntimeError(f"jpwr wrote no energy table; it ended with exit code {self.exit_code}")
        energies_wh = energies_wh_of(tables["energy"].read_text(encoding="utf-8"))
        series = series_of(tables["power"].read_text(encoding="utf-8"))
        energy_wh = sum(energies_wh.values())
        return wrapper.Result(
            energy_wh=energy_wh,
            gpu_wh=energy_wh,
            version=version("jpwr"),
            scope_parts="gpu",
            method={"gpu": "NVML power"},
            settings={"devices_wh": energies_wh, "samples": len(series), "gpus": self._gpus},
            window_s=series[-1][0] - series[0][0] if series else None,
            series=series,
        )


def energies_wh_of(text):
    """Return the energy in Wh of each device, from jpwr's energy table."""
    return {row[0]: float(row[1]) for row in csv.reader(text.splitlines()) if row and row[0]}


def series_of(text):
    """Return ``[(t_utc_s, power_w), ...]``, the devices summed, from jpwr's power table."""
    rows = csv.DictReader(text.splitlines())
    return [
        (float(row["timestamps"]), sum(float(value) for name, value in row.items() if ":" in name))
        for row in rows
    ]


if __name__ == "__main__":
    wrapper.main(Jpwr)
