"""The first screen claims nothing that the data do not bear, and says it in few words."""

import re
from dataclasses import replace

import pytest
from report_example import Plan, example
from report_page import Page
from typed_rows import change

from reports.blocks.rendering import render_page
from reports.campaign.summary import summary_of
from reports.campaign.view import view_of

SMALL = {"repeats": 2, "seconds": 12, "epochs": 2, "gpu": False}


def summary(results):
    return summary_of(view_of(results))


def first_screen(results) -> Page:
    view = view_of(results)
    context = {"results": results, "summary": summary_of(view), "chapters": [], "absent": [], "data": ""}
    return Page(render_page("campaign.html", context, simulated=view.simulated))


def words_of(results) -> str:
    return re.sub(r"\s+", " ", first_screen(results).text)


@pytest.mark.parametrize("sut", [None, "a laptop", ["cpu"], 4711], ids=str)
def test_an_inventory_that_is_no_record_counts_as_none(sut):
    results = example(Plan(**SMALL))
    results.environment["sut"] = sut
    assert ("System under test", "not recorded") in summary(results).facts


def test_of_data_and_weights_only_what_is_not_real_stands_on_the_first_screen():
    results = example(Plan(**SMALL))
    results.provenance = {"cnn": {"dataset": "cifar10", "weights": "from scratch", "seed": 1}}
    assert summary(results).stand_ins == []
    assert "from scratch" not in words_of(results)
    made = {"dataset": "generated", "weights": "random"}
    results.provenance = {"cnn": made, "transfer": {**made, "weights": "imagenet"}, "idle": "nothing"}
    data, weights = summary(results).stand_ins
    assert data.startswith("cnn, transfer: ")
    assert weights.startswith("cnn: ")
    assert data in words_of(results)


def test_forty_scenarios_of_made_up_data_are_one_short_sentence():
    results = example(Plan(**SMALL))
    results.provenance = {f"s{n}": {"dataset": "generated"} for n in range(40)}
    (sentence,) = summary(results).stand_ins
    assert sentence.startswith("s0, s1, s2, s3, s4 and 35 more: ")


def test_without_a_baseline_no_part_of_a_bar_is_called_the_baselines():
    results = example(Plan(**SMALL, baseline=False))
    assert all(line.strip.baseline == 0 for line in summary(results).lines)
    text = words_of(results)
    assert "the baseline's part is grey" not in text
    assert "Induced: not known, as no baseline was measured." in text


def test_with_a_baseline_its_own_bar_is_grey_and_that_of_a_workload_in_part():
    baseline, *others = summary(example(Plan(**SMALL))).lines
    assert baseline.strip.baseline == baseline.strip.gross > 0
    assert all(0 < line.strip.baseline < line.strip.gross for line in others)


def test_counters_inside_the_machine_are_not_said_to_be_at_the_wall():
    results = example(Plan(**SMALL, simulated=False))
    assert "all energy at the wall plug" in words_of(results)
    results.meter["driver"] = "nvidia-smi"
    text = words_of(results)
    assert "all energy at the wall plug" not in text
    assert "It is not that of the wall plug" in text
    assert "Not measured at the wall." in text


def test_a_ratio_has_the_digits_that_its_interval_allows():
    results = example(Plan(repeats=4, seconds=12, epochs=2))
    (row,) = [row for row in results.agreement if row.scenario == "all"]
    change(row, ratio=0.33123, total_ratio_low=0.1199, total_ratio_high=0.5412, ratio_net=None)
    (words,) = summary(results).trackers
    assert words.startswith("codecarbon reported 33 % (95 % interval [12, 54] %) of what the meter measured.")


def test_estimates_are_told_in_their_chapter_and_not_on_the_first_screen():
    results = example(Plan(**SMALL))
    for row in results.agreement:
        change(row, tracker="tdp-time")
    assert summary(results).trackers == []


def test_a_least_that_is_not_significant_is_told_of_these_runs_only():
    results = example(Plan(**SMALL))
    for row in results.comparisons:
        change(row, p=0.5, p_holm=0.5)
    least = summary(results).least
    assert not least.certain
    assert "in these runs" in least.words


def test_energies_that_are_not_resolved_have_no_lowest():
    results = example(Plan(**SMALL))
    results.scenarios = [
        replace(row, induced_bound_wh=0.79) if row.scenario == "transfer" else row
        for row in results.scenarios
    ]
    words = summary(results).least.words
    assert words.startswith("No lowest")
    assert "transfer ≤ 0.79" in words.partition(":")[2].partition(";")[0]


def test_busy_baselines_and_unresolved_energies_stand_on_the_first_screen():
    results = example(Plan(**SMALL))
    assert (summary(results).busy, summary(results).unresolved) == (0, "")
    busy = {"level": "warn", "run_dir": "0001-baseline", "code": "baseline-busy", "message": "x"}
    results.findings += [busy, busy | {"run_dir": "0005-baseline"}]
    results.scenarios = [
        replace(row, induced_low_wh=-1.0, induced_high_wh=2.0, induced_bound_wh=2.0)
        if row.scenario == "cnn"
        else row
        for row in results.scenarios
    ]
    assert (summary(results).busy, summary(results).unresolved) == (2, "cnn")
    assert "2 baseline runs" in words_of(results)
    assert "not resolved" in words_of(results)


def test_the_control_workload_is_no_rival_of_the_others():
    results = example(Plan(**SMALL))
    assert summary(results).least.words.partition(": ")[2].startswith("transfer")
    results.health = {"control": "transfer"}
    assert summary(results).least is None  # one rival is left


def test_scenarios_that_nobody_compared_have_no_best():
    results = example(Plan(**SMALL))
    results.comparisons = [row for row in results.comparisons if {row.a, row.b} != {"cnn", "transfer"}]
    assert summary(results).least is None


@pytest.mark.parametrize(
    ("health", "said"),
    [
        ({"control": "burn", "verdict": "out of control"}, True),
        ({"control": "burn", "verdict": "in control", "stopped": "x"}, True),
        ({"control": "burn", "verdict": "in control"}, False),
        ({}, False),
    ],
)
def test_a_lab_that_was_not_in_order_is_told_on_the_first_screen(health, said):
    results = example(Plan(**SMALL))
    results.health = health
    assert ("The lab was not in order." in words_of(results)) == said


@pytest.mark.parametrize(("scenarios", "above"), [(3, False), (40, True)])
def test_above_a_long_table_stands_which_is_better(scenarios, above):
    results = example(Plan(**SMALL))
    results.scenarios += [
        replace(results.scenarios[-1], scenario=f"s{n}", base_scenario=f"s{n}", tracker=None)
        for n in range(3, scenarios)
    ]
    view = view_of(results)
    context = {"results": results, "summary": summary_of(view), "chapters": [], "absent": [], "data": ""}
    html = render_page("campaign.html", context, simulated=view.simulated)
    assert (html.index("lear winner.") < html.index('<table class="answers">')) == above
