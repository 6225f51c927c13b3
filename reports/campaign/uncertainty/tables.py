"""Tables of uncertainty budgets: one result term by term, or many results in rows."""

from collections.abc import Callable
from typing import NamedTuple

from records.rows.budgets import BudgetRow
from records.rows.families import BudgetTerm
from reports.blocks.tables import Column, Columns, Table, table, text_column
from reports.campaign.uncertainty.terms import NEGLIGIBLE, TERMS, shares, terms_in
from reports.words.energy import EnergyUnit
from reports.words.numbers import ABSENT, given, interval, measured, plain, spread
from reports.words.texts import quantity

MOST_ROWS = 200
"""Of many windows the first are shown; the table of the results has all."""

_RESULTS = {
    "energy_wh": "Energy, gross",
    "induced_wh": "Induced energy",
    "mean_power_w": "Mean power",
}
_POWER = "mean_power_w"


def factor(row: BudgetRow) -> float | None:
    """Return the coverage factor k: half the interval over u; ``None`` where there is no interval."""
    if row.low is None or row.high is None or not row.u:
        return None
    return (row.high - row.low) / (2 * row.u)


def factor_words(row: BudgetRow) -> str:
    """Return the coverage factor with three digits."""
    return plain(factor(row), 3)


def freedom_words(row: BudgetRow) -> str:
    """Return the degrees of freedom; the results leave them empty where they are infinite."""
    if row.df is None:
        return "∞"
    return plain(row.df, 3) if row.df < 1000 else "> 1000"


def quantity_words(row: BudgetRow, energy: EnergyUnit) -> str:
    """Return the quantity of a budget in words with its unit."""
    name, _, kind = row.quantity.partition(" ")
    if name in _RESULTS:
        words, unit = _RESULTS[name], _unit(name, energy)
    else:
        words, unit = quantity(name)
    return f"{words}{f' {kind}' if kind else ''}" + (f" / {unit}" if unit and kind != "ratio" else "")


def term_words(row: BudgetRow, name: BudgetTerm) -> str:
    """Return a term as standard uncertainty with its share of the variance."""
    share = shares(row).get(name)
    if share is None:
        return ABSENT
    if share < NEGLIGIBLE:
        return "≈ 0"
    return f"{spread(row.terms[name])} ({plain(100 * share, 2)} %)"


class _Line(NamedTuple):
    """A line of the budget of one scenario: a term, or a figure below the terms, by quantity."""

    term: str
    values: dict[str, str]
    shape: str = ""
    shared: str = ""


def scenario_table(key: str, title: str, rows: list[BudgetRow], energy: EnergyUnit, *, folded: bool) -> Table:
    """Tabulate the budget of one scenario: terms below each other, quantities side by side.

    Args:
        key: id of the table.
        title: name of the scenario.
        rows: its budgets; those of energy, induced energy and mean power are shown.
        energy: unit of their energies.
        folded: whether the table is folded.
    """
    chosen = {name: row for name in _RESULTS for row in rows if row.quantity == name}
    lines = [
        _Line(
            TERMS[term].name,
            {name: term_words(row, term) for name, row in chosen.items()},
            TERMS[term].shape,
            TERMS[term].shared,
        )
        for term in terms_in(chosen.values())
    ]
    lines += [_Line(words, {name: show(row) for name, row in chosen.items()}) for words, show in _FOOT]
    columns: Columns[_Line] = (
        text_column("Term", lambda line: line.term),
        [_quantity_column(name, energy) for name in chosen],
        Column("Distribution, type", lambda line: line.shape, numeric=False),
        Column("Same error in", lambda line: line.shared, numeric=False),
    )
    caption = f"Budget of {title}: standard uncertainties, in brackets their share of the variance"
    return table(key, caption, columns, lines, folded=folded, source="budgets")


_FOOT: tuple[tuple[str, Callable[[BudgetRow], str]], ...] = (
    ("combined standard uncertainty u", lambda row: spread(row.u)),
    ("effective degrees of freedom", freedom_words),
    ("value", lambda row: measured(row.value, row.u)),
    ("95 % interval", lambda row: interval(row.low, row.high)),
    ("coverage factor k", factor_words),
)


def _quantity_column(name: str, energy: EnergyUnit) -> Column[_Line]:
    return Column(_RESULTS[name], lambda line: line.values[name] or ABSENT, _unit(name, energy))


def _unit(name: str, energy: EnergyUnit) -> str:
    return "W" if name == _POWER else energy.name


def budget_table(
    key: str,
    caption: str,
    rows: list[BudgetRow],
    heads: Columns[BudgetRow],
    energy: EnergyUnit,
    *,
    folded: bool,
    note: str = "",
) -> Table:
    """Tabulate many budgets, one a row, the terms side by side.

    Args:
        key: id of the table.
        caption: what the rows are.
        rows: budgets; of more than `MOST_ROWS` the first are shown, and the caption says so.
        heads: columns that name a row.
        energy: unit of their energies.
        folded: whether the table is folded.
        note: how it was computed.
    """
    shown = rows[:MOST_ROWS]
    if len(rows) > len(shown):
        caption = (
            f"{caption}: the first {given(len(shown))} of {given(len(rows))}, all in results/budgets.csv"
        )
    columns: Columns[BudgetRow] = (
        *heads,
        Column("Quantity", lambda row: quantity_words(row, energy), numeric=False, whole=True),
        Column("Value", lambda row: measured(row.value, row.u)),
        Column("u", lambda row: spread(row.u)),
        Column("df", freedom_words),
        Column("k", factor_words),
        Column("95 % interval", lambda row: interval(row.low, row.high)),
        [_term_column(name) for name in terms_in(shown)],
    )
    nothing = f"{caption}: the analysis gave no budget."
    return table(key, caption, columns, shown, folded=folded, note=note, source="budgets", nothing=nothing)


def _term_column(name: BudgetTerm) -> Column[BudgetRow]:
    words = TERMS[name].name.removeprefix("the ")
    return Column(words[0].upper() + words[1:], lambda row: term_words(row, name))
