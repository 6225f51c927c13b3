"""``journal.jsonl``: the controller's evidence log, one object per command and state change."""

import json
from pathlib import Path
from typing import Any

from records.files import LineAppender, read_json_lines
from records.times import now_mono_s, now_utc_s


class Journal:
    """Append to the journal; every entry is on disk before the call returns.

    Args:
        path: the file; a torn last line of a killed controller is closed, not removed.
    """

    def __init__(self, path: Path) -> None:
        self._file = LineAppender(path)

    def write(self, what: str, **details: Any) -> None:
        """Append ``{t_utc_s, t_mono_s, what, ...}``.

        Args:
            what: the command or change of state, e.g. ``run started``.
            details: further keys, of JSON types.
        """
        entry = {
            "t_utc_s": round(now_utc_s(), 6),
            "t_mono_s": round(now_mono_s(), 6),
            "what": what,
            **details,
        }
        self._file.append(json.dumps(entry, ensure_ascii=False, default=str))
        self._file.sync()

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def read_journal(path: Path) -> tuple[list[dict[str, Any]], list[int]]:
    """Read the entries, and the numbers of the lines a crash tore."""
    lines = read_json_lines(path)
    return lines.objects, lines.damaged_lines
