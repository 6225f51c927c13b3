"""Blocks as tasks on the workers of a Dask cluster, and what was measured on its way back."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from lab.fleet.cluster import Cluster
from lab.fleet.link import ANSWER_S
from lab.fleet.orders import LOST, RESOURCE, BenchState, BlockAnswer, BlockOrder
from lab.fleet.transfer import Transfer, in_words
from lab.fleet.worker import run_order
from records.errors import SutError

if TYPE_CHECKING:
    from distributed import Future

_NO_SCHEDULER = "the scheduler was lost"


@dataclass(frozen=True, slots=True)
class _Task:
    campaign_id: str
    future: "Future[BlockAnswer]"


@dataclass
class DaskBenches:
    """The benches of a cluster, as a `Dispatcher` wants them.

    Attributes:
        cluster: that they have joined.
        archive_of: returns the file that takes what a bench measured of a block.
    """

    cluster: Cluster
    archive_of: Callable[[str, int], Path]
    _tasks: dict[tuple[str, int], _Task] = field(default_factory=dict)
    _transfers: dict[tuple[str, int], Transfer] = field(default_factory=dict)
    _unsent: list[BlockAnswer] = field(default_factory=list)

    def present(self) -> Mapping[str, BenchState]:
        """Return the benches that are there now; none while the scheduler is away."""
        return self.cluster.present()

    def start(self, bench: str, order: BlockOrder) -> None:
        """Hand a block to a bench."""
        client = self.cluster.client()
        if client is None:
            self._unsent.append(BlockAnswer(bench, order.block, LOST, _NO_SCHEDULER))
            return
        future = client.submit(
            run_order,
            order,
            resources={RESOURCE + bench: 1},
            key=f"wattlab-block-{order.block}-{uuid4().hex}",
            pure=False,
            retries=0,
        )
        self._tasks[bench, order.block] = _Task(order.campaign["id"], future)

    def answers(self) -> Sequence[BlockAnswer]:
        """Return the answers since the last call.

        A bench that has attempted a block to its end answers when the archive of it is here, or cannot come.

        Raises:
            ConfigurationError: the scheduler runs in an environment without this Wattlab.
            OSError: an archive cannot be written.
        """
        answers, self._unsent = self._unsent, []
        done = {key: task for key, task in self._tasks.items() if task.future.status != "pending"}
        for key, task in done.items():
            del self._tasks[key]
            answer = self._answer(*key, task.future)
            if answer.code in (0, 1):
                self._transfers[key] = Transfer(answer, task.campaign_id, self.archive_of(*key))
            else:
                answers.append(answer)
        if not self._transfers:
            return answers
        self.present()  # once for all of them
        client = self.cluster.client()
        for key, transfer in list(self._transfers.items()):
            came = transfer.step(client, self.cluster.addresses.get(key[0]))
            if came is not None:
                del self._transfers[key]
                answers.append(came)
        return answers

    def forget(self, bench: str, block: int) -> None:
        """Expect no answer about a block any more."""
        transfer = self._transfers.pop((bench, block), None)
        if transfer is not None:
            transfer.drop()
        task = self._tasks.pop((bench, block), None)
        if task is not None:
            with suppress(OSError):
                task.future.cancel()  # type: ignore[no-untyped-call]

    def close(self) -> None:
        """Remove what has come in part; what runs on the benches continues."""
        for transfer in self._transfers.values():
            transfer.drop()

    def _answer(self, bench: str, block: int, future: "Future[BlockAnswer]") -> BlockAnswer:
        from distributed import CancelledError, KilledWorker

        if future.status == "error":
            self.cluster.check_scheduler()
            error = future.exception()  # type: ignore[no-untyped-call]
            reason = in_words(error)
            if not isinstance(error, KilledWorker):  # whose own words say what happened
                reason = f"expected a worker of the same version of Wattlab, but it failed with {reason}"
            return BlockAnswer(bench, block, SutError.exit_code, reason)
        try:
            return future.result(timeout=ANSWER_S)
        except (CancelledError, OSError):
            return BlockAnswer(bench, block, LOST, _NO_SCHEDULER)
