"""GREENLIGHT profiles are written and read again: ours, and the published ones as they came."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from synthetic import CallMade, SyntheticCampaign, SyntheticRun

from analysis.campaign import analyse
from analysis.imports.fecom.importer import import_fecom
from analysis.imports.fecom.profile import WALL, read_profile
from analysis.rules import find_rule
from records.calls import CallFlag
from records.campaign import CampaignFolder
from records.errors import ConfigurationError, RecordError
from records.files import LineAppender
from records.gpu import GPU_COLUMNS
from records.meter import Reading
from records.run import RunFolder
from records.tables import csv_line
from reports.exports.greenlight import write_greenlight

CALLS = [
    CallMade("keras.Model.fit", 2.0, 14.0),
    CallMade("numpy.sort", 15.0, 15.5),
]


@pytest.fixture
def campaign(tmp_path: Path) -> Path:
    """An analysed campaign of one run of 20 s at 100 W, which recorded two calls."""
    run = SyntheticRun(slot=1, scenario="cnn", start_s=100.0, power_w=100.0, recorded_calls=CALLS)
    folder = SyntheticCampaign([run]).write(tmp_path / "campaign")
    analyse(folder)
    return folder


def documents(folder: Path) -> list[Any]:
    return [json.loads(path.read_text()) for path in sorted(folder.rglob("experiment-*.json"))]


def test_a_call_is_a_record_with_its_readings(campaign: Path, tmp_path: Path) -> None:
    written = write_greenlight(campaign, tmp_path / "profiles")
    assert (written.profiles, written.simulated) == (1, True)
    fit, sort = read_profile(tmp_path / "profiles/cnn/experiment-1.json", "profile")
    assert (fit.api, sort.api) == ("keras.Model.fit()", "numpy.sort()")
    assert fit.stop_utc_s - fit.start_utc_s == pytest.approx(12.0, abs=1e-6)
    assert sort.start_utc_s - fit.start_utc_s == pytest.approx(13.0, abs=1e-6)
    wall = fit.channels[WALL]
    inside = (wall.t_utc_s > fit.start_utc_s + 1) & (wall.t_utc_s < fit.stop_utc_s)
    assert wall.value[inside] == pytest.approx(np.full(inside.sum(), 100.0), abs=1.0)
    assert fit.settings["simulated"] is True


def test_what_was_written_is_read_as_a_campaign_and_written_the_same(campaign: Path, tmp_path: Path) -> None:
    write_greenlight(campaign, tmp_path / "first")
    import_fecom([tmp_path / "first"], [], tmp_path / "imported", "0.0.0")
    results = analyse(tmp_path / "imported")
    assert results.campaign.simulated is True
    energies_j = sorted(3600 * (row.energy_wh or 0.0) for row in results.runs)
    assert energies_j == pytest.approx([50.0, 1200.0], rel=0.02)
    write_greenlight(tmp_path / "imported", tmp_path / "second")
    assert documents(tmp_path / "second") == documents(tmp_path / "first")


def test_the_published_rule_is_about_counters_and_refuses_a_wall_meter(
    campaign: Path, tmp_path: Path
) -> None:
    write_greenlight(campaign, tmp_path / "first")
    import_fecom([tmp_path / "first"], [], tmp_path / "imported", "0.0.0")
    assert find_rule("fecom") is not None
    with pytest.raises(ConfigurationError, match="wall meter"):
        analyse(tmp_path / "imported", rule="fecom")


def test_published_profiles_are_written_as_they_came(reference: Path, tmp_path: Path) -> None:
    source = reference / "greenlight/profiles/tensorflow_docs/classification"
    import_fecom([source], [], tmp_path / "imported", "0.0.0")
    analyse(tmp_path / "imported")
    written = write_greenlight(tmp_path / "imported", tmp_path / "profiles")
    assert written.left_out == []
    assert documents(tmp_path / "profiles") == documents(source)


def test_waits_of_the_gate_and_torn_calls_are_no_calls(tmp_path: Path) -> None:
    calls = [
        CallMade("keras.Model.fit", 2.0, 4.0, flags=int(CallFlag.GATE_WAIT)),
        CallMade("keras.Model.fit", 4.0, 14.0),
        CallMade("numpy.sort", 15.0, 19.0, flags=int(CallFlag.TRUNCATED)),
    ]
    run = SyntheticRun(slot=1, scenario="cnn", start_s=100.0, power_w=100.0, recorded_calls=calls)
    folder = SyntheticCampaign([run]).write(tmp_path / "campaign")
    analyse(folder)
    written = write_greenlight(folder, tmp_path / "profiles")
    (profile,) = documents(tmp_path / "profiles")
    assert [list(record) for record in profile] == [["keras.Model.fit()"]]
    assert len(written.left_out) == 1


def test_a_card_is_written_where_it_was_sampled_and_the_profile_stays_readable(tmp_path: Path) -> None:
    early, late = CallMade("keras.Model.fit", 2.0, 14.0), CallMade("numpy.sort", 140.0, 150.0)
    run = SyntheticRun(
        slot=1, scenario="cnn", start_s=100.0, duration_s=160.0, power_w=100.0, recorded_calls=[early, late]
    )
    folder = SyntheticCampaign([run]).write(tmp_path / "campaign")
    analyse(folder)
    run_dir = folder / "runs" / run.run_dir
    start_s = RunFolder(run_dir).read().t_start_utc_s
    assert start_s is not None
    with LineAppender(run_dir / "gpu.csv", ",".join(GPU_COLUMNS)) as file:
        for second in range(20):  # then the collector stopped
            sample = {"t_utc_s": start_s + second, "gpu": 0, "temperature_c": 50, "power_w": 70.0}
            sample["power_w"] = None if second == 3 else 70.0
            file.append(csv_line([sample.get(name) for name in GPU_COLUMNS]))
    write_greenlight(folder, tmp_path / "profiles")
    fit, sort = read_profile(tmp_path / "profiles/cnn/experiment-1.json", "profile")
    assert len(fit.channels["gpu"].value) == 19
    assert set(sort.channels) == {WALL}


def test_a_call_without_readings_around_it_is_left_out_and_said(tmp_path: Path) -> None:
    calls = [CallMade("keras.Model.fit", 2.0, 14.0), CallMade("numpy.sort", 150.0, 155.0)]

    def first_minute(readings: list[Reading]) -> list[Reading]:
        return readings[:60]

    run = SyntheticRun(
        slot=1,
        scenario="cnn",
        start_s=100.0,
        duration_s=160.0,
        power_w=100.0,
        recorded_calls=calls,
        change_readings=first_minute,
    )
    config = {"analysis": {"coverage_min_pct": 10.0}}
    folder = SyntheticCampaign([run], config=config).write(tmp_path / "campaign")
    analyse(folder)
    written = write_greenlight(folder, tmp_path / "profiles")
    (profile,) = documents(tmp_path / "profiles")
    assert [list(record) for record in profile] == [["keras.Model.fit()"]]
    assert len(written.left_out) == 1


def test_a_campaign_without_calls_is_refused_and_nothing_is_overwritten(
    campaign: Path, tmp_path: Path
) -> None:
    plain = SyntheticCampaign([SyntheticRun(slot=1, scenario="cnn", start_s=100.0, power_w=100.0)])
    folder = plain.write(tmp_path / "plain")
    analyse(folder)
    with pytest.raises(RecordError, match="lab profile"):
        write_greenlight(folder, tmp_path / "profiles")
    with pytest.raises(ConfigurationError, match="nothing is overwritten"):
        write_greenlight(campaign, CampaignFolder(campaign).results)
