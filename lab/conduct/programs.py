"""The programs that the commands of scenarios name: where they lie, and what a package calls them."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from records.package import PROGRAMS, SCENARIOS, SUMS, problem_of
from reports.exports.contents import Program
from workload.command import SCENARIOS_DIR

_SUFFIXES = frozenset(
    (".py", ".ipynb", ".sh", ".bash", ".r", ".jl", ".pl", ".rb", ".lua", ".js", ".mjs", ".m", ".sql")
)
_OURS = "{scenarios}/"
_ELSEWHERE = "elsewhere"


@dataclass
class FoundPrograms:
    """What the scenarios' commands name.

    Attributes:
        programs: those that are there, sorted by name.
        notes: a sentence for each that is not, or that cannot be packed.
    """

    programs: list[Program]
    notes: list[str]


def find_programs(config: dict[str, Any], folder: Path) -> FoundPrograms:
    """Find the programs of a campaign; one that is not there is a note, never an error.

    A campaign that was unpacked from a package (`lab import package`) has them in its own folder, and they
    are looked for nowhere else.

    Args:
        config: as `campaign.json` holds it.
        folder: of the campaign.
    """
    search = _Search(Path(str(config.get("base_dir", folder))), folder)
    scenarios = config.get("scenario")
    for scenario in scenarios if isinstance(scenarios, list) else []:
        if isinstance(scenario, dict) and isinstance(scenario.get("command"), list):
            search.command(scenario)
    programs = [
        Program(name, source, tuple(dict.fromkeys(search.users[name])))
        for name, source in sorted(search.sources.items())
    ]
    return FoundPrograms(programs, list(dict.fromkeys(search.notes)))


@dataclass
class _Search:
    base_dir: Path
    folder: Path
    sources: dict[str, Path] = field(default_factory=dict)
    users: dict[str, list[str]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def command(self, scenario: dict[str, Any]) -> None:
        """Take the programs of one scenario."""
        name = str(scenario.get("name"))
        arguments = [str(argument) for argument in scenario["command"]]
        if "-m" in arguments[:-1]:
            module = arguments[arguments.index("-m") + 1]
            self.notes.append(f"{name}: the module {module} is run by its name and not packed")
        for place, argument in enumerate(arguments):
            text = argument.rpartition("=")[2] if argument.startswith("-") else argument
            if text.startswith(_OURS):
                self._take_ours(text, name)
            elif "{" not in text and _is_program(text, place):
                self._take(text, str(scenario.get("cwd") or "."), name)

    def _take_ours(self, text: str, scenario: str) -> None:
        """Take all programs of Wattlab's own scenarios: they import each other."""
        home = self.folder / SCENARIOS if self._is_unpacked else SCENARIOS_DIR
        if not (home / text.removeprefix(_OURS)).is_file():
            self.notes.append(f"{scenario}: {text} is not among the programs of this version")
        for path in sorted(home.glob("*.py")):
            self._add(f"{SCENARIOS}/{path.name}", path, scenario)

    def _take(self, text: str, cwd: str, scenario: str) -> None:
        path = os.path.normpath(self.base_dir / Path(cwd).expanduser() / Path(text).expanduser())
        name = self._name_of(path)
        source = self.folder / name if self._is_unpacked else Path(path)
        problem = problem_of(name)
        if problem is not None:
            self.notes.append(f"{scenario}: {text} is not packed: {problem}")
        elif not source.is_file():
            self.notes.append(f"{scenario}: {text} was not there any more when this was packed")
        else:
            self._add(name, source, scenario)

    def _name_of(self, path: str) -> str:
        """Return the name in the package: below the folder of ``lab.toml``, or by the last part alone."""
        if path not in self.names:
            plain = Path(path)
            inside = plain.is_relative_to(self.base_dir)
            place = plain.relative_to(self.base_dir) if inside else Path(_ELSEWHERE) / plain.name
            name, number = f"{PROGRAMS}/{place.as_posix()}", 1
            while name in self.names.values():
                number += 1
                name = f"{PROGRAMS}/{place.with_stem(f'{place.stem}-{number}').as_posix()}"
            self.names[path] = name
        return self.names[path]

    def _add(self, name: str, source: Path, scenario: str) -> None:
        self.sources[name] = source
        self.users.setdefault(name, []).append(scenario)

    @property
    def _is_unpacked(self) -> bool:
        return (self.folder / SUMS).is_file()


def _is_program(text: str, place: int) -> bool:
    """Say whether an argument names a program: by its suffix, or as a path that is called first."""
    path = Path(text)
    return path.suffix.lower() in _SUFFIXES or (place == 0 and "/" in text and not path.is_absolute())


def imports_note(programs: list[Program]) -> Iterator[str]:
    """Say what of programs cannot be known, where there are any."""
    if programs:
        yield (
            "The programs are as they lay there when this was packed. The records hold no hash of them, and "
            "what they import or read is not packed"
        )
