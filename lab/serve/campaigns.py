"""What is kept between two questions, so that nothing is read or drawn again that has not changed."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

from lab.conduct.campaign import is_running, reopen
from lab.serve.watched import WatchedCampaign
from records.campaign import CampaignFolder
from records.errors import RecordError
from records.health import HEALTH_JSON
from records.results import read_results
from reports.campaign import page as report
from reports.index import page
from reports.index.entries import Entry, read_entry, twin
from reports.index.find import LeftOut, Place, find_campaigns

Stamp = tuple[tuple[int, int], ...]

_MOST_REPORTS = 4


@dataclass
class Shelf:
    """The campaigns below a folder.

    Attributes:
        top: the folder, without links in its path.
    """

    top: Path
    _drawing: Lock = field(default_factory=Lock)  # matplotlib's settings are those of the whole process
    _watching: Lock = field(default_factory=Lock)
    _entries: dict[Path, tuple[Stamp, Entry | LeftOut]] = field(default_factory=dict)
    _index: tuple[object, str] = (None, "")
    _reports: dict[Path, tuple[Stamp, str]] = field(default_factory=dict)
    _watched: dict[Path, tuple[Stamp, WatchedCampaign]] = field(default_factory=dict)

    def index_page(self, links: Callable[[Place], list[tuple[str, str]]]) -> str:
        """Return the page of the index as the folder is now.

        Args:
            links: as `reports.index.page.render` takes them.
        """
        with self._drawing:
            found = [
                ((), place) if isinstance(place, LeftOut) else self._entry(place)
                for place in find_campaigns(self.top)
            ]
            seen: dict[str, str] = {}
            once = [(isinstance(one, Entry) and twin(one, seen)) or one for _, one in found]
            entries = [one for one in once if isinstance(one, Entry)]
            left_out = [one for one in once if isinstance(one, LeftOut)]
            key = [(stamp, one.place, links(one.place)) for stamp, one in found]
            if key != self._index[0]:
                self._index = key, page.render(entries, left_out, links, database=None)
            return self._index[1]

    def _entry(self, place: Place) -> tuple[Stamp, Entry | LeftOut]:
        folder = CampaignFolder(place.path)
        stamp = _stamp(folder.campaign_json, folder.results / "results.json", place.path / HEALTH_JSON)
        kept = self._entries.get(place.path)
        if kept is None or kept[0] != stamp:
            read = read_entry(place)
            kept = self._entries[place.path] = stamp, read if isinstance(read, LeftOut) else read[0]
        return kept

    def report(self, place: Place) -> str:
        """Return the report: the one that `lab report` wrote, or a new one where results are newer.

        Raises:
            RecordError: the campaign was not analysed, or its results are damaged.
            OSError: they cannot be read.
        """
        folder = CampaignFolder(place.path)
        results = folder.results / "results.json"
        if folder.results.is_symlink() or results.is_symlink():
            raise RecordError(f"{results}: expected the campaign's own results, but it is a link")
        written = folder.report
        own = written.is_file() and not written.is_symlink() and results.is_file()
        if own and written.stat().st_mtime_ns >= results.stat().st_mtime_ns:
            return written.read_text(encoding="utf-8", errors="replace")
        with self._drawing:
            stamp = _stamp(results)
            kept = self._reports.pop(place.path, None)
            if kept is None or kept[0] != stamp:
                kept = stamp, report.render(read_results(folder.results))
            self._reports[place.path] = kept
            while len(self._reports) > _MOST_REPORTS:
                del self._reports[next(iter(self._reports))]
            return kept[1]

    def watched(self, place: Place) -> WatchedCampaign:
        """Return the campaign to look at.

        Raises:
            WattlabError: it was imported, or its configuration is not valid for this version.
        """
        with self._watching:
            stamp = _stamp(place.path / "campaign.json")
            kept = self._watched.get(place.path)
            if kept is None or kept[0] != stamp:
                kept = self._watched[place.path] = stamp, WatchedCampaign(reopen(place.path), self.top)
            return kept[1]

    def running(self, place: Place) -> bool:
        """Say whether a controller holds the campaign right now."""
        return is_running(CampaignFolder(place.path))

    def analysed(self, place: Place) -> bool:
        """Say whether there are results of its own."""
        results = CampaignFolder(place.path).results
        return not results.is_symlink() and (results / "results.json").is_file()


def _stamp(*paths: Path) -> Stamp:
    """Return what changes when one of the files does; ``(0, 0)`` for one that is not there."""
    return tuple(_stamp_of(path) for path in paths)


def _stamp_of(path: Path) -> tuple[int, int]:
    try:
        status = path.stat()
    except OSError:
        return 0, 0
    return status.st_mtime_ns, status.st_size
