"""The measured program: the same in every run, and its record unchanged."""

from collections.abc import Iterable
from pathlib import Path

from analysis.evidence.case import CampaignCase, RunCase
from records.files import sha256_of, sha256_of_json
from records.finding_codes.programs import (
    PROGRAM_CHANGED,
    PROGRAM_COPY_CHANGED,
    PROGRAM_COPY_MISSING,
    PROGRAM_MODULES_UNKNOWN,
    PROGRAM_RECORD_CHANGED,
    PROGRAM_RECORD_MISSING,
    PROGRAM_REVISION,
    PROGRAM_UNLISTED,
    PROGRAM_WRITTEN,
)
from records.findings import Finding
from records.journal_events import ProgramRecorded
from records.programs import (
    PROGRAMS_JSON,
    Programs,
    RunProgram,
    changes,
    read_programs,
    read_run_program,
)

_SHOWN = 3


def check_program(case: RunCase) -> list[Finding]:
    """Compare the program that a run saw with the one that the campaign began with."""
    seen = read_run_program(case.path)
    recorded = read_programs(case.path.parent.parent) if seen is not None else None
    if seen is None or recorded is None:
        return []
    findings = []
    if changed := changes(recorded, seen):
        message = f"not the program that this campaign began with: {_some(changed)}; restore it and run again"
        findings.append(PROGRAM_CHANGED.finding(message, case.name))
    if unlisted := sorted(set(seen.files) - {file.name for file in recorded.files}):
        message = f"the run used files that programs/{PROGRAMS_JSON} does not list: {_some(unlisted)}"
        findings.append(PROGRAM_UNLISTED.finding(message, case.name))
    if seen.written:
        message = (
            f"{_some(seen.written)}: written after the run began, so the imported content may differ from "
            f"the recorded one; repeat the run if the file was edited"
        )
        findings.append(PROGRAM_WRITTEN.finding(message, case.name))
    return findings + _revisions(case.name, recorded, seen)


def _revisions(name: str, recorded: Programs, seen: RunProgram) -> list[Finding]:
    begun = {revision.folder: revision.revision for revision in recorded.revisions}
    others = [
        f"{folder}: {now[:12]}, recorded {str(begun[folder])[:12]}"
        for folder, now in seen.revisions.items()
        if folder in begun and now != begun[folder]
    ]
    message = f"another git revision was checked out, with the same files of the program ({_some(others)})"
    return [PROGRAM_REVISION.finding(message, name)] if others else []


def check_programs_record(case: CampaignCase) -> list[Finding]:
    """Compare ``programs/`` with its own hashes, and its list with the journal."""
    hashes = [entry.programs_sha256 for entry in case.journal if isinstance(entry, ProgramRecorded)]
    recorded = read_programs(case.place.path)
    if recorded is None:
        if not hashes:
            return []
        message = f"programs/{PROGRAMS_JSON} is missing: the measured program is unknown; restore the file"
        return [PROGRAM_RECORD_MISSING.finding(message)]
    findings = []
    if hashes and sha256_of_json(recorded.to_json()) not in hashes:
        message = f"programs/{PROGRAMS_JSON}: its hash is not the one in the journal; restore it from a copy"
        findings.append(PROGRAM_RECORD_CHANGED.finding(message))
    return findings + _copies(case.place.programs, recorded)


def _copies(folder: Path, recorded: Programs) -> list[Finding]:
    findings = []
    for name, expected in recorded.copies.items():
        path = folder / name
        if not _lies_in(path, folder):
            message = f"programs/{name}: on record, but missing or not a plain file; restore it from a copy"
            findings.append(PROGRAM_COPY_MISSING.finding(message))
        elif sha256_of(path) != expected:
            message = f"programs/{name}: changed since it was recorded; restore it from a copy"
            findings.append(PROGRAM_COPY_CHANGED.finding(message))
    return findings


def _lies_in(path: Path, folder: Path) -> bool:
    """Say whether a path is a plain file that no link and no ``..`` leads out of a folder."""
    try:
        return path.is_file() and path.resolve() == folder.resolve() / path.relative_to(folder)
    except (OSError, ValueError):  # a name that no file can have
        return False


def check_modules(case: CampaignCase) -> list[Finding]:
    """Say of which scenarios in Python the imported modules are unknown."""
    seen = [(item.run.scenario, read_run_program(case.place.runs / item.name)) for item in case.runs]
    unknown = sorted({scenario for scenario, program in seen if program and _is_silent(program)})
    if not unknown:
        return []
    message = (
        f"{', '.join(unknown)}: the imported modules are unknown: the program did not load wattlab_probe; "
        f"only the files that its command names are on record"
    )
    return [PROGRAM_MODULES_UNKNOWN.finding(message)]


def _is_silent(program: RunProgram) -> bool:
    """Say whether a program that ran in a Python of its own told no modules."""
    return bool(program.environments) and not program.modules_known


def _some(words: Iterable[str]) -> str:
    words = list(words)
    more = f"; {len(words) - _SHOWN} more" if len(words) > _SHOWN else ""
    return "; ".join(words[:_SHOWN]) + more
