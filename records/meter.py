"""``meter.json`` and ``meter.csv``: what the power meter is and what it said."""

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, ClassVar, Literal

from records.documents import Document
from records.files import LineAppender
from records.tables import Table, csv_line, read_table
from records.times import format_utc_s

Sampling = Literal["interval_mean", "instantaneous"]
"""What a reading is: the mean over the interval that ended at its stamp, or an instantaneous value."""

FLAGS = (
    *("nodata", "overrange", "malformed", "duplicate", "stuck"),
    *("negative", "implausible", "counter_back", "reconnected"),
)
"""Why a row has no power; a good reading's flag is empty."""

QUANTITIES = (
    "power_w",
    "voltage_v",
    "current_a",
    "power_factor",
    "frequency_hz",
    "energy_wh",
)
"""Columns a meter may fill, power first; the others appear only where the meter has them."""


@dataclass(kw_only=True)
class Identity:
    """Who a meter says it is; an empty string where it does not say."""

    maker: str
    model: str
    serial: str = ""
    firmware: str = ""


@dataclass(kw_only=True)
class Accuracy:
    """A data sheet's limits of error of the power reading, as half-widths.

    Attributes:
        reading_pct: percent of the reading.
        range_pct: percent of the range.
        range_w: the range in watts that ``range_pct`` refers to; ``None`` without such a term.
        counts: counts of the display, each of ``resolution_w``.
        reactive_pct: percent of the reactive power, which is what data sheets call the influence of
            the power factor: percent of the apparent power at a power factor of 0.
    """

    reading_pct: float
    range_pct: float = 0.0
    range_w: float | None = None
    counts: float = 0.0
    reactive_pct: float = 0.0

    @property
    def stated(self) -> bool:
        """Whether there are any limits of error; none are published for counters."""
        return any((self.reading_pct, self.range_pct, self.counts, self.reactive_pct))

    def in_words(self) -> str:
        """Return limits of error as a data sheet writes them."""
        parts = [
            (self.reading_pct, "% of reading"),
            (self.range_pct, "% of range"),
            (self.counts, "counts"),
            (self.reactive_pct, "% of reactive power"),
        ]
        return " + ".join(f"{value:g} {unit}" for value, unit in parts if value) or "not stated"


@dataclass(kw_only=True)
class Calibration:
    """When and by which certificate the meter was last calibrated; ``None`` where unknown.

    With a calibration of one's own there is also its line: indication = ``offset_w`` + ``gain`` x
    true power. ``meter.csv`` keeps the indication; the analysis corrects it.

    Attributes:
        date: ``YYYY-MM-DD``.
        certificate: number or name of the certificate.
        gain, gain_u: of the line, and its standard uncertainty.
        offset_w, offset_u_w: likewise.
        gain_offset_cov: covariance of gain and offset, in W.
        residual_sd_w: how far the levels of the calibration lie from the line.
        of: the meter that was calibrated.
        range_w: on which range, where it has several.
        simulated: whether a virtual instrument took part in the calibration.
    """

    date: str | None = None
    certificate: str | None = None
    gain: float | None = None
    gain_u: float | None = None
    offset_w: float | None = None
    offset_u_w: float | None = None
    gain_offset_cov: float | None = None
    residual_sd_w: float | None = None
    of: Identity | None = None
    range_w: float | None = None
    simulated: bool = False


class MeasuringPoint(StrEnum):
    """Where power was read: at the wall plug, or by counters inside the machine, which see a part of it."""

    WALL = "wall"
    INSIDE = "inside"


_STAND_INS = frozenset({"nvml", "rapl"})
_COUNTERS = _STAND_INS | {"fecom", "nvidia-smi", "perf"}
_SUM = "+"  # between the drivers of several meters (`meter.recording.several`)

STAND_IN = "stand-in: counter, not the wall"
"""How the model of a counter that stands in for a meter ends."""


def measuring_point(driver: str) -> MeasuringPoint:
    """Return where readings of a ``driver`` of `MeterRecord` come from; inside if any part is a counter."""
    return MeasuringPoint.WALL if _COUNTERS.isdisjoint(driver.split(_SUM)) else MeasuringPoint.INSIDE


def is_stand_in(driver: str) -> bool:
    """Say whether a ``driver`` lets counters stand in for a meter in a campaign of the lab."""
    return not _STAND_INS.isdisjoint(driver.split(_SUM))


@dataclass(kw_only=True)
class MeterRecord(Document):
    """``meter.json``.

    Attributes:
        driver: name of the driver.
        port: the port as configured.
        identity: see `Identity`.
        sampling: see `Sampling`.
        interval_s: time between readings.
        latency_s, latency_u_s: from the end of a reading's interval to its arrival here, and the
            standard uncertainty of that.
        resolution_w: of the power reading.
        accuracy: see `Accuracy`.
        calibration: see `Calibration`.
        simulated: whether a virtual instrument answered; then no number is a measurement.
        gaps: the gap ledger, written when logging ends: ``[{t_from_utc_s, t_to_utc_s, missing,
            reason}]``.
        counts: number of rows by flag, written when logging ends; the key of good readings is
            ``good``.
        options: of the driver, as given and as the meter chose them in the beginning.
        settings: how the instrument itself says that it is set: crest factor, filters, synchronisation,
            averaging, ranges; empty where it cannot tell.
        cadence: written when logging ends: ``{interval_s, jitter_s, readings, missing, late, duplicates,
            poll}``, the meter's own cadence as found in the stamps; ``poll``, of a meter that is asked, is
            ``{locked, update_s, gate_s}``.
        own_counts: what the driver counted, such as lost sets, written when logging ends.
        parts: of a sum of several meters: ``[{name, driver, port, identity, options, settings}]``.
    """

    SCHEMA: ClassVar[str] = "wattlab.meter/1"

    driver: str
    port: str
    identity: Identity
    sampling: Sampling
    interval_s: float
    latency_s: float
    latency_u_s: float
    resolution_w: float
    accuracy: Accuracy
    calibration: Calibration
    simulated: bool
    gaps: list[dict[str, Any]] = field(default_factory=list)
    counts: dict[str, Any] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    cadence: dict[str, Any] | None = None
    own_counts: dict[str, Any] = field(default_factory=dict)
    parts: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading of a meter, already stamped.

    Attributes:
        t_utc_s: arrival at the host, UTC.
        power_w: active power, or ``None`` when ``flag`` is not empty.
        flag: empty, or one of `FLAGS`.
        voltage_v, current_a, power_factor, frequency_hz, energy_wh: where the meter has them.
    """

    t_utc_s: float
    power_w: float | None
    flag: str = ""
    voltage_v: float | None = None
    current_a: float | None = None
    power_factor: float | None = None
    frequency_hz: float | None = None
    energy_wh: float | None = None


class ReadingWriter:
    """Append readings to ``meter.csv``.

    Args:
        path: the file.
        quantities: which of `QUANTITIES` this meter fills; ``power_w`` is always written.
    """

    def __init__(self, path: Path, quantities: tuple[str, ...]) -> None:
        self._columns = ["power_w", *(q for q in QUANTITIES[1:] if q in quantities)]
        self._file = LineAppender(path, csv_line(["t_utc_s", *self._columns, "flag"]))

    def append(self, reading: Reading) -> None:
        """Append one row with a single write."""
        values = [getattr(reading, name) for name in self._columns]
        self._file.append(csv_line([format_utc_s(reading.t_utc_s), *values, reading.flag]))

    def close(self) -> None:
        """Force the rows onto the disk and close the file."""
        self._file.sync()
        self._file.close()


def read_readings(path: Path) -> Table:
    """Read ``meter.csv``: columns ``t_utc_s``, ``power_w`` (NaN where flagged), ``flag`` and more."""
    return read_table(path, ("t_utc_s", "power_w", "flag"), text=("flag",))
