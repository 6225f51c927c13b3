"""The record of a campaign's program: begun at the first start, checked and completed by every run."""

from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

from lab.conduct.campaign import OpenCampaign
from lab.conduct.programs.asking import look_on
from lab.conduct.programs.packages import interpreters, packages_of
from lab.conduct.programs.run_modules import take_modules
from lab.conduct.programs.writing import ProgramsFolder
from records.campaign import Slot
from records.errors import SutError
from records.journal import Journal
from records.programs import PROGRAM_JSON, ProgramFile, Programs, RunProgram, changes, read_programs
from records.times import now_utc_s
from sut.programs.look import Command, ImportedModule, Look, Request
from sut.programs.reading import Content
from sut.sut import Sut
from workload.command import SCENARIOS_DIR

_MOST_FILES = 2000
_MOST_NOTES = 100
_SHOWN = 20


class ProgramRecord:
    """What the campaign knows of its program.

    Args:
        opened: the campaign.
        sut: where the program lies; its files are read there.
        journal: gets an entry whenever the record is written.
    """

    def __init__(self, opened: OpenCampaign, sut: Sut, journal: Journal) -> None:
        self._config = opened.config
        self._place = opened.folder.path
        self._sut = sut
        self._folder = ProgramsFolder(opened.folder.programs, journal)
        self._programs = Programs(taken_utc_s=round(now_utc_s(), 6))
        self._tops: dict[str, str] = {}
        self._looked_utc_s = 0.0

    def begin(self, slots: Iterable[Slot], completed: int) -> None:
        """Take the snapshot, or read the one that the first start took.

        Args:
            slots: of the plan.
            completed: runs that were completed before.

        Raises:
            RecordError: the record is damaged.
            SutError: the SUT cannot be looked at.
            OSError: it cannot be written.
        """
        recorded = read_programs(self._place)
        if recorded is not None:
            self._programs = recorded
            self._folder.seen(recorded)
            return
        if completed:
            self._note([f"recorded when {completed} runs were already completed"])
        pairs = sorted({(slot.scenario, slot.tracker or "") for slot in slots if slot.kind != "baseline"})
        request = self._request(dict.fromkeys(scenario for scenario, _ in pairs))
        request.snapshot = True
        look = look_on(self._sut, request)
        self._note(look.notes)
        for name, tracker in pairs:
            self._ask_packages(name, tracker or None, look.interpreters)
        self._note(look.git_notes)
        self._programs.revisions = [found.revision for found in look.revisions]
        self._tops = {found.revision.folder: found.top for found in look.revisions}
        contents = {content.file.name: content for content in look.files}
        self._keep(contents)
        self._folder.write(self._programs, contents.values(), look.revisions)

    def before(self, slot: Slot) -> tuple[RunProgram, list[str]]:
        """Look at the program before a run.

        Returns:
            What is seen now, and what of it is not as recorded, a sentence part each.

        Raises:
            SutError: the SUT cannot be looked at.
        """
        request = self._request([slot.scenario])
        request.names = self._recorded(slot.scenario)
        request.tops = {r.folder: self._tops.get(r.folder, "") for r in self._programs.revisions}
        look = look_on(self._sut, request)
        self._looked_utc_s = look.begun_utc_s
        seen = RunProgram(files=look.hashes, revisions=look.heads)
        for name, python in self._interpreters(slot.scenario, slot.tracker, look.interpreters).items():
            if any(known.name == name for known in self._programs.environments):
                seen.environments[name] = packages_of(self._sut, name, python).sha256
        return seen, changes(self._programs, seen)

    def after(self, slot: Slot, run_dir: Path, seen: RunProgram) -> None:
        """Write what a run saw of the program, and add the modules that it imported first.

        Args:
            slot: of the run.
            run_dir: its folder.
            seen: as `before` returned it.

        Raises:
            SutError: the SUT cannot be looked at.
            OSError: a file cannot be written.
        """
        modules = take_modules(run_dir)
        seen.modules_known = modules is not None
        request = self._request([])
        request.names, request.scenario = self._recorded(slot.scenario), slot.scenario
        request.modules, request.known = modules or [], [file.name for file in self._programs.files]
        look = look_on(self._sut, request)
        seen.edited = sorted(name for name, hashed in seen.files.items() if look.hashes.get(name) != hashed)
        self._add_modules(slot, request.modules, look, seen)
        seen.write(run_dir / PROGRAM_JSON)

    # -- looking ----------------------------------------------------------------------------------

    def _request(self, scenarios: Iterable[str]) -> Request:
        sections = [self._config.find_scenario(name) for name in scenarios]
        return Request(
            base_dir=str(self._sut.resolve(".")),
            scenarios=str(self._sut.installed(SCENARIOS_DIR)),
            include=[str(self._sut.resolve(path)) for path in self._config.program.include],
            commands=[
                Command(
                    scenario=section.name,
                    argv=section.command or [],
                    folder=str(self._sut.resolve(section.cwd or ".")),
                    search=section.env.get("PATH"),
                )
                for section in sections
            ],
        )

    def _interpreters(
        self, scenario: str, tracker: str | None, named: Mapping[str, str]
    ) -> dict[str, PurePosixPath]:
        return interpreters(self._config, self._config.find_scenario(scenario), tracker, self._sut, named)

    def _ask_packages(self, scenario: str, tracker: str | None, named: Mapping[str, str]) -> None:
        for name, python in self._interpreters(scenario, tracker, named).items():
            if all(known.name != name for known in self._programs.environments):
                try:
                    self._programs.environments.append(packages_of(self._sut, name, python))
                except SutError as error:
                    self._note([f"{scenario}: the packages of {name} are unknown: {error}"])

    def _recorded(self, scenario: str) -> list[str]:
        """Return the names of a scenario's recorded files that have a hash."""
        return [file.name for file in self._programs.of_scenario(scenario) if file.sha256 is not None]

    # -- keeping ----------------------------------------------------------------------------------

    def _add_modules(self, slot: Slot, modules: list[ImportedModule], look: Look, seen: RunProgram) -> None:
        known = {file.name: file for file in self._programs.files}
        new = {content.file.name: content for content in look.files}
        fresh = set(new)
        outside = []
        before = self._programs.to_json()
        for module, name in zip(modules, look.module_names, strict=True):
            if name is None:
                outside.append(module.name)
                continue
            if module.sha256 is not None:
                seen.files[name] = module.sha256
            if name in known:
                known[name].scenarios = sorted({*known[name].scenarios, slot.scenario})
            elif name in fresh:
                fresh.remove(name)
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
