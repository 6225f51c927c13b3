"""Files that came to a run after it was recorded, in good order: the journal says so."""

from typing import Any

from records.campaign import CampaignFolder
from records.finding_codes import files as codes
from records.findings import Finding
from records.host import HOST_IMPORTED
from records.journal import read_journal


def check_additions(place: CampaignFolder) -> list[Finding]:
    """List the runs whose host samples were imported (`analysis.imports.collectl.host`)."""
    if not place.journal.is_file():
        return []
    entries = [entry for entry in read_journal(place.journal)[0] if entry.get("what") == HOST_IMPORTED]
    return [codes.HOST_IMPORTED.finding(_message(entry), str(entry.get("run_dir", ""))) for entry in entries]


def _message(entry: dict[str, Any]) -> str:
    sources = entry.get("sources")
    names = ", ".join(sources) if isinstance(sources, dict) else "a log that the journal does not name"
    return (
        f"host.csv was added after the run, from {names}: the load of the SUT is as sure as the clock and "
        f"the time zone of that log"
    )
