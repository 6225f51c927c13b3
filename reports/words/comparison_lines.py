"""A comparison of two scenarios as lines of a table, the same on the page and on the terminal."""

from dataclasses import dataclass

from records.results import Row
from reports.words.numbers import ABSENT, count, in_interval, interval, measured, probability, spread
from reports.words.verdict import repeats_words

RANK_TESTS = {"wilcoxon": "Wilcoxon", "mann-whitney": "Mann-Whitney"}
_REPEATS = {"repeats_1_pct": "1 %", "repeats_5_pct": "5 %", "repeats_observed": "this difference"}


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


def sample_columns(unit: str) -> tuple[str, ...]:
    """Return the headers of `sample_cells`."""
    return ("scenario", "n", f"mean {unit}", f"sd {unit}", f"median {unit}", "range", "95 % interval")


def sample_cells(row: Row) -> tuple[str, ...]:
    """Return the description of one of the two samples.

    Args:
        row: by `records.rows.statistics.StatisticsRow`.
    """
    sd = row["sd"]
    return (
        row["scenario"],
        count(row["n"]),
        in_interval(row["mean"], row["mean_low"], row["mean_high"], sd),
        spread(sd),
        measured(row["median"], sd),
        f"{measured(row['min'], sd)} .. {measured(row['max'], sd)}",
        interval(row["mean_low"], row["mean_high"]),
    )


def figure_lines(row: Row, unit: str) -> list[Line]:
    """Return the figures of a comparison; what could not be computed is left out.

    Args:
        row: by `records.rows.statistics.ComparisonRow`.
        unit: of the quantity.
    """
    t_name = "paired t" if row["design"] == "paired" else "Welch's t"
    lines = [
        Line(f"difference {unit}, {t_name}", *_estimate(row, "difference"), _p(row["p"])),
        Line(f"difference {unit}, bootstrap BCa", ends=interval(row["bca_low"], row["bca_high"])),
        Line(f"difference {unit}, with the meter's part", ends=interval(*_ends(row, "total"))),
        Line("ratio, Fieller", *_estimate(row, "ratio")),
        Line("ratio, with the meter's part", ends=interval(*_ends(row, "ratio_total"))),
        Line(RANK_TESTS[row["rank_test"]], p=_p(row["rank_p"])),
        Line("t, after Holm over the family", p=_p(row.get("p_holm"))),
        Line("Hedges' g", *_estimate(row, "hedges_g")),
        Line("Cliff's delta", *_estimate(row, "cliffs_delta")),
    ]
    return [line for line in lines if line.said]


def repeats_line(row: Row) -> str:
    """Return the repeats for 1 %, 5 % and the difference; percentages need a mean above zero."""
    names = ["repeats_observed"] if row["ratio"] is None else list(_REPEATS)
    said = ", ".join(f"{repeats_words(row[name])} for {_REPEATS[name]}" for name in names)
    return f"Repeats needed with this scatter (power 0.8): {said}"


def _ends(row: Row, name: str) -> tuple[float | None, float | None]:
    return row.get(f"{name}_low"), row.get(f"{name}_high")


def _estimate(row: Row, name: str) -> tuple[str, str]:
    low, high = _ends(row, name)
    return in_interval(row[name], low, high), interval(low, high)


def _p(p: float | None) -> str:
    return "" if p is None else probability(p)
