"""What a bench measured is taken into the campaign: once, whole, or not at all."""

import json
import os
import random
from pathlib import Path

import pytest

from lab.fleet.merge import merge, pack
from records.campaign import CampaignFolder
from records.errors import RecordError


def measured_block(path: Path) -> Path:
    """Write what a campaign folder of one block holds."""
    (path / "runs/0001-baseline").mkdir(parents=True)
    (path / "runs/0001-baseline/run.json").write_text("{}")
    (path / "virtual").mkdir()
    (path / "virtual/port").symlink_to("/dev/null")
    os.mkfifo(path / "pipe")
    (path / "journal.jsonl").write_text('{"what": "run started", "run_dir": "0001-baseline"}\n{"torn')
    (path / "clock.csv").write_text("t_utc_s,offset_s\n1.0,0.0\n")
    (path / "environment.json").write_text("{}")
    return path


def damaged_archive(folder: Path, damage: str) -> Path:
    archive = folder / "block.tar.gz"
    block = measured_block(folder / "bench")
    (block / "runs/0001-baseline/meter.csv").write_bytes(random.Random(1).randbytes(100_000))
    pack(block, archive)
    whole = archive.read_bytes()
    middle = len(whole) // 2
    changed = {
        "no archive": b"no archive",
        "cut": whole[:middle],
        "one byte": whole[:middle] + bytes([whole[middle] ^ 0xFF]) + whole[middle + 1 :],
        "many bytes": whole[:2000] + bytes(1000) + whole[3000:],
    }
    archive.write_bytes(changed[damage])
    return archive


@pytest.mark.parametrize("damage", ["no archive", "cut", "one byte", "many bytes"])
def test_an_archive_that_is_damaged_changes_nothing(tmp_path: Path, damage: str) -> None:
    folder = CampaignFolder(tmp_path / "c")
    folder.runs.mkdir(parents=True)
    with pytest.raises(RecordError, match="block 1"):
        merge(folder, "a", 1, damaged_archive(tmp_path, damage))
    assert list(folder.runs.iterdir()) == []


def test_a_block_whose_clock_was_cut_off_before_its_first_line_is_taken_in(tmp_path: Path) -> None:
    block = measured_block(tmp_path / "bench")
    (block / "clock.csv").write_text("")
    archive = tmp_path / "block.tar.gz"
    pack(block, archive)
    folder = CampaignFolder(tmp_path / "c")
    folder.runs.mkdir(parents=True)
    merge(folder, "a", 1, archive)
    assert (folder.runs / "0001-baseline/run.json").exists()


def test_a_block_is_taken_in_once_however_often_it_comes(tmp_path: Path) -> None:
    archive = tmp_path / "block.tar.gz"
    assert pack(measured_block(tmp_path / "bench"), archive) == archive.stat().st_size
    folder = CampaignFolder(tmp_path / "c")
    folder.runs.mkdir(parents=True)
    for _ in range(2):
        merge(folder, "a", 1, archive)
    assert (folder.runs / "0001-baseline/run.json").read_text() == "{}"
    (line,) = folder.journal.read_text().splitlines()
    assert json.loads(line) == {"what": "run started", "run_dir": "0001-baseline", "bench": "a"}
    assert folder.clock.read_text() == "t_utc_s,offset_s\n1.0,0.0\n"
    kept = {path.relative_to(folder.path).as_posix() for path in folder.path.rglob("*") if path.is_file()}
    assert "benches/a/block-0001/journal.jsonl" in kept
    assert not [name for name in kept if "port" in name or "part" in name or "pipe" in name]


def test_what_was_left_of_an_interrupted_merge_is_taken_in(tmp_path: Path) -> None:
    archive = tmp_path / "block.tar.gz"
    assert pack(measured_block(tmp_path / "bench"), archive) == archive.stat().st_size
    folder = CampaignFolder(tmp_path / "c")
    folder.runs.mkdir(parents=True)
    merge(folder, "a", 1, archive)
    (folder.runs / "0001-baseline").rename(folder.path / "benches/a/block-0001/elsewhere")
    merge(folder, "a", 1, archive)
    assert (folder.runs / "0001-baseline/run.json").exists()
    assert len(folder.journal.read_text().splitlines()) == 1
