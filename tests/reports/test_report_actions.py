"""The chapter on actions: what each part of a run takes of its energy."""

import pytest
from report_example import Plan, example
from typed_rows import change

from reports.blocks.svg import drawing_style
from reports.campaign.actions.chapter import chapter
from reports.campaign.actions.figures import share_of_largest
from reports.campaign.view import view_of

SMALL = {"repeats": 2, "seconds": 12, "epochs": 1, "gpu": False, "tracker": None}


def actions_of(run_dir, scenario, energies):
    return [
        {"run_dir": run_dir, "scenario": scenario, "name": name, "depth": depth, "induced_wh": induced_wh}
        for name, depth, induced_wh in energies
    ]


@pytest.fixture
def results():
    found = example(Plan(**SMALL))
    found.actions = []
    for row in found.runs:
        if row.scenario == "cnn":
            parts = [("load", 1, 0.1), ("train", 1, 0.2), ("step", 2, 9.0), ("train", 1, 0.3)]
            found.actions += actions_of(row.run_dir, "cnn", parts)
    for row in found.scenarios:
        if row.scenario == "cnn":
            change(row, induced_wh=1.0)
    return found


def test_an_action_that_comes_twice_counts_twice_and_one_within_another_not_at_all(results):
    view = view_of(results)
    cnn = next(item for item in view.scenarios if item.key == "cnn")
    name, share, energy = share_of_largest(view, cnn)
    assert (name, share, energy) == ("train", pytest.approx(0.5), "induced energy")


def test_the_chapter_says_and_draws_it(results):
    with drawing_style():
        made = chapter(view_of(results))
    assert made.absent == ""
    assert "cnn: train takes most, 50 % of a run's induced energy." in [
        getattr(block, "words", "") for block in made.blocks
    ]
    (sheet,) = made.sheets
    assert len(sheet.panels) == 1
    assert "500.0 mWh" in sheet.panels[0]
    assert "step" not in sheet.panels[0]
    assert any("step" in cell for row in sheet.data.rows for cell in row)


def test_without_actions_the_chapter_says_so(results):
    results.actions = []
    with drawing_style():
        assert chapter(view_of(results)).absent == "no run reported actions."
