"""Host samples of a collectl log for the runs of a campaign that have none of their own.

A log without a power is no campaign: it is added to the runs that it overlaps in time. Nothing that was
hashed is altered: ``host.csv`` is a new file, its hash is added to ``run.json``, and the journal says where
it came from, which `lab check` repeats as a finding.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import isfinite
from pathlib import Path

from analysis.imports.collectl.log import HostLog, joined, read_collectl_log
from analysis.imports.repairs import Repairs
from records.campaign import CampaignFolder
from records.errors import RecordError
from records.files import sha256_of, sha256_of_json, write_atomically
from records.findings import Finding
from records.host import HOST_COLUMNS
from records.journal import Journal
from records.journal_events import HostImported
from records.run import RunFolder
from records.tables import csv_line
from records.times import format_utc_s

AROUND_S = 60.0
"""Samples from so long before a run until so long after it are kept."""

LEAST_SAMPLES = 2


@dataclass(frozen=True)
class HostImport:
    """The outcome of the import.

    Attributes:
        added: names of the run folders that have host samples now.
        had: of those that had some already, which are left as they are.
        without: of those that no log overlaps.
        findings: about the logs.
    """

    added: list[str]
    had: list[str]
    without: list[str]
    findings: list[Finding]


def add_host_samples(campaign: Path, logs: Sequence[Path], timezone: str | None = None) -> HostImport:
    """Add the samples of logs to the completed runs of a campaign that they overlap.

    Args:
        campaign: its folder.
        logs: plot files of collectl.
        timezone: of local times in them.

    Raises:
        RecordError: a log cannot be understood, or none overlaps a run; nothing is changed then.
    """
    place = CampaignFolder(campaign)
    repairs = Repairs()
    known = [(path, read_collectl_log(path, repairs, timezone)) for path in logs]
    known.sort(key=lambda pair: float(pair[1].t_utc_s[0]))
    _check_apart(known)
    found: list[tuple[RunFolder, list[Path], HostLog]] = []
    had, without = [], []
    for folder, start_s, stop_s in _completed(place):
        own = [(path, log) for path, log in known if log.covers(start_s, stop_s)]
        samples = joined([log.between(start_s - AROUND_S, stop_s + AROUND_S) for _, log in own])
        if folder.collectl_tab.is_file() or folder.host_csv.is_file():
            had.append(folder.path.name)
        elif len(samples.between(start_s, stop_s).t_utc_s) < LEAST_SAMPLES:
            without.append(folder.path.name)
        else:
            found.append((folder, [path for path, _ in own], samples))
    if not found:
        raise RecordError(
            f"{campaign}: expected runs without host samples at the times of the logs, found none: "
            f"{len(had)} have samples, {len(without)} are at other times. Check the time zone (--timezone)"
        )
    journal = Journal(place.journal)
    for folder, sources, samples in found:
        _add(folder, sources, samples, journal)
    journal.close()
    return HostImport([folder.path.name for folder, _, _ in found], had, without, repairs.findings())


def _completed(place: CampaignFolder) -> list[tuple[RunFolder, float, float]]:
    """Return every completed run with its rating interval."""
    runs = []
    for slot in place.read().plan:
        for path in place.attempts(slot):
            run = RunFolder(path).read()
            if run.status == "completed" and run.t_start_utc_s is not None and run.t_stop_utc_s is not None:
                runs.append((RunFolder(path), run.t_start_utc_s, run.t_stop_utc_s))
    return runs


def _check_apart(logs: list[tuple[Path, HostLog]]) -> None:
    """Refuse logs that overlap: collectl begins a new file at midnight, but two at one time are two hosts."""
    for (before, log), (after, following) in pairwise(logs):
        if following.t_utc_s[0] <= log.t_utc_s[-1]:
            raise RecordError(
                f"{after.name}: expected a log that begins after {before.name} ends, but they overlap in "
                f"time. Give the logs of the SUT only, each once"
            )


def _add(folder: RunFolder, sources: list[Path], samples: HostLog, journal: Journal) -> None:
    """Write the samples of one run; a controller that dies before the last line leaves an unlisted file."""
    columns = [samples.columns[name].tolist() for name in HOST_COLUMNS[1:]]
    lines = [
        csv_line([format_utc_s(t_s), *(value if isfinite(value) else "" for value in row)])
        for t_s, *row in zip(samples.t_utc_s.tolist(), *columns, strict=True)
    ]
    write_atomically(folder.host_csv, "\n".join([csv_line(HOST_COLUMNS), *lines]) + "\n")
    run = folder.read()
    run.files[folder.host_csv.name] = sha256_of(folder.host_csv)
    journal.write(
        HostImported(
            run_dir=folder.path.name,
            sources={path.name: sha256_of(path) for path in sources},
            rows=len(lines),
            sha256=run.files[folder.host_csv.name],
            run_sha256=sha256_of_json(run.to_json()),
        )
    )
    run.write(folder.run_json)
