"""``logger.json``: what a logger logs. The conductor writes it into the run folder, where it stays.

Standard library only: the logger loads no pydantic.
"""

from dataclasses import dataclass, field
from datetime import date
from math import isfinite
from pathlib import Path
from typing import Any, ClassVar

from records.documents import Document
from records.errors import ConfigurationError, RecordError
from records.meter import Calibration


@dataclass(kw_only=True)
class LoggedMeter:
    """One meter.

    Attributes:
        name: of its folder below ``meters/``, where there are several.
        driver: as in ``lab.toml``.
        port: device path or URL.
        interval_s: time between readings.
        options: of the driver, with what the meter chose at the first start of the campaign.
        calibration: as the meter's certificate has it, or as the lab found it.
        latency_s, latency_u_s: measured values in place of the driver's, or ``None``.

    Raises:
        ConfigurationError: the interval or the latency is no number that can be, or the calibration date
            is no date.
    """

    name: str = "main"
    driver: str
    port: str
    interval_s: float = 1.0
    options: dict[str, Any] = field(default_factory=dict)
    calibration: Calibration = field(default_factory=Calibration)
    latency_s: float | None = None
    latency_u_s: float | None = None
    extra: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not (isfinite(self.interval_s) and self.interval_s > 0):
            raise ConfigurationError(f"interval_s: expected seconds above 0, found {self.interval_s:g}")
        for name in ("latency_s", "latency_u_s"):
            value_s = getattr(self, name)
            if value_s is not None and not (isfinite(value_s) and value_s >= 0):
                raise ConfigurationError(f"{name}: expected seconds from 0 on, found {value_s:g}")
        if self.calibration.date is not None:
            _check_date(self.calibration.date)


@dataclass(kw_only=True)
class LoggerSettings(Document):
    """The document.

    Attributes:
        meters: one, or those whose sum is logged.
        limit: stop after so many rows, or ``None``.
        raw: whether every byte that passes is kept in ``meter_raw.csv``.

    Raises:
        ConfigurationError: there is no meter, two have one name, a name is no name of a folder, or the
            limit is below 1.
    """

    SCHEMA: ClassVar[str] = "wattlab.logger/1"

    meters: list[LoggedMeter]
    limit: int | None = None
    raw: bool = False

    def __post_init__(self) -> None:
        if not self.meters:
            raise ConfigurationError("meters: expected one or more, found none")
        if self.limit is not None and self.limit < 1:
            raise ConfigurationError(f"limit: expected 1 row or more, found {self.limit}")
        _check_names([meter.name for meter in self.meters])

    @classmethod
    def read_closed(cls, path: Path) -> "LoggerSettings":
        """Read the document; a key that is not known is a mistake here.

        Raises:
            ConfigurationError: there is no such file, or something in it cannot be.
        """
        try:
            found = cls.read(path)
        except (ConfigurationError, RecordError) as error:
            raise ConfigurationError(str(error) if str(path) in str(error) else f"{path}: {error}") from None
        unknown = [*found.extra, *(key for meter in found.meters for key in meter.extra)]
        if unknown:
            raise ConfigurationError(
                f"{path}: unknown key {unknown[0]!r}; docs/reference/records.md lists all"
            )
        return found


def _check_date(text: str) -> None:
    try:
        date.fromisoformat(text)
    except ValueError:
        raise ConfigurationError(f"calibration date {text!r}: expected YYYY-MM-DD, e.g. 2026-01-31") from None


def _check_names(names: list[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise ConfigurationError(f"two meters are named {name!r}; each needs a name of its own")
        if not name or name.startswith(".") or "/" in name:
            raise ConfigurationError(f"meter name {name!r}: expected a name of a folder, e.g. psu2")
