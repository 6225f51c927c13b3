"""What the journal says of a wanted precision: how well the energies are known, and why a campaign ended."""

from collections.abc import Iterable, Mapping
from typing import Any

from records.journal_events import JournalEntry, PrecisionChecked, RepeatsEnough
from reports.words.numbers import plain


def precision_of(entries: Iterable[JournalEntry]) -> PrecisionChecked | RepeatsEnough | None:
    """Return what a journal says last of the wanted precision; ``None`` where it says nothing."""
    found = [entry for entry in entries if isinstance(entry, PrecisionChecked | RepeatsEnough)]
    return found[-1] if found else None


def precision_words(entry: PrecisionChecked | RepeatsEnough) -> str:
    """Say what was reached, and why the campaign ended where it did."""
    if isinstance(entry, RepeatsEnough):
        return entry.reason
    return f"after {entry.blocks} blocks: {reached_words(entry.half_pct)} (wanted: ±{entry.target_pct:g} %)"


def precision_json(entry: PrecisionChecked | RepeatsEnough | None) -> dict[str, Any] | None:
    """Return it as ``--json`` prints it; ``reached`` is null while the campaign continues."""
    if entry is None:
        return None
    ended = entry if isinstance(entry, RepeatsEnough) else None
    return {
        "target_pct": entry.target_pct,
        "blocks": entry.blocks,
        "half_pct": entry.half_pct,
        "reached": ended and ended.reached,
        "reason": ended and ended.reason,
    }


def reached_words(half_pct: Mapping[str, float | None]) -> str:
    """Return the half-widths of the intervals, such as ``cnn ±1.8 %; transfer not resolved``."""
    if not half_pct:
        return "no workload has a valid run"
    return "; ".join(
        f"{name} {'not resolved' if half is None else f'±{plain(half, 2)} %'}"
        for name, half in half_pct.items()
    )
