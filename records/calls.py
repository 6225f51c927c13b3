"""``calls/`` of a run: the calls of a measured program, as its instrumentation wrote them.

The instrumentation (`wattlab_calls`) writes these files from inside the measured process and imports
nothing of Wattlab; this module is their reader. Each process has two files: ``sites-PID.jsonl`` says
what the numbers mean, ``calls-PID.bin`` holds one record of fixed length per call.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from enum import IntFlag
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from records.documents import check_schema
from records.errors import RecordError
from records.files import read_json_lines

CALLS_SCHEMA = "wattlab.calls/1"

CALL_DTYPE = np.dtype(
    [
        ("site", "<u4"),
        ("task", "<u4"),
        ("depth", "<u2"),
        ("flags", "<u2"),
        ("start_ns", "<i8"),
        ("stop_ns", "<i8"),
        ("argument_bytes", "<i8"),
    ]
)
"""A record of ``calls-PID.bin``: see docs/reference/records.md."""

_SITES_FILE = re.compile(r"sites-(\d+(?:\.\d+)?)\.jsonl")


class CallFlag(IntFlag):
    """What is special about a call."""

    RAISED = 1
    TRACED = 2
    SUSPENDED = 4
    DEFERRED = 8
    GATE_WAIT = 16
    TRUNCATED = 32


@dataclass(frozen=True, slots=True)
class CallSite:
    """A place of the program and the API that is called there; one place with two APIs is two sites.

    Attributes:
        site: number within the process.
        file: from the root of the project where it lies below it.
        line, column, end_line: place of the call, from 1; in a notebook within the cell.
        cell: number among the code cells, from 1; ``None`` outside notebooks.
        execution_count: of the cell as stored in the notebook.
        function: qualified name of the enclosing function; empty at module level.
        expression: what is called, as written.
        api: canonical name of what was called.
        kind: ``call`` | ``decorator`` | ``with`` (its context manager).
    """

    site: int
    file: str
    line: int
    column: int
    end_line: int
    cell: int | None
    execution_count: int | None
    function: str
    expression: str
    api: str
    kind: str


@dataclass(frozen=True, eq=False)
class ProcessCalls:
    """The calls of one process.

    Attributes:
        process: its id, with ``.2`` and so on where the id came again.
        header: first line of the sites file.
        sites: by number.
        tasks: name of each thread or asynchronous task by number.
        notes: what could not be instrumented or recorded, a sentence each.
        ended: whether the process closed its record; otherwise it was killed, or left by ``os._exit``.
        damaged_lines: numbers of lines of the sites file that were left out.
        path: its ``calls-PID.bin``.
    """

    process: str
    header: dict[str, Any]
    sites: dict[int, CallSite]
    tasks: dict[int, str]
    notes: list[str]
    ended: bool
    damaged_lines: list[int]
    path: Path

    def chunks(self, rows: int = 65536) -> Iterator[NDArray[np.void]]:
        """Give the records in the order of their ends, at most ``rows`` at a time.

        Returns:
            arrays of `CALL_DTYPE`; slots that were never filled and torn records are left out.
        """
        for records in self._slots(rows):
            whole = records[_whole(records)]
            if len(whole):
                yield whole

    def damaged_records(self) -> int:
        """Count the records that a crash tore."""
        torn = sum(int(np.count_nonzero((r["site"] > 0) & ~_whole(r))) for r in self._slots(65536))
        return torn + bool(self._bytes() % CALL_DTYPE.itemsize)

    def _bytes(self) -> int:
        return self.path.stat().st_size if self.path.is_file() else 0

    def _slots(self, rows: int) -> Iterator[NDArray[np.void]]:
        if not self.path.is_file():
            return
        with self.path.open("rb") as file:
            while data := file.read(rows * CALL_DTYPE.itemsize):
                yield np.frombuffer(data, CALL_DTYPE, len(data) // CALL_DTYPE.itemsize)


def _whole(records: NDArray[np.void]) -> NDArray[np.bool_]:
    """Say of each slot whether it holds a record: a writer that is killed leaves the end of it zero."""
    whole: NDArray[np.bool_] = (records["start_ns"] > 0) & (records["stop_ns"] >= records["start_ns"])
    return whole


def read_calls(folder: Path) -> list[ProcessCalls]:
    """Read what the numbers mean, process by process; `ProcessCalls.chunks` reads the records.

    Args:
        folder: ``calls/`` of a run; without it there are no processes.

    Raises:
        RecordError: a line of a sites file lacks a key.
        SchemaError: such a file has no header that this version reads.
    """
    matches = ((_SITES_FILE.fullmatch(path.name), path) for path in folder.glob("sites-*.jsonl"))
    return [_process(path, name) for name, path in sorted((m[1], path) for m, path in matches if m)]


def iter_chunks(folder: Path, rows: int = 65536) -> Iterator[tuple[ProcessCalls, NDArray[np.void]]]:
    """Give the records of all processes of a run in bounded memory, as `ProcessCalls.chunks` does.

    Raises:
        RecordError, SchemaError: as `read_calls`.
    """
    for process in read_calls(folder):
        for chunk in process.chunks(rows):
            yield process, chunk


def _process(path: Path, process: str) -> ProcessCalls:
    lines = read_json_lines(path)
    header, rest = (lines.objects or [{}])[0], lines.objects[1:]
    check_schema(header.get("schema"), CALLS_SCHEMA, path)
    try:
        sites = [_site(line) for line in rest if "site" in line]
        tasks = {int(line["task"]): str(line["name"]) for line in rest if "task" in line}
    except KeyError as error:
        raise RecordError(f"{path}: expected the key {error} in every line of its kind") from None
    return ProcessCalls(
        process=process,
        header=header,
        sites={site.site: site for site in sites},
        tasks=tasks,
        notes=[str(line["note"]) for line in rest if "note" in line],
        ended=any("records" in line for line in rest),
        damaged_lines=lines.damaged_lines,
        path=path.with_name(f"calls-{process}.bin"),
    )


def _site(line: dict[str, Any]) -> CallSite:
    return CallSite(**{field.name: line[field.name] for field in fields(CallSite)})
