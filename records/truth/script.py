"""The truth script: a TOML file that says what each part of a simulated machine draws, and what breaks.

Times count from the start of the program (`records.truth.marks`); before and after it the parts idle.
docs/explanation/tracker-truth.md explains the keys.
"""

import itertools
import tomllib
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from records.errors import ConfigurationError
from records.settings.mistakes import read_model
from records.settings.section import NotNegative, Positive, Section

_Step = Annotated[tuple[NotNegative, NotNegative], Field(strict=False)]
Steps = Annotated[tuple[_Step, ...], Field(strict=False, min_length=1)]
FaultKind = Literal["reset", "backwards", "denied", "lost", "no-power"]

RAPL_FAULTS = frozenset({"reset", "backwards", "denied"})
"""Faults of RAPL counters; the others are faults of a GPU."""


class Load(Section):
    """What one part draws.

    Attributes:
        idle_w: while the program does not run.
        program_w: while it runs: one power, or steps of time in seconds and power from then on.
        repeat_s: after how long the steps begin anew; without it the last one holds.
    """

    idle_w: NotNegative = 0.0
    program_w: NotNegative | Steps
    repeat_s: Positive | None = None

    @property
    def steps(self) -> tuple[tuple[float, float], ...]:
        """Time from the start of the program in seconds, power from then on in watts."""
        return self.program_w if isinstance(self.program_w, tuple) else ((0.0, self.program_w),)

    @model_validator(mode="after")
    def _in_order(self) -> "Load":
        times_s = [t_s for t_s, _ in self.steps]
        if times_s[0] != 0 or any(later <= earlier for earlier, later in itertools.pairwise(times_s)):
            raise ValueError("the times of the steps must rise and begin with 0")
        if self.repeat_s is not None and self.repeat_s <= times_s[-1]:
            raise ValueError(f"repeat_s must be later than the last step, {times_s[-1]:g} s")
        return self

    def power_w(self, t_s: float) -> float:
        """Return the power ``t_s`` seconds after the start of the program."""
        if self.repeat_s is not None:
            t_s %= self.repeat_s
        return next((power_w for start_s, power_w in reversed(self.steps) if start_s <= t_s), self.idle_w)

    def energy_j(self, t_s: float) -> float:
        """Return the energy of the first ``t_s`` seconds of the program."""
        if self.repeat_s is None:
            return self._steps_j(t_s)
        rounds, rest_s = divmod(t_s, self.repeat_s)
        return rounds * self._steps_j(self.repeat_s) + self._steps_j(rest_s)

    def _steps_j(self, t_s: float) -> float:
        ends_s = [start_s for start_s, _ in self.steps[1:]] + [float("inf")]
        return sum(
            power_w * max(0.0, min(end_s, t_s) - start_s)
            for (start_s, power_w), end_s in zip(self.steps, ends_s, strict=True)
        )


class Package(Section):
    """One processor package with RAPL counters.

    Attributes:
        cpu: of the package.
        dram: of its memory; ``None`` is a processor without such a counter.
        max_energy_range_j: at which both counters wrap.
    """

    cpu: Load
    dram: Load | None = None
    max_energy_range_j: Positive = 262_143.32885


class Gpu(Section):
    """One graphics card.

    Attributes:
        power: of the card.
        name: as NVML gives it.
        counter: whether the card has an energy counter.
    """

    power: Load
    name: str = "SIMULATED X100"
    counter: bool = True

    @field_validator("name")
    @classmethod
    def _marked(cls, name: str) -> str:
        if "SIMULATED" not in name or not name.isascii() or len(name) > 60 or not name.isprintable():
            raise ValueError('expected up to 60 printable characters with the word "SIMULATED"')
        return name


class Fault(Section):
    """One fault.

    Attributes:
        kind: ``reset`` the counter begins anew at 0; ``backwards`` it falls by ``drop_j``; ``denied`` reading
            it gives EACCES; ``lost`` NVML answers that the GPU is lost; ``no-power`` NVML has neither power
            nor energy of it (N/A).
        of: ``package-0`` (with its memory), ``gpu-0`` and so on.
        at_s: from the start of the program.
        duration_s: of ``denied``, ``lost`` and ``no-power``; without it, to the end.
        drop_j: of ``backwards``.
    """

    kind: FaultKind
    of: Annotated[str, Field(pattern=r"^(package|gpu)-\d+$")]
    at_s: NotNegative
    duration_s: Positive | None = None
    drop_j: Positive = 100.0

    @property
    def part(self) -> str:
        """``package`` or ``gpu``."""
        return self.of.partition("-")[0]

    @property
    def index(self) -> int:
        """Which package or GPU."""
        return int(self.of.partition("-")[2])

    @model_validator(mode="after")
    def _fits(self) -> "Fault":
        if (self.kind in RAPL_FAULTS) != (self.part == "package"):
            raise ValueError(f"{self.of} cannot have the fault {self.kind}")
        return self


class TruthScript(Section):
    """The script.

    Attributes:
        rest: what no counter sees: board, disks, fans.
        efficiency: of the power supply; wall = (packages + memory + GPUs + rest) / efficiency.
        package: with RAPL counters.
        gpu: with NVML.
        fault: what breaks.
    """

    rest: Load = Load(idle_w=20.0, program_w=20.0)
    efficiency: Annotated[float, Field(gt=0, le=1)] = 0.9
    package: Annotated[tuple[Package, ...], Field(strict=False)] = ()
    gpu: Annotated[tuple[Gpu, ...], Field(strict=False)] = ()
    fault: Annotated[tuple[Fault, ...], Field(strict=False)] = ()

    @model_validator(mode="after")
    def _faults_of_parts(self) -> "TruthScript":
        for fault in self.fault:
            if fault.index >= len(self.package if fault.part == "package" else self.gpu):
                raise ValueError(f"the fault {fault.kind} is of {fault.of}, which the script does not have")
        return self

    @classmethod
    def read(cls, path: Path) -> "TruthScript":
        """Read a script.

        Raises:
            ConfigurationError: it is no TOML, or has mistakes; each is named.
        """
        try:
            document = tomllib.loads(path.read_text(encoding="utf-8"))
        except (ValueError, RecursionError) as error:
            raise ConfigurationError(f"{path}: expected TOML, but {error}") from None
        return read_model(cls, document, path)
