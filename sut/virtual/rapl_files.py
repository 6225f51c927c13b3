"""Write a RAPL tree into a folder and keep its counters up to date, where there is no FUSE.

``python -m sut.virtual.rapl_files SCRIPT MARKS FOLDER``. A counter is at most a few milliseconds old. Each is
written in one call with leading zeros to a constant length, so that a descriptor that is held open reads
whole numbers. Where a fault denies a counter its mode is 000, which a reader without privileges sees when
it opens the file; one that it holds open stays readable.
"""

import os
import sys
import time
from pathlib import Path

from records.truth.script import TruthScript
from sut.virtual.rapl import RaplCounter, reader, tree

_STEP_S = 0.002
_DIGITS = 20


class RaplFolder:
    """The tree.

    Args:
        script: of the truth.
        marks: file of the marks.
        folder: that becomes ``intel-rapl``.
    """

    def __init__(self, script: TruthScript, marks: Path, folder: Path) -> None:
        self._read = reader(marks, time.monotonic)
        self._open: list[tuple[RaplCounter, int]] = []
        (folder / "subsystem").symlink_to("..")
        for path, content in tree(script).items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, str):
                (folder / path).write_text(content, encoding="ascii")
            else:
                self._open.append((content, os.open(folder / path, os.O_WRONLY | os.O_CREAT, 0o444)))
        self.renew()

    def renew(self) -> None:
        """Write all counters as they are now."""
        for counter, descriptor in self._open:
            try:
                data = self._read(counter)
            except PermissionError:
                os.fchmod(descriptor, 0)
                continue
            os.fchmod(descriptor, 0o444)
            os.pwrite(descriptor, data.rjust(_DIGITS + 1, b"0"), 0)


def main(script: str, marks: str, folder: str) -> None:
    """Keep the tree up to date until the process is ended."""
    files = RaplFolder(TruthScript.read(Path(script)), Path(marks), Path(folder))
    while True:
        files.renew()
        time.sleep(_STEP_S)


if __name__ == "__main__":
    main(*sys.argv[1:])
