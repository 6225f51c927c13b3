"""Views of a tracker: induced on both sides, and the structural line from tracker to wall."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from synthetic import small_campaign
from typed_rows import row_of

from analysis.agreement.views import view_rows
from lab.cli import cli
from records.rows.agreement import AgreementRow, TrackerRow

LEVELS_W = {"idle": 20.0, "small": 60.0, "middle": 100.0, "large": 160.0, "huge": 220.0}
"""What the tracker sees in each scenario; the wall has 45 W more and a supply that loses a tenth."""


def run(scenario: str, slot: int, tracker_w: float, wall_w: float, **changes: Any) -> TrackerRow:
    row = row_of(
        TrackerRow,
        slot=slot,
        tracker="codecarbon",
        scenario=scenario,
        scope="cpu+gpu+ram",
        t_start_utc_s=1000.0 * slot,
        t_stop_utc_s=1000.0 * slot + 360,
        energy_wh=0.1 * tracker_w,
        meter_wh=0.1 * wall_w,
        meter_u_wh=0.001 * wall_w,
        meter_random_u_wh=0.0002 * wall_w,
    )
    return replace(row, **changes)


def campaign(seed: int = 1) -> list[TrackerRow]:
    random = np.random.default_rng(seed)
    rows = []
    for scenario, level_w in LEVELS_W.items():
        for _ in range(4):
            tracker_w = level_w + random.normal(0, 0.5)
            wall_w = 45 + 1.1 * tracker_w + random.normal(0, 0.3)
            rows.append(run(scenario, len(rows) + 1, tracker_w, wall_w))
    return rows


def found(rows: list[TrackerRow], against: str, idle: tuple[str, ...] = ("idle",)) -> dict[str, AgreementRow]:
    return {row.scenario: row for row in view_rows(rows, idle, 0.95) if row.against == against}


def test_what_work_adds_is_compared_on_both_sides() -> None:
    rows = found(campaign(), "induced")
    assert list(rows) == ["small", "middle", "large", "huge", "all"]  # the idle runs are what is subtracted
    whole = rows["all"]
    assert whole.compared.total_ratio == pytest.approx(1 / 1.1, abs=0.01)
    assert whole.compared.total_ratio_low is not None and whole.compared.total_ratio_high is not None
    assert whole.compared.total_ratio_low < 1 / 1.1 < whole.compared.total_ratio_high
    assert rows["small"].tracker_wh == pytest.approx(4 * 0.1 * 40, rel=0.05)
    assert (whole.ratio, whole.ratio_net, whole.meter_wh) == (None, None, None)


def test_without_idle_runs_of_the_tracker_there_is_no_induced_view() -> None:
    assert found(campaign(), "induced", idle=()) == {}
    without = [row for row in campaign() if row.scenario != "idle"]
    assert found(without, "induced") == {}
    other = [replace(row, tracker="eco2ai") if row.scenario == "idle" else row for row in campaign()]
    assert found(other, "induced") == {}


def test_work_that_adds_nothing_is_not_resolved() -> None:
    rows = [run("idle", i, 20 + i / 10, 67 + i / 10) for i in range(4)]
    rows += [run("nothing", 10 + i, 20 + i / 10, 67 + i / 10) for i in range(4)]
    row = found(rows, "induced")["nothing"]
    assert "not resolved" in row.verdict
    assert (row.compared.total_ratio, row.assessed.geometric_ratio) == (None, None)
    assert row.assessed.decision == "cannot say"


def test_the_structural_line_gives_the_losses_and_what_the_tracker_does_not_see() -> None:
    rows = found(campaign(), "structural")
    line = rows["all"]
    assert line.structural_slope == pytest.approx(1.1, abs=0.02)
    assert line.structural_intercept_w == pytest.approx(45, abs=2)
    assert line.structural_slope_low is not None and line.structural_slope_high is not None
    assert line.structural_slope_low < 1.1 < line.structural_slope_high
    assert rows["small"].structural_slope is None


def test_with_its_line_the_tracker_is_judged_on_scenarios_that_did_not_make_it() -> None:
    rows = campaign()
    right = found(rows, "structural")["all"]
    assert right.compared.total_ratio == pytest.approx(1, abs=0.01)
    assert right.assessed.decision == "within"
    # One scenario draws 60 W elsewhere, which the tracker does not see: no line of the others can know that.
    odd = [
        replace(row, meter_wh=(row.meter_wh or 0) + 6.0) if row.scenario == "middle" else row for row in rows
    ]
    middle = found(odd, "structural")["middle"]
    assert middle.compared.total_ratio is not None and middle.compared.total_ratio < 0.8


def test_two_scenarios_hold_out_their_runs_and_one_level_gives_no_line() -> None:
    two = [row for row in campaign() if row.scenario in ("small", "huge")]
    assert found(two, "structural")["all"].structural_slope == pytest.approx(1.1, abs=0.02)
    alike = [run("cnn", i, 100.0, 155.0 + i / 10) for i in range(6)]
    assert found(alike, "structural") == {}
    noisy = [run("cnn", i, 100.0 + (i * 7 % 5) / 10, 155.0 + (i * 3 % 5) / 10) for i in range(8)]
    assert found(noisy, "structural") == {}


def test_the_command_prints_how_each_tracker_does(tmp_path: Path) -> None:
    folder = small_campaign(blocks=3).write(tmp_path / "campaign")
    done = CliRunner().invoke(cli, ["analyse", str(folder)], catch_exceptions=False)
    rows = [line.split()[:4] for line in done.stdout.splitlines() if line.startswith("codecarbon")]
    assert ["codecarbon", "wall", "3", "0.588"] in rows  # 60 W of 102 W
