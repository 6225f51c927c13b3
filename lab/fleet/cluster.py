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
from records.errors import ConfigurationError, RecordError, SutError

if TYPE_CHECKING:
    from distributed import Client, Future

_FETCH_LOOKS, _FETCH_LOOK_S = 30, 10.0
"""How often a bench that has not answered yet is looked for, and the time between."""

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
    _addresses: dict[str, str] = field(default_factory=dict)

    def present(self) -> Mapping[str, BenchState]:
        """Return the benches that are there now; none while the scheduler is away."""
        client = self.client()
        try:
            there = {} if client is None else _workers_of(client)
        except OSError:  # lost this very moment
            there = {}
        self._addresses = {state.name: address for address, state in there.items()}
        return {state.name: state for state in there.values()}

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
        """Return the answers since the last call.

        Raises:
            ConfigurationError: the scheduler runs in an environment without this Wattlab.
        """
        done = {key: future for key, future in self._tasks.items() if future.status != "pending"}
        for key in done:
            del self._tasks[key]
        if done:
            self.present()  # once for all blocks that are fetched now
        unsent, self._unsent = self._unsent, []
        return [*unsent, *(self._answer(*key, future) for key, future in done.items())]

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
            RecordError: the bench cannot pack or hand over what it measured.
        """
        size: int = self._ask(bench, packed, campaign_id, block)
        with open(archive, "wb") as file:
            while file.tell() < size:
                part: bytes = self._ask(bench, part_of, campaign_id, block, file.tell())
                if not part:
                    raise RecordError(
                        f"bench {bench}: expected {size} bytes of block {block}, not {file.tell()}"
                    )
                file.write(part)

    def _ask(self, bench: str, task: Callable[..., Any], campaign_id: str, block: int, *more: int) -> Any:
        from distributed import KilledWorker

        expected = f"bench {bench}: expected what it measured of block {block}, but"
        client, address = self.client(), self._addresses.get(bench)
        if client is None or address is None:
            raise SutError(f"{expected} it is away")
        asked = client.submit(task, campaign_id, block, *more, workers=[address], pure=False, retries=0)
        for _ in range(_FETCH_LOOKS):
            try:
                return asked.result(timeout=_FETCH_LOOK_S)
            except Exception as error:  # whatever a worker raises comes through here
                if asked.status == "error" and not isinstance(error, KilledWorker):
                    raise RecordError(f"{expected}: {_in_words(error)}") from None
                if asked.status != "pending":
                    raise SutError(f"{expected}: {_in_words(error)}") from None
            self.present()
            if self._addresses.get(bench) != address:
                raise SutError(f"{expected} it is away")
        raise SutError(f"{expected} nothing came within {_FETCH_LOOKS * _FETCH_LOOK_S:g} s")

    def _answer(self, bench: str, block: int, future: "Future[BlockAnswer]") -> BlockAnswer:
        from distributed import CancelledError

        if future.status == "error":
            self._check_scheduler()
            error = future.exception()  # type: ignore[no-untyped-call]
            reason = (
                f"expected a worker of the same version of Wattlab, but it failed with {_in_words(error)}"
            )
            return BlockAnswer(bench, block, SutError.exit_code, reason)
        try:
            return future.result(timeout=ANSWER_S)
        except (CancelledError, OSError):
            return BlockAnswer(bench, block, LOST, _NO_SCHEDULER)

    def _check_scheduler(self) -> None:
        """See whether the scheduler can read an order: it unpickles what goes through it.

        Raises:
            ConfigurationError: it cannot.
        """
        client = self.client()
        if client is None:
            return
        try:
            client.run_on_scheduler(BenchState.of, None)  # type: ignore[no-untyped-call]
        except (ImportError, AttributeError) as missing:
            raise ConfigurationError(
                f"--scheduler {self.link.scheduler}: expected a scheduler in an environment with this "
                f"version of Wattlab, but there: {missing}. Start the `dask scheduler` that is installed "
                f"next to `lab`"
            ) from None
        except OSError:  # lost this very moment
            return

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
    return {state.name: state for state in _workers_of(client).values()}


def _workers_of(client: "Client") -> dict[str, BenchState]:
    """Return the states of the benches that have joined, by the address of their worker."""
    workers = client.scheduler_info(n_workers=-1)["workers"]
    states = {address: BenchState.of(worker["metrics"].get(METRIC)) for address, worker in workers.items()}
    return {address: state for address, state in states.items() if state is not None}


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


def _in_words(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"
