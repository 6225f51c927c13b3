"""Corrections of an estimator: what they are, and how they do on what they were not made from."""

from pathlib import Path

import numpy as np
import pytest
from agreement_examples import simulated
from synthetic import small_campaign

from analysis.agreement.applying import apply_to_table
from analysis.agreement.calibrating import calibrate_campaign, calibrate_table
from analysis.agreement.correction import Kind, best_correction, correct, corrected_value, hold_out
from analysis.agreement.pairs import Pairs
from analysis.agreement.question import Question
from analysis.campaign import analyse
from analysis.imports.number_forms import NumberOptions
from records.errors import ConfigurationError, RecordError


def grouped(seed: int, slope: float = 0.8, intercept: float = -20.0, k: int = 10) -> Pairs:
    """Groups of five runs each, whose estimator has an offset of its own of 2 W in each group."""
    random = np.random.default_rng(seed)
    groups = np.repeat(np.arange(k), 5)
    measured = random.uniform(60, 300, k)[groups] + random.normal(0, 1, len(groups))
    off = random.normal(0, 2, k)[groups] + random.normal(0, 1, len(groups))
    return Pairs.of(measured, slope * measured + intercept + off, groups=[f"g{i}" for i in groups])


def test_a_factor_turns_the_totals_into_those_of_the_meter() -> None:
    pairs = simulated(3, 40, slope=0.8)
    found = best_correction(pairs, 0.95)
    assert found is not None and found.kind == "factor" and found.intercept.value == 0
    assert found.slope.value * pairs.estimated.sum() == pytest.approx(pairs.measured.sum())
    assert found.slope.low is not None and found.slope.high is not None
    assert found.slope.low < 1.25 < found.slope.high
    assert found.held_out.raw_pct == pytest.approx(20, abs=0.5)
    assert found.held_out.corrected_pct < 2


def test_a_line_is_taken_where_no_factor_would_do() -> None:
    pairs = grouped(1)
    found, factor = best_correction(pairs, 0.95), correct(pairs, "factor", 0.95)
    assert found is not None and factor is not None and found.kind == "line"
    # estimated = 0.8 measured - 20, so measured = 25 + 1.25 estimated
    assert found.slope.value == pytest.approx(1.25, abs=0.03)
    assert found.intercept.value == pytest.approx(25, abs=4)
    assert found.held_out.corrected_pct < 0.5 * factor.held_out.corrected_pct


def test_no_line_where_the_levels_are_all_alike() -> None:
    random = np.random.default_rng(2)
    measured = 100 + random.normal(0, 0.5, 20)
    found = best_correction(Pairs.of(measured, 0.7 * measured + random.normal(0, 0.5, 20)), 0.95)
    assert found is not None and found.kind == "factor"


def test_a_group_is_held_out_as_a_whole() -> None:
    pairs = grouped(4)
    held_out = hold_out(pairs, "line")
    assert held_out is not None
    rest = correct(pairs.without(0), "line", 0.95)
    assert rest is not None
    own = pairs.unit_of_row == 0
    expected = rest.intercept.value + rest.slope.value * pairs.estimated[own]
    assert held_out.corrected[own] == pytest.approx(expected)


@pytest.mark.parametrize(
    ("pairs", "kind"),
    [
        (Pairs.of([1.0, 2], [1.0, 2]), "factor"),
        (Pairs.of([1.0, 2, 3], [1.0, 2, 3]), "line"),
        (Pairs.of([1.0, 2, 0, 4], [1.0, 2, 3, 4]), "factor"),
        (Pairs.of([1.0, 2, 3, 4], [5.0, 5, 5, 5]), "line"),
    ],
)
def test_there_is_none_where_nothing_could_be_held_out(pairs: Pairs, kind: Kind) -> None:
    assert correct(pairs, kind, 0.95) is None


@pytest.mark.parametrize("kind", ["factor", "line"])
def test_the_interval_holds_the_meter_of_a_new_group_about_as_often_as_it_says(
    tmp_path: Path, kind: Kind
) -> None:
    held = total = 0
    for seed in range(60):
        intercept = 0.0 if kind == "factor" else -20.0
        pairs = grouped(seed, intercept=intercept, k=13)
        path = tmp_path / f"{seed}.csv"
        fitted = [i for i in range(len(pairs)) if pairs.unit_of_row[i] < 10]
        rows = "".join(f"{pairs.unit_of_row[i]},{pairs.measured[i]},{pairs.estimated[i]}\n" for i in fitted)
        path.write_text("group,meter,tracker\n" + rows)
        found = calibrate_table(path, Question("meter", "tracker", by=("group",)), kind)
        for i in range(len(pairs)):
            if pairs.unit_of_row[i] >= 10:
                value = corrected_value(found, float(pairs.estimated[i]))
                assert value.low is not None and value.high is not None
                held += value.low <= pairs.measured[i] <= value.high
                total += 1
    assert held / total == pytest.approx(0.95, abs=0.045)


def test_the_gain_of_the_meter_is_in_the_interval(tmp_path: Path) -> None:
    path = tmp_path / "pairs.csv"
    path.write_text("meter,tracker\n" + "".join(f"{x},{0.8 * x}\n" for x in range(50, 90)))
    exact, coarse = (
        corrected_value(calibrate_table(path, Question("meter", "tracker", meter_u_pct=u), "factor"), 56.0)
        for u in (0.0, 4.0)
    )
    assert exact.value == coarse.value == pytest.approx(70)
    assert coarse.high is not None
    assert coarse.high - coarse.value == pytest.approx(1.96 * 0.02 * 70, rel=0.01)


def test_the_tracker_of_a_campaign_is_calibrated_on_powers(tmp_path: Path) -> None:
    results = analyse(small_campaign(blocks=4).write(tmp_path / "campaign"))
    found = calibrate_campaign(results, "campaign", None, None)
    assert (found.estimated, found.per, found.unit, found.unit_kind) == (
        "codecarbon",
        "duration_s",
        "W",
        "runs",
    )
    # 0.3 Wh in 18 s are 60 W; the plug delivered 102 W.
    assert found.slope == pytest.approx(102 / 60, rel=0.01)
    emissions = tmp_path / "emissions.csv"
    emissions.write_text("timestamp,duration,energy_consumed\n2026-01-01T00:00:00,3600,0.0600\n")
    (row,) = apply_to_table(found, emissions, NumberOptions())
    assert row.estimated == pytest.approx(60)  # Wh, of 0.06 kWh
    assert row.corrected.value == pytest.approx(102, rel=0.01)  # one hour
    with pytest.raises(ConfigurationError, match="codecarbon"):
        calibrate_campaign(results, "campaign", "codecarbn", None)
    results.trackers.clear()
    with pytest.raises(RecordError, match="no run had one"):
        calibrate_campaign(results, "campaign", None, None)
