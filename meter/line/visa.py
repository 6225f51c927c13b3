"""An instrument behind VISA, as a port: ``visa://`` and a VISA resource name.

``visa://USB0::0x0B21::0x0025::SERIAL::INSTR`` (USB-TMC), ``visa://TCPIP::host::INSTR`` (VXI-11),
``visa://TCPIP::host::hislip0::INSTR`` (HiSLIP), ``visa://GPIB0::1::INSTR``. The VISA library is the
vendor's where one is installed, else pyvisa-py; the environment variable ``PYVISA_LIBRARY`` decides.
``visa://TCPIP::host::port::SOCKET`` is a plain TCP connection and needs none of that.

Such links carry messages, not bytes (IEEE 488.2): who reads without having asked makes the
instrument note an error, and who asks anew before the answer was read also does so. So nothing is
read here unless a question is open, and an open question is cleared before the next one.
"""

import os
import re
import time
from typing import Any

from records.errors import ConfigurationError

SCHEME = "visa://"

_RAW_SOCKET = re.compile(r"TCPIP\d*::(?P<host>[^:]+|\[[^\]]+\])::(?P<port>\d+)::SOCKET", re.IGNORECASE)
_MESSAGES = re.compile(r"(?:TCPIP|USB|GPIB|VXI)\d*::.+", re.IGNORECASE)
_HISLIP = re.compile(
    r"TCPIP\d*::(?P<host>[^:]+|\[[^\]]+\])::hislip\d+(?:,(?P<port>\d+))?(?:::INSTR)?", re.IGNORECASE
)
_HISLIP_PORT = 4880
_ANSWER_MS = 1500
_OPEN_MS = 3000
_POLL_S = 0.1


def as_socket(port: str) -> str:
    """Return the address of a raw socket in pyserial's spelling; any other port as it is."""
    match = _RAW_SOCKET.fullmatch(port.removeprefix(SCHEME)) if port.startswith(SCHEME) else None
    return port if match is None else f"socket://{match['host']}:{match['port']}"


def carries_messages(port: str) -> bool:
    """Tell whether a port is a VISA resource of messages, which only instruments that are asked have."""
    return port.startswith(SCHEME) and as_socket(port) == port


def tcp_address(port: str) -> tuple[str, int] | None:
    """Return host and TCP port of a VISA resource that names both; ``None`` for any other."""
    name = port.removeprefix(SCHEME)
    match = _RAW_SOCKET.fullmatch(name) or _HISLIP.fullmatch(name)
    return None if match is None else (match["host"].strip("[]"), int(match["port"] or _HISLIP_PORT))


def is_simulated_library() -> bool:
    """Tell whether VISA resources of this process come from pyvisa-sim."""
    return os.environ.get("PYVISA_LIBRARY", "").endswith("@sim")


class VisaPort:
    """A VISA resource with as much of the interface of `serial.Serial` as `Transport` uses.

    Args:
        port: see the module.

    Raises:
        ConfigurationError: it is no resource that carries messages, or pyvisa is not installed.
        OSError: the resource cannot be opened.
    """

    def __init__(self, port: str) -> None:
        name = port.removeprefix(SCHEME)
        if not _MESSAGES.fullmatch(name):
            raise ConfigurationError(
                f"port {port!r}: expected visa:// and a resource such as USB0::0x0B21::0x0025::1234::INSTR, "
                f"TCPIP::host::INSTR or GPIB0::1::INSTR. Name a serial port by its path alone"
            )
        pyvisa = _import_pyvisa(port)
        self._timeouts = pyvisa.errors.VisaIOError, pyvisa.constants.StatusCode.error_timeout
        self._held = b""
        self._open_questions = 0
        try:
            # The manager is shared by all resources of the process and ends with it.
            self._resource = pyvisa.ResourceManager().open_resource(name, open_timeout=_OPEN_MS)
            self._resource.timeout = _ANSWER_MS
        except Exception as error:  # VISA libraries raise what their own layers raise
            raise OSError(f"VISA says: {_words(error)}") from error

    @property
    def in_waiting(self) -> int:
        """How many bytes of an answer are here and were not taken yet."""
        return len(self._held)

    def read(self, size: int = 1) -> bytes:
        """Return up to ``size`` bytes of an answer; none when none is open or none comes.

        An answer ends with a line feed here, also where its end was marked on the bus alone.

        Raises:
            OSError: the link is lost.
        """
        if not self._held and self._open_questions:
            self._held = self._answer()
        elif not self._held and size:
            time.sleep(_POLL_S)
        taken, self._held = self._held[:size], self._held[size:]
        return taken

    def write(self, data: bytes) -> None:
        """Send each line as a message of its own.

        Raises:
            OSError: the link is lost.
        """
        for message in filter(None, re.split(rb"[\r\n]+", data)):
            try:
                if self._open_questions:
                    self._resource.clear()
                    self._open_questions, self._held = 0, b""
                self._resource.write_raw(message + b"\n")
            except Exception as error:
                raise OSError(_words(error)) from error
            self._open_questions = int(b"?" in message)

    def close(self) -> None:
        """Close the resource."""
        self._resource.close()

    def _answer(self) -> bytes:
        failure, timeout = self._timeouts
        try:
            answer = bytes(self._resource.read_raw())
        except failure as error:
            if error.error_code == timeout:
                return b""
            raise OSError(_words(error)) from error
        except Exception as error:
            raise OSError(_words(error)) from error
        self._open_questions = 0
        return answer if answer.endswith((b"\n", b"\r")) else answer + b"\n"


def _import_pyvisa(port: str) -> Any:
    try:
        import pyvisa
    except ImportError:
        raise ConfigurationError(
            f"port {port!r}: VISA needs the packages pyvisa and pyvisa-py, which are not installed. Install "
            f"them with: pip install 'wattlab[visa]'"
        ) from None
    return pyvisa


def _words(error: Exception) -> str:
    return str(error) or type(error).__name__
