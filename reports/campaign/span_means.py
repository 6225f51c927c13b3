"""Spans of one name in one scenario together: actions and calls."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

from records.rows.runs import SpanRow
from reports.campaign.view import View, numbers, scenario_key

_STAMP_DECIMALS = 6  # of the records; what is below is rounding and no scatter


@dataclass(frozen=True)
class SpanMeans:
    """Means and standard deviations over spans; ``None`` where no span has the number.

    Attributes:
        scenario, name: for people; ``rows`` the spans.
    """

    scenario: str
    name: str
    rows: Sequence[SpanRow]

    @property
    def n(self) -> int:
        """Number of spans."""
        return len(self.rows)

    @property
    def duration(self) -> tuple[float | None, float | None]:
        """Mean and standard deviation, in s."""
        mean, sd = _mean_and_sd([row.duration_s for row in self.rows])
        return mean, None if sd is None else round(sd, _STAMP_DECIMALS)

    @property
    def energy(self) -> tuple[float | None, float | None]:
        """Mean and standard deviation, in Wh."""
        return _mean_and_sd(numbers(row.energy_wh for row in self.rows))

    @property
    def induced(self) -> tuple[float | None, float | None]:
        """Mean and standard deviation of the induced energy, in Wh."""
        return _mean_and_sd(numbers(row.induced_wh for row in self.rows))

    @property
    def least_coverage_pct(self) -> float:
        """Coverage of the span that the meter covered least."""
        return min(row.coverage_pct for row in self.rows)


def _mean_and_sd(values: list[float]) -> tuple[float | None, float | None]:
    return fmean(values) if values else None, stdev(values) if len(values) > 1 else None


def run_keys(view: View) -> dict[str, str]:
    """Return the key of the scenario of each counted run, by its folder."""
    return {run.run_dir: scenario_key(run) for run in view.results.runs}
