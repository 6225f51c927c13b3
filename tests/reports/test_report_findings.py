"""Findings together by code, the environment readable, and calls with what the meter can resolve of them."""

import re
from collections import Counter
from typing import Any

import pytest
from chapter_page import cells, made, page_of, verdict
from hypothesis import given, settings
from hypothesis import strategies as st
from report_example import HOSTILE, HOSTILE_IMAGE, Plan, example, nothing_counted
from typed_rows import change

from records.finding_codes import CODES
from records.results import Results
from records.rows.runs import RunRow
from reports.blocks.contract import Chapter, FindingEntry, Findings, Heading, Lines, Text
from reports.campaign.calls import chapter as calls
from reports.campaign.calls.marked import MOST_NAMES
from reports.campaign.evidence import environment, findings


def plain(**plan: Any) -> Results:
    return example(Plan(repeats=2, seconds=12, epochs=0, tracker=None, **plan))


def finding(level: str, run_dir: str, code: str, message: str = "It is so.") -> dict[str, Any]:
    return {"level": level, "run_dir": run_dir, "code": code, "message": message}


def entries(chapter: Chapter) -> list[FindingEntry]:
    return [entry for block in chapter.blocks if isinstance(block, Findings) for entry in block.entries]


def lines(chapter: Chapter, caption: str) -> dict[str, str]:
    (block,) = [b for b in chapter.blocks if isinstance(b, Lines) and b.caption == caption]
    return dict(block.rows)


# Findings


def test_without_findings_the_chapter_says_so() -> None:
    said = verdict(made(findings.chapter, plain()))
    assert said.tone == "good"


def test_levels_come_worst_first_under_what_they_mean() -> None:
    rows = [finding("info", "", "a"), finding("refuse", "0001-cnn", "b"), finding("warn", "", "c")]
    found = made(findings.chapter, plain(findings=rows))
    headings = [block.words for block in found.blocks if isinstance(block, Heading)]
    assert [words.rpartition(": ")[2] for words in headings] == ["1", "1", "1"]
    assert [entry.level for entry in entries(found)] == ["refuse", "warn", "info"]
    assert verdict(found).tone == "refuse"
    assert "1 of 8 runs" in verdict(found).words


def test_a_code_is_explained_where_it_is_shown() -> None:
    rows = [finding("warn", "", code.code) for code in CODES.values()]
    page = "".join(page_of(findings.chapter, plain(findings=rows)).text.split())
    for code in CODES.values():
        for text in (code.meaning, code.remedy):
            without_links = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", text)
            for part in without_links.split("`"):  # names in backticks have an element of their own
                assert "".join(part.split()) in page


def test_a_code_of_another_version_has_no_explanation() -> None:
    (entry,) = entries(made(findings.chapter, plain(findings=[finding("warn", "", "not-of-this-version")])))
    assert (entry.code, entry.meaning, entry.remedy) == ("not-of-this-version", "", "")


def test_one_code_in_many_runs_is_one_entry_that_lists_them() -> None:
    rows = [finding("warn", f"{n:04d}-idle", "induced-negative", f"induced -0.0{n} Wh") for n in range(1, 12)]
    found = made(findings.chapter, plain(findings=[*rows, finding("warn", "", "baseline-drift")]))
    folded, alone = entries(found)
    assert folded.where == "11 times, in 11 runs"
    assert folded.message == "For example: induced -0.01 Wh"
    assert folded.each == [(row["run_dir"], row["message"]) for row in rows]
    assert alone.each == []
    page = page_of(findings.chapter, plain(findings=rows)).text
    assert "All 11" in page
    assert "induced -0.011 Wh" in page


def test_the_same_words_of_one_code_are_no_example() -> None:
    rows = [finding("warn", "", "x"), finding("warn", "", "x")]
    (entry,) = entries(made(findings.chapter, plain(findings=rows)))
    assert (entry.where, entry.message) == ("2 times", "It is so.")


FINDING = st.builds(
    finding,
    st.sampled_from(["refuse", "warn", "info", "odd"]),
    st.sampled_from(["", "0001-cnn", "0002-idle"]),
    st.sampled_from(["a", "b", "c"]),
    st.text(max_size=5),
)


@settings(max_examples=60)
@given(st.lists(FINDING, min_size=1, max_size=25))
def test_no_finding_is_lost_and_none_is_told_twice(rows: list[dict[str, Any]]) -> None:
    results = nothing_counted()
    results.findings = rows
    found = made(findings.chapter, results)
    told = Counter(
        (where.replace("the whole campaign", ""), message, entry.code)
        for entry in entries(found)
        for where, message in entry.each or [(entry.where, entry.message)]
    )
    assert told == Counter((row["run_dir"], row["message"], row["code"]) for row in rows)
    assert len(cells(found, "finding-rows")) == len(rows)


def test_hostile_findings_stay_text() -> None:
    rows = [finding(HOSTILE, HOSTILE, HOSTILE_IMAGE, HOSTILE)] * 3
    page = page_of(findings.chapter, plain(findings=rows))
    assert page.all("img") == []
    assert not [item for item in page.all("script") if "alert" in item.text]
    assert HOSTILE in page.text


# Environment


def test_what_the_inventory_does_not_know_is_one_sentence() -> None:
    found = made(environment.chapter, plain())
    assert lines(found, "System under test")["CPU · model"] == "Imaginary Eight-Core 1700"
    assert "unknown" not in lines(found, "System under test").values()
    assert any(b.words == "Not known: RAM · modules." for b in found.blocks if isinstance(b, Text))


def test_one_machine_that_does_both_is_said_to() -> None:
    results = plain()
    results.environment["controller"] = results.environment["sut"]
    assert "ran on the same machine" in page_of(environment.chapter, results).text


def test_of_two_machines_only_the_differences_are_listed() -> None:
    results = plain()
    results.environment["controller"] = {**results.environment["sut"], "host": "desk", "kernel": "6.1"}
    rows = cells(made(environment.chapter, results), "controller")
    assert [(row["What"], row["System under test"], row["Controller"]) for row in rows] == [
        ("host", "bench", "desk"),
        ("kernel", "–", "6.1"),
    ]


def test_the_meter_is_told_as_it_was_read() -> None:
    results = plain(simulated=False)
    results.meter["cadence"] = {
        "interval_s": 1.00002,
        "jitter_s": 0.0073,
        "readings": 81,
        "missing": 2,
        "late": 0,
    }
    results.meter["options"] = {"range": "5 A"}
    results.meter["calibration"] = {"date": "2026-01-05", "certificate": "C-17", "gain": 1.0012}
    said = lines(made(environment.chapter, results), "Power meter")
    assert said["Readings"] == "every 1 s; each reading is the mean power over its interval"
    assert said["Sampling"] == (
        "every 1.00002 s, jitter 0.0073 s; of 81 readings 2 missing, 0 late (first valid run)"
    )
    assert said["Limits of error"] == "±(1.5 % of reading + 3 counts)"
    assert said["Calibration"] == "on 2026-01-05, certificate C-17; gain 1.0012 in force"
    assert said["Delay of a reading"] == "0.500 s, u = 0.050 s, taken off"
    assert said["Option range"] == "5 A"
    assert said["Port"] == "virtual"


def test_a_meter_without_limits_and_calibration_says_what_that_means() -> None:
    results = plain()
    results.meter["accuracy"] = {"reading_pct": 0.0}
    said = lines(made(environment.chapter, results), "Power meter")
    assert "missing in every uncertainty" in said["Limits of error"]
    assert "data sheet" in said["Calibration"]
    assert said["Sampling"] == "not known"


def test_several_meters_are_listed() -> None:
    results = plain()
    results.meter["parts"] = [{"name": "psu", "driver": "sml", "port": "a", "identity": {"maker": "Holley"}}]
    assert cells(made(environment.chapter, results), "meter-parts")[0]["Instrument"] == "Holley"


def test_data_and_weights_stand_side_by_side() -> None:
    results = plain(findings=[])
    results.provenance = {
        "cnn": {"dataset": "generated", "seed": 1},
        "transfer": {"weights": "random"},
        "odd": 7,
    }
    found = made(environment.chapter, results)
    rows = {row["What"]: (row["cnn"], row["transfer"], row["odd"]) for row in cells(found, "provenance")}
    assert rows == {
        "dataset": ("generated", "–", "–"),
        "seed": ("1", "–", "–"),
        "weights": ("–", "random", "–"),
        "in its own words": ("–", "–", "7"),
    }
    (warning,) = [block for block in found.blocks if isinstance(block, Text) and block.tone == "warn"]
    assert "cnn: " in warning.words and "transfer: " in warning.words


def test_imported_records_say_what_is_unknown() -> None:
    results = nothing_counted()
    results.environment, results.meter = {}, {}
    results.imported = {"format": "oscar", "sources": [{}, {}]}
    said = verdict(made(environment.chapter, results)).words
    assert "a machine without an inventory" in said
    assert "imported from 2 files of the format oscar" in said


def test_hostile_inventories_stay_text() -> None:
    results = plain()
    results.environment["sut"].update(
        {HOSTILE: [HOSTILE_IMAGE], "environments": {HOSTILE: {"python": HOSTILE}}}
    )
    results.environment["controller"] = {"host": HOSTILE}
    results.provenance = {HOSTILE: {HOSTILE_IMAGE: HOSTILE}, "cnn": HOSTILE}
    results.meter["options"] = {HOSTILE: HOSTILE_IMAGE}
    page = page_of(environment.chapter, results)
    assert page.all("img") == []
    assert not [item for item in page.all("script") if "alert" in item.text]
    assert HOSTILE_IMAGE in page.text


# Calls


def call(
    run: RunRow, name: str, duration_s: float, energy_wh: float, more: dict[str, float | None]
) -> dict[str, Any]:
    part = {key: run.named(key) for key in ("slot", "run_dir", "scenario", "repeat", "tracker")}
    known = {"energy_u_wh": 0.001, "induced_wh": energy_wh / 2, "coverage_pct": 100.0}
    return {**part, "name": name, "duration_s": duration_s, "energy_wh": energy_wh, **known, **more}


def with_calls(*made_of: tuple[str, float, float, dict[str, float | None]]) -> Results:
    results = plain()
    run = next(row for row in results.runs if row.scenario == "cnn")
    change(run, energy_wh=8.0)
    change(next(row for row in reversed(results.runs) if row.scenario == "cnn"), energy_wh=2.0)
    results.calls = [call(run, name, t_s, energy, more) for name, t_s, energy, more in made_of]
    return results


def test_without_calls_the_report_says_how_to_get_them() -> None:
    assert "spans of the kind “call”" in made(calls.chapter, plain()).absent


def test_calls_are_gathered_by_name_with_their_share_of_the_runs() -> None:
    # cnn has two runs of 8 and 2 Wh: three calls of fit use 1.2 + 1.3 + 1.1 Wh, which is 36 %.
    results = with_calls(
        ("load", 2.0, 0.5, {}), ("fit", 3.0, 1.2, {}), ("fit", 3.0, 1.3, {}), ("fit", 3.3, 1.1, {})
    )
    fit, load = cells(made(calls.chapter, results), "call-rows")
    assert (fit["Call"], fit["n"], fit["Resolved"], fit["Share of the runs"]) == ("fit", "3", "3", "36.0")
    assert fit["Energy per call"] == "1200"  # mWh: the mean, to the place of its standard deviation of 100
    assert (load["Call"], load["Share of the runs"]) == ("load", "5.00")


@pytest.mark.parametrize(
    ("duration_s", "more", "resolved"),
    [
        (2.0, {}, True),
        (0.9, {}, False),  # shorter than a reading of 1 s: it gets its share, whatever it did
        (2.0, {"coverage_pct": 98.0}, False),
        (2.0, {"energy_u_wh": 0.051}, False),  # 0.1 Wh is less than twice that
        (2.0, {"energy_u_wh": 0.05}, True),
        (2.0, {"energy_wh": None}, False),
    ],
)
def test_a_call_is_resolved_where_its_energy_is_its_own(
    duration_s: float, more: dict[str, float | None], resolved: bool
) -> None:
    results = with_calls(("fit", duration_s, 0.1, more))
    said = verdict(made(calls.chapter, results))
    assert f"resolves {int(resolved)} of 1 calls" in said.words
    assert ("below its resolution" in said.words) is not resolved
    assert said.tone == ("good" if resolved else "warn")


def test_many_names_end_in_one_line_that_holds_the_rest() -> None:
    names = [f"call-{n:03d}" for n in range(MOST_NAMES + 5)]
    results = with_calls(*[(name, 2.0, 1.0 + 0.01 * n, {}) for n, name in enumerate(names)])
    rows = cells(made(calls.chapter, results), "call-rows")
    assert len(rows) == MOST_NAMES + 1
    assert rows[0]["Call"] == names[-1]
    assert (rows[-1]["Call"], rows[-1]["n"]) == ("all other calls (5 names)", "5")
