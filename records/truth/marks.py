"""When the program of a truth script runs: marks of the monotonic clock, and energies from them.

The file has one mark a line, ``origin``, ``begin`` or ``end`` and seconds of the monotonic clock, which
all processes of a machine share. Whoever simulates a counter reads it anew at every reading, so that
counters, GPUs and the wall follow one truth without a process that distributes it.
"""

import time
from dataclasses import dataclass
from pathlib import Path

from records.errors import RecordError
from records.truth.script import Load, TruthScript

Parts = dict[str, float]


def begin_marks(path: Path) -> None:
    """Begin the file: counters count from now on."""
    path.write_text(f"origin {time.monotonic():.6f}\n", encoding="ascii")


@dataclass(frozen=True)
class Marks:
    """The marks.

    Attributes:
        origin_s: when the counters began to count.
        runs: begin and end of each run of the program; the end of one that still runs is ``None``.
    """

    origin_s: float
    runs: tuple[tuple[float, float | None], ...] = ()

    @classmethod
    def read(cls, path: Path) -> "Marks":
        """Read the file; the last line may still be incomplete.

        Raises:
            RecordError: it has no origin.
        """
        origin_s: float | None = None
        runs: list[tuple[float, float | None]] = []
        for line in path.read_text(encoding="ascii").split("\n")[:-1]:
            kind, _, text = line.partition(" ")
            if kind == "origin":
                origin_s = float(text)
            elif kind == "begin":
                runs = [(begin_s, end_s or float(text)) for begin_s, end_s in runs]
                runs.append((float(text), None))
            elif runs:
                runs[-1] = (runs[-1][0], float(text))
        if origin_s is None:
            raise RecordError(f"{path}: expected a line `origin SECONDS`, but there is none")
        return cls(origin_s, tuple(runs))

    def energy_j(self, load: Load, t_s: float) -> float:
        """Return the energy of one part from the origin to ``t_s`` of the monotonic clock."""
        idle_s, energy_j = t_s - self.origin_s, 0.0
        for begin_s, end_s in self.runs:
            run_s = max(0.0, (t_s if end_s is None else min(t_s, end_s)) - begin_s)
            idle_s -= run_s
            energy_j += load.energy_j(run_s)
        return energy_j + idle_s * load.idle_w

    def since_begin_s(self, t_s: float) -> float | None:
        """Return the seconds from the latest begin to ``t_s``, or ``None`` before the first one."""
        return next((t_s - begin_s for begin_s, _ in reversed(self.runs) if begin_s <= t_s), None)


def true_energies_j(script: TruthScript, marks: Marks, start_s: float, end_s: float) -> Parts:
    """Return what each part took from ``start_s`` to ``end_s`` of the monotonic clock.

    Returns:
        Joules of ``package``, ``dram`` and ``gpu`` (sums over all), ``rest`` and ``wall``.
    """

    def between_j(load: Load | None) -> float:
        return 0.0 if load is None else marks.energy_j(load, end_s) - marks.energy_j(load, start_s)

    parts = {
        "package": sum(between_j(package.cpu) for package in script.package),
        "dram": sum(between_j(package.dram) for package in script.package),
        "gpu": sum(between_j(gpu.power) for gpu in script.gpu),
        "rest": between_j(script.rest),
    }
    return parts | {"wall": sum(parts.values()) / script.efficiency}
