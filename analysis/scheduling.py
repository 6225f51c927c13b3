"""One function over many items: here, in processes of this machine, or on a Dask cluster.

What comes back does not depend on where it was computed: the results are in the order of the items,
and no item knows of another. Dask is loaded only where it is asked for.
"""

import platform
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import version
from multiprocessing import resource_tracker
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from records.errors import ConfigurationError, SutError

if TYPE_CHECKING:
    from distributed import Client, Future, as_completed

Item = TypeVar("Item")
Outcome = TypeVar("Outcome")
Progress = Callable[[int, int], None]
"""Called with the number of items done and the number of all."""

LARGEST_TASK = 32
"""Items handed over at once: the scheduler takes about a millisecond for a task, however small."""

TASKS_PER_WORKER = 8
"""How many tasks each worker gets at least, so that none waits long for the slowest."""

IN_FLIGHT = 2
"""Tasks handed to each worker at a time: one that it does, one that waits for it."""

ANSWER_S = 5.0
"""How long a scheduler may take to answer."""

DEATHS = 2
"""How many workers may die of a task and it is tried again: they may have died of something else."""


@dataclass(frozen=True)
class Workforce:
    """Who does the work.

    Attributes:
        jobs: number of processes of this machine; with 1 it is done in this one.
        scheduler: address of a Dask scheduler that takes their place, such as ``tcp://host:8786``.
    """

    jobs: int = 1
    scheduler: str | None = None

    def __post_init__(self) -> None:
        """Check that the two do not contradict each other.

        Raises:
            ConfigurationError: they do, or ``jobs`` is no number of processes.
        """
        if self.jobs < 1:
            raise ConfigurationError(f"--jobs: expected a number of processes from 1 on, found {self.jobs}")
        if self.scheduler is not None and self.jobs != 1:
            raise ConfigurationError(
                "--jobs and --scheduler were both given: give --jobs for processes of this machine, or "
                "--scheduler for a cluster, which has as many workers as were started for it"
            )


ALONE = Workforce()


def run_map(
    function: Callable[[Item], Outcome],
    items: Sequence[Item],
    names: Sequence[str],
    folder: Path,
    workforce: Workforce = ALONE,
    progress: Progress | None = None,
) -> list[Outcome]:
    """Return ``function`` of every item, in the order of the items.

    Args:
        function: to be pickled, with everything it needs, where it runs in another process.
        items: likewise; each result should be small, for all of them are kept.
        names: of the items, for messages.
        folder: what ``function`` reads; every worker has to see it under this path.
        workforce: who does the work.
        progress: called as items are done.

    Raises:
        SutError: the scheduler does not answer, its workers cannot do the work, or they die of an item.
        WattlabError: what ``function`` raised; what is left is then not begun.
    """
    if workforce.scheduler is None and min(workforce.jobs, len(items)) <= 1:
        return _in_turn(function, items, progress)
    with _client(workforce, len(items), folder) as client:
        return _Dispatch(client, function, items, names, progress).run()


def _in_turn(
    function: Callable[[Item], Outcome], items: Sequence[Item], progress: Progress | None
) -> list[Outcome]:
    outcomes = []
    for done, item in enumerate(items, start=1):
        outcomes.append(function(item))
        if progress is not None:
            progress(done, len(items))
    return outcomes


class _Dispatch(Generic[Item, Outcome]):
    """Hands out a few tasks at a time, so that neither tasks nor results pile up in the scheduler."""

    def __init__(
        self,
        client: "Client",
        function: Callable[[Item], Outcome],
        items: Sequence[Item],
        names: Sequence[str],
        progress: Progress | None,
    ) -> None:
        self._client = client
        self._function = function
        self._items = items
        self._names = names
        self._progress = progress
        self._workers = len(client.scheduler_info(n_workers=-1)["workers"])
        size = max(1, min(LARGEST_TASK, len(items) // (TASKS_PER_WORKER * self._workers)))
        self._waiting = deque(range(i, min(i + size, len(items))) for i in range(0, len(items), size))
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
                    f"{self._names[part[0]]}: every worker that took this on died of it ({DEATHS + 1}). "
                    f"Look at the size of its files and at the memory of the workers"
                ) from None
            self._waiting.extendleft(range(i, i + 1) for i in reversed(part))  # to find out which one
        except CancelledError:
            raise SutError(
                f"the scheduler was lost while {self._names[part[0]]} was analysed; nothing was written. "
                f"Start it again, or use --jobs for this machine alone"
            ) from None
        if self._progress is not None:
            self._progress(len(self._outcomes), len(self._items))


def _all_of(function: Callable[[Item], Outcome], items: Sequence[Item]) -> list[Outcome]:
    return [function(item) for item in items]


def _client(workforce: Workforce, n_items: int, folder: Path) -> AbstractContextManager["Client"]:
    if workforce.scheduler is not None:
        return _cluster_at(workforce.scheduler, folder)
    return _local_cluster(min(workforce.jobs, n_items))


@contextmanager
def _local_cluster(jobs: int) -> Iterator["Client"]:
    """Start processes that end with the block; reachable from this machine only, nothing left on disk."""
    import tempfile

    import dask
    from distributed import Client, LocalCluster

    with ExitStack() as stack:
        scratch = stack.enter_context(tempfile.TemporaryDirectory(prefix="wattlab-workers-"))
        stack.enter_context(dask.config.set(_options(scratch)))
        with _interrupts_held_back():
            cluster = stack.enter_context(
                LocalCluster(  # type: ignore[no-untyped-call]
                    n_workers=jobs,
                    threads_per_worker=1,
                    processes=True,
                    host="127.0.0.1",
                    dashboard_address="127.0.0.1:0",
                    scheduler_kwargs={"dashboard": False},
                    memory_limit=0,  # what one run needs is known only by reading it
                    silence_logs=50,
                )
            )
            client = stack.enter_context(Client(cluster, set_as_default=False))  # type: ignore[no-untyped-call]
        yield client


@contextmanager
def _interrupts_held_back() -> Iterator[None]:
    """Let Ctrl-C wait for the end of the block, and what is started in it never hear of it.

    Ctrl-C goes to all processes of a terminal. It is this one that ends the workers, in order, which
    cannot be done while they start; left alone each would print where it just was.
    """
    if threading.current_thread() is not threading.main_thread():  # signals are no business of others
        yield
        return
    resource_tracker.ensure_running()  # its start unblocks SIGINT
    pressed: list[int] = []
    handler = signal.signal(signal.SIGINT, lambda number, _: pressed.append(number))
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # processes and threads inherit it
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        signal.signal(signal.SIGINT, handler)
    if pressed:
        raise KeyboardInterrupt


@contextmanager
def _cluster_at(address: str, folder: Path) -> Iterator["Client"]:
    import dask
    from distributed import Client
    from distributed.comm.addressing import get_address_host_port

    try:
        get_address_host_port(address, strict=True)
    except ValueError as error:
        raise ConfigurationError(
            f"--scheduler {address}: expected an address such as tcp://host:8786, but {error}"
        ) from None
    with dask.config.set({"distributed.comm.timeouts.connect": ANSWER_S}):
        try:
            client = Client(  # type: ignore[no-untyped-call]
                address, timeout=ANSWER_S, set_as_default=False
            )
        except OSError:
            raise SutError(
                f"--scheduler {address}: expected a Dask scheduler, but nothing answered there within "
                f"{ANSWER_S:g} s. Start one with `dask scheduler` and `dask worker {address}`, or use --jobs "
                f"for this machine alone"
            ) from None
        with client:
            _check_workers(client, address, folder)
            yield client


def _options(scratch: str) -> dict[str, Any]:
    return {
        "temporary-directory": scratch,
        "distributed.scheduler.allowed-failures": DEATHS,
        "distributed.scheduler.http.routes": [],
        "distributed.worker.http.routes": [],
    }


def _check_workers(client: "Client", address: str, folder: Path) -> None:
    """Refuse a cluster whose workers would see other files or compute other numbers than this process."""
    try:
        client.wait_for_workers(1, timeout=ANSWER_S)
    except TimeoutError:
        raise SutError(
            f"--scheduler {address}: the scheduler answers, but has no worker; start some with "
            f"`dask worker {address}` in this environment"
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
