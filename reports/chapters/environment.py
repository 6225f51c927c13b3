"""What was measured, with what, and from where."""

from typing import Any

from records.results import Results
from reports.chapters.contract import Block, Chapter, Heading, Lines, Text
from reports.environment import lines_of
from reports.view import View

_NAMES = {"sut": "System under test", "controller": "Controller", "meter": "Meter, as inventoried"}


def chapter(view: View) -> Chapter:
    """Show the inventories of the SUT, the controller and the meter."""
    results = view.results
    blocks: list[Block] = []
    for part, name in _NAMES.items():
        record = _record(results, part)
        blocks.append(Heading(name))
        if part == "controller" and record and record == _record(results, "sut"):
            blocks.append(Text("The same machine as the system under test."))
        else:
            blocks.append(Lines(name, lines_of(record)))
    read = "Meter, as it was read"
    return Chapter(
        "environment",
        "Environment",
        "Environment",
        [*blocks, Heading(read), Lines(read, lines_of(results.meter))],
    )


def _record(results: Results, name: str) -> dict[str, Any]:
    found = results.environment.get(name)
    return found if isinstance(found, dict) else {}
