"""The CPU's own energy counters in the place of a meter, for those who have none.

This is a stand-in: RAPL counts what the processor package and perhaps its memory draw, and neither the
power supply nor board, cards, disks and fans. What is recorded says so wherever the meter is named, its
measuring point is inside (`records.meter.measuring_point`), and `lab check` finds ``meter-is-counter``.

Source: the kernel's Documentation/power/powercap/powercap.rst, by `records.powercap`. The port is the tree,
``/sys/class/powercap``. The controller has to be the SUT.
"""

import math
from collections.abc import Mapping
from pathlib import Path

from meter.kinds.counters import CounterMeter
from meter.line.errors import PortLost
from meter.options import Option, Value
from meter.spec import MeterSpec
from records.errors import ConfigurationError, DeviceError
from records.meter import STAND_IN, Accuracy, Identity, MeasuringPoint
from records.powercap import MOST_W, Zone, cannot_read, find_zones, gained_j

SCOPES = {"package": ("package",), "package+dram": ("package", "dram"), "psys": ("psys",)}

SPEC = MeterSpec(
    driver="rapl",
    maker="Linux",
    model=f"RAPL ({STAND_IN})",
    quantities=("power_w",),
    sampling="interval_mean",
    fastest_interval_s=0.1,
    latency_s=0.0,
    latency_u_s=0.001 / math.sqrt(3),  # the counter is renewed about every millisecond
    resolution_w=0.001,
    accuracy=Accuracy(reading_pct=0.0),  # nobody publishes limits of error
    power_limits_w=(0.0, MOST_W),
    options=(
        Option(
            "scope",
            str,
            "Which counters are added: those of the processor packages, with their memory where it has "
            "counters of its own, or that of the platform.",
            "package+dram",
            choices=tuple(SCOPES),
        ),
    ),
)


class Rapl(CounterMeter):
    """The driver. A reading is the mean power since the one before."""

    spec = SPEC

    def __init__(self, options: Mapping[str, object] | None = None) -> None:
        super().__init__(options)
        self._parts = SCOPES[str(self.settings["scope"])]
        self._port = ""
        self._zones: list[Zone] = []

    def open(self, port: str, interval_s: float) -> None:
        self.check_interval(interval_s)
        if "://" in port:
            raise ConfigurationError(f"port {port!r}: expected the kernel's tree: /sys/class/powercap")
        self.interval_s, self._port = interval_s, port
        found = find_zones(Path(port))
        self._zones = [zone for zone in found if zone.part in self._parts]
        if not self._zones:
            names = ", ".join(zone.name for zone in found) or "none"
            raise DeviceError(
                f"{port}: expected RAPL counters of {self.settings['scope']}, found {names}. Set another "
                f"scope, or load the kernel's driver: `sudo modprobe intel_rapl_msr` (few virtual machines "
                f"have counters)"
            )
        try:
            self.read_counters()
        except PortLost as lost:
            raise DeviceError(str(lost)) from None

    def identify(self) -> Identity:
        """Name the counters that are added."""
        return Identity(maker=SPEC.maker, model=f"RAPL {self._names} ({STAND_IN})")

    def release(self) -> None:
        self._zones = []

    def instrument_settings(self) -> dict[str, Value]:
        """Which counters are added, and where they are."""
        return {"measuring_point": MeasuringPoint.INSIDE.value, "zones": self._names}

    @property
    def _names(self) -> str:
        return " + ".join(zone.name for zone in self._zones)

    def read_counters(self) -> list[int]:
        """Return microjoules by zone."""
        try:
            return [zone.read_uj() for zone in self._zones]
        except (OSError, ValueError) as error:
            raise PortLost(cannot_read(self._zones[0].path, error)) from None

    def gained_j(self, before: list[int], now: list[int], seconds: float) -> float | None:
        gained = [
            gained_j(was, is_, zone.range_uj, seconds)
            for was, is_, zone in zip(before, now, self._zones, strict=True)
        ]
        known = [joules for joules in gained if joules is not None]
        return sum(known) if len(known) == len(gained) else None
