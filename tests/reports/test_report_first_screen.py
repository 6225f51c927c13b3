"""The first screen claims nothing that the data do not bear, and says it in few words."""

import re
from dataclasses import replace

import pytest
from report_example import Plan, example
from report_page import Page
from typed_rows import change

from records.finding_codes import CODES
from reports.blocks.rendering import render_page
from reports.campaign.first_screen.figure import first_figure
from reports.campaign.first_screen.summary import summary_of
from reports.campaign.view import view_of
from reports.words.energy import unit_for

SMALL = {"repeats": 2, "seconds": 12, "epochs": 2, "gpu": False}


def summary(results):
    return summary_of(view_of(results))


def first_screen(results) -> Page:
    view = view_of(results)
    context = {"results": results, "summary": summary_of(view), "chapters": [], "absent": [], "data": ""}
    page = render_page("campaign.html", context | {"drawing": None}, simulated=view.simulated)
    return Page(page)


def words_of(results) -> str:
    return re.sub(r"\s+", " ", first_screen(results).text)


@pytest.mark.parametrize("sut", [None, "a laptop", ["cpu"], 4711], ids=str)
def test_an_inventory_that_is_no_record_counts_as_none(sut):
    results = example(Plan(**SMALL))
    results.environment["sut"] = sut
    assert "SUT not recorded" in summary(results).metadata


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
    assert "not known, as no baseline was measured." in text


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
    assert "of what the counters measured" in text and "the meter sees" not in text


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
    for row in results.comparisons:
        change(row, p=0.5, p_holm=0.5)
    least = summary(results).least
    assert "owest" not in least.words
    assert "transfer (≤ 79" in least.words and "cnn" not in least.words
    assert f"from {least.item.name} " in least.against and "used more" not in least.against


def test_many_energies_that_are_not_resolved_are_counted_and_not_named():
    results = example(Plan(**SMALL))
    (row,) = [row for row in results.scenarios if row.scenario == "transfer"]
    bounded = replace(row, induced_bound_wh=0.79)
    for row in results.comparisons:
        change(row, p=0.5, p_holm=0.5)
    results.scenarios = [row for row in results.scenarios if row.scenario != "transfer"] + [
        replace(bounded, scenario=name) for name in ("transfer", "a", "b", "c")
    ]
    words = summary(results).least.words
    assert "4 scenarios" in words and "transfer" not in words


def caveats(results) -> str:
    return " ".join(f"{what} {why}" for what, why in summary(results).status.caveats)


def test_busy_baselines_and_unresolved_energies_stand_on_the_first_screen():
    results = example(Plan(**SMALL))
    assert summary(results).status.caveats == []
    busy = {"level": "warn", "run_dir": "0001-baseline", "code": "baseline-busy", "message": "x"}
    results.findings += [busy, busy | {"run_dir": "0005-baseline"}]
    results.scenarios = [
        replace(row, induced_low_wh=-1.0, induced_high_wh=2.0, induced_bound_wh=2.0)
        if row.scenario == "cnn"
        else row
        for row in results.scenarios
    ]
    assert "2 baseline runs" in caveats(results)
    assert "cnn" in caveats(results)
    assert "2 baseline runs" in words_of(results)
    assert "not resolved" in words_of(results)


def test_the_control_workload_is_no_rival_of_the_others():
    results = example(Plan(**SMALL))
    assert summary(results).least.item.base == "transfer"
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


FINDINGS = {
    "none": ([], "good"),
    "a note": ([("info", "", "x")], "good"),
    "a warning": ([("warn", "", "x")], "warn"),
    "a run": ([("warn", "", "x"), ("refuse", "0002-cnn", "coverage-low")], "refuse"),
    "the campaign": ([("refuse", "", "record-damaged")], "refuse"),
}


@pytest.mark.parametrize(("findings", "tone"), FINDINGS.values(), ids=FINDINGS)
def test_the_chip_has_the_tone_of_the_worst_finding(findings, tone):
    results = example(Plan(**SMALL))
    names = ("level", "run_dir", "code")
    results.findings = [dict(zip(names, row, strict=True)) | {"message": "91 %"} for row in findings]
    status = summary(results).status
    assert status.tone == tone
    assert ("rejected" in status.chip) == any(row[:2] == ("refuse", "0002-cnn") for row in findings)
    if tone == "refuse":
        assert "91 %" in status.caveats[0][1]


def test_what_is_simulated_is_no_warning_among_others():
    results = example(Plan(**SMALL))
    of_campaign = {"level": "warn", "run_dir": "", "message": "x"}
    results.findings = [of_campaign | {"code": "campaign-simulated"}]
    status = summary(results).status
    assert (status.tone, status.caveats) == ("warn", []) and "warning" not in status.chip
    results.findings += [of_campaign | {"code": "baseline-drift"}]
    assert summary(results).status.chip.endswith("1 warning")


def test_a_warning_on_every_energy_comes_before_one_on_a_file():
    results = example(Plan(**SMALL))
    codes = ("import-timezone-assumed", "uncertainty-high", "uncertainty-high")
    results.findings = [{"level": "warn", "run_dir": "", "code": code, "message": "x"} for code in codes]
    ((what, _),) = summary(results).status.caveats
    assert "ncertainty high (2" in what


def test_only_the_worst_finding_stands_on_the_first_screen_in_one_clause():
    results = example(Plan(**SMALL))
    codes = ("uncertainty-high", "baseline-missing", "power-steps", "baseline-drift")
    results.findings = [{"level": "warn", "run_dir": "", "code": code, "message": "x"} for code in codes]
    ((what, why),) = summary(results).status.caveats
    assert what.startswith("Baseline missing") and why.count(".") == 1
    results.findings = [{"level": "warn", "run_dir": "", "code": "power-steps", "message": "x"}]
    ((_, why),) = summary(results).status.caveats
    assert why == CODES["power-steps"].meaning.partition(":")[0] + "."
    results.findings += [
        {"level": "warn", "run_dir": "0001-baseline", "code": "baseline-busy", "message": "x"}
    ]
    assert "Busy baseline" in words_of(results) and "Power steps" not in words_of(results)


def places(results) -> list[tuple[str, str]]:
    return [(tile.place, tile.unit) for tile in summary(results).tiles]


@pytest.mark.parametrize(
    ("plan", "expected"),
    [
        (Plan(**SMALL), [("energy", "mWh"), ("epochs", "mWh"), ("trackers", "%")]),
        (Plan(**SMALL, tracker=None), [("energy", "mWh"), ("epochs", "mWh"), ("energy", "mWh")]),
        (Plan(repeats=2, seconds=12, epochs=0, tracker=None), [("energy", "mWh")] * 2 + [("energy", "W")]),
        (Plan(**SMALL, tracker=None, baseline=False), [("energy", "mWh"), ("epochs", "mWh")]),
    ],
    ids=["all", "no tracker", "no epochs", "no baseline"],
)
def test_a_tile_that_does_not_apply_gives_its_place_up(plan, expected):
    assert places(example(plan)) == expected


def test_every_tile_says_how_sure_its_number_is():
    for plan in (Plan(**SMALL), Plan(repeats=1, seconds=12), Plan(repeats=4, seconds=12)):
        assert all(tile.ends for tile in summary(example(plan)).tiles)


def test_the_error_of_a_tracker_is_that_of_the_worst_against_the_meter():
    results = example(Plan(repeats=4, seconds=12, epochs=2))
    (row,) = [row for row in results.agreement if row.scenario == "all"]
    change(row, ratio=0.4, total_ratio_low=0.35, total_ratio_high=0.45)
    results.agreement.append(replace(row, tracker="closer", ratio=0.9))
    (tile,) = [tile for tile in summary(results).tiles if tile.place == "trackers"]
    assert (tile.value, tile.unit) == ("−60.0", "%")
    assert (tile.ends, tile.note.partition(",")[0]) == ("95 %: −65.0 to −55.0", "codecarbon")


def test_of_many_scenarios_the_figure_has_the_lowest_and_says_how_many_there_are():
    results = example(Plan(repeats=2, seconds=12, epochs=0, tracker=None))
    (row,) = [row for row in results.scenarios if row.scenario == "cnn"]
    results.scenarios = [
        replace(row, scenario=f"s{n}", base_scenario=f"s{n}", induced_wh=0.5 if n == 9 else 1.0)
        for n in range(10)
    ]
    drawn = first_figure(view_of(results))
    assert "8 of 10" in drawn and "s9 500" in drawn and "s8 1000" not in drawn


def test_one_scenario_alone_is_answered_with_its_energy_and_interval():
    results = example(Plan(repeats=4, seconds=12, tracker=None))
    results.comparisons = []
    results.scenarios = [row for row in results.scenarios if row.scenario in ("baseline", "cnn")]
    results.runs = [row for row in results.runs if row.scenario in ("baseline", "cnn")]
    headline = summary(results).headline
    low, high = results.scenarios[1].induced_low_wh, results.scenarios[1].induced_high_wh
    assert headline.focus.key == "cnn"
    ends = re.search(r"\(95 %: (\S+) to (\S+)\)", headline.words)
    assert [float(end) for end in ends.groups()] == pytest.approx([1000 * low, 1000 * high], rel=0.01)


def test_without_a_valid_run_no_number_is_claimed():
    results = example(Plan(**SMALL))
    results.runs, results.scenarios, results.comparisons = [], [], []
    found = summary(results)
    assert (found.tiles, found.footprint, found.headline.focus) == ([], None, None)


def test_emissions_and_cost_name_their_factors_and_where_these_come_from():
    results = example(Plan(**SMALL))
    assert "445 g/kWh" in summary(results).footprint.words
    assert "445 g/kWh" in summary(results).footprint.sources and "IEA" in summary(results).footprint.sources
    results.settings |= {"grid_co2_g_per_kwh": 100.0, "grid_co2_source": "a grid of 2030"}
    results.settings |= {"price_per_kwh": 0.5, "price_currency": "CHF", "price_source": "a contract"}
    energy_wh = summary(results).headline.focus.row.energy_wh
    footprint = summary(results).footprint
    grams, price = re.search(r": (\S+) g CO₂e .*, (\S+) CHF", footprint.words).groups()
    assert float(grams) == pytest.approx(energy_wh * 100, rel=0.05)
    assert float(price) == pytest.approx(energy_wh * 0.5, rel=0.05)
    assert "a grid of 2030" in footprint.sources and "a contract" in footprint.sources


@pytest.mark.parametrize(
    ("largest_wh", "unit"), [(0.0, "Wh"), (0.999, "mWh"), (1.0, "Wh"), (9999.0, "Wh"), (1e4, "kWh")]
)
def test_one_unit_of_energy_is_chosen_for_the_largest(largest_wh, unit):
    assert unit_for([None, -largest_wh, largest_wh / 1000]).name == unit
