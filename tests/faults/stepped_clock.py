"""A wall clock that is set while processes run, for them alone: `stepped_clock.c` in their ``LD_PRELOAD``.

libfaketime cannot serve here: where it leaves the monotonic clock alone, its version 0.9.10 makes each
``time.sleep`` of Python fail.
"""

import ctypes
import mmap
import shutil
import subprocess
import time
from pathlib import Path


class SteppedClock:
    """The wall clock of all processes that are started with ``environment``.

    Args:
        folder: gets its files.
        drift_ppm: by which it gains from now on.

    Attributes:
        environment: variables of such a process; by ``mark`` it is also found.
        absent: why it cannot be set here, or an empty text.
    """

    def __init__(self, folder: Path, drift_ppm: float = 0.0) -> None:
        file = folder / "wall-clock"
        file.write_bytes(bytes(8))
        self.mark = f"STEPPED_CLOCK={file}"
        self.environment = {"STEPPED_CLOCK": str(file)}
        self.absent = "" if shutil.which("cc") else "no C compiler (cc) is installed"
        if not self.absent:
            library = folder / "stepped_clock.so"
            source = Path(__file__).with_suffix(".c")
            subprocess.run(["cc", "-O2", "-shared", "-fPIC", "-o", library, source], check=True)
            self.environment["LD_PRELOAD"] = str(library)
        with open(file, "r+b") as opened:
            self._offset_ns = ctypes.c_int64.from_buffer(mmap.mmap(opened.fileno(), 8))
        self._history = [(0.0, 0.0)]
        self._since_utc_s, self._drift = time.time(), drift_ppm * 1e-6
        if drift_ppm:
            self.environment["STEPPED_CLOCK_DRIFT"] = f"{self._since_utc_s:.6f}:{drift_ppm}"
        self._true_utc_s = time.time() - time.monotonic()

    def step(self, by_s: float, t_mono_s: float) -> None:
        """Set the clock on or back, now, and note that this was at a moment of the monotonic clock."""
        self._offset_ns.value += round(by_s * 1e9)
        self._history.append((t_mono_s, self._offset_ns.value / 1e9))

    def offset_s(self, t_utc_s: float) -> float:
        """Return by how much it is ahead of the true wall clock now set, at a time of that."""
        return self._offset_ns.value / 1e9 + self._drift * (t_utc_s - self._since_utc_s)

    @property
    def offsets_s(self) -> set[float]:
        """All offsets that were in force at some time."""
        return {offset for _, offset in self._history}

    def utc_s(self, t_mono_s: float) -> float:
        """Return what this clock showed at a moment of the monotonic clock."""
        offset = [offset for since, offset in self._history if since <= t_mono_s][-1]
        return t_mono_s + self._true_utc_s + offset

    def mono_s(self, t_utc_s: float, offset_s: float) -> float:
        """Return when this clock showed a time, if its offset was that one."""
        return t_utc_s - self._true_utc_s - offset_s
