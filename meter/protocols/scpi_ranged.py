"""SCPI meters with voltage and current ranges, which are fixed before a measurement."""

import math
import time
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from meter.line.errors import SettingDiffers, shown
from meter.options import Option, Value
from meter.protocols.scpi import ANSWER_S, ScpiMeter
from meter.protocols.scpi_settings import LINE_FILTER_PCT, Setting
from meter.protocols.scpi_text import (
    without_header,
)
from records.errors import ConfigurationError, DeviceError
from records.meter import Accuracy, Reading
from records.times import now_mono_s

RANGE_OPTIONS = (
    Option(
        "range",
        str,
        "Whether the ranges are fixed after a look at the load, or the meter changes them by itself.",
        "fixed",
        choices=("fixed", "auto"),
    ),
    Option(
        "headroom",
        float,
        "How many times the present current the fixed current range carries.",
        5.0,
        limits=(1.0, 1000.0),
    ),
    Option("voltage_range_v", float, "Fixed voltage range; found by the driver when not given."),
    Option("current_range_a", float, "Fixed current range; found by the driver when not given."),
)
"""Options of a meter with ranges."""

_RANGING_S = 10.0
_STEADY_LOOKS = 3  # at the ranges, until they count as found


class RangedScpiMeter(ScpiMeter):
    """A SCPI meter with voltage and current ranges, which `start` fixes.

    The meter ranges by itself on the present load first. Then the voltage range it found is fixed,
    and the smallest current range that carries ``headroom`` times the present current: a range that
    changes in the middle of a run would change the limits of error, and blank a reading.

    Class attributes:
        range_command, auto_command: of a range, and of the switch of its automatic; ``{}`` stands
            for ``VOLT`` or ``CURR``.
        voltage_ranges_v, current_ranges_a: at a crest factor of 3, smallest first.
        update_command: sets the update interval; ``None`` where the meter's is fixed.
        tells: settings that the meter can be asked for, in addition to its ranges.
    """

    range_command: ClassVar[str]
    auto_command: ClassVar[str]
    voltage_ranges_v: ClassVar[tuple[float, ...]]
    current_ranges_a: ClassVar[tuple[float, ...]]
    update_command: ClassVar[str | None] = None
    tells: ClassVar[tuple[Setting, ...]] = ()

    def __init__(self, options: Mapping[str, object] | None = None) -> None:
        super().__init__(options)
        self._ranges: tuple[float, float] | None = None
        self._told: dict[str, Value] = {}
        given = [self.settings[name] for name in ("voltage_range_v", "current_range_a")]
        self._given_v, self._given_a = (None if value is None else float(value) for value in given)
        if self.settings["range"] == "auto" and (self._given_v or self._given_a):
            raise ConfigurationError(
                '[meter.options]: expected range = "auto" or fixed ranges, found both. Leave one of them out'
            )

    @abstractmethod
    def prepare(self) -> None:
        """Set up what is asked for, once the line is clear."""

    def start(self) -> None:
        """What to say, ranges, update interval; then wait for an update with them."""
        self.clear_line()
        self.prepare()
        self._told = self._ask_settings()
        if self._given_v is not None and self._given_a is not None:
            self._ranges = self._fix("VOLT", (self._given_v,)), self._fix("CURR", (self._given_a,))
        else:
            self._ranges = self._find_ranges()
        self._set_update(self.interval_s)
        self._await_update()
        self.begin_polling(self._update_now_s, self.answer_s)

    def stop(self) -> None:
        """Such a meter is quiet unless it is asked."""

    def chosen_options(self) -> dict[str, Value]:
        """The fixed ranges, and what the meter told of the settings that can be demanded."""
        choices = {option.name: option.choices for option in self.spec.options}
        told = {name: value for name, value in self._told.items() if value in choices.get(name, ())}
        if self._ranges is None or self.settings["range"] == "auto":
            return told
        return {**told, "voltage_range_v": self._ranges[0], "current_range_a": self._ranges[1]}

    def instrument_settings(self) -> dict[str, Value]:
        """What the meter told, and its ranges as it has them, with the switch of their automatic."""
        if self._ranges is None:
            return dict(self._told)
        auto = "on" if self.settings["range"] == "auto" else "off"
        return {
            **self._told,
            "voltage_range_v": self._ranges[0],
            "current_range_a": self._ranges[1],
            "auto_range": auto,
            "update_s": self._update_now_s,
        }

    def accuracy_in_force(self) -> Accuracy:
        """Return the limits of error with the ranges, the crest factor and the line filter of now.

        Where the meter ranges by itself, the range is that which would have been fixed.
        """
        accuracy = self.accuracy_of_model()
        largest = self._scaled(self.voltage_ranges_v)[-1], self._scaled(self.current_ranges_a)[-1]
        voltage_range_v, current_range_a = self._ranges or largest
        doubled = 2 if self._crest_factor == 6 else 1
        filtered_pct = LINE_FILTER_PCT if self._told.get("line_filter") == "on" else 0.0
        return replace(
            accuracy,
            reading_pct=accuracy.reading_pct + filtered_pct,
            range_pct=doubled * accuracy.range_pct,
            range_w=voltage_range_v * current_range_a,
        )

    def accuracy_of_model(self) -> Accuracy:
        """Return the limits of error of the model that identified itself, without its range."""
        return self.spec.accuracy

    @property
    def _update_now_s(self) -> float:
        return self.interval_s if self.spec.update_s is None else self.spec.update_s

    def _scaled(self, ranges: tuple[float, ...]) -> tuple[float, ...]:
        return tuple(r / 2 for r in ranges) if self._crest_factor == 6 else ranges

    @property
    def _crest_factor(self) -> Value | None:
        """Crest factor as the meter told it; where it does not, as the option has it."""
        return self._told.get("crest_factor", self.settings.get("crest_factor"))

    def _ask_settings(self) -> dict[str, Value]:
        """Ask for the settings that the meter can tell; one that it does not know is left out.

        Raises:
            SettingDiffers: one is not what it has to be, or not what it was before the port was lost.
        """
        told = {}
        for setting in self.tells:
            answer = self._ask_if_known(setting.query)
            if answer is None:
                continue
            told[setting.name] = value = setting.read(answer)
            wanted = self._told.get(setting.name, self.settings.get(setting.name))
            if wanted is not None and wanted != value:
                raise SettingDiffers(
                    f"{self.port.port}: expected the {self.spec.model} to have {setting.name} = {wanted}, "
                    f"but it says {value} ({setting.query}). Set it at the meter, or write what it is under "
                    f"[meter.options]"
                )
        return told

    def _ask_if_known(self, query: str) -> str | None:
        """Return the answer without header; ``None`` where the meter does not know the question."""
        self.send(query)
        line = self._next_line(now_mono_s() + ANSWER_S / 2)
        if line is None:
            self.clear_line()
            return None
        return without_header(line.decode("ascii", "replace"))

    def _set_update(self, update_s: float) -> None:
        if self.update_command is None:
            return
        self.set(f"{self.update_command} {update_s:g}")
        found_s = self.query_number(f"{self.update_command}?")
        if not math.isclose(found_s, update_s, rel_tol=1e-3):
            raise self._unexpected(f"{self.update_command}?", f"{update_s:g}", f"{found_s:g}")

    def _find_ranges(self) -> tuple[float, float]:
        """Let the meter range by itself; fix what carries the load, unless it shall go on ranging."""
        self._set_update(self.spec.fastest_interval_s)
        for kind in ("VOLT", "CURR"):
            self.set(f"{self.auto_command.format(kind)} ON")
        voltage_range_v = self._steady_voltage_range()
        wanted_a = self._present_current_a() * float(self.settings["headroom"] or 1)
        voltages_v = (voltage_range_v,) if self._given_v is None else (self._given_v,)
        if self._given_a is not None:
            currents_a: tuple[float, ...] = (self._given_a,)
        else:
            ranges_a = self._scaled(self.current_ranges_a)
            currents_a = tuple(r for r in ranges_a if r >= wanted_a) or ranges_a[-1:]
        if self.settings["range"] == "auto":
            return voltages_v[0], currents_a[0]
        return self._fix("VOLT", voltages_v), self._fix("CURR", currents_a)

    def _steady_voltage_range(self) -> float:
        """Wait until the meter has stopped ranging; return the voltage range it chose."""
        looks: list[tuple[float, ...]] = []
        deadline_s = now_mono_s() + _RANGING_S
        while len(looks) < _STEADY_LOOKS or len(set(looks[-_STEADY_LOOKS:])) > 1:
            if now_mono_s() > deadline_s:
                raise DeviceError(
                    f"{self.port.port}: the {self.spec.model} did not settle on a range within "
                    f"{_RANGING_S:g} s. Let the load settle, or give voltage_range_v and current_range_a"
                )
            time.sleep(self.spec.fastest_interval_s)
            looks.append(
                tuple(self.query_number(f"{self.range_command.format(k)}?") for k in ("VOLT", "CURR"))
            )
        return looks[-1][0]

    def _present_current_a(self) -> float:
        deadline_s = now_mono_s() + _RANGING_S
        while now_mono_s() < deadline_s:
            reading = self.ask()
            if reading is not None and reading.current_a is not None:
                return abs(reading.current_a)
            time.sleep(self.spec.fastest_interval_s)
        raise DeviceError(
            f"{self.port.port}: the {self.spec.model} gave no current within {_RANGING_S:g} s to choose a "
            f"range by; expected {', '.join(self.items)}, found {shown(self._last_answer)}. Check that the "
            f"meter measures, and that it is the model that the driver is for"
        )

    def _fix(self, kind: str, ranges: tuple[float, ...]) -> float:
        """Fix the first range that the model has; return it."""
        self.set(f"{self.auto_command.format(kind)} OFF")
        command = self.range_command.format(kind)
        error = ""
        for wanted in ranges:
            error = self.try_to_set(f"{command} {wanted:g}")
            if error:
                continue
            found = self.query_number(f"{command}?")
            if math.isclose(found, wanted, rel_tol=1e-2):
                return found
            error = f"the range {found:g}"
        raise DeviceError(
            f"{self.port.port}: the {self.spec.model} answered '{command} {ranges[-1]:g}' with {error}. Give "
            f"a range that the meter has (voltage_range_v, current_range_a), and its crest factor"
        )

    def _await_update(self) -> None:
        """Wait until a reading was taken with the settings of now; the one before is thrown away."""
        first: Reading | None = None
        deadline_s = now_mono_s() + 1.5 * self._update_now_s
        while now_mono_s() < deadline_s:
            reading = self.ask()
            if reading is not None and not reading.flag:
                if first is not None and replace(reading, t_utc_s=first.t_utc_s) != first:
                    return
                first = reading
            time.sleep(self._update_now_s / 8)
