"""The measured program on record: ``programs/`` of a campaign, and ``program.json`` of a run.

``programs/programs.json`` lists every file of the program with its hash, the revision of its sources and the
packages of its environments; copies of the files lie next to it. ``program.json`` holds what one run saw, so
that a change between two runs shows in the records of both.
"""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import ClassVar, Literal

from records.documents import Document
from records.files import sha256_of_json
from records.plain_files import read_plain

PROGRAMS_JSON = "programs.json"
PROGRAM_JSON = "program.json"
MODULES_JSON = "modules.json"
"""Written by the runner into the run folder, and taken into `PROGRAM_JSON` by the controller."""

Source = Literal["command", "include", "import"]
"""Why a file is on record: a command names it, ``[program] include`` does, or a run imported it."""

_SHORT = 12
_MOST_SOURCE_BYTES = 8 << 20
"""A notebook also holds its pictures."""


@dataclass(kw_only=True)
class ProgramFile:
    """A file of the measured program.

    Attributes:
        name: path from the folder of ``lab.toml``; ``{scenarios}/...`` of Wattlab's own programs,
            ``elsewhere/...`` of what ``[program] include`` names outside that folder.
        source: see `Source`.
        scenarios: that use it.
        sha256: of its content, ``None`` where it was not read.
        bytes: its size, ``None`` where it is no plain file.
        copy: path below ``programs/``, ``None`` where it was not copied.
        note: why it was not read or not copied.
    """

    name: str
    source: Source
    scenarios: list[str]
    sha256: str | None = None
    bytes: int | None = None
    copy: str | None = None
    note: str | None = None


@dataclass(kw_only=True)
class Revision:
    """State of a git repository that holds files of the program.

    Attributes:
        folder: its top, from the folder of ``lab.toml``; ``.`` where that lies within the repository.
        revision: commit that is checked out, ``None`` before the first one.
        branch: that is checked out, ``None`` where none is; ``remote`` the address of ``origin`` without user
            and password, ``None`` without one.
        changed: number of tracked files that differ from it, ``None`` where git did not say.
        diff: file below ``programs/`` with what differs, secrets left out.
        diff_sha256: of that file.
        note: what is missing, and why.
    """

    folder: str
    revision: str | None
    branch: str | None = None
    remote: str | None = None
    changed: int | None = None
    diff: str | None = None
    diff_sha256: str | None = None
    note: str | None = None


@dataclass(kw_only=True)
class Packages:
    """What an environment has installed.

    Attributes:
        name: of the environment.
        python: version of its interpreter; ``packages`` name and version of every package.
    """

    name: str
    python: str
    packages: dict[str, str]

    @property
    def sha256(self) -> str:
        """SHA-256 of all names and versions."""
        return sha256_of_json({"python": self.python, "packages": self.packages})


@dataclass(kw_only=True)
class Programs(Document):
    """``programs/programs.json``: the program of a campaign.

    Attributes:
        taken_utc_s: when the record was begun.
        files: by name, sorted.
        revisions: of the repositories that the files lie in.
        environments: what is installed in the scenarios' and trackers' environments.
        notes: what could not be recorded, a sentence each.
    """

    SCHEMA: ClassVar[str] = "wattlab.programs/1"

    taken_utc_s: float
    files: list[ProgramFile] = field(default_factory=list)
    revisions: list[Revision] = field(default_factory=list)
    environments: list[Packages] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def hashes(self) -> dict[str, str]:
        """SHA-256 of every file that has one, by name."""
        return {file.name: file.sha256 for file in self.files if file.sha256 is not None}

    @property
    def copies(self) -> dict[str, str]:
        """SHA-256 of everything that lies in ``programs/`` but the record itself, by its path there."""
        copies = {f.copy: f.sha256 for f in self.files if f.copy is not None and f.sha256 is not None}
        diffs = {r.diff: r.diff_sha256 for r in self.revisions if r.diff and r.diff_sha256}
        return dict(sorted({**copies, **diffs}.items()))

    def named(self, name: str) -> ProgramFile | None:
        """Return the file of a name, else the only one whose path ends alike; ``None`` without such a file.

        Args:
            name: of a file, from another folder than the names on record.
        """
        same = [file for file in self.files if file.name == name]
        alike = [file for file in self.files if _ends_alike(file.name, name)]
        return next(iter(same or (alike if len(alike) == 1 else [])), None)

    def of_scenario(self, scenario: str) -> list[ProgramFile]:
        """Return the files that a scenario uses."""
        return [file for file in self.files if scenario in file.scenarios]


@dataclass(kw_only=True)
class RunProgram(Document):
    """``program.json`` of a run folder: the program as this run saw it.

    Attributes:
        files: SHA-256 by name; empty text where the file was gone.
        edited: names of files whose content changed while the run was under way.
        written: names of modules that were imported for the first time and whose file was written after the
            run began, so that what was imported may have been another one.
        modules_known: whether the probe told which modules the program imported.
        environments: `Packages.sha256` by the environment's name.
        revisions: commit by the folder of the repository.
    """

    SCHEMA: ClassVar[str] = "wattlab.program/1"

    files: dict[str, str] = field(default_factory=dict)
    edited: list[str] = field(default_factory=list)
    written: list[str] = field(default_factory=list)
    modules_known: bool = False
    environments: dict[str, str] = field(default_factory=dict)
    revisions: dict[str, str] = field(default_factory=dict)


def changes(recorded: Programs, seen: RunProgram) -> list[str]:
    """Return what is not the program that the campaign began with, a sentence part each."""
    hashes = recorded.hashes
    found = [
        f"{name} {_changed(hashes[name], now)}"
        for name, now in sorted(seen.files.items())
        if name in hashes and now != hashes[name]
    ]
    packages = {environment.name: environment.sha256 for environment in recorded.environments}
    found += [f"{name} was edited while the run was under way" for name in seen.edited]
    return found + [
        f"the packages of the environment {name!r} are others"
        for name, now in sorted(seen.environments.items())
        if packages.get(name, now) != now
    ]


def _changed(before: str, now: str) -> str:
    if not now:
        return "is gone"
    return f"has changed (SHA-256 {now[:_SHORT]}..., recorded {before[:_SHORT]}...)"


def _ends_alike(a: str, b: str) -> bool:
    shorter, longer = sorted((PurePosixPath(a).parts, PurePosixPath(b).parts), key=len)
    return longer[-len(shorter) :] == shorter


def read_programs(campaign: Path) -> Programs | None:
    """Read the record of a campaign folder; ``None`` where there is none.

    Raises:
        RecordError: it is damaged.
    """
    path = campaign / "programs" / PROGRAMS_JSON
    return Programs.read(path) if path.is_file() else None


def read_copy(campaign: Path, name: str, sha256: str, most_bytes: int) -> str | None:
    """Read a file that lies in ``programs/`` of a campaign.

    Args:
        campaign: the campaign folder.
        name: path below ``programs/``.
        sha256: that its content must have.
        most_bytes: longest content that is read.

    Returns:
        Its text, ``None`` where it is not the file on record, or too large.
    """
    folder = campaign / "programs"
    try:
        if (folder / name).resolve() != folder.resolve() / name:  # a link, or a name that leads outside
            return None
        data = read_plain(folder / name, most_bytes)
    except (OSError, ValueError):
        return None
    return data.decode(errors="replace") if hashlib.sha256(data).hexdigest() == sha256 else None


def read_source(campaign: Path, record: Programs, name: str) -> str | None:
    """Read the copy of a file of the program, found by `Programs.named`; ``None`` without one."""
    file = record.named(name)
    if file is None or file.copy is None or file.sha256 is None:
        return None
    return read_copy(campaign, file.copy, file.sha256, _MOST_SOURCE_BYTES)


def read_run_program(run_dir: Path) -> RunProgram | None:
    """Read what a run saw of the program; ``None`` where that was not recorded.

    Raises:
        RecordError: it is damaged.
    """
    path = run_dir / PROGRAM_JSON
    return RunProgram.read(path) if path.is_file() else None
