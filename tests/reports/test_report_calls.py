"""Recorded calls in the report: which costs most, where it stands, and how well that is known."""

import json
import re
from pathlib import Path

import pytest
from calls_example import FILE, SOURCE, add_calls, profiled
from chapter_page import cells, made, verdict
from recorded_program import write_program
from report_example import HOSTILE, Plan, example
from report_in_browser import DARK, check_contrast, emulated
from report_page import Page
from typed_rows import change
from written_calls import Made, site, write_calls

from records.calls import CallFlag
from records.errors import RecordError
from records.programs import ProgramFile, Programs
from records.results import Results, write_results
from reports.blocks.contract import Fold, Listing, SourceLine, Text
from reports.blocks.icicle import Box, icicle
from reports.blocks.svg import drawing_style
from reports.campaign.calls.chapter import chapter
from reports.campaign.page import render, write_report
from reports.campaign.recorded_calls import longest_calls, tasks_of
from reports.campaign.view import RecordedProgram, view_of

SMALL = Plan(repeats=1, seconds=12, epochs=0, gpu=False, tracker=None)


def program(text: str = SOURCE, name: str = FILE) -> RecordedProgram:
    record = Programs(taken_utc_s=0.0, files=[ProgramFile(name=name, source="command", scenarios=["cnn"])])
    return RecordedProgram(record, {}, {name: text})


def listing(results: Results, recorded: RecordedProgram | None = None) -> Listing:
    with drawing_style():
        blocks = chapter(view_of(results, recorded)).blocks
    folds = [block for block in blocks if isinstance(block, Fold)]
    (found,) = [block for fold in folds for block in fold.blocks if isinstance(block, Listing)]
    return found


def lines_of(found: Listing) -> dict[int, SourceLine]:
    return {line.number: line for _, lines in found.parts for line in lines}


def test_the_first_sentence_names_the_call_that_costs_most_and_how_sure_that_is() -> None:
    said = verdict(made(chapter, profiled()))
    assert said.tone == "good"
    assert "keras.Model.fit" in said.words
    assert f"{FILE}:23" in said.words
    assert re.search(r"2090 J \[2038, 2142\]", said.words)


def test_an_order_whose_intervals_overlap_is_not_called_sure() -> None:
    results = profiled()
    change(results.call_sites[0], induced_exclusive_low_j=20.0)
    assert verdict(made(chapter, results)).tone == "warn"


def test_a_bound_is_never_the_call_that_costs_most() -> None:
    results = profiled()
    for row in results.call_sites:
        change(row, label="bounded", bound_exclusive_j=5.0)
    said = verdict(made(chapter, results))
    assert said.tone == "warn"
    assert "keras" not in said.words


def test_measured_pooled_and_bounded_energies_are_told_apart() -> None:
    rows = {row["Call"]: row for row in cells(made(chapter, profiled()), "call-sites")}
    fit, dense = rows["keras.Model.fit"], rows["keras.layers.Dense"]
    assert (fit["Label"], fit["Energy"], fit["95 % interval"]) == ("measured", "2090", "[2038, 2142]")
    assert (dense["Label"], dense["Energy"], dense["95 % interval"]) == ("bounded", "≤ 1.77", "–")
    assert rows["keras.layers.Input"]["Energy"] == "–"
    assert rows["keras.layers.Input"]["Label"] == "in group 10"


def test_a_call_that_may_use_more_is_named() -> None:
    results = profiled()
    (row,) = [row for row in results.call_sites if row.api == "keras.layers.Dense"]
    change(row, bound_exclusive_j=5000.0, induced_exclusive_high_j=2050.0)
    said = verdict(made(chapter, results))
    assert said.tone == "warn"
    assert "keras.layers.Dense" in said.words
    assert "≤ 2050 J" in said.words


def test_the_first_screen_names_the_call_that_costs_most() -> None:
    results = profiled()
    (answers,) = [s for s in Page(render(results, ())).all("section") if s.attributes.get("id") == "answers"]
    assert "keras.Model.fit in train.py:23" in re.sub(r"\s+", " ", answers.text)


def test_a_bound_comes_after_all_energies_that_are_known() -> None:
    labels = [row["Label"] for row in cells(made(chapter, profiled()), "call-sites")]
    assert "bounded" not in labels[: labels.index("bounded")]
    assert {"measured", "pooled"}.isdisjoint(labels[labels.index("bounded") :])


def test_counters_have_columns_only_where_they_have_values() -> None:
    results = profiled()
    assert not any("counter" in name for name in cells(made(chapter, results), "call-sites")[0])
    change(results.call_sites[0], counter_cpu_j=1200.0)
    rows = cells(made(chapter, results), "call-sites")
    assert {row["CPU counter"] for row in rows} == {"1200", "–"}
    assert "GPU counter" not in rows[0]


def test_sites_of_a_group_are_not_counted_as_bounded() -> None:
    results = profiled()
    for row in results.call_sites:
        if row.group is not None:
            change(row, label="bounded")
    words = " ".join(block.words for block in made(chapter, results).blocks if isinstance(block, Text))
    assert "9 call sites: 3 measured, 2 pooled, 2 bounded, 2 in groups" in words


def test_a_group_is_named_after_its_sites() -> None:
    calls = [row["Call"] for row in cells(made(chapter, profiled()), "call-sites")]
    assert "Flatten, Input together" in calls


def test_where_nothing_above_the_baseline_is_resolved_energies_are_gross() -> None:
    results = profiled()
    for row in results.call_sites:
        if row.label:
            change(row, induced_exclusive_low_j=-1.0)
    chapter_made = made(chapter, results)
    assert "gross" in verdict(chapter_made).words
    assert cells(chapter_made, "call-sites")[0]["Energy"] == "3659"


def test_a_call_without_a_baseline_has_its_gross_energy() -> None:
    results = profiled()
    nothing = {
        f"induced_{part}_{end}": None
        for part in ("exclusive", "inclusive")
        for end in ("j", "u_j", "low_j", "high_j")
    }
    for row in results.call_sites:
        change(row, **nothing)
    fit, *_ = cells(made(chapter, results), "call-sites")
    assert fit["Energy"] == "3659"


def test_the_order_by_time_and_by_energy_are_both_in_the_words_of_the_figure() -> None:
    (ranks,) = [sheet for sheet in made(chapter, profiled()).sheets if sheet.key == "call-ranks"]
    said = re.sub(r"\s+", " ", Page(str(ranks.panels[0])).text)
    assert "keras.Model.save train.py:24: 4 by time (" in said
    assert "3 by induced energy (" in said


def test_control_characters_in_an_expression_do_not_break_the_figures() -> None:
    results = profiled()
    for row in results.call_sites:
        change(row, api="", expression="f(\x1b\x00)")
    (ranks,) = [sheet for sheet in made(chapter, results).sheets if sheet.key == "call-ranks"]
    assert "\x1b" not in str(ranks.panels[0])


def test_a_campaign_without_calls_says_how_to_record_them() -> None:
    assert "lab profile" in made(chapter, example(Plan(repeats=1, seconds=12))).absent


def test_the_same_call_at_several_sizes_is_drawn_over_them() -> None:
    results = profiled()
    add_calls(results, "transfer")
    for row in results.call_sites:
        size = 4000 if row.scenario == "cnn" else 8000
        change(row, argument_bytes=float(size) if row.api == "numpy.savetxt" else 12.0)
    (sheet,) = [one for one in made(chapter, results).sheets if one.key == "call-sizes"]
    assert sheet.data is not None
    # 15.3 J of four calls each.
    assert [row[2:4] for row in sheet.data.rows] == [["4000", "3.83"], ["8000", "3.83"]]


# --- the program's text ---------------------------------------------------------------------------------


def test_each_line_of_the_program_stands_beside_the_energy_of_its_calls() -> None:
    lines = lines_of(listing(profiled(), program()))
    assert [lines[n].words for n in sorted(lines)] == SOURCE.splitlines()
    assert (lines[23].energy, lines[23].label, lines[23].heat) == ("2090", "measured", 6)
    assert (lines[22].energy, lines[22].calls, lines[22].heat) == ("", "", 0)
    assert lines[14].calls == "4.00"
    assert 0 < lines[14].heat <= lines[24].heat < 6


def test_a_line_with_a_bounded_call_has_a_bound() -> None:
    lines = lines_of(listing(profiled(), program()))
    assert lines[9].energy == "≤ 38.9"
    assert "with others" in lines[20].note


@pytest.mark.parametrize("recorded", [None, program(name="other.py")])
def test_a_text_that_is_not_on_record_leaves_the_calls(recorded: RecordedProgram | None) -> None:
    assert sorted(lines_of(listing(profiled(), recorded))) == [9, 14, 19, 20, 23, 24]


def test_of_a_long_file_the_lines_around_the_calls_are_shown() -> None:
    found = listing(profiled(), program(SOURCE + "pass\n" * 1000))
    assert [[lines[0].number, lines[-1].number] for _, lines in found.parts] == [[6, 27]]
    assert all(heading for heading, _ in found.parts)


def test_a_notebook_is_shown_by_its_cells_with_their_execution_counts() -> None:
    document = {
        "nbformat": 4,
        "cells": [
            {"cell_type": "markdown", "source": ["# A study"]},
            {"cell_type": "code", "execution_count": 7, "source": ["%matplotlib inline\n", "import keras"]},
            {"cell_type": "code", "execution_count": 9, "source": "model.fit(x, y)\n"},
        ],
    }
    results = profiled(file="study.ipynb", sites=(("keras.Model.fit", 1, 1, 1, 38.0, 55.0, "measured"),))
    change(results.call_sites[0], cell=2, execution_count=9)
    first, second = listing(results, program(json.dumps(document), "study.ipynb")).parts
    assert [line.words for line in first[1]] == ["%matplotlib inline", "import keras"]
    assert "Cell 2" in second[0]
    assert "[9]" in second[0]
    assert second[1][0].energy == "2090"


def test_a_damaged_notebook_is_shown_as_text() -> None:
    results = profiled(file="study.ipynb", sites=(("keras.Model.fit", 1, 1, 1, 38.0, 55.0, "measured"),))
    assert lines_of(listing(results, program('{"cells": 3}', "study.ipynb")))[1].words == '{"cells": 3}'


# --- boxes ----------------------------------------------------------------------------------------------


def boxes(html: str) -> list[tuple[float, float, float]]:
    """Return left end, top and width of every box."""
    found = [one.attributes for one in Page(html).all("svg") if one.attributes.get("class") == "box"]
    return [(float(a["x"][:-1]), float(a["y"]), float(a["width"][:-1])) for a in found]


def test_boxes_are_as_wide_as_what_they_hold_and_lie_within_their_whole() -> None:
    colour = "#c9c9c9"
    whole = Box(
        "run",
        10.0,
        "",
        colour,
        [Box("a", 6.0, "", colour, [Box("b", 3.0, "", colour)]), Box("c", 2.0, "", colour)],
    )
    drawn = boxes(str(icicle("k", "t", "d", whole, simulated=False)))
    assert [(x, width) for x, _, width in drawn] == [(0, 100), (0, 60), (0, 30), (60, 20)]
    assert [y for _, y, _ in drawn] == [24, 46, 68, 46]


def test_parts_that_hold_nothing_or_less_have_no_box() -> None:
    colour = "#c9c9c9"
    whole = Box("run", 1.0, "", colour, [Box("a", 0.0, "", colour), Box("b", -2.0, "", colour)])
    assert len(boxes(str(icicle("k", "t", "d", whole, simulated=False)))) == 1


def test_a_deep_recursion_does_not_push_other_boxes_out() -> None:
    colour = "#c9c9c9"
    deep = Box("deep", 5.0, "", colour)
    for _ in range(3000):
        deep = Box("deep", 5.0, "", colour, [deep])
    many = [Box("leaf", 5.0 / 500, "", colour) for _ in range(500)]
    whole = Box("run", 10.0, "", colour, [deep, Box("other", 5.0, "", colour, many)])
    drawn = boxes(str(icicle("k", "t", "d", whole, simulated=False)))
    assert (50.0, 46.0, 50.0) in drawn
    assert sum(width == pytest.approx(0.1) for _, _, width in drawn) == 500


# --- in a browser ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("calls")
    path = folder / "report.html"
    hostile = program(SOURCE + f"{HOSTILE}\n</code></table><img src=x onerror=alert(1)>\x1b\u202e\n")
    results = profiled()
    run = next(row for row in results.runs if row.scenario == "cnn")
    write_calls(folder / run.run_dir, SITES, [Made(1, 0.0, 9.0), Made(3, 20.0, 21.0)], run.duration_s)
    calls = {"cnn": longest_calls(folder / run.run_dir, 10)}
    path.write_text(render(results, (chapter,), hostile, calls), encoding="utf-8")
    return path.as_uri()


def test_nothing_in_a_program_breaks_out_of_its_listing(address: str, browser) -> None:
    browser.complaints()
    browser.open(address)
    assert browser.complaints() == []
    ask = browser.driver.execute_script
    assert ask("return document.querySelectorAll('.source img, .source script').length") == 0
    assert ask("return document.querySelectorAll('.source tbody tr').length") == 26


def test_the_boxes_can_be_walked_and_zoomed_by_keyboard(address: str, browser) -> None:
    browser.complaints()
    browser.open(address)
    ask = browser.driver.execute_script
    drawing = browser.driver.find_element("css selector", ".panel[role=application]")
    ask("arguments[0].focus()", drawing)
    keys = "for (const key of arguments[1]) arguments[0].dispatchEvent(new KeyboardEvent('keydown', {key}));"
    ask(keys, drawing, ["ArrowDown", "ArrowDown"])
    assert "numpy.savetxt" in ask("return document.querySelector('.boxes-read').textContent")
    ask(keys, drawing, ["ArrowUp", "ArrowRight", "Enter"])
    chosen = "const it = document.querySelector('.chosen'); return [it.getAttribute('width'), it.textContent]"
    width, words = ask(chosen)
    assert float(width[:-1]) == pytest.approx(100)
    assert "outside" in words
    ask(keys, drawing, ["0"])
    assert float(ask(chosen)[0][:-1]) < 10
    assert browser.complaints() == []


def test_nothing_is_drawn_beyond_a_timeline_that_is_zoomed(address: str, browser) -> None:
    browser.open(address)
    beyond = """
        const panel = document.querySelector("#figure-call-times .panel");
        panel.focus();
        for (const key of ["ArrowRight", "Enter"]) panel.dispatchEvent(new KeyboardEvent("keydown", {key}));
        const whole = panel.getBoundingClientRect();
        const shown = [...panel.querySelectorAll("text")].map(one => one.getBoundingClientRect());
        const away = one => one.right < whole.left - 50 || one.left > whole.right + 50;
        const far = shown.filter(one => one.width && away(one));
        return [parseFloat(panel.querySelector(".chosen").getAttribute("width")), far.length];
    """
    assert browser.driver.execute_script(beyond) == [pytest.approx(100), 0]


def test_every_word_can_be_read_in_light_and_dark(address: str, browser) -> None:
    browser.open(address)
    browser.driver.execute_script(
        "document.querySelectorAll('details').forEach(item => { item.open = true; });"
    )
    check_contrast(browser.driver)
    with emulated(browser.driver, features=DARK):
        check_contrast(browser.driver)


def test_the_report_takes_the_text_from_the_record(tmp_path: Path) -> None:
    write_program(tmp_path, {FILE: SOURCE, "other.py": "secret = 1\n"})
    write_results(profiled(SMALL), tmp_path / "results")
    page = Page(write_report(tmp_path).read_text())
    (table,) = [one for one in page.all("table") if one.attributes.get("class") == "source"]
    assert "model.save" in table.text
    assert "secret" not in page.text


# --- single calls ---------------------------------------------------------------------------------------


SITES = [site(1, "keras.Model.fit", line=23), site(2, "numpy.savetxt", line=14), site(3, "keras.Model.save")]


def test_the_longest_calls_of_a_run_are_read_with_what_they_lie_in(tmp_path: Path) -> None:
    short = [Made(3, 30 + i / 1000, 30.0005 + i / 1000) for i in range(1000)]
    calls = [Made(1, 2.0, 20.0), Made(2, 5.0, 6.5, depth=1, flags=int(CallFlag.RAISED)), *short]
    write_calls(tmp_path, SITES, calls, 40.0)
    found = longest_calls(tmp_path, 2)
    assert found.total == 1002
    assert [(call.site.api, call.depth, call.flags) for call in found.calls] == [
        ("keras.Model.fit", 0, CallFlag(0)),
        ("numpy.savetxt", 1, CallFlag.RAISED),
    ]
    assert [(call.start_s, call.stop_s) for call in found.calls] == [
        pytest.approx((2.0, 20.0)),
        pytest.approx((5.0, 6.5)),
    ]


def test_calls_of_each_thread_stand_apart(tmp_path: Path) -> None:
    write_calls(tmp_path, SITES, [Made(2, 1.0, 2.0), Made(2, 1.0, 9.0, task=1)], 10.0)
    write_calls(tmp_path, SITES, [Made(2, 3.0, 4.0)], 10.0, process="8")
    assert [(name, len(calls)) for name, calls in tasks_of(longest_calls(tmp_path, 10).calls)] == [
        ("Thread-1, process 7", 1),
        ("MainThread, process 7", 1),
        ("MainThread, process 8", 1),
    ]


def test_the_calls_of_a_run_stand_below_its_power(tmp_path: Path) -> None:
    results = profiled(SMALL)
    run = next(row for row in results.runs if row.scenario == "cnn")
    nested = Made(2, run.duration_s / 2, run.duration_s, depth=1)
    write_calls(
        tmp_path / "runs" / run.run_dir, SITES, [Made(1, 0.0, run.duration_s), nested], run.duration_s
    )
    write_results(results, tmp_path / "results")
    html = write_report(tmp_path).read_text()
    (figure,) = [one for one in Page(html).all("figure") if one.attributes.get("id") == "figure-call-times"]
    found = [one.attributes for one in figure.all("svg") if one.attributes.get("class") == "box"]
    assert [(box["x"], box["width"]) for box in found] == [("0.0%", "100.0%"), ("50.0%", "50.0%")]
    assert int(found[1]["y"]) > int(found[0]["y"])


def test_calls_of_several_scenarios_are_told_apart(tmp_path: Path) -> None:
    results = profiled(SMALL)
    add_calls(results, "transfer")
    calls = {}
    for key in ("cnn", "transfer"):
        run = next(row for row in results.runs if row.scenario == key)
        write_calls(tmp_path / run.run_dir, SITES, [Made(1, 0.0, 1.0)], run.duration_s)
        calls[key] = longest_calls(tmp_path / run.run_dir, 10)
    with drawing_style():
        found = chapter(view_of(results, None, calls))
    assert [row["Scenario"] for row in cells(found, "call-times-data")] == ["cnn", "transfer"]


def test_a_record_without_a_start_of_the_run_draws_nothing(tmp_path: Path) -> None:
    write_calls(tmp_path, SITES, [Made(1, 0.0, 1.0)], 2.0)
    (tmp_path / "events.jsonl").write_text("")
    with pytest.raises(RecordError, match=r"events\.jsonl"):
        longest_calls(tmp_path, 10)


def test_a_file_on_record_is_found_by_the_end_of_its_path_where_that_is_the_only_one() -> None:
    names = ("study/train.py", "old/train.py", "elsewhere/net.py")
    files = [ProgramFile(name=name, source="command", scenarios=[]) for name in names]
    record = Programs(taken_utc_s=0.0, files=files)
    found = {
        name: None if (file := record.named(name)) is None else file.name
        for name in ("old/train.py", "train.py", "/home/somebody/elsewhere/net.py", "net.py", "et.py")
    }
    assert list(found.values()) == ["old/train.py", None, "elsewhere/net.py", "elsewhere/net.py", None]
