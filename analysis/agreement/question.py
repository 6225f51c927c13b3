"""What is asked of a table of measured and estimated values."""

from dataclasses import dataclass, field
from math import isfinite

from analysis.agreement.comparison import MARGIN_PCT
from analysis.agreement.levels import Level
from analysis.imports.number_forms import NumberOptions
from records.errors import ConfigurationError
from records.settings.analysis import CONFIDENCE


@dataclass(frozen=True)
class Question:
    """What is asked of a table.

    Attributes:
        measured, estimated: columns, in the same unit.
        per: column that divides both, e.g. a duration: energy becomes power.
        by: columns whose values make groups.
        nested: columns whose values mark repeats of the same work within a group.
        margin_pct: of equivalence.
        resolution: step of the meter's display in the unit of ``measured``, whose values are taken to be
            differences of two readings of it, each cut or rounded to a step. The error of such a
            difference is triangular within one step, u = step / sqrt(6) (JCGM 100:2008, 4.3.9), whatever
            way the display rounds. Zero: the meter's own error is not known.
        at: levels at which the bias is asked for, in the unit of the compared values.
        meter_u_pct: expanded uncertainty (k = 2) of the meter that all rows share, in percent of a value.
        confidence: of the intervals.
        numbers: how the numbers of the table are written, where its columns do not show it.
    """

    measured: str
    estimated: str
    per: str | None = None
    by: tuple[str, ...] = ()
    margin_pct: float = MARGIN_PCT
    resolution: float = 0.0
    at: tuple[Level, ...] = ()
    meter_u_pct: float = 0.0
    nested: tuple[str, ...] = ()
    confidence: float = CONFIDENCE
    numbers: NumberOptions = field(default_factory=NumberOptions)

    def __post_init__(self) -> None:
        if not 0 < self.margin_pct < 100:
            raise ConfigurationError(
                f"tolerance: expected percent above 0 and below 100, found {self.margin_pct:g}"
            )
        if not (isfinite(self.resolution) and self.resolution >= 0):
            raise ConfigurationError(
                f"resolution: expected the step of the meter's display, at least 0, found {self.resolution:g}"
            )

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns that are needed."""
        return (self.measured, self.estimated, *((self.per,) if self.per else ()), *self.by, *self.nested)

    @property
    def unit(self) -> str:
        """Words for what is compared: the measured column, divided or not."""
        return f"{self.measured} per {self.per}" if self.per else self.measured
