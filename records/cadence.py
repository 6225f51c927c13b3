"""A meter's own cadence, found in the arrival stamps of its readings.

See docs/explanation/method.md#energy-of-a-window.

A meter closes its intervals by its own clock, ``t_i = t_0 + n_i * dt``; the stamps add delays to
that, which can be long (a busy host, a burst after a stall) but never negative. The fit therefore
follows the typical reading, throws out the late ones, and numbers every reading with the latest
interval that had ended when it arrived. Missing, late and duplicate readings follow from the numbers.

Importing this module loads numpy: what only logs does so when logging has ended.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
"""One-dimensional, 64 bit; the unit is in the name of the variable."""

ENOUGH_READINGS = 8
"""Below this the stamps cannot say more about the interval than its declared value does."""

EARLY_SHARE = 0.3
"""Share of the interval by which a stamp may precede the typical arrival of its reading.

A reading with little delay precedes the typical one; anything earlier is the reading before, late.
"""

EARLY_SIGMAS = 5.0
"""Standard deviations of the arrivals beyond which a stamp before the typical arrival is not that of an early
reading: delays only add, so little is left to be early by."""

LATE_SHARE = 0.5
"""A reading is called late when it comes this share of the interval after its time."""

ON_TIME_SHARE = 1e-3
"""Share of the interval by which a reading is on time however little the others scatter."""

STEADY_SHARE = 0.3
"""Stamps that scatter by more than this share of the interval about the fitted line follow no line: a loop
that sleeps between readings, a poll over a network."""

WANDER_SHARE, WANDER = 0.05, 1.4
"""Beyond the first share of the interval: delays that are independent of each other scatter about the line as
the steps have it, steps that add up by more than this factor of that."""

FEW_SLIPS, SLIP_SHARE = 3, 0.01
"""As many readings, or this share of them, can be numbered against their stamps by chance."""

FASTER_SHARE = 0.75
"""Where readings come after less than this share of the declared interval, the fit begins with their step."""

ENOUGH_PAIRS = 1000
"""Pairs of readings for an estimate of the interval; the error of their median is a thirtieth of one's."""

ENOUGH_FOR_A_LINE = 5000
"""Readings for all but the last round of the fit; an hour at 1 Hz is fitted with all of them throughout."""

FEWEST_LATE = 2
"""Readings off their time among which one that seems to be on time is taken for a late one as well."""

RESTART_STEP, RESTART_SHARE, RESTART_SIGMAS = 1.5, 0.1, 5.0
"""After a step of more than so many intervals another phase, by more than this share of an interval and so
many of its standard uncertainties, is that of a meter or a logger that was started anew."""

RESTART_READINGS = 500
"""Readings on each side of such a step that tell the phase."""

MOST_STEPS = 50
"""A record with more of such steps loses readings all the time."""

_MAD_TO_SD = 1.4826
_ROUNDS = 4


@dataclass(frozen=True, eq=False)
class Cadence:
    """The numbering of a series of readings.

    Attributes:
        interval_s: time between readings as found.
        phase_s: typical arrival of the reading with number 0.
        kept: indices of the readings that have a number, in the order of arrival ``(m,)``.
        number: their numbers, strictly increasing, ``(m,)``.
        jitter_s: standard deviation of the arrival about the fit, late ones left out (robust).
        late: how many readings came later than half an interval after their time.
        duplicates: how many readings had no interval of their own and were left out.
        fit_u_s: standard uncertainty of a fitted time.
        steady: whether the stamps follow the line; too few to tell are taken to do so.
    """

    interval_s: float
    phase_s: float
    kept: NDArray[np.intp]
    number: NDArray[np.int64]
    jitter_s: float
    late: int
    duplicates: int
    fit_u_s: float
    steady: bool = True

    @property
    def missing(self) -> int:
        """Number of readings that should have come between the first and the last, but did not."""
        return int(self.number[-1] - self.number[0] + 1 - len(self.number)) if len(self.number) else 0

    def time_s(self, number: NDArray[np.int64]) -> Floats:
        """Return the fitted arrival of the readings with these numbers."""
        times_s: Floats = self.phase_s + number.astype(np.float64) * self.interval_s
        return times_s


def fit_cadence(
    t_s: Floats, interval_s: float, *, hold_interval: bool = False, whole_seconds: bool = False
) -> Cadence:
    """Fit the cadence of readings and number them.

    Args:
        t_s: arrival stamps in ascending order, ``(n,)``.
        interval_s: declared time between readings; the start of the search.
        hold_interval: keep ``interval_s`` as it is and fit the phase only.
        whole_seconds: the stamps were cut to whole seconds, so that an interval of 1.07 s leaves one out
            every now and then.

    Returns:
        The cadence; with fewer than `ENOUGH_READINGS` stamps the interval stays the declared one.
    """
    if len(t_s) == 0:
        empty = np.array([], dtype=np.int64)
        return Cadence(interval_s, 0.0, empty.astype(np.intp), empty, 0.0, 0, 0, 0.0)
    origin_s = float(t_s[0])
    x_s = t_s - origin_s
    hold = hold_interval or len(t_s) < ENOUGH_READINGS
    dt_s = interval_s if hold else _interval_by_doubling(x_s, _first_guess(x_s, interval_s))
    dt_s, phase_s, jitter_s, used = _refine(x_s, dt_s, hold)
    number, keep = number_readings(x_s, phase_s, dt_s, jitter_s)
    kept = np.flatnonzero(keep)
    late = x_s[kept] - (phase_s + number[kept] * dt_s) > LATE_SHARE * dt_s
    return Cadence(
        interval_s=dt_s,
        phase_s=origin_s + phase_s,
        kept=kept,
        number=number[kept],
        jitter_s=jitter_s,
        late=int(np.count_nonzero(late)),
        duplicates=len(t_s) - len(kept),
        # A straight line is known at its ends to twice the standard error of its middle.
        fit_u_s=2 * jitter_s / float(np.sqrt(used)),
        steady=len(t_s) < ENOUGH_READINGS
        or (whole_seconds and _counts_seconds(x_s, kept, number[kept], dt_s))
        or (not whole_seconds and _follows(x_s, kept, number[kept], dt_s, jitter_s)),
    )


def _follows(
    x_s: Floats, kept: NDArray[np.intp], number: NDArray[np.int64], dt_s: float, jitter_s: float
) -> bool:
    """Say whether stamps follow the line that was fitted to them."""
    step_s = np.diff(x_s)
    scatter_s = _MAD_TO_SD * median_of(np.abs(step_s - median_of(step_s))) / float(np.sqrt(2))
    wanders = jitter_s > max(WANDER_SHARE * dt_s, WANDER * scatter_s)
    few = max(FEW_SLIPS, SLIP_SHARE * len(x_s))
    return _slips(x_s, kept, number, dt_s) <= few and not wanders and jitter_s <= STEADY_SHARE * dt_s


def _counts_seconds(x_s: Floats, kept: NDArray[np.intp], number: NDArray[np.int64], dt_s: float) -> bool:
    """Say whether stamps of whole seconds leave out and repeat seconds as rarely as readings are lost."""
    left_out = int(np.count_nonzero(np.diff(number) == 2))
    return left_out + len(x_s) - len(kept) + _slips(x_s, kept, number, dt_s) < FEW_SLIPS


def _slips(x_s: Floats, kept: NDArray[np.intp], number: NDArray[np.int64], dt_s: float) -> int:
    """Count gaps and duplicates of the numbering that the stamps know nothing of.

    A stretch with another interval slips along the line: every now and then a number is left out, or two
    readings want the same, although they are about an interval apart.
    """
    apart = np.diff(x_s[kept]) / dt_s
    steps = np.diff(number)
    gaps = np.count_nonzero((steps >= 2) & (apart < steps - 0.5))
    dropped = np.setdiff1d(np.arange(1, len(x_s)), kept)
    return int(gaps + np.count_nonzero(x_s[dropped] - x_s[dropped - 1] > 0.5 * dt_s))


@dataclass(frozen=True, eq=False)
class Session:
    """The readings between two reconnections: one phase of the meter's clock.

    Attributes:
        first: index of its first reading in the whole series.
        cadence: of its readings.
    """

    first: int
    cadence: Cadence


def fit_sessions(
    t_s: Floats, session: NDArray[np.int_], interval_s: float, *, whole_seconds: bool = False
) -> list[Session]:
    """Fit each session of a series; a short one takes the interval of the longest.

    A session ends where the caller says so, and where the stamps show that something was silently
    restarted: after a gap they have another phase.

    Args:
        t_s: arrival stamps, ascending within each session, ``(n,)``.
        session: number of the session of each, ascending, ``(n,)``.
        interval_s: declared time between readings.
        whole_seconds: as for `fit_cadence`.
    """
    starts = np.flatnonzero(np.diff(session, prepend=-1)) if len(session) else np.array([], dtype=int)
    if not whole_seconds:
        parts = pairwise([*starts.tolist(), len(session)])
        found = [first + i for first, stop in parts for i in _restarts(t_s[first:stop], interval_s)]
        starts = np.sort(np.append(starts, np.array(found, dtype=int)))
    stops = np.append(starts[1:], len(session))
    longest = int(np.argmax(stops - starts)) if len(starts) else 0
    fits: dict[int, Cadence] = {}
    for i in sorted(range(len(starts)), key=lambda i: i != longest):
        part_s = t_s[starts[i] : stops[i]]
        if i == longest:
            fits[i] = fit_cadence(part_s, interval_s, whole_seconds=whole_seconds)
        else:
            short = len(part_s) < ENOUGH_READINGS
            guess_s = fits[longest].interval_s
            fits[i] = fit_cadence(part_s, guess_s, hold_interval=short)
    return [Session(int(starts[i]), fits[i]) for i in range(len(starts))]


def _restarts(t_s: Floats, interval_s: float) -> list[int]:
    """Return the indices of the readings from which on the stamps have another phase, each after a gap."""
    if len(t_s) < 2 * ENOUGH_READINGS:
        return []
    step_s = np.diff(t_s)
    usual_s = median_of(step_s)
    after = np.flatnonzero(step_s > RESTART_STEP * usual_s) + 1
    if len(after) > MOST_STEPS:
        return []
    found: list[int] = []
    for first, stop in pairwise([*after.tolist(), len(t_s)]):
        begin = max(first - RESTART_READINGS, found[-1] if found else 0)
        before_s, after_s = t_s[begin:first], t_s[first : min(stop, first + RESTART_READINGS)]
        if min(len(before_s), len(after_s)) < ENOUGH_READINGS:
            continue
        if min(median_of(np.diff(before_s)), median_of(np.diff(after_s))) < LATE_SHARE * usual_s:
            continue  # most of them came at once, after a stall, and tell no phase
        old = fit_cadence(before_s, interval_s)
        new = fit_cadence(after_s, old.interval_s)
        dt_s = _longer(old, new).interval_s
        if _lacks_readings(old, before_s, after_s, dt_s) and _another_phase(old, new):
            found.append(first)
    return found


def _lacks_readings(before: Cadence, before_s: Floats, after_s: Floats, dt_s: float) -> bool:
    """Say whether the time between two series is not made up for by readings that came late after it.

    Delays only add: the reading of a series that is least behind its place in the count tells when it began.
    The count goes on from the last number of the series before, so that what that one lost is not counted.
    """
    places_s = before.time_s(before.number)
    next_s = places_s[-1] + dt_s * np.arange(1, len(after_s) + 1)
    lacking_s = (after_s - next_s).min() - (before_s[before.kept] - places_s).min()
    return bool(lacking_s > (RESTART_STEP - 1) * dt_s)


def _another_phase(before: Cadence, after: Cadence) -> bool:
    """Say whether two series of one meter cannot be of one phase of its clock."""
    if not (before.steady and after.steady):
        return False
    longer = _longer(before, after)
    middles_s = [
        float(fit.time_s(np.array([fit.number[len(fit.number) // 2]]))[0]) for fit in (before, after)
    ]
    apart = (middles_s[1] - middles_s[0]) / longer.interval_s
    # The slope of a line through n points is known to sqrt(12 / n^3) of their scatter.
    slope_u = longer.jitter_s / longer.interval_s * float(np.sqrt(12 / len(longer.number) ** 3))
    phase_u = float(np.hypot(before.fit_u_s, after.fit_u_s)) / longer.interval_s
    least = max(RESTART_SHARE, RESTART_SIGMAS * float(np.hypot(phase_u, apart * slope_u)))
    return abs(apart - round(apart)) > least


def _longer(before: Cadence, after: Cadence) -> Cadence:
    """Return the series with more readings: it tells the interval better, by which both are counted."""
    return max(before, after, key=lambda fit: len(fit.number))


def longest_of(fits: list[Cadence]) -> Cadence | None:
    """Return the cadence with most readings, which speaks for the meter; ``None`` of none."""
    return max(fits, key=lambda fit: len(fit.kept), default=None)


def missing_of(fits: list[Cadence]) -> int:
    """Count the readings missing within sessions and, where a connection was lost, between them."""
    gaps_s = [
        float(after.time_s(after.number[:1])[0] - before.time_s(before.number[-1:])[0])
        for before, after in pairwise(fits)
    ]
    between = (
        max(0, round(gap_s / fit.interval_s) - 1) for gap_s, fit in zip(gaps_s, fits[:-1], strict=True)
    )
    return sum(fit.missing for fit in fits) + sum(between)


def _first_guess(x_s: Floats, interval_s: float) -> float:
    """Return the declared interval, or the mean step where readings come much faster than that.

    Numbered by an interval that is too long, half of them or more would pass for duplicates. A step that is
    too long may be that of a meter of which readings are lost, and proves nothing.
    """
    step_s = float(x_s[-1]) / (len(x_s) - 1)
    return step_s if 0 < step_s < FASTER_SHARE * interval_s else interval_s


def _interval_by_doubling(x_s: Floats, interval_s: float) -> float:
    """Estimate the interval from pairs of readings farther and farther apart.

    The median of the slopes over pairs (Theil 1950, Sen 1968) is robust against late and missing
    readings. Each doubling of the distance halves the error, so that the number of intervals
    between two readings is known before it is needed for the next, longer distance. `ENOUGH_PAIRS`
    of each distance will do: the last word has the line through all readings.
    """
    dt_s = interval_s
    lag = 1
    while lag <= len(x_s) // 2:
        first = _spread(len(x_s) - lag, ENOUGH_PAIRS)
        apart_s = x_s[first + lag] - x_s[first]
        intervals = np.rint(apart_s / dt_s)
        whole = intervals >= 1
        if np.count_nonzero(whole) >= ENOUGH_READINGS // 2:
            dt_s = median_of(apart_s[whole] / intervals[whole])
        lag *= 2
    return dt_s


def _spread(n: int, most: int) -> NDArray[np.intp]:
    """Return up to ``most`` indices spread evenly over ``n``."""
    return np.linspace(0, n - 1, most).astype(np.intp) if n > most else np.arange(n)


def median_of(values: Floats) -> float:
    """Return the median of values that are all finite, ``(n,)`` with n from 1 on.

    The same as numpy's, which takes ten times as long for a thousand of them.
    """
    middle = len(values) // 2
    if len(values) % 2:
        return float(np.partition(values, middle)[middle])
    low, high = np.partition(values, (middle - 1, middle))[middle - 1 : middle + 1]
    return float((low + high) / 2)


def _refine(x_s: Floats, dt_s: float, hold: bool) -> tuple[float, float, float, int]:
    """Alternate between numbering and a least-squares line through the readings that are on time.

    Of very many readings some, spread over all the time, lead to the line; the last round takes all.
    """
    few_s = x_s[_spread(len(x_s), ENOUGH_FOR_A_LINE)] if len(x_s) > ENOUGH_FOR_A_LINE else x_s
    # The stamps as points on a circle of one interval: the direction of their mean is the phase. That needs
    # no numbering yet, and readings that are late only blur it.
    turn = np.exp(2j * np.pi * few_s / dt_s).mean()
    phase_s = float(np.angle(turn)) / (2 * np.pi) * dt_s
    on_time = np.ones(len(few_s), dtype=bool)
    jitter_s = 0.0
    known, seen_s = (0.0, 0.0), few_s[:0]
    for part_s in [few_s] * (_ROUNDS - 1) + [x_s]:
        if known == (dt_s, phase_s) and part_s is seen_s:
            continue  # the same readings about the same line: nothing would change
        known, seen_s = (dt_s, phase_s), part_s
        number = _latest_ended(part_s, phase_s, dt_s)
        residual_s = part_s - phase_s - number * dt_s
        # On time is what lies within three robust standard deviations of the median; delays only add.
        centre_s = median_of(residual_s)
        jitter_s = _MAD_TO_SD * median_of(np.abs(residual_s - centre_s))
        on_time = np.abs(residual_s - centre_s) <= max(3 * jitter_s, ON_TIME_SHARE * dt_s)
        if hold or np.count_nonzero(on_time) < ENOUGH_READINGS // 2:
            phase_s += centre_s
            continue
        n, x = number[on_time], part_s[on_time]
        middle, middle_s = n.mean(), x.mean()
        apart = n - middle
        spread = float(np.square(apart).sum())
        if spread > 0:
            dt_s = float((apart * (x - middle_s)).sum()) / spread
        phase_s = float(middle_s - dt_s * middle)
    return dt_s, phase_s, jitter_s, int(np.count_nonzero(on_time))


def _latest_ended(x_s: Floats, phase_s: float, dt_s: float) -> Floats:
    """Number each stamp with the latest interval that can have ended by then: whole numbers, as floats."""
    latest: Floats = np.floor((x_s - phase_s) / dt_s + EARLY_SHARE)
    return latest


def number_readings(
    x_s: Floats, phase_s: float, dt_s: float, jitter_s: float
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Give every reading a number of its own, going back from the last.

    Several readings in one interval are a burst after a stall when the numbers before it are free,
    else all but one of them are duplicates. Only where two readings share a number is there anything to do.
    A stamp that precedes the typical arrival by much more than the meter's jitter is then no early reading
    but the one before it, late: it makes room. So does one reading that seems to be on time amid readings
    that are not: it is late by whole intervals.

    Args:
        x_s: arrival stamps in ascending order, ``(n,)``.
        phase_s: typical arrival of the reading with number 0.
        dt_s: time between readings.
        jitter_s: standard deviation of the arrivals that are on time.

    Returns:
        Number of each reading, and whether it is kept; the numbers of those that are, increase strictly.
    """
    number = _latest_ended(x_s, phase_s, dt_s).astype(np.int64)
    keep = np.ones(len(x_s), dtype=bool)
    shared = np.flatnonzero(np.diff(number) <= 0)
    if len(shared) == 0:
        return number, keep
    after_s = np.append(np.diff(x_s), np.inf)
    behind_s = x_s - phase_s - number * dt_s
    early_s = max(EARLY_SIGMAS * jitter_s, ON_TIME_SHARE * dt_s)
    can_be_older = (after_s < LATE_SHARE * dt_s) | (behind_s > EARLY_SHARE * dt_s) | (behind_s < -early_s)
    room = _Room(number, can_be_older)
    # From the last shared number to the first. Everything from `settled` on has its final number, so no
    # reading is moved twice.
    settled = len(x_s)
    for last in shared[::-1].tolist():
        i = last
        while i < settled and i >= 0 and number[i] >= number[i + 1]:
            latest = int(number[i + 1]) - 1
            first = room.first_to_move(i, latest)
            if first is None:  # no free number before them: the later of the two is a duplicate
                keep[i + 1] = False
                i -= 1
            else:  # they all move down, one number each
                number[first : i + 1] = latest - np.arange(i - first, -1, -1)
                i = first - 1
        settled = min(settled, i + 1)
    return number, keep


class _Room:
    """Finds where readings can move down to numbers that are free.

    Reading i moves to ``latest``, the one before it below that, and so on until one has a lower number
    anyway. Of those that seem to be on time, one may move, and only with twice as many that are late. Asked
    for falling i, each stretch between such readings is looked at once, however many questions there are.
    """

    def __init__(self, number: NDArray[np.int64], can_be_older: NDArray[np.bool_]) -> None:
        place = np.arange(len(number))
        # Reading k gets the number latest - (last - k). The one before it has to move as well unless its
        # number is below that: while number[k] - k > latest - last, a difference that never changes.
        self._ahead = number - place  # as recorded: what was moved lies behind all further questions
        self._on_time = np.maximum.accumulate(np.where(can_be_older, -1, place))
        # The reading on time before that one, which stays.
        self._fixed = np.where(self._on_time > 0, self._on_time[np.maximum(self._on_time - 1, 0)], -1)
        self._stretch = -2
        self._lowest = np.array([], dtype=np.int64)

    def first_to_move(self, last: int, latest: int) -> int | None:
        """Return the first of the readings that move when ``last`` gets ``latest``; ``None`` without room."""
        fixed, limit = int(self._fixed[last]), latest - last
        if fixed != self._stretch:
            self._stretch = fixed
            self._lowest = np.minimum.accumulate(self._ahead[max(fixed, 0) : last + 1])
        if fixed >= 0 and self._lowest[last - fixed] > limit:
            return None
        first = last
        while first > 0 and self._ahead[first - 1] > limit:
            first -= 1
        with_one_on_time = first <= self._on_time[last]
        return None if with_one_on_time and last - first < FEWEST_LATE else first
