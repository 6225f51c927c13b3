"""The gap ledger: where readings are missing, how many, and why."""

from typing import Any

from records.meter import Reading


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
        self.counts: dict[str, Any] = {}
        """Number of rows by flag; good ones under ``good``."""

    def add(self, reading: Reading) -> None:
        """Take the next row in."""
        name = reading.flag or "good"
        self.counts[name] = self.counts.get(name, 0) + 1
        if reading.flag:
            self._flags.append(reading.flag)
            return
        if self._last_good_utc_s is not None:
            self._close_gap(self._last_good_utc_s, reading.t_utc_s)
        self._last_good_utc_s = reading.t_utc_s
        self._flags = []

    def gaps(self, t_end_utc_s: float | None = None) -> list[dict[str, Any]]:
        """Return ``[{t_from_utc_s, t_to_utc_s, missing, reason}]``.

        Args:
            t_end_utc_s: when logging ended; then a gap still open there is listed too.
        """
        found = [gap for gap in self._gaps if gap["missing"] > 0]
        if t_end_utc_s is not None and self._last_good_utc_s is not None:
            missing = int((t_end_utc_s - self._last_good_utc_s) / self._interval_s)
            if missing > 1 or (missing == 1 and self._flags):
                found.append(self._gap(self._last_good_utc_s, t_end_utc_s, missing))
        return found

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
