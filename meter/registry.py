"""Drivers by name. A driver's module is imported only when it is asked for."""

import importlib
from collections.abc import Mapping

from meter.contract import Meter
from meter.names import unknown_name
from records.errors import ConfigurationError

_DRIVERS = {
    "carlogavazzi_em24": "meter.drivers.carlogavazzi_em24:CarloGavazziEM24",
    "eastron_sdm120": "meter.drivers.eastron_sdm:EastronSDM120",
    "eastron_sdm230": "meter.drivers.eastron_sdm:EastronSDM230",
    "eastron_sdm630": "meter.drivers.eastron_sdm:EastronSDM630",
    "elmorlabs_pmd2": "meter.drivers.elmorlabs_pmd2:ElmorLabsPMD2",
    "gude": "meter.drivers.gude:Gude",
    "gwinstek_gpm8213": "meter.drivers.gwinstek_gpm:GWInstekGPM8213",
    "hameg_hm8115": "meter.drivers.hameg_hm8115:HamegHM8115",
    "iec62056_d0": "meter.drivers.iec62056_d0:IEC62056D0",
    "janitza_umg604": "meter.drivers.janitza_umg604:JanitzaUMG604",
    "microchip_mcp39f511n": "meter.drivers.microchip_mcp39f511n:MicrochipMCP39F511N",
    "netio": "meter.drivers.netio:Netio",
    "orno_we514": "meter.drivers.orno_we514:OrnoWE514",
    "peacefair_pzem004t": "meter.drivers.peacefair_pzem004t:PeacefairPZEM004T",
    "powersensor3": "meter.drivers.powersensor3:PowerSensor3",
    "ptdaemon": "meter.drivers.ptdaemon:PTDaemon",
    "replay": "meter.drivers.replay:Replay",
    "rohdeschwarz_hmc8015": "meter.drivers.rohdeschwarz_hmc8015:RohdeSchwarzHMC8015",
    "shelly": "meter.drivers.shelly:Shelly",
    "sml": "meter.drivers.sml:SML",
    "tasmota": "meter.drivers.tasmota:Tasmota",
    "wattsup_pro": "meter.drivers.wattsup_pro:WattsUpPro",
    "yokogawa_wt210": "meter.drivers.yokogawa_wt:YokogawaWT210",
    "yokogawa_wt310": "meter.drivers.yokogawa_wt:YokogawaWT310",
    "zes_lmg95": "meter.drivers.zes_lmg95:ZesLMG95",
}


def driver_names() -> tuple[str, ...]:
    """Return the names of all drivers, sorted."""
    return tuple(sorted(_DRIVERS))


def driver_class(name: str) -> type[Meter]:
    """Return the class of a driver; its class attributes say what it measures.

    Raises:
        ConfigurationError: no driver has this name; the message names the nearest one.
    """
    if name not in _DRIVERS:
        raise ConfigurationError(unknown_name("meter driver", name, driver_names()))
    module, _, attribute = _DRIVERS[name].partition(":")
    found: type[Meter] = getattr(importlib.import_module(module), attribute)
    return found


def create(name: str, options: Mapping[str, object] | None = None) -> Meter:
    """Make a meter of a driver's name; its port is not open yet.

    Args:
        name: of the driver.
        options: what differs from the driver's defaults.

    Raises:
        ConfigurationError: no driver has this name, or an option is not allowed.
    """
    return driver_class(name)(options)
