"""Something that gets every byte between host and meter, for ``--raw``."""

from typing import Literal, Protocol

Passing = Literal["open", "tx", "rx", "end"]
"""What passes: the port was opened; bytes to the meter; bytes from it; logging ended."""


class Tap(Protocol):
    """Takes bytes as they pass."""

    def __call__(self, t_utc_s: float, direction: Passing, data: bytes) -> None:
        """Take bytes that were sent to (``tx``) or came from (``rx``) the meter at a UTC time.

        ``open`` and ``end`` have no bytes.
        """
