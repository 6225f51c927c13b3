"""What USB serial adapters tell about the meter behind them.

An id that a maker gave to one instrument names it. The ids of general serial chips only say that
there is a serial line: then any meter may be on it that is connected by such an adapter.
"""

from dataclasses import dataclass

from meter.registry import loadable_specs
from meter.spec import MeterSpec

# Vendor and product as assigned by the USB-IF's vendors; the public usb.ids list has the same.
CHIPS = {
    "0403:6001": "FTDI FT232",
    "0403:6010": "FTDI FT2232",
    "0403:6011": "FTDI FT4232",
    "0403:6014": "FTDI FT232H",
    "0403:6015": "FTDI FT231X",
    "067b:2303": "Prolific PL2303",
    "067b:23a3": "Prolific PL2303GC",
    "10c4:ea60": "Silicon Labs CP210x",
    "10c4:ea70": "Silicon Labs CP2105",
    "1a86:7523": "WCH CH340",
    "1a86:5523": "WCH CH341",
    "1a86:55d3": "WCH CH343",
    "0483:5740": "STMicroelectronics virtual COM port",
}
"""General serial chips by USB id."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What may be behind an adapter.

    Attributes:
        adapter: what the USB id says; empty where it says nothing to us.
        likely: drivers whose instruments come with this id.
        possible: further drivers whose instruments are connected by any such adapter.
    """

    adapter: str
    likely: tuple[str, ...]
    possible: tuple[str, ...]


def recognise(usb_id: str) -> Proposal:
    """Return what may be behind an adapter with a USB id, ``vendor:product`` in hexadecimal."""
    serial = [spec for spec in loadable_specs() if spec.line.baud]
    likely = tuple(spec.driver for spec in serial if usb_id in spec.usb_ids)
    if usb_id in CHIPS:
        rest = (spec.driver for spec in serial if spec.driver not in likely and _takes_any(spec))
        return Proposal(CHIPS[usb_id], likely, tuple(rest))
    return Proposal("the instrument's own" if likely else "", likely, ())


def _takes_any(spec: MeterSpec) -> bool:
    """Tell whether an instrument is connected by an adapter of the operator's choice."""
    return not spec.usb_ids or any(usb_id in CHIPS for usb_id in spec.usb_ids)
