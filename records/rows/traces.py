"""Power and hardware over a run, as they are drawn; no table of their own."""

from dataclasses import dataclass, field, fields
from typing import Any, Self, TypedDict

from records.errors import RecordError
from records.rows.families import HardwareColumn


class Sampled(TypedDict):
    """One hardware column over a run.

    Attributes:
        t_s: middle of the time that each sample speaks for, from the start of the rating interval.
        values: the samples, ``None`` at a gap.
    """

    t_s: list[float]
    values: list[float | None]


@dataclass(frozen=True, kw_only=True)
class Trace:
    """What is drawn of one counted run.

    Attributes:
        run_dir, slot, scenario, tracker: which run.
        interval_s: of the meter as found; ``duration_s`` of the rating interval.
        readings, mean_w: number and mean of the readings within the rating interval.
        bin_s: width of the bins that the readings were put into, ``None`` where they stand themselves.
        t_s: end of each reading's interval or of each bin, from the start of the rating interval.
        power_w: the readings, or the means of the bins.
        low_w, high_w: smallest and largest reading of each bin; empty without bins.
        hardware: what the collectors sampled, by column.
        extra: keys that this version does not know.
    """

    run_dir: str
    slot: int
    scenario: str
    tracker: str | None
    interval_s: float
    duration_s: float
    readings: int
    mean_w: float | None
    bin_s: float | None
    t_s: list[float]
    power_w: list[float]
    low_w: list[float]
    high_w: list[float]
    hardware: dict[HardwareColumn, Sampled]
    extra: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return the trace as JSON types."""
        return {**{item.name: getattr(self, item.name) for item in fields(self)[:-1]}, **self.extra}

    @classmethod
    def from_json(cls, trace: object, where: str) -> Self:
        """Read a trace.

        Raises:
            RecordError: it is no object, or a key is missing.
        """
        names = [item.name for item in fields(cls)[:-1]]
        missing = [name for name in names if not isinstance(trace, dict) or name not in trace]
        if missing or not isinstance(trace, dict):
            raise RecordError(f"{where}: expected a trace with {', '.join(missing)}")
        known = {name: trace[name] for name in names}
        return cls(**known, extra={name: value for name, value in trace.items() if name not in known})
