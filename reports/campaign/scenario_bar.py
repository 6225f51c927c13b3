"""A horizontal bar for a scenario, in its colour and with its runs."""

from collections.abc import Callable

from records.rows.runs import RunRow
from reports.blocks.kit import Bar
from reports.campaign.view import ScenarioView


def scenario_bar(
    scenario: ScenarioView,
    value: float,
    text: str,
    *,
    ends: tuple[float | None, float | None] = (None, None),
    of_run: Callable[[RunRow], float | None] | None = None,
) -> Bar:
    """Make the bar of a scenario in its colour.

    Args:
        scenario: whose bar.
        value: its length.
        text: what is written at its end.
        ends: of the interval.
        of_run: gives the dots; there is none for a single run.
    """
    low, high = ends
    return Bar(
        name=scenario.name,
        colour=scenario.colour,
        value=value,
        text=text,
        hatched=scenario.tracker is not None,
        low=low,
        high=high,
        dots=scenario.of_runs(of_run) if of_run is not None and scenario.n > 1 else [],
    )
