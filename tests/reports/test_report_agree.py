"""The page of ``lab agree``: complete, one file, safe with any text, drawn by a browser."""

import re
from pathlib import Path

import pytest
from report_page import Page

from analysis.agreement.question import Question
from analysis.agreement.table import agree_table
from reports.pages.agree.figures import MOST_PANELS
from reports.pages.agree.page import render, write_agreement

HOSTILE = "<script>alert(1)</script>\"'&{{7*7}}$\\alpha$\u202e"


def written(folder: Path, group: str = "gpu", column: str = "tracker_j", groups: int = 2) -> Path:
    quoted = ['"' + text.replace('"', '""') + '"' for text in (group, column)]
    lines = [f"device,meter_j,{quoted[1]},simulated"]
    for i in range(12 * groups):
        name = quoted[0] if i % groups == 0 else f"device {i % groups}"
        lines.append(f"{name},{100 + 7 * i},{80 + 5 * i + (-1) ** (i // 2)},false")
    lines.append(f'{quoted[0]},,"<b>",false')
    path = folder / "pairs.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def page_of(path: Path, column: str = "tracker_j", simulated: bool = False, step: float = 12.0) -> str:
    if simulated:
        path.write_text(path.read_text(encoding="utf-8").replace(",false", ",true"), encoding="utf-8")
    return render(agree_table(path, Question("meter_j", column, by=("device",), resolution=step)))


def test_it_says_the_verdicts_the_numbers_and_what_was_left_out(tmp_path: Path) -> None:
    page = Page(page_of(written(tmp_path)))
    text = re.sub(r"\s+", " ", page.text)
    assert text.index("tracker_j reads") < text.index("Calibration factor")
    for words in (
        "for all rows",
        "for device 1",
        "for gpu",
        "Lin's concordance",
        "Deming slope",
        "step / √6",
    ):
        assert words in text
    assert "25, of which 1 left out" in text
    assert "'meter_j' is empty" in text
    assert "SIMULATED" not in text


def test_without_a_step_nothing_is_said_to_be_taken_out(tmp_path: Path) -> None:
    text = re.sub(r"\s+", " ", Page(page_of(written(tmp_path), step=0.0)).text)
    assert "No step of the meter was stated" in text
    assert "not known" in text


def test_what_a_simulated_meter_says_is_marked_everywhere(tmp_path: Path) -> None:
    page = Page(page_of(written(tmp_path), simulated=True))
    assert "SIMULATED" in page.all("title")[0].text
    assert all("SIMULATED" in svg.text for svg in page.all("svg"))


def test_it_loads_nothing_and_is_the_same_each_time(
    tmp_path: Path,
) -> None:
    path = written(tmp_path)
    html = page_of(path)
    assert html == page_of(path)
    assert not Page(html).all("link", "img", "iframe")
    assert all("src" not in item.attributes for item in Page(html).all("script"))
    assert not re.search(r'\bstyle="', html)


def test_text_of_the_table_is_text_on_the_page(tmp_path: Path) -> None:
    html = page_of(written(tmp_path, HOSTILE, HOSTILE), HOSTILE)
    page = Page(html)
    assert not page.all("b")
    assert html.count("<script>") == 3
    assert "alert(1)" in page.text and "{{7*7}}" in page.text
    assert "\u202e" not in html


def test_many_groups_are_all_in_the_tables_but_not_all_drawn(tmp_path: Path) -> None:
    page = Page(page_of(written(tmp_path, groups=12)))
    assert len(page.all("svg")) == 2 * MOST_PANELS
    assert "6 further groups are in the tables only." in page.text
    assert len([cell for cell in page.all("th") if cell.text.strip() == "device 11"]) == 7


@pytest.mark.parametrize("rows", ["1,1", "5,0\n5,0\n5,0\n5,0", "-1,2\n0,1\n3,-4\n1,1"])
def test_tables_with_little_to_draw_are_drawn(tmp_path: Path, rows: str) -> None:
    path = tmp_path / "pairs.csv"
    path.write_text(f"meter_j,tracker_j\n{rows}\n")
    page = Page(render(agree_table(path, Question("meter_j", "tracker_j"))))
    assert len(page.all("svg")) == 2


@pytest.mark.parametrize("name", ["gpu", HOSTILE, "name-without-any-space-" * 12])
def test_the_browser_draws_it_and_has_nothing_to_complain_of(browser, tmp_path: Path, name: str) -> None:  # type: ignore[no-untyped-def]
    path = written(tmp_path, name, name)
    write_agreement(agree_table(path, Question("meter_j", name, by=("device",))), tmp_path / "a.html")
    browser.complaints()
    browser.open((tmp_path / "a.html").as_uri())
    browser.check_figures(6)
    assert browser.complaints() == []
    browser.open((tmp_path / "a.html").as_uri(), 390)
    assert browser.driver.execute_script("return document.documentElement.scrollWidth") == 390
