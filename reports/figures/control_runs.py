"""The control workload over all campaigns of a folder, on the chart by which each run was judged."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from markupsafe import Markup

from records.results import Row
from reports import palette
from reports.figures.kit import Sheet, finish, new_panel
from reports.index.database import created
from reports.index.entries import Entry
from reports.numbers import count, finite, measured, plain
from reports.tables import Column, Table, table, text_column
from reports.texts import label

_RUN = palette.OKABE_ITO[0]


@dataclass(frozen=True)
class _Chart:
    control: str
    simulated: bool
    runs: list[Row]

    @property
    def name(self) -> str:
        return f"{self.control} (SIMULATED)" if self.simulated else self.control


def control_sheet(entries: Sequence[Entry]) -> Sheet:
    """Draw the control chart of each bench over the campaigns of an index.

    Runs stand on one chart where `records.health.HealthRecord.basis_sha256` is the same. Centre, limits and
    signals are those of the results: each run was judged when it came, with the runs before it.

    Args:
        entries: campaigns of the index.
    """
    charts = _charts(entries)
    return Sheet(
        key="control",
        title="Control workload over the campaigns",
        size="half",
        panels=[_panel(f"control-{n}", chart) for n, chart in enumerate(charts)],
        caption="Dots: control runs in the order of time; solid line: centre; dashed: limits at three "
        "standard deviations, both as they stood when the run was judged; squares: runs at which a rule "
        "was met; upright lines: a new campaign. "
        + " ".join(f"{chart.name}: n = {len(chart.runs)}." for chart in charts),
        how="A chart of individuals with moving ranges (Shewhart 1931; Montgomery, section 6.4) and the "
        "rules of the Western Electric handbook (1956), as the analysis of each campaign judged its own "
        "runs; nothing was judged anew. Runs stand on one chart where command, machine, meter and "
        "simulation are the same.",
        data=_data(charts) if charts else None,
        absent="" if charts else "no campaign of the index has a control workload ([health] in lab.toml).",
    )


def _charts(entries: Sequence[Entry]) -> list[_Chart]:
    groups: dict[tuple[str, str, bool], dict[tuple[str, str], tuple[bool, Row]]] = {}
    for entry in sorted(entries, key=lambda item: (item.created_utc_s or 0.0, item.place.folder)):
        if not entry.health.get("points"):
            continue
        key = str(entry.health.get("control")), entry.basis, entry.simulated
        runs = groups.setdefault(key, {})
        for row in entry.health["points"]:
            own = row.get("campaign") == entry.campaign
            name = str(row.get("campaign")), str(row.get("run_dir"))
            if own or name not in runs:  # a run is shown as its own campaign judged it
                runs[name] = own, row
    return [
        _Chart(control, simulated, _in_time(row for _, row in runs.values()))
        for (control, _, simulated), runs in groups.items()
    ]


def _in_time(rows: Iterable[Row]) -> list[Row]:
    usable = [row for row in rows if finite(row.get("energy_wh")) is not None]
    return sorted(usable, key=lambda row: finite(row.get("t_utc_s")) or 0.0)


def _panel(key: str, chart: _Chart) -> Markup:
    figure, axes = new_panel("half", 2.6)
    numbers = list(range(1, len(chart.runs) + 1))
    for column, dashes in (("centre_wh", "-"), ("lower_wh", (0, (5, 3))), ("upper_wh", (0, (5, 3)))):
        values: list[Any] = [finite(row.get(column)) for row in chart.runs]
        line = [float("nan") if value is None else value for value in values]
        axes.step(numbers, line, where="mid", color=palette.MUTED, linewidth=0.9, linestyle=dashes)
    for number, (before, row) in enumerate(pairwise(chart.runs), start=1):
        if before.get("campaign") != row.get("campaign"):
            axes.axvline(number + 0.5, color=palette.GRID, linewidth=1.2)
    energies = [row["energy_wh"] for row in chart.runs]
    axes.plot(numbers, energies, color=_RUN, linewidth=0.6, marker="o", markersize=3.5)
    signalled = [n for n, row in zip(numbers, chart.runs, strict=True) if row.get("signals")]
    axes.plot(
        signalled,
        [energies[n - 1] for n in signalled],
        linestyle="none",
        marker="s",
        markersize=8,
        markerfacecolor="none",
        markeredgecolor=palette.WARNING,
        markeredgewidth=1.3,
    )
    axes.set_xlim(0.5, len(numbers) + 0.5)
    axes.locator_params(axis="x", nbins=6, integer=True)
    axes.set_xlabel("control run, in the order of time")
    axes.set_ylabel("energy / Wh")
    campaigns = len({str(row.get("campaign")) for row in chart.runs})
    description = (
        f"Control workload {chart.name}: {len(numbers)} runs of {campaigns} campaigns from "
        f"{plain(min(energies))} to {plain(max(energies))} Wh; {len(signalled)} with a signal."
    )
    return finish(
        figure, key, label(chart.control, width=44, lines=1), description, simulated=chart.simulated
    )


def _data(charts: list[_Chart]) -> Table:
    columns = (
        text_column("Control", "control"),
        text_column("Campaign", "campaign"),
        text_column("Run", "run_dir", whole=True),
        text_column("Time (UTC)", "time", whole=True),
        Column("Energy", lambda row: measured(row.get("energy_wh"), row.get("energy_u_wh")), "Wh"),
        Column("Centre", lambda row: measured(row.get("centre_wh"), row.get("energy_u_wh")), "Wh"),
        Column("Lower limit", lambda row: measured(row.get("lower_wh"), row.get("energy_u_wh")), "Wh"),
        Column("Upper limit", lambda row: measured(row.get("upper_wh"), row.get("energy_u_wh")), "Wh"),
        text_column("Signals", "signals"),
        Column("Phase", lambda row: count(row.get("phase"))),
    )
    rows = [
        {**row, "control": chart.name, "time": _time(row.get("t_utc_s"))}
        for chart in charts
        for row in chart.runs
    ]
    return table("control-data", "Runs of the control workload", columns, rows, folded=False)


def _time(t_utc_s: Any) -> str:
    stamp = created(finite(t_utc_s))
    return "" if stamp is None else f"{stamp:%Y-%m-%d %H:%M:%S}"
