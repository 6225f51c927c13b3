"""A HiSLIP server (IVI-6.1) in front of a virtual instrument, for the tests of VISA: messages, not bytes."""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from meter.virtual.instrument import VirtualInstrument

_HEADER = struct.Struct("!2sBBIQ")  # prologue, type of message, control code, parameter, length
_DATA_END, _SIZE, _SIZE_ANSWER, _ASYNC_CLEAR = 7, 15, 16, 19
# Type of a message that is answered with a plain one: that one's type and parameter. Initialize (protocol
# 1.0, session 1), its asynchronous twin, and the two steps of clearing a device.
_PLAIN = {0: (1, 0x0100_0001), 17: (18, 0), _ASYNC_CLEAR: (23, 0), 8: (9, 0)}


class HislipInstrument:
    """Answers as an instrument on a bus does: to ask before an answer was read is an error.

    Attributes:
        heard: messages, as they came.
        protocol_errors: how often a question came while an answer was open.
        clears: how often the device was cleared.
        mute: answers to questions that begin so are held back for good.
    """

    def __init__(self, instrument: VirtualInstrument) -> None:
        self.heard: list[str] = []
        self.protocol_errors = 0
        self.clears = 0
        self.mute = "no question at all"
        self._instrument = instrument
        self._open_question = False
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.tcp_port = self._listener.getsockname()[1]
        self._links: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def unplug(self) -> None:
        """Drop the client and listen no more."""
        self._listener.close()
        for link in self._links:
            link.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                link, _ = self._listener.accept()
                self._links.append(link)
                threading.Thread(target=self._serve, args=(link,), daemon=True).start()

    def _serve(self, link: socket.socket) -> None:
        with suppress(OSError, struct.error), link:
            while True:
                _, kind, _, parameter, length = _HEADER.unpack(_exactly(link, _HEADER.size))
                payload = _exactly(link, length)
                for answer in self._answers(kind, parameter, payload):
                    link.sendall(answer)

    def _answers(self, kind: int, parameter: int, payload: bytes) -> Iterator[bytes]:
        if kind == _DATA_END:
            yield from self._data(parameter, payload)
        elif kind == _SIZE:
            yield _message(_SIZE_ANSWER, payload=struct.pack("!Q", 1 << 20))
        elif kind in _PLAIN:
            if kind == _ASYNC_CLEAR:
                self.clears += 1
                self._open_question = False
            yield _message(*_PLAIN[kind])

    def _data(self, message_id: int, payload: bytes) -> Iterator[bytes]:
        text = payload.decode("ascii").strip()
        self.heard.append(text)
        self.protocol_errors += self._open_question
        self._instrument.advance(97.2)
        answer = self._instrument.receive(payload)
        self._open_question = "?" in text
        if answer and not text.startswith(self.mute):
            self._open_question = False  # the client reads at once: it is given the answer unasked
            yield _message(_DATA_END, message_id, answer.rstrip(b"\r\n"))


def _message(kind: int, parameter: int = 0, payload: bytes = b"") -> bytes:
    return _HEADER.pack(b"HS", kind, 0, parameter, len(payload)) + payload


def _exactly(link: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        more = link.recv(count - len(data))
        if not more:
            raise OSError("the client is gone")
        data += more
    return data


@contextmanager
def on_hislip(instrument: VirtualInstrument) -> Iterator[tuple[str, HislipInstrument]]:
    """Put an instrument behind HiSLIP; yield its port as ``visa://``, and what was heard there."""
    served = HislipInstrument(instrument)
    try:
        yield f"visa://TCPIP::127.0.0.1::hislip0,{served.tcp_port}::INSTR", served
    finally:
        served.unplug()
