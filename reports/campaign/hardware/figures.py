"""What the hardware did: load, memory, disk, network, temperatures, GPU (paper, fig. 7)."""

from dataclasses import dataclass

from markupsafe import Markup

from records.rows.families import HardwareColumn
from reports.blocks.kit import Bar, Sheet, bars_panel
from reports.blocks.tables import Column, Table, table
from reports.campaign.view import ScenarioView, View
from reports.words.numbers import plain

_KIB_PER_GIB = 1024.0**2
_MIB_PER_GIB = 1024.0
_KIB_PER_MB = 1e6 / 1024


@dataclass(frozen=True)
class Indicator:
    """One hardware indicator: its column, what it is called, and its unit here."""

    column: HardwareColumn
    title: str
    quantity: str
    unit: str
    divisor: float = 1.0

    @property
    def axis(self) -> tuple[str, str]:
        """What has one axis: reading and writing of a disk, both directions of a network."""
        return self.title.partition(",")[0], self.unit

    def of(self, scenario: ScenarioView) -> float | None:
        """Return the scenario's mean in the unit of the report."""
        value = scenario.row.hardware.get(self.column)
        return None if value is None else value / self.divisor

    def of_runs(self, scenario: ScenarioView) -> list[float]:
        """Return the means of the single runs in the unit of the report."""
        return [value / self.divisor for value in scenario.of_runs(lambda run: run.hardware.get(self.column))]


INDICATORS = (
    Indicator("cpu_load_pct", "CPU load", "load", "%"),
    Indicator("ram_used_kib", "RAM used, page cache included", "memory", "GiB", _KIB_PER_GIB),
    Indicator("disk_read_kib_s", "Disk, reading", "rate", "MB/s", _KIB_PER_MB),
    Indicator("disk_write_kib_s", "Disk, writing", "rate", "MB/s", _KIB_PER_MB),
    Indicator("net_rx_kib_s", "Network, receiving", "rate", "MB/s", _KIB_PER_MB),
    Indicator("net_tx_kib_s", "Network, sending", "rate", "MB/s", _KIB_PER_MB),
    Indicator("cpu_temperature_c", "CPU temperature", "temperature", "°C"),
    Indicator("gpu_load_pct", "GPU load", "load", "%"),
    Indicator("gpu_memory_load_pct", "GPU memory load", "load", "%"),
    Indicator("gpu_memory_used_mib", "GPU memory used", "memory", "GiB", _MIB_PER_GIB),
    Indicator("gpu_power_w", "GPU power, own sensor", "power", "W"),
    Indicator("gpu_temperature_c", "GPU temperature", "temperature", "°C"),
)

_HOW = (
    "Time-weighted means over the rating interval, averaged over the counted runs; circles are single "
    "runs. CPU, memory, disk and network come from collectl or, where it is absent, from the same "
    "counters of the operating system; GPU values from NVML (on a Jetson: tegrastats), whose power reading "
    "is an average over a window that depends on card and driver."
)


def hardware_sheet(view: View) -> Sheet:
    """Draw a panel for every indicator that the SUT recorded, and name those it did not."""
    present = [item for item in INDICATORS if any(item.of(s) is not None for s in view.scenarios)]
    missing = [item.title for item in INDICATORS if item not in present]
    bars = {item: _bars(view, item) for item in present}
    panels = [
        _panel(item, own, [bar for other in present if other.axis == item.axis for bar in bars[other]])
        for item, own in bars.items()
    ]
    notice = f" Not recorded (no sensor): {', '.join(missing)}." if missing else ""
    return Sheet(
        key="hardware",
        title="Hardware usage",
        size="third",
        panels=panels,
        caption="Mean per scenario, as the collectors on the SUT recorded it. Both directions of a disk or "
        f"network share an axis.{notice}",
        from_meter=False,
        how=_HOW,
        data=_data(view, present) if panels else None,
        absent="" if panels else "no collector recorded anything.",
    )


def _bars(view: View, indicator: Indicator) -> list[Bar]:
    return [
        Bar(
            name=item.name,
            colour=item.colour,
            value=value,
            text=plain(value, 3),
            hatched=item.tracker is not None,
            dots=indicator.of_runs(item) if item.n > 1 else [],
        )
        for item in view.scenarios
        if (value := indicator.of(item)) is not None
    ]


def _panel(indicator: Indicator, bars: list[Bar], beside: list[Bar]) -> Markup:
    key = f"hardware-{indicator.column.replace('_', '-')}"
    return bars_panel(
        "third",
        key,
        indicator.title,
        f"{indicator.quantity} / {indicator.unit}",
        bars,
        simulated=False,  # the collectors are real whatever the meter is
        beside=beside,
    )


def _data(view: View, present: list[Indicator]) -> Table:
    def column(indicator: Indicator) -> Column[ScenarioView]:
        return Column(indicator.title, lambda item: plain(indicator.of(item), 3), indicator.unit)

    name: Column[ScenarioView] = Column("Scenario", lambda item: item.name, numeric=False)
    columns = [name, *map(column, present)]
    caption = "Mean hardware usage of each scenario"
    return table("hardware-data", caption, columns, view.scenarios, folded=False)
