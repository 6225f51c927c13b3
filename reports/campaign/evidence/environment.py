"""What was measured, with what, and from where."""

from collections.abc import Callable
from typing import Any

from records.results import Results
from reports.blocks.contract import Block, Chapter, Heading, Lines, Text
from reports.blocks.tables import Column, Columns, Table, table, text_column, words
from reports.campaign.evidence.meter_record import further_meters, meter_lines
from reports.campaign.view import View, stand_ins
from reports.words.environment import lines_of, meter_words, part_of, sut_words

_UNKNOWN = "unknown"
_FREE = "in its own words"


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
    what = sut_words(part_of(results.environment, "sut")) or "a machine without an inventory"
    meter = meter_words(results.meter) if results.meter else "an unknown meter"
    verb = "Simulated readings of" if view.simulated else "Measured by"
    first = f"Measured on: {what}. {verb}: {meter}."
    if not results.imported:
        return first
    sources = len(results.imported.get("sources") or [])
    return (
        f"{first} The records were imported from {sources} files of the format "
        f"{results.imported.get('format')}; what these do not state about machine and meter is unknown. "
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
        return [Text("The machine that controlled the runs is not on record.", "nothing")]
    if controller == sut:
        return [
            Text(
                "The controller ran on the same machine; its load is in every energy, including the baseline."
            )
        ]
    if not sut:
        return _machine("Controller", controller)
    of_sut, of_controller = (dict(lines_of(_without_environments(part))) for part in (sut, controller))
    names = dict.fromkeys((*of_sut, *of_controller))
    differing = [name for name in names if of_sut.get(name) != of_controller.get(name)]
    columns: Columns[str] = (
        text_column("What", lambda name: name),
        text_column("System under test", of_sut.get),
        text_column("Controller", of_controller.get),
    )
    return [
        Text(
            "The controller is another machine than the system under test. These are the known differences:"
        ),
        table("controller", "Controller against system under test", columns, differing, folded=False),
    ]


def _without_environments(record: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in record.items() if key != "environments"}


def _environments(environments: Any) -> Table:
    by_name: dict[str, Any] = environments if isinstance(environments, dict) else {}

    def part(name: str, key: str) -> Any:
        record = by_name[name]
        return record.get(key) if isinstance(record, dict) else None

    columns: Columns[str] = (
        text_column("Environment", lambda name: name, whole=True),
        text_column("Python", lambda name: part(name, "python"), whole=True),
        text_column("Packages", lambda name: _packages(part(name, "packages"))),
    )
    return table("environments", "Interpreters that ran the programs of the scenarios", columns, by_name)


def _packages(packages: Any) -> str:
    if not isinstance(packages, dict):
        return ""
    return ", ".join(f"{name} {version}" for name, version in packages.items())


def _provenance_words(results: Results) -> Text:
    sentences = [f"{', '.join(names)}: {words}" for words, names in stand_ins(results).items()]
    if sentences:
        return Text(f"State this wherever you quote an accuracy: {'; '.join(sentences)}.", "warn")
    return Text("As reported by the programs of the scenarios; not verified.")


def provenance_table(results: Results) -> Table:
    """Tabulate what each scenario said of its data and weights, a column per scenario."""
    statements = {
        name: part if isinstance(part, dict) else {_FREE: part} for name, part in results.provenance.items()
    }
    keys = dict.fromkeys(str(key) for part in statements.values() for key in part if key is not _FREE)
    rows: list[str] = [*keys, *([_FREE] if any(_FREE in part for part in statements.values()) else [])]
    columns: Columns[str] = (
        text_column("What", lambda key: key.replace("_", " ")),
        [Column(name, _stated(part), numeric=False) for name, part in statements.items()],
    )
    return table("provenance", "What the scenarios said of data and weights", columns, rows, folded=False)


def _stated(part: dict[str, Any]) -> Callable[[str], str]:
    return lambda key: words(part.get(key))
