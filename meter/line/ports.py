"""Which serial ports this machine has, and whether they can be opened."""

import grp
import os
from dataclasses import dataclass
from pathlib import Path

from serial.tools import list_ports as pyserial_ports
from serial.tools.list_ports_common import ListPortInfo

from meter.line.simulated import REPLAYED
from records.errors import DeviceError

_SERIAL_GROUPS = ("dialout", "uucp", "plugdev")
"""Groups that distributions give serial ports to."""


@dataclass(frozen=True, slots=True)
class SerialPort:
    """A serial port.

    Attributes:
        device: path to open, e.g. ``/dev/ttyUSB0``.
        description: what the system calls it.
        usb_id: ``vendor:product`` in hexadecimal, empty where it is not on USB.
        serial_number: of the USB adapter, empty where it has none; tells equal adapters apart.
        maker: of the USB adapter, empty where it does not say.
        stable: a name that stays when adapters are plugged in another order, empty where there is none.
        remedy: what to do before this user may open the port; empty where nothing is to be done.
    """

    device: str
    description: str
    usb_id: str
    serial_number: str
    maker: str
    stable: str = ""
    remedy: str = ""


def list_ports() -> list[SerialPort]:
    """List the serial ports that are plugged in, sorted by device. Nothing is opened."""
    return sorted((describe(port) for port in pyserial_ports.comports()), key=lambda port: port.device)


def check_port(port: str) -> None:
    """Refuse a port that is not there, as far as that shows without opening it.

    Raises:
        DeviceError: there is no such device or recording.
    """
    scheme = next((scheme for scheme in REPLAYED if port.startswith(scheme)), None)
    if scheme is None and "://" in port:
        return  # whoever is behind an address shows only when it is opened
    if not Path(port.removeprefix(scheme or "")).exists():
        raise DeviceError(
            f"{port}: expected the port of a meter, but there is none. `lab meter ports` lists what is "
            f"plugged in; set --port, or port in [meter] of lab.toml"
        )


def describe(port: ListPortInfo) -> SerialPort:
    """Return what is known of a port that pyserial found."""
    return SerialPort(
        device=port.device,
        description=port.description or "",
        usb_id="" if port.vid is None else f"{port.vid:04x}:{port.pid:04x}",
        serial_number=port.serial_number or "",
        maker=port.manufacturer or "",
        stable=_stable_name(Path(port.device)),
        remedy=remedy(Path(port.device), port.vid),
    )


def remedy(device: Path, vendor: int | None = None) -> str:
    """Return what lets this user open a device; an empty text when it may be opened already.

    Args:
        device: path of the port.
        vendor: USB vendor of its adapter, for a udev rule.
    """
    if not device.exists() or os.access(device, os.R_OK | os.W_OK):
        return ""
    return advice(_group(device), vendor)


def advice(group: str, vendor: int | None) -> str:
    """Return how to open a device of a group: by that group where it is one of serial ports, else by a rule.

    Nobody is to join ``root``, ``disk`` or ``tty`` for a meter.
    """
    which = f'ATTRS{{idVendor}}=="{vendor:04x}"' if vendor is not None else 'ATTRS{idVendor}=="XXXX"'
    rule = f'SUBSYSTEM=="tty", {which}, GROUP="dialout", MODE="0660", TAG+="uaccess"'
    by_rule = (
        f"put this line into /etc/udev/rules.d/70-power-meter.rules, run `sudo udevadm control --reload` and "
        f"plug the meter in again: {rule}"
    )
    if group not in _SERIAL_GROUPS:
        return f"this user may not open it: {by_rule}"
    by_group = f"this user may not open it: `sudo usermod -aG {group} $USER`, then log in again"
    return by_group if vendor is None else f"{by_group}; or {by_rule}"


def _group(device: Path) -> str:
    number = device.stat().st_gid
    try:
        return grp.getgrgid(number).gr_name
    except KeyError:
        return str(number)


def _stable_name(device: Path, folder: Path = Path("/dev/serial/by-id")) -> str:
    if not folder.is_dir():
        return ""
    names = (link for link in sorted(folder.iterdir()) if link.resolve() == device.resolve())
    return str(next(names, ""))
