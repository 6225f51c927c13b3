"""On paper nothing is cut off, what was folded is open, and what cannot be opened is not offered."""

import pytest
from report_example import Plan, example

from reports.campaign.page import render

A4_WIDTH_PX = (210 - 2 * 14) / 25.4 * 96  # less the margins of the style sheet
NAMES = ("idle", "a recommender with a name of some length", "transfer")


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    path = tmp_path_factory.mktemp("paper") / "report.html"
    path.write_text(render(example(Plan(repeats=5, seconds=12, names=NAMES))), encoding="utf-8")
    return path.as_uri()


@pytest.fixture
def paper(browser, address):
    browser.open(address, int(A4_WIDTH_PX))
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    yield browser.driver
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


def test_no_column_of_a_table_is_lost_at_the_edge(paper):
    wide = paper.execute_script(
        "return [...document.querySelectorAll('table, pre')]"
        ".filter(item => item.getBoundingClientRect().right > innerWidth + 1)"
        ".map(item => item.id || item.textContent.slice(0, 40));"
    )
    assert wide == []


def test_a_part_that_was_folded_is_open(paper):
    unseen = paper.execute_script(
        "return [...document.querySelectorAll('.fold:not([open]) > :is(p:not(.take), pre, .scroll)')]"
        ".filter(item => !item.getBoundingClientRect().height).map(item => item.textContent);"
    )
    assert unseen == []


def test_nothing_asks_to_be_opened_below_a_figure(paper):
    shown = paper.execute_script(
        "return [...document.querySelectorAll('figure summary, .how > summary')]"
        ".filter(item => item.getClientRects().length).map(item => item.textContent);"
    )
    assert shown == []
