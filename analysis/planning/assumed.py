"""What is to be measured where no campaign tells it: from powers and scatter that somebody assumes."""

from dataclasses import dataclass
from math import hypot, sqrt

from analysis.planning.expected import Work
from analysis.planning.pilot import Wanted
from records.errors import ConfigurationError


@dataclass(frozen=True)
class Assumed:
    """What is assumed of a machine and a program.

    Attributes:
        power_w: mean power while the program runs.
        baseline_power_w: mean power of the machine without it.
        scatter_pct: standard deviation of the program's own energy from run to run, in percent.
        baseline_scatter_w: standard deviation of the baseline from run to run.
        epochs: in a run.
    """

    power_w: float = 100.0
    baseline_power_w: float = 40.0
    scatter_pct: float = 1.0
    baseline_scatter_w: float = 0.3
    epochs: int = 10

    def work(self, of: Wanted, duration_s: float) -> Work:
        """Return what is to be measured.

        The background of a run scatters as the baseline does, which adds to the scatter of the runs. For two
        nearly equal scenarios in one block the meter's gain and the borders drop out. So does the baseline
        but for a third: its weights differ by so much on average.

        Args:
            of: what is wanted.
            duration_s: of a run.

        Raises:
            ConfigurationError: the program draws nothing.
        """
        induced_w = self.power_w - self.baseline_power_w
        if induced_w <= 0:
            raise ConfigurationError(
                f"expected a power above that of the baseline, but {self.power_w:g} W is not above "
                f"{self.baseline_power_w:g} W: set --power and --baseline-power"
            )
        baseline = self.baseline_scatter_w / induced_w
        scatter = hypot(self.scatter_pct / 100, baseline)
        if of == "difference":
            return Work(
                name="b against a",
                duration_s=duration_s,
                power_w=induced_w,
                scatter=sqrt(2) * scatter,
                baseline_scatter=sqrt(2) / 3 * baseline,
                gain_share=0.0,
                border_share=0.0,
            )
        epoch = of == "epoch"
        return Work(
            name="a run" if not epoch else "an epoch",
            duration_s=duration_s,
            power_w=induced_w,
            scatter=scatter,
            baseline_scatter=baseline,
            border_share=sqrt(2) if epoch else 1.0,  # the first and the last epoch have one step each
            epoch_s=duration_s / self.epochs if epoch else None,
        )
