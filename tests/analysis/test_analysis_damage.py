"""Whatever happens to the files, the check lists it and goes on."""

import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from synthetic import rehash, small_campaign

from analysis.campaign import analyse
from analysis.evidence import check
from records.errors import WattlabError

NAMES = (
    "campaign.json",
    "environment.json",
    "journal.jsonl",
    "runs/0003-cnn/run.json",
    "runs/0003-cnn/meter.json",
    "runs/0003-cnn/meter.csv",
    "runs/0003-cnn/events.jsonl",
    "runs/0003-cnn/host.csv",
    "runs/0004-cnn/trackers.csv",
)
PIECES = st.sampled_from(
    [b"", b'"', b"\n", b",", b"nan", b"1e999", b"{", b"null", b"-", b"9" * 20, b"\x00\xff"]
)


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    campaign = small_campaign()
    campaign.runs = campaign.runs[:4]
    return campaign.write(tmp_path_factory.mktemp("damage") / "campaign")


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    name=st.sampled_from(NAMES),
    cuts=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 30), PIECES), min_size=1, max_size=4),
    hashed=st.booleans(),
)
def test_a_damaged_file_never_stops_the_check(
    sound: Path, name: str, cuts: list[tuple[float, int, bytes]], hashed: bool
) -> None:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "campaign"
        shutil.copytree(sound, folder)
        content = (folder / name).read_bytes()
        for share, length, piece in cuts:
            at = int(share * len(content))
            content = content[:at] + piece + content[at + length :]
        (folder / name).write_bytes(content)
        if hashed and not name.endswith("run.json") and name.startswith("runs/"):
            rehash((folder / name).parent)
        try:
            assert all(finding.message for finding in check(folder))
            analyse(folder)
        except WattlabError as error:
            # A plan that cannot be read leaves nothing to analyse; anything else is a finding.
            assert "campaign.json" in str(error) or "analysis." in str(error)


def test_every_finding_is_listed_and_none_stops_the_check(sound: Path, tmp_path: Path) -> None:
    folder = tmp_path / "campaign"
    shutil.copytree(sound, folder)
    (folder / "runs/0001-baseline/meter.json").write_text("{")
    (folder / "runs/0002-idle/events.jsonl").write_text('{"event": "start"}\n')
    (folder / "runs/0003-cnn/run.json").unlink()
    (folder / "runs/0004-cnn/meter.csv").unlink()
    (folder / "environment.json").write_text("[]")
    found = {(finding.run_dir, finding.code) for finding in check(folder)}
    assert {
        ("0001-baseline", "record-damaged"),
        ("0001-baseline", "file-changed"),
        ("0002-idle", "record-damaged"),
        ("0003-cnn", "record-damaged"),
        ("0004-cnn", "file-missing"),
        ("", "record-damaged"),
    } <= found


def test_without_a_readable_plan_the_runs_are_checked_all_the_same(sound: Path, tmp_path: Path) -> None:
    folder = tmp_path / "campaign"
    shutil.copytree(sound, folder)
    (folder / "campaign.json").write_text("{}")
    (folder / "runs/0004-cnn/trackers.csv").unlink()
    found = {(finding.run_dir, finding.code) for finding in check(folder)}
    assert ("", "record-damaged") in found
    assert ("0004-cnn", "file-missing") in found
