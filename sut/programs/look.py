"""Look at the measured program where it lies: ``python -m sut.programs.look REQUEST`` prints a JSON object.

The request is a file with a `Request`, which is removed. The answer is a `Look`, in which content of files
and what differs from a git revision are in Base64.
"""

import argparse
import json
import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from records.documents import build, plain
from records.plain_files import sha256_of_plain
from records.programs import ProgramFile, Source
from records.times import now_utc_s
from sut.programs.named import is_python, named_by
from sut.programs.places import Places
from sut.programs.reading import Content, read_file
from sut.programs.revision import Found, find_revisions, head_of


@dataclass(kw_only=True)
class Command:
    """The command of a scenario, its working directory on the SUT, and its ``PATH`` where it has its own."""

    scenario: str
    argv: list[str]
    folder: str
    search: str | None = None


@dataclass(kw_only=True)
class ImportedModule:
    """A module: its name, its file, the SHA-256 that the runner took, and when the file was last written."""

    name: str
    path: str
    sha256: str | None
    written_utc_s: float


@dataclass(kw_only=True)
class Request:
    """What to look at; all paths are the SUT's.

    Attributes:
        base_dir: folder of ``lab.toml``; `scenarios` that of Wattlab's own programs.
        include: paths that ``[program] include`` names.
        commands: of the scenarios.
        snapshot: whether to read the files that the commands name, and to ask git for their revisions.
        names: of recorded files that are to be hashed again.
        tops: of recorded repositories whose commit is asked for, as `Found` has them; empty where
            that is unknown.
        modules: that a run imported; `known` are the names of files that need not be read for that.
        scenario: of that run.
    """

    base_dir: str
    scenarios: str
    include: list[str]
    commands: list[Command] = field(default_factory=list)
    snapshot: bool = False
    names: list[str] = field(default_factory=list)
    tops: dict[str, str] = field(default_factory=dict)
    modules: list[ImportedModule] = field(default_factory=list)
    known: list[str] = field(default_factory=list)
    scenario: str = ""


@dataclass(kw_only=True)
class Look:
    """What was seen.

    Attributes:
        begun_utc_s: when, by the SUT's clock.
        interpreters: Python that a command names by itself, by scenario.
        files: that commands and ``[program] include`` name, and modules that are not known.
        notes: what could not be read, a sentence each; `git_notes` those of git.
        revisions: of the repositories.
        hashes: of the recorded files by name, empty text where one is gone.
        heads: commits of the recorded repositories by folder.
        module_names: name of each module's file in the record, ``None`` of one outside.
    """

    begun_utc_s: float = field(default_factory=now_utc_s)
    interpreters: dict[str, str] = field(default_factory=dict)
    files: list[Content] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    git_notes: list[str] = field(default_factory=list)
    revisions: list[Found] = field(default_factory=list)
    hashes: dict[str, str] = field(default_factory=dict)
    heads: dict[str, str] = field(default_factory=dict)
    module_names: list[str | None] = field(default_factory=list)


def look(request: Request) -> Look:
    """Look at the program once."""
    places = Places(Path(request.base_dir), Path(request.scenarios), [Path(p) for p in request.include])
    seen = Look()
    for command in request.commands:
        path = _interpreter(command)
        if path is not None:
            seen.interpreters[command.scenario] = path
    seen.hashes = _hash_again(places, request.names)
    for folder, top in request.tops.items():
        head = head_of(Path(top) if top else places.path_of(folder) or Path(request.base_dir))
        if head is not None:
            seen.heads[folder] = head
    if request.snapshot:
        _Snapshot(request, places, seen).take()
    _name_modules(request, places, seen)
    return seen


class _Snapshot:
    """Reads what commands and ``[program] include`` name into a `Look`, and asks git."""

    def __init__(self, request: Request, places: Places, seen: Look) -> None:
        self._request, self._places, self._seen = request, places, seen
        self._contents: dict[str, Content] = {}
        self._folders = {Path(os.path.realpath(request.base_dir))}

    def take(self) -> None:
        for command in self._request.commands:
            named = named_by(command.argv, Path(command.folder), Path(self._request.scenarios))
            self._seen.notes += [f"{command.scenario}: {note}" for note in named.notes]
            for path in named.paths:
                self._read(path, "command", command.scenario)
            for path in map(Path, self._request.include):
                if path.is_file():
                    self._read(path, "include", command.scenario)
        self._seen.files = list(self._contents.values())
        self._seen.revisions, self._seen.git_notes = find_revisions(self._places, self._folders)

    def _read(self, path: Path, source: Source, scenario: str) -> None:
        name = self._places.name_of(path)
        if name is None:
            self._seen.notes.append(
                f"{scenario}: {path.name} lies outside the folder of lab.toml and is not recorded; "
                f"[program] include can name it"
            )
        elif name in self._contents:
            file = self._contents[name].file
            file.scenarios = sorted({*file.scenarios, scenario})
        else:
            self._contents[name] = read_file(path, name, source, scenario)
            there = self._places.path_of(name)
            if there is not None and not name.startswith("{"):
                self._folders.add(there.parent)


def _name_modules(request: Request, places: Places, seen: Look) -> None:
    known = set(request.known)
    for module in request.modules:
        name = places.name_of(module.path)
        seen.module_names.append(name)
        if name is not None and name not in known:
            known.add(name)
            seen.files.append(_read_module(module, name, request.scenario))


def _read_module(module: ImportedModule, name: str, scenario: str) -> Content:
    """Read a module that was imported for the first time; what counts is the hash that the runner took."""
    content = read_file(Path(module.path), name, "import", scenario)
    if content.file.sha256 == module.sha256:
        return content
    file = ProgramFile(name=name, source="import", scenarios=[scenario], sha256=module.sha256)
    file.note = content.file.note or "not copied: it changed after the run"
    return Content(file, None)


def _hash_again(places: Places, names: list[str]) -> dict[str, str]:
    hashes = {}
    for name in names:
        path = places.path_of(name)
        if path is None:
            continue
        try:
            hashes[name] = sha256_of_plain(path)
        except (OSError, ValueError):
            hashes[name] = ""
    return hashes


def _interpreter(command: Command) -> str | None:
    program = (command.argv or [""])[0]
    if not is_python(program):
        return None
    named = str(Path(command.folder) / program) if "/" in program else program
    return shutil.which(named, path=command.search)


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="sut.programs.look", description=__doc__.partition("\n")[0])
    parser.add_argument("request", type=Path, help="JSON file with what to look at")
    path = parser.parse_args().request
    request = build(Request, json.loads(path.read_bytes()), str(path))
    path.unlink()
    print(json.dumps(plain(look(request))))


if __name__ == "__main__":
    main()
