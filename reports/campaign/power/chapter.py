"""Power over time, down to the single reading."""

from reports.blocks.contract import Chapter, Text
from reports.campaign.power.figures import power_sheet
from reports.campaign.power.traces import readings_of
from reports.campaign.view import View
from reports.words.numbers import plain


def chapter(view: View) -> Chapter:
    """Show every run's power, and what the hardware did meanwhile."""
    sheet = power_sheet(view)
    if sheet.absent:
        return Chapter("power", "Power over time", "Power", [sheet], sheet.absent)
    return Chapter("power", "Power over time", "Power", [Text(_answer(view)), sheet])


def _answer(view: View) -> str:
    means = {item.name: item.row.mean_power_w for item in view.scenarios}
    ordered = sorted((mean, name) for name, mean in means.items() if mean is not None)
    largest, run_dir = max(
        (reading or 0.0, row.run_dir) for row in view.results.traces for reading in readings_of(row)[3:]
    )
    peak = f"The largest single reading was {plain(largest)} W, in run {run_dir}."
    if not ordered:
        return peak
    (low, lowest), (high, highest) = ordered[0], ordered[-1]
    if len(ordered) == 1:
        return f"The mean power of {lowest} was {plain(low)} W. {peak}"
    return f"Mean power ranged from {plain(low)} W ({lowest}) to {plain(high)} W ({highest}). {peak}"
