"""PowerSensor3 (ASTRON, Netherlands eScience Center): power of direct-current rails at 20 kHz.

Source of the protocol: firmware and host library, github.com/nlesc-recruit/PowerSensor3 (Apache-2.0).
Never run against the real instrument; see docs/meters/powersensor3.md for what is verified.
"""

import math
import re
from collections.abc import Callable, Iterable, Mapping

from meter.drivers.powersensor3_stream import (
    CONFIG,
    SENSORS,
    SET_S,
    ArrivalClock,
    Sensor,
    Stream,
    parse_sensor,
)
from meter.kinds.streaming import StreamingMeter
from meter.line.errors import shown
from meter.line.format import Line
from meter.options import Option, Value
from meter.spec import MeterSpec
from records.errors import ConfigurationError, DeviceError
from records.meter import Accuracy, Identity, Reading
from records.times import now_mono_s, now_utc_s

SETTLING_SETS = 4000
"""Sets at the beginning, 0.2 s, that make no reading: from them the arrival times are learnt."""

_ANSWER_S = 1.0  # the instrument resets itself when the host takes more than 2 s
_QUIET_S = 0.1
_VERSION = re.compile(rb"(F4\d\d-\d+\.\d+\.\d+(?:-DEMO)?)\r\n")

SPEC = MeterSpec(
    driver="powersensor3",
    maker="ASTRON / Netherlands eScience Center",
    model="PowerSensor3",
    quantities=("power_w",),
    sampling="interval_mean",
    fastest_interval_s=0.001,
    # No source states the delay from the last conversion to the host. The stamps already leave out all
    # but the shortest; this says "anywhere within half an interval of 1 ms", which is a USB frame, too.
    latency_s=0.0,
    latency_u_s=0.5 * 0.001 / math.sqrt(3),
    # A step of the converter is 27 mA at 120 mV/A, 0.32 W at 12 V; a mean of 1 ms is of 20 of them.
    resolution_w=0.016,
    accuracy=Accuracy(reading_pct=1.0),  # after calibration with psconfig
    # Either sign; what is too much for a sensor is seen at its level.
    power_limits_w=(-6000.0, 6000.0),
    unchanged_limit=200,
    line=Line(115_200),  # a virtual serial port over USB: the speed does not count
    options=(
        Option(
            "pairs",
            str,
            "Sensor pairs whose power is added up: all that are in use, or their numbers, such as 0,1.",
            "all",
        ),
    ),
    unverified=(
        "The limits of 6000 W in either direction are the driver's own; an overload of a sensor is seen at "
        "its level.",
    ),
)


class PowerSensor3(StreamingMeter):
    """The driver. A reading is the mean of all sets of its interval."""

    spec = SPEC
    detects_duplicates = True

    def __init__(self, options: Mapping[str, object] | None = None) -> None:
        super().__init__(options)
        self._wanted = _read_pairs(str(self.settings["pairs"]))
        self._pairs: tuple[int, ...] = ()
        self._stream: Stream | None = None
        self._clock = ArrivalClock()
        self._utc_minus_mono_s = math.nan
        self._lost_sets_before = 0

    @classmethod
    def check_interval(cls, interval_s: float) -> None:
        """Refuse what is shorter than 1 ms or no whole number of sets.

        Raises:
            ConfigurationError: it is one of these.
        """
        super().check_interval(interval_s)
        if not math.isclose(interval_s, round(interval_s / SET_S) * SET_S, rel_tol=1e-9):
            raise ConfigurationError(
                f"interval: the {SPEC.model} measures every 50 us, and an interval has to be a multiple of "
                f"that, but {interval_s:g} s was asked for. Set it to 0.001, 0.01 or 1 s, for example"
            )

    def identify(self) -> Identity:
        """Stop and drain, then ``V``."""
        self._halt()
        self.port.write(b"V")
        heard = self._await(lambda heard: heard.endswith(b"\n"))
        if not heard:
            raise self.nothing_answered(_ANSWER_S)
        version = _VERSION.fullmatch(heard)
        if version is None:
            raise self.something_else("F411-1.6.1 or the like", shown(heard))
        return Identity(maker=SPEC.maker, model=SPEC.model, firmware=version[1].decode("ascii"))

    def start(self) -> None:
        """Read the calibration, then stream."""
        self._halt()
        sensors = self._read_sensors()
        self._pairs = _usable_pairs(self._wanted, sensors, self.port.port)
        self._lost_sets_before = self.lost_sets
        sets = round(self.interval_s / SET_S)
        self._stream = Stream(sensors, self._pairs, sets, SETTLING_SETS)
        self._clock = ArrivalClock()
        self.port.write(b"S")

    def take(self, data: bytes, t_utc_s: float) -> Iterable[Reading]:
        """The stamp is that of the interval's last set, see `ArrivalClock`."""
        if not data or self._stream is None:
            return []
        t_mono_s = now_mono_s()
        means = self._stream.feed(data, self._clock.newest(t_mono_s))
        if not self._stream.number:
            return []
        self._clock.learn(self._stream.arrived, t_mono_s, self._stream.number > SETTLING_SETS)
        if means:
            self._compare_clocks()
        shift_s = self._utc_minus_mono_s
        return [Reading(self._clock.t_mono_s(m.number) + shift_s, m.power_w, m.flag) for m in means]

    def stop(self) -> None:
        if self.is_open:
            self._halt()

    def chosen_options(self) -> dict[str, Value]:
        """The pairs that were in use."""
        return {"pairs": ",".join(map(str, self._pairs))}

    @property
    def lost_sets(self) -> int:
        """How many sets were lost, since this object was made."""
        return self._lost_sets_before + (self._stream.lost_sets if self._stream else 0)

    def extra_counts(self) -> dict[str, int]:
        return {"lost_sets": self.lost_sets}

    def _compare_clocks(self) -> None:
        """Look at both clocks of the host, unless something came in between."""
        before_s, t_utc_s, after_s = now_mono_s(), now_utc_s(), now_mono_s()
        if after_s - before_s < 1e-5 or math.isnan(self._utc_minus_mono_s):
            self._utc_minus_mono_s = t_utc_s - before_s

    def _read_sensors(self) -> tuple[Sensor, ...]:
        """Ask ``R``: 41 bytes for each sensor, each acknowledged with a byte, then ``D``."""
        sensors = []
        self.port.write(b"R")
        for _ in range(SENSORS):
            heard = self._await(lambda heard: len(heard) >= CONFIG.size)
            if len(heard) != CONFIG.size:
                raise self.something_else(f"{CONFIG.size} bytes of a sensor's configuration", shown(heard))
            sensors.append(parse_sensor(heard))
            self.port.write(b"s")
        heard = self._await(lambda heard: len(heard) >= 1)
        if heard != b"D":
            raise self.something_else("D after the configuration of the sensors", shown(heard))
        return tuple(sensors)

    def _await(self, complete: Callable[[bytes], bool]) -> bytes:
        """Return what came until it was complete, or until the time of an answer was over."""
        heard = b""
        deadline_s = now_mono_s() + _ANSWER_S
        while not complete(heard) and (left_s := deadline_s - now_mono_s()) > 0:
            heard += self.port.read(left_s)[1]
        return heard

    def _halt(self) -> None:
        """Stop the stream, and a talk about the configuration that a crashed client left half done.

        There each byte is an acknowledgement that brings the next sensor, nine at most.
        """
        for _ in range(SENSORS + 2):
            self.port.write(b"T")
            if not self.port.drain(quiet_s=_QUIET_S, limit_s=3.0):
                break
        self.waiting.clear()


def _read_pairs(text: str) -> tuple[int, ...] | None:
    """Return the pairs that the option names; ``None`` for all."""
    if text == "all":
        return None
    numbers = text.split(",")
    if len(set(numbers)) != len(numbers) or not set(numbers) <= set("0123"):
        raise ConfigurationError(
            f"meter.options.pairs: expected all, or numbers from 0 to 3, each once, such as 0,1; "
            f"found {text!r}"
        )
    return tuple(sorted(map(int, numbers)))


def _usable_pairs(wanted: tuple[int, ...] | None, sensors: tuple[Sensor, ...], port: str) -> tuple[int, ...]:
    """Return the pairs that are measured.

    Raises:
        DeviceError: none is in use, one that is wanted is not, or a calibration is none.
    """
    halves = {pair: sensors[2 * pair : 2 * pair + 2] for pair in range(SENSORS // 2)}
    in_use = tuple(pair for pair, both in halves.items() if all(sensor.in_use for sensor in both))
    pairs = in_use if wanted is None else wanted
    advice = "Set the sensors up with psconfig, the instrument's own program, or choose other pairs"
    if not pairs or not set(pairs) <= set(in_use):
        raise DeviceError(
            f"{port}: expected sensor pairs in use ({'all' if wanted is None else wanted}), but the "
            f"instrument has {in_use or 'none'} in use. {advice}"
        )
    if not all(sensor.is_usable for pair in pairs for sensor in halves[pair]):
        raise DeviceError(
            f"{port}: expected a calibration of each sensor, but the volts at zero or the volts per unit of "
            f"pairs {pairs} are no usable numbers. {advice}"
        )
    return pairs
