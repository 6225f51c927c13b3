"""Whole reports of analysed records in a real browser: an imported campaign, and one of 120 hours."""

from pathlib import Path

import numpy as np
import pytest
from report_in_browser import POINTS_BETWEEN, RANGES, check_report, opened, settle

from analysis.campaign import analyse
from analysis.imports.oscar.importer import import_oscar
from benchmarks.simulated_bench import CLASSES, Bench, Load, write_campaign
from records.campaign import CampaignFolder
from records.results import write_results
from reports.campaign.page import write_report

LOADS = (Load("idle", 4.0, 3600.0), Load("cnn", 60.0, 3600.0), Load("rnn", 75.0, 3600.0))
RUNS = """
return wattlab.traces.figure.data.runs.map(run => [run.name, run.series.power_w.t.length]);
"""


def reported(campaign: Path) -> Path:
    """Analyse a campaign and write its report."""
    write_results(analyse(campaign), CampaignFolder(campaign).results)
    return write_report(campaign)


def test_an_imported_campaign_is_drawn_zoomed_read_in_the_dark_and_printed(browser, reference, tmp_path):
    data = reference / "okular"
    import_oscar(
        tmp_path / "okular",
        usage=data / "Standardnutzungsszenario",
        baseline=data / "Baseline",
        idle=data / "Leerlauf",
        timezone=None,
        version="0.0.0",
    )
    check_report(browser, reported(tmp_path / "okular"), figures=18, plots=3)


@pytest.fixture(scope="module")
def hours(tmp_path_factory):
    """Four scenarios, 30 runs of an hour each and a last baseline, a reading a second; SIMULATED."""
    folder = tmp_path_factory.mktemp("hours") / "campaign"
    runs, _ = Bench(CLASSES[0], np.random.default_rng(14756), loads=LOADS).record(30)
    write_campaign(runs, folder)
    return reported(folder)


def test_a_campaign_of_120_hours_is_drawn_zoomed_read_in_the_dark_and_printed(browser, hours):
    assert hours.stat().st_size < 4e6
    check_report(browser, hours, figures=20, plots=2)


def test_each_second_of_120_hours_can_be_looked_at(browser, hours):
    driver = opened(browser, hours.as_uri())
    lengths = dict(driver.execute_script(RUNS))
    assert len(lengths) == 121
    # A reading a second; a gap of the meter takes up to 29 of them, and no run lasts just an hour.
    assert all(3400 < length < 3800 for length in lengths.values())
    driver.execute_script("wattlab.traces.figure.show(1000, 1060)")
    settle(driver)
    assert driver.execute_script(RANGES) == [[1000, 1060]] * 2
    drawn = driver.execute_script(POINTS_BETWEEN, 1000, 1060)
    assert drawn == pytest.approx(60 * (121 + 4), rel=0.02)  # of every run, and of the mean of each scenario
