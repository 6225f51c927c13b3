"""The campaign of a profile: baselines, and the program as often as asked for, on a bench."""

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from lab.config.model import LabConfig
from lab.config.programs import BASELINE, config_of_programs
from records.errors import ConfigurationError
from workload.command import literal

Mode = Literal["project", "method", "data-size"]
Gate = Literal["run", "call", "none"]

ENVIRONMENT = "profiled"
_MOST_CHARACTERS = 40
"""Of the name of a scenario."""


@dataclass(frozen=True, slots=True)
class Variation:
    """An option of the program and the values that it is given, one after the other.

    ``--size`` becomes ``--size=VALUE``, ``-n`` the two words ``-n VALUE``; without an option the value stands
    alone.
    """

    option: str
    values: tuple[str, ...]

    def words(self, value: str) -> list[str]:
        """Return what the program is given for a value."""
        if self.option.startswith("--"):
            return [f"{self.option}={value}"]
        return [self.option, value] if self.option else [value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What is to be profiled, and how.

    Attributes:
        program: what follows the interpreter: a file, or ``-m`` and a module.
        arguments: of the program.
        python: interpreter of the program.
        libs: importable names; calls of what they define are recorded.
        mode: ``project`` records no calls, ``data-size`` their sizes for several values of an option.
        vary: that option, or ``None``.
        gate: before each run, before each call as well, or not at all.
        sync_device: whether queued work of an accelerator is awaited at the borders of each call.
        repeats: how often the program runs; with a wanted precision at most so often.
        precision_pct: half of the 95 % interval that is wanted, in percent of the energy, or ``None``.
        baseline_s: length of a baseline in seconds.
        limit_s: longest time of a run in seconds.
    """

    program: Sequence[str]
    arguments: Sequence[str] = ()
    python: str
    libs: Sequence[str]
    mode: Mode = "method"
    vary: Variation | None = None
    gate: Gate = "run"
    sync_device: bool = False
    repeats: int = 5
    precision_pct: float | None = None
    baseline_s: float = 30.0
    limit_s: float = 3600.0

    @property
    def name(self) -> str:
        """Name of the program, as scenarios are named."""
        name = _slug(self.program[1] if self.program[0] == "-m" else Path(self.program[0]).stem)
        return f"{name}-program" if name == BASELINE else name or "program"

    @property
    def scenarios(self) -> dict[str, list[str]]:
        """Names of the scenarios, and what the program is given in each in addition to its arguments."""
        if self.vary is None:
            return {self.name: []}
        words = [self.vary.words(value) for value in self.vary.values]
        names = [f"{self.name}-{_slug(value)}"[:_MOST_CHARACTERS] for value in self.vary.values]
        if len(set(names)) < len(names) or any(not _slug(value) for value in self.vary.values):
            names = [f"{self.name}-{n}" for n in range(1, len(names) + 1)]
        return dict(zip(names, words, strict=True))


def profile_config(profile: Profile, bench: dict[str, Any], folder: Path, out: str | None) -> LabConfig:
    """Return the configuration of a profile.

    Args:
        profile: what is profiled.
        bench: sections of the bench, as in ``lab.toml``; at least ``meter``.
        folder: working directory of the program.
        out: folder for campaigns, or ``None``.

    Raises:
        ConfigurationError: the bench or the profile cannot be used.
    """
    if profile.mode == "data-size" and profile.vary is None:
        raise ConfigurationError('--mode data-size: expected --vary "OPTION=SMALL,LARGER,..." as well')
    if profile.mode == "project" and Path(profile.program[0]).suffix == ".ipynb":
        raise ConfigurationError(
            f"--mode project: expected a script, but {profile.program[0]} is a notebook, which runs only "
            f"with its calls on record: use --mode method"
        )
    more: dict[str, Any] = {"environments": {ENVIRONMENT: {"python": profile.python}}}
    script = Path(os.path.normpath(folder.absolute() / profile.program[0]))
    if profile.program[0] != "-m" and not script.is_relative_to(folder.absolute()):
        more["program"] = {"include": [str(script.parent)]}
    return config_of_programs(
        bench,
        [_scenario(profile, name, extra) for name, extra in profile.scenarios.items()],
        source="profile",
        folder=folder,
        title=f"Profile of {profile.name}",
        repeats=profile.repeats,
        precision_pct=profile.precision_pct,
        baseline_s=profile.baseline_s,
        gated=profile.gate != "none",
        out=out,
        more=more,
    )


def _scenario(profile: Profile, name: str, extra: Sequence[str]) -> dict[str, Any]:
    words = [*profile.program, *profile.arguments, *extra]
    scenario: dict[str, Any] = {
        "name": name,
        "command": ["{python}", *(literal(word) for word in words)],
        "environment": ENVIRONMENT,
        "limit_s": profile.limit_s,
    }
    if profile.mode != "project":
        scenario["calls"] = {
            "libs": list(profile.libs),
            "gate": "call" if profile.gate == "call" else "run",
            "sync_device": profile.sync_device,
        }
    return scenario


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:20].strip("-")
