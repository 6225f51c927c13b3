"""What went wrong with the trackers of a run, told while the campaign can still be stopped."""

from collections.abc import Iterator
from pathlib import Path

from records.trackers import read_trackers
from reports.words.outcomes import OUTCOME_WORDS

_FINE = ("", "ok")


def tracker_notices(run_dir: Path) -> Iterator[str]:
    """Yield a line for each tracker that gave no energy to compare, or left something running.

    Raises:
        RecordError: the file is damaged.
    """
    table = read_trackers(run_dir)
    if table is None:
        return
    for row in table.frame.to_dict("records"):
        outcome = str(row.get("outcome") or "")
        if outcome not in _FINE:
            kind = OUTCOME_WORDS.get(outcome, outcome)
            yield f"{row['tracker']}, {kind}: {row.get('outcome_text', '')}"
