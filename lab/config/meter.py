"""``[meter]``: the power meters of a bench."""

from datetime import date
from typing import Any, Self

from pydantic import field_validator, model_validator

from records.settings.section import Interval, Name, NotNegative, Pause, Positive, Section, Seed

VIRTUAL = "virtual"
"""The port at which the lab itself starts a virtual instrument."""


class VirtualMeterSection(Section):
    """``[meter.virtual]``: parameters of the virtual instrument; assumptions, not measurements."""

    idle_w: Positive = 40.0
    cpu_w: NotNegative = 60.0
    noise_w: NotNegative = 0.3
    gain_error_pct: float = 0.4
    seed: Seed = 1
    truth: bool = False
    fault: list[str] = []


class OneMeterSection(Section):
    """A power meter. ``port = "virtual"`` starts a virtual instrument."""

    driver: str
    port: str
    interval_s: Interval = 1.0
    options: dict[str, Any] = {}
    calibration_date: str | None = None
    certificate: str | None = None
    latency_s: Pause | None = None
    latency_u_s: Pause | None = None
    virtual: VirtualMeterSection = VirtualMeterSection()

    @field_validator("calibration_date")
    @classmethod
    def _a_date(cls, text: str | None) -> str | None:
        if text is not None and not _is_date(text):
            raise ValueError(f"expected a date as 2026-01-31, found {text!r}")
        return text

    @property
    def is_virtual(self) -> bool:
        """Whether the lab itself starts the instrument."""
        return self.port == VIRTUAL


class MoreMeterSection(OneMeterSection):
    """``[[meter.more]]``: one more meter on the same SUT; the power of the run is the sum of all."""

    name: Name


class MeterSection(OneMeterSection):
    """``[meter]``: the power meter, or the first of several."""

    name: Name = "main"
    calibration: str | None = None
    more: list[MoreMeterSection] = []

    @model_validator(mode="after")
    def _one_calibration(self) -> Self:
        if self.calibration is None:
            return self
        if self.calibration_date is not None or self.certificate is not None:
            raise ValueError(
                "calibration names a file that holds date and certificate: leave calibration_date and "
                "certificate out"
            )
        if self.more:
            raise ValueError("calibration corrects a meter that is alone on the SUT; leave it out with more")
        return self

    @model_validator(mode="after")
    def _own_names(self) -> Self:
        names = [name for name, _ in self.all]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"two meters are named {twice[0]!r}; each needs a name of its own")
        return self

    @property
    def all(self) -> list[tuple[str, OneMeterSection]]:
        """All meters by name, this one first."""
        return [(self.name, self), *((meter.name, meter) for meter in self.more)]

    @property
    def slowest_interval_s(self) -> float:
        """Time between the rows of the record: the interval of the slowest meter."""
        return max(meter.interval_s for _, meter in self.all)


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
