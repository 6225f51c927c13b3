"""The demonstration on slow, busy and restless machines: smaller sizes, never without an end."""

from pathlib import Path

import pytest

from lab.cli.campaigns import run_campaign
from lab.conduct.campaign import create, draw_campaign
from lab.conduct.demo import SHORT_S, at_rest_or_not, parsed, quick_part
from lab.conduct.plan import estimate, make_plan
from lab.conduct.rehearsal import IMAGES, Rehearsal, choose_sizes
from lab.config.file import parse_config
from lab.config.template import DEFAULT_SIZES, DemoSizes, demo_text, full_demo_text
from records.run import RunFolder

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
    assert config.analysis.coverage_min_pct < parsed(demo_text()).analysis.coverage_min_pct


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


RESTLESS = """
[campaign]
repeats = 1
[meter]
driver = "microchip_mcp39f511n"
port = "virtual"
interval_s = 0.2
[gate]
readings = 3
power_std_over_mean = 1e-9
try_s = 1.0
tries = 1
[run]
lead_in_s = 0.5
lead_out_s = 0.5
[[scenario]]
name = "baseline"
kind = "baseline"
duration_s = 1.0
"""


@pytest.mark.slow
def test_a_machine_that_never_comes_to_rest_still_gets_its_runs(tmp_path: Path) -> None:
    config = parse_config(RESTLESS, "lab.toml", tmp_path)
    opened = create(draw_campaign(config, only=(), simulated=True), config, tmp_path / "c")
    warnings: list[str] = []
    outcome = at_rest_or_not(opened, run_campaign, warnings.append)
    assert (len(outcome.completed), outcome.missing, len(warnings)) == (1, [], 1)
    first, second = (RunFolder(path).read() for path in opened.folder.attempts(opened.campaign.plan[0]))
    assert first.gate is not None and not first.gate["open"]
    assert (second.gate, second.status) == (None, "completed")
