"""Rohde & Schwarz HMC8015, over its virtual serial port on USB or its LAN port 5025.

Source of the commands: what public programs send to the instrument. Never run against the real
instrument; see docs/meters/rohdeschwarz_hmc8015.md.
"""

import re

from meter.line.format import Line
from meter.protocols.scpi_ranged import RANGE_OPTIONS, RangedScpiMeter
from meter.protocols.scpi_settings import Setting
from meter.spec import MeterSpec
from records.errors import DeviceError
from records.meter import Accuracy

_FUNCTIONS = "URMS,IRMS,P,LAMB,FPLL"


SPEC = MeterSpec(
    driver="rohdeschwarz_hmc8015",
    maker="Rohde & Schwarz",
    model="HMC8015",
    quantities=(*("power_w", "voltage_v", "current_a", "power_factor", "frequency_hz"),),
    sampling="interval_mean",
    fastest_interval_s=0.1,
    averaging_s=0.1,
    resolution_w=0.01,  # five digits, from 100 W to 1 kW
    accuracy=Accuracy(reading_pct=0.05, range_pct=0.05),
    power_limits_w=(-12_000.0, 12_000.0),  # 600 V times 20 A
    unchanged_limit=60,
    options=RANGE_OPTIONS,
    unverified=(
        "The limits of error; an influence of the power factor is not known and left out.",
        "That a reading is the mean of 0.1 s.",
        "The ranges: 5 V to 600 V, 5 mA to 20 A; and that a range can be asked for with a question mark.",
        "The answer to *IDN?; any with HMC8015 as the model is taken.",
        "That the acquisition mode can be asked for. Filters, synchronisation and averaging are not asked "
        "for: no source shows how.",
        "That NAN stands for no reading and INF for a value beyond the range.",
    ),
    line=Line(115_200),  # of a USB port that has no speed of its own
    update_s=0.1,
)


class RohdeSchwarzHMC8015(RangedScpiMeter):
    """The driver."""

    spec = SPEC
    items = ("voltage_v", "current_a", "power_w", "power_factor", "frequency_hz")
    identity_pattern = re.compile(r"[^,]+, ?HMC8015[^,]*,[^,]*,[^,]*", re.IGNORECASE)
    value_query = "CHAN1:MEAS:DATA?"
    error_query = "SYST:ERR?"
    range_command = "CHAN1:ACQ:{}:RANG"
    auto_command = "CHAN1:ACQ:{}:RANG:AUTO"
    tells = (Setting("acquisition_mode", "CHAN1:ACQ:MODE?", str.lower),)
    voltage_ranges_v = (5.0, 15.0, 30.0, 60.0, 150.0, 300.0, 600.0)
    current_ranges_a = (
        *(5e-3, 10e-3, 20e-3, 50e-3, 0.1, 0.2, 0.5),
        *(1.0, 2.0, 5.0, 10.0, 20.0),
    )

    def prepare(self) -> None:
        """Which functions are answered, in which order."""
        self.set("SYST:REM")
        self.set(f"CHAN1:MEAS:FUNC {_FUNCTIONS}")
        found = self.query("CHAN1:MEAS:FUNC?")
        if [name.strip().upper() for name in found.split(",")] != _FUNCTIONS.split(","):
            raise DeviceError(
                f"{self.port.port}: the {SPEC.model} was told to answer {_FUNCTIONS}, but answers "
                f"{found[:80]!r}. Switch it off and on, and try again"
            )

    def stop(self) -> None:
        """Back to the front panel."""
        if self.is_open:
            self.send("SYST:LOC")
