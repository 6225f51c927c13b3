"""A virtual PowerSensor3 with firmware 1.6.1 on an F411 board: 20 000 sets of all eight sensors a second.

Written from the firmware's source (nlesc-recruit/PowerSensor3, ``device/PowerSensor``). Four pairs of a
current sensor of 120 mV/A and a voltage sensor of 0.1 V/V share the power at 12 V; beyond 13.75 A each
they saturate, as the real ones do.
"""

import struct
from typing import ClassVar

import numpy as np

from meter.virtual.instrument import InstrumentErrors, OwnFault, VirtualInstrument

SETS_IN_BATCH = 100
"""Sets that are made, and handed to the line, at once."""

VERSION = b"F411-1.6.1\r\n"
STOPPED = b"\xff\x3f" * 2
SET_BYTES = 18
_SET_US = 50
_SENSORS = 8
_PAIRS = 4
_FULL_LEVEL = 1023
_VOLTS_PER_LEVEL = 3.3 / _FULL_LEVEL
_CURRENT = (1.65, 0.12)  # volts at zero, volts per ampere
_VOLTAGE = (0.0, 0.1)  # volts at zero, volts per volt
_RAIL_V, _RAIL_NOISE_V = 12.0, 0.01
# Of a sensor, in steps of the converter: so much noise that the mean of many sets is finer than a step.
_NOISE_LEVELS = 0.8
_TIMEOUT_S = 2.0
_CONFIG = struct.Struct("<16s16sff?")


def config_of(sensor: int) -> bytes:
    """Return the 41 bytes of a sensor's configuration, as the memory of the instrument has them."""
    kind, (vref_v, sensitivity) = (b"MLX10", _CURRENT) if sensor % 2 == 0 else (b"Voltage", _VOLTAGE)
    return _CONFIG.pack(kind, b"12V-%d" % (sensor // 2), vref_v, sensitivity, True)


class VirtualPowerSensor3(VirtualInstrument):
    """The instrument; see the module's text. A reading, as it counts them, is a set."""

    own_faults: ClassVar[frozenset[OwnFault]] = frozenset({"stuck", "overrange", "streaming"})
    fifo_bytes: ClassVar[int] = 1 << 16
    interval_s = SETS_IN_BATCH * _SET_US * 1e-6

    def __init__(self, errors: InstrumentErrors, seed: int) -> None:
        super().__init__(errors, seed)
        self._noise = np.random.default_rng(seed)
        self._configs = [config_of(sensor) for sensor in range(_SENSORS)]
        self._sets = 0
        self._levels = np.zeros((SETS_IN_BATCH, _SENSORS), np.int64)
        self._reset()

    def _reset(self) -> None:
        self._streaming = self._single = self._marked = False
        self._counted_from = self._sets
        self._talk = ""  # the command in the middle of which the host is, R or W
        self._sensor = 0
        self._heard = b""
        self._heard_intervals = 0

    def left_streaming(self) -> None:
        self._streaming = True

    def receive(self, data: bytes) -> bytes:
        """Commands of one byte, and the dialogues of R and W."""
        return b"".join(self._byte(data[n : n + 1]) for n in range(len(data)))

    def _byte(self, byte: bytes) -> bytes:
        self._heard_intervals = 0
        if self._talk == "R":
            return self._next_config()
        if self._talk == "W":
            return self._take_config(byte)
        match byte:
            case b"S":
                self._streaming, self._counted_from = True, self._sets
            case b"T":
                self._streaming = False
            case b"X":
                self._streaming = False
                return STOPPED
            case b"I":
                self._single = True
            case b"M":
                self._marked = True
            case b"V":
                return VERSION
            case b"Q":
                conversions = (self._sets - self._counted_from) * _SENSORS
                return struct.pack("<I", conversions & 0xFFFFFFFF)
            case b"R":
                self._talk, self._sensor = "R", 0
                return self._configs[0]
            case b"W":
                self._talk, self._sensor, self._heard = "W", 0, b""
            case b"Z":
                self._reset()
        return b""

    def _next_config(self) -> bytes:
        self._sensor += 1
        if self._sensor < _SENSORS:
            return self._configs[self._sensor]
        self._talk = ""
        return b"D"

    def _take_config(self, byte: bytes) -> bytes:
        self._heard += byte
        if len(self._heard) < _CONFIG.size:
            return b""
        self._configs[self._sensor], self._heard = self._heard, b""
        self._sensor += 1
        if self._sensor < _SENSORS:
            return b"S"
        self._talk = ""
        return b"SD"

    def stream(self) -> bytes:
        """The sets of the interval, while it streams."""
        self._sets += SETS_IN_BATCH
        if self._talk:
            self._heard_intervals += 1
            if self._heard_intervals * self.interval_s > _TIMEOUT_S:
                self._reset()
        if not self._streaming and not self._single:
            return b""
        sent = SETS_IN_BATCH if self._streaming else 1
        self._single = False
        self.readings_sent += sent
        return self._batch()[: sent * SET_BYTES]

    def _batch(self) -> bytes:
        levels = self._measured()
        numbers = np.arange(self._sets - SETS_IN_BATCH, self._sets)
        words = np.empty((SETS_IN_BATCH, 1 + _SENSORS, 2), np.uint8)
        stamps = numbers * _SET_US & 0x3FF
        words[:, 0, 0] = 0xF0 | stamps >> 6
        words[:, 0, 1] = 0x40 | stamps & 0x3F
        words[:, 1:, 0] = 0x80 | np.arange(_SENSORS) << 4 | levels >> 6
        words[:, 1:, 1] = levels & 0x3F
        if self._marked:
            words[0, 1, 1] |= 0x40
            self._marked = False
        return words.tobytes()

    def _measured(self) -> "np.ndarray[tuple[int, ...], np.dtype[np.int64]]":
        """Return the levels of the sensors, sets by sensors."""
        if self.fault == "stuck":  # the converter hangs: the last set again and again
            return np.tile(self._levels[-1], (SETS_IN_BATCH, 1))
        rail_v = _RAIL_V + _RAIL_NOISE_V * self._noise.standard_normal()
        current_a = self.now.power_w / _PAIRS / rail_v
        means = np.empty(_SENSORS)
        means[0::2] = (_CURRENT[0] + _CURRENT[1] * current_a) / _VOLTS_PER_LEVEL
        means[1::2] = (_VOLTAGE[0] + _VOLTAGE[1] * rail_v) / _VOLTS_PER_LEVEL
        noisy = means + _NOISE_LEVELS * self._noise.standard_normal((SETS_IN_BATCH, _SENSORS))
        if self.fault == "overrange":
            noisy[:, 0] = _FULL_LEVEL
        self._levels = np.clip(np.rint(noisy), 0, _FULL_LEVEL).astype(np.int64)
        return self._levels
