"""What is asked of the SUT: task types with times and shares, results, limits of the proofs.

Terms after ISO/IEC 14756, sections 6 to 8, from secondary literature (W. Dirlewanger, "Measurement and
Rating of Computer Systems Performance and of Software Efficiency", Kassel University Press 2006); to be
checked against the text of the standard.
"""

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from records.errors import ConfigurationError
from records.result_columns import USEFUL_WORK


@dataclass(frozen=True)
class TimeClass:
    """At least ``share_pct`` of the tasks are to take no longer than ``limit_s``."""

    limit_s: float
    share_pct: float


@dataclass(frozen=True)
class TaskRequirement:
    """What is asked of one task type.

    Attributes:
        name: of the action, or ``epoch``.
        scenario: of the chain, or ``None`` for every workload scenario that has such tasks.
        throughput_per_h: reference value B_Ref, tasks per hour of the rating interval.
        time_classes: the timeliness function, in rising order; the last one is for all tasks.
        mean_execution_s: reference value T_Ref; ``None`` takes the one that the time classes imply.
    """

    name: str
    scenario: str | None
    throughput_per_h: float
    time_classes: tuple[TimeClass, ...]
    mean_execution_s: float | None = None

    @property
    def reference_s(self) -> float:
        """T_Ref: as given, else the mean of the time classes' limits by the share that each adds."""
        if self.mean_execution_s is not None:
            return self.mean_execution_s
        shares = [0.0, *(c.share_pct / 100 for c in self.time_classes)]
        added = [after - before for before, after in pairwise(shares)]
        return sum(c.limit_s * share for c, share in zip(self.time_classes, added, strict=True))


@dataclass(frozen=True)
class ResultRequirement:
    """Bounds of a kind of useful work (`records.result_columns.USEFUL_WORK`) in every run of a scenario."""

    scenario: str
    quantity: str
    least: float | None
    most: float | None


@dataclass(frozen=True)
class Requirement:
    """The requirement of a campaign.

    Attributes:
        tasks: what is asked of each task type.
        results: what a correct result is.
        reference_scenario: with which the others are compared for the software efficiency values.
        half_width_max_pct: third proof: the interval of a mean may reach this far, in percent of it.
        start_delay_max_s: second proof: a workload may start this long after it was to start.
    """

    tasks: tuple[TaskRequirement, ...]
    results: tuple[ResultRequirement, ...] = ()
    reference_scenario: str | None = None
    half_width_max_pct: float = 5.0
    start_delay_max_s: float = 1.0


def requirement_of(section: object) -> Requirement | None:
    """Return the requirement of a ``[requirement]`` section, ``None`` of no section.

    Raises:
        ConfigurationError: time classes that do not rise or end below 100 %, an unknown quantity, bounds
            that exclude each other, something that is missing or no number.
    """
    if not isinstance(section, dict) or not section:
        return None
    try:
        return Requirement(
            tasks=tuple(_task(entry) for entry in section["task"]),
            results=tuple(_result(entry) for entry in section.get("result") or []),
            reference_scenario=section.get("reference_scenario"),
            half_width_max_pct=_number(section.get("half_width_max_pct", 5.0)),
            start_delay_max_s=_number(section.get("start_delay_max_s", 1.0)),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ConfigurationError(f"requirement: expected what lab.toml asks for, but {error!r}") from None


def _task(entry: dict[str, Any]) -> TaskRequirement:
    where = f"requirement.task {entry['name']!r}"
    classes = tuple(TimeClass(_number(c["limit_s"]), _number(c["share_pct"])) for c in entry["time_classes"])
    rising = all(a.limit_s < b.limit_s and a.share_pct < b.share_pct for a, b in pairwise(classes))
    if not classes or not rising or classes[-1].share_pct != 100:
        raise ConfigurationError(
            f"{where}: time_classes: expected limits and shares that rise, the last share 100 (the time no "
            f"task may exceed), found {[(c.limit_s, c.share_pct) for c in classes]}"
        )
    mean_s = entry.get("mean_execution_s")
    return TaskRequirement(
        name=str(entry["name"]),
        scenario=entry.get("scenario"),
        throughput_per_h=_number(entry["throughput_per_h"]),
        time_classes=classes,
        mean_execution_s=None if mean_s is None else _number(mean_s),
    )


def _result(entry: dict[str, Any]) -> ResultRequirement:
    where = f"requirement.result of {entry['scenario']!r}"
    quantity, least, most = entry["quantity"], entry.get("least"), entry.get("most")
    if quantity not in USEFUL_WORK:
        raise ConfigurationError(
            f"{where}: quantity: expected one of {', '.join(USEFUL_WORK)}, found {quantity!r}"
        )
    if least is None and most is None:
        raise ConfigurationError(f"{where}: expected a bound: least, most or both")
    if least is not None and most is not None and least > most:
        raise ConfigurationError(f"{where}: least {least} is above most {most}: nothing could be correct")
    return ResultRequirement(str(entry["scenario"]), quantity, least, most)


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < math.inf:
        raise ValueError(f"expected a number above 0, found {value!r}")
    return float(value)
