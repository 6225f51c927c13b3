"""The record of a campaign's program: begun at the first start, checked and completed by every run."""

from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from lab.conduct.campaign import OpenCampaign
from lab.conduct.programs.named import named_by
from lab.conduct.programs.packages import interpreters, packages_of
from lab.conduct.programs.places import Places
from lab.conduct.programs.reading import Content, read_file
from lab.conduct.programs.revision import Found, find_revisions, head_of
from lab.conduct.programs.run_modules import ImportedModule, take_modules
from lab.conduct.programs.writing import ProgramsFolder
from records.campaign import Slot
from records.errors import SutError
from records.journal import Journal
from records.plain_files import sha256_of_plain
from records.programs import PROGRAM_JSON, ProgramFile, Programs, RunProgram, Source, changes, read_programs
from records.times import now_utc_s
from sut.sut import Sut
from workload.command import SCENARIOS_DIR

_MOST_FILES = 2000
_MOST_NOTES = 100
_SHOWN = 20


class ProgramRecord:
    """What the campaign knows of its program.

    Args:
        opened: the campaign.
        sut: where the program lies; its files are read through the file system of this machine.
        journal: gets an entry whenever the record is written.
    """

    def __init__(self, opened: OpenCampaign, sut: Sut, journal: Journal) -> None:
        self._config = opened.config
        self._place = opened.folder.path
        self._sut = sut
        self._base_dir = Path(sut.resolve("."))
        self._scenarios = Path(sut.installed(SCENARIOS_DIR))
        self._include = [Path(sut.resolve(path)) for path in opened.config.program.include]
        self._places = Places(self._base_dir, self._scenarios, self._include)
        self._folder = ProgramsFolder(opened.folder.programs, journal)
        self._programs = Programs(taken_utc_s=round(now_utc_s(), 6))
        self._tops: dict[str, Path] = {}
        self._looked_utc_s = 0.0

    def begin(self, slots: Iterable[Slot], completed: int) -> None:
        """Take the snapshot, or read the one that the first start took.

        Args:
            slots: of the plan.
            completed: runs that were completed before.

        Raises:
            RecordError: the record is damaged.
            OSError: it cannot be written.
        """
        recorded = read_programs(self._place)
        if recorded is not None:
            self._programs = recorded
            self._folder.seen(recorded)
            return
        if completed:
            self._note([f"recorded when {completed} runs were already completed"])
        contents: dict[str, Content] = {}
        pairs = sorted({(slot.scenario, slot.tracker or "") for slot in slots if slot.kind != "baseline"})
        for name in dict.fromkeys(scenario for scenario, _ in pairs):
            self._read_named(name, contents)
        for name, tracker in pairs:
            self._ask_packages(name, tracker or None)
        diffs = self._ask_git(contents)
        self._keep(contents)
        self._folder.write(self._programs, contents.values(), diffs)

    def before(self, slot: Slot) -> tuple[RunProgram, list[str]]:
        """Look at the program before a run.

        Returns:
            What is seen now, and what of it is not as recorded, a sentence part each.
        """
        self._looked_utc_s = now_utc_s()
        seen = RunProgram(files=self._hash_again(slot.scenario))
        for name, python in self._interpreters(slot.scenario, slot.tracker).items():
            if any(known.name == name for known in self._programs.environments):
                seen.environments[name] = packages_of(self._sut, name, python).sha256
        tops = {r.folder: self._top_of(r.folder) for r in self._programs.revisions}
        heads = {folder: head_of(top) for folder, top in tops.items() if top is not None}
        seen.revisions = {folder: head for folder, head in heads.items() if head is not None}
        return seen, changes(self._programs, seen)

    def after(self, slot: Slot, run_dir: Path, seen: RunProgram) -> None:
        """Write what a run saw of the program, and add the modules that it imported first.

        Args:
            slot: of the run.
            run_dir: its folder.
            seen: as `before` returned it.

        Raises:
            OSError: a file cannot be written.
        """
        now = self._hash_again(slot.scenario)
        seen.edited = sorted(name for name, hashed in seen.files.items() if now.get(name) != hashed)
        modules = take_modules(run_dir)
        seen.modules_known = modules is not None
        self._add_modules(slot, modules or [], seen)
        seen.write(run_dir / PROGRAM_JSON)

    # -- looking ----------------------------------------------------------------------------------

    def _read_named(self, scenario: str, contents: dict[str, Content]) -> None:
        section = self._config.find_scenario(scenario)
        folder = Path(self._sut.resolve(section.cwd or "."))
        named = named_by(section.command or [], folder, self._scenarios)
        self._note(f"{scenario}: {note}" for note in named.notes)
        for path in named.paths:
            self._read(path, "command", scenario, contents)
        for path in self._include:
            if path.is_file():
                self._read(path, "include", scenario, contents)

    def _read(self, path: Path, source: Source, scenario: str, contents: dict[str, Content]) -> None:
        name = self._places.name_of(path)
        if name is None:
            self._note(
                [
                    f"{scenario}: {path.name} lies outside the folder of lab.toml and is not recorded; "
                    f"[program] include can name it"
                ]
            )
        elif name in contents:
            file = contents[name].file
            file.scenarios = sorted({*file.scenarios, scenario})
        else:
            contents[name] = read_file(path, name, source, scenario)

    def _interpreters(self, scenario: str, tracker: str | None) -> dict[str, PurePosixPath]:
        return interpreters(self._config, self._config.find_scenario(scenario), tracker, self._sut)

    def _ask_packages(self, scenario: str, tracker: str | None) -> None:
        for name, python in self._interpreters(scenario, tracker).items():
            if all(known.name != name for known in self._programs.environments):
                try:
                    self._programs.environments.append(packages_of(self._sut, name, python))
                except SutError as error:
                    self._note([f"{scenario}: the packages of {name} are unknown: {error}"])

    def _ask_git(self, contents: dict[str, Content]) -> list[Found]:
        named = (self._places.path_of(name) for name, c in contents.items() if c.file.source != "import")
        folders = [path.parent for path in named if path is not None and self._is_users(path)]
        repositories, notes = find_revisions(self._places, [self._base_dir.resolve(), *folders])
        self._note(notes)
        self._programs.revisions = [found.revision for found in repositories]
        self._tops = {found.revision.folder: found.top for found in repositories}
        return repositories

    def _is_users(self, path: Path) -> bool:
        return not (self._places.name_of(path) or "").startswith("{")

    def _top_of(self, folder: str) -> Path | None:
        """Return a folder from which git finds the repository; after a restart, that of ``lab.toml``."""
        return self._tops.get(folder) or self._places.path_of(folder) or self._base_dir

    def _hash_again(self, scenario: str) -> dict[str, str]:
        """Return the hashes of a scenario's recorded files as they are now; empty where one is gone."""
        hashes = {}
        for file in self._programs.of_scenario(scenario):
            path = self._places.path_of(file.name)
            if file.sha256 is None or path is None:
                continue
            try:
                hashes[file.name] = sha256_of_plain(path)
            except (OSError, ValueError):
                hashes[file.name] = ""
        return hashes

    # -- keeping ----------------------------------------------------------------------------------

    def _add_modules(self, slot: Slot, modules: list[ImportedModule], seen: RunProgram) -> None:
        known = {file.name: file for file in self._programs.files}
        new: dict[str, Content] = {}
        outside = []
        before = self._programs.to_json()
        for module in modules:
            name = self._places.name_of(module.path)
            if name is None:
                outside.append(module.name)
                continue
            if module.sha256 is not None:
                seen.files[name] = module.sha256
            if name in known:
                known[name].scenarios = sorted({*known[name].scenarios, slot.scenario})
            elif name not in new:
                new[name] = _read_module(module, name, slot.scenario)
                if module.written_utc_s > self._looked_utc_s:
                    seen.written.append(name)
        self._note_outside(slot.scenario, outside)
        self._keep(new)
        if self._programs.to_json() != before:
            self._folder.write(self._programs, new.values())

    def _note_outside(self, scenario: str, modules: list[str]) -> None:
        """Say once which modules lie elsewhere; some libraries make modules of a new name in every run."""
        words = f"{scenario}: modules outside the folder of lab.toml are not recorded: "
        if modules and not any(note.startswith(words) for note in self._programs.notes):
            more = ", ..." if len(modules) > _SHOWN else ""
            self._note([f"{words}{', '.join(sorted(modules)[:_SHOWN])}{more}"])

    def _keep(self, contents: dict[str, Content]) -> None:
        room = _MOST_FILES - len(self._programs.files)
        if len(contents) > room:
            self._note([f"only the first {_MOST_FILES} files are recorded"])
            for name in list(contents)[max(room, 0) :]:
                del contents[name]
        files: list[ProgramFile] = [*self._programs.files, *(c.file for c in contents.values())]
        self._programs.files = sorted(files, key=lambda file: file.name)

    def _note(self, notes: Iterable[str]) -> None:
        for note in notes:
            if note not in self._programs.notes and len(self._programs.notes) < _MOST_NOTES:
                self._programs.notes.append(note)


def _read_module(module: ImportedModule, name: str, scenario: str) -> Content:
    """Read a module that was imported for the first time; what counts is the hash that the runner took."""
    content = read_file(module.path, name, "import", scenario)
    if content.file.sha256 == module.sha256:
        return content
    file = ProgramFile(name=name, source="import", scenarios=[scenario], sha256=module.sha256)
    file.note = content.file.note or "not copied: it changed after the run"
    return Content(file, None)
