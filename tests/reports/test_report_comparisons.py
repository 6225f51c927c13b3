"""The chapters that compare: scenarios with each other, epochs with temperature, work with energy."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_example import HOSTILE, HOSTILE_IMAGE, Plan, example, nothing_counted
from report_page import Page
from typed_rows import change, emptied, row_of

from analysis.statistics.comparison import compare
from analysis.statistics.samples import sample_of
from records.rows.runs import RunRow
from records.rows.statistics import ComparisonRow
from reports.blocks.contract import Chapter, Choice, Text
from reports.blocks.kit import Sheet
from reports.blocks.shortening import MOST_ROWS, shortened
from reports.blocks.svg import drawing_style
from reports.campaign.comparisons import chapter as comparisons
from reports.campaign.efficiency import chapter as efficiency
from reports.campaign.efficiency.figures import factors_of, kinds_of
from reports.campaign.epochs import chapter as epochs
from reports.campaign.pairs import main_quantities, pairs_of, turned
from reports.campaign.view import view_of
from reports.words.numbers import finite
from reports.words.verdict import certainty, pair_words, relative_words

CHAPTERS = {"comparisons": comparisons, "epochs": epochs, "efficiency": efficiency}


def chapter_of(results, name="comparisons") -> Chapter:
    with drawing_style():
        return CHAPTERS[name].chapter(view_of(results))


def words_of(chapter: Chapter) -> list[str]:
    return [block.words for block in chapter.blocks if isinstance(block, Text)]


def sheet_of(chapter: Chapter, key: str) -> Sheet:
    return next(sheet for sheet in chapter.sheets if sheet.key == key)


def rows_of(chapter: Chapter, key: str) -> list[dict[str, str]]:
    found = next(table for table in chapter.tables if table.key == key)
    return [dict(zip([c.label for c in found.columns], row, strict=True)) for row in found.rows]


@pytest.fixture(scope="module")
def results():
    return example(Plan(repeats=6))


@pytest.fixture(scope="module")
def compared(results):
    return chapter_of(results)


@pytest.fixture(scope="module")
def epoch_chapter(results):
    return chapter_of(results, "epochs")


def pair(a: list[float], b: list[float], quantity: str = "induced_wh") -> ComparisonRow:
    """Compare runs that the plan interleaved."""

    def sample(name: str, values: list[float], shift: int):
        rows = [
            row_of(
                RunRow,
                run_dir=f"{i}-{name}",
                t_start_utc_s=20.0 * i + shift,
                block=i,
                **{quantity: value},
            )
            for i, value in enumerate(values)
        ]
        return sample_of(name, rows, [], quantity)

    return compare(sample("a", a, 0), sample("b", b, 10), 0.95)


# --- words


def test_the_first_sentence_answers_for_the_two_workloads(compared):
    first = words_of(compared)[0]
    assert re.match(r"transfer uses 7\d(\.\d+)? % less induced energy than cnn: difference −1\.", first)
    assert "Significant at 95 % (paired t test over 6 blocks, p < 0.001" in first
    assert "after Holm over 3 comparisons" in first
    assert compared.blocks[0].tone == "good"
    assert [sheet.key for sheet in compared.sheets[:2]] == ["ratios", "matrix"]


def test_a_single_run_of_each_is_called_untested_and_says_why():
    chapter = chapter_of(example(Plan(repeats=1, seconds=12)))
    assert "there is no verdict: a single run shows no scatter." in words_of(chapter)[0]
    assert chapter.blocks[0].tone == "warn"
    assert all(row["Result"].endswith("untested") for row in rows_of(chapter, "comparison-rows"))
    assert {row["95 % interval"] for row in rows_of(chapter, "statistics-rows")} == {"n = 1: no interval"}
    assert sheet_of(chapter, "run-order").panels == []


def test_equal_repeats_are_untested_for_want_of_scatter():
    row = pair([2.0, 2.0, 2.0], [1.0, 1.0, 1.0])
    assert "there is no verdict: the repeats do not scatter." in pair_words(row, "a", "b")
    assert relative_words(row) == "50 % less"


def test_what_is_not_significant_is_not_called_equal():
    row = pair([1.0, 1.2, 0.9, 1.1], [1.1, 1.0, 1.0, 1.2])
    assert certainty(row) == "not significant"
    assert pair_words(row, "a", "b").startswith("No clear winner in induced energy between a and b")


def test_scenarios_that_were_not_interleaved_are_named():
    results = example(Plan(repeats=3, seconds=12, tracker=None))
    assert not any("Not interleaved" in words for words in words_of(chapter_of(results)))
    for run in results.runs:
        if run.scenario == "transfer":
            change(run, t_start_utc_s=run.t_start_utc_s + 1e6)
    said = next(words for words in words_of(chapter_of(results)) if "Not interleaved" in words)
    assert "transfer and cnn; transfer and idle. One was over before the other began" in said


# --- which pairs


def test_what_a_tracker_costs_is_left_to_its_own_chapter(results, compared):
    tracked = {row.scenario for row in results.scenarios if row.tracker}
    assert any(row.b in tracked for row in results.comparisons)
    assert not any(row.b in tracked for row in pairs_of(view_of(results)))
    assert not any("codecarbon" in row["Scenario b"] for row in rows_of(compared, "comparison-rows"))


def test_the_quantities_are_induced_energy_energy_per_epoch_and_time(results):
    names = [quantity.name for quantity in main_quantities(view_of(results))]
    assert names == ["induced_wh", "induced_wh_per_epoch", "duration_s"]
    without = example(Plan(repeats=2, baseline=False))
    names = [quantity.name for quantity in main_quantities(view_of(without))]
    assert names == ["energy_wh", "wh_per_epoch", "duration_s"]


# --- matrix and ratios


def test_a_cell_tells_direction_and_certainty_by_words_and_form(compared):
    sheet = sheet_of(compared, "matrix")
    assert len(sheet.panels) == 3
    induced = sheet.panels[0]
    assert "▼" in induced and "▲" in induced
    assert "significant" in induced and "% less" in induced and "% more" in induced
    cells = rows_of(compared, "matrix-data")
    transfer = next(
        row for row in cells if (row["Quantity"], row["Scenario"]) == ("induced energy", "transfer")
    )
    assert re.fullmatch(r"7\d(\.\d+)? % less, significant", transfer["against cnn"])
    assert transfer["against transfer"] == "–"
    assert not any("baseline" in row["Scenario"] for row in cells)


@given(
    st.lists(st.floats(0.5, 2.0), min_size=3, max_size=6),
    st.lists(st.floats(-0.3, 0.3), min_size=6, max_size=6),
    st.floats(-0.2, 0.6),
)
def test_a_pair_turned_round_says_the_same(values, noise, shift):
    other = [value + shift + more for value, more in zip(values, noise, strict=False)]
    row, back = pair(values, other), pair(other, values)
    turn = turned(row)
    assert certainty(turn) == certainty(back)
    for name in ("difference", "ratio", "ratio_low", "ratio_high"):
        if finite(turn.named(name)) is not None and finite(back.named(name)) is not None:
            assert turn.named(name) == pytest.approx(back.named(name), rel=1e-6, abs=1e-9)


def test_ratios_are_drawn_in_percent_with_their_intervals(compared):
    sheet = sheet_of(compared, "ratios")
    assert all("difference / % of the reference" in panel for panel in sheet.panels)
    row = next(
        row
        for row in rows_of(compared, "ratios-data")
        if (row["Quantity"], row["Scenario"], row["against"]) == ("induced energy", "transfer", "cnn")
    )
    low, high = (float(end.replace("−", "-")) for end in row["95 % interval"].strip("[]").split(", "))
    value = float(row["Difference"].replace("−", "-"))
    assert low < value < high < 0


def test_a_pair_without_a_ratio_is_named_and_stands_in_the_table():
    results = example(Plan(repeats=3, tracker=None))
    for row in results.comparisons:
        if (row.a, row.quantity) == ("idle", "induced_wh"):
            change(row, mean_a=-0.01, ratio=None, ratio_low=None, ratio_high=None)
    chapter = chapter_of(results)
    assert "In induced energy 2 of 3 pairs have no ratio" in sheet_of(chapter, "ratios").caption
    pairs = [
        row
        for row in rows_of(chapter, "comparison-rows")
        if (row["against a"], row["Quantity"]) == ("idle", "induced energy, Wh")
    ]
    assert [row["Result"] for row in pairs] == ["more, significant", "more, significant"]


def test_an_interval_without_end_does_not_hide_the_others():
    results = example(Plan(repeats=3, tracker=None))
    for row in results.comparisons:
        change(row, ratio_low=-5.0, ratio_high=1e9)
    assert len(sheet_of(chapter_of(results), "ratios").panels) == 3


def test_many_scenarios_are_all_in_the_tables_but_not_all_drawn():
    results = example(Plan(repeats=3, tracker=None))
    base = next(row for row in results.scenarios if row.scenario == "cnn")
    for number in range(20):
        results.scenarios.append(replace(base, scenario=f"s{number}", base_scenario=f"s{number}"))
        results.runs += [
            replace(run, scenario=f"s{number}", run_dir=f"{run.run_dir}-{number}")
            for run in results.runs
            if run.scenario == "cnn"
        ]
        results.comparisons += [
            replace(row, b=f"s{number}") for row in results.comparisons if (row.a, row.b) == ("idle", "cnn")
        ]
    chapter = chapter_of(results)
    assert "further scenarios are in the tables only" in sheet_of(chapter, "matrix").caption
    assert "further pairs in induced energy: in the table only" in sheet_of(chapter, "ratios").caption
    assert len(sheet_of(chapter, "run-order").panels) == 12
    assert "s19" in {row["Scenario b"] for row in rows_of(chapter, "comparison-rows")}


# --- runs one by one


def test_outliers_and_drift_are_seen_in_the_runs():
    results = example(Plan(repeats=8, tracker=None))
    row = next(row for row in results.statistics if (row.scenario, row.quantity) == ("cnn", "induced_wh"))
    runs = [run.run_dir for run in results.runs if run.scenario == "cnn"]
    change(row, outliers=runs[3], drift_per_run=0.0123, drift_low=0.004, drift_high=0.0206, drift_tau_p=0.012)
    chapter = chapter_of(results)
    panel = next(panel for panel in sheet_of(chapter, "run-order").panels if ">cnn<" in panel)
    assert "1 outlier" in panel
    assert "drift 0.0123 a run, p = 0.012" in panel
    others = [panel for panel in sheet_of(chapter, "run-order").panels if ">idle<" in panel]
    assert "drift 0.0123" not in others[0]
    assert len(rows_of(chapter, "run-order-data")) == 4 * 8


def test_the_mixed_model_names_its_reference(compared):
    rows = rows_of(compared, "mixed-rows")
    assert [row["Scenario"] for row in rows] == ["idle (mean)", "cnn minus idle", "transfer minus idle"]
    assert rows[1]["Remarks"] in ("as above", "–")


# --- epochs


def test_an_epoch_is_answered_for_in_words(epoch_chapter):
    assert re.match(
        r"An epoch of cnn needs 0\.2\d+ Wh of induced energy on average, 95 % interval "
        r"\[0\.2\d+, 0\.\d+\] Wh \(24 epochs in 6 runs\)\. "
        r"The first one needs .* % (more|less) than the later ones \(not tested\)",
        words_of(epoch_chapter)[0],
    )


def test_accuracy_of_the_epochs_is_no_matter_of_the_meter(epoch_chapter):
    sheet = sheet_of(epoch_chapter, "progress")
    assert len(sheet.panels) == 4
    assert "SIMULATED" not in "".join(sheet.panels)
    assert "cnn 0.8" in sheet.panels[0]


def test_energy_and_temperature_stand_against_each_other_with_the_quoted_r():
    results = example(Plan(repeats=2, tracker=None))
    for row in results.correlations:
        if row.y == "gpu_temperature_c":
            change(row, r_within=0.71, r_within_low=0.4, r_within_high=0.88, r_within_p=0.0004)
    chapter = chapter_of(results, "epochs")
    said = next(words for words in words_of(chapter) if words.startswith("cnn: "))
    assert "within the runs, epochs with a warmer GPU needed more energy (r 0.71 [0.40, 0.88])" in said
    assert "quoted for comparison: r = 0.98" in said
    assert len(sheet_of(chapter, "epoch-temperature").panels) == 4  # two scenarios, GPU and CPU
    assert "quoted" in sheet_of(chapter, "correlations").caption


def test_without_sensors_the_temperature_is_missed_in_words():
    results = example(Plan(repeats=2, gpu=False, cpu_temperature=False, tracker=None))
    sheet = sheet_of(chapter_of(results, "epochs"), "epoch-temperature")
    assert (sheet.panels, sheet.absent) == ([], "no run has epochs with a temperature.")


def test_of_very_many_epochs_the_page_shows_the_first_and_says_so():
    results = example(Plan(repeats=2, epochs=1, tracker=None))
    results.epochs = [replace(row, epoch=i) for i in range(1, 201) for row in results.epochs]
    whole = chapter_of(results, "epochs")
    table = next(t for t in shortened(whole, results).tables if t.key == "epoch-rows")
    assert len(table.rows) == MOST_ROWS
    assert f"the first {MOST_ROWS} of 800; CSV and JSON hold all" in table.caption
    assert table.source == "epochs"


# --- efficiency


def test_every_kind_of_useful_work_can_be_chosen_those_of_the_settings_first(results):
    assert kinds_of(view_of(results)) == ["val_accuracy", "samples"]
    results.settings["useful_work"] = ["samples", HOSTILE]
    try:
        (choice,) = [b for b in chapter_of(results, "efficiency").blocks if isinstance(b, Choice)]
    finally:
        results.settings["useful_work"] = ["val_accuracy", "samples"]
    assert [words for words, _ in choice.options] == ["Samples seen", "Validation accuracy"]


def test_the_factor_is_the_ratio_of_the_sums_with_cochrans_interval(results):
    view = view_of(results)
    item = next(item for item in view.scenarios if item.key == "transfer")
    factor = factors_of(view, "val_accuracy")[-1]
    energies = [run.induced_wh for run in item.runs]
    found = factor.interval_of(item)
    assert factor.value(item) == pytest.approx(0.81 * 6 / sum(energies)) == found.value
    assert found.low < found.value < found.high
    assert "Validation accuracy per induced Wh: transfer 2." in words_of(chapter_of(results, "efficiency"))[0]


def test_work_that_nobody_did_is_no_choice():
    results = example(Plan(repeats=3, tracker=None))
    for row in results.scenarios:
        change(row, **{key: 0.0 for key in row.to_json() if key.startswith("samples_per")})
    assert kinds_of(view_of(results)) == ["val_accuracy"]


def test_with_one_kind_there_is_nothing_to_choose():
    results = example(Plan(repeats=3, tracker=None))
    for row in results.scenarios:
        change(row, **{key: None for key in row.to_json() if key.startswith("samples_per")})
    blocks = chapter_of(results, "efficiency").blocks
    assert not [block for block in blocks if isinstance(block, Choice)]
    assert "efficiency-val-accuracy" in [block.key for block in blocks if isinstance(block, Sheet)]


# --- damage, hostility, and the page


_KEPT = {"scenario", "reference", "a", "b", "quantity", "x", "y", "tracker", "kind", "run_dir"}
_SHOWN_IN = {
    "comparisons": ["comparisons"],
    "statistics": ["comparisons"],
    "mixed_models": ["comparisons"],
    "correlations": ["epochs"],
    "epochs": ["epochs", "efficiency"],
    "runs": ["comparisons", "efficiency"],
}


@pytest.mark.parametrize("part", _SHOWN_IN)
@pytest.mark.parametrize("names_kept", [True, False])
def test_any_number_may_be_absent(part, names_kept):
    results = example(Plan(repeats=2, seconds=12, epochs=2, gpu=False, tracker=None))
    kept = _KEPT if names_kept or part in ("epochs", "runs") else set()
    rows = getattr(results, part)
    rows[:] = [emptied(row, kept) for row in rows]
    for name in _SHOWN_IN[part]:
        assert chapter_of(results, name).blocks


def test_where_no_run_was_counted_the_chapters_say_why():
    assert "no two scenarios were counted" in chapter_of(nothing_counted()).absent
    assert chapter_of(nothing_counted(), "epochs").absent == "no run reported epochs."
    assert chapter_of(nothing_counted(), "efficiency").absent == "no scenario reported useful work."


def test_one_scenario_is_described_though_there_is_nothing_to_compare():
    results = example(Plan(repeats=3, tracker=None))
    results.comparisons.clear()
    chapter = chapter_of(results)
    assert not chapter.absent
    assert "no two scenarios without a tracker to compare" in words_of(chapter)[0]
    assert rows_of(chapter, "statistics-rows")


_SHOWN = """
return [...document.querySelectorAll('#useful-work .option')]
  .map(option => getComputedStyle(option).visibility === 'visible' && option.offsetHeight > 100);
"""


def test_useful_work_is_chosen_with_the_keyboard_and_printed_whole(browser, hostile_address):
    from selenium.webdriver.common.keys import Keys

    browser.complaints()
    browser.open(hostile_address)
    driver = browser.driver
    assert driver.execute_script(_SHOWN) == [True, False]
    driver.find_element("id", "useful-work-1").send_keys(Keys.ARROW_RIGHT)
    assert driver.execute_script(_SHOWN) == [False, True]
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    assert driver.execute_script(_SHOWN) == [True, True]
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    assert browser.complaints() == []


def test_hostile_names_are_text_in_every_figure_and_table(hostile_html):
    page = Page(hostile_html)
    (section,) = [s for s in page.all("section") if s.attributes.get("id") == "comparisons"]
    assert HOSTILE in section.text and HOSTILE_IMAGE in section.text
    assert section.all("script", "img") == []


def test_an_axis_of_ratios_says_that_it_is_logarithmic(compared):
    panels = sheet_of(compared, "ratios").panels
    assert panels and all("% of the reference (logarithmic)" in str(panel) for panel in panels)
