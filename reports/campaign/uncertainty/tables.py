"""Tables of uncertainty budgets: one result term by term, or many results in rows."""

from collections.abc import Callable

from records.results import Row
from reports.blocks.tables import Column, Table, table, text_column
from reports.campaign.uncertainty.terms import NEGLIGIBLE, TERMS, shares, terms_in
from reports.words.numbers import ABSENT, finite, given, interval, measured, plain, spread
from reports.words.texts import quantity

MOST_ROWS = 200
"""Of many windows the first are shown; the table of the results has all."""

_RESULTS = {
    "energy_wh": "Energy, gross",
    "induced_wh": "Induced energy",
    "mean_power_w": "Mean power",
}
_UNITS = {"energy_wh": "Wh", "induced_wh": "Wh", "mean_power_w": "W"}


def factor(row: Row) -> float | None:
    """Return the coverage factor k: half the interval over u; ``None`` where there is no interval."""
    low, high, u = (finite(row.get(name)) for name in ("low", "high", "u"))
    return (high - low) / (2 * u) if low is not None and high is not None and u else None


def factor_words(row: Row) -> str:
    """Return the coverage factor with three digits."""
    return plain(factor(row), 3)


def freedom_words(row: Row) -> str:
    """Return the degrees of freedom; the results leave them empty where they are infinite."""
    df = finite(row.get("df"))
    if df is None:
        return "∞" if finite(row.get("u")) is not None else ABSENT
    return plain(df, 3) if df < 1000 else "> 1000"


def quantity_words(row: Row) -> str:
    """Return the quantity of a budget in words with its unit."""
    name, _, kind = str(row.get("quantity")).partition(" ")
    if name in _RESULTS:
        words, unit = _RESULTS[name], _UNITS[name]
    else:
        words, unit = quantity(name)
    return f"{words}{f' {kind}' if kind else ''}" + (f" / {unit}" if unit and kind != "ratio" else "")


def term_words(row: Row, name: str) -> str:
    """Return a term as standard uncertainty with its share of the variance."""
    share = shares(row).get(name)
    if share is None:
        return ABSENT
    if share < NEGLIGIBLE:
        return "≈ 0"
    return f"{spread(row.get(f'u_{name}'))} ({plain(100 * share, 2)} %)"


def scenario_table(key: str, title: str, rows: list[Row], *, folded: bool) -> Table:
    """Tabulate the budget of one scenario: terms below each other, quantities side by side.

    Args:
        key: id of the table.
        title: name of the scenario.
        rows: its budgets; those of energy, induced energy and mean power are shown.
        folded: whether the table is folded.
    """
    chosen = {name: row for name in _RESULTS for row in rows if row.get("quantity") == name}
    lines: list[Row] = [
        {"term": TERMS[term].name, "shape": TERMS[term].shape, "shared": TERMS[term].shared}
        | {name: term_words(row, term) for name, row in chosen.items()}
        for term in terms_in(chosen.values())
    ]
    for words, show in _FOOT:
        lines.append({"term": words} | {name: show(row) for name, row in chosen.items()})
    columns = (
        text_column("Term", "term"),
        *(_quantity_column(name) for name in chosen),
        Column("Distribution, type", lambda row: str(row.get("shape", "")), numeric=False),
        Column("Same error in", lambda row: str(row.get("shared", "")), numeric=False),
    )
    caption = f"Budget of {title}: standard uncertainties, in brackets their share of the variance"
    return table(key, caption, columns, lines, folded=folded, source="budgets")


_FOOT: tuple[tuple[str, Callable[[Row], str]], ...] = (
    ("combined standard uncertainty u", lambda row: spread(row.get("u"))),
    ("effective degrees of freedom", freedom_words),
    ("value", lambda row: measured(row.get("value"), row.get("u"))),
    ("95 % interval", lambda row: interval(row.get("low"), row.get("high"))),
    ("coverage factor k", factor_words),
)


def _quantity_column(name: str) -> Column:
    return Column(_RESULTS[name], lambda row: str(row.get(name) or ABSENT), _UNITS[name])


def budget_table(
    key: str, caption: str, rows: list[Row], heads: tuple[Column, ...], *, folded: bool, note: str = ""
) -> Table:
    """Tabulate many budgets, one a row, the terms side by side.

    Args:
        key: id of the table.
        caption: what the rows are.
        rows: budgets; of more than `MOST_ROWS` the first are shown, and the caption says so.
        heads: columns that name a row.
        folded: whether the table is folded.
        note: how it was computed.
    """
    shown = rows[:MOST_ROWS]
    if len(rows) > len(shown):
        caption = (
            f"{caption}: the first {given(len(shown))} of {given(len(rows))}, all in results/budgets.csv"
        )
    columns = (
        *heads,
        Column("Quantity", quantity_words, numeric=False, whole=True),
        Column("Value", lambda row: measured(row.get("value"), row.get("u"))),
        Column("u", lambda row: spread(row.get("u"))),
        Column("df", freedom_words),
        Column("k", factor_words),
        Column("95 % interval", lambda row: interval(row.get("low"), row.get("high"))),
        *(_term_column(name) for name in terms_in(shown)),
    )
    nothing = f"{caption}: the analysis gave no budget."
    return table(key, caption, columns, shown, folded=folded, note=note, source="budgets", nothing=nothing)


def _term_column(name: str) -> Column:
    words = TERMS[name].name.removeprefix("the ")
    return Column(words[0].upper() + words[1:], lambda row: term_words(row, name))
