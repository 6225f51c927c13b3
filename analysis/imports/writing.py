"""A campaign folder from plain parts, as if the lab had measured them.

Everything is written next to the target and moved there as the last step: an import that breaks
leaves no folder that looks like a campaign.
"""

import os
import re
import shutil
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from analysis.imports.parts import ImportedRun, write_parts
from analysis.imports.screening import screened
from records.campaign import Campaign, CampaignFolder, Environment, Kind, Slot
from records.errors import ConfigurationError, RecordError
from records.files import sha256_of, sha256_of_json
from records.findings import Finding
from records.imported import ImportRecord, Source
from records.journal import Journal
from records.journal_events import ImportFinished, ImportStarted, SourceRead
from records.run import Run, RunFolder
from records.times import now_utc_s


@dataclass(frozen=True)
class _Waiting:
    """What is kept of a run whose files are written and whose place in the plan is not yet known."""

    folder: Path
    scenario: str
    kind: Kind
    tracker: str | None
    session: str
    t_start_utc_s: float
    t_stop_utc_s: float


class CampaignWriter:
    """Write an imported campaign; to be used in a ``with`` statement.

    Args:
        out: the folder to be made; it must not exist or be empty.
        importer: name of the format, as ``lab import`` has it.
        options: as given; values of JSON types, no absolute paths.
        version: of Wattlab.
        title: of the campaign; the name of ``out`` unless given.
        simulated: whether the source says that an instrument was a virtual one.
        analysis: section ``[analysis]`` of the campaign's configuration.

    Attributes:
        environment: what the source says of SUT, controller and meter; to be filled.

    Raises:
        ConfigurationError: ``out`` holds something.
        RecordError: at the end, when there is no run.
    """

    def __init__(
        self,
        out: Path,
        *,
        importer: str,
        options: Mapping[str, Any],
        version: str,
        title: str = "",
        simulated: bool = False,
        analysis: Mapping[str, Any] | None = None,
    ) -> None:
        if out.exists() and (not out.is_dir() or any(out.iterdir())):
            raise ConfigurationError(
                f"--out {out}: expected a folder that does not exist or is empty; nothing is overwritten"
            )
        self.environment = Environment(sut={}, controller={}, meter={})
        self._out = out
        self._place = CampaignFolder(out.absolute().parent / f".{out.absolute().name}.{os.getpid()}.part")
        self._record = ImportRecord(
            format=importer,
            options=dict(options),
            sources=[],
            created_utc_s=round(now_utc_s(), 6),
            wattlab_version=version,
        )
        self.simulated = simulated
        self._config: dict[str, Any] = {
            "campaign": {"title": title or out.absolute().name},
            "import": {"format": importer, "options": dict(options)},
            **({"analysis": dict(analysis)} if analysis else {}),
        }
        self._runs: list[_Waiting] = []
        self._findings: list[tuple[Finding, int | None]] = []

    def __enter__(self) -> Self:
        self._place.runs.mkdir(parents=True)
        self._journal = Journal(self._place.journal)
        self._journal.write(ImportStarted(format=self._record.format, options=self._record.options))
        return self

    def source(self, path: Path, name: str) -> None:
        """Note a file that was read, by the name it has for people (`source_name`)."""
        source = Source(name=name, bytes=path.stat().st_size, sha256=sha256_of(path))
        if source not in self._record.sources:
            self._record.sources.append(source)
            self._journal.write(SourceRead(**asdict(source)))

    def add(self, run: ImportedRun) -> int:
        """Write the parts of a run, in any order of runs, and return its number for `find`.

        Raises:
            RecordError: it does not stop after it starts, or most of its powers are negative.
        """
        if not 0 < run.t_stop_utc_s - run.t_start_utc_s < float("inf"):
            raise RecordError(
                f"a run of {run.scenario} goes from {run.t_start_utc_s} to {run.t_stop_utc_s}: expected a "
                f"stop after the start; correct its marks in the source"
            )
        run, doubts = screened(run)
        folder = self._place.runs / f"part-{len(self._runs)}"
        folder.mkdir()
        write_parts(RunFolder(folder), run)
        for finding in doubts:
            self.find(finding, len(self._runs))
        start, stop = round(run.t_start_utc_s, 6), round(run.t_stop_utc_s, 6)
        self._runs.append(_Waiting(folder, run.scenario, run.kind, run.tracker, run.session, start, stop))
        return len(self._runs) - 1

    def find(self, finding: Finding, run: int | None = None) -> None:
        """Add a finding about the import, or about the run of this number."""
        self._findings.append((finding, run))

    def find_all(self, findings: list[Finding]) -> None:
        """Add findings as they are."""
        self._findings += [(finding, None) for finding in findings]

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._finish()
        finally:
            self._journal.close()
            shutil.rmtree(self._place.path, ignore_errors=True)

    def _finish(self) -> None:
        if not self._runs:
            raise RecordError(
                f"lab import {self._record.format}: expected at least one run in what was given"
            )
        plan = self._plan()
        for slot, number in plan:
            self._settle(slot, self._runs[number])
        names = {number: slot.run_dir for slot, number in plan}
        self._record.findings = [
            (finding if number is None else replace(finding, run_dir=names[number])).to_json()
            for finding, number in self._findings
        ]
        self._journal.write(ImportFinished(runs=len(plan), findings=len(self._findings)))
        self._journal.close()
        Campaign(
            id=self._out.absolute().name,
            created_utc_s=self._record.created_utc_s,
            wattlab_version=self._record.wattlab_version,
            simulated=self.simulated,
            seed=0,
            config=self._config,
            config_sha256=sha256_of_json(self._config),
            plan=[slot for slot, _ in plan],
        ).write(self._place.campaign_json)
        self.environment.write(self._place.environment_json)
        self._record.write(self._place.imported_json)
        if self._out.is_dir():
            self._out.rmdir()
        self._place.path.rename(self._out)

    def _plan(self) -> list[tuple[Slot, int]]:
        """Number the runs in the order of their starts; sessions become blocks."""
        order = sorted(range(len(self._runs)), key=lambda n: (self._runs[n].t_start_utc_s, n))
        blocks: dict[str, int] = {}
        repeats: Counter[tuple[str, str | None]] = Counter()
        plan = []
        for place, number in enumerate(order, start=1):
            run = self._runs[number]
            repeats[run.scenario, run.tracker] += 1
            slot = Slot(
                slot=place,
                scenario=run.scenario,
                kind=run.kind,
                repeat=repeats[run.scenario, run.tracker],
                block=blocks.setdefault(run.session, len(blocks) + 1),
                tracker=run.tracker,
                run_dir=f"{place:04d}-{run.scenario}",
            )
            plan.append((slot, number))
        return plan

    def _settle(self, slot: Slot, waiting: _Waiting) -> None:
        folder = RunFolder(self._place.attempt(slot, 1))
        waiting.folder.rename(folder.path)
        run = Run.of_slot(slot, "completed", 1)
        run.t_start_utc_s, run.t_stop_utc_s = waiting.t_start_utc_s, waiting.t_stop_utc_s
        run.files = folder.hash_files()
        run.write(folder.run_json)


def source_name(path: Path, given: Path) -> str:
    """Return how a file is named in records: from the last part of what was given on.

    Args:
        path: the file, which is ``given`` or below it.
        given: file or folder of the command line.
    """
    base = given.absolute()
    return path.absolute().relative_to(base.parent).as_posix()


def scenario_name(text: str) -> str:
    """Turn any text into a scenario's name, which is safe as a part of a folder's name on any file system.

    Letters and digits of any script stay, in lower case and normal form C; Latin letters lose their accents.
    Everything else becomes a hyphen. A name has at most 40 characters.
    """
    name = ""
    for character in unicodedata.normalize("NFKC", text).lower().replace("ß", "ss"):
        name += _in_name(character, name[-1:])
    name = unicodedata.normalize("NFC", re.sub("-{2,}", "-", name))
    return name.strip("-_")[:40].strip("-_") or "scenario"


def scenarios_of(files: Sequence[Path], scenario: str | None) -> list[str]:
    """Return a scenario for each file: the one that was given, else one named after the file.

    Files of one name in different folders are named after the folders: nothing says that they are repeats.

    Args:
        files: of the command line.
        scenario: of all of them, where it was given.

    Raises:
        ConfigurationError: two files would still have one name.
    """
    if scenario is not None:
        return [scenario] * len(files)
    names = [scenario_name(path.stem) for path in files]
    if len(set(names)) < len(names):
        names = [scenario_name(path.absolute().parent.name) for path in files]
    for name, count in Counter(names).items():
        if count > 1:
            alike = [str(path) for path, found in zip(files, names, strict=True) if found == name]
            raise ConfigurationError(
                f"{' and '.join(alike)}: expected files of different names, or --scenario NAME where they "
                f"are repeats of one; import different scenarios one by one"
            )
    return names


def _in_name(character: str, before: str) -> str:
    """Return what a character becomes behind another one in a scenario's name."""
    plain = unicodedata.normalize("NFKD", character).encode("ascii", "ignore").decode()
    if re.fullmatch("[a-z0-9_]+", plain):
        return plain
    if unicodedata.category(character)[0] == "M":  # many scripts write vowels as marks
        return "" if before.isascii() else character
    if unicodedata.category(character) == "Cf":  # joiners and marks of direction, which nobody sees
        return ""
    return character if character.isalpha() or character.isdecimal() else "-"
