"""What a bench measured on its way here: in parts, so that no process holds all of it or waits for it."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lab.fleet.orders import LOST, BlockAnswer
from lab.fleet.worker import packed, part_of
from records.errors import SutError

if TYPE_CHECKING:
    from distributed import Client, Future

_LONGEST_S = 300.0
"""How long a bench may take to pack what it measured, or to read a part of it."""

_PART_S = 30.0
"""How long a part that has been read may be on its way, while all others wait: 8 MiB at 2.3 Mbit/s."""


@dataclass
class Transfer:
    """The campaign folder of a block on its way here, as a tar archive.

    Attributes:
        answer: of the bench that has attempted the block.
        campaign_id: of the campaign.
        archive: file to write.
    """

    answer: BlockAnswer
    campaign_id: str
    archive: Path
    _asked: "Future[Any] | None" = None
    _asked_s: float = 0.0
    _address: str | None = None
    _size: int | None = None
    _written: int = 0

    def step(self, client: "Client | None", address: str | None) -> BlockAnswer | None:
        """Take what has come, and ask for the next part.

        Args:
            client: to the scheduler, if one is there.
            address: of the worker of the bench as it is now; ``None`` where it is away.

        Returns:
            The answer of the bench once the archive is whole, or one that says why it does not come; ``None``
            while it is on its way.

        Raises:
            OSError: the archive cannot be written.
        """
        if client is None or address is None or self._address not in (None, address):
            return self._without(LOST, "the bench is away")
        if self._asked is None:
            self.archive.parent.mkdir(parents=True, exist_ok=True)
            self.archive.write_bytes(b"")
            self._address = address
            self._ask(client, packed)
            return None
        if self._asked.status == "pending":
            late = time.monotonic() - self._asked_s > _LONGEST_S
            return self._without(LOST, f"nothing came within {_LONGEST_S:g} s") if late else None
        try:
            came = self._asked.result(timeout=_PART_S)
        except Exception as error:  # whatever a worker raises comes through here
            return self._failed(self._asked.status, error)
        if self._size is None:
            self._size = came
        elif not self._take(came):
            return self._without(SutError.exit_code, f"only {self._written} of {self._size} bytes came")
        if self._written == self._size:
            return self.answer
        self._ask(client, part_of, self._written)
        return None

    def _ask(self, client: "Client", task: Callable[..., Any], *more: int) -> None:
        self._asked = client.submit(
            task,
            self.campaign_id,
            self.answer.block,
            *more,
            workers=[self._address],
            pure=False,
            retries=0,
        )
        self._asked_s = time.monotonic()

    def _take(self, part: bytes) -> bool:
        with open(self.archive, "ab") as file:
            self._written += file.write(part)
        return bool(part)

    def _failed(self, status: str | None, error: Exception) -> BlockAnswer | None:
        from distributed import KilledWorker

        if status == "pending":  # its worker was lost after it had answered
            return None
        at_bench = status == "error" and not isinstance(error, KilledWorker)
        return self._without(SutError.exit_code if at_bench else LOST, in_words(error))

    def drop(self) -> None:
        """Remove what has come so far."""
        self.archive.unlink(missing_ok=True)

    def _without(self, code: int | str, reason: str) -> BlockAnswer:
        self.drop()
        return replace(self.answer, code=code, reason=f"expected what it measured, but: {reason}")


def in_words(error: BaseException) -> str:
    """Return class and message of an exception that a worker raised."""
    return f"{type(error).__name__}: {error}"
