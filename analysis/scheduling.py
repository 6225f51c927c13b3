"""One function over many items: here, in processes of this machine, or on a Dask cluster.

What comes back does not depend on where it was computed: the results are in the order of the items,
and no item knows of another. Processes of this machine are reached through pipes alone. Dask is loaded
only where it is asked for (`analysis.cluster`).
"""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import resource_tracker
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from records.errors import ConfigurationError, SutError

if TYPE_CHECKING:
    from distributed import Security

Item = TypeVar("Item")
Outcome = TypeVar("Outcome")
Progress = Callable[[int, int], None]
"""Called with the number of items done and the number of all."""

LARGEST_TASK = 32
"""Items handed over at once: handing over takes about a millisecond, however small the item."""

TASKS_PER_WORKER = 8
"""How many tasks each worker gets at least, so that none waits long for the slowest."""

DEATHS = 2
"""How many processes may die of an item and it is tried again: they may have died of something else."""


@dataclass(frozen=True)
class Workforce:
    """Who does the work.

    Attributes:
        jobs: number of processes of this machine; with 1 it is done in this one.
        scheduler: address of a Dask scheduler that takes their place, such as ``tcp://127.0.0.1:8786``.
        security: certificates for it; needed with ``tls://``.
    """

    jobs: int = 1
    scheduler: str | None = None
    security: "Security | None" = None

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
        SutError: processes die of an item, the scheduler does not answer, or its workers cannot do the work.
        WattlabError: what ``function`` raised; what is left is then not begun.
    """

    def done(number: int) -> None:
        if progress is not None:
            progress(number, len(items))

    if workforce.scheduler is not None:
        from analysis.cluster import on_cluster

        def parts(workers: int) -> list[range]:
            return _parts(len(items), workers)

        return on_cluster(
            workforce.scheduler, workforce.security, folder, function, items, names, parts, done
        )
    if min(workforce.jobs, len(items)) > 1:
        return _in_processes(function, items, names, min(workforce.jobs, len(items)), done)
    outcomes = []
    for item in items:
        outcomes.append(function(item))
        done(len(outcomes))
    return outcomes


def _parts(n_items: int, workers: int) -> list[range]:
    """Part items into tasks: at least `TASKS_PER_WORKER` for each worker, none larger than `LARGEST_TASK`."""
    size = max(1, min(LARGEST_TASK, n_items // (TASKS_PER_WORKER * workers)))
    return [range(i, min(i + size, n_items)) for i in range(0, n_items, size)]


def _in_processes(
    function: Callable[[Item], Outcome],
    items: Sequence[Item],
    names: Sequence[str],
    jobs: int,
    done: Callable[[int], None],
) -> list[Outcome]:
    """Share the items among processes; when one dies, do what is left one by one to find out of which."""
    outcomes: dict[int, Outcome] = {}
    try:
        with _pool(jobs) as pool:
            tasks = _submitted(pool, function, items, _parts(len(items), jobs))
            for task in as_completed(tasks):
                outcomes |= dict(zip(tasks[task], task.result(), strict=True))
                done(len(outcomes))
    except BrokenProcessPool:
        for i in range(len(items)):
            if i not in outcomes:
                outcomes[i] = _alone(function, items, i, names[i])
                done(len(outcomes))
    return [outcomes[i] for i in range(len(items))]


def _alone(function: Callable[[Item], Outcome], items: Sequence[Item], i: int, name: str) -> Outcome:
    """Do one item in a process of its own.

    Raises:
        SutError: every process that took it on died of it.
    """
    for _ in range(DEATHS + 1):
        try:
            with _pool(1) as pool:
                (task,) = _submitted(pool, function, items, [range(i, i + 1)])
                return task.result()[0]
        except BrokenProcessPool:
            continue
    raise SutError(
        f"{name}: every process that took this on died of it ({DEATHS + 1}). Look at the size of its files "
        f"and at the memory of this machine"
    )


@contextmanager
def _pool(jobs: int) -> Iterator[ProcessPoolExecutor]:
    """Start processes that end with the block, or with this process; what is not begun then is dropped."""
    # Not by fork: this process has threads, and a copy of it would have their locks without them.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(jobs, mp_context=context, initializer=_end_with_parent)
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


def _submitted(
    pool: ProcessPoolExecutor,
    function: Callable[[Item], Outcome],
    items: Sequence[Item],
    parts: list[range],
) -> dict[Future[list[Outcome]], range]:
    with _interrupts_held_back():  # the processes start with the first task
        return {pool.submit(_all_of, function, [items[i] for i in part]): part for part in parts}


def _all_of(function: Callable[[Item], Outcome], items: Sequence[Item]) -> list[Outcome]:
    return [function(item) for item in items]


def _end_with_parent() -> None:
    """Let this process end when the one that started it was killed: nothing else would tell it."""
    parent = multiprocessing.parent_process()
    if parent is not None:

        def wait() -> None:
            parent.join()
            os._exit(1)

        threading.Thread(target=wait, daemon=True).start()


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
