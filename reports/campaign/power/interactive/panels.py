"""The panels below the power: which columns of the hardware stand where, and in what unit."""

from dataclasses import dataclass

from records.rows.families import HardwareColumn


@dataclass(frozen=True)
class Panel:
    """One panel.

    Attributes:
        column: ``power_w``, or one of the hardware.
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


@dataclass(frozen=True)
class HardwarePanel(Panel):
    """A panel of a column that the collectors recorded."""

    column: HardwareColumn


POWER_PANEL = Panel("power_w", "power", "W")
HARDWARE_PANELS = (
    HardwarePanel("cpu_load_pct", "CPU load", "%"),
    HardwarePanel("gpu_load_pct", "GPU load", "%"),
    HardwarePanel("gpu_power_w", "GPU power", "W"),
    HardwarePanel("cpu_temperature_c", "CPU temp.", "°C"),
    HardwarePanel("gpu_temperature_c", "GPU temp.", "°C"),
)
