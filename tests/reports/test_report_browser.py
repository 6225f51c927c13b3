"""The page in a real browser: nothing complains, everything is drawn, a telephone can show it."""

import pytest
from report_example import nothing_counted

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
