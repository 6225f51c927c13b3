"""The last step of an attempt: examine what was completed, and write down how it ended."""

from analysis.evidence import examine_attempt
from lab.conduct.campaign import OpenCampaign
from records.campaign import Slot
from records.errors import RecordError
from records.files import sha256_of_json
from records.journal import Journal, read_journal
from records.journal_events import OrphanAborted, RunEnded, RunStarted
from records.run import Run, RunFolder
from records.settings.analysis import settings_of


def record_end(opened: OpenCampaign, slot: Slot, folder: RunFolder, run: Run, journal: Journal) -> None:
    """Refuse now what the analysis would refuse later, so that it is measured again; then write the end down.

    Args:
        opened: the campaign.
        slot: what was attempted.
        folder: of the attempt.
        run: its record, as ``run.json`` holds it; a refused one is also marked as failed there.
        journal: gets the entry.
    """
    if run.status == "completed":
        campaign = opened.campaign
        found = examine_attempt(folder.path, slot, campaign, settings_of(campaign))
        if not found.sound:
            run.status, run.reason = "failed", found.reason
            run.write(folder.run_json)
    journal.write(
        RunEnded(
            run_dir=folder.path.name,
            status=run.status,
            reason=run.reason,
            run_sha256=sha256_of_json(run.to_json()),
        )
    )


def finish_records(opened: OpenCampaign, journal: Journal) -> None:
    """Take the last step for attempts whose controller was killed after ``run.json`` and before it.

    Call it only while holding the lock: then no controller is taking that step.
    """
    entries, _ = read_journal(opened.folder.journal)
    begun = {entry.run_dir for entry in entries if isinstance(entry, RunStarted)}
    written = {entry.run_dir for entry in entries if isinstance(entry, RunEnded | OrphanAborted)}
    for slot in opened.campaign.plan:
        for path in opened.folder.attempts(slot):
            if path.name in begun - written:
                _finish(opened, slot, RunFolder(path), journal)


def _finish(opened: OpenCampaign, slot: Slot, folder: RunFolder, journal: Journal) -> None:
    try:
        run = folder.read()
    except RecordError:  # damaged or absent: it never counts
        return
    if run.status not in ("running", "planned"):
        record_end(opened, slot, folder, run, journal)
