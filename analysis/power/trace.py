"""The power over a run, made of the meter's readings on their own cadence."""

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from pathlib import Path

import numpy as np

from analysis.maths.arrays import Floats, column, finite
from analysis.power.calibrate import corrected_w
from analysis.power.gaps import Gaps, find_gaps
from analysis.power.own_intervals import OwnIntervals
from analysis.power.pieces import Pieces
from records.cadence import Session, fit_sessions, longest_of, median_of, missing_of
from records.errors import RecordError
from records.meter import MeterRecord, Sampling
from records.run import RunFolder
from records.tables import Table

SHORTEST_INTERVAL_S = 1e-5
LONGEST_RECORD_S = 366 * 86400.0
"""A stamp farther from the run than this is a damaged one."""


@dataclass(frozen=True)
class CadenceFigures:
    """What the stamps say about the meter.

    Attributes:
        interval_s: time between readings as found; ``declared_s`` as the meter's record has it.
        jitter_s: robust standard deviation of the arrivals; ``fit_u_s`` the uncertainty of the fit.
        readings: readings with power; ``missing``, ``late``, ``duplicates`` by the numbering.
        backwards: how many stamps precede the one before them (a clock that was set back).
        step_median: median number of intervals from a reading to the next; 1 unless the meter
            delivers at another rate than declared.
        flags: number of rows by flag, good ones left out; ``unreadable`` has stamp or power damaged.
        damaged_lines: lines of ``meter.csv`` that could not be read.
        steady: whether the stamps follow a line; if not, each reading holds from the stamp before it on.
        shared_stamps: readings that have the stamp of the one before them; such are averaged.
        restarts: how often the stamps have another phase after a gap, without a row that tells why.
    """

    interval_s: float
    declared_s: float
    jitter_s: float
    fit_u_s: float
    readings: int
    missing: int
    late: int
    duplicates: int
    backwards: int
    step_median: float
    flags: dict[str, int]
    damaged_lines: list[int]
    steady: bool = True
    shared_stamps: int = 0
    restarts: int = 0


@dataclass(frozen=True, eq=False)
class PowerTrace:
    """The power of a run over time.

    Attributes:
        power_w: pieces of power, borders in seconds after ``origin_utc_s``, delays taken out.
        origin_utc_s: time zero, by the controller's clock.
        sampling: what a reading is.
        cadence: see `CadenceFigures`.
        reactive_var: pieces of reactive power, where the meter tells it and its accuracy depends on it.
        resolution_w: smallest step of a reading.
        other_sum_w: of stamps without a steady interval, the power joined from stamp to stamp; what it gives
            differently is not known better.
    """

    power_w: Pieces
    origin_utc_s: float
    sampling: Sampling
    cadence: CadenceFigures
    reactive_var: Pieces | None = None
    resolution_w: float = 0.0
    other_sum_w: Pieces | None = None

    @cached_property
    def gaps(self) -> Gaps:
        """The time without readings."""
        return find_gaps(self.power_w)

    def mean_reactive_var(self, from_s: Floats, to_s: Floats) -> list[float | None]:
        """Return the mean magnitude of the reactive power over the measured part of each window."""
        if self.reactive_var is None:
            return [None] * len(from_s)
        measured_s = self.reactive_var.covered_s(from_s, to_s)
        area = self.reactive_var.integral(from_s, to_s)
        seen = measured_s > 0
        return list(map(finite, np.where(seen, area / np.where(seen, measured_s, 1.0), np.nan)))


def read_meter(run_dir: Path) -> MeterRecord:
    """Read ``meter.json`` of a run.

    Raises:
        RecordError: it is missing or damaged, or one of its numbers cannot be.
    """
    path = RunFolder(run_dir).meter_json
    meter = MeterRecord.read(path)
    limits = {"interval_s": SHORTEST_INTERVAL_S, "latency_s": 0.0, "latency_u_s": 0.0, "resolution_w": 0.0}
    for name, least in limits.items():
        if not least <= getattr(meter, name) <= LONGEST_RECORD_S:
            raise RecordError(
                f"{path}: {name}: expected a number from {least:g} on, found {getattr(meter, name)}; "
                f"correct it from the meter's fact sheet"
            )
    return meter


def make_trace(table: Table, meter: MeterRecord, origin_utc_s: float) -> PowerTrace:
    """Lay the readings of a run on the meter's own cadence, or each on its own interval where there is none.

    A reading stamped ``t`` covers ``(t - latency - dt, t - latency]`` where it is an interval mean,
    and holds for ``t - latency`` where it is instantaneous (docs/explanation/method.md#energy-of-a-window).
    Flagged rows have no
    power and leave a gap. The power is corrected by the meter's calibration (`analysis.power.calibrate`).

    Args:
        table: ``meter.csv``.
        meter: ``meter.json``.
        origin_utc_s: what becomes time zero, by the controller's clock.
    """
    stamp_s = column(table, "t_utc_s")
    power_w = column(table, "power_w")
    flag = table.texts("flag")
    unflagged = flag.is_("")
    near = np.abs(stamp_s - origin_utc_s) < LONGEST_RECORD_S
    good = unflagged & np.isfinite(power_w) & near
    session = np.cumsum(flag.is_("reconnected"), dtype=np.int_)[good]
    backwards = int(np.count_nonzero(np.diff(stamp_s[good]) < 0))
    order = np.lexsort((stamp_s[good], session)) if backwards else slice(None)
    arrival_s = (stamp_s[good] - origin_utc_s)[order]
    whole = bool(np.all(stamp_s[good] == np.floor(stamp_s[good])))
    sessions = fit_sessions(arrival_s, session[order], meter.interval_s, whole_seconds=whole)
    longest = longest_of([one.cadence for one in sessions])
    steady = longest is None or longest.steady
    laid = _Laid(sessions, arrival_s, meter, steady)
    true_w = corrected_w(power_w[good][order], meter)
    pieces = laid.pieces(true_w)
    flags = {name: count for name, count in flag.counts().items() if name}
    empty = int(np.count_nonzero(unflagged & ~good))
    if empty:
        flags["unreadable"] = empty
    figures = _figures(sessions, meter.interval_s, backwards, flags, table.damaged_lines)
    figures = replace(figures, restarts=len(sessions) - len(np.unique(session)))
    if not steady:
        figures = _figures_without_cadence(figures, laid)
    reactive = None
    if meter.accuracy.reactive_pct:
        reactive_var = _reactive_var(table, power_w)[good][order]
        known = np.isfinite(reactive_var)
        if known.any():
            reactive_var = np.where(known, reactive_var, reactive_var[known].mean())
            reactive = laid.pieces(reactive_var)
    other = None if steady or meter.sampling == "instantaneous" else laid.pieces(true_w, joined=True)
    return PowerTrace(pieces, origin_utc_s, meter.sampling, figures, reactive, meter.resolution_w, other)


def _reactive_var(table: Table, power_w: Floats) -> Floats:
    """Return the magnitude of the reactive power ``sqrt(S^2 - P^2)`` of each row, NaN where unknown.

    S is voltage times current, whose digits are finer than those of most power factors, else P / PF.
    """
    names = set(table.columns)
    apparent_va = np.full_like(power_w, np.nan)
    if "power_factor" in names:
        factor = np.abs(column(table, "power_factor"))
        apparent_va = power_w / np.where(factor > 0, factor, np.nan)
    if {"voltage_v", "current_a"} <= names:
        product_va = column(table, "voltage_v") * column(table, "current_a")
        apparent_va = np.where(np.isfinite(product_va), product_va, apparent_va)
    reactive_var: Floats = np.sqrt(np.maximum(np.square(apparent_va) - np.square(power_w), 0.0))
    return reactive_var


@dataclass(frozen=True, eq=False)
class _Laid:
    """Readings in time: on the cadence of each session, or on intervals of their own."""

    sessions: list[Session]
    arrival_s: Floats
    meter: MeterRecord
    steady: bool

    def pieces(self, value: Floats, *, joined: bool = False) -> Pieces:
        """Return a quantity over time.

        Args:
            value: of each reading, ``(n,)``.
            joined: join readings without a cadence from stamp to stamp, whatever they are.
        """
        if self.steady:
            return _put_together([_session_pieces(session, value, self.meter) for session in self.sessions])
        joined = joined or self.meter.sampling == "instantaneous"
        return _put_together([own.pieces(value, joined=joined) for own in self.own_intervals])

    @cached_property
    def own_intervals(self) -> list[OwnIntervals]:
        """The readings of each session, each with the interval from the stamp before to its own."""
        first = [session.first for session in self.sessions]
        parts = [slice(*border) for border in pairwise([*first, len(self.arrival_s)])]
        return [OwnIntervals(part, self.arrival_s[part] - self.meter.latency_s) for part in parts]


def _put_together(parts: list[tuple[Floats, ...]]) -> Pieces:
    if not parts:
        nothing = np.array([], dtype=np.float64)
        return Pieces(nothing, nothing, nothing, nothing)
    if len(parts) == 1:
        return Pieces(*parts[0])
    start_s, stop_s, left, right = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    # After a reconnection the meter's clock may have another phase: no time counts twice.
    order = np.argsort(start_s, kind="stable")
    start_s, stop_s, left, right = start_s[order], stop_s[order], left[order], right[order]
    busy_until_s = np.concatenate(([-np.inf], np.maximum.accumulate(stop_s)[:-1]))
    cut_s = np.maximum(start_s, busy_until_s)
    whole = stop_s > cut_s
    share = np.where(whole, (cut_s - start_s) / np.where(whole, stop_s - start_s, 1.0), 0.0)
    left = left + (right - left) * share
    return Pieces(cut_s[whole], stop_s[whole], left[whole], right[whole])


def _session_pieces(session: Session, power_w: Floats, meter: MeterRecord) -> tuple[Floats, ...]:
    cadence = session.cadence
    power = power_w[session.first + cadence.kept]
    end_s = cadence.time_s(cadence.number) - meter.latency_s
    if meter.sampling == "interval_mean":
        # Both borders come from the same formula, so that neighbours share theirs to the last bit.
        return cadence.time_s(cadence.number - 1) - meter.latency_s, end_s, power, power
    joined = np.flatnonzero(np.diff(cadence.number) == 1)
    return end_s[joined], end_s[joined + 1], power[joined], power[joined + 1]


def _figures(
    sessions: list[Session],
    declared_s: float,
    backwards: int,
    flags: dict[str, int],
    damaged_lines: list[int],
) -> CadenceFigures:
    fits = [s.cadence for s in sessions]
    longest = longest_of(fits)
    steps = [np.diff(fit.number) for fit in fits if len(fit.number) > 1]
    return CadenceFigures(
        interval_s=longest.interval_s if longest else declared_s,
        declared_s=declared_s,
        jitter_s=longest.jitter_s if longest else 0.0,
        fit_u_s=longest.fit_u_s if longest else 0.0,
        readings=sum(len(fit.kept) for fit in fits),
        missing=missing_of(fits),
        late=sum(fit.late for fit in fits),
        duplicates=sum(fit.duplicates for fit in fits),
        backwards=backwards,
        step_median=float(np.median(np.concatenate(steps))) if steps else 1.0,
        flags=flags,
        damaged_lines=damaged_lines,
    )


def _figures_without_cadence(figures: CadenceFigures, laid: _Laid) -> CadenceFigures:
    """Return the figures of readings that are laid on intervals of their own."""
    own = laid.own_intervals
    step_s = np.concatenate([one.step_s[~one.gap] for one in own])
    usual_s = median_of(step_s)
    jitter_s = 1.4826 * median_of(np.abs(step_s - usual_s))
    return replace(
        figures,
        interval_s=usual_s,
        jitter_s=jitter_s,
        fit_u_s=2 * jitter_s / float(np.sqrt(len(step_s))),
        readings=sum(int(one.count.sum()) for one in own),
        missing=sum(one.missing for one in own),
        late=0,
        duplicates=0,
        step_median=1.0,
        steady=False,
        shared_stamps=sum(int((one.count - 1).sum()) for one in own),
    )
