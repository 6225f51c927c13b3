"""The control workload over all campaigns of a folder, on the chart by which each run was judged."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from records.rows.standards import HealthRow
from reports.blocks.columns import with_u
from reports.blocks.kit import Sheet
from reports.blocks.rendering import Records, records_of
from reports.blocks.tables import Column, Columns, Table, columns_of_part, table, text_column
from reports.campaign.health.control_chart import control_chart_panel
from reports.index.database import created
from reports.index.entries import Entry
from reports.words.energy import EnergyUnit
from reports.words.numbers import count


@dataclass(frozen=True)
class _Chart:
    control: str
    simulated: bool
    runs: list[HealthRow]

    @property
    def name(self) -> str:
        return f"{self.control} (SIMULATED)" if self.simulated else self.control


def control_sheet(entries: Sequence[Entry], unit: EnergyUnit) -> Sheet:
    """Draw the control chart of each bench over the campaigns of an index.

    Runs stand on one chart where `records.health.HealthRecord.basis_sha256` is the same. Centre, limits and
    signals are those of the results: each run was judged when it came, with the runs before it.

    Args:
        entries: campaigns of the index.
        unit: of the index.
    """
    charts = _charts(entries)
    return Sheet(
        key="control",
        title="Control workload over the campaigns",
        size="half",
        panels=[
            control_chart_panel(
                f"control-{n}", chart.control, chart.runs, simulated=chart.simulated, unit=unit
            )
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
        data=_data(charts, unit) if charts else None,
        absent="" if charts else "no campaign of the index has a control workload ([health] in lab.toml).",
    )


def _charts(entries: Sequence[Entry]) -> list[_Chart]:
    groups: dict[tuple[str, str, bool], dict[tuple[str, str], tuple[bool, HealthRow]]] = {}
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


def _in_time(rows: Iterable[HealthRow]) -> list[HealthRow]:
    return sorted(rows, key=lambda row: row.t_utc_s)


def control_records(entries: Sequence[Entry]) -> Records:
    """Return the runs of all charts with all their digits."""
    return [
        record for chart in _charts(entries) for record in records_of(chart.runs, simulated=chart.simulated)
    ]


def _data(charts: list[_Chart], unit: EnergyUnit) -> Table:
    own: Columns[HealthRow] = (
        text_column("Campaign", lambda row: row.campaign),
        text_column("Run", lambda row: row.run_dir, whole=True),
        text_column("Time (UTC)", lambda row: _time(row.t_utc_s), whole=True),
        with_u("Energy", lambda row: (row.energy_wh, row.energy_u_wh), unit),
        with_u("Centre", lambda row: (row.centre_wh, row.energy_u_wh), unit),
        with_u("Lower limit", lambda row: (row.lower_wh, row.energy_u_wh), unit),
        with_u("Upper limit", lambda row: (row.upper_wh, row.energy_u_wh), unit),
        text_column("Signals", lambda row: row.signals),
        Column("Phase", lambda row: count(row.phase)),
    )
    columns: Columns[tuple[_Chart, HealthRow]] = (
        text_column("Control", lambda pair: pair[0].name),
        columns_of_part(lambda pair: pair[1], own),
    )
    rows = [(chart, row) for chart in charts for row in chart.runs]
    return table("control-data", "Runs of the control workload", columns, rows, folded=False, source="health")


def _time(t_utc_s: float) -> str:
    stamp = created(t_utc_s)
    return "" if stamp is None else f"{stamp:%Y-%m-%d %H:%M:%S}"
