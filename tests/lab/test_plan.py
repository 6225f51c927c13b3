"""The plan: blocks, interleaved baselines, a stored seed."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.conduct.plan import TimeLeft, duration, estimate, left_words, make_plan
from lab.config.file import parse_config
from lab.config.model import LabConfig
from records.errors import ConfigurationError

CONFIG = """
[campaign]
repeats = {repeats}
tracker = ["none", "codecarbon"]
[meter]
driver = "wattsup_pro"
port = "virtual"
[gate]
readings = 20
[run]
lead_in_s = 2
lead_out_s = 3
[trackers.codecarbon]
python = "x"
[[scenario]]
name = "baseline"
kind = "baseline"
duration_s = 60
[[scenario]]
name = "idle"
kind = "idle"
command = ["sleep", "{{duration_s}}"]
duration_s = 30
[[scenario]]
name = "cnn"
command = ["true"]
"""


def config(repeats: int = 3) -> LabConfig:
    return parse_config(CONFIG.format(repeats=repeats), "lab.toml", Path())


@given(repeats=st.integers(1, 12), seed=st.integers(0, 2**31))
def test_every_block_holds_each_scenario_once_per_tracker_and_begins_with_the_baseline(
    repeats: int, seed: int
) -> None:
    plan = make_plan(config(repeats), seed)
    assert [slot.slot for slot in plan] == list(range(1, len(plan) + 1))
    for block in range(1, repeats + 1):
        slots = [slot for slot in plan if slot.block == block]
        assert slots[0].scenario == "baseline"
        others = sorted((s.scenario, s.tracker or "") for s in slots if s.kind != "baseline")
        assert others == [("cnn", ""), ("cnn", "codecarbon"), ("idle", ""), ("idle", "codecarbon")]
    assert plan[-1].kind == "baseline", "every run has a baseline before and one after it"
    assert len({slot.run_dir for slot in plan}) == len(plan)


def test_the_same_seed_gives_the_same_order_and_another_one_does_not() -> None:
    orders = {seed: [(s.scenario, s.tracker) for s in make_plan(config(12), seed)] for seed in (1, 2)}
    assert orders[1] == [(s.scenario, s.tracker) for s in make_plan(config(12), 1)]
    assert orders[1] != orders[2]


def test_only_keeps_the_baselines() -> None:
    plan = make_plan(config(1), 1, only=["idle"])
    assert [slot.scenario for slot in plan] == ["baseline", "idle", "idle", "baseline"]


def test_an_unknown_scenario_is_told_with_the_nearest() -> None:
    with pytest.raises(
        ConfigurationError, match="--only idel: there is no such scenario; did you mean 'idle'"
    ):
        make_plan(config(), 1, only=["idel"])


def test_the_estimate_adds_gate_leads_and_program_and_says_when_it_guesses() -> None:
    plan = {slot.scenario: slot for slot in make_plan(config(1), 1)}
    baseline = estimate(config(1), plan["baseline"])
    # 20 readings of 1 s, 2 s lead-in, 60 s, 3 s lead-out, 2 s for opening and closing
    assert (baseline.seconds, baseline.exact) == (87, True)
    assert not estimate(config(1), plan["cnn"]).exact


def with_control(repeats: int, every_blocks: int) -> LabConfig:
    text = CONFIG.format(repeats=repeats) + '[[scenario]]\nname = "control"\ncommand = ["true"]\n'
    health = f'[health]\ncontrol = "control"\nevery_blocks = {every_blocks}\n'
    return parse_config(health + text, "lab.toml", Path())


def test_the_control_workload_follows_the_baseline_of_its_blocks_and_ends_the_campaign() -> None:
    plan = make_plan(with_control(5, every_blocks=2), 1)
    controls = [slot for slot in plan if slot.scenario == "control"]
    assert [slot.block for slot in controls] == [1, 3, 5, 5]
    assert [slot.repeat for slot in controls] == [1, 2, 3, 4]
    assert {slot.tracker for slot in controls} == {None}, "a tracker beside it would change its energy"
    for slot in controls:
        assert plan[slot.slot - 2].kind == "baseline"
    assert plan[-1] is controls[-1]


def test_only_keeps_the_control_workload() -> None:
    plan = make_plan(with_control(1, every_blocks=1), 1, only=["idle"])
    names = [slot.scenario for slot in plan]
    assert names == ["baseline", "control", "idle", "idle", "baseline", "control"]


def test_a_control_workload_has_to_be_a_workload() -> None:
    text = CONFIG.format(repeats=1).replace("[gate]", '[health]\ncontrol = "idle"\n[gate]')
    with pytest.raises(ConfigurationError, match=r"\[health\] control: there is no workload scenario 'idle'"):
        parse_config(text, "lab.toml", Path())


def test_the_time_left_learns_from_the_runs_so_far() -> None:
    plan = make_plan(config(1), seed=1)
    left = TimeLeft(config(1))
    planned = [estimate(config(1), slot).seconds for slot in plan]
    assert left.of(plan) == sum(planned)
    left.learn(plan[0], 2 * planned[0])  # a baseline that took twice its time: so will what never ran
    assert left.of(plan[1:]) == pytest.approx(2 * sum(planned[1:]))
    left.learn(plan[1], planned[1])
    assert left.of([plan[1]]) == planned[1], "a scenario that ran takes as long as it took"


def test_the_time_left_counts_down_while_a_run_lasts_and_no_further_when_it_takes_too_long() -> None:
    plan = make_plan(config(1), seed=1)
    left = TimeLeft(config(1))
    assert left.of(plan, running_s=10.0) == left.of(plan) - 10.0
    assert left.of(plan, running_s=1e6) == left.of(plan[1:])
    assert left.of([], running_s=5.0) == 0.0


def test_a_program_of_unknown_length_is_not_guessed_in_the_time_left() -> None:
    plan = make_plan(config(1), seed=1)
    left = TimeLeft(config(1))
    known = [slot for slot in plan if estimate(config(1), slot).exact]
    assert known != plan
    assert all(left.knows(slot) == (slot in known) for slot in plan)
    words = left_words(left, config(1), plan)
    assert words.startswith(f"about {duration(left.of(known))} left") and "cnn" in words
    for slot in plan:
        left.learn(slot, 10.0)
    assert left_words(left, config(1), plan) == f"about {duration(10.0 * len(plan))} left"
