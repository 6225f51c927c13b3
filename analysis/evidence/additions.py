"""Files that came to a run after it was recorded, in good order: the journal says so."""

from records.campaign import CampaignFolder
from records.finding_codes import files as codes
from records.findings import Finding
from records.journal import read_journal
from records.journal_events import HostImported


def check_additions(place: CampaignFolder) -> list[Finding]:
    """List the runs whose host samples were imported (`analysis.imports.collectl.host`)."""
    if not place.journal.is_file():
        return []
    return [
        codes.HOST_IMPORTED.finding(_message(entry), entry.run_dir)
        for entry in read_journal(place.journal)[0]
        if isinstance(entry, HostImported)
    ]


def _message(entry: HostImported) -> str:
    return (
        f"host.csv was added after the run, from {', '.join(entry.sources)}: the load of the SUT is as sure "
        f"as the clock and the time zone of that log"
    )
