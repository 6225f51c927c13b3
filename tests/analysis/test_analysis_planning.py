"""What a campaign will reach, against published numbers, simulation and finished campaigns."""

from dataclasses import replace
from math import inf, sqrt
from pathlib import Path

import numpy as np
import pytest
from scipy import stats
from synthetic import small_campaign

from analysis.campaign import evaluate
from analysis.planning.assumed import Assumed
from analysis.planning.expected import (
    PlannedMeter,
    Work,
    expect,
    lasting,
    least_half,
    repeats_for,
)
from analysis.planning.pilot import left_out, pilots, seconds_per_block
from analysis.planning.table import plan_rows
from analysis.uncertainty.meter_errors import MeterErrors
from benchmarks.planning import expected_and_reached
from records.errors import ConfigurationError, RecordError
from records.results import Results

PERFECT = PlannedMeter("perfect", 1.0)
COARSE = PlannedMeter(
    "coarse", 1.0, MeterErrors("", "", "", None, 0.01 / sqrt(3), 0.0, 0.0, 0.0, 0.3, calibrated=False)
)


def work(scatter: float, df: float = inf) -> Work:
    return Work("work", duration_s=60.0, power_w=60.0, scatter=scatter, scatter_df=df)


def test_repeats_are_those_of_the_literature() -> None:
    """80 % chance of a half-width of a quarter of a standard deviation: the R package powertools, ci.mean."""
    enough = repeats_for(work(1.0), PERFECT, 0.25)
    assert enough is not None
    assert enough.repeats == 73


@pytest.mark.parametrize("pilot_runs", [4, 10])
def test_four_of_five_campaigns_reach_what_a_pilot_promises(pilot_runs: int) -> None:
    random, campaigns, half = np.random.default_rng(pilot_runs), 400, 0.02
    reached = 0
    for _ in range(campaigns):
        pilot = random.normal(1.0, 0.02, pilot_runs)
        enough = repeats_for(work(float(pilot.std(ddof=1)), pilot_runs - 1.0), PERFECT, half)
        assert enough is not None
        n = enough.repeats
        runs = random.normal(1.0, 0.02, n)
        reached += stats.t.ppf(0.975, n - 1) * runs.std(ddof=1) / sqrt(n) <= half
    assert 0.75 < reached / campaigns < 0.9  # more than 0.8 where three repeats are enough anyway


def test_no_repeat_gets_below_the_meters_limits() -> None:
    assert least_half(work(0.01), COARSE) == pytest.approx(
        sqrt(0.01**2 / 3 + (0.3 / 60) ** 2) * 1.9, rel=0.05
    )
    assert repeats_for(work(0.01), COARSE, 0.01) is None
    longer = lasting(work(0.01), 600.0)
    assert least_half(longer, COARSE) == pytest.approx(0.95 * 0.01, rel=0.02)  # of a rectangle


def test_what_limits_is_the_term_with_the_largest_part() -> None:
    assert expect(work(0.05), COARSE, 5).largest == "repeats"
    assert expect(work(0.001), COARSE, 5).largest == "gain"


def test_the_gain_of_the_meter_drops_out_of_a_difference() -> None:
    difference = Assumed().work("difference", 60.0)
    assert "gain" not in expect(difference, COARSE, 5).terms
    assert repeats_for(difference, COARSE, 0.005) is not None


def test_an_epoch_of_fewer_than_three_readings_is_not_resolved() -> None:
    epochs = Assumed(epochs=30).work("epoch", 60.0)
    assert repeats_for(epochs, PERFECT, 0.5) is None
    assert repeats_for(lasting(epochs, 120.0), PERFECT, 0.5) is not None


def test_a_program_that_draws_nothing_cannot_be_planned() -> None:
    with pytest.raises(ConfigurationError, match="set --power and --baseline-power"):
        Assumed(power_w=40.0).work("induced", 60.0)


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Results:
    campaign = small_campaign(blocks=4)
    campaign.runs = [run for run in campaign.runs if run.tracker is None]
    random = np.random.default_rng(1)
    for run in campaign.runs:
        run.power_w += random.normal(0.0, 0.2)
    return evaluate(campaign.write(tmp_path_factory.mktemp("pilot") / "campaign"))


def test_a_pilot_repeated_is_expected_to_have_its_own_budget(results: Results) -> None:
    ((known, meter),) = pilots(results, "induced", ["cnn"])
    (row,) = [row for row in results.scenarios if row.scenario == "cnn"]
    (budget,) = [
        b for b in results.budgets if (b.of, b.scenario, b.quantity) == ("scenario", "cnn", "induced_wh")
    ]
    assert row.induced_wh is not None
    expected = expect(known, meter, row.n).terms
    assert expected == pytest.approx({term: u / row.induced_wh for term, u in budget.terms.items()})


def test_a_meter_by_its_data_sheet_is_expected_as_the_pilot_found_it(results: Results) -> None:
    ((known, meter),) = pilots(results, "induced", ["cnn"])
    (budget,) = [
        b for b in results.budgets if (b.of, b.scenario, b.quantity) == ("scenario", "cnn", "induced_wh")
    ]
    accuracy = results.meter["accuracy"]["reading_pct"] / 100 / sqrt(3)
    errors = MeterErrors(
        "", "", "", None, accuracy, 0.0, 0.0, 0.0, results.meter["latency_u_s"], calibrated=False
    )
    by_sheet = expect(known, replace(meter, known=None, errors=errors), 4).terms
    for term in ("gain", "latency"):
        assert by_sheet[term] == pytest.approx(budget.terms[term] / budget.value, rel=1e-6)


def test_the_time_of_a_plan_is_that_of_the_pilots_blocks(results: Results) -> None:
    ((known, meter),) = pilots(results, "induced", ["cnn"])
    short, long = plan_rows([[(known, meter)]], [known.duration_s, 3 * known.duration_s], 0.5)
    assert (short.longer, long.longer) == (1.0, pytest.approx(3.0))
    runs = sorted(results.runs, key=lambda run: run.t_start_utc_s)
    whole_s = runs[-1].t_start_utc_s + runs[-1].duration_s - runs[0].t_start_utc_s
    assert seconds_per_block(results) == pytest.approx(whole_s / 4)


def test_a_night_between_two_blocks_is_none_of_the_time_of_a_plan(results: Results) -> None:
    runs = [
        replace(run, t_start_utc_s=run.t_start_utc_s + (50_000.0 if run.block > 2 else 0.0))
        for run in results.runs
    ]
    in_one_go_s = seconds_per_block(results)
    assert in_one_go_s < seconds_per_block(replace(results, runs=runs)) < 2 * in_one_go_s


def pilot_with_powers(folder: Path, *powers_w: float) -> Results:
    """Return a campaign whose workload draws these powers above its baseline, one in each block."""
    campaign = small_campaign(blocks=len(powers_w))
    campaign.runs = [run for run in campaign.runs if run.tracker is None]
    level_w = campaign.runs[0].power_w
    work = [run for run in campaign.runs if run.kind == "workload"]
    for run, power_w in zip(work, powers_w, strict=True):
        run.power_w = level_w + power_w
    return evaluate(campaign.write(folder / "campaign"))


@pytest.mark.parametrize("powers_w", [(8.0, -4.0, 6.0, -3.0), (-8.0, 4.0, -6.0, 3.0)])
def test_a_pilot_whose_energy_is_not_resolved_is_planned_with_its_bound(
    powers_w: tuple[float, ...], tmp_path: Path
) -> None:
    results = pilot_with_powers(tmp_path, *powers_w)
    (row,) = [row for row in results.scenarios if row.scenario == "cnn"]
    assert row.induced_bound_wh is not None and row.induced_sd_wh is not None
    ((known, meter),) = pilots(results, "induced")
    assert not known.resolved
    assert known.scatter == pytest.approx(row.induced_sd_wh / row.induced_bound_wh, rel=0.05)
    assert known.power_w == pytest.approx(row.induced_bound_wh * 3600 / known.duration_s)
    gain = results.meter["accuracy"]["reading_pct"] / 100 / sqrt(3)
    assert expect(known, meter, row.n).terms["gain"] == pytest.approx(gain)
    enough = repeats_for(known, meter, 0.2)
    assert enough is not None
    assert enough.repeats > row.n


def test_a_pilot_without_an_energy_above_zero_cannot_be_planned(tmp_path: Path) -> None:
    results = pilot_with_powers(tmp_path, -2.0, -3.0, -2.5)
    with pytest.raises(RecordError, match="cnn: -"):
        pilots(results, "induced")
    assert left_out(results, "induced", (), []) == ["cnn"]


def test_a_difference_needs_two_workloads(results: Results) -> None:
    with pytest.raises(RecordError, match="expected two workloads"):
        pilots(results, "difference")


def test_a_scenario_that_is_not_there_is_named(results: Results) -> None:
    with pytest.raises(RecordError, match="did you mean 'cnn'"):
        pilots(results, "induced", ["cn"])


@pytest.mark.slow
@pytest.mark.parametrize("of", [0, 2])
def test_simulated_campaigns_reach_what_was_expected(of: int) -> None:
    for expected, reached in expected_and_reached(of, blocks=6, campaigns=60, seed=3):
        assert reached == pytest.approx(expected, rel=0.15)
