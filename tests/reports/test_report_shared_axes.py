"""Panels next to each other that show the same quantity have the same axis, so that heights compare."""

import re
from collections.abc import Sequence

import pytest
from chapter_page import made
from markupsafe import Markup
from report_example import Plan, example
from report_page import Element, Page
from typed_rows import change

from reports.blocks.contract import Chapter
from reports.blocks.kit import Sheet
from reports.campaign.actions.chapter import chapter as actions
from reports.campaign.comparisons.chapter import chapter as comparisons
from reports.campaign.epochs.chapter import chapter as epochs
from reports.campaign.hardware.chapter import chapter as hardware
from reports.campaign.trackers.chapter import chapter as trackers

NUMBER = re.compile(r"[−\d.]+")


@pytest.fixture(scope="module")
def results():
    return example(Plan(repeats=4, tracker=None))


def sheet_of(chapter: Chapter, key: str) -> Sheet:
    return next(sheet for sheet in chapter.sheets if sheet.key == key)


def texts_of(panel: Markup) -> list[Element]:
    return Page(panel).root.all("text")


def ticks(panel: Markup, side: str) -> list[str]:
    anchor = {"x": "middle", "y": "end"}[side]
    return [
        item.text.strip()
        for item in texts_of(panel)
        if anchor in (item.attributes.get("text-anchor"), item.attributes.get("style"))
        and NUMBER.fullmatch(item.text.strip())
    ]


def assert_shared(panels: Sequence[Markup], side: str) -> None:
    found = [ticks(panel, side) for panel in panels]
    assert len(found) > 1 and len(found[0]) > 1
    assert all(one == found[0] for one in found)


def test_panels_of_the_order_of_the_runs_are_from_the_mean_in_percent(results):
    baseline, *others = sheet_of(made(comparisons, results), "run-order").panels
    assert_shared(others, "y")
    assert ticks(baseline, "y") != ticks(others[0], "y")  # gross next to induced energy
    assert all("from the mean / %" in str(panel) for panel in (baseline, *others))


def test_where_a_mean_is_near_zero_runs_are_from_the_mean_in_their_unit(results):
    small = example(Plan(repeats=4, tracker=None))
    for row in small.runs:
        if row.kind == "idle":
            change(row, induced_wh=0.01 * (-1) ** row.repeat)
    for row in small.statistics:
        if row.scenario == "idle" and row.quantity == "induced_wh":
            change(row, mean=0.0, sd=0.0115)
    _, *others = sheet_of(made(comparisons, small), "run-order").panels
    assert_shared(others, "y")
    assert all("from the mean / Wh" in str(panel) for panel in others)


def test_where_every_run_is_zero_runs_are_from_the_mean_in_their_unit():
    silent = example(Plan(repeats=4, tracker=None))
    for row in silent.runs:
        if row.kind == "idle":
            change(row, induced_wh=0.0)
    for row in silent.statistics:
        if row.scenario == "idle" and row.quantity == "induced_wh":
            change(row, mean=0.0, sd=0.0)
    _, *others = sheet_of(made(comparisons, silent), "run-order").panels
    assert others and all("from the mean / Wh" in str(panel) for panel in others)


def test_an_axis_of_epochs_below_the_baseline_goes_up_to_zero():
    below = example(Plan(repeats=2, seconds=12, tracker=None))
    for row in below.epochs:
        if row.induced_wh is not None:
            change(row, induced_wh=-0.01 - abs(row.induced_wh))
    for panel in sheet_of(made(epochs, below), "epochs").panels:
        energies = [number for tick in ticks(panel, "y") if (number := float(tick.replace("−", "-"))) <= 0]
        assert len(energies) > 1 and max(energies) == 0


def test_losses_below_zero_lie_within_their_panel():
    below = example(Plan(repeats=2, seconds=12, tracker=None))
    for row in below.epochs:
        if row.loss is not None:
            change(row, loss=-5.0 - row.epoch, val_loss=-5.0 - row.epoch)
    least = -5.0 - max(row.epoch for row in below.epochs)
    for panel in sheet_of(made(epochs, below), "progress").panels[2:4]:
        values = [float(tick.replace("−", "-")) for tick in ticks(panel, "y")]
        assert len(values) > 1 and least - 1 < min(values) < least + 1


@pytest.mark.parametrize(
    ("chapter", "key", "side", "chosen"),
    [
        (epochs, "epochs", "y", slice(None)),
        (epochs, "progress", "y", slice(2, 4)),  # both losses
        (actions, "actions", "x", slice(None)),
        (hardware, "hardware", "x", slice(2, 4)),  # both directions of the disk
        (trackers, "trackers-bland-altman", "y", slice(None)),
        (trackers, "trackers-split", "x", slice(None)),
    ],
)
def test_panels_of_one_quantity_share_their_axis(results, chapter, key, side, chosen):
    results = example(Plan(repeats=4)) if chapter is trackers else results
    assert_shared(sheet_of(made(chapter, results), key).panels[chosen], side)
