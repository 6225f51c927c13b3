"""The replication package: a campaign in one archive that can be checked, cited and computed again."""

from dataclasses import dataclass
from pathlib import Path
from shlex import quote

from analysis.imports.package_archive import check_members, open_archive
from records.campaign import CampaignFolder
from records.errors import RecordError
from records.files import sha256_of
from records.package import CONFIG, CRATE, README, SUMS, check_names, sums_text
from records.results import Results, read_results
from reports.exports.archive import Progress, Source, hash_sources, size_of, write_archive
from reports.exports.contents import Replication, campaign_files
from reports.exports.crate import crate_text
from reports.exports.readme import readme_of

_LATEST_UTC_S = 4_102_444_800.0  # 2100-01-01; the stamps of a ZIP archive end in 2107


@dataclass(frozen=True)
class Packed:
    """What was written: where, how many files of how many bytes, SHA-256 and bytes of the archive."""

    path: Path
    files: int
    bytes: int
    archive_bytes: int
    sha256: str
    simulated: bool
    left_out: list[str]


def write_package(
    folder: Path,
    out: Path,
    replication: Replication,
    *,
    licence: str | None = None,
    progress: Progress | None = None,
) -> Packed:
    """Pack an analysed campaign; the same campaign always gives the same bytes.

    A report that is missing, or older than the results, is written first.

    Args:
        folder: the campaign; no process may be running it.
        out: the archive; replaced where it exists.
        replication: what the lab knows and the campaign folder does not hold.
        licence: of the package, where one was chosen.
        progress: see `reports.exports.archive.Progress`.

    Raises:
        RecordError: the campaign was not analysed, has a file whose name no package can hold, or changed
            while it was packed.
    """
    said = progress or _silent
    results = read_results(CampaignFolder(folder).results)
    _check_results(folder, results)
    refresh_report(folder)
    campaign = campaign_files(folder)
    sources: dict[str, Source] = dict(campaign.files)
    if replication.config is not None:
        sources[CONFIG] = replication.config.encode()
    check_names([*sources, README, CRATE, SUMS], campaign.empty)
    sums = hash_sources(sources, said)
    sources[README] = readme_of(results, campaign, replication, sums).encode()
    sums |= hash_sources({README: sources[README]}, _silent)
    sizes: dict[str, int | None] = {name: size_of(source) for name, source in sources.items()}
    sizes[SUMS] = None
    sources[CRATE] = crate_text(results, sizes, sums, replication.version, licence).encode()
    sums |= hash_sources({CRATE: sources[CRATE]}, _silent)
    sources[SUMS] = sums_text(sums).encode()
    write_archive(out, sources, campaign.empty, sums, results.campaign.created_utc_s, said)
    _check_archive(out)
    return Packed(
        path=out,
        files=len(sources),
        bytes=sum(map(size_of, sources.values())),
        archive_bytes=out.stat().st_size,
        sha256=sha256_of(out),
        simulated=results.campaign.simulated,
        left_out=campaign.left_out,
    )


def _check_archive(path: Path) -> None:
    """Judge the archive as the import will: what it would refuse must not leave.

    Raises:
        RecordError: it would, for example because a record packs to next to nothing.
    """
    try:
        with open_archive(path) as archive:
            check_members(archive, path.stat().st_size)
    except RecordError as error:
        path.unlink()
        raise RecordError(f"{path}: `lab import package` would refuse this package: {error}") from None


def _check_results(folder: Path, results: Results) -> None:
    """Refuse results that are not of the records as they are now.

    Raises:
        RecordError: an attempt is not in them, or their date is none.
    """
    place = CampaignFolder(folder)
    analysed = {row.run_dir for row in results.runs} | {row.run_dir for row in results.refused}
    there = [path.name for slot in place.read().plan for path in place.attempts(slot)]
    unknown = [name for name in there if name not in analysed]
    if unknown:
        raise RecordError(
            f"{folder}: the results do not know the run {unknown[0]}: it came after the analysis. "
            f"Run `lab analyse {quote(str(folder))}` first"
        )
    if not 0 <= results.campaign.created_utc_s < _LATEST_UTC_S:
        raise RecordError(f"{folder}: results: expected created_utc_s, Unix seconds before the year 2100")


def refresh_report(folder: Path) -> None:
    """Write the report of a campaign unless there is one that is as new as its results."""
    place = CampaignFolder(folder)
    results_json = place.results / "results.json"
    if place.report.is_file() and place.report.stat().st_mtime >= results_json.stat().st_mtime:
        return
    from reports.campaign.page import write_report  # it draws, and so loads what an export need not

    write_report(folder)


def _silent(_what: str, _done: int, _total: int) -> None:
    pass
