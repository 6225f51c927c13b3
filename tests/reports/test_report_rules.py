"""A published rule beside the default one: all its columns, and the difference in words."""

import pytest
from chapter_page import page_of
from report_example import HOSTILE, HOSTILE_IMAGE, Plan, example
from typed_rows import change, row_of

from analysis.rules import rule_names
from records.rows.standards import RuleRow
from reports.blocks.contract import Code, Lines, Text
from reports.campaign.method import chapter as method
from reports.campaign.rules.chapter import FORMULAS, chapter, rule_table
from reports.campaign.rules.differences import answer, beside_each_other, matters, sentences
from reports.campaign.view import view_of

# docs/explanation/replication.md: Okular by the rule oscar and by the default one.
OKULAR_RULE = {"rule": "oscar", "scenario": "cnn", "n": 30, "samples": 217, "runs_short": 0}
OKULAR_RULE |= {"energy_wh": 0.768465676, "induced_wh": 0.0754674689, "mean_power_w": 12.7487393}
OKULAR_DEFAULT = {
    "energy_wh": 0.7680,
    "energy_u_wh": 0.0021,
    "energy_low_wh": 0.7641,
    "energy_high_wh": 0.7719,
}
OKULAR_DEFAULT |= {"induced_wh": 0.0752345, "induced_u_wh": 0.0028}
OKULAR_DEFAULT |= {"induced_low_wh": 0.0693, "induced_high_wh": 0.0812, "mean_power_w": 12.75}


def results_with(rule: str, rows, spans=()):
    results = example(Plan(repeats=2, seconds=12, epochs=0, gpu=False, tracker=None, cpu_temperature=False))
    results.rule = rule
    results.rule_rows[:] = rows
    results.rule_spans[:] = spans
    for row in results.scenarios:
        if row.scenario == "cnn":
            change(row, **OKULAR_DEFAULT)
    return results


def view_with(rule: str, rows, spans=()):
    return view_of(results_with(rule, rows, spans))


def words_of(found) -> str:
    return " ".join(block.words for block in found.blocks if isinstance(block, Text))


def test_with_the_default_rule_the_chapter_is_absent_and_says_so():
    assert chapter(view_with("default", [])).absent.startswith("the default rule is in force")


def test_every_published_rule_has_its_formula_and_its_source():
    assert {"default", *FORMULAS} == set(rule_names())
    found = chapter(view_with("oscar", [OKULAR_RULE]))
    assert "OSCAR (Environmental Campus Birkenfeld)" in words_of(found)
    (code,) = [block for block in found.blocks if isinstance(block, Code)]
    assert "first N readings" in code.words


def test_on_the_data_of_okular_the_choice_of_the_rule_does_not_matter():
    found = beside_each_other(view_with("oscar", [OKULAR_RULE]))
    induced = next(item for item in found if item.column == "induced_wh")
    assert induced.difference == pytest.approx(0.233, abs=1e-3)
    assert induced.in_u == pytest.approx(0.083, abs=0.001)  # a tenth of the standard uncertainty
    assert answer(found).endswith("On these data the choice of the rule does not matter.")
    assert sentences(found) == [
        (
            "cnn, induced energy",
            "75.4675 mWh by the rule, 75.2 [69.3, 81.2] mWh by the default one, "
            "difference +0.23 mWh (+0.31 %)",
        )
    ]


def test_a_difference_beyond_the_uncertainty_is_a_warning():
    view = view_with("oscar", [{**OKULAR_RULE, "induced_wh": 0.0852}])
    found = beside_each_other(view)
    assert matters(found)
    assert "induced energy of cnn" in answer(found)
    assert "3.6 standard uncertainties" in answer(found)
    (verdict,) = [b for b in chapter(view).blocks if isinstance(b, Text) and b.tone == "warn"]
    assert verdict.words.endswith("On these data the choice of the rule matters.")


def test_a_rule_of_single_runs_is_set_beside_the_runs():
    results = results_with("mlperf", [])
    run = next(row for row in results.runs if row.scenario == "cnn")
    results.rule_rows.append(
        {
            "rule": "mlperf",
            "scenario": "cnn",
            "run_dir": run.run_dir,
            "energy_wh": run.energy_wh * 1.001,
        }
    )
    (item,) = beside_each_other(view_of(results))
    assert (item.run_dir, item.unit, item.default) == (run.run_dir, "mWh", 1000 * run.energy_wh)
    assert item.pct == pytest.approx(0.1)


def test_a_rule_with_borders_of_its_own_tells_what_they_do():
    # docs/explanation/replication.md: GREENLIGHT, every call, all channels.
    row = {"rule": "fecom", "of": "every call", "channel": "all", "gross_j": 38577.345, "exact_j": 39138.2155}
    found = chapter(view_with("fecom", [{**row, "difference_pct": -1.43305075}]))
    (lines,) = [block for block in found.blocks if isinstance(block, Lines)]
    said = "38\u202f577.3 J by the rule, 39\u202f138.2 J between exact borders, −1.4 %"
    assert lines.rows == [("every call, all", said)]


def test_all_columns_of_a_rule_stand_in_its_table_with_their_units():
    item = rule_table(
        [row_of(RuleRow, **OKULAR_RULE, disk_read_kib_s=10.2029186, kind="workload")], "x", "y", "rules"
    )
    heads = [(column.label, column.unit) for column in item.columns]
    assert ("energy", "Wh") in heads and ("samples", "") in heads and ("kind", "") in heads
    assert "0.7684657" in item.rows[0] and "217" in item.rows[0]
    assert item.source == "rules"


def test_many_spans_are_cut_and_it_says_so():
    spans = [{"rule": "fecom", "slot": i, "api": "fit", "cpu_j": 1.5} for i in range(201)]
    (item,) = [t for t in chapter(view_with("fecom", [], spans)).tables if t.key == "rule-spans"]
    assert len(item.rows) == 200
    assert item.caption.endswith("the first 200 of 201")


def test_rows_without_anything_in_common_are_shown_all_the_same():
    view = view_with("oscar", [{"rule": "oscar", "scenario": "gone", "energy_wh": None, "induced_wh": "x"}])
    assert "no quantity in common" in words_of(chapter(view))


def test_a_foreign_rule_and_its_columns_are_text_on_the_page():
    rows = [
        {"rule": HOSTILE, "scenario": "cnn", HOSTILE_IMAGE: HOSTILE, "energy_wh": 0.8, "induced_wh": 0.08}
    ]
    page = page_of(chapter, results_with(HOSTILE, rows), method.chapter)
    (section,) = [s for s in page.all("section") if s.attributes.get("id") == "rules"]
    assert not section.all("script", "img")
    assert HOSTILE in section.text and HOSTILE_IMAGE in section.text
    assert "unknown to this version" in section.text
    drawings = section.all("svg")
    assert drawings and all("SIMULATED" in svg.text for svg in drawings)
    (said,) = [s for s in page.all("section") if s.attributes.get("id") == "method"]
    assert "The numbers of this report are those of the default rule" in said.text


def test_the_method_says_what_is_in_force():
    results = results_with("default", [])
    results.meter["sampling"] = "instantaneous"
    results.settings.update(baseline="pooled", coverage_min_pct=97.5)
    (said,) = [
        s for s in page_of(method.chapter, results).all("section") if s.attributes.get("id") == "method"
    ]
    for words in ("instantaneous", "time-weighted mean of all baseline runs", "97.5 %", "JCGM 100:2008"):
        assert words in said.text
    assert "E_induced = E − P_baseline · T" in said.text
