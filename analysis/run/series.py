"""The samples of a tracker that gives a series, and its energy in any window."""

import numpy as np

from analysis.maths.arrays import Floats, column, finite
from analysis.run.clock import ClockFit
from records.tables import Table
from records.trackers import series_quantity


class TrackerSeries:
    """A series as energy over time: each sample speaks for the time since the one before.

    Args:
        table: ``series.csv`` of the tracker.
        clock: from the clock of the SUT to the controller's.
    """

    def __init__(self, table: Table, clock: ClockFit) -> None:
        quantity = series_quantity(table)
        at_s, values = column(table, "t_utc_s"), column(table, quantity)
        known = np.isfinite(at_s) & np.isfinite(values)
        order = np.argsort(at_s[known], kind="stable")
        self._at_s: Floats = clock.to_controller_all(at_s[known][order])
        values = values[known][order]
        hours = np.diff(self._at_s, prepend=self._at_s[:1]) / 3600
        steps_wh = values if quantity == "energy_wh" else values * hours
        self._since_wh = np.concatenate(([0.0], np.cumsum(steps_wh[1:]))) if len(values) else values

    def energy_wh(self, from_utc_s: float, to_utc_s: float) -> float | None:
        """Return the energy of a window, ``None`` where the samples do not reach over it.

        Args:
            from_utc_s: start of the window, on the controller's clock.
            to_utc_s: its end.
        """
        if len(self._at_s) < 2 or from_utc_s < self._at_s[0] or to_utc_s > self._at_s[-1]:
            return None
        begin, end = np.interp([from_utc_s, to_utc_s], self._at_s, self._since_wh)
        return finite(float(end - begin))
