"""The campaign of a measurement: blocks of a baseline and one run of each command, on a bench."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from lab.config.model import LabConfig
from lab.config.programs import config_of_programs
from lab.measure.commands import MeasuredCommand
from workload.command import literal

Gate = Literal["run", "none"]

LIMIT_S = 7 * 86_400.0
"""A command that runs for longer is ended: it hangs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """What is measured, and how.

    Attributes:
        commands: the commands, each a scenario.
        title: of the campaign.
        repeats: runs of each command; with a wanted precision at most so many.
        precision_pct: half of the wanted 95 % interval, in percent of the induced energy, or ``None``.
        baseline_s: length of a baseline in seconds.
        gate: stability gate before each run, or none.
    """

    commands: Sequence[MeasuredCommand]
    title: str
    repeats: int
    precision_pct: float | None = None
    baseline_s: float
    gate: Gate = "run"


def measurement_config(
    measurement: Measurement, bench: Mapping[str, Any], folder: Path, out: str | None
) -> LabConfig:
    """Return the configuration of a measurement.

    Args:
        measurement: what is measured.
        bench: sections of the bench, as in ``lab.toml``; at least ``meter``.
        folder: working directory of the commands.
        out: folder for campaigns, or ``None``.

    Raises:
        ConfigurationError: the bench or the measurement cannot be used.
    """
    return config_of_programs(
        bench,
        [
            {"name": command.name, "command": [literal(word) for word in command.words], "limit_s": LIMIT_S}
            for command in measurement.commands
        ],
        source="lab measure",
        folder=folder,
        title=measurement.title,
        repeats=measurement.repeats,
        precision_pct=measurement.precision_pct,
        baseline_s=measurement.baseline_s,
        gated=measurement.gate == "run",
        out=out,
    )
