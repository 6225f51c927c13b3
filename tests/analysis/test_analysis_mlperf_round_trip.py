"""Logs in the form of MLPerf Power give the energy of every run again, to the milliseconds of the form."""

import json
from pathlib import Path

import pytest
from synthetic import EPOCH_UTC_S, METER, Instrument, SyntheticCampaign, SyntheticRun, flagged, small_campaign

from analysis.campaign import analyse
from analysis.imports.mlperf_power.importer import import_mlperf_power
from records.campaign import CampaignFolder
from records.clock import append_clock
from records.errors import ConfigurationError, RecordError
from records.meter import Calibration, Reading
from records.results import Results
from reports.exports.mlperf_log import write_mlperf_logs
from reports.exports.mlperf_result import stamp

BORDER_W = 60.0  # step of the power at the borders of the rating interval (100 W over 40 W)
TOLERANCE_WH = 0.001 * BORDER_W / 3600 + 1e-6
"""A border moves by half a millisecond, each stamp by as much; six decimals of power are nothing."""


def round_trip(
    campaign: SyntheticCampaign, folder: Path, *, offset_s: float = 0.0
) -> tuple[Results, Results]:
    """Analyse, export, import and analyse again."""
    made = campaign.write(folder / "made")
    for minute in range(6):
        append_clock(CampaignFolder(made).clock, EPOCH_UTC_S + 60 * minute, offset_s, 0.0005, 0.001, "test")
    before = analyse(made)
    write_mlperf_logs(made, folder / "logs")
    sampling = campaign.instrument.sampling
    import_mlperf_power(folder / "again", [folder / "logs"], version="test", sampling=sampling)  # type: ignore[arg-type]
    return before, analyse(folder / "again")


def check_energies(before: Results, after: Results) -> None:
    found = {round(row.t_start_utc_s, 2): row.energy_wh for row in after.runs}
    assert len(found) == len(before.runs) > 0
    for row in before.runs:
        assert found[round(row.t_start_utc_s, 2)] == pytest.approx(row.energy_wh, abs=TOLERANCE_WH)


def without_a_second(readings: list[Reading]) -> list[Reading]:
    return [flagged(r, "nodata") if number == 8 else r for number, r in enumerate(readings)]


@pytest.mark.parametrize(
    "instrument",
    [
        Instrument(),
        Instrument(phase_s=0.123456, jitter_s=0.004),
        Instrument(latency_s=0.31),
        Instrument(sampling="instantaneous", interval_s=0.5),
    ],
    ids=["plain", "jitter", "late", "momentary"],
)
def test_every_run_has_the_same_energy_again(tmp_path: Path, instrument: Instrument) -> None:
    check_energies(*round_trip(small_campaign(instrument=instrument), tmp_path))


def test_a_calibration_is_in_the_powers(tmp_path: Path) -> None:
    line = Calibration(
        date="2026-01-31",
        gain=1.02,
        gain_u=0.001,
        offset_w=0.7,
        offset_u_w=0.01,
        gain_offset_cov=0.0,
        residual_sd_w=0.0,
        of=METER,
        simulated=True,
    )
    instrument = Instrument(gain=1.02, offset_w=0.7, phase_s=0.0, calibration=line)
    before, after = round_trip(small_campaign(instrument=instrument), tmp_path)
    (training,) = [r for r in before.scenarios if r.scenario == "cnn"]
    assert training.mean_power_w == pytest.approx(100.0, abs=1e-6)  # the truth, not the indication
    check_energies(before, after)


def test_the_clocks_of_both_hosts_are_kept_apart(tmp_path: Path) -> None:
    before, after = round_trip(small_campaign(), tmp_path, offset_s=0.4)
    check_energies(before, after)
    unshifted = analyse(small_campaign().write(tmp_path / "no offset"))
    moved = [abs(a.energy_wh - b.energy_wh) for a, b in zip(before.runs, unshifted.runs, strict=True)]
    assert max(moved) > 10 * TOLERANCE_WH  # else this test could not fail


def test_a_missing_reading_stays_missing(tmp_path: Path) -> None:
    campaign = small_campaign(config={"analysis": {"coverage_min_pct": 80.0}})
    for run in campaign.runs:
        run.change_readings = without_a_second
    made = campaign.write(tmp_path / "made")
    analyse(made)
    write_mlperf_logs(made, tmp_path / "logs")
    for path in (tmp_path / "logs").rglob("spl.txt"):
        assert path.read_text().count("Watts,-1.000000,") == 1


def test_simulated_is_said_in_every_file_and_survives_the_import(tmp_path: Path) -> None:
    _, after = round_trip(small_campaign(), tmp_path)
    files = [path for path in (tmp_path / "logs").rglob("*") if path.is_file()]
    assert len(files) == 1 + 8 * 4
    for path in files:
        assert "SIMULATED" in path.read_text() or '"wattlab_simulated", "value": true' in path.read_text(), (
            path
        )
    for path in (tmp_path / "logs").rglob("spl.txt"):
        assert all("Mark,SIMULATED_" in line for line in path.read_text().splitlines())
    assert after.campaign.simulated
    assert after.meter["simulated"]


def test_logs_of_a_real_meter_say_nothing_of_simulation(tmp_path: Path) -> None:
    campaign = small_campaign(simulated=False, instrument=Instrument(simulated=False))
    _, after = round_trip(campaign, tmp_path)
    assert not any(
        "SIMULATED" in path.read_text() for path in (tmp_path / "logs").rglob("*") if path.is_file()
    )
    assert not after.campaign.simulated
    said = json.loads(next((tmp_path / "logs").rglob("server.json")).read_text())
    assert "PTDaemon" in said["note"]  # that it took no part


def test_runs_that_the_form_cannot_hold_are_left_out_with_a_reason(tmp_path: Path) -> None:
    runs = [
        SyntheticRun(1, "use", 100.0, power_w=100.0),
        SyntheticRun(2, "feed", 150.0, power_w=-20.0),
    ]
    made = SyntheticCampaign(runs).write(tmp_path / "made")
    analyse(made)
    written = write_mlperf_logs(made, tmp_path / "logs")
    assert written.runs == 1
    (reason,) = written.left_out
    assert reason.startswith("0002-feed: a power of -20 W")
    assert "0002-feed: a power of" in (tmp_path / "logs/README.md").read_text()


def test_a_meter_faster_than_the_stamps_is_refused(tmp_path: Path) -> None:
    instrument = Instrument(declared_s=0.001)
    coverage = {"analysis": {"coverage_min_pct": 0.01}}
    made = small_campaign(instrument=instrument, config=coverage).write(tmp_path / "made")
    analyse(made)
    with pytest.raises(RecordError, match="milliseconds"):
        write_mlperf_logs(made, tmp_path / "logs")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["made"]


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs/mine").write_text("x")
    with pytest.raises(ConfigurationError, match="nothing is overwritten"):
        write_mlperf_logs(tmp_path / "made", tmp_path / "logs")


@pytest.mark.parametrize(
    ("t_utc_s", "written"),
    [
        (0.0, "01-01-1970 00:00:00.000"),
        (1616010022.2444034, "03-17-2021 19:40:22.244"),
        (1790000000.9996, "09-21-2026 14:13:21.000"),  # the next second, not 1000 ms
    ],
)
def test_stamps_are_those_of_ptdaemon(t_utc_s: float, written: str) -> None:
    assert stamp(t_utc_s) == written
