"""The panels below the power: which columns of the hardware stand where, and in what unit."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Panel:
    """One panel.

    Attributes:
        column: of `records.rows.families.HARDWARE_COLUMNS`, or ``power_w``.
        words: what it shows.
        unit: of its numbers.
    """

    column: str
    words: str
    unit: str

    @property
    def label(self) -> str:
        """Words of the axis."""
        return f"{self.words} / {self.unit}"


POWER_PANEL = Panel("power_w", "power", "W")
HARDWARE_PANELS = (
    Panel("cpu_load_pct", "CPU load", "%"),
    Panel("gpu_load_pct", "GPU load", "%"),
    Panel("gpu_power_w", "GPU power", "W"),
    Panel("cpu_temperature_c", "CPU temp.", "°C"),
    Panel("gpu_temperature_c", "GPU temp.", "°C"),
)
