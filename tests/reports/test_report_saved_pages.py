"""Figures and tables of the pages other than the report are saved in the same forms as there."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from compared_campaign import write_compared
from index_campaigns import made, put
from test_report_agree import page_of, written
from test_report_certificate import RECORD, SHA256

from analysis.comparing.scenarios import compare_scenarios
from reports.index.writing import write_index
from reports.pages.certificate import page as certificate
from reports.pages.compare import page as compare

FORMS = {"csv", "json", "md", "tex", "svg", "png"}

SAVED = """
const done = arguments[0], saved = {};
wattlab.save = async (name, blob) => {
  saved[name] = await blob.text();
  if (Object.keys(saved).length === 6) done(saved);
};
document.querySelectorAll('.scroll + .more > .take, .scroll + .take')[0].querySelectorAll('button')
  .forEach((button) => button.click());
[...document.querySelectorAll('figure[id] > .more > .take')[0].children].slice(0, 2)
  .forEach((button) => button.click());
"""


def index_page(folder: Path) -> str:
    put(folder / "a", made(0))
    write_index(folder, folder / "index.duckdb", folder / "index.html")
    return (folder / "index.html").read_text(encoding="utf-8")


def comparison_page(folder: Path) -> str:
    samples = {"cnn": (0.10, 0.11, 0.12), "lean": (0.09, 0.10, 0.11)}
    campaign = write_compared(folder / "now", samples)
    return compare.render(compare_scenarios(campaign, "cnn", "lean"))


def certificate_page(folder: Path) -> str:
    return certificate.render(RECORD, SHA256)


def agreement_page(folder: Path) -> str:
    return page_of(written(folder))


@pytest.mark.parametrize("make", [index_page, comparison_page, certificate_page, agreement_page])
def test_every_figure_and_table_of_a_page_is_saved(  # type: ignore[no-untyped-def]
    browser, tmp_path: Path, make: Callable[[Path], str]
) -> None:
    path = tmp_path / "page.html"
    path.write_text(make(tmp_path), encoding="utf-8")
    browser.complaints()
    browser.open(path.as_uri())
    driver = browser.driver
    count = "return document.querySelectorAll(arguments[0]).length"
    for things, bars in (
        ("figure", "figure > .more > .take"),
        ("table", ".scroll + .take, .scroll + .more > .take"),
    ):
        assert driver.execute_script(count, things) == driver.execute_script(count, bars) > 0
    driver.set_script_timeout(20)
    saved = driver.execute_async_script(SAVED)
    assert {name.rpartition(".")[2] for name in saved} == FORMS
    (rows,) = [json.loads(text) for name, text in saved.items() if name.endswith(".json")]
    names = [name for row in rows for name in row]
    assert rows and "simulated" in names and not [name for name in names if name.endswith("_mwh")]
    assert browser.complaints() == []
