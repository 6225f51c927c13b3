"""The virtual twins: one file for each family of instruments, named as the file of its driver."""

import importlib

from meter.virtual.instrument import VirtualInstrument

_TWINS = {
    "carlogavazzi_em24": "carlogavazzi_em24:VirtualEM24",
    "eastron_sdm120": "eastron_sdm:VirtualSDM120",
    "eastron_sdm230": "eastron_sdm:VirtualSDM230",
    "eastron_sdm630": "eastron_sdm:VirtualSDM630",
    "elmorlabs_pmd2": "elmorlabs_pmd2:VirtualPMD2",
    "gude": "gude:VirtualGude",
    "gwinstek_gpm8213": "gwinstek_gpm:VirtualGPM8213",
    "hameg_hm8115": "hameg_hm8115:VirtualHM8115",
    "iec62056_d0": "iec62056_d0:VirtualD0",
    "janitza_umg604": "janitza_umg604:VirtualUMG604",
    "microchip_mcp39f511n": "microchip_mcp39f511n:VirtualMCP39F511N",
    "netio": "netio:VirtualNetio",
    "orno_we514": "orno_we514:VirtualWE514",
    "peacefair_pzem004t": "peacefair_pzem004t:VirtualPZEM004T",
    "powersensor3": "powersensor3:VirtualPowerSensor3",
    "ptdaemon": "ptdaemon:VirtualPTDaemon",
    "rohdeschwarz_hmc8015": "rohdeschwarz_hmc8015:VirtualHMC8015",
    "shelly": "shelly:VirtualShelly",
    "sml": "sml:VirtualSML",
    "tasmota": "tasmota:VirtualTasmota",
    "wattsup_pro": "wattsup_pro:VirtualWattsUpPro",
    "yokogawa_wt210": "yokogawa_wt:VirtualWT210",
    "yokogawa_wt310": "yokogawa_wt:VirtualWT310",
    "zes_lmg95": "zes_lmg95:VirtualLMG95",
}


def virtual_drivers() -> tuple[str, ...]:
    """Return the names of the drivers that have a virtual twin, sorted."""
    return tuple(sorted(_TWINS))


def twin_class(name: str) -> type[VirtualInstrument]:
    """Return the class of a driver's virtual twin; the name is one of `virtual_drivers`."""
    module, _, attribute = _TWINS[name].partition(":")
    found: type[VirtualInstrument] = getattr(importlib.import_module(f"{__name__}.{module}"), attribute)
    return found
