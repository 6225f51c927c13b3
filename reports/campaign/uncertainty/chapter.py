"""The uncertainty budget, term by term."""

from records.rows.budgets import BudgetRow
from records.rows.families import BudgetTerm
from reports.blocks.contract import Block, Chapter, Code, Heading, Lines, Text, folds
from reports.blocks.tables import Column, Columns, Table, table, text_column
from reports.campaign.uncertainty.figures import Group, relative_words, shares_sheet
from reports.campaign.uncertainty.meter import meter_lines
from reports.campaign.uncertainty.tables import budget_table, factor_words, scenario_table
from reports.campaign.uncertainty.terms import TERMS, Term, shares, terms_in
from reports.campaign.uncertainty.words import INTERVAL, MODEL, NOT_IN_IT, SHARED
from reports.campaign.view import View
from reports.words.energy import in_unit
from reports.words.numbers import count, interval, measured, plain, spread

MOST_OPEN = 4
"""Budgets of more scenarios are folded."""

_LEAST_NAMED = 0.05  # share of the variance from which on a term is named in a sentence

_HOW = (
    "Share: the term's u² over the sum of all. Terms are independent of each other (JCGM 100:2008, 5.1.2), "
    "so that the sum is the variance of the result; the table of terms says what shares them."
)

_HOW_COMPARED = (
    "What both scenarios share acts once: the meter's gain on the difference only, and not at all on the "
    "ratio. Where the plan interleaves the scenarios, the scatter is that of the differences within blocks, "
    "as in the chapter on comparisons."
)


def chapter(view: View) -> Chapter:
    """Show where the uncertainty of each result comes from, and what results have in common."""
    budgets = _budgets(view)
    if not budgets:
        return Chapter("uncertainty", "Uncertainty budget", "Uncertainty", [], "the analysis gave no budget.")
    lead = _lead(budgets)
    of_scenarios = [r for r in _of(budgets, "scenario") if r.quantity == lead and shares(r)]
    blocks: list[Block] = [
        *(Text(words) for words in _answers(view, of_scenarios, lead)),
        shares_sheet(view, _groups(view, budgets, lead), _HOW),
        Lines("Largest terms", [(_name(view, row), _made_of(row, view.unit.name)) for row in of_scenarios]),
        Heading("The meter's part"),
        Lines("The meter", meter_lines(view.results.meter)),
        *folds(_parts(view)),
    ]
    return Chapter("uncertainty", "Uncertainty budget", "Uncertainty", blocks)


def _parts(view: View) -> list[Block]:
    """Return what only those need who check a budget."""
    budgets = _budgets(view)
    return [
        Heading("Budgets of the scenarios"),
        *_scenario_tables(view, budgets),
        Heading("Budgets of comparisons, trackers and the baseline"),
        *_result_tables(view, budgets),
        Heading("Budgets of single runs and their parts"),
        *_window_tables(view, budgets),
        Heading("The terms, and what shares them"),
        Text(SHARED),
        terms_table(budgets),
        Heading("Formulas and sources"),
        Code("The model and the propagation of uncertainty", MODEL),
        Text(INTERVAL),
        Text(NOT_IN_IT),
    ]


def _budgets(view: View) -> list[BudgetRow]:
    """Return the budgets with energies in the unit of the report."""
    return [in_unit(row, view.unit) for row in view.results.budgets]


def _of(budgets: list[BudgetRow], kind: str) -> list[BudgetRow]:
    return [row for row in budgets if row.of == kind]


def _lead(budgets: list[BudgetRow]) -> str:
    """Return the quantity that the answer is about: induced energy, or energy where no baseline was."""
    quantities = {row.quantity for row in _of(budgets, "scenario")}
    return "induced_wh" if "induced_wh" in quantities else "energy_wh"


def _name(view: View, row: BudgetRow) -> str:
    return view.name_of(row.scenario)


def _answers(view: View, rows: list[BudgetRow], lead: str) -> list[str]:
    """Say for how many scenarios which term is the largest, and what would make it smaller."""
    words = "induced energy" if lead == "induced_wh" else "energy"
    groups: dict[BudgetTerm, list[str]] = {}
    for row in rows:
        groups.setdefault(next(iter(shares(row))), []).append(_name(view, row))
    answers = [
        f"In the {words} of {_listed(names)} the largest term is {TERMS[term].name}: {TERMS[term].remedy}."
        for term, names in sorted(groups.items(), key=lambda item: -len(item[1]))
    ]
    return answers or [f"No scenario has a budget of its {words}."]


def _listed(names: list[str]) -> str:
    shown = names[:6]
    more = len(names) - len(shown)
    return ", ".join(shown) + (f" and {count(more)} more" if more else "")


def _made_of(row: BudgetRow, unit: str) -> str:
    parts = [f"{TERMS[n].name} {plain(100 * s, 2)} %" for n, s in shares(row).items() if s >= _LEAST_NAMED]
    ends = f"95 % interval {interval(row.low, row.high)} {unit}, k = {factor_words(row)}"
    return (
        f"{measured(row.value, row.u)} {unit}, u = {spread(row.u)} {unit} ({relative_words(row)}), "
        f"{'one run: no interval' if row.low is None else ends}; of u²: {', '.join(parts)}"
    )


def _groups(view: View, budgets: list[BudgetRow], lead: str) -> list[Group]:
    """Return the panels of the figure: scenarios, their differences and ratios, trackers."""
    comparisons = _of(budgets, "comparison")
    words = "Induced energy" if lead == "induced_wh" else "Energy"

    def minus(row: BudgetRow) -> str:
        return f"{_name(view, row)} − {view.name_of(row.name or '')}"

    def over(row: BudgetRow) -> str:
        return f"{_name(view, row)} / {view.name_of(row.name or '')}"

    def tracker(row: BudgetRow) -> str:
        return _name(view, row)

    of_scenarios = [row for row in _of(budgets, "scenario") if row.quantity == lead]
    differences = [row for row in comparisons if row.quantity == f"{lead} difference"]
    ratios = [row for row in comparisons if row.quantity == f"{lead} ratio"]
    return [
        Group("uncertainty-scenarios", f"{words} of the scenarios", of_scenarios, tracker),
        Group("uncertainty-differences", f"{words}: differences", differences, minus),
        Group("uncertainty-ratios", f"{words}: ratios", ratios, over),
        Group("uncertainty-trackers", "Tracker over meter, gross", _of(budgets, "tracker"), tracker),
    ]


def _scenario_tables(view: View, budgets: list[BudgetRow]) -> list[Block]:
    groups: dict[str, list[BudgetRow]] = {}
    for row in _of(budgets, "scenario"):
        groups.setdefault(row.scenario, []).append(row)
    folded = len(groups) > MOST_OPEN
    tables: list[Block] = [
        scenario_table(f"budget-{i}", view.name_of(name), rows, view.unit, folded=folded)
        for i, (name, rows) in enumerate(groups.items())
    ]
    return tables or [Text("No scenario has a budget.", "nothing")]


def _result_tables(view: View, budgets: list[BudgetRow]) -> list[Block]:
    scenario: Column[BudgetRow] = Column("Scenario", lambda row: _name(view, row), numeric=False)
    against: Column[BudgetRow] = Column("Against", lambda row: _against(view, row), numeric=False)
    rows = [row for kind in ("comparison", "tracker", "baseline") for row in _of(budgets, kind)]
    shown = {"energy_wh", "induced_wh", "mean_power_w"}
    others = [row for row in _of(budgets, "scenario") if row.quantity not in shown]
    return [
        budget_table(
            "budget-results",
            "Differences, ratios, baseline",
            rows,
            (scenario, against),
            view.unit,
            folded=True,
            note=_HOW_COMPARED,
        ),
        budget_table(
            "budget-others",
            "Further quantities of the scenarios",
            others,
            (scenario,),
            view.unit,
            folded=True,
        ),
    ]


def _against(view: View, row: BudgetRow) -> str:
    name = row.name or ""
    return (view.name_of(name) if row.of == "comparison" else name) or "–"


def _window_tables(view: View, budgets: list[BudgetRow]) -> list[Block]:
    heads: Columns[BudgetRow] = (
        Column("Run", lambda row: count(row.slot), numeric=False),
        text_column("Scenario", lambda row: row.scenario),
        text_column("Part", lambda row: row.name),
    )
    kinds = {"run": "Runs", "epoch": "Epochs", "action": "Actions", "call": "Calls"}
    blocks: list[Block] = [
        budget_table(f"budget-{kind}s", f"Budgets: {words}", rows, heads, view.unit, folded=True)
        for kind, words in kinds.items()
        if (rows := _of(budgets, kind))
    ]
    return blocks or [Text("No single run has a budget.", "nothing")]


def terms_table(budgets: list[BudgetRow]) -> Table:
    """Tabulate the terms that count in this campaign: what they are, their size, what shares them."""
    rows = [TERMS[name] for name in terms_in(budgets)]
    columns: Columns[Term] = (
        text_column("Term", lambda row: row.name),
        text_column("What it is", lambda row: row.what),
        text_column("Its standard uncertainty", lambda row: row.size),
        text_column("Distribution, type", lambda row: row.shape),
        text_column("Same error in", lambda row: row.shared),
        text_column("What helps", lambda row: row.remedy),
    )
    return table("uncertainty-terms", "Terms of this campaign", columns, rows, folded=False, note=_HOW)
