"""What can happen to an open port, and how a message shows bytes."""

from records.errors import DeviceError


class PortLost(DeviceError):
    """The port was there and is gone: unplugged, or its other end closed."""


class RecordingEnded(PortLost):
    """Everything that was recorded has been played."""


class RecordingDiffers(PortLost):
    """The driver sends something else than it sent when this was recorded."""


class SettingDiffers(DeviceError):
    """The instrument is set otherwise than it has to be; waiting does not change that."""


def shown(data: bytes, limit: int = 60) -> str:
    """Return bytes as a message shows them: escaped and shortened."""
    text = data[:limit].decode("ascii", "backslashreplace").encode("unicode_escape").decode()
    return f"'{text}'" + (f" and {len(data) - limit} more bytes" if len(data) > limit else "")
