"""A horizontal bar for a scenario, in its colour and with its runs."""

from reports.blocks.kit import Bar
from reports.campaign.view import ScenarioView
from reports.words.numbers import finite


def scenario_bar(
    scenario: ScenarioView, value: float, text: str, *, ends: tuple[str, str] | None = None, column: str = ""
) -> Bar:
    """Make the bar of a scenario in its colour.

    Args:
        scenario: whose bar.
        value: its length.
        text: what is written at its end.
        ends: columns of the scenario's row that hold the ends of the interval.
        column: column of the runs that gives the dots; none for a single run.
    """
    low, high = ends if ends else ("", "")
    return Bar(
        name=scenario.name,
        colour=scenario.colour,
        value=value,
        text=text,
        hatched=scenario.tracker is not None,
        low=finite(scenario.row.get(low)),
        high=finite(scenario.row.get(high)),
        dots=scenario.of_runs(column) if column and scenario.n > 1 else [],
    )
