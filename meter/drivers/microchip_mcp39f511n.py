"""Microchip MCP39F511N on its dual-outlet demonstration board ADM00706, a USB serial port.

Source of the frames: the data sheet DS20005473 as public drivers use it, and the frames that the
C program of the Green Metrics Tool sends. Never run against the real instrument; see
docs/meters/microchip_mcp39f511n.md for what is verified.
"""

import math
from collections.abc import Mapping

from meter.kinds.in_step import InStepMeter
from meter.line.errors import shown
from meter.line.format import Line
from meter.options import Option
from meter.spec import MeterSpec
from records.errors import ConfigurationError, DeviceError
from records.meter import Accuracy, Identity, Reading, Sampling
from records.times import now_mono_s, now_utc_s

HOST, ACK, NAK, CSFAIL = 0xA5, 0x06, 0x15, 0x51
SET_POINTER, READ, WRITE = 0x41, 0x4E, 0x4D

OUTPUTS, OUTPUTS_LENGTH = 0x02, 32  # status to reactive power 1: all that a reading needs in one frame
ACCUMULATION = 0xA8
RANGES = {1: 0xAE, 2: 0xBE}  # by outlet
NEUTRAL_RANGE = 19  # with this power range one digit is 10 mW

ANSWER_S = 0.5
_LONGEST_WAIT_S = 4.0
_QUIET_S = 0.05
_ATTEMPTS = 3
_MARKER_LENGTH = 4  # bytes asked for when answers may be behind their questions; no reading has so few
_FACTORY_LSB_W = 0.01
_EXPONENTS = range(1, 9)  # of the accumulation; 0 gives wrong powers, as the Green Metrics Tool found
_MAINS_HZ = (50.0, 60.0)
_ALIKE = 0.05  # the mains may be off by less; the offered intervals are a factor of two apart
_RATED_W = 2 * 15 * 240.0


def frame(*commands: bytes) -> bytes:
    """Return the frame of some commands: header, length of all of it, commands, sum modulo 256."""
    body = b"".join(commands)
    head = bytes([HOST, len(body) + 3]) + body
    return head + bytes([sum(head) & 0xFF])


def read_frame(address: int, count: int) -> bytes:
    """Return the frame that asks for ``count`` bytes of the registers from an address on."""
    return frame(bytes([SET_POINTER]) + address.to_bytes(2, "big"), bytes([READ, count]))


def write_frame(address: int, data: bytes) -> bytes:
    """Return the frame that writes bytes into the registers from an address on."""
    return frame(bytes([SET_POINTER]) + address.to_bytes(2, "big"), bytes([WRITE, len(data)]) + data)


def reply_data(reply: bytes, count: int) -> bytes | None:
    """Return the ``count`` bytes of data in a reply, or ``None`` when it is no such reply.

    Header, length and check sum have to be right, and nothing may follow.
    """
    length = count + 3
    if len(reply) != length or reply[0] != ACK or reply[1] != length:
        return None
    return reply[2:-1] if sum(reply[:-1]) & 0xFF == reply[-1] else None


def parse_outputs(data: bytes, t_utc_s: float, outlet: str, lsb_w: tuple[float, float]) -> Reading:
    """Return the reading in the output registers.

    Powers have no sign of their own; bits 4 and 6 of the status say that they are positive. No load
    takes more than volts times amperes: where a power says so, the range registers are not those
    that its scale assumes, and the reading is ``malformed``.

    Args:
        data: 32 bytes from address 0x02.
        t_utc_s: when they arrived.
        outlet: ``1``, ``2``, or ``both`` for the sum.
        lsb_w: watts of one digit of the power of outlet 1 and of outlet 2.
    """
    status = _unsigned(data, 0x02, 2)
    voltage_v = _unsigned(data, 0x06, 2) / 10
    currents_a = [_unsigned(data, address, 4) / 10_000 for address in (0x0E, 0x12)]
    powers_w = [_unsigned(data, address, 4) * lsb for address, lsb in zip((0x16, 0x1A), lsb_w, strict=True)]
    wanted = (0, 1) if outlet == "both" else (int(outlet) - 1,)
    if any(powers_w[at] > 1.1 * voltage_v * currents_a[at] + 1.0 for at in wanted):
        return Reading(t_utc_s, None, "malformed")
    power_w = sum(powers_w[at] if status >> (4 + 2 * at) & 1 else -powers_w[at] for at in wanted)
    frequency_hz = _unsigned(data, 0x08, 2) / 1000
    if outlet == "both":  # the sum of two currents or two power factors means nothing
        return Reading(t_utc_s, power_w, voltage_v=voltage_v, frequency_hz=frequency_hz)
    at = wanted[0]
    factor = int.from_bytes(_registers(data, 0x0A + 2 * at, 2), "little", signed=True) / 32768
    return Reading(
        t_utc_s,
        power_w,
        voltage_v=voltage_v,
        current_a=currents_a[at],
        power_factor=factor,
        frequency_hz=frequency_hz,
    )


def _registers(data: bytes, address: int, count: int) -> bytes:
    return data[address - OUTPUTS : address - OUTPUTS + count]


def _unsigned(data: bytes, address: int, count: int) -> int:
    return int.from_bytes(_registers(data, address, count), "little")


def accumulation_exponent(interval_s: float, frequency_hz: float) -> int:
    """Return N of the longest accumulation, 2^N line periods, that is not longer than the interval."""
    fitting = [n for n in _EXPONENTS if 2**n / frequency_hz <= (1 + _ALIKE) * interval_s]
    return max(fitting, default=_EXPONENTS[0])


def _is_offered(interval_s: float, frequency_hz: float) -> bool:
    """Tell whether an accumulation of this length can be set at this mains frequency."""
    update_s: float = 2 ** accumulation_exponent(interval_s, frequency_hz) / frequency_hz
    return abs(update_s / interval_s - 1) <= _ALIKE


SPEC = MeterSpec(
    driver="microchip_mcp39f511n",
    maker="Microchip",
    model="MCP39F511N",
    quantities=(
        "power_w",
        "voltage_v",
        "current_a",
        "power_factor",
        "frequency_hz",
    ),
    sampling="interval_mean",
    fastest_interval_s=0.04,
    update_s=None,  # set by `start`
    # No source states the delay: anywhere within half an interval.
    latency_s=0.0,
    latency_u_s=0.5 * 0.04 / math.sqrt(3),
    resolution_w=_FACTORY_LSB_W,
    accuracy=Accuracy(reading_pct=0.5),  # over 4000:1, data sheet
    power_limits_w=(-_RATED_W, _RATED_W),
    unchanged_limit=250,
    usb_ids=("04d8:00dd",),
    line=Line(115_200),
    options=(
        Option(
            "outlet", str, "Outlet of the board: 1, 2, or both for the sum.", "1", choices=("1", "2", "both")
        ),
        Option(
            "scale",
            str,
            "Watts of a digit: factory is 10 mW, as delivered; range is 10 mW / 2^(19 - power range), with "
            "the range as the board says it, for boards on which another program changed it.",
            "factory",
            choices=("factory", "range"),
        ),
    ),
    unverified=(
        "That a board with its factory calibration shows 10 mW per digit is what public drivers assume; "
        "which power range it is delivered with was not read anywhere, and 19 as the range of 10 mW comes "
        "from one program.",
        "The power factor is taken as a signed fraction of 32768.",
        "An accumulation of up to 2^8 line periods is allowed; only 2^1 and 2^4 are known from use.",
        "The highest power, two outlets of 15 A at 240 V, is from memory.",
    ),
)


class MicrochipMCP39F511N(InStepMeter):
    """The driver. Each update is the mean over 2^N line periods; it is asked for with one frame."""

    spec = SPEC

    def __init__(self, options: Mapping[str, object] | None = None) -> None:
        super().__init__(options)
        self._lsb_w = (_FACTORY_LSB_W, _FACTORY_LSB_W)

    def sampling_at(self, interval_s: float) -> Sampling:
        """A mean of the interval only where that is 2^N line periods."""
        offered = any(_is_offered(interval_s, frequency_hz) for frequency_hz in _MAINS_HZ)
        return "interval_mean" if offered else "instantaneous"

    def identify(self) -> Identity:
        """The board answers a read of its status and version registers."""
        data = self._read_registers(OUTPUTS, 4)
        return Identity(maker=SPEC.maker, model=SPEC.model, firmware=f"{_unsigned(data, 0x04, 2):04x}")

    def start(self) -> None:
        """Choose the accumulation, read the scale, see that powers are possible.

        Raises:
            ConfigurationError: the interval is no mean at this mains frequency, though at another.
            DeviceError: the meter refuses, or the powers cannot be right.
        """
        frequency_hz = _unsigned(self._read_registers(OUTPUTS, OUTPUTS_LENGTH), 0x08, 2) / 1000
        if not 40 <= frequency_hz <= 70:
            frequency_hz = _MAINS_HZ[0]  # no mains yet: without them there is no power either
        self._refuse_the_interval_of_other_mains(frequency_hz)
        exponent = accumulation_exponent(self.interval_s, frequency_hz)
        self._accumulate(exponent, frequency_hz)
        self._lsb_w = (self._lsb_of(1), self._lsb_of(2))
        self._check_scale()
        self.be_in_step()
        locked = _is_offered(self.interval_s, frequency_hz)
        bits = 10 * (len(read_frame(OUTPUTS, OUTPUTS_LENGTH)) + OUTPUTS_LENGTH + 3)
        self.begin_polling(2**exponent / frequency_hz if locked else None, bits / SPEC.line.baud)

    def ask_in_step(self) -> Reading | None:
        """32 bytes of registers hold status, mains, and both powers."""
        t_utc_s, reply = self._exchange(read_frame(OUTPUTS, OUTPUTS_LENGTH), OUTPUTS_LENGTH + 3)
        if not reply:
            return None
        data = reply_data(reply, OUTPUTS_LENGTH)
        if data is None:
            return Reading(t_utc_s, None, "malformed")
        return parse_outputs(data, t_utc_s, str(self.settings["outlet"]), self._lsb_w)

    def send_marker(self) -> None:
        self.port.drain(_QUIET_S, 10 * _QUIET_S)
        self.port.write(read_frame(OUTPUTS, _MARKER_LENGTH))

    def look_for_marker(self) -> bool:
        self.late += self.port.drain(_QUIET_S, 4 * _QUIET_S)
        return reply_data(self.late[-_MARKER_LENGTH - 3 :], _MARKER_LENGTH) is not None

    def stop(self) -> None:
        """The board says nothing unasked; the accumulation stays until it is unplugged."""
        if self.is_open:
            self.port.drain(_QUIET_S, 10 * _QUIET_S)

    def _refuse_the_interval_of_other_mains(self, frequency_hz: float) -> None:
        if self.sampling_at(self.interval_s) == "interval_mean" and not _is_offered(
            self.interval_s, frequency_hz
        ):
            offered = ", ".join(f"{2**n / frequency_hz:.4g}" for n in _EXPONENTS)
            raise ConfigurationError(
                f"interval: at {frequency_hz:.2f} Hz the {SPEC.model} has means over {offered} s, but "
                f"{self.interval_s:g} s was asked for, which it has at another mains frequency. Set one of "
                f"these"
            )

    def _accumulate(self, exponent: int, frequency_hz: float) -> None:
        """Set the accumulation; wait until the registers hold the mean of a new one."""
        before = int.from_bytes(self._read_registers(ACCUMULATION, 2), "little")
        setting = exponent.to_bytes(2, "little")
        self._write_registers(ACCUMULATION, setting)
        found = self._read_registers(ACCUMULATION, 2)
        if found != setting:
            raise DeviceError(
                f"{self.port.port}: expected an accumulation of 2^{exponent} line periods, but the board "
                f"keeps {shown(found)}. Unplug the board and plug it in again"
            )
        self.port.drain((2 ** min(before, max(_EXPONENTS)) + 2 * 2**exponent) / frequency_hz, _LONGEST_WAIT_S)

    def _lsb_of(self, outlet: int) -> float:
        if self.settings["scale"] == "factory":
            return _FACTORY_LSB_W
        _, _, power_range, _ = self._read_registers(RANGES[outlet], 4)
        return _FACTORY_LSB_W * 2.0 ** (power_range - NEUTRAL_RANGE)

    def _check_scale(self) -> None:
        data = self._read_registers(OUTPUTS, OUTPUTS_LENGTH)
        if parse_outputs(data, now_utc_s(), str(self.settings["outlet"]), self._lsb_w).flag:
            raise DeviceError(
                f"{self.port.port}: expected a power of at most volts times amperes, but the board says far "
                f"more. Probably another program changed its power range: unplug the board to undo that, or "
                f"set the option scale to {'range' if self.settings['scale'] == 'factory' else 'factory'}"
            )

    def _read_registers(self, address: int, count: int) -> bytes:
        """Return registers.

        Raises:
            DeviceError: nothing answers, or nothing of this form.
        """
        heard = b""
        for _ in range(_ATTEMPTS):
            _, reply = self._exchange(read_frame(address, count), count + 3)
            data = reply_data(reply, count)
            if data is not None:
                return data
            heard += reply + self.port.drain(_QUIET_S, 2.0)
        if not heard:
            raise self.nothing_answered(_ATTEMPTS * ANSWER_S)
        raise self.something_else(f"{count} bytes of registers with a check sum", shown(heard))

    def _write_registers(self, address: int, data: bytes) -> None:
        reply = b""
        for _ in range(_ATTEMPTS):
            _, reply = self._exchange(write_frame(address, data), 1)
            if reply == bytes([ACK]):
                return
            self.port.drain(_QUIET_S, 2.0)
        raise DeviceError(
            f"{self.port.port}: expected the {SPEC.model} to take a setting (register {address:02x}), but "
            f"received {shown(reply)}. Unplug the board and plug it in again"
        )

    def _exchange(self, question: bytes, length: int) -> tuple[float, bytes]:
        """Send a frame; return when its answer was complete, and what came until then or the deadline."""
        self.port.flush()
        self.port.write(question)
        heard = b""
        deadline_s = now_mono_s() + ANSWER_S
        t_utc_s = now_utc_s()
        while len(heard) < length and (left_s := deadline_s - now_mono_s()) > 0:
            t_utc_s, data = self.port.read(left_s)
            heard += data
            if heard[:1] not in (b"", bytes([ACK])):  # a refusal is one byte; noise is not waited for
                break
        return t_utc_s, heard
