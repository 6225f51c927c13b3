"""How much of a run's rating interval the meter really measured."""

from dataclasses import dataclass
from pathlib import Path

from analysis.power.gaps import Gap
from analysis.power.trace import CadenceFigures
from analysis.run.recorded import RecordedRun
from records.words import counted


@dataclass(frozen=True)
class Coverage:
    """Coverage of a rating interval.

    Attributes:
        coverage_pct: measured time over the interval.
        duration_s: length of the interval.
        gaps: the unmeasured parts, seconds after the start, each with the bound of its energy.
        recorded_from_s, recorded_to_s: first and last moment that the readings cover, seconds after
            the start; ``None`` without readings.
        cadence: what the stamps say about the meter.
        reactive_known: whether its readings tell the reactive power, where its accuracy depends on that.
    """

    coverage_pct: float
    duration_s: float
    gaps: tuple[Gap, ...]
    recorded_from_s: float | None
    recorded_to_s: float | None
    cadence: CadenceFigures
    reactive_known: bool

    def refusal(self, coverage_min_pct: float = 99.0, *, imported: bool = False) -> str | None:
        """Say why a run must not be counted, or return ``None`` when its coverage suffices.

        Args:
            coverage_min_pct: least coverage of a valid run.
            imported: whether the readings come from a foreign log, whose meter nobody here can look at.
        """
        if self.coverage_pct >= coverage_min_pct:
            return None
        worst = max(self.gaps, key=lambda gap: gap.length_s)
        return (
            f"the meter covered {self.coverage_pct:.2f} % of the rating interval, at least "
            f"{coverage_min_pct:g} % are needed: {counted(len(self.gaps), 'gap')}, the longest "
            f"{worst.length_s:.2f} s from {worst.from_s:.2f} s after the start. {self._advice(imported)}"
        )

    def _advice(self, imported: bool) -> str:
        if self.cadence.step_median >= 2:
            found_s = self.cadence.step_median * self.cadence.interval_s
            place = "the --interval of the import" if imported else "interval_s in lab.toml"
            return (
                f"The meter delivers a reading every {found_s:.3g} s, "
                f"not every {self.cadence.declared_s:.3g} s: correct {place}"
            )
        if imported:
            return "Look for the missing rows in the log that was imported"
        return "Repeat the run; if it happens again, check the meter's cable and port with `lab doctor`"


def run_coverage(run_dir: Path) -> Coverage:
    """Find the coverage of a run's rating interval; works as soon as its files are closed.

    Args:
        run_dir: the run folder; its ``run.json`` or its events tell the rating interval.

    Raises:
        RecordError: a file is missing or damaged, or the run has no rating interval.
    """
    return coverage_of(RecordedRun(run_dir))


def coverage_of(recorded: RecordedRun) -> Coverage:
    """Find the coverage of a run's rating interval; raises as `run_coverage` does."""
    trace, window = recorded.trace, recorded.whole
    pieces = trace.power_w
    return Coverage(
        coverage_pct=window.coverage_pct,
        duration_s=window.window_s,
        gaps=window.gaps,
        recorded_from_s=float(pieces.start_s[0]) if len(pieces) else None,
        recorded_to_s=float(pieces.stop_s[-1]) if len(pieces) else None,
        cadence=trace.cadence,
        reactive_known=trace.reactive_var is not None,
    )
