"""From a folder of campaigns to the database and the page of its index."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from records.errors import ConfigurationError, RecordError
from reports.index.database import writing
from reports.index.entries import Entry, read_entry, twin
from reports.index.find import LeftOut, Place, find_campaigns
from reports.index.page import check_page_replaceable, links_beside, write_page


@dataclass(frozen=True)
class Index:
    """What came of indexing.

    Attributes:
        entries: campaigns in the index, in the order of their folders.
        left_out: folders that are not, each with the reason.
    """

    entries: list[Entry]
    left_out: list[LeftOut]


def write_index(
    top: Path, database: Path, page: Path, progress: Callable[[int, int], None] = lambda done, total: None
) -> Index:
    """Index all campaigns at or below a folder.

    Args:
        top: the folder.
        database: the DuckDB file, replaced at the end if it is an earlier index.
        page: the HTML page, likewise.
        progress: called with the number of campaigns done and of all.

    Raises:
        ConfigurationError: there is no such folder or no campaign in it, or something else lies where the
            index is to be.
        OSError: it cannot be written.
    """
    check_page_replaceable(page)
    found = list(find_campaigns(top))
    if not found:
        raise ConfigurationError(
            f"{top}: expected campaigns (folders with a campaign.json) here or below, but there is none"
        )
    entries: list[Entry] = []
    left_out: list[LeftOut] = []
    seen: dict[str, str] = {}
    with writing(database) as into:
        for done, place in enumerate(found):
            progress(done, len(found))
            one = place if isinstance(place, LeftOut) else _take_in(place, seen, into.add)
            if isinstance(one, LeftOut):
                into.leave_out(one)
                left_out.append(one)
            else:
                entries.append(one)
    progress(len(found), len(found))
    write_page(page, entries, left_out, links_beside(page.parent), database.name)
    return Index(entries, left_out)


def _take_in(place: Place, seen: dict[str, str], add: Callable[..., None]) -> Entry | LeftOut:
    read = read_entry(place)
    if isinstance(read, LeftOut):
        return read
    entry, results = read
    if (same := twin(entry, seen)) is not None:
        return same
    try:
        add(entry, results)
    except RecordError as error:
        return LeftOut(place, str(error))
    return entry
