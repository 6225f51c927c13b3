"""The page in a real browser: nothing complains, everything is drawn, a telephone can show it."""

import json
from xml.etree import ElementTree

import pytest
from report_example import nothing_counted
from report_in_browser import bad_labels, emulated

from reports.campaign.page import render


@pytest.fixture(scope="module", params=["rich", "hostile", "nothing"])
def address(request, tmp_path_factory):
    if request.param != "nothing":
        return request.getfixturevalue(f"{request.param}_address")
    path = tmp_path_factory.mktemp("report") / "nothing.html"
    path.write_text(render(nothing_counted()), encoding="utf-8")
    return path.as_uri()


def test_the_browser_has_nothing_to_complain_of(browser, address):
    browser.complaints()
    browser.open(address)
    assert browser.complaints() == []


def test_every_figure_is_drawn(browser, address):
    browser.open(address)
    browser.check_figures(0 if "nothing" in address else 16)


def test_labels_stand_clear_of_each_other_of_lines_and_of_marks(browser, address):
    browser.open(address)
    assert bad_labels(browser.driver) == []


def test_a_telephone_shows_the_page_without_scrolling_sideways(browser, address):
    browser.open(address, 390)
    browser.driver.execute_script(
        "document.querySelectorAll('details').forEach(item => { item.open = true; });"
    )
    assert browser.driver.execute_script("return document.documentElement.scrollWidth") == 390
    assert browser.driver.execute_script("return document.body.scrollWidth") == 390


def test_the_style_sheet_passes_the_pages_own_policy(browser, address):
    browser.open(address)
    headline = "getComputedStyle(document.querySelector('.headline'))"
    assert browser.driver.execute_script(f"return {headline}.fontSize") == "24px"


def test_the_reader_chooses_light_or_dark_and_the_page_remembers(browser, rich_address):
    browser.open(rich_address)
    driver = browser.driver
    driver.execute_script("localStorage.clear()")
    browser.open(rich_address)
    paper = "return getComputedStyle(document.body).backgroundColor"
    system = driver.execute_script(paper)
    seen = []
    for _ in range(2):
        driver.find_element("id", "scheme").click()
        seen.append(driver.execute_script(paper))
    assert len(set(seen)) == 2 and system in seen
    browser.open(rich_address)
    assert driver.execute_script(paper) == seen[1]
    driver.find_element("id", "scheme").click()
    assert driver.execute_script("return document.documentElement.dataset.scheme ?? null") is None
    driver.execute_script("localStorage.clear()")


SAVED = """
const done = arguments[0], saved = {};
wattlab.save = async (name, blob) => {
  const start = async () => [...new Uint8Array(await blob.slice(0, 8).arrayBuffer())];
  saved[name] = blob.type === 'image/png' ? await start() : await blob.text();
  if (Object.keys(saved).length === 6) done(saved);
};
const press = (bar, n) => [...bar.querySelectorAll('button')].slice(0, n).forEach(one => one.click());
press(document.querySelector('#figure-energy > .more > .take'), 2);
const table = document.querySelector('#table-energy-data');
press(table.parentElement.nextElementSibling, 4);
"""


def test_figures_and_tables_are_saved_in_forms_for_papers(browser, rich_address):
    browser.open(rich_address)
    driver = browser.driver
    figures = driver.execute_script("return document.querySelectorAll('figure[id]').length")
    assert len(driver.find_elements("css selector", "figure[id] > .more > .take:first-child")) == figures
    tables = driver.execute_script("return document.querySelectorAll('table:not(.source)').length")
    assert len(driver.find_elements("css selector", ".scroll + .take, .scroll + .more > .take")) == tables
    driver.set_script_timeout(20)
    saved = driver.execute_async_script(SAVED)
    drawing = ElementTree.fromstring(saved["figure-energy.svg"])
    assert len(drawing) > 1 and "var(" not in saved["figure-energy.svg"]
    assert bytes(saved["figure-energy.png"]) == b"\x89PNG\r\n\x1a\n"
    texts = {name.rsplit(".", 1)[1]: text for name, text in saved.items() if "figure" not in name}
    rows = json.loads(texts["json"])
    assert texts["csv"].count("\n") == len(rows) + 1
    assert texts["md"].count("\n| ") == len(rows) + 2
    assert texts["tex"].count("\\\\\n") == len(rows) + 1
    assert all("SIMULATED" in texts[form] for form in ("md", "tex"))


def test_a_figure_is_printed_alone(browser, rich_address):
    browser.open(rich_address)
    driver = browser.driver
    driver.execute_script("window.print = () => {}")
    bar = "document.querySelector('#figure-energy > .more > .take')"
    driver.execute_script(f"{bar}.querySelectorAll('button')[2].click()")
    with emulated(driver, media="print"):
        shown = (
            "[...document.body.children].filter(item => item.getClientRects().length).map(item => item.id)"
        )
        assert driver.execute_script(f"return {shown}") == ["alone"]
