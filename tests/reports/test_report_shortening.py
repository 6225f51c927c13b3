"""A page stays readable and loadable: said once, folded where only specialists look, bounded in size."""

import re
from dataclasses import replace
from itertools import pairwise

import pytest
from markupsafe import Markup
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path
from report_example import Plan, example
from report_page import Page

from reports.blocks.contract import Chapter, Fold, Heading, Text, folds
from reports.blocks.kit import Sheet, finish, new_panel
from reports.blocks.shortening import MOST_ROWS, MOST_TAKEN, shortened
from reports.blocks.svg import drawing_style
from reports.blocks.tables import Table, text_column
from reports.campaign.power.figures import MOST_PANELS, power_sheet
from reports.campaign.view import view_of
from reports.words.texts import label

SMALL = Plan(repeats=2, seconds=12, epochs=2, gpu=False)


def a_table(key, rows=2, note="E = P t.", source="") -> Table:
    cells = [[str(number)] for number in range(rows)]
    return Table(key, "Rows", (text_column("Row", "row"),), cells, note=note, source=source)


def chapter(*blocks) -> Chapter:
    return Chapter("x", "X", "X", list(blocks))


def notes_of(found: Chapter) -> list[str]:
    return [table.note for table in found.tables]


def test_how_a_number_was_computed_is_said_once_in_a_chapter():
    whole = chapter(a_table("a", note="E = P t. Mean."), a_table("b", note="Mean."), a_table("c", note="sd."))
    assert notes_of(shortened(whole, example(SMALL))) == ["E = P t. Mean.", "", "sd."]


def test_a_note_below_a_table_that_is_not_there_does_not_count_as_said():
    whole = chapter(a_table("a", rows=0), a_table("b"))
    assert notes_of(shortened(whole, example(SMALL)))[1] == "E = P t."


def test_a_longer_table_is_cut_and_says_where_the_rest_is():
    results = example(SMALL)
    rows = MOST_ROWS + 1
    with_all, alone = shortened(
        chapter(a_table("a", rows, source="runs"), a_table("b", rows)), results
    ).tables
    assert (len(with_all.rows), len(alone.rows)) == (MOST_ROWS, MOST_ROWS)
    assert with_all.caption == f"Rows: the first {MOST_ROWS} of {rows}; CSV and JSON hold all"
    assert alone.caption == f"Rows: the first {MOST_ROWS} of {rows}"


def test_the_page_does_not_carry_a_table_of_thousands_of_rows_along():
    results = example(SMALL)
    results.comparisons = [{"a": "x", "b": "y"}] * (MOST_TAKEN + 1)
    (found,) = shortened(chapter(a_table("a", MOST_ROWS + 1, source="comparisons")), results).tables
    assert found.source == ""
    assert found.caption.endswith("; all in results/comparisons.csv")


def test_what_specialists_need_is_folded_under_its_heading():
    loose, fold, other = folds(
        [Text("first"), Heading("Every pair"), a_table("a"), Heading("Words"), Text("more"), Text("most")]
    )
    assert loose == Text("first")
    assert isinstance(fold, Fold)
    assert (fold.key, fold.blocks[0].folded) == ("every-pair", False)
    assert [block.words for block in other.blocks] == ["more", "most"]


def test_tables_and_figures_in_a_fold_belong_to_the_chapter():
    sheet = Sheet("s", "S", "half", [], "", "", data=a_table("behind"))
    found = chapter(Fold("f", [a_table("a"), sheet]))
    assert [table.key for table in found.tables] == ["a", "behind"]
    assert found.sheets == [sheet]


def test_headings_in_folds_keep_the_order_of_the_page(rich_html):
    page = Page(rich_html)
    levels = [int(element.tag[1]) for element in page.all("h1", "h2", "h3", "h4")]
    assert all(after - before <= 1 for before, after in pairwise(levels))
    folded = {item.all("h3")[0].text for item in page.all("details") if item.attributes["class"] == "fold"}
    assert {"All pairs", "Budgets of the scenarios", "Settings of the analysis"} <= folded


def test_of_forty_scenarios_the_figure_on_paper_shows_some_and_names_the_rest():
    view = view_of(example(SMALL))
    many = replace(view, scenarios=[replace(view.scenarios[0], key=f"s{n}") for n in range(40)])
    with drawing_style():
        sheet = power_sheet(many)
    assert len(sheet.panels) == MOST_PANELS
    assert re.search(r"the last 28 scenarios have no panel; the table has them", sheet.caption)


def test_every_figure_says_how_and_the_table_after_it_does_not_repeat_it():
    sheets = [Sheet(key, key, "half", [Markup("<svg></svg>")], "", "E = P t.") for key in "ab"]
    found = shortened(chapter(*sheets, a_table("a")), example(SMALL))
    assert [sheet.how for sheet in found.sheets] == ["E = P t."] * 2
    assert notes_of(found) == [""]


def bold_width_pt(words: str, size_pt: float) -> float:
    font = FontProperties(size=size_pt, weight="bold")
    return float(text_to_path.get_text_width_height_descent(words, font, ismath=False)[0])


@pytest.mark.parametrize(("simulated", "least"), [(True, 25), (False, 35)])
def test_a_long_heading_does_not_run_into_the_word_simulated(simulated, least):
    title = "a recommender model with a name of a certain length"
    with drawing_style():
        figure, _ = new_panel("third", 2.0)
        panel = finish(figure, "x", title, "", simulated=simulated)
    (drawn,) = re.findall(r">([^<>]*…[^<>]*)<", panel)
    room_pt = 72 * figure.get_figwidth() - (bold_width_pt("SIMULATED", 7) if simulated else 0.0)
    assert bold_width_pt(drawn, 8.5) < room_pt - 5
    assert len(drawn) >= least


def test_labels_of_names_that_differ_at_their_ends_differ():
    names = [f"dgx-station-bert-99-9-offline-{end}" for end in ("ranging", "testing")]
    for lines in (1, 2):
        labels = [label(name, 18, lines) for name in names]
        assert len(set(labels)) == 2
        assert all(len(line) <= 18 for words in labels for line in words.split("\n"))
        assert all(words.count("\n") < lines and "…" in words for words in labels)


@pytest.mark.parametrize("name", ["", " ", "\n", "x" * 5000, "a " * 500, "…", "\x00"])
def test_a_label_of_any_name_has_words_and_fits(name):
    words = label(name, 18, 2)
    assert words and all(len(line) <= 18 for line in words.split("\n"))
    assert words.count("\n") < 2
