"""ElmorLabs PMD2: the direct-current rails of a PC, between power supply and components.

Source of the protocol: the maker's own program, github.com/ElmorLabs/PMD2-Python (``pmd2-msm.py``).
Never run against the real instrument; see docs/meters/elmorlabs_pmd2.md for what is verified.
"""

import math
import struct
from typing import NamedTuple

from meter.kinds.in_step import InStepMeter
from meter.line.errors import shown
from meter.line.format import Line
from meter.spec import MeterSpec
from records.meter import Accuracy, Identity, Reading
from records.times import now_mono_s, now_utc_s

CONNECTORS = (
    "ATX 12V",
    "ATX 5V",
    "ATX 5VSB",
    "ATX 3.3V",
    "12VHPWR",
    "EPS1",
    "EPS2",
    "PCIE1",
    "PCIE2",
    "PCIE3",
)
"""In the order of the answer."""

WHO = b"\x01"
SENSORS = b"\x04"
IDENTITY = b"\xee\x15"
"""Maker and product; the version of the firmware follows in a third byte."""

ANSWER = struct.Struct("<Hh" + "hii" * len(CONNECTORS) + "HHHH" + "10s")
"""Supply and temperature of the chip, the connectors (mV, mA, mW), four sums in W, over-current flags."""

ANSWER_S = 0.5
_QUIET_S = 0.1
# There is no check sum. So voltage times current has to be the power of each connector, and their sum
# the total, within what rounding and slightly different moments can do.
_AGREES_W, _AGREES = 2.0, 0.05


class Connector(NamedTuple):
    """What a connector carries."""

    voltage_v: float
    current_a: float
    power_w: float

    @property
    def is_consistent(self) -> bool:
        """Whether the power is the product of voltage and current."""
        return _agree(self.voltage_v * self.current_a, self.power_w)


def parse_sensors(data: bytes) -> tuple[tuple[Connector, ...], float] | None:
    """Return the connectors and the total in W that an answer of 122 bytes holds.

    Returns:
        ``None`` when it has another length or contradicts itself.
    """
    if len(data) != ANSWER.size:
        return None
    fields = ANSWER.unpack(data)
    rails = [fields[2 + 3 * n : 5 + 3 * n] for n in range(len(CONNECTORS))]
    connectors = tuple(Connector(*(value / 1000 for value in rail)) for rail in rails)
    total_w = float(fields[-2])
    sum_w = sum(connector.power_w for connector in connectors)
    consistent = all(connector.is_consistent for connector in connectors)
    return (connectors, total_w) if consistent and _agree(max(0.0, sum_w), total_w) else None


def parse_reading(data: bytes, t_utc_s: float) -> Reading:
    """Return the reading in an answer: the sum of the connectors' powers, which are finer than the total."""
    found = parse_sensors(data)
    if found is None:
        return Reading(t_utc_s, None, "malformed")
    return Reading(t_utc_s, math.fsum(connector.power_w for connector in found[0]))


def _agree(first_w: float, second_w: float) -> bool:
    return abs(first_w - second_w) <= _AGREES_W + _AGREES * max(abs(first_w), abs(second_w))


SPEC = MeterSpec(
    driver="elmorlabs_pmd2",
    maker="ElmorLabs",
    model="PMD2",
    quantities=("power_w",),
    sampling="instantaneous",
    fastest_interval_s=0.01,
    update_s=None,
    # No source states the delay: anywhere within half an interval.
    latency_s=0.0,
    latency_u_s=0.5 * 0.01 / math.sqrt(3),
    resolution_w=0.001,
    accuracy=Accuracy(reading_pct=2.0),
    power_limits_w=(-10.0, 5000.0),
    usb_ids=("0483:5740",),
    line=Line(115_200),
    unverified=(
        "No limits of error were found in any source; 2 % of the reading is our guess.",
        "Whether a reading is instantaneous or a mean is stated nowhere; it is taken as instantaneous.",
        "That it can be asked 100 times a second is from memory; the maker's program asks without pause.",
        "That the total is the sum of the ten connectors is read from its name alone. Where that is not so, "
        "every reading is refused as malformed.",
        "The lowest and highest power, -10 W and 5000 W, are limits of the driver.",
    ),
)


class ElmorLabsPMD2(InStepMeter):
    """The driver. A reading is the sum of all connectors when it is asked for."""

    spec = SPEC

    def identify(self) -> Identity:
        """Raise DTR, let the welcome pass, ask ``01``."""
        self.port.raise_dtr()
        self.port.drain(_QUIET_S, 2.0)
        _, heard = self._exchange(WHO, len(IDENTITY) + 1)
        if not heard:
            raise self.nothing_answered(ANSWER_S)
        if len(heard) != len(IDENTITY) + 1 or not heard.startswith(IDENTITY):
            raise self.something_else("ee 15 and a version", shown(heard))
        self.be_in_step()
        return Identity(maker=SPEC.maker, model=SPEC.model, firmware=f"{heard[2]:02x}")

    def start(self) -> None:
        """There is nothing to set."""
        self.port.drain(_QUIET_S, 2.0)
        self.begin_polling()

    def ask_in_step(self) -> Reading | None:
        """``04``, answered with 122 bytes."""
        t_utc_s, heard = self._exchange(SENSORS, ANSWER.size)
        return parse_reading(heard, t_utc_s) if heard else None

    def send_marker(self) -> None:
        self.port.drain(_QUIET_S, 2.0)
        self.port.write(WHO)

    def look_for_marker(self) -> bool | None:
        self.late += self.port.drain(_QUIET_S, 2.0)
        return True if self.late[-3:-1] == IDENTITY else None

    def stop(self) -> None:
        """It says nothing unasked."""
        if self.is_open:
            self.port.drain(_QUIET_S, 2.0)

    def _exchange(self, question: bytes, length: int) -> tuple[float, bytes]:
        """Ask; return what came until it was as long as an answer, or until the time was over."""
        self.port.flush()
        self.port.write(question)
        heard, t_utc_s = b"", now_utc_s()
        deadline_s = now_mono_s() + ANSWER_S
        while len(heard) < length and (left_s := deadline_s - now_mono_s()) > 0:
            t_utc_s, data = self.port.read(left_s)
            heard += data
        return t_utc_s, heard
