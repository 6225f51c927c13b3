"""``budgets.csv``: every thing with every term."""

from math import hypot
from pathlib import Path
from typing import Any

import pytest
from synthetic import Instrument, SyntheticCampaign, SyntheticRun, small_campaign

from analysis.campaign import analyse
from records.results import Results
from records.rows.budgets import BudgetRow


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Results:
    return analyse(small_campaign(blocks=3).write(tmp_path_factory.mktemp("budgets") / "campaign"))


def rows(results: Results, **wanted: object) -> list[dict[str, Any]]:
    plain = [row.to_json() for row in results.budgets]
    return [row for row in plain if all(row.get(k) == v for k, v in wanted.items())]


def only(results: Results, **wanted: object) -> dict[str, Any]:
    (row,) = rows(results, **wanted)
    return row


def test_every_thing_has_its_budget(results: Results) -> None:
    counts = {
        of: len(rows(results, of=of, quantity="energy_wh")) for of in ("run", "action", "epoch", "call")
    }
    assert counts == {"run": 12, "action": 12, "epoch": 24, "call": 6}
    assert len(rows(results, of="run", quantity="induced_wh")) == 9  # all but the three baselines
    assert {row["scenario"] for row in rows(results, of="scenario", quantity="energy_wh")} == {
        "baseline",
        "idle",
        "cnn",
        "cnn+codecarbon",
    }


def test_the_terms_of_every_row_add_up_and_the_value_lies_within(results: Results) -> None:
    for row in results.budgets:
        assert hypot(*row.terms.values()) == pytest.approx(row.u, rel=1e-6, abs=1e-12)
        assert all(term == 0 or term > 1e-9 * row.u for term in row.terms.values())
        if row.low is None:
            assert row.u <= 1e-9 * abs(row.value)
        else:
            assert row.low < row.value < row.high


def test_a_budget_is_that_of_the_row_it_belongs_to(results: Results) -> None:
    for run in results.runs:
        row = only(results, of="run", run_dir=run.run_dir, quantity="energy_wh")
        assert (row["value"], row["u"]) == pytest.approx((run.energy_wh, run.energy_u_wh))
    for scenario in results.scenarios:
        row = only(results, of="scenario", scenario=scenario.scenario, quantity="energy_wh")
        assert row["u"] == pytest.approx(scenario.energy_u_wh)
        assert (row["low"], row["high"]) == (scenario.energy_low_wh, scenario.energy_high_wh)


def test_scenarios_are_compared_pair_by_pair_and_with_their_tracker(results: Results) -> None:
    pairs = {(row["name"], row["scenario"]) for row in rows(results, of="comparison")}
    assert pairs == {("idle", "cnn"), ("cnn", "cnn+codecarbon")}
    row = only(results, of="comparison", scenario="cnn+codecarbon", quantity="energy_wh difference")
    assert row["value"] == pytest.approx(2 * 20 / 3600, rel=0.05)
    gain_of_both = only(results, of="scenario", scenario="cnn", quantity="energy_wh")["u_gain"]
    assert row["u_gain"] < gain_of_both / 40


def test_the_budget_of_a_comparison_is_that_of_the_comparison(results: Results) -> None:
    compared = [row for row in results.comparisons if row.quantity == "induced_wh" and row.total_u]
    assert {row.design for row in compared} == {"paired"}
    for row in compared:
        pair = {"of": "comparison", "name": row.a, "scenario": row.b}
        difference = only(results, **pair, quantity="induced_wh difference")
        assert difference["u"] == pytest.approx(row.total_u)
        assert (difference["low"], difference["high"]) == pytest.approx((row.total_low, row.total_high))
        ratio = only(results, **pair, quantity="induced_wh ratio")
        bounds = row.ratio_total_low, row.ratio_total_high
        assert (ratio["low"], ratio["high"]) == pytest.approx(bounds)


def test_a_tracker_over_the_meter_has_the_meters_gain(results: Results) -> None:
    row = only(results, of="tracker", name="codecarbon")
    assert row["value"] == pytest.approx(0.3 / 0.51, rel=1e-3)
    assert row["u_gain"] / row["value"] == pytest.approx(0.015 / 3**0.5, rel=1e-3)


def test_the_table_is_written_with_its_columns_and_marked(results: Results, tmp_path: Path) -> None:
    analyse(small_campaign().write(tmp_path / "campaign"))
    header, first, *_ = (tmp_path / "campaign/results/budgets.csv").read_text().splitlines()
    assert header == ",".join((*BudgetRow.CONTRACT, "simulated"))
    assert first.endswith("True")


def test_a_single_run_has_terms_but_no_interval(tmp_path: Path) -> None:
    runs = [SyntheticRun(1, "job", 100.0, power_w=90.0)]
    found = analyse(SyntheticCampaign(runs).write(tmp_path / "campaign"))
    row = only(found, of="scenario", quantity="energy_wh")
    assert row["low"] is None and row["high"] is None
    assert row["u_gain"] > 0


def test_two_runs_have_terms_but_no_interval(tmp_path: Path) -> None:
    found = analyse(small_campaign(blocks=2).write(tmp_path / "campaign"))
    means = [row for row in found.budgets if row.of in ("scenario", "comparison", "tracker", "baseline")]
    assert {(row.low, row.high) for row in means} == {(None, None)}
    assert all(row.u > 0 for row in means if row.quantity == "energy_wh")
    described = {(row.mean_low, row.mean_high) for row in found.statistics}
    compared = {(row.difference_low, row.total_low, row.ratio_low) for row in found.comparisons}
    assert all(row.ratio is not None for row in found.comparisons if row.quantity == "energy_wh")
    assert (described, compared) == ({(None, None)}, {(None, None, None)})


def test_a_hand_computed_budget_of_a_run_with_a_watts_up(tmp_path: Path) -> None:
    # 1.5 % and 3 counts of 0.1 W; 90 W for 20 s with nothing before or after that differs: the display
    # stands still, so that all of it is wrong by up to half a digit.
    instrument = Instrument(phase_s=0.0, latency_u_s=0.1)
    runs = [SyntheticRun(1, "job", 100.0, power_w=90.0)]
    campaign = SyntheticCampaign(runs, base_w=90.0, instrument=instrument)
    row = only(analyse(campaign.write(tmp_path / "campaign")), of="run", quantity="energy_wh")
    hours, root3 = 20 / 3600, 3**0.5
    assert row["value"] == pytest.approx(90 * hours)
    assert row["u_gain"] == pytest.approx(90 * hours * 0.015 / root3)
    assert row["u_offset"] == pytest.approx(0.3 * hours / root3)
    assert row["u_resolution"] == pytest.approx(0.1 / 12**0.5 * hours)
    assert "u_latency" not in row and "u_gap" not in row and "u_split" not in row
    assert row["u"] == pytest.approx(hypot(row["u_gain"], row["u_offset"], row["u_resolution"]))
    # The gain's rectangle makes most of it: k is little above 0.95 * sqrt(3) = 1.645, and not 1.96.
    assert 1.645 < (row["high"] - row["value"]) / row["u"] < 1.75
