"""What the tests of the meter room do with processes and their files."""

import csv
import json
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

DEADLINE_S = 40.0


def wait_for(condition: Callable[[], object], what: str) -> None:
    """Poll until a condition holds; fail with what was waited for."""
    end = time.monotonic() + DEADLINE_S
    while not condition():
        if time.monotonic() > end:
            pytest.fail(f"waited {DEADLINE_S:g} s in vain for: {what}")
        time.sleep(0.02)


@dataclass
class Child:
    """A running process of ours with its outputs as files."""

    process: subprocess.Popen[bytes]
    stdout: Path
    stderr: Path

    def wait(self) -> int:
        """Wait for the end; return the exit code."""
        return self.process.wait(DEADLINE_S)

    def end(self) -> int:
        """Close standard input, as the conductor does; return the exit code."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        return self.wait()

    def messages(self) -> list[dict[str, object]]:
        """Return the JSON objects printed so far."""
        whole = self.stdout.read_text().rpartition("\n")[0]
        return [json.loads(line) for line in whole.splitlines()]


def prepare(folder: Path, *meters: dict[str, object], **settings: object) -> Path:
    """Write the ``logger.json`` of a run folder; return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    document = {"schema": "wattlab.logger/1", "meters": list(meters), **settings}
    (folder / "logger.json").write_text(json.dumps(document))
    return folder


def rows_of(folder: Path) -> list[dict[str, str]]:
    """Return the whole rows of a ``meter.csv`` so far; none before there is one."""
    path = folder / "meter.csv"
    if not path.exists():
        return []
    whole = path.read_text().rpartition("\n")[0]
    return list(csv.DictReader(whole.splitlines()))


def flags_of(folder: Path) -> list[str]:
    """Return the flags of the rows so far."""
    return [row["flag"] for row in rows_of(folder)]
