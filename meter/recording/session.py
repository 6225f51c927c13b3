"""A meter that is kept running: identified, streamed, checked, and opened again when it was lost."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Self

from meter.contract import Meter
from meter.line.errors import PortLost, RecordingDiffers, RecordingEnded, SettingDiffers
from meter.line.simulated import is_simulated_port
from meter.recording.flood import FloodFilter
from meter.recording.reading_filter import ReadingFilter
from records.errors import DeviceError
from records.meter import Identity, Reading
from records.times import now_mono_s, now_utc_s

SILENCE_INTERVALS = 2.5
"""Silence of so many intervals is a gap and gets a ``nodata`` row."""

_SLICE_S = 0.2  # how long a wish to stop may have to wait
_RETRY_S = 0.5
_REMEDY = "Switch the meter off and on, and try `lab meter read`"
_REMEDIES = {
    "negative": "The power is below zero: turn the current clamp, or swap the leads of the current input",
    "implausible": "Watts, volts and amperes do not go together: check the wiring, and that driver and meter "
    "are the same model",
}


class MeterSession:
    """One meter on one port, for as long as it is wanted: ``with MeterSession(...) as session``.

    Args:
        meter: a driver, not open.
        port: where it is.
        interval_s: time between readings.
        notice: called with a sentence when the state changes (lost, silent, back).
    """

    def __init__(
        self, meter: Meter, port: str, interval_s: float, notice: Callable[[str], None] = lambda text: None
    ) -> None:
        self.meter = meter
        self.port = port
        self.interval_s = interval_s
        self.identity = Identity(maker=meter.spec.maker, model=meter.spec.model)
        self.simulated = False
        self._notice = notice
        self._filter = ReadingFilter(meter, interval_s)
        self._flood = FloodFilter(lambda text: notice(f"{port}: {text}"))
        self._patience_s = max(meter.spec.patience_s, 5 * interval_s)

    def open(self) -> None:
        """Open the port and identify the meter.

        Raises:
            ConfigurationError: the interval or the port's URL is wrong.
            DeviceError: the port cannot be opened, or what is on it is no such meter.
        """
        self.meter.open(self.port, self.interval_s)
        self.simulated = is_simulated_port(self.port)
        try:
            self.identity = self.meter.identify()
        except BaseException:
            self.meter.release()
            raise
        self.simulated = self.simulated or self.meter.says_simulated()

    @property
    def own_counts(self) -> dict[str, int]:
        """What the driver counted, and the rows that were held back on a line that babbles."""
        held_back = {f"{flag}_held_back": count for flag, count in self._flood.held_back.items()}
        return {**self.meter.extra_counts(), **held_back}

    def close(self) -> None:
        """Stop the meter and give the port back."""
        self.meter.close()

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def readings(self, stop: Callable[[], bool]) -> Iterator[Reading]:
        """Start the meter at once; return its readings, until ``stop()`` is true.

        A silence yields one ``nodata`` reading, not one per interval: only what happened is a
        row, and the ledger counts what is missing. When the port was lost, or the meter was
        silent for five intervals (at least its ``patience_s``), the port is opened again, for as long as it
        takes; the first thing after that is a ``reconnected`` reading without watts. The readings of
        a recording end with it.

        Raises:
            DeviceError: nothing comes at all in the beginning; or after a loss another meter
                answers on the port.
        """
        self.meter.start()
        return self._readings(stop)

    def _readings(self, stop: Callable[[], bool]) -> Iterator[Reading]:
        yield from self._first_readings(stop)
        try:
            while True:
                yield from self._until_lost(stop)
                if stop() or not self._reconnect(stop):
                    return
                yield Reading(now_utc_s(), None, "reconnected")
        except RecordingEnded as error:
            self._notice(str(error))

    def _until_lost(self, stop: Callable[[], bool]) -> Iterator[Reading]:
        """Yield readings, and one ``nodata`` per silence, until port or patience is lost."""
        heard_mono_s = now_mono_s()
        silent = False
        while not stop():
            try:
                reading = self.meter.read(_SLICE_S)
            except (RecordingEnded, RecordingDiffers):
                raise
            except PortLost as error:
                self._notice(str(error))
                if not silent:
                    yield Reading(now_utc_s(), None, "nodata")
                return
            quiet_s = now_mono_s() - heard_mono_s
            if reading is not None:
                heard_mono_s, silent = now_mono_s(), False
                reading = self._filter.check(reading, heard_mono_s)
                if self._flood.lets_pass(reading, heard_mono_s):
                    yield reading
            elif quiet_s > self._patience_s:
                return
            elif not silent and quiet_s > SILENCE_INTERVALS * self.interval_s:
                silent = True
                self._notice(f"{self.port}: the meter is silent")
                yield Reading(now_utc_s(), None, "nodata")

    def _first_readings(self, stop: Callable[[], bool]) -> Iterator[Reading]:
        """Yield readings up to the first good one.

        Raises:
            DeviceError: there is none in the time a meter may take to begin.
        """
        deadline_s = now_mono_s() + self._patience_s
        flags: Counter[str] = Counter()
        while not stop():
            reading = self.meter.read(_SLICE_S)
            if reading is not None:
                now_s = now_mono_s()
                reading = self._filter.check(reading, now_s)
                if self._flood.lets_pass(reading, now_s):
                    yield reading
                if not reading.flag:
                    return
                flags[reading.flag] += 1
            if now_mono_s() > deadline_s:
                came = ", ".join(f"{count} {flag}" for flag, count in flags.items()) or "nothing came"
                remedy = _REMEDIES.get(max(flags, key=flags.__getitem__, default=""), _REMEDY)
                raise DeviceError(
                    f"{self.port}: the {self.identity.model} identified itself, but gave no valid reading in "
                    f"{self._patience_s:g} s ({came}). {remedy}"
                )

    def _reconnect(self, stop: Callable[[], bool]) -> bool:
        """Open the port again until the same meter streams; tell whether it does.

        Raises:
            DeviceError: another meter answers now.
        """
        self.meter.release()
        self._notice(f"{self.port}: trying to reach the meter again")
        next_try_mono_s = now_mono_s()
        while not stop():
            if now_mono_s() < next_try_mono_s:
                _pause(next_try_mono_s)
                continue
            next_try_mono_s = now_mono_s() + _RETRY_S
            try:
                self.meter.open(self.port, self.interval_s)
                found = self.meter.identify()
                if found == self.identity:
                    self.meter.start()
                    self._filter.begin_anew()
                    self._notice(f"{self.port}: the meter is back")
                    return True
            except (RecordingEnded, RecordingDiffers, SettingDiffers):
                raise
            except DeviceError:  # still away, or the line still noisy: the rows say so
                self.meter.release()
                continue
            self.meter.close()
            raise DeviceError(
                f"{self.port}: after the port was lost another meter answers: expected {self.identity}, "
                f"found {found}. Plug the first one in again, or begin a new run"
            )
        return False


def _pause(until_mono_s: float) -> None:
    time.sleep(max(0.0, min(_SLICE_S, until_mono_s - now_mono_s())))
