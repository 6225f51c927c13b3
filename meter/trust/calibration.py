"""Calibrate a meter: listen to it and to a reference at several levels; then fit `meter.trust.line_fit`."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from math import hypot, sqrt
from statistics import fmean, stdev
from threading import Event

from meter.options import Value
from meter.recording.session import MeterSession
from meter.registry import create
from meter.trust.line_fit import fit_line
from records.calibration import CalibrationRecord, Level, ReferenceRecord
from records.errors import ConfigurationError, DeviceError
from records.meter import Accuracy, Identity, Reading
from records.times import iso_utc, now_utc_s

LEAST_READINGS = 5
"""Of a level: fewer say too little about their own scatter."""

_SETTLING_INTERVALS = 3
_LOOK_S = 0.05


@dataclass(frozen=True)
class Target:
    """A meter to be read.

    Attributes:
        driver: its name.
        port: where it is.
        interval_s: time between readings.
        options: that differ from the driver's defaults.
    """

    driver: str
    port: str
    interval_s: float
    options: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Heard:
    """What a meter said while a load was steady.

    Attributes:
        identity, simulated: of the meter.
        accuracy, resolution_w, chosen_options: of it, with the ranges that were in force.
        readings: what it said; within `listen` also the flagged ones.
    """

    identity: Identity
    simulated: bool
    accuracy: Accuracy
    resolution_w: float
    chosen_options: dict[str, Value]
    readings: list[Reading]

    @property
    def powers_w(self) -> list[float]:
        """Power of each good reading."""
        return [reading.power_w for reading in self.readings if reading.power_w is not None]

    @property
    def mean_w(self) -> float:
        """Mean power."""
        return fmean(self.powers_w)

    @property
    def sd_w(self) -> float:
        """Standard deviation of the readings."""
        return stdev(self.powers_w)

    @property
    def mean_u_w(self) -> float:
        """Standard uncertainty of the mean by scatter and rounding.

        Rounding is not averaged out, because at a steady load every reading is rounded alike.
        """
        return hypot(self.sd_w / sqrt(len(self.readings)), self.resolution_w / sqrt(12))

    @property
    def reactive_var(self) -> float:
        """Mean reactive power, as far as the meter tells it."""
        known = [var for var in (reactive_var(reading) for reading in self.readings) if var is not None]
        return fmean(known) if known else 0.0


def reactive_var(reading: Reading) -> float | None:
    """Return the magnitude of the reactive power of a reading, ``sqrt(S^2 - P^2)``.

    ``S`` is voltage times current, else power over power factor; ``None`` where the meter has neither.
    """
    if reading.power_w is None:
        return None
    if reading.voltage_v is not None and reading.current_a is not None:
        apparent_va = reading.voltage_v * reading.current_a
    elif reading.power_factor:
        apparent_va = reading.power_w / reading.power_factor
    else:
        return None
    return sqrt(max(0.0, apparent_va**2 - reading.power_w**2))


def listen(targets: Sequence[Target], seconds: float, stop: Callable[[], bool]) -> list[Heard]:
    """Read one or more meters over the same time, each in a thread of its own.

    Args:
        targets: the meters.
        seconds: how long, after all of them gave a good reading and settled.
        stop: asked often; true ends it early.

    Returns:
        What each of them said in that time, in the order of ``targets``.

    Raises:
        DeviceError: one of them cannot be reached, or gave fewer than five good readings.
    """
    over = Event()
    begun = [Event() for _ in targets]
    settle_s = _SETTLING_INTERVALS * max(target.interval_s for target in targets)
    with ThreadPoolExecutor(len(targets)) as pool:
        threads = [
            pool.submit(_listen, target, begin, over) for target, begin in zip(targets, begun, strict=True)
        ]
        try:
            all_begun = _wait(threads, lambda: all(event.is_set() for event in begun) or stop())
            from_s = now_utc_s() + settle_s
            if all_begun:
                _wait(threads, lambda: now_utc_s() > from_s + seconds or stop())
        finally:
            over.set()
    heard = [thread.result() for thread in threads]
    return [
        _within(target, said, from_s, from_s + seconds) for target, said in zip(targets, heard, strict=True)
    ]


def _wait(threads: list[Future[Heard]], condition: Callable[[], bool]) -> bool:
    """Wait for a condition; false when a thread ended before, which it does only by an error."""
    pause = Event()
    while not condition():
        if any(thread.done() for thread in threads):
            return False
        pause.wait(_LOOK_S)
    return True


def _listen(target: Target, begun: Event, over: Event) -> Heard:
    meter = create(target.driver, target.options)
    readings: list[Reading] = []
    with MeterSession(meter, target.port, target.interval_s) as session:
        for reading in session.readings(over.is_set):
            readings.append(reading)
            if not reading.flag:
                begun.set()
        return Heard(
            session.identity,
            session.simulated,
            meter.accuracy_in_force(),
            meter.spec.resolution_w,
            meter.chosen_options(),
            readings,
        )


def _within(target: Target, heard: Heard, from_s: float, to_s: float) -> Heard:
    inside = [reading for reading in heard.readings if from_s < reading.t_utc_s <= to_s]
    good = [reading for reading in inside if not reading.flag]
    flags = [reading.flag for reading in inside if reading.flag]
    if len(good) < LEAST_READINGS:
        others = f"; others were flagged {', '.join(sorted(set(flags)))}" if flags else ""
        raise DeviceError(
            f"{target.port}: expected at least {LEAST_READINGS} good readings in {to_s - from_s:g} s, but "
            f"received {len(good)}{others}. Use a larger --seconds, and see `lab meter watch`"
        )
    return replace(heard, readings=good)


@dataclass
class Calibrator:
    """A calibration while it is made: `take` each level, then `finish`.

    Args:
        target: the meter to be calibrated.
        reference: the reference meter, or ``None`` where the load is known.
        reference_u_pct: standard uncertainty of the true power in percent, the same at all levels;
            ``None`` takes the limits of error of the reference meter's data sheet.
        load: what the known load is, for the certificate.
    """

    target: Target
    reference: Target | None
    reference_u_pct: float | None = None
    load: str = "known load"
    _levels: list[Level] = field(default_factory=list)
    _heard: list[Heard] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.reference is None and self.reference_u_pct is None:
            raise ConfigurationError(
                "reference-u-pct: expected the standard uncertainty (k = 1) of the known watts in percent; "
                "a calibration against a load of unknown uncertainty says nothing"
            )
        if self.reference_u_pct is not None and not 0 <= self.reference_u_pct < 100:
            raise ConfigurationError(
                f"reference-u-pct: expected percent from 0 to 100, found {self.reference_u_pct:g}"
            )

    def take(self, true_w: float | None, seconds: float, stop: Callable[[], bool]) -> Level:
        """Measure one level; the load is connected and steady.

        Args:
            true_w: its power where it is known; ``None`` where the reference meter tells.
            seconds: how long both meters are read.
            stop: asked often; true ends it early.

        Returns:
            The level, its residual still zero.

        Raises:
            DeviceError: a meter cannot be reached, or says too little; another one answers than
                at the first level.
        """
        targets = [self.target] if self.reference is None else [self.target, self.reference]
        heard = listen(targets, seconds, stop)
        if self._heard and [h.identity for h in heard] != [h.identity for h in self._heard]:
            raise DeviceError(
                f"{self.target.port}: at this level {heard[0].identity} answers, at the first one "
                f"{self._heard[0].identity} did. One calibration is of one meter against one reference"
            )
        self._keep(heard)
        level = Level(
            true_w=heard[1].mean_w if true_w is None else true_w,
            true_u_w=heard[1].mean_u_w if true_w is None else 0.0,
            indicated_w=heard[0].mean_w,
            indicated_u_w=heard[0].mean_u_w,
            readings=len(heard[0].readings),
            residual_w=0.0,
            limit_w=_limit_w(heard[0]),
        )
        self._levels.append(level)
        return level

    def _keep(self, heard: list[Heard]) -> None:
        """Remember the meters; what they chose at the first level is kept for the others."""
        self._heard = heard
        self.target = _with_chosen_options(self.target, heard[0])
        if self.reference is not None:
            self.reference = _with_chosen_options(self.reference, heard[1])

    def finish(self, certificate: str | None) -> CalibrationRecord:
        """Fit the line through the levels and return the calibration.

        Raises:
            ConfigurationError: there are too few different levels.
        """
        levels = self._levels
        line = fit_line(
            [level.true_w for level in levels],
            [level.true_u_w for level in levels],
            [level.indicated_w for level in levels],
            [level.indicated_u_w for level in levels],
        )
        for level, residual_w in zip(levels, line.residuals_w, strict=True):
            level.residual_w = residual_w
        reference = self._reference_record()
        now_s = now_utc_s()
        return CalibrationRecord(
            date=iso_utc(now_s)[:10],
            created_utc_s=round(now_s, 6),
            certificate=certificate,
            driver=self.target.driver,
            identity=self._heard[0].identity,
            options=dict(self.target.options),
            range_w=self._heard[0].accuracy.range_w,
            interval_s=self.target.interval_s,
            reference=reference,
            gain=line.gain,
            gain_u=hypot(line.gain_u, line.gain * reference.u_pct / 100),
            offset_w=line.offset_w,
            offset_u_w=hypot(line.offset_u_w, line.gain * reference.u_w),
            gain_offset_cov=line.gain_offset_cov,
            residual_sd_w=line.residual_sd_w,
            levels=levels,
            simulated=any(heard.simulated for heard in self._heard),
            limits=self._heard[0].accuracy.in_words(),
        )

    def _reference_record(self) -> ReferenceRecord:
        given = f"{self.reference_u_pct:g} % of the power (k = 1), as given" if self.reference_u_pct else ""
        if self.reference is None:
            return ReferenceRecord(
                kind="load",
                words=self.load,
                u_pct=self.reference_u_pct or 0.0,
                u_w=0.0,
                basis=given or "taken as exact, as given",
            )
        heard = self._heard[1]
        who = heard.identity
        words = " ".join(part for part in (who.maker, who.model, who.serial) if part)
        if self.reference_u_pct is not None:
            basis = given or "taken as exact, as given"
            return ReferenceRecord(
                kind="meter", words=words, u_pct=self.reference_u_pct, u_w=0.0, basis=basis
            )
        u_pct, u_w = _data_sheet_u(heard)
        basis = "limits of error of its data sheet, taken as rectangular"
        return ReferenceRecord(kind="meter", words=words, u_pct=u_pct, u_w=u_w, basis=basis)


def _with_chosen_options(target: Target, heard: Heard) -> Target:
    return replace(target, options={**target.options, **heard.chosen_options})


def offset_limit_w(accuracy: Accuracy, resolution_w: float) -> float | None:
    """Return the data sheet's limit of error at zero watts: percent of range and counts.

    ``None`` where the sheet has a percentage of the range and the range is not known.
    """
    if accuracy.range_pct and accuracy.range_w is None:
        return None
    return accuracy.range_pct / 100 * (accuracy.range_w or 0.0) + accuracy.counts * resolution_w


def _limit_w(heard: Heard) -> float | None:
    """Return the data sheet's limit of error at the mean indication; ``None`` where it is not known."""
    offset_w = offset_limit_w(heard.accuracy, heard.resolution_w)
    if offset_w is None:
        return None
    accuracy = heard.accuracy
    limit_w = (
        accuracy.reading_pct / 100 * abs(heard.mean_w)
        + offset_w
        + accuracy.reactive_pct / 100 * heard.reactive_var
    )
    return limit_w or None  # a data sheet without any limit


def _data_sheet_u(heard: Heard) -> tuple[float, float]:
    """Return the standard uncertainties that all levels share, in percent and in watts."""
    offset_w = offset_limit_w(heard.accuracy, heard.resolution_w)
    if offset_w is None:
        raise ConfigurationError(
            f"{heard.identity.model}: its limits of error refer to a range that is not known. Fix its ranges "
            f"with --reference-option, or give --reference-u-pct from its certificate"
        )
    reactive_w = heard.accuracy.reactive_pct / 100 * heard.reactive_var
    return heard.accuracy.reading_pct / sqrt(3), (offset_w + reactive_w) / sqrt(3)
