"""The page in a real browser: nothing complains, everything is drawn, a telephone can show it."""

from pathlib import Path

import pytest
from report_example import HOSTILE, HOSTILE_IMAGE, Plan, example, nothing_counted

from reports.campaign import render

CHROMIUM, CHROMEDRIVER = Path("/usr/bin/chromium"), Path("/usr/bin/chromedriver")

pytestmark = pytest.mark.skipif(
    not (CHROMIUM.is_file() and CHROMEDRIVER.is_file()),
    reason="needs Debian's chromium and chromium-driver (/usr/bin/chromium, /usr/bin/chromedriver)",
)

_OPTIONS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

_DRAWN = """
return [...document.querySelectorAll('figure svg[role=img]')].map(svg => {
  const box = svg.getBoundingClientRect(), ink = svg.getBBox();
  return {id: svg.id, width: box.width, height: box.height, ink: ink.width * ink.height,
          paths: svg.querySelectorAll('path').length, texts: svg.querySelectorAll('text').length};
});
"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for option in (*_OPTIONS, f"--user-data-dir={tmp_path_factory.mktemp('chromium')}"):
        options.add_argument(option)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(str(CHROMEDRIVER)))
    yield driver
    driver.quit()


@pytest.fixture(scope="module", params=["rich", "hostile", "nothing"])
def address(request, tmp_path_factory):
    hostile = (HOSTILE, HOSTILE_IMAGE, "name-without-any-space-" * 12)
    results = {
        "rich": lambda: example(Plan(repeats=2)),
        "hostile": lambda: example(Plan(repeats=2, gpu=False, names=hostile)),
        "nothing": nothing_counted,
    }[request.param]()
    path = tmp_path_factory.mktemp("report") / f"{request.param}.html"
    path.write_text(render(results), encoding="utf-8")
    return path.as_uri()


def open_at(browser, address, width):
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500},
    )
    browser.get(address)


def test_the_browser_has_nothing_to_complain_of(browser, address):
    browser.get_log("browser")
    open_at(browser, address, 1280)
    assert browser.get_log("browser") == []


def test_every_figure_is_drawn(browser, address):
    open_at(browser, address, 1280)
    drawn = browser.execute_script(_DRAWN)
    assert len(drawn) > 15 or "nothing" in address
    for svg in drawn:
        assert min(svg["width"], svg["height"], svg["ink"]) > 0, svg
        assert svg["paths"] > 3, svg
        assert svg["texts"] > 2, svg


def test_a_telephone_shows_the_page_without_scrolling_sideways(browser, address):
    open_at(browser, address, 390)
    browser.execute_script("document.querySelectorAll('details').forEach(item => { item.open = true; });")
    assert browser.execute_script("return document.documentElement.scrollWidth") == 390
    assert browser.execute_script("return document.body.scrollWidth") == 390


def test_the_style_sheet_passes_the_pages_own_policy(browser, address):
    open_at(browser, address, 1280)
    colour = browser.execute_script("return getComputedStyle(document.querySelector('h1')).fontSize")
    assert colour == "32px"
