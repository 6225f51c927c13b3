"""A campaign folder from somebody else makes the check and the analysis read and write nothing elsewhere."""

import hashlib
import os
from pathlib import Path

import pytest
from synthetic import rehash, small_campaign

from analysis.campaign import analyse
from analysis.evidence import check
from records.campaign import CampaignFolder
from records.errors import RecordError
from records.run import RunFolder

SECRET = "hunter2:x:0:0\n"
RUN = "0003-cnn"


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "elsewhere" / "passwd"
    path.parent.mkdir()
    path.write_text(SECRET)
    return path


@pytest.fixture
def campaign(tmp_path: Path) -> Path:
    return small_campaign().write(tmp_path / "campaign")


def told(folder: Path) -> str:
    """Return everything that check and analysis say and write."""
    words = [finding.message for finding in check(folder)]
    analyse(folder)
    return "".join([*words, *(path.read_text() for path in CampaignFolder(folder).results.iterdir())])


@pytest.mark.parametrize(
    "name", ["meter.csv", "meter.json", "events.jsonl", "host.csv", "run.json", "new.csv"]
)
def test_a_record_of_a_run_that_is_a_link_elsewhere_is_not_read(
    campaign: Path, secret: Path, name: str
) -> None:
    path = campaign / "runs" / RUN / name
    path.unlink(missing_ok=True)
    path.symlink_to(secret)
    found = [finding for finding in check(campaign) if finding.run_dir == RUN]
    assert {finding.code for finding in found if finding.level == "refuse"} == {
        "file-outside",
        "slot-incomplete",
    }
    words = told(campaign)
    assert "hunter2" not in words
    assert hashlib.sha256(SECRET.encode()).hexdigest()[:12] not in words


def test_a_run_folder_that_lies_elsewhere_is_not_read(campaign: Path, tmp_path: Path) -> None:
    (campaign / "runs" / RUN).rename(tmp_path / "moved")
    (campaign / "runs" / RUN).symlink_to(tmp_path / "moved")
    assert "file-outside" in {finding.code for finding in check(campaign)}


@pytest.mark.parametrize("name", ["clock.csv", "journal.jsonl", "environment.json", "campaign.json", "runs"])
def test_a_part_of_a_campaign_that_is_a_link_elsewhere_ends_it(
    campaign: Path, secret: Path, name: str
) -> None:
    if (campaign / name).exists():
        (campaign / name).rename(secret.parent / "moved")
    (campaign / name).symlink_to(secret)
    for ask in (check, analyse):
        with pytest.raises(RecordError, match="leads out of it") as error:
            ask(campaign)
        assert "hunter2" not in str(error.value)


def test_results_are_not_written_through_a_link(campaign: Path, secret: Path) -> None:
    (campaign / "results").symlink_to(secret.parent)
    with pytest.raises(RecordError, match="results"):
        analyse(campaign)
    assert [path.name for path in secret.parent.iterdir()] == ["passwd"]


@pytest.mark.parametrize(
    "name", ["../../../elsewhere/passwd", "/etc/passwd", "a/../../x", "a\0b", "x" * 5000]
)
def test_a_name_in_run_json_that_leads_elsewhere_is_not_hashed(
    campaign: Path, secret: Path, name: str
) -> None:
    folder = RunFolder(campaign / "runs" / RUN)
    record = folder.read()
    record.files[name] = "0" * 64
    record.write(folder.run_json)
    found = [finding for finding in check(campaign) if finding.run_dir == RUN and finding.level == "refuse"]
    assert {finding.code for finding in found} <= {"file-outside", "file-missing", "slot-incomplete"}
    assert len(found) == 2
    assert hashlib.sha256(SECRET.encode()).hexdigest()[:12] not in str(found)


def test_links_that_a_program_left_are_kept_and_not_followed(campaign: Path, secret: Path) -> None:
    run_dir = campaign / "runs" / RUN
    (run_dir / "model").mkdir()
    (run_dir / "model/weights-3").write_text("w")
    (run_dir / "model/latest").symlink_to("weights-3")
    (run_dir / "model/data").symlink_to(secret)
    rehash(run_dir)
    assert sorted(name for name in RunFolder(run_dir).read().files if name.startswith("model/")) == [
        "model/latest",
        "model/weights-3",
    ]
    assert not [finding for finding in check(campaign) if finding.level == "refuse"]


@pytest.mark.timeout(60)
def test_a_pipe_in_place_of_any_file_does_not_stop_anybody(tmp_path: Path) -> None:
    names = [
        *("clock.csv", "journal.jsonl", "environment.json", "health.json", "import.json"),
        *(
            f"runs/{RUN}/{name}"
            for name in ("meter.csv", "meter.json", "events.jsonl", "host.csv", "run.json")
        ),
        *(f"runs/{RUN}/{name}" for name in ("gpu.csv", "sensors.csv", "trackers.csv", "program.json")),
    ]
    campaign = small_campaign().write(tmp_path / "campaign")
    for name in names:
        (campaign / name).unlink(missing_ok=True)
        os.mkfifo(campaign / name)
    assert check(campaign)
    analyse(campaign)
