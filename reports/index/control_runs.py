"""The control workload over all campaigns of a folder, on the chart by which each run was judged."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from records.results import Row
from reports.blocks.kit import Sheet
from reports.blocks.tables import Column, Table, table, text_column
from reports.campaign.health.control_chart import control_chart_panel
from reports.index.database import created
from reports.index.entries import Entry
from reports.words.numbers import count, finite, measured


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
        panels=[
            control_chart_panel(f"control-{n}", chart.control, chart.runs, simulated=chart.simulated)
            for n, chart in enumerate(charts)
        ],
        caption="Dots: control runs in the order of time; the bars show one standard uncertainty of what "
        "differs from run to run. Solid line: centre; dashed: limits at three standard deviations; grey: "
        "warning zones, all as they stood when the run was judged. Squares with words: runs at which a rule "
        "was met. Dotted upright: a new campaign; solid upright: a new phase after a stop. "
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
        if entry.health is None or not entry.health.points:
            continue
        key = entry.health.control, entry.basis, entry.simulated
        runs = groups.setdefault(key, {})
        for row in entry.health.points:
            own = row.campaign == entry.campaign
            name = row.campaign, row.run_dir
            if own or name not in runs:  # a run is shown as its own campaign judged it
                runs[name] = own, row
    charts = [
        _Chart(control, simulated, _in_time(row for _, row in runs.values()))
        for (control, _, simulated), runs in groups.items()
    ]
    return [chart for chart in charts if chart.runs]


def _in_time(rows: Iterable[Row]) -> list[Row]:
    usable = [row for row in rows if finite(row.get("energy_wh")) is not None]
    return sorted(usable, key=lambda row: finite(row.get("t_utc_s")) or 0.0)


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
