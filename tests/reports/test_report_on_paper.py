"""On paper nothing is cut off, what was folded is open, and what cannot be opened is not offered."""

import base64
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from report_example import Plan, example
from report_page import Page

from reports.campaign.page import render

A4_WIDTH_PX = (210 - 2 * 14) / 25.4 * 96  # less the margins of the style sheet
APPENDIX_PX = (297 - 2 * 10) / 25.4 * 96  # in landscape
LEAST_PX = 8 / 72 * 96
MOST_PAGES = 8
NAMES = ("idle", "a recommender with a name of some length", "transfer")


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    path = tmp_path_factory.mktemp("paper") / "report.html"
    path.write_text(render(example(Plan(repeats=5, seconds=12, names=NAMES))), encoding="utf-8")
    return path.as_uri()


def test_all_energies_of_a_report_are_in_one_unit(address):
    page = Page(Path(urlsplit(address).path).read_text(encoding="utf-8"))
    units = {item.text for item in page.all("span") if item.attributes.get("class") == "unit"}
    axes = {item.text.rpartition(" / ")[2] for item in page.all("text") if " / " in item.text}
    assert "mWh" in units & axes
    assert not {"Wh", "kWh"} & (units | axes)
    assert not re.search(r"[0-9\]] Wh", page.text.replace("1 Wh = 3600 J", ""))


@pytest.fixture
def paper(browser, address):
    browser.open(address, int(A4_WIDTH_PX))
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    yield browser.driver
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


def test_no_column_of_a_table_is_lost_at_the_edge(paper):
    wide = paper.execute_script(
        "return [...document.querySelectorAll('table, pre')]"
        ".filter(item => item.getBoundingClientRect().right > 1 + "
        "(item.closest('header, #answers') ? innerWidth : arguments[0]))"
        ".map(item => item.id || item.textContent.slice(0, 40));",
        APPENDIX_PX,
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


def test_nothing_is_smaller_than_8_pt(paper):
    small = paper.execute_script(
        "return [...document.querySelectorAll('body *')].filter(item => "
        "item.getClientRects().length && !item.closest('.hidden, title, desc, .traces') && "
        "[...item.childNodes].some(node => node.nodeType === 3 && node.data.trim()))"
        ".map(item => [parseFloat(getComputedStyle(item).fontSize) * "
        "(item.ownerSVGElement?.viewBox.baseVal.width ? "
        "Math.hypot(item.getScreenCTM().a, item.getScreenCTM().b) : 1), item])"
        ".filter(([size]) => size < arguments[0] - 0.05)"
        ".map(([size, item]) => `${size} ${item.localName} ${item.textContent.slice(0, 30)}`);",
        LEAST_PX,
    )
    assert small == []


def test_the_main_part_has_at_most_eight_pages_and_an_appendix_follows(browser, address):
    browser.open(address)
    driver = browser.driver
    whole = pages(driver)
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    driver.execute_script(
        "for (const item of document.querySelectorAll('main > section, main > h2, .main > *'))"
        " if (getComputedStyle(item).order !== '0') item.classList.add('later');"
        "for (const item of document.querySelectorAll('.later, footer')) item.remove();"
    )
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    assert 1 < pages(driver) <= MOST_PAGES < whole


def test_figures_are_numbered_in_the_order_of_the_print(paper):
    numbers = paper.execute_script(
        "return [...document.querySelectorAll('figcaption .count')]"
        ".map(item => [item.getBoundingClientRect().top, getComputedStyle(item, '::after').content])"
        ".sort((one, other) => one[0] - other[0]).map(([, number]) => JSON.parse(number))"
    )
    found = [re.fullmatch(r"(\d+)([a-j]?)", number).groups() for number in numbers]
    whole = [int(number) for number, letter in found if letter in ("", "a")]
    assert whole == list(range(1, len(whole) + 1)) and len(whole) > 10
    assert len(set(numbers)) == len(numbers)


def pages(driver) -> int:
    options = {"preferCSSPageSize": True, "printBackground": True}
    pdf = base64.b64decode(driver.execute_cdp_cmd("Page.printToPDF", options)["data"])
    return len(re.findall(rb"/Type /Page\b", pdf))
