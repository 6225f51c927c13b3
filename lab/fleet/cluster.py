"""The benches of a fleet on a Dask cluster."""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from lab.fleet.link import ANSWER_S, Link
from lab.fleet.orders import LOST, RESOURCE, BenchState, BlockAnswer, BlockOrder
from lab.fleet.worker import METRIC, packed, part_of, run_order
from records.errors import SutError

if TYPE_CHECKING:
    from distributed import Client, Future

_FETCH_S = 300.0
_NO_SCHEDULER = "the scheduler was lost"


@dataclass
class DaskBenches:
    """Benches whose workers have joined a scheduler; a lost scheduler is looked for again.

    Attributes:
        link: to the scheduler.
    """

    link: Link
    _client: "Client | None" = None
    _tasks: "dict[tuple[str, int], Future[BlockAnswer]]" = field(default_factory=dict)
    _unsent: list[BlockAnswer] = field(default_factory=list)

    def present(self) -> Mapping[str, BenchState]:
        """Return the benches that are there now; none while the scheduler is away."""
        client = self.client()
        try:
            return {} if client is None else benches_of(client)
        except OSError:  # lost this very moment
            return {}

    def start(self, bench: str, order: BlockOrder) -> None:
        """Hand a block to a bench."""
        client = self.client()
        if client is None:
            self._unsent.append(BlockAnswer(bench, order.block, LOST, _NO_SCHEDULER))
            return
        self._tasks[bench, order.block] = client.submit(
            run_order,
            order,
            resources={RESOURCE + bench: 1},
            key=f"wattlab-block-{order.block}-{uuid4().hex}",
            pure=False,
            retries=0,
        )

    def answers(self) -> Sequence[BlockAnswer]:
        """Return the answers since the last call."""
        done = {key: future for key, future in self._tasks.items() if future.status != "pending"}
        for key in done:
            del self._tasks[key]
        unsent, self._unsent = self._unsent, []
        return [*unsent, *(_answer(*key, future) for key, future in done.items())]

    def forget(self, bench: str, block: int) -> None:
        """Expect no answer about a block any more."""
        future = self._tasks.pop((bench, block), None)
        if future is not None:
            with suppress(OSError):
                future.cancel()  # type: ignore[no-untyped-call]

    def fetch(self, bench: str, campaign_id: str, block: int, archive: Path) -> None:
        """Fetch the campaign folder of a block as a tar archive, part by part.

        Args:
            bench: its name.
            campaign_id: of the campaign.
            block: number of the block.
            archive: file to write.

        Raises:
            SutError: the bench, or the scheduler, is away.
        """
        size: int = self._ask(bench, packed, campaign_id, block)
        with open(archive, "wb") as file:
            while file.tell() < size:
                part: bytes = self._ask(bench, part_of, campaign_id, block, file.tell())
                if not part:
                    raise SutError(
                        f"bench {bench}: expected {size} bytes of block {block}, not {file.tell()}"
                    )
                file.write(part)

    def _ask(self, bench: str, task: Callable[..., Any], campaign_id: str, block: int, *more: int) -> Any:
        client = self.client()
        try:
            address = None if client is None else _addresses(client).get(bench)
            if client is None or address is None:
                raise SutError("it is away")
            asked = client.submit(task, campaign_id, block, *more, workers=[address], pure=False, retries=0)
            return asked.result(timeout=_FETCH_S)
        except Exception as error:  # whatever a worker raises comes through here
            raise SutError(
                f"bench {bench}: expected what it measured of block {block}, but: {error}"
            ) from None

    def client(self) -> "Client | None":
        """Return a client that is connected, if need be anew; ``None`` where no scheduler answers."""
        if self._client is None or self._client.status not in ("running", "connecting"):
            self.close()
            try:
                self._client = self.link.connect()
            except SutError:
                self._client = None
        return self._client

    def close(self) -> None:
        """Leave the scheduler; what runs on the benches continues."""
        if self._client is not None:
            self._client.close()  # type: ignore[no-untyped-call]


def benches_of(client: "Client") -> dict[str, BenchState]:
    """Return the states of the benches that have joined, by name."""
    workers = client.scheduler_info(n_workers=-1)["workers"].values()
    states = (BenchState.of(worker["metrics"].get(METRIC)) for worker in workers)
    return {state.name: state for state in states if state is not None}


def wait_for_bench(benches: DaskBenches, wait_s: float) -> BenchState:
    """Return the first bench of a fleet.

    Raises:
        SutError: none joins in time.
    """
    deadline = time.monotonic() + wait_s
    while not (present := benches.present()):
        if time.monotonic() > deadline:
            raise SutError(
                f"--scheduler {benches.link.scheduler}: expected a bench within {wait_s:g} s, but none has "
                f"joined. Start `lab fleet worker` on the controller of each"
            )
        time.sleep(0.5)
    return present[min(present)]


def _addresses(client: "Client") -> dict[str, str]:
    workers = client.scheduler_info(n_workers=-1)["workers"]
    return {worker["name"]: address for address, worker in workers.items() if METRIC in worker["metrics"]}


def _answer(bench: str, block: int, future: "Future[BlockAnswer]") -> BlockAnswer:
    from distributed import CancelledError

    if future.status == "error":
        error = future.exception()  # type: ignore[no-untyped-call]
        return BlockAnswer(bench, block, SutError.exit_code, repr(error))
    try:
        return future.result(timeout=ANSWER_S)
    except (CancelledError, OSError):
        return BlockAnswer(bench, block, LOST, _NO_SCHEDULER)
