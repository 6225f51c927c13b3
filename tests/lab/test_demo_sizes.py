"""The sizes of the demonstration: as large as the machine allows, never without an end."""

import pytest

from lab.conduct.demo import SHORT_S, parsed, quick_part
from lab.conduct.plan import estimate, make_plan
from lab.conduct.rehearsal import IMAGES, Rehearsal, choose_sizes
from lab.config.template import DEFAULT_SIZES, DemoSizes, demo_text, full_demo_text

QUIET = Rehearsal(fixed_s=4.0, drawing_s=0.006, epoch_s=0.0015)


def planned_s(sizes: DemoSizes) -> float:
    config = parsed(demo_text(sizes))
    return sum(estimate(config, slot).seconds for slot in make_plan(config, seed=1))


def fits(sizes: DemoSizes) -> bool:
    return planned_s(sizes) <= SHORT_S


def test_a_training_takes_what_is_fixed_and_what_each_picture_costs() -> None:
    assert QUIET.training_s(images=100, epochs=2) == pytest.approx(4.0 + 0.6 + 0.3)


def test_a_quick_machine_gets_the_default_sizes_and_the_campaign_is_short() -> None:
    sizes = choose_sizes(QUIET, fits, gated=True)
    assert (sizes.images, sizes.gated) == (DEFAULT_SIZES.images, True)
    assert fits(sizes)
    assert fits(DEFAULT_SIZES)


def test_a_slower_machine_gets_fewer_pictures_and_the_slowest_one_the_fewest() -> None:
    slower = Rehearsal(fixed_s=5.0, drawing_s=0.012, epoch_s=0.003)
    assert IMAGES[-1] <= choose_sizes(slower, fits, gated=True).images < DEFAULT_SIZES.images
    slowest = choose_sizes(Rehearsal(60.0, 0.5, 0.5), fits, gated=False)
    assert (slowest.images, slowest.gated) == (IMAGES[-1], False)
    assert not fits(slowest)


def test_what_is_chosen_is_what_is_run() -> None:
    config = parsed(demo_text(DemoSizes(images=120, cnn_s=30.0, transfer_s=20.0, gated=False)))
    cnn, transfer = config.find_scenario("cnn"), config.find_scenario("transfer")
    assert cnn.command is not None and transfer.command is not None
    for command in (cnn.command, transfer.command):
        assert command[command.index("--images") + 1] == "120"
    assert (cnn.expected_s, transfer.expected_s, config.gate.enabled) == (30.0, 20.0, False)


def test_every_block_of_both_demonstrations_compares_two_ways_to_learn_with_and_without_a_tracker() -> None:
    for text in (demo_text(), full_demo_text()):
        config = parsed(text)
        assert config.campaign.repeats >= 3, "fewer give no interval worth its name"
        run = {(slot.scenario, slot.tracker) for slot in make_plan(config, seed=1)}
        assert {("baseline", None), ("cnn", None), ("cnn", "codecarbon"), ("transfer", None)} <= run


def test_the_quick_part_is_one_block_without_transfer_learning() -> None:
    plan = make_plan(quick_part(parsed(demo_text())), seed=1)
    assert {slot.scenario for slot in plan} == {"baseline", "cnn"}
    assert {slot.block for slot in plan} == {1}
