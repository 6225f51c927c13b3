"""The budget in the report: it names the terms that count, and its numbers are those of the results."""

import math

import pytest
from chapter_page import page_of
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st
from report_budgets import budget
from report_example import HOSTILE, Plan, example

from records.rows.families import BUDGET_TERMS
from reports.blocks.contract import Lines, Text
from reports.blocks.shortening import MOST_TAKEN
from reports.blocks.tables import Table
from reports.campaign.uncertainty.chapter import chapter
from reports.campaign.uncertainty.tables import MOST_ROWS, factor, freedom_words, quantity_words, term_words
from reports.campaign.uncertainty.terms import FAMILIES, TERMS, family_shares, shares
from reports.campaign.view import view_of
from reports.words.energy import WH

SMALL = {"repeats": 2, "seconds": 12, "epochs": 0, "gpu": False, "cpu_temperature": False}

# JCGM 100:2008, H.1.6: contributions to the length of the gauge block in nm, and u_c = 32 nm.
GAUGE_BLOCK_NM = {"calibration": 25.0, "repeats": 9.7, "sampling": 2.9, "resolution": 16.6}


def chapter_of(rows, **changes):
    results = example(Plan(**SMALL))
    results.budgets[:] = rows
    for name, value in changes.items():
        setattr(results, name, value)
    return chapter(view_of(results))


def texts(found) -> str:
    return " ".join(block.words for block in found.blocks if isinstance(block, Text))


def table_of(found, key: str) -> Table:
    return next(item for item in found.tables if item.key == key)


def column_of(item: Table, label: str) -> list[str]:
    place = [column.label for column in item.columns].index(label)
    return [row[place] for row in item.rows]


def test_every_term_of_the_results_has_words_and_a_family():
    assert tuple(TERMS) == BUDGET_TERMS
    assert {term.family for term in TERMS.values()} == set(FAMILIES)


def test_the_shares_are_those_of_the_published_gauge_block():
    row = budget("scenario", "block", "energy_wh", 50.000838, **GAUGE_BLOCK_NM)
    assert round(row.u) == 32
    found = shares(row)
    assert list(found) == ["calibration", "resolution", "repeats", "sampling"]
    assert found["calibration"] == pytest.approx(625 / 1002.9, rel=1e-3)
    assert term_words(row, "calibration") == "25 (62 %)"


@settings(deadline=None, max_examples=60)
@for_all(st.dictionaries(st.sampled_from(BUDGET_TERMS), st.floats(1e-30, 1e12), min_size=1))
def test_shares_add_up_to_the_whole_and_are_ordered(terms):
    row = budget("scenario", "cnn", "energy_wh", 1.0, **terms)
    found = shares(row)
    assert math.isclose(sum(found.values()), 1.0, rel_tol=1e-9)
    assert list(found.values()) == sorted(found.values(), reverse=True)
    assert math.isclose(sum(family_shares(row).values()), 1.0, rel_tol=1e-9)


def test_a_budget_of_nothing_has_no_shares():
    assert shares(budget("scenario", "cnn", "energy_wh", 1.0, gain=0.0)) == {}
    assert family_shares(budget("scenario", "cnn", "energy_wh", 1.0)) == {}


@pytest.mark.parametrize(
    ("terms", "words"),
    [
        ({"gain": 0.02, "repeats": 0.001}, "more repeats do not"),
        ({"gain": 0.001, "repeats": 0.02}, "the largest term is the scatter of the repeats: more repeats"),
        ({"latency": 0.02, "repeats": 0.001}, "lab meter delay"),
    ],
)
def test_it_says_which_term_is_the_largest_and_what_would_help(terms, words):
    found = chapter_of([budget("scenario", "cnn", "induced_wh", 1.0, **terms)])
    assert words in texts(found)


def test_the_induced_energy_is_what_the_answer_is_about_and_energy_without_a_baseline():
    energy = budget("scenario", "cnn", "energy_wh", 2.0, gain=0.02)
    induced = budget("scenario", "cnn", "induced_wh", 1.0, repeats=0.02)
    assert "In the induced energy of cnn" in texts(chapter_of([energy, induced]))
    assert "In the energy of cnn" in texts(chapter_of([energy]))


def test_value_factor_freedom_and_interval_stand_below_the_terms():
    row = budget("scenario", "cnn", "energy_wh", 2.345678, gain=0.003, repeats=0.004)
    item = table_of(chapter_of([row]), "budget-0")
    cells = dict(zip(column_of(item, "Term"), column_of(item, "Energy, gross"), strict=True))
    assert cells["the meter's gain"] == "3.0 (36 %)"
    assert cells["the scatter of the repeats"] == "4.0 (64 %)"
    assert cells["combined standard uncertainty u"] == "5.0"
    assert cells["value"] == "2345.7"
    assert cells["coverage factor k"] == "2.00"
    assert cells["effective degrees of freedom"] == "12.0"
    assert cells["95 % interval"] == "[2336, 2356]"
    assert item.source == "budgets"


def test_what_is_unknown_is_not_made_up():
    alone = budget("scenario", "cnn", "induced_wh", 1.0, known=False, gain=0.01)
    assert factor(alone) is None
    assert freedom_words(alone) == "∞"
    (lines,) = [
        b for b in chapter_of([alone]).blocks if isinstance(b, Lines) and b.caption == "Largest terms"
    ]
    assert "one run: no interval" in lines.rows[0][1]


def test_terms_beyond_counting_are_not_listed():
    row = budget("scenario", "cnn", "induced_wh", 1.0, gain=0.01, offset=1e-40)
    assert "the meter's offset" not in column_of(table_of(chapter_of([row]), "budget-0"), "Term")
    assert term_words(row, "offset") == "≈ 0"


def test_many_windows_are_cut_and_the_caption_says_where_all_are():
    rows = [budget("epoch", "cnn", "energy_wh", 0.1, gain=0.001) for _ in range(MOST_TAKEN + 1)]
    item = table_of(chapter_of(rows), "budget-epochs")
    assert len(item.rows) == MOST_ROWS
    assert f"the first 200 of {MOST_TAKEN + 1}, all in results/budgets.csv" in item.caption


def test_quantities_are_named_with_their_units():
    def words(quantity: str) -> str:
        return quantity_words(budget("scenario", "cnn", quantity, 1.0), WH)

    assert words("induced_wh difference") == "Induced energy difference / Wh"
    assert words("energy_wh ratio") == "Energy, gross ratio"
    assert words("power_w") == "power / W"


def test_the_meters_accuracy_and_its_calibration_are_stated():
    rows = [budget("scenario", "cnn", "induced_wh", 1.0, calibration=0.01)]
    found = chapter_of(rows)
    (lines,) = [b for b in found.blocks if isinstance(b, Lines) and b.caption == "The meter"]
    said = dict(lines.rows)
    assert said["Limit of error: % of the reading"] == "± 1.5, u = 0.87"  # 1.5 / sqrt(3)
    assert said["Resolution"] == "0.1 W, u of a reading = 0.029 W"  # 0.1 / sqrt(12)
    assert said["Calibration in force"].startswith("none")
    meter = example(Plan(**SMALL)).meter
    line = {"gain": 1.0101, "gain_u": 0.0004, "offset_w": 0.21, "offset_u_w": 0.05, "gain_offset_cov": -1e-5}
    meter["calibration"] = {"date": "2026-01-02", "certificate": "C-7", "simulated": True, **line}
    (lines,) = [
        b for b in chapter_of(rows, meter=meter).blocks if isinstance(b, Lines) and b.caption == "The meter"
    ]
    words = dict(lines.rows)["Calibration in force"]
    assert words.startswith(
        "SIMULATED: 2026-01-02 C-7: gain 1.01010 (u = 0.00040), offset 0.210 W (u = 0.050 W)"
    )


def test_without_budgets_the_chapter_is_said_to_be_absent():
    assert chapter_of([]).absent == "the analysis gave no budget."


def test_the_chapter_stands_on_the_page_with_its_figure_and_without_markup_of_others():
    results = example(Plan(**SMALL, names=("idle", HOSTILE, "transfer")))
    page = page_of(chapter, results)
    (section,) = [s for s in page.all("section") if s.attributes.get("id") == "uncertainty"]
    keys = {svg.attributes.get("id") for svg in section.all("svg")}
    assert {"uncertainty-scenarios", "uncertainty-ratios", "uncertainty-trackers"} <= keys
    assert not section.all("script", "img")
    assert HOSTILE in section.text
    assert "JCGM 100:2008, G.4.1" in section.text
