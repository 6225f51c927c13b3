"""tegrastats, the tool of NVIDIA Jetson boards, as a child process; its lines become rows of ``jetson.csv``.

Two generations of lines are read: rails in milliwatts as ``POM_5V_IN 3220/3200`` (Nano, TX1, TX2, Xavier with
JetPack 4) and as ``VDD_IN 4953mW/4950mW`` (JetPack 5 and later). The first number is the present power, the
second the tool's mean since its start, which is not kept.

Source: NVIDIA Jetson Linux Developer Guide, chapter "tegrastats Utility". Never run on a real board.
"""

import re
import time
from dataclasses import dataclass
from pathlib import Path

from records.jetson import JETSON_COLUMNS
from records.times import format_utc_s
from sut.collectors.child import ChildCollector
from sut.collectors.rows import RowFile, field

_RAIL = re.compile(r"\b([A-Z][A-Z0-9_]*) (\d+)(?:mW)?/\d+(?:mW)?(?=\s|$)")  # RAM and SWAP end in MB
_GPU_LOAD = re.compile(r"\bGR3D_FREQ (\d+)%")
_MEMORY_LOAD = re.compile(r"\bEMC_FREQ (\d+)%")
_TEMPERATURE = re.compile(r"\b([A-Za-z0-9_]+)@(-?\d+(?:\.\d+)?)C\b")
_NO_SENSOR_C = -100.0  # a zone that is switched off shows -256
_CPU_ZONES = ("cpu", "bcpu", "mcpu")
_MW_PER_W = 1000.0


@dataclass(frozen=True)
class JetsonReading:
    """A line of tegrastats; ``None`` where it does not tell.

    Attributes:
        gpu_load_pct: load of the GPU (GR3D); ``memory_load_pct``: of the memory controller (EMC).
        cpu_temperature_c, gpu_temperature_c: of their thermal zones.
        rails_w: present power by the name of the rail; empty on a board without power sensors.
    """

    gpu_load_pct: int | None
    memory_load_pct: int | None
    cpu_temperature_c: float | None
    gpu_temperature_c: float | None
    rails_w: dict[str, float]


def parse(line: str) -> JetsonReading:
    """Read a line of tegrastats of either generation."""
    zones = {name.lower(): float(value) for name, value in _TEMPERATURE.findall(line)}
    known = {name: value for name, value in zones.items() if value > _NO_SENSOR_C}
    return JetsonReading(
        gpu_load_pct=_load(_GPU_LOAD, line),
        memory_load_pct=_load(_MEMORY_LOAD, line),
        cpu_temperature_c=max((known[name] for name in _CPU_ZONES if name in known), default=None),
        gpu_temperature_c=known.get("gpu"),
        rails_w={name: int(power_mw) / _MW_PER_W for name, power_mw in _RAIL.findall(line)},
    )


class Tegrastats(ChildCollector):
    """A running tegrastats; it is ready when its first line came, which tells the rails of this board.

    Args:
        program: path of tegrastats.
        path: ``jetson.csv``.
        interval_s: time between its lines in seconds.

    Raises:
        SutError: the file cannot be opened, or tegrastats cannot be started.
    """

    name = "tegrastats"
    try_by_hand = "tegrastats --interval 1000"
    without_it = "--tegrastats never"

    def __init__(self, program: str, path: Path, interval_s: float) -> None:
        self._file: RowFile | None = None
        self._rails: list[str] = []
        command = [program, "--interval", f"{interval_s * 1000:.0f}"]
        super().__init__(command, path, path.with_name("tegrastats.log"), interval_s)

    def keep(self, line: str) -> None:
        """Make a row of a line, stamped now."""
        t_utc_s = time.time()
        reading = parse(line)
        if self._file is None:
            self._rails = list(reading.rails_w)
            header = [*JETSON_COLUMNS, *(f"{rail}_w" for rail in self._rails)]
            self._file = RowFile(self.path, ",".join(header))
            self.ready = True
        values = [getattr(reading, name) for name in JETSON_COLUMNS[1:]]
        values += [reading.rails_w.get(rail) for rail in self._rails]
        self._file.append(",".join([format_utc_s(t_utc_s), *map(field, values)]))

    def close_file(self) -> None:
        """Close ``jetson.csv``, if a line ever came."""
        if self._file is not None:
            self._file.close()


def _load(pattern: re.Pattern[str], line: str) -> int | None:
    match = pattern.search(line)
    return int(match[1]) if match else None
