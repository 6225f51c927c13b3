"""A comparison of two scenarios as lines of a table, the same on the page and on the terminal."""

from dataclasses import dataclass

from records.rows.statistics import ComparisonRow, StatisticsRow
from reports.words.energy import EnergyUnit, in_unit
from reports.words.numbers import (
    ABSENT,
    count,
    ends_words,
    in_interval,
    interval,
    measured,
    probability,
    spread,
)
from reports.words.verdict import repeats_words

RANK_TESTS = {"wilcoxon": "Wilcoxon", "mann-whitney": "Mann-Whitney"}


@dataclass(frozen=True)
class Line:
    """One figure of a comparison: what it is, its value, its interval and its p value, as texts."""

    name: str
    value: str = ""
    ends: str = ""
    p: str = ""

    @property
    def said(self) -> bool:
        """Whether it says anything."""
        return any(part not in ("", ABSENT) for part in (self.value, self.ends, self.p))


def sample_columns(unit: EnergyUnit) -> tuple[str, ...]:
    """Return the headers of `sample_cells`."""
    name = unit.name
    return ("scenario", "n", f"mean {name}", f"sd {name}", f"median {name}", "range", "95 % interval")


def sample_cells(row: StatisticsRow, u: float | None, unit: EnergyUnit) -> tuple[str, ...]:
    """Return the description of one of the two samples.

    Args:
        row: of the sample.
        u: standard uncertainty of its mean, which decides the digits of a single run; ``None`` if unknown.
        unit: of the texts.
    """
    row = in_unit(row, unit)
    sd = unit.of(u) if row.sd is None else row.sd
    return (
        row.scenario,
        count(row.n),
        in_interval(row.mean, row.mean_low, row.mean_high, sd),
        spread(row.sd),
        measured(row.median, sd),
        f"{measured(row.min, sd)} .. {measured(row.max, sd)}",
        ends_words(row.mean_low, row.mean_high, row.n),
    )


def figure_lines(row: ComparisonRow, unit: EnergyUnit) -> list[Line]:
    """Return the figures of a comparison in a unit; what could not be computed is left out."""
    row, name = in_unit(row, unit), f"difference {unit.name}"
    t_name = "paired t" if row.design == "paired" else "Welch's t"
    lines = [
        Line(
            f"{name}, {t_name}",
            *_estimate(row.difference, row.difference_low, row.difference_high),
            _p(row.p),
        ),
        Line(f"{name}, bootstrap BCa", ends=interval(row.bca_low, row.bca_high)),
        Line(f"{name}, with the meter's part", ends=interval(row.total_low, row.total_high)),
        Line("ratio, Fieller", *_estimate(row.ratio, row.ratio_low, row.ratio_high)),
        Line("ratio, with the meter's part", ends=interval(row.ratio_total_low, row.ratio_total_high)),
        Line(RANK_TESTS[row.rank_test], p=_p(row.rank_p)),
        Line("t, after Holm over the family", p=_p(row.p_holm)),
        Line("Hedges' g", *_estimate(row.hedges_g, row.hedges_g_low, row.hedges_g_high)),
        Line("Cliff's delta", *_estimate(row.cliffs_delta, row.cliffs_delta_low, row.cliffs_delta_high)),
    ]
    return [line for line in lines if line.said]


def repeats_line(row: ComparisonRow) -> str:
    """Return the repeats for 1 %, 5 % and the difference; percentages need a mean above zero."""
    repeats = {"this difference": row.repeats_observed}
    if row.ratio is not None:
        repeats = {"1 %": row.repeats_1_pct, "5 %": row.repeats_5_pct, **repeats}
    words = ", ".join(f"{repeats_words(n)} for {size}" for size, n in repeats.items())
    return f"Repeats needed with this scatter (power 0.8): {words}"


def _estimate(value: float | None, low: float | None, high: float | None) -> tuple[str, str]:
    return in_interval(value, low, high), interval(low, high)


def _p(p: float | None) -> str:
    return "" if p is None else probability(p)
