"""The drawing of the first screen: accuracy over energy where something was learned, else the comparison."""

from markupsafe import Markup

from reports.blocks.kit import bars_panel
from reports.campaign.efficiency.accuracy import accuracy_panel
from reports.campaign.energy.figures import gross_bar, induced_bar
from reports.campaign.view import View

_MOST_BARS = 8  # the table below has all
_LEAST_BARS = 2


def first_figure(view: View) -> Markup | None:
    """Draw what the answer rests on; ``None`` where no run was counted."""
    key = "first-figure"
    if (accuracy := accuracy_panel(view, key)) is not None:
        return accuracy
    of_what, quantity = "because of the program", "induced energy"
    bars = [bar for item in view.scenarios if (bar := induced_bar(view, item)) is not None]
    if len(bars) < _LEAST_BARS:
        of_what, quantity = "per run", "energy"
        bars = [bar for item in view.scenarios if (bar := gross_bar(view, item)) is not None]
    if not bars:
        return None
    title = f"Energy {of_what}"
    if len(bars) > _MOST_BARS:
        title = f"{title}: lowest {_MOST_BARS} of {len(bars)}"
        bars = sorted(bars, key=lambda bar: bar.value)[:_MOST_BARS]
    axis = f"{quantity} / {view.unit.name}"
    return bars_panel("half", key, title, axis, bars, simulated=view.simulated)
