"""One campaign at a time on a machine: a second one would be measured with the first.

``python -m sut.bench_lock NAME`` holds a SUT for a controller elsewhere, as long as its standard input is
open.
"""

import os
import stat
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from records.errors import SutError
from records.locks import try_lock

HELD = "held"
"""What the command line says when it holds the SUT."""

_MOST_BYTES = 4096


@contextmanager
def hold_sut(campaign: str) -> Iterator[None]:
    """Hold the SUT, which is this machine, for a campaign. The lock dies with its process.

    Each user has a lock file of their own, which all others may read and nobody else may write.

    Args:
        campaign: its name for whoever asks for the SUT meanwhile.

    Raises:
        SutError: another campaign runs on it; says whose.
    """
    folder = Path(tempfile.gettempdir())
    own = folder / f"wattlab-sut-{os.getuid()}.lock"
    with ExitStack() as stack:
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
        try:
            descriptor = os.open(own, flags, 0o644)
        except OSError as error:
            raise SutError(f"{own}: expected a lock file of this user, but: {error.strerror}") from None
        stack.callback(os.close, descriptor)
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_uid != os.getuid() or status.st_nlink != 1:
            raise SutError(f"{own}: expected a lock file of this user. Look who made it, and remove it")
        if not try_lock(descriptor):
            raise _held(descriptor, own)
        for other in sorted(folder.glob("wattlab-sut-*.lock")):
            if other != own:
                _refuse_held(other)
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"process {os.getpid()} with {campaign}".encode(errors="replace"))
        yield


def _refuse_held(path: Path) -> None:
    with suppress(OSError):  # gone meanwhile, or nothing that we may read
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
        try:
            if stat.S_ISREG(os.fstat(descriptor).st_mode) and not try_lock(descriptor, shared=True):
                raise _held(descriptor, path)
        finally:
            os.close(descriptor)


def _held(descriptor: int, path: Path) -> SutError:
    holder = os.pread(descriptor, _MOST_BYTES, 0).decode(errors="replace") or "another process"
    return SutError(
        f"expected this machine to be free for a campaign, but {holder} is measuring on it (lock {path}). "
        f"Let it end, or end it"
    )


def main() -> int:
    """Run the command line."""
    try:
        with hold_sut(sys.argv[1]):
            print(HELD, flush=True)
            sys.stdin.read()
    except SutError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
