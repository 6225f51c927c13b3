"""What a bench measured: packed there, and taken into the campaign with the name of the bench."""

import gzip
import json
import shutil
import tarfile
import zlib
from pathlib import Path

from records.campaign import CampaignFolder
from records.errors import RecordError
from records.files import LineAppender, read_json_lines
from records.links import leads_outside


def pack(path: Path, archive: Path) -> int:
    """Write a campaign folder as a tar archive, with its records only, and return its bytes.

    Pipes are left out, and links that lead out of it, such as that to the port of a virtual meter.
    """

    def kept(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
        is_record = member.isreg() or member.isdir() or member.issym() or member.islnk()
        return member if is_record and not leads_outside(path / member.name, path) else None

    with tarfile.open(archive, mode="w:gz", compresslevel=1) as tar:
        tar.add(path, arcname=".", filter=kept)
    return archive.stat().st_size


def merge(folder: CampaignFolder, bench: str, block: int, archive: Path) -> None:
    """Take in a block; what was taken in before stays as it is.

    Args:
        folder: of the campaign.
        bench: name of the bench.
        block: number of the block.
        archive: the campaign folder of the block as a tar archive.

    Raises:
        RecordError: the archive is damaged, or is no campaign.
    """
    target = folder.benches / bench / f"block-{block:04d}"
    part = target.with_name(f"{target.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    try:
        with gzip.open(archive) as unpacked:
            with tarfile.open(fileobj=unpacked, mode="r|") as tar:
                tar.extractall(part, filter="data")
            unpacked.read()  # to its end, where the checksum is
    except (tarfile.TarError, EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise RecordError(f"bench {bench}: expected an archive of block {block}, but: {error}") from None
    came = CampaignFolder(part)
    _take_lines(came.journal, folder.journal, bench)
    _take_clock(came.clock, folder.clock)
    for name in ("environment.json", "programs"):
        if (part / name).exists() and not (folder.path / name).exists():
            _copy(part / name, folder.path / name)
    shutil.rmtree(target, ignore_errors=True)
    part.rename(target)
    _take_runs(CampaignFolder(target), folder)  # the last step: a block without its runs is fetched again


def _take_runs(came: CampaignFolder, folder: CampaignFolder) -> None:
    for run in sorted(came.runs.iterdir()):
        if not (folder.runs / run.name).exists():
            run.rename(folder.runs / run.name)
    shutil.rmtree(came.runs)


def _take_lines(source: Path, target: Path, bench: str) -> None:
    """Append the entries that are not there yet, each with ``bench``; torn lines stay in the bench's own."""
    there = {json.dumps(entry) for entry in read_json_lines(target).objects} if target.exists() else set()
    with LineAppender(target) as appender:
        for entry in read_json_lines(source).objects:
            named = {**entry, "bench": bench}
            if json.dumps(named) not in there:
                appender.append(json.dumps(named, ensure_ascii=False))
        appender.sync()


def _take_clock(source: Path, target: Path) -> None:
    lines = source.read_text().splitlines() if source.exists() else []
    if not lines:
        return
    header, *rows = lines
    there = set(target.read_text().splitlines()) if target.exists() else set()
    with LineAppender(target, header) as appender:
        for row in rows:
            if row not in there:
                appender.append(row)


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target)
    elif source.is_file():
        shutil.copyfile(source, target)
    else:
        raise RecordError(f"{source}: expected a file or a folder")
