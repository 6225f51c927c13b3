"""collectl as a child process: what it says goes into ``collectl.tab`` as it says it.

What it remarks on standard error, such as a record that it left out, goes into ``collectl.log`` next to it.
"""

from pathlib import Path

from records.folders import COLLECTL_LOG
from sut.collectors.child import ChildCollector
from sut.collectors.collectl_tool import collectl_command
from sut.collectors.rows import RowFile


class Collectl(ChildCollector):
    """A running collectl; it is ready when its first row came.

    Args:
        program: path of collectl.
        path: the file its output is appended to.
        interval_s: time between its rows in seconds.

    Raises:
        SutError: the file cannot be opened, or collectl cannot be started.
    """

    name = "collectl"
    try_by_hand = "collectl -scdmn -i1 -P --utc -om"
    without_it = "--collectl never"

    def __init__(self, program: str, path: Path, interval_s: float) -> None:
        self._file = RowFile(path, header=None)
        command = collectl_command(program, interval_s)
        super().__init__(command, path, path.with_name(COLLECTL_LOG), interval_s)

    def keep(self, line: str) -> None:
        """Append a line as it is."""
        self._file.append(line)
        self.ready = self.ready or line[:1].isdigit()

    def close_file(self) -> None:
        """Close ``collectl.tab``."""
        self._file.close()
