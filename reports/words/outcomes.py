"""How it went with the trackers, in words."""

from collections import Counter
from collections.abc import Iterable, Sequence

from records.rows.agreement import TrackerRow
from records.tracker_columns import OUTCOMES

OUTCOME_WORDS = {
    "ok": "ok",
    "no-sensor": "no sensor",
    "window": "other window",
    "crashed": "failed",
    "hung": "hung",
    "orphan": "left processes",
}
_COMPARED = ("ok", "orphan")


def not_compared(rows: Sequence[TrackerRow]) -> str:
    """Say in how many runs of a tracker there is no energy to compare, and why; empty for none."""
    counts = Counter(row.outcome for row in rows)
    kinds = [kind for kind in OUTCOMES if counts[kind] and kind not in _COMPARED]
    return ", ".join(f"{OUTCOME_WORDS[kind]} in {counts[kind]} of {len(rows)} runs" for kind in kinds)


def lines_of_failures(rows: Iterable[TrackerRow]) -> list[str]:
    """Return a line for each tracker that gave no energy to compare in some of its runs."""
    trackers: dict[str, list[TrackerRow]] = {}
    for row in rows:
        trackers.setdefault(row.tracker, []).append(row)
    found = [(name, not_compared(of_it)) for name, of_it in trackers.items()]
    return [f"{name}, not compared: {why}" for name, why in found if why]
