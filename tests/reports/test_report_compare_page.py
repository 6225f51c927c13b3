"""The page of ``lab compare``: complete, one file, safe with any text, drawn by a browser."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from compared_campaign import write_compared
from report_page import Page

from analysis.comparing.scenarios import Compared, compare_scenarios
from reports.pages.compare.page import render, write_comparison
from reports.words.verdict import verdict_words

HOSTILE = "<script>alert(1)</script>\"'&{{7*7}}$\\alpha$\u202e"
A_WH = (1.00, 1.02, 0.99, 1.03, 1.01, 0.98)
B_WH = (0.971, 0.992, 0.96, 1.001, 0.982, 0.95)


def compared_of(folder: Path, a: str = "cnn", b: str = "lean", **more: object) -> Compared:
    return compare_scenarios(folder, a, b, **more)  # type: ignore[arg-type]


def text_of(page: str) -> str:
    return re.sub(r"\s+", " ", Page(page).text)


@pytest.fixture
def both(tmp_path: Path) -> Compared:
    return compared_of(write_compared(tmp_path / "now", {"cnn": A_WH, "lean": B_WH}))


def test_it_begins_with_the_words_of_the_command(both: Compared) -> None:
    page = Page(render(both))
    verdicts = [p for p in page.all("p") if "verdict" in p.attributes.get("class", "")]
    assert verdicts[0].text == verdict_words(both)
    assert verdicts[0].attributes["class"] == "verdict good"
    assert verdicts[0].text.startswith("lean uses 2.")
    assert "paired by block, 6 blocks" in page.text


def test_all_runs_both_means_and_every_interval_are_there(both: Compared) -> None:
    html = render(both)
    page, text = Page(html), text_of(html)
    assert [f.attributes["id"] for f in page.all("figure")] == [
        "figure-runs",
        "figure-distance",
        "figure-run-order",
    ]
    (table,) = [t for t in page.all("table") if t.attributes.get("id") == "table-run-order-data"]
    assert len(table.all("tbody")[0].all("tr")) == 12
    for words in ("difference Wh, paired t", "ratio, Fieller", "Hedges' g", "Cliff's delta", "Wilcoxon"):
        assert words in text
    assert html.index('id="figure-distance"') < html.index('id="table-samples"')
    for source in ("Student 1908", "Fieller's (1954)", "Bonett 2008", "Tukey 1977", "Mann 1945"):
        assert source in text
    assert "SIMULATED" not in html


def test_small_energies_have_one_unit_on_the_page_and_wh_in_the_tables_to_take_along(tmp_path: Path) -> None:
    small = {"cnn": tuple(e / 100 for e in A_WH), "lean": tuple(e / 100 for e in B_WH)}
    both = compared_of(write_compared(tmp_path / "now", small))
    page = Page(render(both))
    (samples,) = [table for table in page.all("table") if table.attributes.get("id") == "table-samples"]
    assert samples.all("td")[1].text == "10.05" and "mean mWh" in samples.text
    assert not re.search(r"\bWh\b", page.text)
    records = page.records
    (row,) = records["comparisons"]
    assert row["difference"] == both.row.difference and row["simulated"] is False
    assert [row["mean"] for row in records["statistics"]] == [both.a.statistics.mean, both.b.statistics.mean]
    assert page.sources == set(records)


def test_what_is_not_interleaved_is_said_to_be_kept_apart(tmp_path: Path) -> None:
    folder = write_compared(tmp_path / "now", {"cnn": A_WH, "lean": B_WH}, blocks=False)
    text = text_of(render(compared_of(folder)))
    assert "Welch's (1947)" in text
    assert "the two were not interleaved: what changed between them is in the difference" in text


def test_a_single_run_of_each_has_no_interval_and_no_verdict(tmp_path: Path) -> None:
    html = render(compared_of(write_compared(tmp_path / "now", {"cnn": (1.0,), "lean": (0.5,)})))
    text = text_of(html)
    assert "lean used 50 % less induced energy than cnn" in text
    assert "there is no verdict: a single run shows no scatter." in text
    assert 'class="verdict warn"' in html
    assert [f.attributes["id"] for f in Page(html).all("figure")] == ["figure-runs", "figure-distance"]
    assert "Repeats needed" not in text.partition("How this was computed All is")[0]
    assert not re.search(r"\bnan\b", text, re.IGNORECASE)


def test_the_margin_is_asked_and_answered(tmp_path: Path) -> None:
    folder = write_compared(tmp_path / "now", {"cnn": A_WH, "lean": B_WH})
    text = text_of(render(compared_of(folder, margin_pct=5.0)))
    assert "They are equivalent within ±5.0 %" in text
    assert "Schuirmann 1987" in text
    assert "Schuirmann" not in text_of(render(compared_of(folder)))


def test_what_refuses_the_data_stands_before_the_verdict(tmp_path: Path) -> None:
    finding = {"level": "refuse", "run_dir": "", "code": "slot-incomplete", "message": HOSTILE}
    folder = write_compared(tmp_path / "now", {"cnn": A_WH, "lean": B_WH}, findings=[finding])
    compared = compared_of(folder)
    html = render(compared)
    text = text_of(html)
    assert text.index("cannot be compared") < text.index("lean uses 2.")
    assert "alert(1)" in text and html.count("<script>") == 3
    assert 'class="verdict good"' not in html


def test_a_measured_and_a_simulated_campaign_are_refused_and_marked(tmp_path: Path) -> None:
    now = write_compared(tmp_path / "now", {"cnn": A_WH, "lean": B_WH})
    before = write_compared(tmp_path / "before", {"cnn": A_WH}, simulated=True)
    page = Page(render(compare_scenarios(now, f"{before}:cnn", "cnn")))
    assert "one was measured and the other SIMULATED" in page.text
    assert page.all("title")[0].text.startswith("SIMULATED")
    assert all("SIMULATED" in svg.text for svg in page.all("svg"))
    assert "cnn, 6 runs of campaign before (SIMULATED meter)" in page.text
    assert "cnn, 6 runs of campaign now (measured)" in page.text


def test_two_scenarios_of_one_colour_are_given_two(tmp_path: Path) -> None:
    now, before = (write_compared(tmp_path / name, {"cnn": A_WH}) for name in ("now", "before"))
    page = Page(render(compare_scenarios(now, f"{before}:cnn", "cnn")))
    (strips,) = [svg for svg in page.all("svg") if svg.attributes.get("id") == "runs-both"]
    strokes = {element.attributes.get("stroke") for element in strips.all("path", "use")}
    assert len({stroke for stroke in strokes if stroke and re.fullmatch(r"var\(--s\d\)", stroke)}) == 2


def test_it_loads_nothing_and_is_the_same_each_time(
    both: Compared,
) -> None:
    html = render(both)
    assert html == render(both)
    assert not Page(html).all("link", "img", "iframe")
    assert all("src" not in item.attributes for item in Page(html).all("script"))
    assert not re.search(r'\bstyle="', html)
    ids = re.findall(r'\sid="([^"]*)"', html)
    assert len(ids) == len(set(ids))


def test_a_pair_without_a_ratio_has_no_figure_of_it(both: Compared) -> None:
    lacking = dict.fromkeys(("ratio", "ratio_low", "ratio_high", "repeats_1_pct", "repeats_5_pct"))
    text = text_of(render(replace(both, row=replace(both.row, **lacking))))
    assert "lean uses less induced energy than cnn" in text
    assert "ratio, Fieller" not in text


@pytest.mark.parametrize("name", ["lean", HOSTILE, "name-without-any-space-" * 12])
def test_the_browser_draws_it_and_has_nothing_to_complain_of(browser, tmp_path: Path, name: str) -> None:  # type: ignore[no-untyped-def]
    folder = write_compared(tmp_path / "now", {"cnn": A_WH, name: B_WH})
    compared = compared_of(folder, b=name)
    write_comparison(compared, tmp_path / "c.html")
    browser.complaints()
    browser.open((tmp_path / "c.html").as_uri())
    browser.check_figures(5)
    assert browser.complaints() == []
    browser.open((tmp_path / "c.html").as_uri(), 390)
    assert browser.driver.execute_script("return document.documentElement.scrollWidth") == 390
