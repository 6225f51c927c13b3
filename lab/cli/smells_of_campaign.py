"""``lab smells --watch-run``: smells in the programs of a campaign, with what their scenarios cost."""

from pathlib import Path
from typing import Any

from lab.cli.output import make_stderr, print_json, print_table, stdout
from records.errors import InputError
from records.programs import read_programs
from records.results import read_results
from records.rows.smells import SmellRow
from reports.words.energy import EnergyUnit, unit_of_results
from reports.words.smells import QUANTITIES, cost_words
from reports.words.texts import counted
from source.smells.engine import Smell, search


def print_smells_of_campaign(campaign: Path, as_json: bool) -> int:
    """Print each smell with the scenarios of its program and their energy; return the exit code."""
    rows, unit = _rows(campaign)
    if as_json:
        print_json({"findings": rows})
    elif rows:
        energies = (f"energy {unit.name}", f"induced {unit.name}")
        columns = ("code", "program", "line", "scenario", *energies, "cost of the smell")
        print_table(columns, [_cells(row, unit) for row in rows])
    if not as_json:
        found = f"{counted(len(rows), 'finding')} in the recorded programs."
        stdout.print(found if rows else "No smells found.")
    return 1 if rows else 0


def _cells(row: dict[str, Any], unit: EnergyUnit) -> list[Any]:
    line = row["line"] if row["cell"] is None else f"cell {row['cell']}:{row['line']}"
    energies = (_shown(row[key], unit) for key in ("energy_wh", "induced_wh"))
    return [row["code"], row["path"], line, row["scenario"], *energies, _said(row["costs"])]


def _shown(energy_wh: float | None, unit: EnergyUnit) -> str:
    return "" if energy_wh is None else unit.plain(energy_wh)


def _said(costs: list[dict[str, Any]]) -> str:
    energies = [cost for cost in costs if cost["quantity"] == "energy_wh"]
    return "; ".join(f"{cost['smell']}, {cost['instrument']}: {cost['words']}" for cost in energies)


def _rows(campaign: Path) -> tuple[list[dict[str, Any]], EnergyUnit]:
    programs = read_programs(campaign)
    if programs is None:
        raise InputError(
            f"{campaign}: expected recorded programs, but it has none. Measure it again with this version"
        )
    results = read_results(campaign / "results")
    unit = unit_of_results(results)
    energies = {row.scenario: row for row in results.scenarios}
    copies = {
        campaign / "programs" / file.copy: file
        for file in programs.files
        if file.copy is not None and file.name.endswith((".py", ".ipynb"))
    }
    found = search(copies)
    for note in found.unread:
        make_stderr().print(f"{copies[note.path].name}: not read: {note.reason}")
    rows = [
        {
            **_row(smell, file.name, scenario, energies.get(scenario)),
            "costs": _costs(results.smells, smell.code, scenario, unit),
        }
        for file, smell in ((copies[smell.path], smell) for smell in found.smells)
        for scenario in file.scenarios or [""]
    ]
    return rows, unit


def _row(smell: Smell, name: str, scenario: str, energy: Any) -> dict[str, Any]:
    return {
        "code": smell.code,
        "path": name,
        "cell": smell.cell,
        "line": smell.line,
        "column": smell.column,
        "message": smell.message,
        "scenario": scenario or None,
        "energy_wh": getattr(energy, "energy_wh", None),
        "induced_wh": getattr(energy, "induced_wh", None),
    }


def _costs(rows: list[SmellRow], code: str, scenario: str, unit: EnergyUnit) -> list[dict[str, Any]]:
    """Return what this campaign measured of a smell, where it compared the scenario with a clean twin."""
    return [
        {
            "smell": row.smell,
            "quantity": row.quantity,
            "instrument": row.instrument,
            "clean": row.clean,
            "pairs": row.pairs,
            "difference": row.difference,
            "pct": row.pct,
            "pct_low": row.pct_low,
            "pct_high": row.pct_high,
            "verdict": row.verdict,
            "words": cost_words(row, unit),
        }
        for row in rows
        if (row.code, row.smelly) == (code, scenario) and row.quantity in QUANTITIES
    ]
