"""A campaign from plain parts: numbered in time, hashed, marked, whole or not there at all."""

import json
import unicodedata
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from synthetic import EPOCH_UTC_S, Instrument

from analysis.campaign import analyse
from analysis.evidence import check
from analysis.imports.parts import ImportedRun, ImportedSpan
from analysis.imports.writing import CampaignWriter, scenario_name, source_name
from records.campaign import CampaignFolder
from records.errors import ConfigurationError, RecordError
from records.finding_codes.imports import MARK_ALONE
from records.imported import read_import
from records.run import RunFolder

T0 = EPOCH_UTC_S
METER = Instrument(simulated=False).record()


def run(start_s: float, scenario: str = "job", power_w: float = 20.0, **values: Any) -> ImportedRun:
    """A run of 20 s with a reading every second, 5 s before and behind."""
    t_utc_s = T0 + start_s + np.arange(-4.0, 26.0)
    given = {
        "scenario": scenario,
        "kind": "baseline" if scenario == "baseline" else "workload",
        "t_start_utc_s": T0 + start_s,
        "t_stop_utc_s": T0 + start_s + 20.0,
        "meter": METER,
        "readings": {"t_utc_s": t_utc_s, "power_w": np.full(len(t_utc_s), power_w)},
    }
    return ImportedRun(**(given | values))


def writer(out: Path, **values: Any) -> CampaignWriter:
    given: dict[str, Any] = {"importer": "csv", "options": {"by": "hand"}, "version": "0.0.0"}
    return CampaignWriter(out, **(given | values))


def test_runs_are_numbered_in_time_and_sessions_become_blocks(tmp_path: Path) -> None:
    with writer(tmp_path / "c") as campaign:
        campaign.add(run(200, session="evening"))
        campaign.add(run(0, "baseline", session="morning"))
        campaign.add(run(100, session="morning"))
    plan = CampaignFolder(tmp_path / "c").read().plan
    assert [(slot.run_dir, slot.repeat, slot.block) for slot in plan] == [
        ("0001-baseline", 1, 1),
        ("0002-job", 1, 1),
        ("0003-job", 2, 2),
    ]


def test_a_finding_about_a_run_finds_its_folder(tmp_path: Path) -> None:
    with writer(tmp_path / "c") as campaign:
        late = campaign.add(run(100))
        campaign.add(run(0))
        campaign.find(MARK_ALONE.finding("it is odd"), late)
    (finding,) = [f for f in check(tmp_path / "c") if f.code == MARK_ALONE.code]
    assert (finding.run_dir, finding.level) == ("0002-job", "warn")


def test_an_imported_campaign_is_sound_and_not_simulated(tmp_path: Path) -> None:
    with writer(tmp_path / "c") as campaign:
        campaign.add(run(0, "baseline"))
        campaign.add(run(100, power_w=56.0))
        campaign.add(run(200, "baseline"))
    results = analyse(tmp_path / "c")
    assert not [f for f in results.findings if f.level == "refuse"]
    assert results.campaign.simulated is False
    assert results.imported["format"] == "csv"
    assert [row.induced_wh for row in results.runs] == [None, pytest.approx(36.0 * 20 / 3600), None]


def test_what_is_simulated_stays_marked(tmp_path: Path) -> None:
    with writer(tmp_path / "c", simulated=True) as campaign:
        campaign.add(run(0))
    assert CampaignFolder(tmp_path / "c").read().simulated
    assert "campaign-simulated" in {f.code for f in check(tmp_path / "c")}


def test_a_changed_file_of_an_imported_run_is_found(tmp_path: Path) -> None:
    with writer(tmp_path / "c") as campaign:
        campaign.add(run(0))
    with (tmp_path / "c/runs/0001-job/meter.csv").open("a") as file:
        file.write("1,2,\n")
    assert "file-changed" in {f.code for f in check(tmp_path / "c")}


def test_readings_without_power_are_flagged_and_counted(tmp_path: Path) -> None:
    plain = run(0)
    power_w = np.array(plain.readings["power_w"])
    power_w[2] = np.nan
    voltage_v = [230.0] * len(power_w)
    readings = {**plain.readings, "power_w": power_w, "voltage_v": voltage_v}
    with writer(tmp_path / "c") as campaign:
        campaign.add(replace(plain, readings=readings))
    folder = tmp_path / "c/runs/0001-job"
    lines = (folder / "meter.csv").read_text().splitlines()
    assert lines[0] == "t_utc_s,power_w,voltage_v,flag"
    assert lines[3] == f"{T0 - 2:.6f},,230.0,nodata"
    assert json.loads((folder / "meter.json").read_text())["counts"] == {"good": 29, "nodata": 1}


def test_spans_keep_their_parents(tmp_path: Path) -> None:
    spans = [
        ImportedSpan(span="action", name="train", t_start_utc_s=T0 + 2, t_stop_utc_s=T0 + 18),
        ImportedSpan(
            span="epoch",
            name="epoch 1",
            t_start_utc_s=T0 + 2,
            t_stop_utc_s=T0 + 18,
            data={"epoch": 1, "val_accuracy": 0.5},
            parent=0,
        ),
    ]
    with writer(tmp_path / "c") as campaign:
        campaign.add(run(0, spans=spans, marks=[("useful_work", {"correct": 7})]))
    results = analyse(tmp_path / "c")
    assert [(row.name, row.depth) for row in results.actions] == [("train", 1)]
    assert [row.val_accuracy for row in results.epochs] == [0.5]
    assert results.runs[0].work["correct"] == 7
    assert not [f for f in results.findings if f.code.startswith("span-")]


def test_an_import_that_breaks_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), writer(tmp_path / "c") as campaign:
        campaign.add(run(0))
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []


def test_an_import_without_a_run_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="at least one run"), writer(tmp_path / "c"):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_run_that_does_not_stop_after_its_start_is_refused(tmp_path: Path) -> None:
    with (
        pytest.raises(RecordError, match="expected a stop after the start"),
        writer(tmp_path / "c") as campaign,
    ):
        campaign.add(run(0, t_stop_utc_s=T0))


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").touch()
    with pytest.raises(ConfigurationError, match="nothing is overwritten"):
        writer(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    (tmp_path / "c").mkdir()
    with writer(tmp_path / "c") as campaign:
        campaign.add(run(0))
    assert (tmp_path / "c/import.json").is_file()


def test_sources_are_named_without_the_place_where_they_lie(tmp_path: Path) -> None:
    given = tmp_path / "lab" / "day1"
    given.mkdir(parents=True)
    (given / "log.csv").write_text("x\n")
    name = source_name(given / "log.csv", given)
    assert name == "day1/log.csv"
    with writer(tmp_path / "c") as campaign:
        campaign.source(given / "log.csv", name)
        campaign.source(given / "log.csv", name)
        campaign.add(run(0))
    record = read_import(tmp_path / "c")
    assert record is not None
    (source,) = record.sources
    assert (source.name, source.bytes) == ("day1/log.csv", 2)
    # of `printf 'x\n' | sha256sum`
    assert source.sha256 == "73cb3858a687a8494ca3323053016282f3dad39d42cf62ca4e79dda2aac7d9ac"


def test_a_damaged_import_record_is_a_finding(tmp_path: Path) -> None:
    with writer(tmp_path / "c") as campaign:
        campaign.add(run(0))
    path = tmp_path / "c/import.json"
    path.write_text(path.read_text().replace('"findings": []', '"findings": [{"level": "warn"}]'))
    assert "record-damaged" in {f.code for f in check(tmp_path / "c")}
    assert analyse(tmp_path / "c").imported


def test_what_no_log_tells_is_said_once_and_not_for_every_run(tmp_path: Path) -> None:
    with writer(tmp_path / "c") as campaign:
        campaign.add(run(0))
        campaign.add(run(100))
    codes = [f.code for f in check(tmp_path / "c")]
    assert codes.count("campaign-imported") == 1
    assert not {"exit-code", "gate-off", "journal-missing", "hashes-missing"} & set(codes)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Standardnutzungsszenario", "standardnutzungsszenario"),
        ("Straße 7 / Größe", "strasse-7-grosse"),
        ("ResNet50 (offline)", "resnet50-offline"),
        ("学習", "学習"),
        ("推論 (バッチ)", "推論-バッチ"),
        ("Обучение №7", "обучение-no7"),
        ("हिन्दी", "हिन्दी"),
        ("e\u0301te\u0301 / Kjøkken", "ete-kjøkken"),
        ("カ\u3099", "ガ"),
        ("a\u202eb\x00\\c:d", "ab-c-d"),
        ("../..", "scenario"),
        ("x" * 90, "x" * 40),
        ("推" * 90, "推" * 40),
    ],
)
def test_any_text_gives_a_name_for_a_scenario(text: str, name: str) -> None:
    assert scenario_name(text) == name


@given(st.text(max_size=60))
def test_a_name_is_safe_in_any_file_system(text: str) -> None:
    name = scenario_name(text)
    assert 1 <= len(name) <= 40 and name == unicodedata.normalize("NFC", name) == scenario_name(name)
    assert not set(name) & set('/\\:*?"<>|. ') and name.isprintable()


def test_run_json_repeats_the_rating_interval(tmp_path: Path) -> None:
    with writer(tmp_path / "c") as campaign:
        campaign.add(run(0.1234567))
    record = RunFolder(tmp_path / "c/runs/0001-job").read()
    assert record.t_start_utc_s == round(T0 + 0.1234567, 6)
    assert (record.exit_code, record.gate) == (None, None)
