"""The pseudo-terminal behind which a virtual instrument sits."""

import errno
import os
import tty
from pathlib import Path

from records.errors import ConfigurationError


class VirtualPort:
    """A pseudo-terminal, with a link to it where wanted.

    A slave descriptor of our own is kept open: without it, reading the master fails whenever no
    client has the port open. Bytes that nobody takes in time are lost, as on a line without
    handshake: the system holds 64 KiB or so for a client, and the instrument itself as much as it can.

    Args:
        link: path of a symbolic link to the port; a link left by an earlier instrument is replaced. It leads
            through this process to the port: once the process has ended, however it did, it leads nowhere,
            while a name such as /dev/pts/3 goes on to the next one who opens a terminal.
        fifo_bytes: how much the instrument holds back when the system takes no more.

    Attributes:
        lost_bytes: how many bytes were lost because they were not read.

    Raises:
        ConfigurationError: there is something else than a link at that path.
    """

    def __init__(self, link: Path | None, fifo_bytes: int = 0) -> None:
        self.lost_bytes = 0
        self._link = link
        self._fifo_bytes = fifo_bytes
        self._held = bytearray()
        self._master = self._slave = -1
        self.device = ""
        if link is not None and link.is_file() and not link.is_symlink():
            raise ConfigurationError(f"--link {link}: a file is there already. Name a path that is free")
        self.plug_in()

    @property
    def path(self) -> str:
        """What a client opens: the link where there is one."""
        return self.device if self._link is None else str(self._link)

    @property
    def plugged_in(self) -> bool:
        """Whether the port exists now."""
        return self._master >= 0

    def plug_in(self) -> None:
        """Make the pseudo-terminal and the link."""
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)  # else line ends are changed and XON/XOFF eaten
        os.set_blocking(self._master, False)
        self.device = os.ttyname(self._slave)
        if self._link is not None:
            self._make_link(self._link)

    @property
    def _target(self) -> str:
        return f"/proc/{os.getpid()}/fd/{self._slave}"

    def _make_link(self, link: Path) -> None:
        beside = link.with_name(f".{link.name}.{os.getpid()}")
        try:
            beside.symlink_to(self._target)
            beside.replace(link)
        except OSError as error:
            raise ConfigurationError(
                f"--link {link}: cannot make the link ({error.strerror or error}). Name a path in a "
                f"folder that exists and can be written"
            ) from None

    def unplug(self) -> None:
        """Close the pseudo-terminal; a client sees an error. Remove the link if it is still ours."""
        if not self.plugged_in:
            return
        if self._link is not None and self._link.is_symlink() and str(self._link.readlink()) == self._target:
            self._link.unlink()
        os.close(self._slave)
        os.close(self._master)
        self._master = self._slave = -1
        self._held.clear()

    def close(self) -> None:
        """Take the port away for good."""
        self.unplug()

    def descriptors(self) -> list[int]:
        """Return what to wait on for bytes of the client."""
        return [self._master]

    def accept_client(self) -> bool:
        """Tell whether there is a new client; a pseudo-terminal cannot know."""
        return False

    def read(self) -> bytes:
        """Return the bytes that the client sent; none when there are none."""
        try:
            return os.read(self._master, 4096)
        except BlockingIOError:
            return b""

    def holds(self) -> list[int]:
        """Return what to wait on for room for bytes that are held back; nothing when none are."""
        return [self._master] if self._held else []

    def write(self, data: bytes = b"") -> None:
        """Send bytes to the client, after those held back; hold back or lose what it does not take."""
        self._held += data
        try:
            del self._held[: os.write(self._master, self._held)]
        except OSError as error:
            if error.errno not in (errno.EAGAIN, errno.EIO):  # nobody reads
                raise
        self.lost_bytes += max(0, len(self._held) - self._fifo_bytes)
        del self._held[self._fifo_bytes :]
