"""What was measured, with what, and from where."""

from collections.abc import Callable
from typing import Any

from records.results import Results, Row
from reports.blocks.contract import Block, Chapter, Heading, Lines, Text
from reports.blocks.tables import Column, Table, table, text_column
from reports.campaign.evidence.meter_record import further_meters, meter_lines
from reports.campaign.view import View, stand_in_findings
from reports.words.environment import lines_of, meter_words, part_of, sut_words

_UNKNOWN = "unknown"


def chapter(view: View) -> Chapter:
    """Show the machine, who controlled it, the meter, the programs' environments, data and weights."""
    results = view.results
    sut = part_of(results.environment, "sut")
    blocks: list[Block] = [Text(_first(view)), Heading("System under test")]
    blocks += _machine("System under test", sut)
    blocks += [Heading("Controller"), *_controller(sut, part_of(results.environment, "controller"))]
    blocks += [Heading("Power meter"), Lines("Power meter", meter_lines(view)), *further_meters(results)]
    if environments := sut.get("environments"):
        blocks += [Heading("Environments of the programs"), _environments(environments)]
    if results.provenance:
        blocks += [Heading("Data and weights"), _provenance_words(results), provenance_table(results)]
    return Chapter("environment", "Environment", "Environment", blocks)


def _first(view: View) -> str:
    results = view.results
    what = sut_words(part_of(results.environment, "sut")) or "a machine of which no inventory was taken"
    meter = meter_words(results.meter) if results.meter else "an unknown meter"
    verb = "Simulated readings of" if view.simulated else "Measured by"
    first = f"Measured on: {what}. {verb}: {meter}."
    if not results.imported:
        return first
    sources = len(results.imported.get("sources") or [])
    return (
        f"{first} The records were imported from {sources} files of the format "
        f"{results.imported.get('format')}; what those do not say of machine and meter is unknown here. "
        "Their hashes are under Cite and reproduce."
    )


def _machine(name: str, record: dict[str, Any]) -> list[Block]:
    """Return what the inventory knows line by line, and in one sentence what it does not."""
    lines = lines_of({key: value for key, value in record.items() if key != "environments"})
    blocks: list[Block] = [Lines(name, [(key, value) for key, value in lines if value != _UNKNOWN])]
    unknown = [key for key, value in lines if value == _UNKNOWN]
    if unknown:
        blocks.append(Text(f"Not known: {', '.join(unknown)}.", "small"))
    return blocks


def _controller(sut: dict[str, Any], controller: dict[str, Any]) -> list[Block]:
    if not controller:
        return [Text("Nothing is recorded of the machine that controlled the runs.", "nothing")]
    if controller == sut:
        return [
            Text(
                "The same machine as the system under test: what controlling costs is in all energies, and "
                "in the baseline, too."
            )
        ]
    if not sut:
        return _machine("Controller", controller)
    of_sut, of_controller = (dict(lines_of(_without_environments(part))) for part in (sut, controller))
    rows = [
        {"what": name, "sut": of_sut.get(name, "–"), "controller": of_controller.get(name, "–")}
        for name in dict.fromkeys((*of_sut, *of_controller))
        if of_sut.get(name) != of_controller.get(name)
    ]
    columns = (
        text_column("What", "what"),
        text_column("System under test", "sut"),
        text_column("Controller", "controller"),
    )
    return [
        Text("Another machine than the system under test; they differ in this and in nothing else known:"),
        table("controller", "Controller against system under test", columns, rows, folded=False),
    ]


def _without_environments(record: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in record.items() if key != "environments"}


def _environments(found: Any) -> Table:
    rows = [
        {"name": name, "python": _of(said, "python"), "packages": _packages(_of(said, "packages"))}
        for name, said in (found.items() if isinstance(found, dict) else ())
    ]
    columns = (
        text_column("Environment", "name", whole=True),
        text_column("Python", "python", whole=True),
        text_column("Packages", "packages"),
    )
    return table("environments", "Interpreters that ran the programs of the scenarios", columns, rows)


def _of(said: Any, name: str) -> Any:
    return said.get(name) if isinstance(said, dict) else None


def _packages(packages: Any) -> str:
    if not isinstance(packages, dict):
        return ""
    return ", ".join(f"{name} {version}" for name, version in packages.items())


def _provenance_words(results: Results) -> Text:
    said = stand_in_findings(results)
    if said:
        messages = "; ".join(str(row.get("message")) for row in said)
        return Text(f"Name this wherever an accuracy is quoted: {messages}.", "warn")
    return Text("As the programs of the scenarios said themselves; nobody has checked it.")


def provenance_table(results: Results) -> Table:
    """Tabulate what each scenario said of its data and weights, a column per scenario."""
    said = {name: found for name, found in results.provenance.items() if isinstance(found, dict)}
    other = {name: found for name, found in results.provenance.items() if name not in said}
    names = dict.fromkeys(str(key) for found in said.values() for key in found)
    rows: list[Row] = [{"what": name.replace("_", " "), "key": name} for name in names]
    if other:
        rows.append({"what": "in its own words", "key": None})
    columns = (
        text_column("What", "what"),
        *(Column(name, _said_by(name, said, other), numeric=False) for name in results.provenance),
    )
    return table("provenance", "What the scenarios said of data and weights", columns, rows, folded=False)


def _said_by(name: str, said: dict[str, Any], other: dict[str, Any]) -> Callable[[Row], str]:
    def show(row: Row) -> str:
        found = other.get(name) if row["key"] is None else said.get(name, {}).get(row["key"])
        return "–" if found is None else str(found)

    return show
