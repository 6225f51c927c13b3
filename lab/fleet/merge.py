"""Taking what a bench measured into the campaign: its runs, and its journal with the name of the bench."""

import json
import shutil
import tarfile
from io import BytesIO
from pathlib import Path

from records.campaign import CampaignFolder
from records.errors import RecordError, SutError
from records.files import LineAppender, open_record

BENCHES = "benches"
"""Folder of what is not a run: ``benches/NAME/block-0001/`` with the bench's own journal and inventory."""


def merge(folder: CampaignFolder, bench: str, block: int, archive: bytes) -> None:
    """Take in a block; what was taken in before stays as it is.

    Args:
        folder: of the campaign.
        bench: name of the bench.
        block: number of the block.
        archive: the campaign folder of the block as a tar archive.

    Raises:
        SutError: the archive is damaged.
    """
    target = folder.path / BENCHES / bench / f"block-{block:04d}"
    part = target.with_name(f"{target.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    try:
        with tarfile.open(fileobj=BytesIO(archive)) as tar:
            tar.extractall(part, filter="data")
    except (tarfile.TarError, OSError, EOFError) as error:
        raise SutError(f"bench {bench}: expected an archive of block {block}, but: {error}") from None
    came = CampaignFolder(part)
    _take_runs(came, folder)
    _take_lines(came.journal, folder.journal, bench)
    _take_clock(came.clock, folder.clock)
    for name in ("environment.json", "programs"):
        if (part / name).exists() and not (folder.path / name).exists():
            _copy(part / name, folder.path / name)
    shutil.rmtree(target, ignore_errors=True)
    part.rename(target)


def _take_runs(came: CampaignFolder, folder: CampaignFolder) -> None:
    for run in sorted(came.runs.iterdir()):
        if not (folder.runs / run.name).exists():
            run.rename(folder.runs / run.name)
    shutil.rmtree(came.runs)


def _take_lines(source: Path, target: Path, bench: str) -> None:
    """Append the entries that are not there yet, each with ``bench``; torn lines stay in the bench's own."""
    there = set(target.read_text().splitlines()) if target.exists() else set()
    appender = LineAppender(target)
    try:
        for line in open_record(source).read().decode(errors="replace").splitlines():
            try:
                entry = json.loads(line)
            except ValueError:
                continue
            named = json.dumps({**entry, "bench": bench}, ensure_ascii=False)
            if named not in there:
                appender.append(named)
        appender.sync()
    finally:
        appender.close()


def _take_clock(source: Path, target: Path) -> None:
    if not source.exists():
        return
    header, *rows = source.read_text().splitlines()
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
