"""The page of `lab compare`: two scenarios against each other, one HTML file that opens offline."""

from pathlib import Path

from analysis.comparing.scenarios import Compared
from analysis.comparing.sides import Side
from analysis.comparing.verdict import is_significant
from records.files import write_atomically
from reports.blocks import palette
from reports.blocks.figure_numbers import one_after_another
from reports.blocks.rendering import Records, page_scripts, records_of, render_page
from reports.blocks.svg import drawing_style
from reports.blocks.tables import Column, Columns, Table, table
from reports.campaign.comparisons.run_order import drift_words
from reports.campaign.view import view_of
from reports.pages.compare.calls import calls_chapter
from reports.pages.compare.distance import distance_sheet
from reports.pages.compare.program import program_chapter
from reports.pages.compare.samples import Looks, order_sheet, runs_sheet
from reports.words.comparison_lines import Line, figure_lines, repeats_line, sample_cells, sample_columns
from reports.words.energy import EnergyUnit, in_unit
from reports.words.numbers import given, probability
from reports.words.verdict import unit_of_compared, verdict_words


def write_comparison(compared: Compared, path: Path) -> None:
    """Write the page of a comparison.

    Args:
        compared: what came out.
        path: the HTML file, replaced if it exists.

    Raises:
        OSError: it cannot be written.
    """
    write_atomically(path, render(compared))


def render(compared: Compared) -> str:
    """Return the page as HTML; the same comparison always gives the same text."""
    sides = (compared.a, compared.b)
    simulated = any(view_of(side.results).simulated for side in sides)
    looks, unit = _looks(compared), unit_of_compared(compared)
    with drawing_style():
        sheets = [
            runs_sheet(compared, looks, unit, simulated),
            distance_sheet(compared, looks.b, unit, simulated),
            order_sheet(compared, looks, unit, simulated),
        ]
        calls = calls_chapter(compared, looks.b, simulated)
    row = compared.row
    context = {
        "summary": {
            "title": f"{compared.b.label} against {compared.a.label}",
            "facts": _facts(compared, unit),
        },
        "verdict": verdict_words(compared),
        "verdict_class": _class_of(compared),
        "sheets": sheets,
        "samples": _samples(compared, unit),
        "figures": _figures(compared, unit),
        "tests": _tests(compared, unit),
        "repeats": repeats_line(row) if row.p is not None else "",
        "program": program_chapter(compared.program),
        "calls": calls,
        "numbers": one_after_another([*sheets, *(calls.sheets if calls else [])]),
        "remarks": compared.remarks,
        "refusals": compared.refusals,
        "paired": row.design == "paired",
        "of_epochs": compared.quantity.of_epochs,
        "family_size": row.family_size or 0,
        "margin": None if compared.margin_pct is None else given(compared.margin_pct),
    }
    tables = _records(compared, simulated)
    return render_page("compare.html.j2", context, simulated=simulated, scripts=page_scripts(), tables=tables)


def _records(compared: Compared, simulated: bool) -> dict[str, Records]:
    """Return the rows behind the tables, in the units that their columns name."""
    return {
        "statistics": records_of([compared.a.statistics, compared.b.statistics], simulated=simulated),
        "comparisons": records_of([compared.row], simulated=simulated),
    }


def _class_of(compared: Compared) -> str:
    if compared.refusals:
        return "refuse"
    return "good" if is_significant(compared.row) else "warn"


def _looks(compared: Compared) -> Looks:
    a, b = (view_of(side.results).colour_of(side.name) for side in (compared.a, compared.b))
    others = (colour for colour in palette.OKABE_ITO if colour != a)
    return Looks(a, b if b != a else next(others))


def _facts(compared: Compared, unit: EnergyUnit) -> list[tuple[str, str]]:
    row = compared.row
    design = "each run for itself"
    if row.design == "paired":
        design = f"paired by block, {row.pairs} blocks"
    facts = [
        ("Quantity", f"{compared.quantity.words} in {unit.name}; less is better"),
        ("Reference (A)", _side_words(compared.a)),
        ("Compared (B)", _side_words(compared.b)),
        ("Design", design),
    ]
    if compared.margin_pct is not None:
        facts.append(("Margin of equivalence", f"±{given(compared.margin_pct)} %"))
    return facts


def _side_words(side: Side) -> str:
    campaign = side.results.campaign
    kind = "SIMULATED meter" if view_of(side.results).simulated else "measured"
    n = side.sample.n
    return f"{side.name}, {n} run{'' if n == 1 else 's'} of campaign {campaign.id} ({kind})"


def _samples(compared: Compared, unit: EnergyUnit) -> Table:
    names = sample_columns(unit)
    rows = [sample_cells(side.statistics, side.mean_u, unit) for side in (compared.a, compared.b)]
    columns = [_cell(place, name) for place, name in enumerate(names)]
    return table("samples", "Both samples, by the scatter of their runs", columns, rows, source="statistics")


def _figures(compared: Compared, unit: EnergyUnit) -> Table:
    rows = figure_lines(compared.row, unit)
    columns: Columns[Line] = (
        Column("figure", lambda line: line.name, numeric=False),
        Column("value", lambda line: line.value),
        Column("95 % interval", lambda line: line.ends),
        Column("p", lambda line: line.p),
    )
    caption = f"{compared.b.label} minus, or over, {compared.a.label}"
    return table("figures", caption, columns, rows, source="comparisons")


def _cell(place: int, name: str) -> Column[tuple[str, ...]]:
    return Column(name, lambda cells: cells[place], numeric=place > 0)


def _tests(compared: Compared, unit: EnergyUnit) -> Table:
    """Tabulate what was asked of each sample alone."""
    columns: Columns[Side] = (
        Column("scenario", lambda side: side.label, numeric=False),
        Column("normality p", lambda side: probability(side.statistics.normality_p)),
        Column(f"drift {unit.name} a run", lambda side: drift_words(in_unit(side.statistics, unit))),
        Column("drift p", lambda side: probability(side.statistics.drift_tau_p)),
        Column("outliers, kept", lambda side: side.statistics.outliers or "none", numeric=False),
    )
    sides = (compared.a, compared.b)
    return table("sample-tests", "Sample checks", columns, sides, source="statistics")
