"""A chapter begins with the answer, and its table has no interval of what was not measured."""

from chapter_page import cells, made, verdict
from report_example import Plan, example
from typed_rows import change

from reports.campaign.energy import chapter as energy
from reports.campaign.evidence import runs
from reports.campaign.hardware import chapter as hardware

SMALL = {"repeats": 2, "seconds": 12, "epochs": 2, "gpu": False}


def test_energy_says_from_where_to_where_the_workloads_reach():
    results = example(Plan(**SMALL))
    words = verdict(made(energy.chapter, results)).words
    found = {row.scenario: row for row in results.scenarios if not row.tracker}
    assert found["transfer"].energy_wh < found["cnn"].energy_wh
    assert words.index("(transfer)") < words.index("(cnn)")
    assert "Wh (cnn) of energy above the baseline." in words


def test_energy_without_a_baseline_has_no_column_of_an_induced_interval():
    chapter = made(energy.chapter, example(Plan(repeats=1, seconds=12, epochs=0, baseline=False)))
    (scenarios,) = [table for table in chapter.tables if table.key == "scenarios"]
    labels = [column.label for column in scenarios.columns]
    assert labels.count("95 % interval") == 1
    assert "Induced" not in labels
    assert "above the baseline" not in verdict(chapter).words


def test_the_same_mean_has_the_same_digits_in_table_and_figure():
    chapter = made(energy.chapter, example(Plan(**SMALL)))
    in_table = {row["Scenario"]: row["Energy"] for row in cells(chapter, "scenarios")}
    drawn = "".join(panel for sheet in chapter.sheets for panel in sheet.panels)
    assert all(f">{value}<" in drawn for value in in_table.values())


def test_hardware_and_runs_begin_with_words():
    results = example(Plan(**SMALL))
    assert verdict(made(hardware.chapter, results)).words.startswith("Mean CPU load: ")
    change(results.runs[0], coverage_pct=99.25)
    words = verdict(made(runs.chapter, results)).words
    assert f"{len(results.runs)} valid runs, none rejected." in words
    assert "99.25 %" in words


def test_without_a_baseline_no_colour_is_called_induced():
    for baseline, said in ((True, "coloured: what the software induced"), (False, "without a baseline")):
        results = example(Plan(**SMALL, baseline=baseline))
        (sheet,) = made(energy.chapter, results).sheets
        assert said in sheet.caption
