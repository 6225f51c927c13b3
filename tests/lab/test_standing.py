"""Where a campaign stands: how long it still takes is learned from the runs that were completed."""

from pathlib import Path

import pytest

from lab.conduct.campaign import OpenCampaign, create, draw_campaign, recorded_states
from lab.conduct.standing import left_of, standing_of
from lab.config.file import load_config
from records.journal import Journal
from records.journal_events import RunEnded, RunStarted, entry_of
from records.run import Run, RunFolder

CONFIG = """
[campaign]
title = "Standing"
repeats = 2
seed = 1
[meter]
driver = "wattsup_pro"
port = "virtual"
[gate]
enabled = false
[run]
lead_in_s = 1.0
lead_out_s = 2.0
[[scenario]]
name = "work"
command = ["true"]
expected_s = 10.0
"""
PLANNED_S = 1.0 + 10.0 + 2.0 + 2.0
"""Lead-in, program, lead-out, and 2 s for opening and closing (`lab.conduct.plan.estimate`)."""


@pytest.fixture
def opened(tmp_path: Path) -> OpenCampaign:
    path = tmp_path / "lab.toml"
    path.write_text(CONFIG)
    return create(
        draw_campaign(load_config(path), only=[], simulated=True), load_config(path), tmp_path / "c"
    )


def attempt(opened: OpenCampaign, slot: int, status: str) -> None:
    planned = opened.campaign.plan[slot - 1]
    folder = RunFolder(opened.folder.attempt(planned, 1))
    folder.path.mkdir()
    Run.of_slot(planned, status, 1).write(folder.run_json)


def started(t_mono_s: float | None, slot: int | None = 1) -> RunStarted:
    return RunStarted(t_mono_s=t_mono_s, run_dir="0001-work", slot=slot)


def ended(t_mono_s: float | None, status: str) -> RunEnded:
    return RunEnded(t_mono_s=t_mono_s, run_dir="0001-work", status=status)


def test_before_the_first_run_the_plan_says_how_long(opened: OpenCampaign) -> None:
    standing = standing_of(opened)
    assert (standing.completed, standing.running, standing.left.seconds) == (0, False, 2 * PLANNED_S)


def test_a_completed_run_says_how_long_the_others_of_its_scenario_take(opened: OpenCampaign) -> None:
    attempt(opened, 1, "completed")
    states = recorded_states(opened)
    assert [state.state for state in states] == ["completed", "todo"]
    assert left_of(opened, states, []).seconds == PLANNED_S
    assert left_of(opened, states, [started(50.0), ended(175.0, "completed")]).seconds == 125.0
    assert left_of(opened, states, [started(50.0), ended(175.0, "failed")]).seconds == PLANNED_S


def test_the_run_under_way_has_its_time_behind_it_where_a_controller_runs_it(opened: OpenCampaign) -> None:
    states = recorded_states(opened)
    begun = RunStarted(t_utc_s=1000.0, t_mono_s=50.0, run_dir="0001-work", slot=1)
    assert left_of(opened, states, [begun]).seconds == 2 * PLANNED_S, "nobody runs it"
    assert left_of(opened, states, [begun], running_utc_s=1004.0).seconds == 2 * PLANNED_S - 4.0
    assert left_of(opened, states, [begun], running_utc_s=9000.0).seconds == PLANNED_S, "it takes too long"
    failed = [begun, ended(60.0, "failed")]
    assert left_of(opened, states, failed, running_utc_s=1004.0).seconds == 2 * PLANNED_S


def test_entries_that_say_nothing_are_passed_over(opened: OpenCampaign) -> None:
    odd = [entry_of({}), ended(None, "completed"), ended(5.0, "completed")]
    odd += [started(1.0, slot=None), ended(9.0, "completed"), started(1.0, slot=77), ended(9.0, "completed")]
    odd += [started(100.0), ended(1.0, "completed")]  # the machine was restarted
    assert left_of(opened, recorded_states(opened), odd).seconds == 2 * PLANNED_S


def test_a_run_that_says_completed_without_evidence_does_not_stand_so(opened: OpenCampaign) -> None:
    attempt(opened, 1, "completed")
    Journal(opened.folder.journal).close()
    assert [state.state for state in standing_of(opened).states] == ["refused", "todo"]
