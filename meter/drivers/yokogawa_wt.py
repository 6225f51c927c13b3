"""Yokogawa WT310, WT310E and WT33x (`YokogawaWT310`), WT210 and WT230 (`YokogawaWT210`).

Sources: user's manuals IM 760401 (WT210/WT230), IM WT310-02EN and IM WT310E-02EN for ranges and
limits of error; the commands as the public program yokotool, tested by its authors on both
families, sends them. Never run against the real instruments; see docs/meters/yokogawa_wt.md.
"""

import re
from dataclasses import replace

from meter.kinds.serial import baud_option
from meter.line.format import Line
from meter.options import Option
from meter.protocols.scpi_ranged import RANGE_OPTIONS, RangedScpiMeter
from meter.protocols.scpi_settings import SETTING_OPTIONS, Setting, crest_factor, on_off, source
from meter.spec import MeterSpec
from records.meter import Accuracy

_VOLTAGE_RANGES_V = (15.0, 30.0, 60.0, 150.0, 300.0, 600.0)
_CURRENT_RANGES_A = (5e-3, 10e-3, 20e-3, 50e-3, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0)
_OF_BOTH = (
    "That a reading is the mean over the update interval.",
    "The steps of the voltage and current ranges between the smallest and the largest.",
)
_OPTIONS = (*RANGE_OPTIONS, *SETTING_OPTIONS, baud_option(9600))

_WT310 = MeterSpec(
    driver="yokogawa_wt310",
    maker="Yokogawa",
    model="WT310",
    quantities=(*("power_w", "voltage_v", "current_a", "power_factor", "frequency_hz"),),
    sampling="interval_mean",
    # The meters update every 0.1 s, too, but at their delivered 9600 bit/s a reading is 0.08 s on the
    # line, and finding each update takes two looks.
    fastest_interval_s=0.25,
    intervals_s=(0.25, 0.5, 1.0, 2.0, 5.0),
    resolution_w=0.01,  # five digits, from 100 W to 1 kW
    power_limits_w=(-12_000.0, 12_000.0),  # 600 V times 20 A
    line=Line(9600),
    accuracy=Accuracy(reading_pct=0.1, range_pct=0.1, reactive_pct=0.2),
    unchanged_limit=60,
    options=(
        *_OPTIONS,
        Option("element", int, "Which element of a WT33x is read.", 1, limits=(1, 3)),
    ),
    unverified=(
        *_OF_BOTH,
        "That the commands :INP:VOLT:RANG, :INP:VOLT:AUTO and those for the current set the range of all "
        "elements of a WT33x.",
        "The questions :INP:SYNC? and :MEAS:AVER:STAT?; a question without an answer is treated as unknown.",
    ),
)

_WT210 = replace(
    _WT310,
    driver="yokogawa_wt210",
    model="WT210",
    options=_OPTIONS,
    accuracy=Accuracy(reading_pct=0.15, range_pct=0.1, reactive_pct=0.2),
    unverified=(
        *_OF_BOTH,
        "That :COMM:REM OFF gives the front panel back.",
        "The questions :CONF:CFAC? and :CONF:SYNC?, by analogy with the WT310. A question without an answer "
        "is treated as unknown. Averaging is not asked for: no source shows how.",
        "What the meter says to *IDN?; any answer that begins with YOKOGAWA is taken, unless it is a WT3xx.",
    ),
)


class YokogawaWT(RangedScpiMeter):
    """What both families have in common."""

    items = ("voltage_v", "current_a", "power_w", "power_factor", "frequency_hz")
    voltage_ranges_v = _VOLTAGE_RANGES_V
    current_ranges_a = _CURRENT_RANGES_A
    update_command = ":SAMP:RATE"


class YokogawaWT310(YokogawaWT):
    """The driver of the WT310, WT310E and WT33x; it reads one element."""

    spec = _WT310
    accuracy_e = Accuracy(reading_pct=0.1, range_pct=0.05, reactive_pct=0.1)
    identity_pattern = re.compile(r"YOKOGAWA,WT3[13]\d[^,]*,[^,]*,[^,]*")
    value_query = ":NUM:NORM:VAL?"
    range_command = ":INP:{}:RANG"
    auto_command = ":INP:{}:AUTO"
    tells = (
        Setting("crest_factor", ":INP:CFAC?", crest_factor),
        Setting("line_filter", ":INP:FILT:LINE?", on_off),
        Setting("frequency_filter", ":INP:FILT:FREQ?", on_off),
        Setting("sync_source", ":INP:SYNC?", source),
        Setting("averaging", ":MEAS:AVER:STAT?", on_off),
    )

    def prepare(self) -> None:
        """No headers, the WT300's own commands, numbers in ASCII."""
        for command in (":COMM:HEAD OFF", ":SYST:COMM:COMM WT300", ":NUM:FORM ASCII", ":INP:MODE RMS"):
            self.set(command)
        self.set(f":NUM:NORM:NUM {len(self.items)}")
        for number, item in enumerate(("U", "I", "P", "LAMBDA", "FU"), start=1):
            self.set(f":NUM:NORM:ITEM{number} {item},{self.settings['element']}")

    def accuracy_of_model(self) -> Accuracy:
        """Return that of the WT310E where one answered; the WT310's, which is wider, for all others."""
        is_e = self.identity is not None and self.identity.model == "WT310E"
        return self.accuracy_e if is_e else self.spec.accuracy


class YokogawaWT210(YokogawaWT):
    """The driver of the WT210 and the WT230 with one element, in the meter's 488.2 mode."""

    spec = _WT210
    identity_pattern = re.compile(r"YOKOGAWA,(?!WT[35])[^,]*,[^,]*,[^,]*")
    value_query = ":MEAS:VAL?"
    range_command = ":CONF:{}:RANG"
    auto_command = ":CONF:{}:AUTO"
    tells = (
        Setting("crest_factor", ":CONF:CFAC?", crest_factor),
        Setting("line_filter", ":CONF:LFILT?", on_off),
        Setting("frequency_filter", ":CONF:FILT?", on_off),
        Setting("sync_source", ":CONF:SYNC?", source),
    )

    wanted = ("V", "A", "W", "PF", "VHZ")
    """Switched on; the meter has an order of its own for its answers, which is this one."""
    unwanted = (
        *("VA", "VAR", "DEGR", "AHZ", "WH", "WHP", "WHM", "AH", "AHP", "AHM"),
        *("TIME", "VPK", "APK", "MATH"),
    )

    def prepare(self) -> None:
        """No headers, remote, and only what is wanted switched on."""
        for command in (":COMM:HEAD OFF", ":COMM:REM ON", ":CONF:MODE RMS"):
            self.set(command)
        for item in self.unwanted:
            self.try_to_set(f":MEAS:ITEM:{item} OFF")  # a model may lack one; then it is off
        for item in self.wanted:
            self.set(f":MEAS:ITEM:{item} ON")

    def stop(self) -> None:
        """Back to the front panel."""
        if self.is_open:
            self.send(":COMM:REM OFF")
