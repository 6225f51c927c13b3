"""``journal.jsonl``: the controller's evidence log, one object per command and change of state."""

import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from records.files import LineAppender, read_json_lines
from records.journal_events import JournalEntry, RepeatsEnough, entry_of
from records.times import now_mono_s, now_utc_s


class Journal:
    """Append to the journal; every entry is on disk before the call returns.

    Args:
        path: the file; a torn last line of a killed controller is closed, not removed.
    """

    def __init__(self, path: Path) -> None:
        self._file = LineAppender(path)

    def write(self, entry: JournalEntry) -> None:
        """Append an entry as ``{t_utc_s, t_mono_s, what, ...}``, stamped now where it has no stamp."""
        stamped = replace(
            entry,
            t_utc_s=round(now_utc_s(), 6) if entry.t_utc_s is None else entry.t_utc_s,
            t_mono_s=round(now_mono_s(), 6) if entry.t_mono_s is None else entry.t_mono_s,
        )
        self._file.append(json.dumps(stamped.to_json(), ensure_ascii=False, default=str))
        self._file.sync()

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def read_journal(path: Path) -> tuple[list[JournalEntry], list[int]]:
    """Read the entries, and the numbers of the lines a crash tore.

    Raises:
        RecordError: there is no such file.
    """
    lines = read_json_lines(path)
    return [entry_of(line) for line in lines.objects], lines.damaged_lines


def dropped_slots(entries: Iterable[JournalEntry]) -> frozenset[int]:
    """Return the numbers of the slots that are no longer planned, as the precision was decided upon."""
    return frozenset(
        number for entry in entries if isinstance(entry, RepeatsEnough) for number in entry.dropped
    )
