"""Scenarios of whole campaigns with a known truth, compared."""

import shutil
from dataclasses import replace
from math import hypot
from pathlib import Path

import numpy as np
import pytest
from synthetic import (
    Instrument,
    SyntheticCampaign,
    SyntheticRun,
    run_after,
    small_campaign,
    training_spans,
)

from analysis.campaign import analyse
from analysis.comparing.scenarios import compare_scenarios
from records.errors import ConfigurationError, RecordError
from records.results import read_results
from records.rows.statistics import ComparisonRow
from reports.words.verdict import verdict_words


def campaign(
    power_w: dict[str, float], *, blocks: int = 6, block_sd_w: float = 2.0, sd_w: float = 0.2, seed: int = 1
) -> SyntheticCampaign:
    """Blocks of a baseline of 40 W and the scenarios; each block shifts the scenarios alike."""
    random = np.random.default_rng(seed)
    runs: list[SyntheticRun] = []
    for block in range(1, blocks + 1):
        shift_w = random.normal(0, block_sd_w)
        for name, base_w in {"baseline": 40.0, **power_w}.items():
            own_w = 0.0 if name == "baseline" else shift_w + random.normal(0, sd_w)
            spans = [] if name == "baseline" else training_spans()
            runs.append(run_after(runs, name, block, power_w=base_w + own_w, spans=spans))
    return SyntheticCampaign(runs, instrument=Instrument(phase_s=0.0))


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Powers of 100 W, 98 W and 100 W; the blocks scatter by more than the 2 W between them."""
    folder = campaign({"cnn": 100.0, "lean": 98.0, "twin": 100.0}).write(tmp_path_factory.mktemp("a") / "now")
    analyse(folder)
    return folder


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = campaign({"cnn": 100.0}, blocks=3, seed=2).write(tmp_path_factory.mktemp("b") / "before")
    analyse(folder)
    return folder


def test_pairing_by_block_sees_what_the_blocks_hide(measured: Path) -> None:
    found = compare_scenarios(measured, "cnn", "lean")
    # -2 W over 20 s, of 60 W above the baseline.
    assert found.row.design == "paired"
    assert found.row.difference_low < -2 * 20 / 3600 < found.row.difference_high
    assert found.row.ratio_low < 58 / 60 < found.row.ratio_high
    assert found.verdict == "lower"
    assert found.decisive_p == found.row.p_holm >= found.row.p
    between = abs(found.row.difference) / (2**0.5 * found.a.statistics.sd)
    assert between < 1.5, "without pairs the difference would drown in the scatter of the blocks"
    assert verdict_words(found).startswith("lean uses 3")
    assert "% less induced energy than cnn" in verdict_words(found)
    assert "after Holm over 3 comparisons" in verdict_words(found)


def test_equal_scenarios_are_not_said_to_differ_and_are_equivalent(measured: Path) -> None:
    found = compare_scenarios(measured, "cnn", "twin", "energy_wh", margin_pct=5.0)
    assert found.verdict == "not shown"
    assert found.equivalence_p is not None and found.equivalence_p < 0.05
    words = verdict_words(found)
    assert words.startswith("No clear winner in energy between cnn and twin")
    assert "They are equivalent within ±5.0 %" in words
    narrow = compare_scenarios(measured, "cnn", "twin", "energy_wh", margin_pct=0.01)
    assert "Equivalence within ±0.010 % is not significant" in verdict_words(narrow)


def test_the_other_way_round_everything_turns(measured: Path) -> None:
    there, back = (compare_scenarios(measured, a, b) for a, b in (("cnn", "lean"), ("lean", "cnn")))
    assert (there.verdict, back.verdict) == ("lower", "higher")
    for low, high in (("difference_low", "difference_high"), ("total_low", "total_high")):
        assert back.row.named(low) == pytest.approx(-there.row.named(high))
    for low, high in (("ratio_low", "ratio_high"), ("ratio_total_low", "ratio_total_high")):
        assert back.row.named(low) == pytest.approx(1 / there.row.named(high))
    assert back.row.p_holm == there.row.p_holm


def test_the_meters_gain_widens_the_difference_and_not_the_ratio_of_gross_energies(measured: Path) -> None:
    # Far apart: baseline 40 W and cnn 100 W; the gain of 1.5 % acts on 60 W, and not on the ratio.
    (row,) = [
        r
        for r in read_results(measured / "results").comparisons
        if (r.a, r.b, r.quantity) == ("baseline", "cnn", "energy_wh")
    ]
    gain_u_wh = 0.015 / 3**0.5 * row.difference
    assert row.total_u == pytest.approx((row.se**2 + gain_u_wh**2) ** 0.5, rel=0.05)
    wider = (row.total_high - row.total_low) / (row.difference_high - row.difference_low)
    assert wider > 1.05
    assert row.total_low < row.difference < row.total_high
    assert row.ratio_total_low < row.ratio < row.ratio_total_high


def test_a_campaigns_comparisons_are_all_pairs_of_plain_scenarios(measured: Path) -> None:
    results = read_results(measured / "results")
    assert len(results.comparisons) == 6 + 3 + 6 + 6 + 3 + 3  # energy, induced, time, power, two per epoch
    header = (measured / "results/comparisons.csv").read_text().splitlines()[0].split(",")
    assert tuple(header[: len(ComparisonRow.CONTRACT)]) == ComparisonRow.CONTRACT
    for name in ("statistics", "mixed_models", "correlations"):
        assert (measured / f"results/{name}.csv").is_file()


def test_the_mixed_model_of_a_campaign_separates_blocks_from_scenarios(measured: Path) -> None:
    rows = {row.scenario: row for row in read_results(measured / "results").mixed_models}
    induced = [r for r in read_results(measured / "results").mixed_models if r.quantity == "induced_wh"]
    assert [row.scenario for row in induced] == ["cnn", "lean", "twin"]
    lean = induced[1]
    assert lean.low < -2 * 20 / 3600 < lean.high
    assert lean.block_sd > 3 * lean.residual_sd
    assert rows["cnn"].blocks == 6


def test_scenarios_of_two_campaigns_are_never_paired(measured: Path, before: Path) -> None:
    found = compare_scenarios(measured, "cnn", f"{before}:cnn")
    assert found.row.design == "unpaired"
    assert found.row.p_holm is None
    halves = [(one.high - one.low) / 2 for side in (found.a, found.b) if (one := side.budget)]
    assert found.row.total_high - found.row.difference == pytest.approx(hypot(*halves))
    assert found.row.total_low == pytest.approx(2 * found.row.difference - found.row.total_high)
    assert (found.a.label, found.b.label) == ("now:cnn", "before:cnn")
    assert any(remark.startswith("two campaigns") for remark in found.remarks)
    assert found.refusals == []


def test_another_meter_is_pointed_out(measured: Path, tmp_path: Path) -> None:
    other = small_campaign()
    folder = other.write(tmp_path / "other")
    for path in folder.glob("runs/*/meter.json"):
        path.write_text(path.read_text().replace("4711", "4712"))
        run = path.parent / "run.json"
        run.write_text(run.read_text().replace('"files"', '"files_then"'))
    analyse(folder)
    remarks = compare_scenarios(measured, "cnn", f"{folder}:cnn").remarks
    assert any("different meters" in remark and "4712" in remark for remark in remarks)


def test_a_measured_and_a_simulated_scenario_are_refused(measured: Path, tmp_path: Path) -> None:
    real = small_campaign(simulated=False, instrument=Instrument(simulated=False))
    folder = real.write(tmp_path / "real")
    analyse(folder)
    found = compare_scenarios(measured, "cnn", f"{folder}:cnn")
    assert any("SIMULATED" in refusal for refusal in found.refusals)
    assert found.to_json()["simulated"] is True


def test_the_wall_and_counters_are_not_compared_and_their_tables_are_marked(
    measured: Path, tmp_path: Path
) -> None:
    folder = small_campaign(instrument=Instrument(driver="rapl")).write(tmp_path / "counted")
    analyse(folder)
    assert compare_scenarios(folder, "cnn", "idle").refusals == []
    found = compare_scenarios(measured, "cnn", f"{folder}:cnn")
    assert any("wall" in refusal for refusal in found.refusals)
    marked, plain = ((at / "results" / "runs.csv").read_text() for at in (folder, measured))
    assert marked.count(",inside") == marked.count("\n") - 1 and "measuring_point" not in plain


def test_only_what_refuses_runs_of_the_two_refuses_the_comparison(tmp_path: Path) -> None:
    plan = campaign({"cnn": 100.0, "lean": 98.0, "twin": 100.0}, blocks=3)
    broken = next(run for run in plan.runs if run.scenario == "lean" and run.block == 3)
    broken.status, broken.reason, broken.exit_code = "failed", "the program ended with exit code 1", 1
    folder = plan.write(tmp_path / "c")
    analyse(folder)
    assert compare_scenarios(folder, "cnn", "twin").refusals == []
    refused = compare_scenarios(folder, "cnn", "lean")
    assert any(broken.run_dir in refusal for refusal in refused.refusals)
    assert refused.row.pairs == 2
    assert any("left out: 1 of the blocks" in remark for remark in refused.remarks)


def test_runs_that_came_after_the_analysis_are_pointed_out(tmp_path: Path) -> None:
    folder = small_campaign().write(tmp_path / "c")
    analyse(folder)
    shutil.copytree(folder / "runs/0003-cnn", folder / "runs/0009-cnn")
    remarks = compare_scenarios(folder, "idle", "cnn").remarks
    assert any("1 run folders came after the analysis" in remark for remark in remarks)


def test_a_single_run_of_each_is_described_and_not_judged(tmp_path: Path) -> None:
    plan = small_campaign()
    plan.runs = [run for run in plan.runs if run.block == 1]
    folder = plan.write(tmp_path / "c")
    analyse(folder)
    found = compare_scenarios(folder, "idle", "cnn")
    assert (found.verdict, found.row.p, found.decisive_p) == ("untested", None, None)
    words = verdict_words(found)
    assert "more induced energy than idle in these runs" in words
    assert "there is no verdict" in words
    assert any("a single run shows no scatter" in remark for remark in found.remarks)


def test_a_tracker_is_compared_under_its_name(tmp_path: Path) -> None:
    folder = small_campaign().write(tmp_path / "c")
    analyse(folder)
    found = compare_scenarios(folder, "cnn", "cnn+codecarbon", "duration_s")
    assert verdict_words(found).startswith("cnn+codecarbon and cnn used the same time")


def test_mistakes_are_told_with_the_nearest_name(measured: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no scenario 'len'; did you mean 'lean'\\? known: baseline"):
        compare_scenarios(measured, "cnn", "len")
    with pytest.raises(ConfigurationError, match="they are the same one"):
        compare_scenarios(measured, "cnn", f"{measured}:cnn")
    for wrong in ("len", "baseline"):  # also where the other one has no such quantity
        with pytest.raises(ConfigurationError):
            compare_scenarios(measured, "baseline", wrong)
    with pytest.raises(RecordError, match="--quantity may be energy_wh, duration_s, mean_power_w for it"):
        compare_scenarios(measured, "cnn", "baseline")
    folder = small_campaign().write(tmp_path / "c")
    with pytest.raises(RecordError, match="Run `lab analyse"):
        compare_scenarios(folder, "idle", "cnn")


def test_scenarios_measured_one_after_the_other_are_not_paired(tmp_path: Path) -> None:
    # As an imported campaign: each scenario in a session of its own, its runs numbered as blocks.
    plan = campaign({"cnn": 100.0, "lean": 98.0}, blocks=2)
    order = sorted(plan.runs, key=lambda run: run.scenario)
    plan.runs = [
        replace(run, slot=slot, start_s=100.0 + 40 * slot) for slot, run in enumerate(order, start=1)
    ]
    folder = plan.write(tmp_path / "c")
    analyse(folder)
    assert compare_scenarios(folder, "cnn", "lean", "energy_wh").row.design == "unpaired"
