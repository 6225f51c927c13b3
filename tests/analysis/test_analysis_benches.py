"""A fleet: the bench as a random effect in levels and differences, and the benches against each other."""

from dataclasses import replace
from math import sqrt
from pathlib import Path

import numpy as np
import pytest
from scipy import stats
from synthetic import Instrument, SyntheticCampaign, SyntheticRun, run_after

from analysis.campaign import analyse
from analysis.evidence import check
from analysis.maths.benches import Benches
from analysis.maths.describe import student_t
from analysis.run.recorded import campaign_clock
from analysis.statistics.difference import fieller, standard_error, t_test
from analysis.statistics.samples import Pair
from records.campaign import CampaignFolder, Environment
from records.clock import append_clock, clock_files

DYESTUFF = {
    "A": [1545, 1440, 1440, 1520, 1580],
    "B": [1540, 1555, 1490, 1560, 1495],
    "C": [1595, 1550, 1605, 1510, 1560],
    "D": [1445, 1440, 1595, 1465, 1545],
    "E": [1595, 1630, 1515, 1635, 1625],
    "F": [1520, 1455, 1450, 1480, 1445],
}
"""Yields of six batches, Davies and Goldsmith (1972), table 6.1."""

DYES = np.array([value for values in DYESTUFF.values() for value in values], dtype=np.float64)
BATCHES = Benches([name for name in DYESTUFF for _ in range(5)])


def test_the_components_are_the_published_ones() -> None:
    between, within = BATCHES.mean_squares(DYES)
    # Bates (2010), "lme4: Mixed-effects modeling with R", section 1.3: REML on the same data.
    assert sqrt(BATCHES.component(between, within)) == pytest.approx(42.00, abs=0.01)
    assert sqrt(within) == pytest.approx(49.51, abs=0.01)
    assert BATCHES.of_mean(DYES) == (pytest.approx(19.38, abs=0.01), 5)  # standard error of the intercept
    assert BATCHES.p(between, within) == pytest.approx(stats.f_oneway(*DYESTUFF.values()).pvalue)


def test_of_two_benches_the_mean_is_their_own() -> None:
    values = np.array([10.0, 10.1, 9.9, 12.0, 12.2, 11.8])
    benches = Benches(list("aaabbb"))
    within = (2 * 0.1**2 + 2 * 0.2**2) / 4
    assert benches.of_mean(values) == (pytest.approx(sqrt(within / 6)), 4.0)


def test_a_bench_with_most_of_the_runs_makes_the_mean_worse_known() -> None:
    values = np.array([10.0, 10.1, 9.9, 10.0, 12.0, 11.0])
    benches = Benches(list("aaaabc"))
    between, _ = benches.mean_squares(values)
    # The mean has the variance s2 18 / 36, and the mean square between holds (6 - 18 / 6) s2 / 2.
    assert benches.of_mean(values) == (pytest.approx(sqrt(between / 1.5 * 18 / 36)), 2.0)


def test_benches_with_one_run_each_have_no_scatter_within() -> None:
    values = np.array([10.0, 11.0, 12.0])
    benches = Benches(list("abc"))
    assert benches.of_mean(values) == (pytest.approx(sqrt(1 / 3)), 2.0)
    assert benches.p(*benches.mean_squares(values)) is None


@pytest.mark.parametrize("paired", [True, False])
def test_one_bench_of_a_fleet_is_as_good_as_one_without_a_name(paired: bool) -> None:
    random = np.random.default_rng(3)
    pair = Pair(random.normal(10, 1, 6), random.normal(11, 1, 6), paired)
    named = replace(pair, benches_a=["a"] * 6, benches_b=["a"] * 6)
    assert standard_error(named, 1.1) == standard_error(pair, 1.1)
    assert fieller(named, 0.95) == fieller(pair, 0.95)


@pytest.mark.parametrize("benches", [3, 6])
@pytest.mark.parametrize("between_sd", [0.0, 0.5, 1.0, 3.0])
def test_the_interval_of_a_difference_holds_whatever_the_benches_differ_by(
    benches: int, between_sd: float
) -> None:
    random = np.random.default_rng(16)
    names = [name for name in "abcdef"[:benches] for _ in range(8)]
    zeros, held = np.zeros(len(names)), 0
    for _ in range(400):
        of_bench = np.repeat(random.normal(0, between_sd, benches), 8)
        pair = Pair(zeros, of_bench + random.normal(0, 1, len(names)), True, 0, names, names)
        test = t_test(pair, 0.95)
        assert test.low is not None and test.high is not None
        held += test.low <= 0 <= test.high
    assert held / 400 >= 0.93


@pytest.mark.parametrize("paired", [True, False])
def test_benches_that_agree_to_the_last_digit_give_no_test(paired: bool) -> None:
    names = list("aabbcc")
    pair = Pair(np.full(6, 4.0), np.array([1.0, 2.0] * 3), paired, 0, names, names)
    test = t_test(pair, 0.95)
    assert (test.difference, test.se, test.p, test.low) == (-2.5, None, None, None)
    assert fieller(pair, 0.95) == (None, None)


def test_without_benches_the_interval_would_be_far_too_narrow() -> None:
    random = np.random.default_rng(16)
    held = 0
    for _ in range(400):
        values = np.repeat(random.normal(0, 1.0, 6), 8) + random.normal(0, 1, 48)
        test = t_test(Pair(np.zeros(48), values, True), 0.95)
        assert test.low is not None and test.high is not None
        held += test.low <= 0 <= test.high
    assert held / 400 < 0.7


def fleet(differ_w: float, *, benches: str = "abc", blocks: int = 6) -> SyntheticCampaign:
    """Blocks of a baseline and two programs of 90 W and 100 W; each bench draws that much more."""
    random = np.random.default_rng(5)
    runs: list[SyntheticRun] = []
    for block in range(1, blocks + 1):
        at = (block - 1) % len(benches)
        bench = benches[at] if len(benches) > 1 else None
        for name, power_w in {"baseline": 40.0, "lean": 90.0, "cnn": 100.0}.items():
            own_w = power_w + differ_w * at + random.normal(0, 0.2)
            runs.append(run_after(runs, name, block, power_w=own_w, bench=bench))
    return SyntheticCampaign(runs, instrument=Instrument(phase_s=0.0))


def test_benches_that_differ_are_named_and_widen_the_level_but_not_the_difference(tmp_path: Path) -> None:
    results = analyse(fleet(4.0).write(tmp_path / "c"))
    cnn = [row for row in results.benches if (row.scenario, row.quantity) == ("cnn", "mean_power_w")]
    assert [(row.bench, row.n) for row in cnn] == [("a", 2), ("b", 2), ("c", 2)]
    assert [row.mean for row in cnn] == pytest.approx([100, 104, 108], abs=0.5)
    assert cnn[0].between_sd == pytest.approx(4.0, abs=0.5)
    assert cnn[0].pct == pytest.approx(-100 * 4 / 104, abs=0.5)
    assert {f.code for f in results.findings} >= {"benches-differ"}
    level = next(row for row in results.statistics if (row.scenario, row.quantity) == ("cnn", "mean_power_w"))
    between_u = 4.0 / sqrt(3)  # three benches 4 W apart from one to the next
    expected = student_t(0.95, 2) * between_u
    assert level.mean_high is not None
    assert level.mean_high - level.mean == pytest.approx(expected, rel=0.1)
    power = next(
        row for row in results.comparisons if (row.a, row.b, row.quantity) == ("lean", "cnn", "mean_power_w")
    )
    assert power.design == "paired"
    assert power.difference == pytest.approx(10, abs=0.5)
    assert power.difference_low is not None and power.difference_low > 9
    (induced,) = [row.induced_wh for row in results.scenarios if row.scenario == "cnn"]
    assert induced == pytest.approx(60 * 20 / 3600, rel=0.02), "each bench has a baseline of its own"


def test_the_bench_stands_in_the_files_of_a_fleets_campaign_only(tmp_path: Path) -> None:
    alone, of_fleet = tmp_path / "alone", tmp_path / "fleet"
    analyse(fleet(0.0, benches="a").write(alone))
    results = analyse(fleet(0.0).write(of_fleet))
    assert not (alone / "results/benches.csv").exists()
    assert "bench" not in (alone / "results/runs.csv").read_text().splitlines()[0].split(",")
    assert "bench" in (of_fleet / "results/runs.csv").read_text().splitlines()[0].split(",")
    assert (of_fleet / "results/benches.csv").exists()
    assert [row.bench for row in results.runs[::3]] == list("abcabc")
    assert "benches-differ" not in {finding.code for finding in results.findings}


def test_the_energy_of_a_scenario_holds_how_the_benches_differ(tmp_path: Path) -> None:
    alike, differing = (analyse(fleet(w).write(tmp_path / str(w))) for w in (0.0, 4.0))
    u = [next(r.energy_u_wh for r in res.scenarios if r.scenario == "cnn") for res in (alike, differing)]
    assert u[0] is not None and u[1] is not None
    assert sqrt(u[1] ** 2 - u[0] ** 2) == pytest.approx(4.0 / sqrt(3) * 20 / 3600, rel=0.1)


def test_each_bench_is_placed_by_its_own_clocks(tmp_path: Path) -> None:
    place, off_s = CampaignFolder(tmp_path), {"a": 0.7, "b": -0.4}
    for n in range(12):
        bench = "ab"[n % 2]
        own = place.block_of(bench, n // 2 + 1).clock
        own.parent.mkdir(parents=True, exist_ok=True)
        for path in (own, place.clock):
            append_clock(path, 1000.0 + 60 * n, off_s[bench], 1e-3, 2e-3, "exchange")
    half_taken_in = place.block_of("a", 6).path.with_name("block-0006.part")
    half_taken_in.mkdir()
    append_clock(half_taken_in / "clock.csv", 1700.0, 99.0, 1e-3, 2e-3, "exchange")
    for bench, offset_s in off_s.items():
        clock = campaign_clock(place.runs / "0001-cnn", bench)
        assert clock.settings_s == []
        assert clock.at(1100.0).to_controller(1100.0 + offset_s) == pytest.approx(1100.0, abs=1e-3)


def test_the_name_of_a_bench_leads_nowhere_else(tmp_path: Path) -> None:
    (tmp_path / "secret/block-0001").mkdir(parents=True)
    append_clock(tmp_path / "secret/block-0001/clock.csv", 0.0, 5.0, 1e-3, 2e-3, "exchange")
    place = CampaignFolder(tmp_path / "campaign")
    assert clock_files(place.runs / "0001-cnn", "../../secret") == []


def test_meters_of_two_kinds_make_benches_unlike_and_two_of_one_kind_do_not(tmp_path: Path) -> None:
    place = CampaignFolder(fleet(0.0, benches="ab", blocks=2).write(tmp_path / "c"))
    for bench, model in {"a": "X1", "b": "X1", "c": "Y2"}.items():
        block = place.block_of(bench, 1)
        block.path.mkdir(parents=True)
        meter = {"maker": "M", "model": model, "driver": "m", "firmware": "1", "serial": bench}
        Environment(sut={"kernel": "6"}, controller={}, meter=meter).write(block.environment_json)
    (finding,) = [finding for finding in check(place.path) if finding.code == "benches-unlike"]
    assert "meter model: X1 and Y2" in finding.message
    assert "serial" not in finding.message
