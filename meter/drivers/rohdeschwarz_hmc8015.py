"""Rohde & Schwarz HMC8015, over its virtual serial port on USB or its LAN port 5025.

Source of the commands: what public programs send to the instrument. Never run against the real
instrument; see docs/meters/rohdeschwarz_hmc8015.md.
"""

import re
from typing import ClassVar

from meter.line.transport import Line
from meter.options import Option
from meter.protocols.scpi import RangedScpiMeter, range_options
from records.errors import DeviceError
from records.meter import Accuracy, Sampling

_FUNCTIONS = "URMS,IRMS,P,LAMB,FPLL"


class RohdeSchwarzHMC8015(RangedScpiMeter):
    """The driver."""

    driver: ClassVar[str] = "rohdeschwarz_hmc8015"
    maker: ClassVar[str] = "Rohde & Schwarz"
    model: ClassVar[str] = "HMC8015"
    quantities: ClassVar[tuple[str, ...]] = (
        *("power_w", "voltage_v", "current_a", "power_factor", "frequency_hz"),
    )
    items: ClassVar[tuple[str, ...]] = ("voltage_v", "current_a", "power_w", "power_factor", "frequency_hz")
    sampling: ClassVar[Sampling] = "interval_mean"
    fastest_interval_s: ClassVar[float] = 0.1
    averaging_s: ClassVar[float | None] = 0.1
    resolution_w: ClassVar[float] = 0.01  # five digits, from 100 W to 1 kW
    accuracy: ClassVar[Accuracy] = Accuracy(reading_pct=0.05, range_pct=0.05)
    power_limits_w: ClassVar[tuple[float, float]] = (-12_000.0, 12_000.0)  # 600 V times 20 A
    options: ClassVar[tuple[Option, ...]] = range_options(crest_factor=False)
    unverified: ClassVar[tuple[str, ...]] = (
        "The limits of error; an influence of the power factor is not known and left out.",
        "That a reading is the mean of 0.1 s.",
        "The ranges: 5 V to 600 V, 5 mA to 20 A; and that a range can be asked for with a question mark.",
        "The answer to *IDN?; any with HMC8015 as the model is taken.",
        "That NAN stands for no reading and INF for a value beyond the range.",
    )
    line: ClassVar[Line] = Line(115_200)  # of a USB port that has no speed of its own
    identity_pattern: ClassVar[re.Pattern[str]] = re.compile(
        r"[^,]+, ?HMC8015[^,]*,[^,]*,[^,]*", re.IGNORECASE
    )
    value_query: ClassVar[str] = "CHAN1:MEAS:DATA?"
    error_query: ClassVar[str | None] = "SYST:ERR?"
    range_command: ClassVar[str] = "CHAN1:ACQ:{}:RANG"
    auto_command: ClassVar[str] = "CHAN1:ACQ:{}:RANG:AUTO"
    voltage_ranges_v: ClassVar[tuple[float, ...]] = (5.0, 15.0, 30.0, 60.0, 150.0, 300.0, 600.0)
    current_ranges_a: ClassVar[tuple[float, ...]] = (
        *(5e-3, 10e-3, 20e-3, 50e-3, 0.1, 0.2, 0.5),
        *(1.0, 2.0, 5.0, 10.0, 20.0),
    )
    update_s: ClassVar[float | None] = 0.1

    def prepare(self) -> None:
        """See `RangedScpiMeter.prepare`: which functions are answered, in which order."""
        self.set("SYST:REM")
        self.set(f"CHAN1:MEAS:FUNC {_FUNCTIONS}")
        found = self.query("CHAN1:MEAS:FUNC?")
        if [name.strip().upper() for name in found.split(",")] != _FUNCTIONS.split(","):
            raise DeviceError(
                f"{self.port.port}: the {self.model} was told to answer {_FUNCTIONS}, but answers "
                f"{found[:80]!r}. Switch it off and on, and try again"
            )

    def stop(self) -> None:
        """See `Meter.stop`: back to the front panel."""
        if self.is_open:
            self.send("SYST:LOC")
