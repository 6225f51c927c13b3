"""How late a meter is: a busy and idle pattern of this machine, found again in the readings.

The pattern is pseudo-random, so that only one delay fits. A reading that is an interval mean is
compared with the pattern's mean over that interval, never with its value at a moment: so the delay
is found to a small part of the interval. Rule: the delay at which the readings are best explained
by the pattern, a constant and a steady drift (docs/explanation/method.md#time); which is where pattern and
readings
correlate best.
"""

import os
import random
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from math import hypot, sqrt
from multiprocessing import get_context
from multiprocessing.synchronize import Event as Signal
from threading import Event
from typing import Any

from meter.recording.session import MeterSession
from meter.registry import create
from meter.trust.calibration import Target
from records.errors import DeviceError
from records.meter import Reading, Sampling
from records.times import now_utc_s

LEAST_SHARE = 0.5
"""So much of the readings' variance the pattern has to explain; else something else is measured."""

LEAST_READINGS = 20
LEAST_COUNTS, LEAST_SIGMAS = 10.0, 5.0
"""So many steps of the display, and standard deviations of what the pattern leaves unexplained, the step from
idle to busy has to have: noise can also be fitted."""

LEAST_EDGES = 8
"""So often the load has to change while readings come."""

_LONGEST_DELAY_S = 2.0  # beyond three intervals of the meter
_COARSE_STEPS = 10  # of an interval
_FINE_STEPS = 400
_BLOCKS = 8
_DRAWS = 400
_PARAMETERS = 4  # constant, drift, step, delay
_MOMENT_S = 0.005  # how long an instantaneous value is the mean of, about


@dataclass(frozen=True)
class Pattern:
    """Busy and idle times: idle before the first edge, then busy, then idle, and so on.

    Attributes:
        edges_s: when it changes, rising, on the clock of the readings.
    """

    edges_s: tuple[float, ...]

    def busy_until_s(self, t_s: Any) -> Any:
        """Return how much busy time lies before each time of an array."""
        import numpy as np

        edges_s = np.asarray(self.edges_s)
        busy = np.arange(len(edges_s)) % 2 == 0  # after each edge
        lengths_s = np.append(np.diff(edges_s), 0.0) * busy
        before_s = np.concatenate(([0.0], np.cumsum(lengths_s)))
        index = np.searchsorted(edges_s, t_s, side="right")
        last = np.maximum(index - 1, 0)
        running = (index > 0) & busy[last]
        return before_s[last] + np.where(running, t_s - edges_s[last], 0.0)


@dataclass(frozen=True)
class Delay:
    """A measured delay.

    Attributes:
        latency_s: from the end of a reading's interval to its arrival; ``latency_u_s`` its standard
            uncertainty.
        explained: share of the readings' variance that the pattern explains.
        step_w: power of busy minus power of idle.
        readings: how many were compared.
    """

    latency_s: float
    latency_u_s: float
    explained: float
    step_w: float
    readings: int


def find_delay(
    pattern: Pattern,
    t_utc_s: Sequence[float],
    power_w: Sequence[float],
    interval_s: float,
    sampling: Sampling,
    resolution_w: float,
) -> Delay:
    """Find the delay of readings behind a pattern.

    The standard uncertainty is the spread of the delay over resampled blocks of the readings (block
    bootstrap; neighbouring readings are not independent), the width of the best delay where several
    fit alike, and the step of the search.

    Args:
        pattern: what the machine did.
        t_utc_s: arrivals of the readings, ``(n,)``.
        power_w: their powers.
        interval_s: time between readings.
        sampling: what a reading is.
        resolution_w: smallest step of the readings.

    Raises:
        DeviceError: there are too few readings or changes of the load, the readings do not show it clear of
            digits and noise, or they come before it.
    """
    import numpy as np

    if len(t_utc_s) < LEAST_READINGS:
        raise DeviceError(
            f"delay: expected {LEAST_READINGS} readings or more, found {len(t_utc_s)}. Use a larger --seconds"
        )
    edges = sum(t_utc_s[0] < edge_s < t_utc_s[-1] for edge_s in pattern.edges_s)
    if edges < LEAST_EDGES:
        raise DeviceError(
            f"delay: the load changed {edges} times while readings came, expected {LEAST_EDGES} or more. Use "
            f"a larger --seconds or a smaller --pattern-s"
        )
    t_s, p_w = np.asarray(t_utc_s, dtype=float), np.asarray(power_w, dtype=float)
    coarse_s = np.arange(-interval_s, 3 * interval_s + _LONGEST_DELAY_S, interval_s / _COARSE_STEPS)
    squares, _ = _squares(pattern, t_s, p_w, coarse_s, interval_s, sampling)
    near_s = coarse_s[int(np.argmin(squares.sum(axis=1)))]
    step_s = interval_s / _FINE_STEPS
    near_s = near_s + np.arange(-_FINE_STEPS // 2, _FINE_STEPS // 2 + 1) * step_s
    squares, steps_w = _squares(pattern, t_s, p_w, near_s, interval_s, sampling)
    total = squares.sum(axis=1)
    explained = 1 - float(total.min() / np.square(p_w - p_w.mean()).sum()) if np.ptp(p_w) > 0 else 0.0
    step_w = float(steps_w[int(np.argmin(total))])
    if explained < LEAST_SHARE or step_w <= 0:
        raise DeviceError(
            f"delay: the load of this machine explains {100 * max(explained, 0.0):.0f} % of the readings' "
            f"variance, expected {100 * LEAST_SHARE:.0f} % or more. Is the meter feeding this machine? Stop "
            f"other loads, or use a larger --seconds"
        )
    noise_w = sqrt(float(total.min()) / (len(t_s) - _PARAMETERS))
    least_w = max(LEAST_COUNTS * resolution_w, LEAST_SIGMAS * noise_w)
    if step_w < least_w:
        raise DeviceError(
            f"delay: busy is {step_w:.2g} W more than idle, expected {least_w:.2g} W or more: "
            f"{LEAST_COUNTS:g} steps of {resolution_w:g} W, and {LEAST_SIGMAS:g} times the noise of "
            f"{noise_w:.2g} W. Stop other loads, or use a larger load or a finer meter"
        )
    found_s, half_width_s = _lowest(near_s, total, sampling)
    u_s = hypot(_spread_s(near_s, squares, sampling), half_width_s / sqrt(3), step_s / sqrt(12))
    if found_s < -3 * u_s - 0.05 * interval_s:
        raise DeviceError(
            f"delay: the readings seem to come {-found_s:.3f} s before the load, which cannot be. The meter "
            f"may average over another time than its {interval_s:g} s, or be stamped by another clock"
        )
    return Delay(max(0.0, found_s), u_s, explained, step_w, len(t_s))


def _squares(
    pattern: Pattern, t_s: Any, p_w: Any, delays_s: Any, interval_s: float, sampling: Sampling
) -> tuple[Any, Any]:
    """Return the squared residual of each reading at each delay ``(delays, n)``, and the steps in watts."""
    import numpy as np

    ends_s = t_s[None, :] - delays_s[:, None]
    over_s = interval_s
    if sampling == "instantaneous":
        over_s = _MOMENT_S
        ends_s = ends_s + over_s / 2
    share = (pattern.busy_until_s(ends_s) - pattern.busy_until_s(ends_s - over_s)) / over_s
    # Constant and drift are projected out of both; what remains is a regression on one variable.
    drift = np.stack([np.ones_like(t_s), t_s - t_s.mean()])
    basis, _ = np.linalg.qr(drift.T)
    x = share - (share @ basis) @ basis.T
    y = p_w - basis @ (basis.T @ p_w)
    variance = np.square(x).sum(axis=1)
    slope = np.where(variance > 1e-12, (x @ y) / np.where(variance > 1e-12, variance, 1.0), 0.0)
    return np.square(y[None, :] - slope[:, None] * x), slope


def _lowest(delays_s: Any, total: Any, sampling: Sampling) -> tuple[float, float]:
    """Return the delay of the least sum, and half the width over which sums are as low.

    Of interval means the sum is smooth, and a parabola through the least three values finds the
    minimum between them. Instantaneous values only say between which two delays the edges lie: the sum
    is flat there, and the middle of the flat is taken.
    """
    import numpy as np

    least = int(np.argmin(total))
    if sampling == "interval_mean":
        if 0 < least < len(total) - 1:
            left, middle, right = total[least - 1 : least + 2]
            bend = left - 2 * middle + right
            shift = 0.5 * (left - right) / bend if bend > 0 else 0.0
            return float(delays_s[least] + shift * (delays_s[1] - delays_s[0])), 0.0
        return float(delays_s[least]), 0.0
    low = np.flatnonzero(total <= total[least] * (1 + 1e-9) + 1e-12)
    return float(delays_s[low].mean()), float(delays_s[low[-1]] - delays_s[low[0]]) / 2


def _spread_s(delays_s: Any, squares: Any, sampling: Sampling) -> float:
    """Return the standard deviation of the delay over resampled blocks of readings."""
    import numpy as np

    blocks = np.array_split(np.arange(squares.shape[1]), _BLOCKS)
    of_block = np.stack([squares[:, block].sum(axis=1) for block in blocks], axis=1)
    draws = np.random.default_rng(1).multinomial(_BLOCKS, [1 / _BLOCKS] * _BLOCKS, size=_DRAWS)
    totals = of_block @ draws.T
    found_s = [_lowest(delays_s, totals[:, i], sampling)[0] for i in range(_DRAWS)]
    return float(np.std(found_s)) * sqrt(_BLOCKS / (_BLOCKS - 1))


def draw_pattern(seconds: float, pattern_s: float, seed: int = 1) -> list[float]:
    """Return lengths of alternating busy and idle times that fill ``seconds``.

    Each is between 0.6 and 1.4 times ``pattern_s``, so that edges fall at all phases of the meter.
    """
    dice = random.Random(seed)
    lengths_s = [0.0]
    while sum(lengths_s) < seconds:
        lengths_s.append(pattern_s * dice.uniform(0.6, 1.4))
    return lengths_s[1:]


def measure_delay(
    target: Target, seconds: float, pattern_s: float, cores: int, stop: Callable[[], bool]
) -> tuple[Delay, bool]:
    """Make this machine busy and idle in a pattern, and find it in the readings of its meter.

    Args:
        target: the meter that feeds this machine.
        seconds: length of the pattern.
        pattern_s: mean length of its busy and idle times.
        cores: how many processes compute in the busy times.
        stop: asked often; true ends it early.

    Returns:
        The delay, and whether the meter is a virtual one.

    Raises:
        DeviceError: the meter cannot be reached, or its readings do not show the pattern.
    """
    meter = create(target.driver, target.options)
    readings: list[Reading] = []
    with (
        busy_machine(cores) as busy,
        MeterSession(meter, target.port, target.interval_s) as session,
        ExitStack() as stack,
    ):
        over = Event()
        player = ThreadPoolExecutor(1)
        stack.callback(player.shutdown)
        stack.callback(over.set)
        played: list[Future[Pattern]] = []
        for reading in session.readings(lambda: stop() or any(future.done() for future in played)):
            if reading.flag:
                continue
            readings.append(reading)
            if not played:
                played.append(player.submit(_play, busy, draw_pattern(seconds, pattern_s), over))
        over.set()
        pattern = played[0].result() if played else Pattern(())
        delay = find_delay(
            pattern,
            [reading.t_utc_s for reading in readings],
            [reading.power_w or 0.0 for reading in readings],
            target.interval_s,
            meter.sampling_at(target.interval_s),
            meter.spec.resolution_w,
        )
        return delay, session.simulated


def _play(busy: Signal, lengths_s: list[float], over: Event) -> Pattern:
    """Set the machine busy and idle in turn; return when it really changed."""
    edges_s = []
    for number, length_s in enumerate(lengths_s):
        (busy.clear if number % 2 else busy.set)()
        edges_s.append(now_utc_s())
        if over.wait(length_s):
            break
    busy.clear()
    edges_s.append(now_utc_s())
    return Pattern(tuple(edges_s))


@contextmanager
def busy_machine(cores: int) -> Iterator[Signal]:
    """Yield a signal; while it is set, so many processes compute."""
    spawn = get_context("spawn")  # no threads and ports of ours in the children
    busy, over = spawn.Event(), spawn.Event()
    children = [spawn.Process(target=_compute, args=(busy, over), daemon=True) for _ in range(cores)]
    for child in children:
        child.start()
    try:
        yield busy
    finally:
        over.set()
        busy.set()  # wakes those that wait
        for child in children:
            child.join()


def _compute(busy: Signal, over: Signal) -> None:
    """Compute while ``busy`` is set, wait while it is not, end when ``over`` is or the parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends in good order, and us with it
    parent = os.getppid()
    while not over.is_set() and os.getppid() == parent:
        if busy.wait(1.0):
            sum(i * i for i in range(2000))
