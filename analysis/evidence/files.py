"""Files of a run and of its campaign: are they there, unchanged, and whole?"""

from pathlib import Path

from analysis.evidence.case import CampaignCase, RunCase, collect
from analysis.run.spans import run_span
from records.calls import read_calls
from records.campaign import Environment
from records.errors import RecordError
from records.files import sha256_of
from records.finding_codes import files as codes
from records.finding_codes.conduct import CAMPAIGN_IMPORTED, IMPORT_MISSING
from records.findings import Finding
from records.folders import COLLECTL_LOG, RUN_JSON
from records.imported import read_import
from records.journal import read_journal
from records.journal_events import HostImported
from records.links import leads_outside, links_outside
from records.words import counted

_COLLECTL_GOODBYE = "Shutting down in response to signal TERM"  # how we end it

REQUIRED = ("meter.json", "meter.csv", "events.jsonl")


def check_files(case: RunCase) -> list[Finding]:
    """Compare the folder with the hashes that were written when the run ended."""
    return [*_required(case), *_listed(case), *_unlisted(case)]


def check_places(run_dir: Path) -> list[Finding]:
    """Refuse a run folder that is, or holds, a link to elsewhere; then none of its records may be read.

    Links deeper in it, such as a program leaves in ``model/``, are no records and are never followed.
    """
    found = [*links_outside(run_dir), *links_outside(run_dir / "meters")]
    if leads_outside(run_dir, run_dir.parent):
        found.insert(0, run_dir)
    for meter in sorted((run_dir / "meters").glob("*")):
        found += links_outside(meter)
    message = "{}: a link that leads out of the run folder; nothing of this run was read"
    return [
        codes.FILE_OUTSIDE.finding(message.format(path.relative_to(run_dir.parent)), run_dir.name)
        for path in found
    ]


def _required(case: RunCase) -> list[Finding]:
    present = case.recorded.files
    absent = [name for name in REQUIRED if name not in present and name not in case.run.files]
    findings = [
        codes.FILE_MISSING.finding(f"{name}: every run has this file; repeat the run", case.name, file=name)
        for name in absent
    ]
    if not {"collectl.tab", "host.csv"} & present and not case.imported:
        message = "neither collectl.tab nor host.csv: the load of the SUT during this run is unknown"
        findings.append(codes.COLLECTORS_MISSING.finding(message, case.name))
    if case.run.tracker and "trackers.csv" not in present:
        message = f"the tracker {case.run.tracker} left no trackers.csv: it cannot be compared with the meter"
        findings.append(codes.TRACKER_MISSING.finding(message, case.name))
    if case.run.scenario in case.settings.calls_recorded and not case.folder.calls.is_dir():
        message = (
            "no record of API calls: the program did not call the libraries to record (`--libs` of "
            "`lab profile`, `libs` in lab.toml), or ended before it did; see stderr.log"
        )
        findings.append(codes.CALLS_MISSING.finding(message, case.name))
    return findings


def _listed(case: RunCase) -> list[Finding]:
    if not case.run.files:
        message = "run.json holds no hashes: a later change of this run's files would not be detected"
        return [codes.HASHES_MISSING.finding(message, case.name)]
    findings = []
    for name, expected in case.run.files.items():
        path = case.path / name
        if leads_outside(path, case.path):
            message = f"{name}: run.json lists this file, but it leads out of the run folder and was not read"
            findings.append(codes.FILE_OUTSIDE.finding(message, case.name, file=name))
        elif not _is_file(path):
            message = f"{name}: run.json lists this file, but it is missing; restore it from a copy"
            findings.append(codes.FILE_MISSING.finding(message, case.name, file=name))
        elif (found := sha256_of(path)) != expected:
            message = (
                f"{name}: changed since the run ended (SHA-256 {found[:12]}..., run.json has "
                f"{str(expected)[:12]}...); restore it from a copy or repeat the run"
            )
            findings.append(codes.FILE_CHANGED.finding(message, case.name, file=name))
    return findings


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name that no file can have
        return False


def _unlisted(case: RunCase) -> list[Finding]:
    if not case.run.files:
        return []
    extra = sorted(case.recorded.files - set(case.run.files) - {RUN_JSON})
    message = "{}: added to the folder after the run ended; remove it, or document why it is there"
    return [codes.FILE_UNLISTED.finding(message.format(name), case.name, file=name) for name in extra]


def check_lines(case: RunCase) -> list[Finding]:
    """Find lines that a crash tore or that were damaged; they are left out of the analysis."""
    return collect(
        case.name,
        lambda: _collector_remarks(case),
        lambda: _events_lines(case),
        lambda: _meter_lines(case),
        lambda: _damaged(case, "collectors' file", getattr(case.recorded.host, "damaged_lines", [])),
        lambda: _damaged(case, "sensors.csv", getattr(case.recorded.sensors, "damaged_lines", [])),
        lambda: _damaged(case, "gpu.csv", getattr(case.recorded.gpu, "damaged_lines", [])),
        lambda: _damaged(case, "rapl.csv", getattr(case.recorded.rapl, "damaged_lines", [])),
        lambda: _damaged(case, "jetson.csv", getattr(case.recorded.jetson, "damaged_lines", [])),
        lambda: _damaged(case, "trackers.csv", getattr(case.recorded.trackers, "damaged_lines", [])),
        lambda: _calls(case),
    )


def _collector_remarks(case: RunCase) -> list[Finding]:
    """Pass on what collectl remarked, for example that it left a record out."""
    if COLLECTL_LOG not in case.recorded.files:
        return []
    path = case.folder.collectl_log
    remarks = [line.strip() for line in path.read_text(errors="replace").splitlines()]
    remarks = [line for line in remarks if line and not line.startswith(_COLLECTL_GOODBYE)]
    if not remarks:
        return []
    message = f"collectl wrote {counted(len(remarks), 'remark')} to {path.name}, first: {remarks[0]}"
    return [codes.COLLECTORS_REMARK.finding(message, case.name)]


def _events_lines(case: RunCase) -> list[Finding]:
    return _damaged(case, "events.jsonl", case.recorded.events.damaged_lines)


def _meter_lines(case: RunCase) -> list[Finding]:
    if "meter.csv" not in case.recorded.files:
        return []
    return _damaged(case, "meter.csv", case.recorded.readings.damaged_lines)


def _damaged(case: RunCase, name: str, lines: list[int]) -> list[Finding]:
    if not lines:
        return []
    shown = ", ".join(map(str, lines[:5])) + (", ..." if len(lines) > 5 else "")
    message = f"{name}: {counted(len(lines), 'damaged or torn line')} left out (line {shown})"
    file = name if name in case.recorded.files else None
    return [codes.LINES_DAMAGED.finding(message, case.name, file=file, line=lines[0] if file else None)]


def _calls(case: RunCase) -> list[Finding]:
    """Say what of a record of calls cannot be used."""
    if not any(name.startswith("calls/") for name in case.recorded.files):
        return []
    if run_span(case.recorded.events) is None:
        raise RecordError(
            f"{case.folder.events}: expected the span 'run', which relates the clock of the record of calls "
            f"to UTC; there is none. Repeat the run"
        )
    findings = []
    for process in read_calls(case.folder.calls):
        found = [f"{len(process.damaged_lines)} damaged lines of its sites"] if process.damaged_lines else []
        if torn := process.damaged_records():
            found.append(f"{torn} torn records")
        found += process.notes
        if found:
            message = f"calls of process {process.process}: {'; '.join(found)}"
            findings.append(codes.CALLS_INCOMPLETE.finding(message, case.name))
    return findings


def check_journal_file(case: CampaignCase) -> list[Finding]:
    """Say whether the journal is there and whole."""
    if not case.place.journal.is_file():
        message = "journal.jsonl is missing: the controller's part of the evidence is lost"
        return [codes.JOURNAL_MISSING.finding(message)]
    torn = read_journal(case.place.journal)[1]
    if not torn:
        return []
    message = f"journal.jsonl: {counted(len(torn), 'damaged or torn line')}, the first is line {torn[0]}"
    return [codes.JOURNAL_TORN.finding(message, file=case.place.journal.name, line=torn[0])]


def check_inventory(case: CampaignCase) -> list[Finding]:
    """Say whether the inventory of SUT and meter is there."""
    if case.place.environment_json.is_file():
        Environment.read(case.place.environment_json)
        return []
    message = "environment.json is missing: the SUT and the meter of this campaign are unknown"
    return [codes.ENVIRONMENT_MISSING.finding(message)]


def check_import(case: CampaignCase) -> list[Finding]:
    """Say where an imported campaign came from, and pass on what its importer found."""
    record = read_import(case.place.path)
    if record is None:
        message = "import.json is missing: the source files of this import are unknown"
        return [IMPORT_MISSING.finding(message)] if case.imported else []
    message = (
        f"imported ({record.format}) from {counted(len(record.sources), 'file')}: there is no record of a "
        f"stability gate, exit codes and a journal, and the hashes date from the import"
    )
    return [CAMPAIGN_IMPORTED.finding(message), *record.as_findings()]


def check_additions(case: CampaignCase) -> list[Finding]:
    """List the runs whose host samples were imported (`analysis.imports.collectl.host`)."""
    return [
        codes.HOST_IMPORTED.finding(
            f"host.csv was added after the run, from {', '.join(entry.sources)}: the load of the SUT is only "
            f"as reliable as the clock and the time zone of that log",
            entry.run_dir,
        )
        for entry in case.journal
        if isinstance(entry, HostImported)
    ]
