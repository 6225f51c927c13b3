"""JSON documents: required keys, unknown keys, schema versions."""

import json
from pathlib import Path

import pytest

from records.campaign import Campaign, CampaignFolder, Slot
from records.errors import RecordError, SchemaError
from records.meter import Accuracy, Calibration, Identity, MeterRecord
from records.run import Run, RunFolder

SLOT = Slot(slot=7, scenario="cnn", kind="workload", repeat=2, block=1, tracker=None, run_dir="0007-cnn")


def campaign() -> Campaign:
    return Campaign(
        id="x",
        created_utc_s=1790000000.5,
        wattlab_version="0.1.0",
        simulated=True,
        seed=4,
        config={"meter": {"port": "virtual"}},
        config_sha256="00",
        plan=[SLOT],
    )


def meter() -> MeterRecord:
    return MeterRecord(
        driver="wattsup_pro",
        port="/dev/ttyUSB0",
        identity=Identity(maker="EED", model="PRO"),
        sampling="interval_mean",
        interval_s=1.0,
        latency_s=0.0,
        latency_u_s=0.3,
        resolution_w=0.1,
        accuracy=Accuracy(reading_pct=1.5, counts=3),
        calibration=Calibration(),
        simulated=False,
    )


@pytest.mark.parametrize("document", [campaign(), meter()])
def test_a_document_reads_back_equal(tmp_path: Path, document: Campaign | MeterRecord) -> None:
    document.write(tmp_path / "a.json")
    assert type(document).read(tmp_path / "a.json") == document


def test_unknown_keys_are_kept_and_written_back(tmp_path: Path) -> None:
    path = tmp_path / "meter.json"
    data = meter().to_json()
    data["shunt_ohm"] = 0.1
    data["identity"]["colour"] = "grey"
    path.write_text(json.dumps(data))
    record = MeterRecord.read(path)
    assert record.extra == {"shunt_ohm": 0.1}
    record.write(path)
    assert json.loads(path.read_text())["shunt_ohm"] == 0.1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"interval_s": None}, "interval_s: expected float, found None"),
        ({"interval_s": "1 s"}, "interval_s: expected float, found '1 s'"),
        ({"simulated": 1}, "simulated: expected bool, found 1"),
        ({"sampling": "mean"}, "sampling: expected one of"),
        ({"identity": "PRO"}, "identity: expected an object"),
        ({"gaps": {}}, "gaps: expected a list"),
    ],
)
def test_a_mistyped_key_is_named(tmp_path: Path, change: dict[str, object], words: str) -> None:
    path = tmp_path / "meter.json"
    path.write_text(json.dumps({**meter().to_json(), **change}))
    with pytest.raises(RecordError, match=words) as caught:
        MeterRecord.read(path)
    assert str(path) in str(caught.value)


def test_a_missing_required_key_names_file_and_key(tmp_path: Path) -> None:
    path = tmp_path / "meter.json"
    data = meter().to_json()
    del data["accuracy"]["reading_pct"]
    path.write_text(json.dumps(data))
    with pytest.raises(RecordError, match="accuracy: the required key 'reading_pct' is missing"):
        MeterRecord.read(path)


def test_a_newer_schema_is_refused_with_the_way_out(tmp_path: Path) -> None:
    path = tmp_path / "campaign.json"
    path.write_text(json.dumps({**campaign().to_json(), "schema": "wattlab.campaign/2"}))
    with pytest.raises(SchemaError, match="written by a newer Wattlab") as caught:
        Campaign.read(path)
    assert caught.value.exit_code == 2


def test_another_kind_of_document_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "campaign.json"
    meter().write(path)
    with pytest.raises(SchemaError, match=r"expected schema wattlab\.campaign/1"):
        Campaign.read(path)


def test_a_folder_without_campaign_says_so(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match=r"no campaign here \(there is no campaign.json\)"):
        CampaignFolder(tmp_path).read()


def test_attempts_have_suffixes_and_are_found_in_order(tmp_path: Path) -> None:
    folder = CampaignFolder(tmp_path)
    names = [folder.attempt(SLOT, n).name for n in (1, 2, 3)]
    assert names == ["0007-cnn", "0007-cnn.2", "0007-cnn.3"]
    for n in (1, 2):
        folder.attempt(SLOT, n).mkdir(parents=True)
    assert [path.name for path in folder.attempts(SLOT)] == ["0007-cnn", "0007-cnn.2"]


def test_a_run_hashes_everything_but_its_own_record(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    (tmp_path / "meter.csv").write_text("x\n")
    run = Run(
        slot=7,
        scenario="cnn",
        kind="workload",
        repeat=2,
        block=1,
        tracker=None,
        status="completed",
        attempt=1,
    )
    run.files = folder.hash_files()
    run.write(folder.run_json)
    assert list(folder.read().files) == ["meter.csv"]
    assert folder.hash_files() == folder.read().files


def test_a_run_of_a_single_bench_has_the_keys_over_which_older_journals_hold_its_hash() -> None:
    alone = Run.of_slot(SLOT, "completed", 1)
    of_fleet = Run.of_slot(SLOT, "completed", 1)
    of_fleet.bench, of_fleet.lease = "a", 3
    assert set(of_fleet.to_json()) - set(alone.to_json()) == {"bench", "lease"}
