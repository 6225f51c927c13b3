"""Run a program with WattAMeter alongside it.

Tried with 0.9.3. A logger without a result of its own: RAPL counters in uJ and GPU power in mW, with local
times. It is started before the program, ended with SIGINT after it, and its logs are cut at both borders:
counters are interpolated, power is integrated by trapezoids. Core and uncore lie within the package.
"""

import re
import signal
import subprocess
import sys
import time
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import wrapper

_COLUMN = re.compile(r"(?P<name>\S+)\[(?P<unit>uJ|mW)\]")
_WRITES_ROWS = 600  # between two writes to disk


class Wattameter(wrapper.Tracker):
    """WattAMeter's command line program, alongside the program."""

    name = "wattameter"

    def build(self):
        """Ask its readers what there is.

        Raises:
            NoSensor: they find nothing.
        """
        from wattameter.readers import NVMLReader, Power, RAPLReader

        readers = {"rapl": RAPLReader(), "nvml-power": NVMLReader((Power,))}
        self._metrics = [name for name, reader in readers.items() if reader.tags]
        if not self._metrics:
            raise wrapper.NoSensor("WattAMeter has no valid reader: no RAPL counter, no GPU through NVML")
        self.scope = "machine" if "rapl" in self._metrics else "device"

    def start(self):
        """Start the logger; it has begun when its logs are there."""
        program = str(Path(sys.executable).with_name("wattameter"))
        specs = [part for metric in self._metrics for part in ("--tracker", f"{self.interval_s:g},{metric}")]
        options = ["-o", str(self.folder), "-f", str(_WRITES_ROWS), *specs]
        self._logger = subprocess.Popen([program, *options], stdin=subprocess.DEVNULL, cwd=self.folder)
        while len(self._logs()) < len(self._metrics):
            if self._logger.poll() is not None:
                raise RuntimeError(f"WattAMeter ended with exit code {self._logger.returncode}")
            time.sleep(0.02)
        time.sleep(self.interval_s)  # a sample before the border
        self._t_start_utc_s = time.time()

    def stop(self):
        """End the logger, after a sample behind the border."""
        self._t_stop_utc_s = time.time()
        time.sleep(1.2 * self.interval_s)
        self._logger.send_signal(signal.SIGINT)
        self._logger.wait()

    def result(self):
        """Return the energy between the borders.

        Raises:
            RuntimeError: the logs do not reach over both borders.
        """
        from importlib.metadata import version

        energies_wh, power = {}, []
        for path in self._logs():
            columns, rows = table_of(path.read_text(encoding="utf-8"))
            energies_wh |= energies_wh_of(columns, rows, self._t_start_utc_s, self._t_stop_utc_s)
            if path.name.startswith("nvml"):
                power = [(t_utc_s, sum(values) / 1000.0) for t_utc_s, values in rows]
        return wrapper.Result(
            energy_wh=sum(energies_wh.values()),
            **energies_wh,
            version=version("wattameter"),
            scope_parts="+".join(part.removesuffix("_wh") for part in energies_wh),
            method={
                part.removesuffix("_wh"): "NVML power" if part == "gpu_wh" else "RAPL" for part in energies_wh
            },
            settings={"metrics": self._metrics, "cut_at_border": True},
            window_s=self._t_stop_utc_s - self._t_start_utc_s,
            series=power if list(energies_wh) == ["gpu_wh"] else None,
        )

    def _logs(self):
        return sorted(self.folder.glob("????_*_wattameter.log"))  # rapl, nvml


def table_of(text):
    """Return columns and rows of a log of WattAMeter.

    Args:
        text: comments, the last of which holds the names, and lines of local time, ns, values.

    Returns:
        ``[(name, unit), ...]`` and ``[(t_utc_s, [value, ...]), ...]``. Derived watts are left out, and
        so is a second column of a counter that it found by two paths.
    """
    lines = text.splitlines()
    header = next(line for line in lines if line.startswith("# timestamp"))
    kept = {}
    for index, column in enumerate(header.split()[3:]):
        if match := _COLUMN.fullmatch(column):
            name = re.sub(r"-r\d+$", "", match["name"])
            name = name.removeprefix("cpu-") if name.endswith("-dram") else name
            kept.setdefault(name, (index, match["unit"]))
    rows = []
    for line in lines:
        if line.strip() and not line.startswith("#"):
            stamp, _, *values = line.split()
            t_utc_s = datetime.strptime(stamp, "%Y-%m-%d_%H:%M:%S.%f").timestamp()
            rows.append((t_utc_s, [float(values[index]) for index, _ in kept.values()]))
    return [(name, unit) for name, (_, unit) in kept.items()], rows


def energies_wh_of(columns, rows, t_start_utc_s, t_stop_utc_s):
    """Return the energies in Wh between two times, for each component.

    Args:
        columns: as `table_of`; counters in uJ, powers in mW.
        rows: as `table_of`.
        t_start_utc_s: begin in UTC seconds.
        t_stop_utc_s: end in UTC seconds.

    Raises:
        RuntimeError: the rows do not reach over both times.
    """
    if not rows or rows[0][0] > t_start_utc_s or rows[-1][0] < t_stop_utc_s:
        raise RuntimeError("WattAMeter's samples do not cover the start and the end of the program")
    times_s = [row[0] for row in rows]
    energies_wh = {}
    for index, (name, unit) in enumerate(columns):
        part = "gpu_wh" if unit == "mW" else "ram_wh" if name.endswith("dram") else "cpu_wh"
        if part == "cpu_wh" and not re.fullmatch(r"cpu-\d+", name):
            continue  # core and uncore lie within the package, psys around it
        values = [row[1][index] for row in rows]
        joules = [value * 1e-6 for value in values] if unit == "uJ" else _integral_j(times_s, values)
        gained_j = _at(times_s, joules, t_stop_utc_s) - _at(times_s, joules, t_start_utc_s)
        energies_wh[part] = energies_wh.get(part, 0.0) + gained_j / 3600.0
    return energies_wh


def _integral_j(times_s, powers_mw):
    sums_j = [0.0]
    for (t0, p0), (t1, p1) in pairwise(zip(times_s, powers_mw, strict=True)):
        sums_j.append(sums_j[-1] + (t1 - t0) * (p0 + p1) / 2000.0)
    return sums_j


def _at(times_s, values, t_s):
    """Return a value between two samples."""
    pairs = pairwise(zip(times_s, values, strict=True))
    (t0, v0), (t1, v1) = next(pair for pair in pairs if pair[1][0] >= t_s)
    return v0 + (v1 - v0) * (t_s - t0) / (t1 - t0)


if __name__ == "__main__":
    wrapper.main(Wattameter)
