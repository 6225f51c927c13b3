"""Whatever is done to a campaign's files, the check goes on; what is hashed cannot be changed unseen."""

import json
import shutil
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from synthetic import small_campaign

from analysis.campaign import analyse
from analysis.evidence import check
from records.campaign import Campaign
from records.errors import SchemaError
from records.files import sha256_of_json
from records.health import ControlPoint, HealthRecord
from records.journal import Journal
from records.journal_events import CampaignStarted, RunEnded, RunStarted
from records.run import Run

HASHED = (
    "runs/0001-baseline/meter.json",
    "runs/0002-idle/meter.csv",
    "runs/0003-cnn/events.jsonl",
    "runs/0003-cnn/host.csv",
    "runs/0004-cnn/trackers.csv",
)
RECORDS = ("campaign.json", "runs/0001-baseline/run.json", "runs/0004-cnn/run.json")
OTHERS = ("environment.json", "journal.jsonl", "health.json", "clock.csv")


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four runs, with a journal as the conductor writes it, clocks and a control chart."""
    campaign = small_campaign()
    campaign.runs = campaign.runs[:4]
    campaign.config |= {"health": {"control": "idle"}}
    folder = campaign.write(tmp_path_factory.mktemp("damage") / "campaign")
    record = Campaign.read(folder / "campaign.json")
    with closing(Journal(folder / "journal.jsonl")) as journal:
        journal.write(CampaignStarted(campaign_sha256=sha256_of_json(record.to_json())))
        for path in sorted(folder.glob("runs/*/run.json")):
            run = Run.read(path)
            name, sha256 = path.parent.name, sha256_of_json(run.to_json())
            journal.write(RunStarted(run_dir=name))
            journal.write(RunEnded(run_dir=name, status="completed", run_sha256=sha256))
    point = ControlPoint(
        campaign="before",
        run_dir="0001-idle",
        t_utc_s=1e9,
        energy_wh=0.3,
        energy_u_wh=0.01,
        energy_random_u_wh=0.001,
    )
    HealthRecord(control="idle", basis={}, basis_sha256="", history=[point]).write(folder / "health.json")
    (folder / "clock.csv").write_text(
        "t_utc_s,offset_s,offset_u_s,rtt_s,method\n1790000000,0.001,0.001,0,x\n"
    )
    return folder


def flip(content: bytes, share: float, value: int) -> bytes:
    at = int(share * (len(content) - 1))
    return content[:at] + bytes([content[at] ^ value]) + content[at + 1 :]


def truncate(content: bytes, share: float, _: int) -> bytes:
    return content[: int(share * len(content))]


def swap_lines(content: bytes, share: float, distance: int) -> bytes:
    lines = content.splitlines(keepends=True)
    at = int(share * (len(lines) - 1))
    other = (at + distance) % len(lines)
    lines[at], lines[other] = lines[other], lines[at]
    return b"".join(lines)


def put_in(content: bytes, share: float, value: int) -> bytes:
    pieces = [
        b'"',
        b"\n",
        b",",
        b"NaN",
        b"1e999",
        b"{",
        b"null",
        b"-",
        b"[" * 3000,
        b"\x00\xff",
        b"true",
        b"\\ud800",
    ]
    at = int(share * len(content))
    return content[:at] + pieces[value % len(pieces)] + content[at:]


MUTATIONS = st.lists(
    st.tuples(st.sampled_from([flip, truncate, swap_lines, put_in]), st.floats(0, 1), st.integers(1, 255)),
    min_size=1,
    max_size=3,
)
Mutations = list[tuple[Callable[[bytes, float, int], bytes], float, int]]


def mutated(content: bytes, mutations: Mutations) -> bytes:
    for mutate, share, value in mutations:
        content = mutate(content, share, value) if content else content
    return content


def check_with(sound: Path, name: str, content: bytes) -> set[tuple[str, str]] | None:
    """Return where and what the check finds when a file has this content; ``None``: of a newer version."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "campaign"
        shutil.copytree(sound, folder)
        (folder / name).write_bytes(content)
        try:
            found = check(folder)
        except SchemaError as error:
            assert "newer" in str(error)
            return None
    assert all(finding.message for finding in found)
    return {(finding.run_dir, finding.code) for finding in found}


SLOW = settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


@SLOW
@given(name=st.sampled_from(HASHED), mutations=MUTATIONS)
def test_any_change_of_a_hashed_file_is_reported(sound: Path, name: str, mutations: Mutations) -> None:
    before = (sound / name).read_bytes()
    content = mutated(before, mutations)
    found = check_with(sound, name, content)
    assert found is not None
    assert ((Path(name).parent.name, "file-changed") in found) == (content != before)


@SLOW
@given(name=st.sampled_from(RECORDS), mutations=MUTATIONS)
def test_any_change_of_what_a_record_says_is_reported(sound: Path, name: str, mutations: Mutations) -> None:
    before = (sound / name).read_bytes()
    content = mutated(before, mutations)
    found = check_with(sound, name, content)
    try:
        same = json.loads(content) == json.loads(before)
    except (ValueError, RecursionError):
        same = False
    if found is not None:
        untouched = check_with(sound, name, before)
        assert untouched is not None
        assert bool(found - untouched) != same


@SLOW
@given(name=st.sampled_from(OTHERS), mutations=MUTATIONS)
def test_no_damage_stops_the_check(sound: Path, name: str, mutations: Mutations) -> None:
    assert check_with(sound, name, mutated((sound / name).read_bytes(), mutations)) is not None


@pytest.mark.parametrize(
    ("name", "key", "value", "code"),
    [
        ("campaign.json", "simulated", False, "simulated-unmarked"),
        ("campaign.json", "seed", 2, "campaign-changed"),
        ("runs/0003-cnn/run.json", "exit_code", 1, "file-changed"),
        ("runs/0003-cnn/run.json", "gate", None, "file-changed"),
        ("runs/0003-cnn/run.json", "files", {}, "file-changed"),
    ],
)
def test_a_plausible_change_of_one_value_is_reported(
    sound: Path, tmp_path: Path, name: str, key: str, value: object, code: str
) -> None:
    folder = tmp_path / "campaign"
    shutil.copytree(sound, folder)
    document = json.loads((folder / name).read_text())
    document[key] = value
    (folder / name).write_text(json.dumps(document))
    assert code in {finding.code for finding in check(folder)}


@pytest.mark.parametrize(
    "run_dir",
    ["../elsewhere", "..", "", "a/b", "x" * 3000, "nul\0", "\ud800"],
    ids=lambda name: repr(name[:12]),
)
def test_a_plan_cannot_lead_out_of_the_campaign(sound: Path, tmp_path: Path, run_dir: str) -> None:
    folder = tmp_path / "campaign"
    shutil.copytree(sound, folder)
    document = json.loads((folder / "campaign.json").read_text())
    document["plan"][1]["run_dir"] = run_dir
    (folder / "campaign.json").write_text(json.dumps(document))
    (finding,) = [f for f in check(folder) if f.code == "record-damaged"]
    assert finding.message.startswith("campaign.json: ")


@pytest.mark.parametrize("value", ["NaN", "1e999", "-Infinity", '"\\ud800"', "9" * 5000, "[" * 5000])
def test_what_no_file_can_hold_is_damage(sound: Path, tmp_path: Path, value: str) -> None:
    """The analysis shows and writes again what it reads: nothing may pass that JSON cannot hold."""
    folder = tmp_path / "campaign"
    shutil.copytree(sound, folder)
    text = (folder / "environment.json").read_text()
    (folder / "environment.json").write_text(text.replace('"synthetic"', value))
    assert ("", "record-damaged") in {(f.run_dir, f.code) for f in check(folder)}
    analyse(folder)


def test_a_file_name_that_no_file_can_have_is_a_missing_file(sound: Path, tmp_path: Path) -> None:
    folder = tmp_path / "campaign"
    shutil.copytree(sound, folder)
    run = Run.read(folder / "runs/0003-cnn/run.json")
    run.files["x" * 3000] = "0"
    run.write(folder / "runs/0003-cnn/run.json")
    assert ("0003-cnn", "file-missing") in {(f.run_dir, f.code) for f in check(folder)}
