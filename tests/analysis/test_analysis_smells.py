"""What a smell costs: smelly against clean within blocks, with time and power apart, by meter and tracker."""

from math import nan
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats
from smell_campaign import IMR, UTR, Program, Smelly
from statsmodels.regression.mixed_linear_model import MixedLM
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import TTestPower
from synthetic import Instrument

from analysis.campaign import analyse
from analysis.smells.agreement import points_beyond
from analysis.smells.measures import growth_per_epoch
from analysis.smells.parts import time_and_power
from analysis.statistics.effects import paired_effect
from analysis.statistics.repeats import smallest_difference
from analysis.statistics.samples import Pair
from records.results import Results
from records.rows.smells import SmellRow

CLEAN = Program()


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Results:
    """IMR costs time and memory, UTR costs nothing; the tracker does not see the longer time of IMR."""
    made = Smelly(
        {
            "clean": CLEAN,
            "imr": Program(duration_s=25.0, growth_mib=30.0, tracker_share=0.4),
            "utr": Program(),
        },
        [IMR, UTR],
        trackers=(None, "codecarbon"),
        scatter_s=0.1,
        analysis={"grid_co2_g_per_kwh": 400.0, "grid_co2_source": "nobody"},
    )
    return analyse(made.campaign().write(tmp_path_factory.mktemp("smells") / "campaign"))


def row(results: Results, smell: str, quantity: str, instrument: str) -> SmellRow:
    (found,) = [
        one
        for one in results.smells
        if (one.smell, one.quantity, one.instrument) == (smell, quantity, instrument)
    ]
    return found


def by_block(results: Results, scenario: str, column: str) -> np.ndarray:
    runs = [run for run in results.runs if run.scenario == scenario and run.tracker is None]
    return np.array([getattr(run, column) for run in sorted(runs, key=lambda run: run.block)])


def test_the_tests_are_those_of_scipy_on_the_differences_within_blocks(results: Results) -> None:
    clean, smelly = by_block(results, "clean", "energy_wh"), by_block(results, "imr", "energy_wh")
    found = row(results, "IMR", "energy_wh", "meter")
    test = stats.ttest_rel(smelly, clean)
    assert found.pairs == 5
    assert found.difference == pytest.approx((smelly - clean).mean())
    assert found.pct == pytest.approx(100 * (smelly.mean() / clean.mean() - 1))
    assert (found.t, found.p) == pytest.approx((test.statistic, test.pvalue))
    assert found.wilcoxon_p == pytest.approx(stats.wilcoxon(smelly - clean).pvalue)
    assert found.dz == pytest.approx((smelly - clean).mean() / (smelly - clean).std(ddof=1))


@pytest.mark.filterwarnings("ignore:The MLE may be on the boundary")
def test_all_smells_of_a_quantity_are_one_family_and_one_model(results: Results) -> None:
    rows = [row(results, smell, "energy_wh", "meter") for smell in ("IMR", "UTR")]
    adjusted = multipletests([one.p for one in rows], method="holm")[1]
    assert [one.p_holm for one in rows] == pytest.approx(adjusted)
    runs = [run for run in results.runs if run.tracker is None and run.kind == "workload"]
    table = pd.DataFrame([(run.energy_wh, run.scenario, run.block) for run in runs], columns=["y", "s", "b"])
    exog = np.column_stack([np.ones(len(table)), table.s == "imr", table.s == "utr"]).astype(float)
    model = MixedLM(table.y / table.y.std(), exog, groups=table.b).fit(reml=True, method="powell")
    for one, estimate in zip(rows, np.asarray(model.fe_params)[1:] * table.y.std(), strict=True):
        assert one.mixed_estimate == pytest.approx(estimate, abs=1e-6)


def test_a_cost_in_time_is_told_from_one_in_power(results: Results) -> None:
    found = row(results, "IMR", "energy_wh", "meter")
    assert found.verdict == "costs more"
    assert found.pct_low is not None and found.pct_high is not None
    assert found.pct_low < 25.0 < found.pct_high
    assert found.time_part is not None and found.power_part is not None
    assert found.time_part + found.power_part == pytest.approx(found.difference)
    assert found.time_part == pytest.approx(5 * 100 / 3600, rel=0.05)
    assert abs(found.power_part) < 0.05 * found.time_part
    assert row(results, "IMR", "duration_s", "clock").verdict == "costs more"
    assert row(results, "IMR", "induced_power_w", "meter").verdict == "no difference found"


def test_no_difference_comes_with_the_smallest_that_would_have_been_seen(results: Results) -> None:
    found = row(results, "UTR", "energy_wh", "meter")
    assert found.verdict == "no difference found"
    assert found.detectable is not None and found.dz is not None and found.difference is not None
    sd = found.difference / found.dz
    power = TTestPower().power(found.detectable / abs(sd), found.pairs, 0.05 / 2)  # of two smells
    assert power == pytest.approx(0.8, abs=0.005)
    assert found.detectable_pct == pytest.approx(100 * found.detectable / found.mean_clean)


def test_memory_is_a_slope_over_the_epochs_of_each_run(results: Results) -> None:
    found = row(results, "IMR", "rss_growth_mib_per_epoch", "process")
    assert (found.mean_clean, found.mean_smelly) == pytest.approx((0.0, 30.0), abs=1e-9)
    assert found.pct is None
    assert row(results, "IMR", "rss_peak_mib", "process").difference == pytest.approx(120.0)


def test_the_meters_gain_is_in_the_difference_and_not_in_the_percentage(tmp_path: Path) -> None:
    def reaches(reading_pct: float) -> tuple[float, float]:
        made = Smelly({"clean": CLEAN, "imr": Program(duration_s=25.0)}, [IMR], blocks=3).campaign()
        made.instrument = Instrument(reading_pct=reading_pct)
        found = row(analyse(made.write(tmp_path / str(reading_pct))), "IMR", "energy_wh", "meter")
        assert found.difference_high is not None and found.pct_high is not None and found.pct is not None
        return found.difference_high - found.difference, found.pct_high - found.pct

    (exact, exact_pct), (coarse, coarse_pct) = reaches(0.1), reaches(20.0)
    assert coarse > 2 * exact
    assert coarse_pct == pytest.approx(exact_pct, rel=0.01)


def test_a_tracker_is_compared_with_the_meter_in_the_same_runs(results: Results) -> None:
    found = row(results, "IMR", "energy_wh", "codecarbon")
    assert (found.runs_with, found.pairs) == ("codecarbon", 5)
    # It sees half of the clean program's energy and 40 % of the smelly one's: 0.4 * 1.25 / 0.5 = 1.0.
    # The window of the synthetic tracker is 1 s shorter at each end than the run: 23 s against 18 s.
    assert found.pct == pytest.approx(0.0, abs=2.0)
    assert found.meter_pct == pytest.approx(100 * (23 / 18 - 1), abs=2.0)
    assert found.excess_pct == pytest.approx(found.pct - found.meter_pct)
    assert found.agrees == "differ"
    assert found.excess == pytest.approx(found.difference - found.meter_difference)
    assert row(results, "UTR", "energy_wh", "codecarbon").agrees == "no difference found"


def test_co2_needs_a_stated_factor(results: Results) -> None:
    energy, co2 = (row(results, "IMR", name, "meter") for name in ("energy_wh", "co2_g"))
    assert co2.difference == pytest.approx(0.4 * energy.difference)
    assert co2.pct == pytest.approx(energy.pct)
    assert "nobody" in co2.note


def test_two_blocks_give_no_interval_and_no_verdict(tmp_path: Path) -> None:
    made = Smelly({"clean": CLEAN, "imr": Program(power_w=150.0)}, [IMR], blocks=2)
    found = analyse(made.campaign().write(tmp_path / "campaign")).smells
    assert {one.verdict for one in found} == {"too few repeats"}
    assert all(one.difference_low is None and one.pct_low is None and one.dz is None for one in found)
    assert not any(one.quantity == "co2_g" for one in found)


def test_a_campaign_without_smells_has_no_table_of_them(tmp_path: Path) -> None:
    folder = Smelly({"clean": CLEAN}, [], blocks=1).campaign().write(tmp_path / "campaign")
    assert analyse(folder).smells == []
    assert not (folder / "results" / "smells.csv").exists()


def test_a_smell_without_runs_has_no_rows(tmp_path: Path) -> None:
    folder = Smelly({"clean": CLEAN}, [IMR], blocks=3).campaign().write(tmp_path / "campaign")
    assert analyse(folder).smells == []


numbers = st.lists(
    st.tuples(*[st.floats(0.5, 100.0)] * 4), min_size=3, max_size=12
)  # energy and length, clean and smelly


@given(numbers)
@settings(deadline=None)
def test_time_and_power_add_up_and_change_sign_with_the_pair(values: list[tuple[float, ...]]) -> None:
    e_a, e_b, t_a, t_b = (np.array(column) for column in zip(*values, strict=True))
    found = time_and_power(Pair(e_a, e_b, True), Pair(t_a, t_b, True), 0.95)
    back = time_and_power(Pair(e_b, e_a, True), Pair(t_b, t_a, True), 0.95)
    assert found is not None and back is not None
    assert found.time.value + found.power.value == pytest.approx((e_b - e_a).mean(), abs=1e-9)
    assert back.time.value == pytest.approx(-found.time.value, abs=1e-9)
    same_time = time_and_power(Pair(e_a, e_b, True), Pair(t_a, t_a, True), 0.95)
    assert same_time is not None and same_time.time.value == 0


@given(st.lists(st.floats(-5, 5), min_size=3, max_size=20))
@settings(deadline=None, max_examples=50)
def test_the_interval_of_the_effect_is_that_of_the_noncentral_t(values: list[float]) -> None:
    differences = np.array(values)
    assume(np.ptp(differences) > 0.1)
    found = paired_effect(Pair(np.zeros_like(differences), differences, True), 0.95)
    assert found is not None and found.low is not None and found.high is not None
    n, t = len(values), stats.ttest_1samp(differences, 0).statistic
    assume(abs(t) < 14)
    assert found.low < found.value < found.high
    for end, tail in ((found.low, 0.975), (found.high, 0.025)):
        assert stats.nct.cdf(t, n - 1, end * np.sqrt(n)) == pytest.approx(tail, abs=1e-6)


def test_a_huge_effect_has_nearly_the_interval_of_the_noncentral_t() -> None:
    differences = 10.0 + np.array([-1.0, -0.5, 0.0, 0.5, 1.0])
    found = paired_effect(Pair(np.zeros(5), differences, True), 0.95)
    assert found is not None and found.low is not None and found.high is not None
    t = stats.ttest_1samp(differences, 0).statistic
    for end, tail in ((found.low, 0.975), (found.high, 0.025)):
        assert stats.nct.cdf(t, 4, end * np.sqrt(5)) == pytest.approx(tail, abs=0.01)


@given(st.integers(3, 40), st.floats(0.01, 100))
@settings(deadline=None, max_examples=30)
def test_what_can_be_seen_is_that_of_statsmodels(n: int, scale: float) -> None:
    differences = scale * np.random.default_rng(n).normal(size=n)
    found = smallest_difference(Pair(np.zeros(n), differences, True), 0.95)
    assert found is not None
    power = TTestPower().power(found / differences.std(ddof=1), n, 0.05, alternative="two-sided")
    assert power == pytest.approx(0.8, abs=0.005)


def test_a_slope_needs_three_epochs() -> None:
    assert growth_per_epoch([1.0, 2.0]) is None
    assert growth_per_epoch([1.0, nan, 2.0]) is None
    assert growth_per_epoch([1.0, 4.0, 7.0, 10.0]) == pytest.approx(3.0)


def test_an_epoch_without_memory_does_not_steepen_the_slope() -> None:
    assert growth_per_epoch([1.0, nan, 7.0, nan, nan, 16.0]) == pytest.approx(3.0)


def test_the_interval_of_the_disagreement_holds_the_truth_as_often_as_it_says() -> None:
    """True percentages: 20 by the meter, 12 by the tracker, whose errors follow those of the meter."""
    random, trials, n, held = np.random.default_rng(14756), 2000, 8, 0
    for _ in range(trials):
        run_a, run_b = (random.normal(1.0, 0.05, n) for _ in range(2))
        meter = Pair(10 * run_a, 12 * run_b, True)
        noise_a, noise_b = (random.normal(1.0, 0.03, n) for _ in range(2))
        tracker = Pair(5 * run_a * noise_a, 5.6 * run_b * noise_b, True)
        found = points_beyond(tracker, meter, 0.95)
        assert found is not None and found.low is not None and found.high is not None
        held += found.low <= -8.0 <= found.high
    assert held / trials == pytest.approx(0.95, abs=0.015)
