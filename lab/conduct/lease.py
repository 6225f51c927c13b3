"""The lease of a bench: at most one controller measures on it, and a forgotten one cannot begin late.

Two things make it. A lock, which the system ends with its process, says whether anybody measures now. A
number, which grows with each grant, says whose turn it is: a process that was started for an older number
finds that before its first reading, and leaves. Each run carries the number, so the records show the order.
"""

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from records.errors import SutError
from records.locks import try_lock
from records.shard import LeaseRecord
from records.times import now_utc_s

HEARTBEAT_S = 5.0
"""Between two heartbeats of the holder."""

DEAD_AFTER_S = 30.0
"""A holder on another controller that has given no heartbeat for so long is dead."""

_PATIENCE_S = 5.0
"""How long a new holder waits for a refused one to leave."""


class BenchBusy(SutError):
    """A controller measures on the bench now."""


@dataclass(frozen=True, slots=True)
class BenchLease:
    """The lease of a bench, held by this process or still to be held.

    Attributes:
        bench: name of the bench.
        folder: its folder.
        number: of the lease.
    """

    bench: str
    folder: Path
    number: int

    def check(self) -> None:
        """Look whether the bench is still ours.

        Raises:
            SutError: it has been given to another; says to whom.
        """
        current = read_lease(self.folder)
        if current is None or current.number != self.number:
            now = "it is free" if current is None else f"number {current.number} is {current.owner}"
            raise SutError(
                f"bench {self.bench}: expected lease number {self.number}, but {now}. The bench was given "
                f"away while this waited; nothing was measured"
            )

    @contextmanager
    def held(self) -> Iterator["BenchLease"]:
        """Hold the bench, with a heartbeat, until the block ends. The lock dies with its process.

        Raises:
            BenchBusy: another process holds it.
            SutError: the bench has been given to another.
        """
        with _locked(self.folder, _PATIENCE_S):
            self.check()
            granted = LeaseRecord.read(_lease_json(self.folder))
            holding = replace(granted, pid=os.getpid())
            holding.write(_lease_json(self.folder))
            ended = threading.Event()
            heart = threading.Thread(target=_beat, args=(self.folder, ended), daemon=True)
            heart.start()
            try:
                yield self
            finally:
                ended.set()
                heart.join()
                if read_lease(self.folder) == holding:  # else somebody has put another in its place
                    granted.write(_lease_json(self.folder))


def grant(bench: str, folder: Path, owner: str) -> BenchLease:
    """Give an idle bench to a new owner; whoever has not begun by then is refused.

    Args:
        bench: its name.
        folder: its folder, made if absent.
        owner: campaign and block, for messages.

    Raises:
        BenchBusy: somebody measures on it.
        RecordError: ``lease.json`` is damaged; without its number no order can be kept.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with _locked(folder, 0.0):
        before = read_lease(folder)
        if before is not None and _lives_elsewhere(folder, before):
            raise _busy(folder)
        number = 1 if before is None else before.number + 1
        host = socket.gethostname()
        lease = LeaseRecord(number=number, owner=owner, host=host, granted_utc_s=round(now_utc_s(), 6))
        lease.write(_lease_json(folder))
    return BenchLease(bench, folder, number)


def read_lease(folder: Path) -> LeaseRecord | None:
    """Return the lease of a bench as it stands, or ``None`` where there was never one.

    Raises:
        RecordError: the file is damaged.
    """
    path = _lease_json(folder)
    return LeaseRecord.read(path) if path.exists() else None


def is_held(folder: Path) -> bool:
    """Say whether a process of this controller measures on the bench now."""
    try:
        with _locked(folder, 0.0):
            return False
    except BenchBusy:
        return True


def _lease_json(folder: Path) -> Path:
    return folder / "lease.json"


def _lives_elsewhere(folder: Path, lease: LeaseRecord) -> bool:
    """Say whether a holder on another controller, whose lock is not seen here, still gives heartbeats."""
    if lease.pid is None or lease.host == socket.gethostname():
        return False
    lock = folder / "lease.lock"
    os.utime(lock)  # tells the time by the clock that stamps heartbeats, which may be a file server's
    return lock.stat().st_mtime - _lease_json(folder).stat().st_mtime < DEAD_AFTER_S


def _beat(folder: Path, ended: threading.Event) -> None:
    while not ended.wait(HEARTBEAT_S):
        with suppress(OSError):  # `check` tells where it is gone; a file system over a network comes back
            os.utime(_lease_json(folder))


@contextmanager
def _locked(folder: Path, patience_s: float) -> Iterator[None]:
    descriptor = os.open(folder / "lease.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        deadline = time.monotonic() + patience_s
        while not try_lock(descriptor):
            if time.monotonic() >= deadline:
                raise _busy(folder)
            time.sleep(0.05)
        yield
    finally:
        os.close(descriptor)


def _busy(folder: Path) -> BenchBusy:
    lease = read_lease(folder)
    who = "another process" if lease is None else f"{lease.owner} (process {lease.pid} on {lease.host})"
    return BenchBusy(f"{folder}: expected an idle bench, but {who} is measuring on it. Let it end")
