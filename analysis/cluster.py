"""One function over many items on a Dask cluster, which `lab analyse --scheduler` names."""

import platform
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

from records.errors import ConfigurationError, SutError

if TYPE_CHECKING:
    from distributed import Client, Future, Security, as_completed

Item = TypeVar("Item")
Outcome = TypeVar("Outcome")

IN_FLIGHT = 2
"""Tasks handed to each worker at a time: one that it does, one that waits for it."""

ANSWER_S = 5.0
"""How long a scheduler may take to answer."""


def on_cluster(
    address: str,
    security: "Security | None",
    folder: Path,
    function: Callable[[Item], Outcome],
    items: Sequence[Item],
    names: Sequence[str],
    parts: Callable[[int], list[range]],
    done: Callable[[int], None],
) -> list[Outcome]:
    """Return ``function`` of every item.

    Args:
        address: of the scheduler.
        security: certificates for it, or ``None``.
        folder: what ``function`` reads; every worker has to see it under this path.
        function: to be pickled, with everything it needs.
        items: likewise.
        names: of the items, for messages.
        parts: parts the items for so many workers; each part is a task.
        done: called with the number of items done.

    Raises:
        SutError: the scheduler does not answer, its workers cannot do the work, or they die of an item.
    """
    with _cluster_at(address, security, folder) as client:
        return _Dispatch(client, function, items, names, parts, done).run()


class _Dispatch(Generic[Item, Outcome]):
    """Hands out a few tasks at a time, so that neither tasks nor results pile up in the scheduler."""

    def __init__(
        self,
        client: "Client",
        function: Callable[[Item], Outcome],
        items: Sequence[Item],
        names: Sequence[str],
        parts: Callable[[int], list[range]],
        done: Callable[[int], None],
    ) -> None:
        self._client = client
        self._function = function
        self._items = items
        self._names = names
        self._done = done
        self._workers = len(client.scheduler_info(n_workers=-1)["workers"])
        self._waiting = deque(parts(self._workers))
        self._tasks: dict[Future[list[Outcome]], range] = {}
        self._outcomes: dict[int, Outcome] = {}

    def run(self) -> list[Outcome]:
        """Do all of it."""
        from distributed import as_completed

        finished = as_completed(loop=self._client.loop)  # type: ignore[no-untyped-call]
        for _ in range(IN_FLIGHT * self._workers):
            self._hand_out(finished)
        for future in finished:
            self._take(future, self._tasks.pop(future))
            self._hand_out(finished)
        return [self._outcomes[i] for i in range(len(self._items))]

    def _hand_out(self, finished: "as_completed") -> None:
        if self._waiting:
            part = self._waiting.popleft()
            items = [self._items[i] for i in part]
            future = self._client.submit(_all_of, self._function, items, pure=False)
            self._tasks[future] = part
            finished.add(future)  # type: ignore[no-untyped-call]

    def _take(self, future: "Future[list[Outcome]]", part: range) -> None:
        from distributed import CancelledError, KilledWorker

        try:
            self._outcomes |= dict(zip(part, future.result(), strict=True))
        except KilledWorker:
            if len(part) == 1:
                raise SutError(
                    f"{self._names[part[0]]}: every worker that took this on died of it. "
                    f"Look at the size of its files and at the memory of the workers"
                ) from None
            self._waiting.extendleft(range(i, i + 1) for i in reversed(part))  # to find out which one
        except RuntimeError as error:
            if "deserialization of the task graph" not in str(error):
                raise
            raise SutError(
                "the scheduler runs in another environment than this command, and cannot read its tasks. "
                "Start it in the environment of this Wattlab"
            ) from None
        except CancelledError:
            raise SutError(
                f"the scheduler was lost while {self._names[part[0]]} was analysed; nothing was written. "
                f"Start it again, or use --jobs for this machine alone"
            ) from None
        self._done(len(self._outcomes))


def _all_of(function: Callable[[Item], Outcome], items: Sequence[Item]) -> list[Outcome]:
    return [function(item) for item in items]


@contextmanager
def _cluster_at(address: str, security: "Security | None", folder: Path) -> Iterator["Client"]:
    import dask
    from distributed import Client
    from distributed.comm.addressing import get_address_host_port

    try:
        get_address_host_port(address, strict=True)
    except ValueError as error:
        raise ConfigurationError(
            f"--scheduler {address}: expected an address such as tcp://127.0.0.1:8786, but {error}"
        ) from None
    with dask.config.set({"distributed.comm.timeouts.connect": ANSWER_S}):
        try:
            client = Client(  # type: ignore[no-untyped-call]
                address, security=security, timeout=ANSWER_S, set_as_default=False
            )
        except OSError:
            raise SutError(
                f"--scheduler {address}: expected a Dask scheduler, but nothing answered there within "
                f"{ANSWER_S:g} s. Start one and its workers (docs/explanation/scale.md), or use --jobs for "
                f"this machine alone"
            ) from None
        with client:
            _check_workers(client, address, folder)
            yield client


def _check_workers(client: "Client", address: str, folder: Path) -> None:
    """Refuse a cluster whose workers would see other files or compute other numbers than this process."""
    try:
        client.wait_for_workers(1, timeout=ANSWER_S)
    except TimeoutError:
        raise SutError(
            f"--scheduler {address}: expected workers, but this scheduler has none. Start some in this "
            f"environment (docs/explanation/scale.md)"
        ) from None
    try:
        replies = client.run(worker_facts, str(folder))
    except ImportError as error:
        raise SutError(
            f"--scheduler {address}: a worker lacks what it has to do ({error}); start the workers in "
            f"the environment and the folder of this Wattlab"
        ) from None
    ours = worker_facts(str(folder))
    for worker, theirs in replies.items():
        for name, own in ours.items():
            if theirs[name] != own:
                raise SutError(
                    f"--scheduler {address}: expected {name} to be {own} for the worker at {worker} as it "
                    f"is here, but it is {theirs[name]}. Start the workers in this environment, with the "
                    f"campaign under the same path"
                )


def worker_facts(folder: str) -> dict[str, str]:
    """Return what has to be the same here and on a worker: versions, and the sight of the campaign."""
    packages = ("numpy", "pandas", "pyarrow", "scipy", "dask", "distributed")
    return {
        "Python": platform.python_version(),
        "Wattlab's code": _hash_of_code(),
        **{name: version(name) for name in packages},
        f"the folder {folder}": "there" if Path(folder).is_dir() else "not there",
    }


def _hash_of_code() -> str:
    """Return a hash of the modules that compute the numbers."""
    digest = sha256()
    for package in ("records", "analysis"):
        top = Path(__file__).resolve().parent.parent / package
        for path in sorted(top.rglob("*.py")):
            digest.update(path.relative_to(top).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]
