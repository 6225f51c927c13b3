"""GW Instek GPM-8213 and GPM-8310, over USB, RS-232 or LAN.

Sources: sessions with a GPM-8213 V1.05 that a public project keeps as its test fixtures; the
GPM-8310's user manual, page 146 for the form of settings, pages 232 and 233 for limits of error.
Never run against the real instrument; see docs/meters/gwinstek_gpm.md.
"""

import re

from meter.kinds.serial import baud_option
from meter.line.format import Line
from meter.protocols.scpi_ranged import RANGE_OPTIONS, RangedScpiMeter
from meter.protocols.scpi_settings import SETTING_OPTIONS, Setting, crest_factor, on_off, source
from meter.spec import MeterSpec
from records.errors import DeviceError
from records.meter import Accuracy

_ITEMS = ("U", "I", "P", "LAMBDA", "FU")


SPEC = MeterSpec(
    driver="gwinstek_gpm8213",
    maker="GW Instek",
    model="GPM-8213",
    quantities=(*("power_w", "voltage_v", "current_a", "power_factor", "frequency_hz"),),
    sampling="interval_mean",
    fastest_interval_s=0.25,
    averaging_s=0.25,
    resolution_w=0.01,  # five digits, from 100 W to 1 kW
    accuracy=Accuracy(reading_pct=0.1, range_pct=0.1, reactive_pct=0.1),
    power_limits_w=(-12_000.0, 12_000.0),
    unchanged_limit=60,
    usb_ids=("2184:0052",),
    options=(*RANGE_OPTIONS, *SETTING_OPTIONS, baud_option(115_200)),
    unverified=(
        "The limits of error of the GPM-8213; those of the GPM-8310 are from its manual.",
        "That the meter updates its reading every 0.25 s.",
        "The ranges (15 V to 600 V, 5 mA to 20 A), and the commands that set them: :INPUT:VOLT:RANGE, "
        ":INPUT:VOLT:AUTO and the same for the current, as Yokogawa has them.",
        "The questions :INPUT:FILTER:LINE?, :INPUT:FILTER:FREQUENCY? and :MEASURE:AVERAGING:STATE?, as "
        "Yokogawa has them, and the answers 0 and 1. A question without an answer is treated as unknown.",
        "That INF stands for a value beyond the range, as at Yokogawa.",
        "The line speed of RS-232 at delivery; over USB it does not matter.",
    ),
    line=Line(115_200),
    update_s=0.25,
)


class GWInstekGPM8213(RangedScpiMeter):
    """The driver. Its update interval is taken as it is set at the meter."""

    spec = SPEC
    items = ("voltage_v", "current_a", "power_w", "power_factor", "frequency_hz")
    accuracy_8310 = Accuracy(reading_pct=0.1, range_pct=0.05, reactive_pct=0.1)
    terminator = b"\r\n"
    identity_pattern = re.compile(r"GW ?Instek,GPM-?8(213|310),[^,]*,[^,]*", re.IGNORECASE)
    value_query = ":NUMERIC:NORMAL:VALUE?"
    error_query = None  # no source shows one; settings are read back instead
    range_command = ":INPUT:{}:RANGE"
    auto_command = ":INPUT:{}:AUTO"
    tells = (
        Setting("crest_factor", ":INPUT:CFACTOR?", crest_factor),
        Setting("line_filter", ":INPUT:FILTER:LINE?", on_off),
        Setting("frequency_filter", ":INPUT:FILTER:FREQUENCY?", on_off),
        Setting("sync_source", ":INPUT:SYNCHRONIZE?", source),
        Setting("averaging", ":MEASURE:AVERAGING:STATE?", on_off),
    )
    voltage_ranges_v = (15.0, 30.0, 60.0, 150.0, 300.0, 600.0)
    current_ranges_a = (
        *(5e-3, 10e-3, 20e-3, 50e-3, 0.1, 0.2, 0.5),
        *(1.0, 2.0, 5.0, 10.0, 20.0),
    )

    def prepare(self) -> None:
        """Which items are answered, in which order."""
        self.set(":COMMUNICATE:HEADER OFF")
        self.set(f":NUMERIC:NORMAL:NUMBER {len(_ITEMS)}")
        for number, item in enumerate(_ITEMS, start=1):
            self.set(f":NUMERIC:NORMAL:ITEM{number} {item}")
        count = self.query_number(":NUMERIC:NORMAL:NUMBER?")
        names = self.query(":NUMERIC:NORMAL:HEADER?").split(",")
        place = self.items.index("power_w")
        if count != len(_ITEMS) or len(names) != len(_ITEMS) or names[place] != "P":
            raise DeviceError(
                f"{self.port.port}: the {SPEC.model} was told to answer {','.join(_ITEMS)}, but answers "
                f"{count:g} items, named {names}. Switch it off and on, and try again"
            )

    def accuracy_of_model(self) -> Accuracy:
        """Return that of the GPM-8310 where one answered."""
        is_8310 = self.identity is not None and self.identity.model.endswith("8310")
        return self.accuracy_8310 if is_8310 else SPEC.accuracy
