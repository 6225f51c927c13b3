"""What is asked of the SUT: task types with times and shares, results, limits of the proofs.

Terms after ISO/IEC 14756, sections 6 to 8, from secondary literature (W. Dirlewanger, "Measurement and
Rating of Computer Systems Performance and of Software Efficiency", Kassel University Press 2006); to be
checked against the text of the standard.
"""

from itertools import pairwise
from typing import Annotated, Self

from pydantic import Field, field_validator, model_validator

from records.rows.families import USEFUL_WORK
from records.settings.section import Percent, Positive, Seconds, Section


class TimeClass(Section):
    """An entry of ``time_classes``: at least ``share_pct`` of the tasks take no longer than ``limit_s``."""

    limit_s: Seconds
    share_pct: Percent


class TaskRequirement(Section):
    """``[[requirement.task]]``: what is asked of one task type.

    Attributes:
        name: of the action, or ``epoch``.
        scenario: of the chain, or ``None`` for every workload scenario that has such tasks.
        throughput_per_h: reference value B_Ref, tasks per hour of the rating interval.
        time_classes: the timeliness function, in rising order; the last one is for all tasks.
        mean_execution_s: reference value T_Ref; ``None`` takes the one that the time classes imply.
    """

    name: str
    scenario: str | None = None
    throughput_per_h: Positive
    time_classes: list[TimeClass]
    mean_execution_s: Seconds | None = None

    @field_validator("time_classes")
    @classmethod
    def _rising(cls, classes: list[TimeClass]) -> list[TimeClass]:
        rising = all(a.limit_s < b.limit_s and a.share_pct < b.share_pct for a, b in pairwise(classes))
        if not classes or not rising or classes[-1].share_pct != 100:
            raise ValueError(
                f"expected limits and shares that rise, the last share 100 (the time no task may exceed), "
                f"found {[(c.limit_s, c.share_pct) for c in classes]}"
            )
        return classes

    @property
    def reference_s(self) -> float:
        """T_Ref: as given, else the mean of the time classes' limits by the share that each adds."""
        if self.mean_execution_s is not None:
            return self.mean_execution_s
        shares = [0.0, *(c.share_pct / 100 for c in self.time_classes)]
        added = [after - before for before, after in pairwise(shares)]
        return sum(c.limit_s * share for c, share in zip(self.time_classes, added, strict=True))


class ResultRequirement(Section):
    """``[[requirement.result]]``: bounds of a kind of useful work in every run of a scenario."""

    scenario: str
    quantity: str
    least: float | None = None
    most: float | None = None

    @field_validator("quantity")
    @classmethod
    def _known(cls, quantity: str) -> str:
        if quantity not in USEFUL_WORK:
            raise ValueError(f"expected one of {', '.join(USEFUL_WORK)}, found {quantity!r}")
        return quantity

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        if self.least is None and self.most is None:
            raise ValueError("expected a bound: least, most or both")
        if self.least is not None and self.most is not None and self.least > self.most:
            raise ValueError(f"least {self.least} is above most {self.most}: nothing could be correct")
        return self


class Requirement(Section):
    """``[requirement]``: the requirement of a campaign.

    Attributes:
        tasks: what is asked of each task type.
        results: what a correct result is.
        reference_scenario: with which the others are compared for the software efficiency values.
        half_width_max_pct: third proof: the interval of a mean may reach this far, in percent of it.
        start_delay_max_s: second proof: a workload may start this long after it was to start.
    """

    tasks: Annotated[list[TaskRequirement], Field(min_length=1, alias="task")]
    results: Annotated[list[ResultRequirement], Field(alias="result")] = []
    reference_scenario: str | None = None
    half_width_max_pct: Positive = 5.0
    start_delay_max_s: Seconds = 1.0
