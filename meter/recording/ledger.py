"""The gap ledger: where readings are missing, how many, and why; and the cadence of those that came.

``python -m meter.recording.ledger DIR`` completes the ``meter.json`` of a logger that was killed.
"""

import sys
from array import array
from math import isfinite
from pathlib import Path
from typing import Any

from records.errors import WattlabError
from records.meter import MeterRecord, Reading, read_readings
from records.run import RunFolder

_MOST_STAMPS = 500_000
"""So many good readings, the first ones, are fitted: a logger at 1 kHz must not grow for days."""

ON_THE_WAY_S = 0.2
"""Readings no older than this at the end are no gap: fast meters hand them over in lumps."""


class GapLedger:
    """Follow the rows of ``meter.csv`` and list the gaps between good readings.

    Only the rows are looked at, so that the ledger of a logger that was killed can be made again
    from its ``meter.csv``. Two good readings more than one and a half intervals apart are a gap;
    readings that arrive late, in a burst after it, are taken off what is missing.

    Args:
        interval_s: time between readings.
    """

    def __init__(self, interval_s: float) -> None:
        self._interval_s = interval_s
        self._last_good_utc_s: float | None = None
        self._flags: list[str] = []
        self._gaps: list[dict[str, Any]] = []
        self._stamps = array("d")
        self._sessions = [0]  # index into the stamps at which each session begins
        self.counts: dict[str, Any] = {}
        """Number of rows by flag; good ones under ``good``."""

    def add(self, reading: Reading) -> None:
        """Take the next row in."""
        name = reading.flag or "good"
        self.counts[name] = self.counts.get(name, 0) + 1
        if reading.flag:
            self._flags.append(reading.flag)
            if reading.flag == "reconnected" and self._sessions[-1] < len(self._stamps):
                self._sessions.append(len(self._stamps))
            return
        if len(self._stamps) < _MOST_STAMPS:
            self._stamps.append(reading.t_utc_s)
        if self._last_good_utc_s is not None:
            self._close_gap(self._last_good_utc_s, reading.t_utc_s)
        self._last_good_utc_s = reading.t_utc_s
        self._flags = []

    def gaps(self, t_end_utc_s: float | None = None) -> list[dict[str, Any]]:
        """Return ``[{t_from_utc_s, t_to_utc_s, missing, reason}]``.

        Args:
            t_end_utc_s: when logging ended; then a gap still open there is also listed.
        """
        found = [gap for gap in self._gaps if gap["missing"] > 0]
        if t_end_utc_s is not None and self._last_good_utc_s is not None:
            open_s = t_end_utc_s - self._last_good_utc_s
            missing = int(open_s / self._interval_s)
            if (missing > 1 and open_s > ON_THE_WAY_S) or (missing >= 1 and self._flags):
                found.append(self._gap(self._last_good_utc_s, t_end_utc_s, missing))
        return found

    def cadence(self) -> dict[str, Any] | None:
        """Return what the stamps say of the meter's own cadence; ``None`` without a good reading.

        Numpy is loaded here and not before: while a meter is logged nothing needs it.
        """
        if not self._stamps:
            return None
        import numpy as np

        from records.cadence import fit_sessions, longest_of, missing_of

        stamps_s = np.array(self._stamps)
        session = np.searchsorted(self._sessions, np.arange(len(stamps_s)), side="right")
        order = np.lexsort((stamps_s, session))
        fits = [found.cadence for found in fit_sessions(stamps_s[order], session, self._interval_s)]
        longest = longest_of(fits)
        if longest is None:
            return None
        return {
            "interval_s": round(longest.interval_s, 9),
            "jitter_s": round(longest.jitter_s, 9),
            "readings": sum(len(fit.kept) for fit in fits),
            "missing": missing_of(fits),
            "late": sum(fit.late for fit in fits),
            "duplicates": sum(fit.duplicates for fit in fits),
            "poll": None,
        }

    def complete(self, record: MeterRecord, t_end_utc_s: float | None = None) -> None:
        """Write gaps, counts and cadence into a record.

        Args:
            record: of the meter whose rows were taken in.
            t_end_utc_s: when logging ended, if that is known.
        """
        record.gaps = self.gaps(t_end_utc_s)
        record.counts = self.counts
        record.cadence = self.cadence()

    def _close_gap(self, t_from_utc_s: float, t_to_utc_s: float) -> None:
        intervals = (t_to_utc_s - t_from_utc_s) / self._interval_s
        if intervals > 1.5:
            self._gaps.append(self._gap(t_from_utc_s, t_to_utc_s, round(intervals) - 1))
        elif intervals < 0.5 and self._gaps and self._gaps[-1]["t_to_utc_s"] > t_to_utc_s - self._interval_s:
            self._gaps[-1]["missing"] -= 1

    def _gap(self, t_from_utc_s: float, t_to_utc_s: float, missing: int) -> dict[str, Any]:
        return {
            "t_from_utc_s": t_from_utc_s,
            "t_to_utc_s": t_to_utc_s,
            "missing": missing,
            "reason": "+".join(dict.fromkeys(self._flags)) or "late or lost, nothing flagged",
        }


def complete_folder(folder: Path) -> MeterRecord:
    """Complete the ``meter.json`` of a logger that was killed, from its ``meter.csv``.

    Raises:
        RecordError: one of the two is missing or damaged.
    """
    place = RunFolder(folder)
    record = MeterRecord.read(place.meter_json)
    ledger = GapLedger(record.interval_s)
    frame = read_readings(place.meter_csv).frame
    for t_utc_s, flag in zip(frame["t_utc_s"], frame["flag"], strict=True):
        if isfinite(float(t_utc_s)):
            ledger.add(Reading(float(t_utc_s), None, str(flag)))
    ledger.complete(record)
    record.write(place.meter_json)
    return record


def main(argv: list[str]) -> int:
    """Run as a program; return its exit code."""
    if len(argv) != 1:
        print("usage: python -m meter.recording.ledger DIR, the folder of a log", file=sys.stderr)
        return 2
    try:
        record = complete_folder(Path(argv[0]))
    except WattlabError as error:
        print(f"meter.recording.ledger: {error}", file=sys.stderr)
        return error.exit_code
    print(f"rows by flag: {record.counts}; gaps: {len(record.gaps)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
