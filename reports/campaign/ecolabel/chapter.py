"""The sheet of the eco-label DE-UZ 215: how much of the hardware a usage scenario occupies."""

from typing import Any

from records.rows.findings import FindingRow
from records.rows.standards import EcolabelRow
from reports.blocks.contract import Block, Chapter, Code, Heading, Text
from reports.blocks.findings import findings_block
from reports.blocks.tables import Column, Columns, Table, table, text_column
from reports.campaign.ecolabel.figures import ecolabel_sheet, quantity_words, unit_words
from reports.campaign.view import View
from reports.words.identity import folder_words
from reports.words.numbers import count, fixed, given, measured, plain, spread

_ABSENT = (
    "no standard usage scenario was named. Add [ecolabel] scenario = “NAME” to lab.toml, with the full "
    "capacities under [ecolabel.full] (for example power = “120 W”), and runs of kind baseline and idle."
)
_WHAT = (
    "The Blue Angel for resource and energy-efficient software asks how much of a computer one standard "
    "usage scenario occupies, and for how long. The software is charged with what it needs above the "
    "operating system (net load), and with a share of the operating system's own needs, as large as its "
    "share of the capacity left free (allocation). That effective use times the duration is the hardware "
    "utilisation, the number that goes on the sheet. Lower is better; the number only means something "
    "against another version or product measured alike."
)
_HOW = (
    "DE-UZ 215, Annex 2: net = load − base; allocation = net / (full − base); effective = net + allocation "
    "· base; utilisation = effective · duration. base is the mean over the baseline runs, full what the "
    "hardware can give. Units are typed: every capacity is written with its unit and converted by a unit "
    "library. u are standard uncertainties (k = 1) of the means by the scatter between the runs, carried "
    "through the formulas; errors of the collectors and of the meter's gain are not in them. Without a "
    "full capacity above the baseline there is no allocation."
)


def chapter(view: View) -> Chapter:
    """Show the sheet, where it stands against the certified version, and what else the label asks for."""
    rows = view.results.ecolabel
    chosen = view.results.settings.get("ecolabel") or {}
    title, short = "Eco-label DE-UZ 215", "Eco-label"
    if not rows:
        absent = "the label's loads were not recorded in baseline and usage runs." if chosen else _ABSENT
        return Chapter("ecolabel", title, short, [], absent)
    lacking = [row for row in view.results.findings if row.code.startswith("ecolabel-")]
    blocks: list[Block] = [_verdict(rows, chosen, lacking), Text(_WHAT)]
    blocks += [ecolabel_sheet(view, _HOW, loads_table(rows)), Heading("Hardware utilisation")]
    blocks.append(utilisation_table(rows, chosen))
    if lacking:
        blocks += [Heading("What the label asks for and this campaign lacks"), findings_block(lacking)]
    blocks += [
        Heading("The sheet as a spreadsheet"),
        Text("The values in the form of the label's annex, for the application:"),
        Code(
            "Command that writes the annex",
            f"lab export {folder_words(view.results)} --out annex-2.xlsx --as de-uz-215",
        ),
    ]
    return Chapter("ecolabel", title, short, blocks)


def _verdict(rows: list[EcolabelRow], chosen: dict[str, Any], lacking: list[FindingRow]) -> Text:
    limit = given(chosen.get("later_max_pct"))
    judged = [row for row in rows if row.within is not None]
    above = [row for row in judged if not row.within]
    changes = ", ".join(f"{quantity_words(row)} {_change(row)} %" for row in above)
    if not judged:
        words = (
            "A first sheet: no values of a certified version are set ([ecolabel.certified]) to compare with."
        )
    elif above:
        words = (
            f"{len(above)} of {len(judged)} compared quantities are more than {limit} % above the certified "
            f"version ({changes}): the label needs a new application."
        )
    else:
        words = (
            f"All {len(judged)} compared quantities are at most {limit} % above the certified version, as "
            "the label allows a later one."
        )
    if lacking:
        words += " The measurement does not meet all conditions of the label; what it lacks is named below."
    return Text(words, "warn" if above or lacking else "good")


def _change(row: EcolabelRow) -> str:
    return ("+" if row.change_pct is not None and row.change_pct > 0 else "") + fixed(row.change_pct, 1)


def loads_table(rows: list[EcolabelRow]) -> Table:
    """Tabulate what was seen: base, load and full capacity, and the net load."""
    columns: Columns[EcolabelRow] = (
        text_column("Scenario", lambda row: row.scenario),
        Column("Quantity", quantity_words, numeric=False),
        Column("Unit", unit_words, numeric=False),
        Column("n", lambda row: count(row.n)),
        Column("Base", lambda row: plain(row.base)),
        Column("Load", lambda row: plain(row.load)),
        Column("Full", lambda row: given(row.full)),
        Column("Net load", lambda row: plain(row.net)),
    )
    return table("ecolabel-loads", "Loads", columns, rows, folded=False, source="ecolabel")


def utilisation_table(rows: list[EcolabelRow], chosen: dict[str, Any]) -> Table:
    """Tabulate the values of the annex, in the order of its computation."""
    columns: Columns[EcolabelRow] = (
        text_column("Scenario", lambda row: row.scenario),
        Column("Quantity", quantity_words, numeric=False),
        Column("Allocation", lambda row: plain(_percent(row.allocation), 3), "%"),
        Column("Effective use", _effective),
        Column("u(effective)", lambda row: spread(row.effective_u)),
        Column("Duration", lambda row: plain(row.duration_s), "s"),
        Column("Utilisation", _utilisation),
        Column("u(utilisation)", lambda row: spread(row.utilisation_u)),
        Column("Certified", lambda row: given(row.certified)),
        Column("Change", _change, "%"),
        Column(f"Within +{given(chosen.get('later_max_pct'))} %", _within, numeric=False),
    )
    return table(
        "ecolabel-utilisation",
        "Hardware utilisation by scenario and quantity",
        columns,
        rows,
        folded=False,
        note=_HOW,
        source="ecolabel",
    )


def _percent(share: float | None) -> float | None:
    return None if share is None else 100 * share


def _effective(row: EcolabelRow) -> str:
    if row.effective is None:
        return "–"
    return f"{measured(row.effective, row.effective_u)} {unit_words(row)}"


def _utilisation(row: EcolabelRow) -> str:
    if row.utilisation is None:
        return "–"
    unit = row.utilisation_unit.replace("percent", "%").replace("*", "·")
    return f"{measured(row.utilisation, row.utilisation_u)} {unit}"


def _within(row: EcolabelRow) -> str:
    if row.within is None:
        return "–"
    return "yes" if row.within else "no"
