"""The chapter of the smells: verdict first, published figures apart from results, nothing without smells."""

from dataclasses import replace
from typing import Any

import pytest
from chapter_page import cells, made, page_of, verdict
from hypothesis import given, settings
from hypothesis import strategies as st
from report_example import Plan, example
from typed_rows import row_of

from records.finding_codes.results import BASELINE_BUSY
from records.results import Results
from records.rows.findings import FindingRow
from records.rows.smells import SmellRow
from reports.blocks.contract import Chapter, Text
from reports.campaign.first_screen.summary import summary_of
from reports.campaign.smells.chapter import chapter
from reports.campaign.view import view_of
from reports.words.smells import cost_words, loaded_words

DECLARED = {"name": "IMR", "smelly": "transfer", "clean": "cnn", "code": "WL101"}
COMMON: dict[str, Any] = {"smell": "IMR", "clean": "cnn", "smelly": "transfer", "pairs": 6, "family_size": 1}
ENERGY = row_of(
    SmellRow,
    **COMMON,
    quantity="energy_wh",
    instrument="meter",
    mean_clean=2.0,
    mean_smelly=2.5,
    difference=0.5,
    difference_low=0.4,
    difference_high=0.6,
    pct=25.0,
    pct_low=20.0,
    pct_high=30.0,
    p=0.0002,
    p_holm=0.0002,
    time_part=0.5,
    time_part_low=0.4,
    time_part_high=0.6,
    power_part=0.0,
    power_part_low=-0.1,
    power_part_high=0.1,
    detectable=0.08,
    detectable_pct=4.0,
    verdict="costs more",
)
MEMORY = row_of(
    SmellRow,
    **COMMON,
    quantity="rss_growth_mib_per_epoch",
    instrument="process",
    mean_clean=0.5,
    mean_smelly=30.0,
    difference=29.5,
    verdict="costs more",
)
TRACKER = replace(
    ENERGY,
    instrument="codecarbon",
    runs_with="codecarbon",
    pct=5.0,
    pct_low=2.0,
    pct_high=8.0,
    meter_difference=0.5,
    meter_pct=25.0,
    excess=-0.4,
    excess_pct=-20.0,
    excess_pct_low=-24.0,
    excess_pct_high=-16.0,
    agrees="differ",
)


def results_with(*rows: SmellRow, declared: dict[str, Any] | None = None) -> Results:
    found = example(Plan(repeats=6))
    found.settings["smells"] = [DECLARED if declared is None else declared]
    for epoch in found.epochs:
        found.epochs[found.epochs.index(epoch)] = replace(epoch, rss_mib=500.0 + epoch.epoch)
    found.smells[:] = rows
    return found


@pytest.fixture(scope="module")
def whole() -> Chapter:
    return made(chapter, results_with(ENERGY, MEMORY, TRACKER))


def test_the_verdict_on_energy_comes_first_with_its_interval(whole: Chapter) -> None:
    first = verdict(whole)
    assert first.tone == "good"
    assert all(part in first.words for part in ("IMR", "+25", "20", "30", "p < 0.001", "6 pairs"))
    assert "SIMULATED" in whole.sheets[0].panels[0]


def test_no_difference_is_told_with_what_would_have_been_seen() -> None:
    row = replace(ENERGY, verdict="no difference found", p=0.4, p_holm=0.4)
    found = verdict(made(chapter, results_with(row)))
    assert found.tone == "good"
    assert "4.0 %" in found.words and "80 %" in found.words


def test_a_difference_without_a_percentage_comes_in_the_unit_of_the_report() -> None:
    row = replace(ENERGY, verdict="no difference found", pct=None, detectable_pct=None)
    found = results_with(row)
    found.scenarios = [replace(one, energy_wh=0.5) for one in found.scenarios]
    words = verdict(made(chapter, found)).words
    assert "+500 mWh (95 % interval 400 to 600)" in words and " 80 mWh or more" in words
    assert summary_of(view_of(found)).smells == [words]


def test_what_a_tracker_says_without_a_percentage_comes_in_the_unit_of_the_report() -> None:
    found = results_with(ENERGY, replace(TRACKER, pct=None))
    found.scenarios = [replace(one, energy_wh=0.5) for one in found.scenarios]
    assert "codecarbon says +500 mWh" in page_of(chapter, found).text


@pytest.mark.parametrize("name", ["too few repeats", "no verdict"])
def test_without_a_verdict_there_is_a_warning(name: str) -> None:
    assert verdict(made(chapter, results_with(replace(ENERGY, verdict=name)))).tone == "warn"


def test_a_sentence_without_a_note_ends_once() -> None:
    words = verdict(made(chapter, results_with(replace(ENERGY, verdict="no verdict", note="")))).words
    assert words.endswith(".") and not words.endswith("..")


def test_published_figures_stand_apart_with_their_source(whole: Chapter) -> None:
    lines = cells(whole, "smell-costs-data")
    published = [line for line in lines if line["What"] == "energy, published"]
    assert [line["Smelly against clean"] for line in published] == ["+31.78 %", "−2.9 %", "−5.5 %", "−1 %"]
    assert "arXiv" in published[0]["Verdict, or source"]
    other = made(chapter, results_with(ENERGY, declared={**DECLARED, "published_pct": {}}))
    assert len(cells(other, "smell-costs-data")) == 1


def test_every_figure_is_drawn_from_these_rows(whole: Chapter) -> None:
    panels = {sheet.key: len(sheet.panels) for sheet in whole.sheets}
    assert panels == {"smell-costs": 1, "smell-pairs": 1, "smell-parts": 1, "smell-memory": 1}
    assert len(cells(whole, "smell-pairs-data")) == 6
    assert "SIMULATED" in next(sheet for sheet in whole.sheets if sheet.key == "smell-costs").panels[0]


def test_a_tracker_stands_next_to_the_meter(whole: Chapter) -> None:
    (line,) = cells(whole, "smell-trackers")
    assert (line["Meter"], line["Do they agree"]) == ("+25.0", "differ")


def test_co2_says_its_factor_or_that_none_was_given() -> None:
    def words(found: Results) -> str:
        return " ".join(block.words for block in made(chapter, found).blocks if isinstance(block, Text))

    assert "grid_co2_g_per_kwh" in words(results_with(ENERGY))
    stated = results_with(ENERGY, replace(ENERGY, quantity="co2_g"))
    stated.settings |= {"grid_co2_g_per_kwh": 381.0, "grid_co2_source": "UBA 2023"}
    assert "381" in words(stated) and "UBA 2023" in words(stated)


def test_a_smell_without_runs_is_named() -> None:
    found = made(chapter, results_with())
    assert not found.absent
    assert verdict(found).tone == "nothing"
    assert "IMR" in verdict(found).words


def test_a_loaded_machine_gives_no_costs_in_time_and_energy() -> None:
    found = results_with(ENERGY, MEMORY)
    assert loaded_words(found) == ""
    found.findings.append(
        FindingRow(level="warn", code=BASELINE_BUSY.code, run_dir="0001-baseline", message="")
    )
    assert Text(loaded_words(found), "warn") in made(chapter, found).blocks


def test_p_alone_is_told_where_holm_takes_the_verdict_away() -> None:
    row = replace(ENERGY, p=0.03, p_holm=0.06, family_size=2, verdict="no difference found")
    words = verdict(made(chapter, results_with(row))).words
    assert "p = 0.060 after Holm" in words and "p = 0.030" in words


def test_the_first_screen_and_the_chapter_say_the_same() -> None:
    found = results_with(MEMORY, TRACKER, ENERGY)
    assert summary_of(view_of(found)).smells == [verdict(made(chapter, found)).words]
    assert summary_of(view_of(example(Plan(repeats=1)))).smells == []
    many = results_with(*(replace(ENERGY, smell=f"S{i}") for i in range(12)))
    assert len(summary_of(view_of(many)).smells) == 4


def test_nothing_is_shown_without_smells() -> None:
    found = made(chapter, example(Plan(repeats=1)))
    assert "[[smell]]" in found.absent
    assert not found.blocks


def test_the_page_holds_the_chapter_and_offers_its_rows() -> None:
    page = page_of(chapter, results_with(ENERGY, MEMORY, TRACKER))
    assert any(section.attributes.get("id") == "smells" for section in page.all("section"))


@settings(max_examples=12)
@given(st.sets(st.sampled_from([c.name for c in SmellRow.COLUMNS if c.optional])))
def test_any_number_may_be_absent(absent: set[str]) -> None:
    rows = [replace(row, **dict.fromkeys(absent)) for row in (ENERGY, MEMORY, TRACKER)]
    assert made(chapter, results_with(*rows)).blocks


def test_control_characters_in_a_name_do_not_break_the_figures() -> None:
    row = replace(MEMORY, clean="a\x1bb", smelly="c\x00d", smell="e\x07f")
    assert made(chapter, results_with(row, replace(ENERGY, smell="e\x07f"))).blocks


def test_a_cost_in_a_few_words_has_an_interval_or_what_would_have_been_seen() -> None:
    assert cost_words(ENERGY) == "+25.0 % (20.0 to 30.0)"
    unseen = replace(ENERGY, pct=1.0, pct_low=-3.0, pct_high=5.0, verdict="no difference found")
    assert "+1.0 %" in cost_words(unseen) and "4.0 %" in cost_words(unseen)
    assert "MiB per epoch" in cost_words(MEMORY)
    assert cost_words(replace(ENERGY, verdict="too few repeats")) == "too few repeats"
