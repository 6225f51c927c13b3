"""A calibration is applied visibly, with its own uncertainty, and never to another meter."""

from dataclasses import replace
from math import hypot, sqrt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from synthetic import METER, Instrument, SyntheticCampaign, small_campaign

from analysis.campaign import analyse
from analysis.power.calibrate import in_force, reason_against
from analysis.power.energy import Border, WindowEnergy
from analysis.uncertainty.contributions import gross_budget, induced_budget
from analysis.uncertainty.meter_errors import Exposure, MeterErrors
from records.meter import Calibration, MeterRecord
from records.results import Results

LINE = Calibration(
    date="2026-01-31",
    certificate="T 1",
    gain=1.02,
    gain_u=0.001,
    offset_w=0.5,
    offset_u_w=0.05,
    gain_offset_cov=-4e-5,
    residual_sd_w=0.02,
    of=METER,
    simulated=True,
)
STEADY = Border(100.0, 100.0)
HOUR_AT_100_W = WindowEnergy(3600.0, 3600.0, 360_000.0, 0.0, (), 1.0, STEADY, STEADY)


def wrong_instrument(calibration: Calibration) -> Instrument:
    """A meter that shows 2 % and half a watt too much; its intervals begin with the runs."""
    return Instrument(gain=1.02, offset_w=0.5, phase_s=0.0, calibration=calibration)


def results_with(calibration: Calibration, folder: Path) -> Results:
    campaign: SyntheticCampaign = small_campaign(instrument=wrong_instrument(calibration))
    return analyse(campaign.write(folder / "campaign"))


def energy_wh(results: Results, run_dir: str) -> float:
    (row,) = [row for row in results.runs if row.run_dir == run_dir]
    energy: float = row.energy_wh
    return energy


def codes(results: Results) -> set[str]:
    return {row.code for row in results.findings}


def test_a_wrong_meter_with_its_calibration_gives_the_true_energy(tmp_path: Path) -> None:
    results = results_with(LINE, tmp_path)
    assert energy_wh(results, "0003-cnn") == pytest.approx(100 * 20 / 3600, rel=2e-4)
    assert "calibration-applied" in codes(results)
    induced = {row.run_dir: row.induced_wh for row in results.runs}
    assert induced["0003-cnn"] == pytest.approx(60 * 20 / 3600, rel=2e-4)


def test_the_raw_indication_stays_in_the_record(tmp_path: Path) -> None:
    results_with(LINE, tmp_path)
    rows = (tmp_path / "campaign/runs/0003-cnn/meter.csv").read_text().splitlines()[1:]
    indicated_w = {float(row.split(",")[1]) for row in rows}
    assert max(indicated_w) == pytest.approx(1.02 * 100 + 0.5)


@pytest.mark.parametrize(
    "changed",
    [
        {"of": replace(METER, serial="4712")},
        {"of": replace(METER, model="Watts up? ES")},
        {"of": None},
        {"range_w": 600.0},
        {"simulated": False},
        {"gain": 0.001},
        {"gain": -1.0},
    ],
)
def test_what_belongs_to_another_meter_is_not_applied_and_says_so(
    tmp_path: Path, changed: dict[str, object]
) -> None:
    calibration = replace(LINE, **changed)  # type: ignore[arg-type]
    results = results_with(calibration, tmp_path)
    assert energy_wh(results, "0003-cnn") == pytest.approx((1.02 * 100 + 0.5) * 20 / 3600, rel=1e-3)
    assert "calibration-of-another-meter" in codes(results)
    assert "calibration-applied" not in codes(results)
    meter = wrong_instrument(calibration).record()
    assert gross_budget(HOUR_AT_100_W, meter, 0.0).gain_wh == pytest.approx(100 * 0.015 / sqrt(3))


def test_new_firmware_does_not_end_a_calibration() -> None:
    meter = wrong_instrument(replace(LINE, of=replace(METER, firmware="9.9"))).record()
    assert reason_against(meter) is None
    assert in_force(meter) is not None


def test_the_calibrations_uncertainty_takes_the_place_of_the_data_sheets() -> None:
    # P = (P_ind - o) / K: dE/dK = -E / K and dE/do = -T / K, worked by hand for 1 h at 100 W.
    budget = gross_budget(HOUR_AT_100_W, wrong_instrument(LINE).record(), 0.0)
    assert budget.gain_wh == pytest.approx(100 * 0.001 / 1.02)
    assert budget.offset_wh == pytest.approx(hypot(0.05, 0.02) / 1.02)
    assert budget.covariance_wh2 == pytest.approx(2 * 100 * -4e-5 / 1.02**2)
    squares = budget.gain_wh**2 + budget.offset_wh**2 + budget.covariance_wh2
    assert budget.systematic_wh == pytest.approx(sqrt(squares))


def test_above_the_baseline_only_the_calibrations_gain_remains() -> None:
    meter = wrong_instrument(LINE).record()
    baseline = {MeterErrors.of(meter): Exposure(energy_wh=40.0, time_h=1.0)}
    budget = induced_budget(gross_budget(HOUR_AT_100_W, meter, 0.0), baseline, 0.0)
    assert budget.systematic_wh == pytest.approx(60 * 0.001 / 1.02)


@given(st.floats(1.0, 1000.0), st.floats(1e-4, 0.1), st.floats(1e-3, 5.0), st.floats(-1.0, 1.0))
def test_correlated_shares_never_make_an_impossible_uncertainty(
    power_w: float, gain_u: float, offset_u_w: float, correlation: float
) -> None:
    line = replace(
        LINE, gain_u=gain_u, offset_u_w=offset_u_w, gain_offset_cov=correlation * gain_u * offset_u_w
    )
    window = replace(HOUR_AT_100_W, energy_j=power_w * 3600)
    budget = gross_budget(window, wrong_instrument(line).record(), 0.0)
    assert 0 <= budget.systematic_wh <= (budget.gain_wh + budget.offset_wh) * (1 + 1e-9)


def test_percent_of_range_is_taken_of_the_range_in_force() -> None:
    # 0.1 % of reading + 0.1 % of range on 300 V x 2 A, for one hour at 100 W.
    meter = Instrument(reading_pct=0.1, counts=0.0, range_pct=0.1, range_w=600.0).record()
    budget = gross_budget(HOUR_AT_100_W, meter, 0.0)
    assert budget.offset_wh == pytest.approx(0.6 / sqrt(3))
    assert budget.gain_wh == pytest.approx(0.1 / sqrt(3))


def test_the_power_factor_acts_on_the_reactive_power() -> None:
    meter = Instrument(reactive_pct=0.2).record()
    budget = gross_budget(HOUR_AT_100_W, meter, 0.0, reactive_var=75.0)
    assert budget.power_factor_wh == pytest.approx(0.002 * 75 / sqrt(3))
    without = gross_budget(HOUR_AT_100_W, meter, 0.0)
    assert without.power_factor_wh == 0.0
    assert budget.systematic_wh == pytest.approx(hypot(without.systematic_wh, budget.power_factor_wh))


def test_the_reactive_power_comes_from_the_readings(tmp_path: Path) -> None:
    # At 100 W and a power factor of 0.8 the apparent power is 125 VA and the reactive power 75 var.
    def uncertainty_wh(reactive_pct: float) -> float:
        instrument = Instrument(reactive_pct=reactive_pct, power_factor=0.8)
        campaign = small_campaign(instrument=instrument)
        results = analyse(campaign.write(tmp_path / f"{reactive_pct}"))
        (row,) = [row for row in results.runs if row.run_dir == "0003-cnn"]
        u_wh: float = row.energy_u_wh
        return u_wh

    share_wh = sqrt(uncertainty_wh(2.0) ** 2 - uncertainty_wh(0.0) ** 2)
    # The readings at the borders hold some of the baseline, hence the tolerance.
    assert share_wh == pytest.approx(0.02 * 75 / sqrt(3) * 20 / 3600, rel=0.02)


def test_a_virtual_meter_is_not_reproached_with_its_calibration(tmp_path: Path) -> None:
    assert "calibration-unknown" not in codes(results_with(Calibration(), tmp_path))


def test_a_calibration_that_is_applied_is_told_once_for_the_campaign(tmp_path: Path) -> None:
    results = results_with(LINE, tmp_path)
    told = [row for row in results.findings if row.code == "calibration-applied"]
    assert len(told) == 1
    assert "gain 1.02" in told[0].message and "offset 0.5" in told[0].message


def test_a_meter_record_from_before_calibrations_can_still_be_read(tmp_path: Path) -> None:
    path = tmp_path / "meter.json"
    Instrument().record().write(path)
    text = path.read_text()
    start = text.index('"calibration"')
    stop = text.index("}", start) + 1
    path.write_text(text[:start] + '"calibration": {"date": null, "certificate": "C"}' + text[stop:])
    assert MeterRecord.read(path).calibration == Calibration(certificate="C")
