"""Campaigns that lack something: the report is written all the same, and says what is missing."""

import re
from dataclasses import replace

import pytest
from report_example import HOSTILE, Plan, example, nothing_counted
from report_page import Page
from typed_rows import change, emptied

from records.errors import RecordError, SchemaError
from records.results import write_results
from records.rows.families import HARDWARE_COLUMNS
from records.rows.parts import BaselineSummary
from reports.campaign.efficiency import chapter as efficiency
from reports.campaign.energy import chapter as energy
from reports.campaign.epochs import chapter as epochs
from reports.campaign.hardware import chapter as hardware
from reports.campaign.page import CHAPTERS, render, write_report
from reports.campaign.trackers import chapter as trackers

SMALL = {"repeats": 2, "seconds": 12, "epochs": 2}


def text_of(results, *chapters) -> str:
    """Return what a report says; one of these chapters alone where some are named."""
    return re.sub(r"\s+", " ", Page(render(results, chapters or CHAPTERS)).text)


def test_the_report_stands_in_the_campaign_unless_told_otherwise(tmp_path):
    write_results(nothing_counted(), tmp_path / "results")
    elsewhere = tmp_path / "elsewhere.html"
    assert write_report(tmp_path) == tmp_path / "report.html"
    assert write_report(tmp_path, elsewhere) == elsewhere
    assert elsewhere.read_bytes() == (tmp_path / "report.html").read_bytes()
    assert elsewhere.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_a_folder_without_campaign_and_results_is_refused_with_the_way_out(tmp_path):
    with pytest.raises(RecordError, match=r"no campaign here .* Name the folder that `lab run` printed"):
        write_report(tmp_path)
    assert not (tmp_path / "report.html").exists()


def test_results_of_a_newer_version_are_refused(tmp_path):
    write_results(nothing_counted(), tmp_path / "results")
    path = tmp_path / "results" / "results.json"
    path.write_text(path.read_text(encoding="utf-8").replace("results/1", "results/2"), encoding="utf-8")
    with pytest.raises(SchemaError, match="newer"):
        write_report(tmp_path)


def test_a_single_run_has_no_interval_and_says_so():
    text = text_of(example(Plan(repeats=1, seconds=12, gpu=False)))
    assert "n = 1: no interval" in text
    assert not re.search(r"\bnan\b", text, re.IGNORECASE)


def test_without_a_baseline_there_is_no_induced_energy():
    text = text_of(example(Plan(**SMALL, baseline=False, gpu=False)), energy.chapter, epochs.chapter)
    assert "no baseline" in text
    assert "No baseline was measured, so no induced energy can be given." in text
    assert "Gross energy of every epoch" in text
    assert "Energy induced by the software" not in text


def test_without_epochs_and_trackers_the_figures_say_what_is_missing():
    results = example(Plan(repeats=2, seconds=12, epochs=0, tracker=None))
    text = text_of(results, epochs.chapter, trackers.chapter, efficiency.chapter)
    for reason in (
        "Epochs: no run reported epochs",
        "Software trackers: no run had a tracker",
        "Efficiency: no scenario reported useful work",
    ):
        assert reason in text


def test_without_a_gpu_the_cpu_temperature_stands_beside_the_epochs():
    text = text_of(example(Plan(**SMALL, gpu=False)), epochs.chapter, hardware.chapter)
    assert "Below: mean CPU temperature of the epoch." in text
    assert "(no sensor): GPU load" in text


def test_without_any_sensor_the_epochs_say_so():
    text = text_of(example(Plan(**SMALL, gpu=False, cpu_temperature=False)), epochs.chapter)
    assert "This SUT has no temperature sensor." in text


def test_when_no_run_was_counted_the_report_says_so_and_why():
    results = nothing_counted()
    text = text_of(results)
    assert "No run was counted." in text
    assert "Slot 1 has no run." in text
    assert HOSTILE in text  # the reason of the refused attempt, as text
    assert "0 of 2 runs, 2 attempts rejected" in text


_KEPT = {"scenario", "kind", "tracker", "run_dir", "slot", "a", "quantity", "base_scenario", "epoch"}


@pytest.mark.parametrize(
    "parts",
    [
        ("runs", "actions", "epochs", "scenarios"),
        ("comparisons", "trackers", "agreement", "agreement_scopes", "budgets"),
        ("statistics", "correlations", "mixed_models", "scenarios"),
    ],
    ids=" ".join,
)
def test_any_number_of_any_row_may_be_absent(parts):
    results = example(Plan(**SMALL, gpu=False))
    for part in parts:
        assert getattr(results, part), part
        rows = getattr(results, part)
        rows[:] = [emptied(row, _KEPT) for row in rows]
    assert Page(render(results)).all("h1")


@pytest.mark.parametrize("parts", [("settings",), ("environment", "meter", "provenance")], ids=" ".join)
def test_any_fact_about_the_campaign_may_be_absent(parts):
    results = example(Plan(repeats=1, seconds=12, epochs=1, gpu=False))
    for part in parts:
        getattr(results, part).clear()
    results.baseline = BaselineSummary()
    assert Page(render(results)).all("h1")


def test_an_epoch_or_an_action_may_lie_in_a_scenario_without_summary():
    results = example(Plan(**SMALL))
    results.scenarios.clear()
    assert "cnn" in Page(render(results)).text


def test_two_trackers_are_told_apart_in_every_panel():
    results = example(Plan(**SMALL, gpu=False))
    for rows in (results.trackers, results.agreement, results.agreement_scopes):
        rows += [replace(row, tracker="othertracker") for row in rows]
    page = Page(render(results, [trackers.chapter]))
    drawings = {svg.attributes.get("id"): svg.text for svg in page.all("svg")}
    for key in ("trackers-ratio-wall", "trackers-ratio-wall-net"):
        assert "codecarbon" in drawings[key]
        assert "othertracker" in drawings[key]
    assert "codecarbon" in drawings["trackers-scope-0"] and "othertracker" in drawings["trackers-scope-1"]
    assert "cnn + codecarbon" in drawings["trackers-cost-wh"]


def test_negative_induced_energy_is_drawn_and_written_with_its_sign():
    results = example(Plan(**SMALL, tracker=None))
    for row in results.scenarios:
        if row.scenario == "idle":
            change(row, induced_wh=-0.0123, induced_low_wh=-0.0161, induced_high_wh=-0.0085)
    page = Page(render(results, [energy.chapter]))
    (svg,) = [e for e in page.all("svg") if e.attributes.get("id") == "energy-induced"]
    assert "−12.3 " in svg.text
    assert "[−16.1, −8.5]" in page.text


@pytest.mark.slow
def test_thirty_repeats_of_one_hour_stay_below_five_megabytes():
    results = example(Plan(repeats=30, seconds=3600, tracker=None, epochs=20))
    assert len(results.traces) == 120
    assert len(render(results).encode()) < 5_000_000


def test_all_hardware_columns_of_the_records_have_a_place_in_the_report():
    from reports.campaign.hardware.figures import INDICATORS

    assert tuple(item.column for item in INDICATORS) == HARDWARE_COLUMNS
