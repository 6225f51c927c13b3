"""What differs between the programs of two scenarios, of one campaign or of two."""

import difflib
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from records.campaign import CampaignFolder
from records.errors import RecordError
from records.programs import Packages, ProgramFile, Programs, read_copy, read_programs

_MOST_BYTES = 256 << 10
_MOST_LINES = 5000
"""Longer files are not compared line by line: that takes a time that grows with the square."""


@dataclass(frozen=True)
class FileDifference:
    """A file that is not the same on both sides.

    Attributes:
        a, b: its name on each side, ``None`` where that side does not have it.
        diff: what differs as a unified diff, empty where the contents are not on record or too long.
    """

    a: str | None
    b: str | None
    diff: str = ""


@dataclass(frozen=True)
class ValueDifference:
    """A version or a commit that is not the same on both sides; ``None`` where a side has none."""

    name: str
    a: str | None
    b: str | None


@dataclass(frozen=True)
class ProgramDifference:
    """What differs between two programs.

    Attributes:
        unknown: labels of the sides whose program is not on record; then nothing else is known.
        files: that differ; ``same`` is the number of those that do not.
        packages: whose versions differ, ``Python`` among them.
        revisions: of git repositories, by folder.
    """

    unknown: list[str] = field(default_factory=list)
    files: list[FileDifference] = field(default_factory=list)
    same: int = 0
    packages: list[ValueDifference] = field(default_factory=list)
    revisions: list[ValueDifference] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON types."""
        return asdict(self)


@dataclass(frozen=True)
class ProgramSide:
    """One of the two programs: the campaign, the name of its scenario, and what a reader calls it."""

    campaign: Path
    scenario: str
    label: str


def compare_programs(a: ProgramSide, b: ProgramSide) -> ProgramDifference:
    """Compare the recorded programs of two scenarios.

    Raises:
        RecordError: a record is damaged.
    """
    records = [read_programs(side.campaign) for side in (a, b)]
    one, other = records
    if one is None or other is None:
        labels = [side.label for side, record in zip((a, b), records, strict=True) if record is None]
        return ProgramDifference(unknown=labels)
    files, same = _files(a, one, b, other)
    return ProgramDifference(
        files=files,
        same=same,
        packages=_values(_packages(a, one), _packages(b, other)),
        revisions=_values(_revisions(one), _revisions(other)),
    )


def _files(
    a: ProgramSide, one: Programs, b: ProgramSide, other: Programs
) -> tuple[list[FileDifference], int]:
    """Pair files by name; a single program that each side's command names is paired whatever it is called."""
    in_a = {file.name: file for file in one.of_scenario(a.scenario)}
    in_b = {file.name: file for file in other.of_scenario(b.scenario)}
    pairs: list[tuple[ProgramFile | None, ProgramFile | None]] = [
        (in_a[name], in_b[name]) for name in in_a if name in in_b
    ]
    only_a = [file for name, file in in_a.items() if name not in in_b]
    only_b = [file for name, file in in_b.items() if name not in in_a]
    programs = [[file for file in only if file.source == "command"] for only in (only_a, only_b)]
    if all(len(named) == 1 for named in programs):
        pairs.append((programs[0][0], programs[1][0]))
        only_a.remove(programs[0][0])
        only_b.remove(programs[1][0])
    pairs += [(file, None) for file in only_a] + [(None, file) for file in only_b]
    differing = [pair for pair in pairs if not _is_same(*pair)]
    return [_difference(a, b, *pair) for pair in differing], len(pairs) - len(differing)


def _is_same(one: ProgramFile | None, other: ProgramFile | None) -> bool:
    if one is None or other is None or one.name != other.name:
        return False
    return one.sha256 is not None and one.sha256 == other.sha256


def _difference(
    a: ProgramSide, b: ProgramSide, one: ProgramFile | None, other: ProgramFile | None
) -> FileDifference:
    texts = _text(a.campaign, one), _text(b.campaign, other)
    names = one.name if one else None, other.name if other else None
    if texts[0] is None or texts[1] is None:
        return FileDifference(*names)
    labels = f"{a.label}: {names[0] or 'no such file'}", f"{b.label}: {names[1] or 'no such file'}"
    lines = difflib.unified_diff(texts[0], texts[1], *labels, lineterm="")
    return FileDifference(*names, "\n".join(lines))


def _text(campaign: Path, file: ProgramFile | None) -> list[str] | None:
    """Return the lines of a file, none for one that is not there, ``None`` for one that cannot be shown."""
    if file is None:
        return []
    if file.copy is None or file.sha256 is None:
        return None
    text = read_copy(campaign, file.copy, file.sha256, _MOST_BYTES)
    lines = None if text is None else text.splitlines()
    return lines if lines is not None and len(lines) <= _MOST_LINES else None


def _packages(side: ProgramSide, record: Programs) -> dict[str, str]:
    """Return name and version of every package of a scenario's environment, and of Python."""
    found: dict[str, str] = {}
    for environment in _environments(side, record):
        found |= {"Python": environment.python, **environment.packages}
    return found


def _environments(side: ProgramSide, record: Programs) -> list[Packages]:
    try:
        scenarios = CampaignFolder(side.campaign).read().config.get("scenario")
    except RecordError:
        return []
    listed = scenarios if isinstance(scenarios, list) else []
    names = [
        one.get("environment") for one in listed if isinstance(one, dict) and one.get("name") == side.scenario
    ]
    names.append(f"scenario {side.scenario}")
    return [environment for environment in record.environments if environment.name in names]


def _revisions(record: Programs) -> dict[str, str]:
    return {
        one.folder: f"{one.revision or 'none'}{' with changes' if one.changed else ''}"
        for one in record.revisions
    }


def _values(a: dict[str, str], b: dict[str, str]) -> list[ValueDifference]:
    names = sorted({*a, *b}, key=str.casefold)
    return [ValueDifference(name, a.get(name), b.get(name)) for name in names if a.get(name) != b.get(name)]
