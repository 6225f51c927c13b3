"""The tables of the smells: costs, effect sizes, tracker against meter."""

from records.rows.smells import SmellRow
from reports.blocks.columns import with_interval
from reports.blocks.tables import Column, Columns, Table, table, text_column
from reports.words.energy import EnergyUnit, in_unit
from reports.words.numbers import ABSENT, count, interval, plain, probability
from reports.words.smells import GROWTHS, quantity_words, signed
from reports.words.verdict import repeats_words

HOW = (
    "Smelly minus clean within blocks (paired t test, Student 1908). The interval of the percentage is "
    "Fieller's (1954); of the intervals with and without meter and baseline the wider one is given. p "
    "values are adjusted after Holm (1979) over all smells in one quantity by one instrument. Costs more or "
    "less: p after Holm below 0.05 and an interval that does not include zero; with fewer than three pairs "
    "there is neither interval nor verdict."
)
_HOW_EFFECTS = (
    "dz: mean over standard deviation of the differences, interval by the noncentral t distribution "
    "(Cumming and Finch 2001). Wilcoxon's signed ranks (1945). Mixed model: scenario fixed, block random, "
    "by restricted maximum likelihood, over three scenarios or more with one clean twin. Detectable: the "
    "smallest difference that as many pairs with this scatter would show with a probability of 80 % in a "
    "two-sided test at 5 % over the tests of the family, which is Holm's first step (Cohen 1988); the last "
    "columns say how many pairs a difference of 1 %, of 5 %, or of the size that was found would need at "
    "that level."
)
_HOW_TRACKERS = (
    "Per block: difference by the tracker minus difference by the meter, in the same runs and over the "
    "tracker's own window. In Wh the meter's uncertainty is in the interval; of the percentages, each of "
    "means, the interval is by linearisation (Cochran 1977, section 6.4), and the meter's gain drops out."
)


def costs_table(rows: list[SmellRow], unit: EnergyUnit) -> Table:
    """Tabulate what each smell costs in every quantity."""
    columns: Columns[SmellRow] = (
        _names(unit),
        Column("Pairs", lambda row: count(row.pairs)),
        Column("Clean", lambda row: plain(row.mean_clean)),
        Column("Smelly", lambda row: plain(row.mean_smelly)),
        with_interval("Difference", lambda row: (row.difference, row.difference_low, row.difference_high)),
        with_interval("Difference", _pct, "%"),
        Column("p", lambda row: probability(row.p)),
        Column("p after Holm", lambda row: probability(row.p_holm)),
        Column("Verdict", lambda row: row.verdict, numeric=False, whole=True),
    )
    return table(
        "smell-rows",
        "What each smell costs",
        columns,
        [in_unit(row, unit) for row in rows],
        note=HOW,
        source="smells",
    )


def effects_table(rows: list[SmellRow], unit: EnergyUnit) -> Table:
    """Tabulate effect sizes, further tests, and how much it takes to see a difference."""
    columns: Columns[SmellRow] = (
        _names(unit),
        with_interval("dz", lambda row: (row.dz, row.dz_low, row.dz_high)),
        Column("Wilcoxon p", lambda row: probability(row.wilcoxon_p)),
        with_interval("Mixed model", lambda row: (row.mixed_estimate, row.mixed_low, row.mixed_high)),
        Column("p", lambda row: probability(row.mixed_p)),
        Column("Detectable", lambda row: plain(row.detectable, 2)),
        Column("Detectable", lambda row: plain(row.detectable_pct, 2), "%"),
        Column("Pairs for 1 %", lambda row: _repeats(row, row.repeats_1_pct)),
        Column("5 %", lambda row: _repeats(row, row.repeats_5_pct)),
        Column(
            "this difference", lambda row: ABSENT if row.p is None else repeats_words(row.repeats_observed)
        ),
        text_column("Remarks", lambda row: row.note),
    )
    return table(
        "smell-effects",
        "Effect sizes and what could be seen",
        columns,
        [in_unit(row, unit) for row in rows],
        note=_HOW_EFFECTS,
        source="smells",
    )


def trackers_table(rows: list[SmellRow], unit: EnergyUnit) -> Table:
    """Tabulate what trackers make of a smell next to the meter."""
    beside = [row for row in rows if row.meter_difference is not None]
    columns: Columns[SmellRow] = (
        Column("Smell", lambda row: row.smell, numeric=False),
        Column("Tracker", lambda row: row.instrument, numeric=False),
        Column("Pairs", lambda row: count(row.pairs)),
        Column("Tracker", lambda row: signed(row.pct), "%"),
        Column("Meter", lambda row: signed(row.meter_pct), "%"),
        Column(
            "Tracker minus meter",
            lambda row: signed(row.excess_pct, row.excess_pct_low, row.excess_pct_high),
            "percentage points",
        ),
        Column("95 % interval", lambda row: interval(row.excess_pct_low, row.excess_pct_high)),
        with_interval("Tracker minus meter", lambda row: (row.excess, row.excess_low, row.excess_high), unit),
        Column("Do they agree", lambda row: row.agrees or ABSENT, numeric=False),
    )
    return table(
        "smell-trackers",
        "Tracker and meter on the same smell",
        columns,
        beside,
        note=_HOW_TRACKERS,
        source="smells",
    )


def _names(unit: EnergyUnit) -> list[Column[SmellRow]]:
    return [
        Column("Smell", lambda row: row.smell, numeric=False),
        Column("Quantity", lambda row: quantity_words(row.quantity, unit), numeric=False, whole=True),
        Column("by", lambda row: row.instrument, numeric=False),
    ]


def _pct(row: SmellRow) -> tuple[float | None, float | None, float | None]:
    """Return the percentage; none of a growth, which is near zero without the smell."""
    return (None, None, None) if row.quantity in GROWTHS else (row.pct, row.pct_low, row.pct_high)


def _repeats(row: SmellRow, n: int | None) -> str:
    return ABSENT if row.p is None or row.pct is None else repeats_words(n)
