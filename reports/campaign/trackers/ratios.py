"""The ratio of a tracker's energies to the measured ones, scenario by scenario."""

from markupsafe import Markup
from matplotlib.axes import Axes

from analysis.agreement.trackers import ALL
from records.rows.agreement import AgreementRow, TrackerRow
from reports.blocks import palette
from reports.blocks.kit import Sheet, finish, name_rows, new_panel, write_value
from reports.blocks.tables import Table
from reports.campaign.trackers.cost import runs_of, where
from reports.campaign.view import View
from reports.words.numbers import in_interval, interval
from reports.words.texts import label

MOST_ROWS = 24
"""Further ratios are in the tables only."""

_AGAINST = {
    "wall": "Tracker over meter, gross",
    "wall net": "Tracker over meter, above the baseline",
    "gpu": "GPU part over sampled GPU power",
}
_ROW_IN = 0.3
_FRAME_IN = 0.9
_RUNS_BELOW = 0.22  # beside the line of the interval, not upon it


def ratio_interval(view: View, row: AgreementRow) -> tuple[float | None, float | None]:
    """Return the interval of a ratio of totals: by its own scatter, else by the uncertainty budget.

    Two runs scatter too little to tell an interval from them alone; the budget adds what is known of the
    meter, and stands for the wall, gross, only.
    """
    low, high = row.compared.total_ratio_low, row.compared.total_ratio_high
    if low is not None and high is not None:
        return low, high
    for budget in view.results.budgets if row.against == "wall" else []:
        if budget.of == "tracker" and budget.scenario == f"{row.scenario}+{row.tracker}":
            return budget.low, budget.high
    return None, None


def ratio_sheet(view: View, how: str, data: Table) -> Sheet:
    """Draw the ratio of the totals per scenario with its interval: a panel per reference."""
    rows = [*view.results.agreement, *view.results.agreement_scopes]
    panels = [
        panel
        for against in _AGAINST
        if (panel := _ratios(view, against, [r for r in rows if r.against == against])) is not None
    ]
    return Sheet(
        key="trackers-ratio",
        title="How much of the meter's energy the tracker reports",
        size="half",
        panels=panels,
        caption="Filled: ratio of the totals with its 95 % interval, where two runs or more give one; small "
        "circles: single runs. The line at 100 % is the meter; the grey band around it the margin of "
        "equivalence.",
        how=how,
        data=data,
        absent="" if panels else "no tracker's energy can be set against a measured one.",
    )


def _ratios(view: View, against: str, rows: list[AgreementRow]) -> Markup | None:
    shown = [row for row in rows if row.compared.total_ratio is not None][:MOST_ROWS]
    if not shown:
        return None
    several = len({row.tracker for row in rows}) > 1
    figure, axes = new_panel("half", _FRAME_IN + _ROW_IN * len(shown))
    margin = max(row.compared.margin_pct for row in shown)
    axes.axvspan(100 - margin, 100 + margin, color=palette.GRID, linewidth=0)
    axes.axvline(100, color=palette.MUTED, linewidth=0.9)
    texts = [_ratio_row(view, axes, place, row) for place, row in enumerate(shown)]
    names = [f"{where(row)}, {row.tracker}" if several else where(row) for row in shown]
    name_rows(axes, [label(name, width=22) for name in names])
    low, high = axes.get_xlim()
    axes.set_xlim(min(low, 100 - 1.2 * margin), max(high, 100 + 1.2 * margin) + 0.25 * (high - low))
    axes.set_xlabel("tracker / measured, in %")
    words = "; ".join(f"{name} {text}" for name, text in zip(names, texts, strict=True))
    title = _AGAINST[against]
    key = f"trackers-ratio-{against.replace(' ', '-')}"
    return finish(figure, key, title, f"{title}: {words}.", simulated=view.simulated)


def _ratio_row(view: View, axes: Axes, place: int, row: AgreementRow) -> str:
    whole = row.scenario == ALL
    colour = palette.INK if whole else view.colour_of(row.scenario)
    ratio = 100 * (row.compared.total_ratio or 0.0)
    low, high = (None if end is None else 100 * end for end in ratio_interval(view, row))
    runs = [] if whole else _single_ratios(view, row)
    axes.plot(
        runs,
        [place + _RUNS_BELOW] * len(runs),
        linestyle="none",
        marker="o",
        markersize=2.6,
        markerfacecolor=palette.PAPER,
        markeredgecolor=colour,
        markeredgewidth=0.6,
    )
    if low is not None and high is not None:
        axes.plot([low, high], [place, place], color=colour, linewidth=1.6)
    axes.plot([ratio], [place], linestyle="none", marker="D" if whole else "o", markersize=5, color=colour)
    text = f"{in_interval(ratio, low, high) if low is not None else f'{ratio:.1f}'} %"
    reach = max(value for value in (ratio, high, *runs) if value is not None)
    write_value(axes, text, reach, place)
    return f"{text}, 95 % interval {interval(low, high)} %" if low is not None else f"{text}, no interval"


def _single_ratios(view: View, row: AgreementRow) -> list[float]:
    net = row.against == "wall net"
    runs = [run for run in runs_of(view, row) if not net or run.ratio_net_bound is None]
    pairs = [_claimed_and_measured(run, row.against) for run in runs]
    values = [100 * claimed / measured for claimed, measured in pairs if claimed is not None and measured]
    return values if len(values) > 1 else []


def _claimed_and_measured(run: TrackerRow, against: str) -> tuple[float | None, float | None]:
    """Return what a tracker reports of a run, and what that is compared with."""
    if against == "gpu":
        return run.gpu_wh, run.collector_gpu_wh
    return run.energy_wh, run.meter_net_wh if against == "wall net" else run.meter_wh
