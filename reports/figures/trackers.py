"""Software trackers against the meter, and what a tracker costs itself (paper, fig. 9)."""

from markupsafe import Markup

from records.results import Row
from reports.figures.kit import Bar, Sheet, bars_panel
from reports.numbers import count, finite, in_interval, interval, plain
from reports.tables import Column, Table, table, text_column
from reports.view import View

ALL = "all"
"""Name under which the analysis sums a tracker over its scenarios."""


def trackers_sheet(view: View, how: str) -> Sheet:
    """Draw meter gross, meter net and tracker per scenario, their ratios, and the tracker's own cost."""
    rows = [row for row in view.results.agreement if row.get("scenario") != ALL]
    makers = (_energies, _ratios, _biases)
    panels = [panel for make in makers if rows and (panel := make(view, rows)) is not None]
    panels += [panel for quantity in _COSTS if (panel := _cost(view, quantity)) is not None]
    return Sheet(
        key="trackers",
        title="Software tracker against the meter",
        size="half",
        panels=panels,
        caption="Solid: the meter, gross; pale: the meter minus the baseline; hatched: what the tracker "
        "says, all three in the tracker's own window. Black lines: 95 % intervals. The last panels show the "
        "tracker's own cost: the scenario with it minus the scenario without it.",
        how=how,
        data=_data(view) if view.results.agreement else None,
        absent="" if panels else "no run had a tracker.",
    )


def _name(row: Row) -> str:
    return f"{row.get('scenario')}, {row.get('tracker')}"


def _energies(view: View, rows: list[Row]) -> Markup | None:
    bars = []
    for row in rows:
        n, colour = finite(row.get("n")) or 1.0, view.colour_of(str(row.get("scenario")))
        for column, who in (("meter_wh", "meter"), ("meter_net_wh", "meter, net"), ("tracker_wh", None)):
            if (total := finite(row.get(column))) is None:
                continue
            bars.append(
                Bar(
                    name=f"{row.get('scenario')}: {who or row.get('tracker')}",
                    colour=colour,
                    value=total / n,
                    text=f"{plain(total / n)} Wh",
                    hatched=who is None,
                    light=column == "meter_net_wh",
                )
            )
    if not bars:
        return None
    return bars_panel(
        "half", "trackers-energy", "Mean energy per run", "energy / Wh", bars, simulated=view.simulated
    )


def _ratios(view: View, rows: list[Row]) -> Markup | None:
    several = len({row.get("tracker") for row in rows}) > 1
    bars = []
    for row in rows:
        colour = view.colour_of(str(row.get("scenario")))
        same = [r for r in view.results.trackers if _name(_base(r)) == _name(row)]
        for column, words in (("ratio", "of gross"), ("ratio_net", "of net")):
            if (ratio := finite(row.get(column))) is None:
                continue
            dots = [value for r in same if (value := finite(r.get(column))) is not None]
            bars.append(
                Bar(
                    name=f"{_name(row) if several else row.get('scenario')}: {words}",
                    colour=colour,
                    value=ratio * 100,
                    text=f"{plain(ratio * 100, 3)} %",
                    light=column == "ratio_net",
                    dots=[value * 100 for value in dots] if len(dots) > 1 else [],
                )
            )
    if not bars:
        return None
    title = "Tracker as a share of the meter"
    return bars_panel(
        "half", "trackers-ratio", title, "tracker / meter, in %", bars, simulated=view.simulated
    )


def _base(row: Row) -> Row:
    scenario, tracker = str(row.get("scenario")), row.get("tracker")
    return {"scenario": scenario.removesuffix(f"+{tracker}"), "tracker": tracker}


def _biases(view: View, rows: list[Row]) -> Markup | None:
    bars = [
        Bar(
            name=_name(row),
            colour=view.colour_of(str(row.get("scenario"))),
            value=bias,
            text=f"{in_interval(bias, row.get('bias_low_wh'), row.get('bias_high_wh'))} Wh",
            low=finite(row.get("bias_low_wh")),
            high=finite(row.get("bias_high_wh")),
        )
        for row in rows
        if (bias := finite(row.get("bias_wh"))) is not None
    ]
    if not bars:
        return None
    title = "Bias per run: tracker minus meter, gross"
    return bars_panel("half", "trackers-bias", title, "bias / Wh", bars, simulated=view.simulated)


_COSTS = {"induced_wh": ("Own cost of the tracker", "Wh"), "duration_s": ("Time the tracker adds", "s")}


def _cost(view: View, quantity: str) -> Markup | None:
    title, unit = _COSTS[quantity]
    bars = [
        Bar(
            name=view.name_of(str(row.get("b"))),
            colour=view.colour_of(str(row.get("a"))),
            value=difference,
            text=f"{in_interval(difference, row.get('difference_low'), row.get('difference_high'))} {unit}",
            hatched=True,
            low=finite(row.get("difference_low")),
            high=finite(row.get("difference_high")),
        )
        for row in view.results.comparisons
        if row.get("quantity") == quantity
        and _with_tracker(row)
        and (difference := finite(row.get("difference"))) is not None
    ]
    if not bars:
        return None
    key = f"trackers-cost-{unit.lower()}"
    return bars_panel("half", key, title, f"difference / {unit}", bars, simulated=view.simulated)


def _with_tracker(row: Row) -> bool:
    """Say whether a comparison is a scenario's with a tracker against the same without it."""
    return str(row.get("b")).startswith(f"{row.get('a')}+")


def _data(view: View) -> Table:
    columns = (
        text_column("Tracker", "tracker"),
        Column("Scenario", _scenario_words, numeric=False),
        Column("n", lambda row: count(row.get("n"))),
        Column("Meter, gross", lambda row: plain(row.get("meter_wh")), "Wh"),
        Column("Meter, net", lambda row: plain(row.get("meter_net_wh")), "Wh"),
        Column("Tracker", lambda row: plain(row.get("tracker_wh")), "Wh"),
        Column("Tracker / gross", lambda row: plain(row.get("ratio"), 3)),
        Column("Tracker / net", lambda row: plain(row.get("ratio_net"), 3)),
        Column(
            "Bias per run",
            lambda row: in_interval(row.get("bias_wh"), row.get("bias_low_wh"), row.get("bias_high_wh")),
            "Wh",
        ),
        Column("95 % interval", lambda row: interval(row.get("bias_low_wh"), row.get("bias_high_wh")), "Wh"),
    )
    return table(
        "trackers-data",
        "Agreement, energies summed over the runs",
        columns,
        view.results.agreement,
        folded=False,
    )


def _scenario_words(row: Row) -> str:
    return "all scenarios" if row.get("scenario") == ALL else str(row.get("scenario"))
