"""Drivers and their virtual twins by name; a module is imported only when it is asked for.

Drivers of other packages are found through entry points: ``wattlab.meters`` names the class of a
driver, ``wattlab.twins`` under the same name the class of its twin, where there is one.
"""

import importlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from meter.contract import Meter
from meter.spec import MeterSpec
from records.entry_points import foreign_points, load
from records.errors import ConfigurationError
from records.near_match import unknown_name

DRIVERS_GROUP, TWINS_GROUP = "wattlab.meters", "wattlab.twins"


@dataclass(frozen=True, slots=True)
class _Own:
    """Where a driver of this package and its twin are, ``module:class``."""

    driver: str
    twin: str | None


def _own(module: str, driver: str, twin: str | None = None) -> _Own:
    """Driver and twin are in modules of one name."""
    return _Own(f"meter.drivers.{module}:{driver}", f"meter.virtual.twins.{module}:{twin}" if twin else None)


_OWN = {
    "carlogavazzi_em24": _own("carlogavazzi_em24", "CarloGavazziEM24", "VirtualEM24"),
    "eastron_sdm120": _own("eastron_sdm", "EastronSDM120", "VirtualSDM120"),
    "eastron_sdm230": _own("eastron_sdm", "EastronSDM230", "VirtualSDM230"),
    "eastron_sdm630": _own("eastron_sdm", "EastronSDM630", "VirtualSDM630"),
    "elmorlabs_pmd2": _own("elmorlabs_pmd2", "ElmorLabsPMD2", "VirtualPMD2"),
    "gude": _own("gude", "Gude", "VirtualGude"),
    "gwinstek_gpm8213": _own("gwinstek_gpm", "GWInstekGPM8213", "VirtualGPM8213"),
    "hameg_hm8115": _own("hameg_hm8115", "HamegHM8115", "VirtualHM8115"),
    "iec62056_d0": _own("iec62056_d0", "IEC62056D0", "VirtualD0"),
    "janitza_umg604": _own("janitza_umg604", "JanitzaUMG604", "VirtualUMG604"),
    "microchip_mcp39f511n": _own("microchip_mcp39f511n", "MicrochipMCP39F511N", "VirtualMCP39F511N"),
    "netio": _own("netio", "Netio", "VirtualNetio"),
    "nvml": _own("nvml", "NvmlCounters"),
    "orno_we514": _own("orno_we514", "OrnoWE514", "VirtualWE514"),
    "peacefair_pzem004t": _own("peacefair_pzem004t", "PeacefairPZEM004T", "VirtualPZEM004T"),
    "powersensor3": _own("powersensor3", "PowerSensor3", "VirtualPowerSensor3"),
    "ptdaemon": _own("ptdaemon", "PTDaemon", "VirtualPTDaemon"),
    "rapl": _own("rapl", "Rapl"),
    "replay": _own("replay", "Replay"),
    "rohdeschwarz_hmc8015": _own("rohdeschwarz_hmc8015", "RohdeSchwarzHMC8015", "VirtualHMC8015"),
    "shelly": _own("shelly", "Shelly", "VirtualShelly"),
    "sml": _own("sml", "SML", "VirtualSML"),
    "tasmota": _own("tasmota", "Tasmota", "VirtualTasmota"),
    "wattsup_pro": _own("wattsup_pro", "WattsUpPro", "VirtualWattsUpPro"),
    "yokogawa_wt210": _own("yokogawa_wt", "YokogawaWT210", "VirtualWT210"),
    "yokogawa_wt310": _own("yokogawa_wt", "YokogawaWT310", "VirtualWT310"),
    "zes_lmg95": _own("zes_lmg95", "ZesLMG95", "VirtualLMG95"),
}


def driver_names() -> tuple[str, ...]:
    """Return the names of all drivers, sorted."""
    return tuple(sorted({*_OWN, *foreign_points(DRIVERS_GROUP, _OWN)}))


def virtual_drivers() -> tuple[str, ...]:
    """Return the names of the drivers that have a virtual twin, sorted."""
    own = {name for name, places in _OWN.items() if places.twin is not None}
    return tuple(sorted(own | set(foreign_points(TWINS_GROUP, _OWN))))


def driver_class(name: str) -> type[Meter]:
    """Return the class of a driver; its ``spec`` says what it measures.

    Raises:
        ConfigurationError: no driver has this name (the message names the nearest one), or that of
            another package cannot be loaded, or is no driver.
    """
    if name not in driver_names():
        raise ConfigurationError(unknown_name("meter driver", name, driver_names()))
    found: type[Meter] = _load(name, DRIVERS_GROUP, Meter)
    if found.spec.driver != name:
        raise ConfigurationError(
            f"meter driver {name!r}: expected a class whose spec has driver = {name!r}, found "
            f"{found.spec.driver!r}. Update or remove the package that has it"
        )
    return found


def loadable_specs(broken: Callable[[ConfigurationError], None] = lambda _: None) -> Iterator[MeterSpec]:
    """Yield every meter that can be driven; ``broken`` is called with the drivers that cannot be loaded."""
    for name in driver_names():
        try:
            yield driver_class(name).spec
        except ConfigurationError as error:
            broken(error)


def check_twin(name: str) -> None:
    """Refuse a driver that has no virtual twin.

    Raises:
        ConfigurationError: which drivers have one.
    """
    if name not in virtual_drivers():
        raise ConfigurationError(unknown_name("virtual instrument", name, virtual_drivers()))


def twin_class(name: str, kind: type) -> Any:
    """Return the class of a driver's virtual twin.

    Args:
        name: one of `virtual_drivers`.
        kind: what it has to be a subclass of.

    Raises:
        ConfigurationError: it has none, or that of another package cannot be loaded, or is no twin.
    """
    check_twin(name)
    return _load(name, TWINS_GROUP, kind)


def create(name: str, options: Mapping[str, object] | None = None) -> Meter:
    """Make a meter of a driver's name; its port is not open yet.

    Args:
        name: of the driver.
        options: what differs from the driver's defaults.

    Raises:
        ConfigurationError: no driver has this name, or an option is not allowed.
    """
    return driver_class(name)(options)


def _load(name: str, group: str, kind: type) -> Any:
    if name in _OWN:
        own = _OWN[name].driver if group == DRIVERS_GROUP else _OWN[name].twin
        module, _, attribute = str(own).partition(":")
        return getattr(importlib.import_module(module), attribute)
    return load(
        foreign_points(group, _OWN)[name],
        f"a subclass of {kind.__module__}.{kind.__name__}",
        lambda found: isinstance(found, type) and issubclass(found, kind),
    )
