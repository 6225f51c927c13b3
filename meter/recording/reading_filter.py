"""What is checked of every reading before it is written, the same for all meters."""

import math
from dataclasses import replace

from meter.contract import Meter
from records.meter import Reading
from records.sanity import flag_of


class ReadingFilter:
    """Flag a reading that cannot be a number of watts of this meter, now.

    A power that is no finite number, or outside the meter's limits, is flagged ``overrange``.

    A power of the wrong sign is flagged ``negative``, and ``implausible`` one that is the end of a
    register, or that volts and amperes of the same record contradict (`records.sanity`).

    A repeated record is flagged ``duplicate``; as most meters that stream number nothing, that is
    judged by arrival: readings less than half an interval apart form a burst, and a burst may hold
    as many readings as intervals went by since the reading before it. So records that a stall held
    back are late, not duplicates. One more than that, equal to the one before, is. A driver that
    tells repeated records itself (``detects_duplicates``) is believed.

    A reading whose energy counter shows less than the one before is flagged ``counter_back``: the meter was
    reset, or the record is another's.

    Of a meter that shows the noise of the mains in its last digit (``unchanged_limit``), so many
    readings in a row that are equal in every quantity are flagged ``stuck`` from there on.

    Args:
        meter: what the instrument can mean, and what its driver knows.
        interval_s: time between readings.
    """

    def __init__(self, meter: Meter, interval_s: float) -> None:
        self._limits_w = meter.spec.power_limits_w
        self._spec = meter.spec
        self._last_good_w: float | None = None
        self._detects_duplicates = meter.detects_duplicates
        self._unchanged_limit = meter.spec.unchanged_limit
        self._interval_s = interval_s
        self._last: Reading | None = None
        self._unchanged = 0
        self._last_counter_wh: float | None = None
        self._last_mono_s = -math.inf
        self._room_in_burst = 0

    def check(self, reading: Reading, t_mono_s: float) -> Reading:
        """Return the reading, or a flagged one in its place that has no watts.

        Args:
            reading: as the driver gave it.
            t_mono_s: monotonic time of its arrival.
        """
        surplus = not self._detects_duplicates and self._is_surplus(t_mono_s)
        if reading.flag:
            return reading
        repeated = self._last is not None and _are_alike(reading, self._last)
        self._last = reading
        if surplus and repeated:
            return Reading(reading.t_utc_s, None, "duplicate")
        if not self._is_plausible(reading.power_w):
            return Reading(reading.t_utc_s, None, "overrange")
        one_phase = self._spec.phases == 1
        flag = flag_of(reading, self._last_good_w, self._spec.resolution_w, one_phase=one_phase)
        flag = flag or self._flag_of_counter(reading.energy_wh)
        if flag:
            return Reading(reading.t_utc_s, None, flag)
        self._last_good_w = reading.power_w
        self._unchanged = self._unchanged + 1 if repeated else 0
        if self._unchanged_limit is not None and self._unchanged >= self._unchanged_limit:
            return Reading(reading.t_utc_s, None, "stuck")
        return reading

    def begin_anew(self) -> None:
        """Expect nothing of the energy counter: the meter was opened again, and may have been off."""
        self._last_counter_wh = None

    def _flag_of_counter(self, counter_wh: float | None) -> str:
        if counter_wh is None:
            return ""
        last_wh, self._last_counter_wh = self._last_counter_wh, counter_wh
        return "counter_back" if last_wh is not None and counter_wh < last_wh else ""

    def _is_surplus(self, t_mono_s: float) -> bool:
        """Count the reading into its burst; tell whether the burst had no room for it."""
        since_s = t_mono_s - self._last_mono_s
        self._last_mono_s = t_mono_s
        if since_s >= self._interval_s / 2:
            intervals = since_s / self._interval_s
            self._room_in_burst = math.floor(intervals + 0.5) if math.isfinite(intervals) else 1
        self._room_in_burst -= 1
        return self._room_in_burst < 0

    def _is_plausible(self, power_w: float | None) -> bool:
        low_w, high_w = self._limits_w
        return power_w is not None and math.isfinite(power_w) and low_w <= power_w <= high_w


def _are_alike(reading: Reading, other: Reading) -> bool:
    """Tell whether two readings differ in nothing but their stamps; mostly the power tells at once."""
    return reading.power_w == other.power_w and reading == replace(other, t_utc_s=reading.t_utc_s)
