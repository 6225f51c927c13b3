"""Which serial ports this machine has."""

from dataclasses import dataclass

from serial.tools import list_ports as pyserial_ports


@dataclass(frozen=True, slots=True)
class SerialPort:
    """A serial port.

    Attributes:
        device: path to open, e.g. ``/dev/ttyUSB0``.
        description: what the system calls it.
        usb_id: ``vendor:product`` in hexadecimal, empty where it is not on USB.
        serial_number: of the USB adapter, empty where it has none; tells equal adapters apart.
        maker: of the USB adapter, empty where it does not say.
    """

    device: str
    description: str
    usb_id: str
    serial_number: str
    maker: str


def list_ports() -> list[SerialPort]:
    """List the serial ports that are plugged in, sorted by device. Nothing is opened."""
    return sorted(
        (
            SerialPort(
                device=port.device,
                description=port.description or "",
                usb_id="" if port.vid is None else f"{port.vid:04x}:{port.pid:04x}",
                serial_number=port.serial_number or "",
                maker=port.manufacturer or "",
            )
            for port in pyserial_ports.comports()
        ),
        key=lambda port: port.device,
    )
