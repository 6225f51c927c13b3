"""Something that gets every byte between host and meter, for ``--raw``."""

from typing import Literal, Protocol


class Tap(Protocol):
    """Takes bytes as they pass."""

    def __call__(self, t_utc_s: float, direction: Literal["tx", "rx"], data: bytes) -> None:
        """Take bytes that were sent to (``tx``) or came from (``rx``) the meter at a UTC time."""
