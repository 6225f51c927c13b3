"""The chapter on trackers: the verdict first, then why, with the numbers of the results."""

import json
from dataclasses import replace
from statistics import mean, stdev

import pytest
from chapter_page import page_of
from report_example import HOSTILE, HOSTILE_IMAGE, Plan, example
from typed_rows import change

from analysis.agreement.trackers import agreement_rows, scope_rows
from analysis.agreement.views import view_rows
from reports.blocks.contract import Lines, Text
from reports.campaign.trackers.chapter import chapter, cost_words, settings_blocks
from reports.campaign.trackers.clouds import clouds
from reports.campaign.trackers.epochs import epoch_blocks
from reports.campaign.trackers.outcomes import outcomes_table, own_cpu_table
from reports.campaign.trackers.ratios import ratio_interval
from reports.campaign.trackers.remarks import remarks, scope_words, verdict_words
from reports.campaign.trackers.scope import scope_rows as part_rows
from reports.campaign.view import view_of
from reports.words.outcomes import lines_of_failures

WATTS = {"idle": 45.0, "cnn": 100.0, "transfer": 80.0}
HOUR_S = 3600.0
BASELINE_WH = 40.0


def run(scenario: str, number: int, tracker_wh: float, meter_wh: float, **changes):
    """A tracker's row of one hour, so that W and Wh are the same numbers."""
    row = {
        "slot": number,
        "scenario": scenario,
        "repeat": number,
        "tracker": "codecarbon",
        "version": "3.0.0",
        "t_start_utc_s": 1e9 + number * 2 * HOUR_S,
        "t_stop_utc_s": 1e9 + number * 2 * HOUR_S + HOUR_S,
        "energy_wh": tracker_wh,
        "cpu_wh": tracker_wh - 5.0,
        "gpu_wh": None,
        "ram_wh": 5.0,
        "scope": "cpu+ram",
        "settings": "{}",
        "meter_wh": meter_wh,
        "meter_u_wh": 0.02,
        "meter_random_u_wh": 0.01,
        "meter_net_wh": meter_wh - BASELINE_WH,
        "meter_net_u_wh": 0.02,
        "collector_gpu_wh": None,
    }
    row |= changes
    return row | {"ratio": row["energy_wh"] / meter_wh, "error_wh": row["energy_wh"] - meter_wh}


def runs_of(slope: float, intercept: float, repeats: int = 5, **changes):
    """Runs whose tracker says ``intercept + slope * meter``, give or take a little."""
    rows = []
    for number in range(repeats):
        for name, watts in WATTS.items():
            meter_wh = watts + 0.6 * number
            said_wh = intercept + slope * meter_wh + 0.15 * (-1) ** number
            rows.append(run(name, len(rows) + 1, said_wh, meter_wh, **changes))
    return rows


def view_with(rows, budgets=(), gpus=True):
    results = example(Plan(repeats=2, seconds=12, epochs=0, gpu=gpus, cpu_temperature=False))
    results.trackers[:] = rows
    results.agreement[:] = agreement_rows(results.trackers, 0.95)
    results.agreement_scopes[:] = scope_rows(results.trackers, 0.95)
    results.budgets[:] = budgets
    return view_of(results)


def first(view) -> Text:
    return next(block for block in chapter(view).blocks if isinstance(block, Text))


@pytest.mark.parametrize(
    ("slope", "tone", "words"),
    [
        (1.0, "good", "can replace the meter where 5 % are enough"),
        (0.78, "warn", "Not a substitute for the meter where 5 % matter"),
    ],
)
def test_the_verdict_comes_first_with_ratio_interval_and_margin(slope, tone, words):
    found = first(view_with(runs_of(slope, 0.0)))
    assert found.tone == tone
    assert "95 % interval" in found.words and "n = 15" in found.words
    assert words in found.words


def test_what_is_neither_shown_nor_refuted_is_called_open():
    found = first(view_with(runs_of(0.95, 0.0, repeats=1)[:2]))
    assert found.tone == ""
    assert "within 5 % is open." in found.words


def test_three_views_stand_side_by_side_and_what_is_missing_says_why():
    rows = [run(name, i, 0.8 * w + i % 2, w + 30.0) for i, (name, w) in enumerate(5 * list(WATTS.items()))]
    view = view_with(rows)
    view.results.agreement_scopes += view_rows(view.results.trackers, {"idle"}, 0.95)
    text = page_of(chapter, view.results).text
    for words in ("as shown", "induced on both sides", "by its structural line", "× P(tracker)"):
        assert words in text
    assert "no idle run had it" not in text
    view = view_with(rows)
    view.results.agreement_scopes += view_rows(view.results.trackers, set(), 0.95)
    assert "induced on both sides: no idle run had it" in page_of(chapter, view.results).text


def test_a_run_on_which_the_line_depends_is_named():
    rows = [run(f"load {i}", i, 0.8 * w + (i % 3) / 5, w) for i, w in enumerate(range(60, 180, 10))]
    rows += [run("odd", 50, 20.0, 160.0)]
    words = " ".join(remarks(view_with(rows), "codecarbon"))
    assert "The result depends on odd: without odd the slope is 0.80" in words


def test_a_scope_that_leaves_something_out_makes_a_ratio_below_one_expected():
    words = scope_words(view_with(runs_of(0.8, 0.0)), "codecarbon")
    assert "it cannot see the GPU, losses of the power supply" in words
    assert "expected and no error by itself" in words


def test_a_gpu_that_is_not_there_is_not_missed():
    assert "GPU" not in scope_words(view_with(runs_of(0.8, 0.0), gpus=False), "codecarbon")


def test_next_to_counters_nothing_is_said_of_a_ratio_to_the_plug():
    view = view_with(runs_of(0.8, 0.0))
    view.results.meter["driver"] = "rapl"
    assert "cpu" in scope_words(view, "codecarbon")
    assert "expected" not in scope_words(view, "codecarbon")
    assert "at the plug" not in " ".join(remarks(view, "codecarbon"))


def test_a_tracker_without_a_scope_is_said_to_state_none():
    words = scope_words(view_with(runs_of(0.8, 0.0, scope="")), "codecarbon")
    assert "does not state what it sees" in words


def test_a_part_that_is_the_same_in_every_run_is_called_an_assumption():
    words = " ".join(remarks(view_with(runs_of(0.8, 0.0)), "codecarbon"))
    assert "The same power in every run whatever was done: memory 5.00 W." in words
    assert "CPU 5" not in words


def test_an_offset_is_told_apart_from_a_factor():
    rows = [row for row in runs_of(0.8, -12.0) if row["scenario"] != "idle"]
    for name in ("idle", "more"):
        level = 45.0 if name == "idle" else 130.0
        rows += [run(name, 50 + i, 0.8 * (level + i) - 12 + 0.1 * (-1) ** i, level + i) for i in range(4)]
    words = " ".join(remarks(view_with(rows), "codecarbon"))
    assert "Deming's line misses the origin: 0.80" in words
    assert "no single factor corrects it" in words


def test_a_factor_alone_has_no_offset_and_no_difference_between_scenarios():
    words = " ".join(remarks(view_with(runs_of(0.8, 0.0)), "codecarbon"))
    assert "misses the origin" not in words
    assert "these intervals overlap" in words


def test_its_gpu_part_is_held_against_the_sampled_power():
    rows = [
        row | {"gpu_wh": 20.0 + 0.1 * i, "collector_gpu_wh": 25.0} for i, row in enumerate(runs_of(0.8, 0))
    ]
    words = " ".join(remarks(view_with(rows), "codecarbon"))
    assert "Its GPU part is 8" in words and "of the GPU power that the collector sampled" in words


def test_the_limits_of_agreement_are_mean_and_196_standard_deviations():
    view = view_with(runs_of(0.9, 0.0))
    cloud = next(item for item in clouds(view) if item.name.startswith("codecarbon, cnn"))
    errors_wh = [row.error_wh for row in view.results.trackers if row.scenario == "cnn"]
    differences = [error_wh * view.unit.per_wh for error_wh in errors_wh]
    assert cloud.compared.lower == pytest.approx(mean(differences) - 1.95996 * stdev(differences), rel=1e-4)
    assert cloud.compared.upper == pytest.approx(mean(differences) + 1.95996 * stdev(differences), rel=1e-4)
    assert [name for name, _, _ in cloud.groups] == ["cnn"]


def test_runs_stand_beside_each_other_by_scenario_in_the_cloud_of_all():
    view = view_with(runs_of(0.9, 0.0))
    cloud = clouds(view)[0]
    assert [(name, n) for name, _, n in cloud.groups] == [("idle", 5), ("cnn", 5), ("transfer", 5)]
    assert [colour for _, colour, _ in cloud.groups] == [view.colour_of(name) for name in WATTS]
    measured_wh = [45.0 + 0.6 * i for i in range(5)]
    assert list(cloud.measured[:5] / view.unit.per_wh) == pytest.approx(measured_wh)


def test_two_runs_have_the_interval_of_the_budget_and_are_said_to_be_few():
    low_high = {"of": "tracker", "scenario": "cnn+codecarbon", "low": 0.75, "high": 0.81}
    view = view_with(runs_of(0.78, 0.0, repeats=2), [low_high])
    row = next(r for r in view.results.agreement if r.scenario == "cnn")
    assert row.compared.total_ratio_low is None
    assert ratio_interval(view, row) == (0.75, 0.81)
    assert ratio_interval(view, replace(row, against="wall net")) == (None, None)
    words = " ".join(remarks(view, "codecarbon"))
    assert "cnn (n = 2)" in words and "neither yes nor no" in words


def test_outcomes_and_cpu_time_are_tabulated_where_runs_tell_them():
    assert outcomes_table(view_with(runs_of(0.78, 0.0))) is None
    assert own_cpu_table(view_with(runs_of(0.78, 0.0))) is None
    seconds = {"tracker_cpu_s": 36.0, "build_s": 2.0, "start_s": 3.0, "stop_s": 0.5, "extent": "machine"}
    rows = [run("cnn", i, 78.0, 100.0, outcome="ok", **seconds) for i in (1, 2, 3)]
    rows += [run("cnn", 4, 78.0, 100.0, outcome="hung", outcome_text="stop: 120 s", extent="machine")]
    view = view_with(rows)
    went = outcomes_table(view)
    assert [column.label for column in went.columns] == ["Tracker", "Sees", "ok", "hung", "Why"]
    assert went.rows == [["codecarbon", "machine", "3", "1", "stop: 120 s"]]
    (own,) = own_cpu_table(view).rows
    assert own[:3] == ["cnn", "codecarbon", "3"]
    assert [float(text) for text in (own[3], *own[-4:])] == [36.0, 1.0, 2.0, 3.0, 0.5]
    keys = [getattr(block, "key", "") for block in chapter(view).blocks]
    assert keys.index("trackers-outcomes") < keys.index("trackers-own-cpu")


def test_one_run_alone_is_reported_without_any_cloud():
    found = chapter(view_with([run("cnn", 1, 78.0, 100.0)]))
    keys = {sheet.key for sheet in found.sheets if sheet.panels}
    assert "trackers-bland-altman" not in keys and "trackers-lines" not in keys
    assert {"trackers-ratio", "trackers-scope"} <= keys


def test_what_a_tracker_splits_into_parts_and_what_it_does_not():
    rows = [run("cnn", i, 30.0, 100.0, cpu_wh=10.0, ram_wh=5.0) for i in (1, 2)]
    (found,) = part_rows(view_with(rows))
    assert found.parts_wh == {"CPU": 10.0, "GPU": None, "RAM": 5.0, "not split": pytest.approx(15.0)}
    whole = [row | {"cpu_wh": 25.0} for row in rows]
    assert part_rows(view_with(whole))[0].parts_wh["not split"] is None


def test_a_cost_is_claimed_only_where_the_difference_is_significant():
    view = view_with(runs_of(0.8, 0.0))
    costs = [row for row in view.results.comparisons if row.b == f"{row.a}+codecarbon"]
    assert costs
    for row in costs:
        change(row, pairs=3, p=0.5, p_holm=0.5)  # fewer pairs give no verdict
    assert "No cost in energy detected" in cost_words(view)
    for row in costs:
        change(row, p=0.001, p_holm=0.001, total_low=0.01, total_high=0.02)
    assert "significant at 95 % for" in cost_words(view)
    for row in costs:
        change(row, total_low=-0.01)
    assert "No cost in energy detected" in cost_words(view)


def test_settings_that_vary_and_settings_that_are_no_settings():
    rows = runs_of(0.8, 0.0)
    for number, row in enumerate(rows):
        row["settings"] = json.dumps({"cpu_method": "cpu_load", "cpu_power_w": number})
    blocks = settings_blocks(view_with(rows), ["codecarbon"])
    (same,) = [block for block in blocks if isinstance(block, Lines)]
    assert same.rows == [("cpu method", "cpu_load")]
    assert "Not the same in all runs: cpu power." in blocks[-1].words
    for row in rows:
        row["settings"] = "not JSON {"
    assert settings_blocks(view_with(rows), ["codecarbon"]) == []


def test_no_ratio_is_no_verdict():
    view = view_with(runs_of(0.8, 0.0))
    view.results.agreement.clear()
    assert verdict_words(view, "codecarbon").startswith("codecarbon was not compared")


def test_a_tracker_that_was_not_compared_says_why_and_has_no_ratio_to_explain():
    uncompared = {
        "outcome": "window",
        "meter_wh": None,
        "meter_net_wh": None,
        "ratio": None,
        "error_wh": None,
    }
    rows = [run("cnn", i, 78.0, 100.0) | uncompared for i in (1, 2)]
    view = view_with(rows)
    assert "other window in 2 of 2 runs" in verdict_words(view, "codecarbon")
    assert "ratio" not in scope_words(view, "codecarbon")
    assert remarks(view, "codecarbon") == []
    assert lines_of_failures(view.results.trackers) == [
        "codecarbon, not compared: other window in 2 of 2 runs"
    ]


def test_a_tracker_without_any_energy_has_an_outcome_and_nothing_else_to_say():
    absent = ("energy_wh", "cpu_wh", "ram_wh", "ratio", "error_wh")
    rows = [run("cnn", 1, 78.0, 100.0) | dict.fromkeys(absent) | {"outcome": "no-sensor", "scope": ""}]
    rows += runs_of(0.8, 0.0, tracker="zeus")
    blocks = [block for block in chapter(view_with(rows)).blocks if isinstance(block, Text)]
    said = [block.words for block in blocks if block.words.startswith("codecarbon")]
    assert len(said) == 1 and "no sensor in 1 of 1 runs" in said[0]


def test_more_than_the_plug_delivers_is_not_called_expected():
    assert "no error by itself" in scope_words(view_with(runs_of(0.8, 0.0)), "codecarbon")
    assert "no error by itself" not in scope_words(view_with(runs_of(1.3, 0.0)), "codecarbon")


def test_means_side_by_side_are_of_the_same_runs():
    rows = [run("cnn", 1, 30.0, 100.0)]
    rows += [run("cnn", 2, 90.0, 100.0) | {"meter_wh": None, "ratio": None, "error_wh": None}]
    (found,) = part_rows(view_with(rows))
    assert (found.n, found.meter_wh, found.tracker_wh) == (1, 100.0, 30.0)


def test_tables_without_a_row_are_left_out():
    keys = [
        getattr(sheet.data, "key", None) for sheet in chapter(view_with([run("cnn", 1, 78.0, 100.0)])).sheets
    ]
    assert "trackers-limits" not in keys and "trackers-lines" not in keys


def test_the_page_holds_every_part_marks_it_simulated_and_takes_no_markup():
    results = example(Plan(repeats=4, seconds=12, epochs=0, gpu=False, names=("idle", HOSTILE, "transfer")))
    for row in results.trackers:
        change(row, scope=HOSTILE_IMAGE, version=HOSTILE_IMAGE)
    page = page_of(chapter, results)
    (section,) = [s for s in page.all("section") if s.attributes.get("id") == "trackers"]
    figures = {figure.attributes["id"] for figure in section.all("figure")}
    assert figures == {
        f"figure-trackers-{key}" for key in ("ratio", "split", "scope", "bland-altman", "lines", "cost")
    }
    assert all("SIMULATED" in svg.text for svg in section.all("svg"))
    assert not section.all("script", "img") and HOSTILE_IMAGE in section.text


def test_epochs_of_a_series_have_a_figure_and_its_table():
    assert not epoch_blocks(view_with(runs_of(0.8, 0.0)))
    results = example(Plan(repeats=2, seconds=12, epochs=3, gpu=False, cpu_temperature=False))
    for row in results.epochs:
        if row.tracker:
            change(row, tracker_wh=0.8 * row.energy_wh)
    _, sheet = epoch_blocks(view_of(results))
    assert sheet.panels
    assert len(sheet.data.rows) == len({row.scenario for row in results.epochs if row.tracker})
