"""The chapters on ISO/IEC 14756 and DE-UZ 215: verdicts, proofs line by line, the sheet in typed units."""

from pathlib import Path
from typing import Any

import pytest
from chapter_page import cells, made, page_of, verdict
from report_example import HOSTILE, HOSTILE_IMAGE, Plan, example, nothing_counted
from standards_example import FAST, SLOW, ecolabel_row, line, tasks, with_ecolabel, with_iso14756
from typed_rows import change

from records.findings import Finding
from records.results import Results
from reports.blocks.contract import Code, Findings, Text
from reports.campaign.calls import chapter as calls
from reports.campaign.ecolabel import chapter as ecolabel
from reports.campaign.iso14756 import chapter as iso14756
from reports.campaign.iso14756.figures import Dot
from reports.campaign.page import render

CPU = ecolabel_row("cpu", 8.0917663, 0.14, 100.0)


# ISO/IEC 14756


@pytest.mark.parametrize(
    ("chapter", "wanted"),
    [(iso14756.chapter, "[[requirement.task]]"), (ecolabel.chapter, "[ecolabel] scenario")],
)
def test_without_its_section_a_chapter_says_what_to_add(chapter: Any, wanted: str) -> None:
    for results in (example(Plan(repeats=1, seconds=12)), nothing_counted()):
        assert wanted in made(chapter, results).absent


@pytest.mark.parametrize(
    ("results", "tone", "first", "second"),
    [
        (with_iso14756(FAST), "good", "The requirement is satisfied", "so the measurement is valid"),
        (with_iso14756(SLOW), "warn", "1 of 1 task types rate below 1", "is valid"),
        (
            with_iso14756(FAST, proofs=[line("correct results", None)]),
            "warn",
            "is satisfied",
            "not valid in its sense",
        ),
        (with_iso14756(), "warn", "no counted run has a task that it names", "is valid"),
    ],
)
def test_the_verdict_names_requirement_and_validity(
    results: Results, tone: str, first: str, second: str
) -> None:
    said = verdict(made(iso14756.chapter, results))
    assert said.tone == tone
    assert first in said.words
    assert second in said.words


def test_the_ratings_are_those_computed_by_hand() -> None:
    """Six epochs in two runs of 20 s: 4, 5, 6 and 4, 5, 8 s (docs/explanation/iso14756.md).

    B = 6 / 40 s = 540/h, R_TH = 540 / 500; T_ME = 32 s / 6, T_Ref = 6 s, R_ME = 1.125; R_TI = 5 / 6.
    """
    (row,) = cells(made(iso14756.chapter, with_iso14756(SLOW)), "iso-task-types")
    assert (row["Throughput B"], row["asked B_Ref"], row["R_TH"]) == ("540.0", "500", "1.08")
    assert (row["Mean execution T_ME"], row["asked T_Ref"], row["R_ME"]) == ("5.333", "6", "1.12")
    assert (row["Timely throughput E"], row["R_TI"], row["Requirement"]) == ("450.0", "0.833", "missed")


def test_what_misses_the_requirement_says_so_beside_its_dot() -> None:
    page = page_of(iso14756.chapter, with_iso14756(FAST, SLOW))
    texts = [item.text for item in page.all("text")]
    assert texts.count("0.833, below 1") == 2  # R_TI, and I_TI: all of the reference's tasks are in time
    assert "1.08" in texts
    descriptions = [svg.all("desc")[0].text for svg in page.all("svg") if svg.attributes.get("role") == "img"]
    assert any("transfer: epoch, n = 6 0.833, below 1" in d.replace("\u00a0", " ") for d in descriptions)


def test_a_rating_that_is_one_but_for_rounding_is_not_below() -> None:
    assert Dot("a", "#000000", 1 - 1e-14).text == "1.00"
    assert Dot("a", "#000000", 0.999).text == "0.999, below 1"


def test_the_efficiency_has_the_ratio_and_its_interval() -> None:
    # Throughput 9 against 9 epochs in 60 s, mean 5.333 against 2.0167 s.
    fast = tasks("cnn", (2.0, 2.0, 2.0), (2.0, 2.0, 2.1), (2.0, 2.0, 2.05))
    slow = tasks("transfer", (4.0, 5.0, 6.0), (4.0, 5.0, 8.0), (4.0, 5.0, 7.0))
    (row,) = cells(made(iso14756.chapter, with_iso14756(fast, slow)), "iso-software-efficiency")
    assert (row["I_TH"], row["I_ME"]) == ("1.00", "0.378")
    assert row["Reference"] == "cnn"
    assert row["I_E, gross"].startswith("1.0")
    assert row["95 % interval"].startswith("[")


def test_the_remark_on_the_formulas_stands_with_them() -> None:
    texts = [b for b in made(iso14756.chapter, with_iso14756(FAST)).blocks if isinstance(b, Text)]
    assert any("to be checked against the text of the standard" in text.words for text in texts)


def test_each_proof_says_whether_it_holds_and_what_is_missing() -> None:
    proofs = [
        line("correct results", True),
        line("correct generator", True),
        line("correct generator", False, "2 rating intervals overlap"),
        line("statistical significance", None, "fewer than two values"),
    ]
    found = made(iso14756.chapter, with_iso14756(FAST, proofs=proofs))
    results, generator, significance = [
        b for b in found.blocks if isinstance(b, Text) and b.words.startswith(("Correct", "Statistical"))
    ]
    assert (results.tone, generator.tone, significance.tone) == ("good", "warn", "warn")
    assert "1 of 2 lines hold. Missing: cnn: 2 rating intervals overlap." in generator.words
    assert "fewer than two values" in significance.words
    rows = cells(found, "iso-proofs")
    assert [row["Verdict"] for row in rows] == ["holds", "holds", "does not hold", "cannot be said"]


# DE-UZ 215


def test_the_sheet_has_the_published_check_value() -> None:
    # docs/explanation/eco-label.md: 8.0917663 % load, 0.14 % base, 502 s, 100 % give 3997.3830 %*s.
    (row,) = cells(
        made(ecolabel.chapter, with_ecolabel({**CPU, "utilisation_u": 0.001})), "ecolabel-utilisation"
    )
    assert row["Utilisation"] == "3997.3830 %·s"
    (row,) = cells(made(ecolabel.chapter, with_ecolabel(CPU)), "ecolabel-loads")
    assert (row["Quantity"], row["Unit"], row["Full"]) == ("CPU load", "%", "100")


def test_without_a_capacity_there_is_no_allocation_and_no_zero() -> None:
    rows = [CPU, ecolabel_row("network", 5.0, 2.0, None)]
    assert cells(made(ecolabel.chapter, with_ecolabel(*rows)), "ecolabel-loads")[1]["Net load"] == "3.000"
    row = cells(made(ecolabel.chapter, with_ecolabel(*rows)), "ecolabel-utilisation")[1]
    assert (row["Allocation"], row["Effective use"], row["Utilisation"]) == ("–", "–", "–")


@pytest.mark.parametrize(
    ("change_pct", "within", "tone", "words"),
    [
        (None, None, "good", "no values of a certified version"),
        (9.96, True, "good", "at most 10 % above the certified version"),
        (10.24, False, "warn", "(CPU load +10.2 %): the label needs a new application"),
    ],
)
def test_the_rule_of_ten_percent_is_the_verdict(
    change_pct: float | None, within: bool | None, tone: str, words: str
) -> None:
    row = {
        **CPU,
        "certified": 3600.0 if within is not None else None,
        "change_pct": change_pct,
        "within": within,
    }
    said = verdict(made(ecolabel.chapter, with_ecolabel(row)))
    assert said.tone == tone
    assert words in said.words


def test_unmet_conditions_weaken_the_verdict_and_are_listed() -> None:
    results = with_ecolabel({**CPU, "certified": 4000.0, "change_pct": -0.1, "within": True})
    found = Finding("warn", "", "ecolabel-runs", "2 valid usage runs, DE-UZ 215 requires 30")
    results.findings = [{name: getattr(found, name) for name in ("level", "run_dir", "code", "message")}]
    chapter = made(ecolabel.chapter, results)
    assert verdict(chapter).tone == "warn"
    (block,) = [block for block in chapter.blocks if isinstance(block, Findings)]
    assert [entry.code for entry in block.entries] == ["ecolabel-runs"]


@pytest.mark.parametrize(
    ("campaign", "folder"), [("20260131-demo", "20260131-demo"), ("x; rm -rf ~", '"DIR"')]
)
def test_the_command_for_the_spreadsheet_can_be_copied(campaign: str, folder: str) -> None:
    results = with_ecolabel(CPU)
    change(results.campaign, id=campaign)
    (code,) = [block for block in made(ecolabel.chapter, results).blocks if isinstance(block, Code)]
    assert code.words == f"lab export {folder} --out annex-2.xlsx --as de-uz-215"


def test_the_sections_that_are_to_be_added_are_those_of_the_documentation() -> None:
    keys = (Path(__file__).parents[2] / "docs/reference/configuration.md").read_text()
    for word in (
        "[requirement]",
        "[[requirement.task]]",
        "`throughput_per_h`",
        "`time_classes`",
        "[ecolabel]",
    ):
        assert word in keys


# Both, and the calls, on a page


def everything(name: str) -> Results:
    results = with_iso14756(FAST, SLOW)
    results.ecolabel = with_ecolabel(CPU, ecolabel_row("power", 80.0, 40.0, 120.0)).ecolabel
    results.settings["ecolabel"] = {"scenario": name, "later_max_pct": 10.0}
    run = results.runs[-1]
    part = {key: run.named(key) for key in ("slot", "run_dir", "scenario", "repeat")}
    results.calls = [
        {
            **part,
            "name": name,
            "duration_s": 2.0,
            "energy_wh": 0.1,
            "energy_u_wh": 0.01,
            "coverage_pct": 100.0,
        }
    ]
    parts = results.iso14756
    for row in (*parts.task_types, *parts.efficiency, *parts.proofs, *results.ecolabel):
        change(row, scenario=name)
    for row in parts.proofs:
        change(row, words=name, quantity=name)
    return results


@pytest.mark.parametrize("chapter", [iso14756.chapter, ecolabel.chapter, calls.chapter])
@pytest.mark.parametrize("name", [HOSTILE, HOSTILE_IMAGE, "$x^2$ \x00\u202e"])
def test_hostile_names_stay_text(chapter: Any, name: str) -> None:
    page = page_of(chapter, everything(name))
    assert page.all("img") == []
    assert not [item for item in page.all("script") if "alert" in item.text]
    assert not set("\x00\u202e") & set(page.text)


def test_a_browser_draws_them_and_a_telephone_shows_them(browser: Any, tmp_path: Path) -> None:
    path = tmp_path / "standards.html"
    path.write_text(
        render(everything("cnn"), (iso14756.chapter, ecolabel.chapter, calls.chapter)), encoding="utf-8"
    )
    browser.complaints()
    browser.open(path.as_uri(), 390)
    browser.driver.execute_script(
        "document.querySelectorAll('details').forEach(item => { item.open = true; });"
    )
    drawn = {svg["id"] for svg in browser.figures()}
    assert {"iso-r-th", "iso-r-me", "iso-r-ti", "iso-i-e", "ecolabel-cpu", "ecolabel-allocation"} <= drawn
    assert browser.driver.execute_script("return document.documentElement.scrollWidth") == 390
    assert browser.complaints() == []
