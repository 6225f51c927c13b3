"""Ratings, software efficiency and proofs after ISO/IEC 14756, on times that are known."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from synthetic import EPOCH_UTC_S, Spanned, SyntheticCampaign, SyntheticRun

from analysis.campaign import analyse
from analysis.iso14756.ratings import Tasks, rate, timely_count
from records.campaign import CampaignFolder
from records.errors import ConfigurationError
from records.files import LineAppender
from records.results import Results
from records.rows.row import ResultRow
from records.rows.standards import TaskTypeRow
from records.settings.mistakes import read_model
from records.settings.requirement import Requirement, TaskRequirement, TimeClass

ANY_TIME = [TimeClass(limit_s=9.0, share_pct=100.0)]
EPOCH_TASK = {
    "name": "epoch",
    "throughput_per_h": 500.0,
    "time_classes": [{"limit_s": 5.0, "share_pct": 50.0}, {"limit_s": 7.0, "share_pct": 100.0}],
}
REQUIREMENT = {"task": [EPOCH_TASK], "half_width_max_pct": 50.0}


def epochs(*lengths_s: float, **data: Any) -> list[Spanned]:
    spans, t_s = [], 0.0
    for number, length_s in enumerate(lengths_s, start=1):
        spans.append(Spanned("epoch", "epoch", t_s, t_s + length_s, {"epoch": number, **data}))
        t_s += length_s
    return spans


TWO_BLOCKS = ((4.0, 5.0, 6.0), (4.0, 5.0, 8.0))
THREE_BLOCKS = (*TWO_BLOCKS, (4.0, 5.0, 7.0))


def campaign(
    requirement: dict[str, Any],
    scale: float = 1.0,
    blocks: tuple[tuple[float, ...], ...] = TWO_BLOCKS,
    **changes: Any,
) -> SyntheticCampaign:
    """Blocks of baseline (40 W), slow (100 W; 4, 5, 6 and 4, 5, 8 s), fast (100 W; 2, 2, 2 s)."""
    runs = []
    for block, lengths_s in enumerate(blocks, start=1):
        for place, (scenario, kind, spans) in enumerate(
            (
                ("baseline", "baseline", []),
                ("slow", "workload", epochs(*(scale * s for s in lengths_s))),
                ("fast", "workload", epochs(2.0 * scale, 2.0 * scale, 2.0 * scale)),
            )
        ):
            slot = 3 * (block - 1) + place + 1
            runs.append(
                SyntheticRun(
                    slot=slot,
                    scenario=scenario,
                    kind=kind,
                    start_s=100.0 * scale * slot,
                    duration_s=20.0 * scale,
                    repeat=block,
                    block=block,
                    power_w=None if kind == "baseline" else 100.0,
                    spans=spans,
                )
            )
    return SyntheticCampaign(runs, config={"requirement": requirement} if requirement else {}, **changes)


def analysed(tmp_path: Path, requirement: dict[str, Any], **changes: Any) -> Results:
    return analyse(campaign(requirement, **changes).write(tmp_path / "c"))


def only(rows: Iterable[ResultRow], **wanted: Any) -> dict[str, Any]:
    plain = [row.to_json() for row in rows]
    (row,) = [row for row in plain if wanted.items() <= row.items()]
    return row


def test_the_ratings_of_a_task_type_are_those_computed_by_hand(tmp_path: Path) -> None:
    """Six epochs in two runs of 20 s: 4, 5, 6 and 4, 5, 8 s.

    B = 6 / 40 s = 540/h. T_ME = 32 s / 6. Within 5 s are four, within 7 s five: e = min(6, 4 / 0.5, 5) = 5,
    E = 5 / 40 s = 450/h. T_Ref = 5 s * 0.5 + 7 s * 0.5 = 6 s. R_TH = 540 / 500, R_ME = 6 / (32 / 6),
    R_TI = 5 / 6.
    """
    row = only(analysed(tmp_path, REQUIREMENT).iso14756.task_types, scenario="slow")
    assert tuple(row) == TaskTypeRow.CONTRACT
    assert (row["runs"], row["tasks"], row["rating_interval_s"]) == (2, 6, pytest.approx(40.0))
    assert row["throughput_per_h"] == pytest.approx(540.0)
    assert row["mean_execution_s"] == pytest.approx(32 / 6)
    assert row["mean_execution_ref_s"] == pytest.approx(6.0)
    assert row["mean_execution_low_s"] is row["mean_execution_high_s"] is None  # of two runs
    assert row["timely_throughput_per_h"] == pytest.approx(450.0)
    assert row["r_th"] == pytest.approx(540 / 500)
    assert row["r_me"] == pytest.approx(6 / (32 / 6))
    assert row["r_ti"] == pytest.approx(5 / 6)
    assert row["satisfied"] is False


def test_the_interval_of_the_execution_time_is_by_the_runs(tmp_path: Path) -> None:
    """The means of three runs are 5, 17/3 and 16/3 s: sd 1/3 s, t = 4.3027 for two degrees of freedom."""
    row = only(analysed(tmp_path, REQUIREMENT, blocks=THREE_BLOCKS).iso14756.task_types, scenario="slow")
    assert row["mean_execution_high_s"] == pytest.approx(16 / 3 + 4.3027 / 3 / 3**0.5, rel=1e-5)


def test_energy_per_task_is_the_mean_over_the_runs(tmp_path: Path) -> None:
    """Every epoch draws 100 W, of which 60 W are induced; the runs' means are 5 s and 17/3 s long."""
    row = only(analysed(tmp_path, REQUIREMENT).iso14756.task_types, scenario="slow")
    mean_s = (5 + 17 / 3) / 2
    assert row["energy_wh"] == pytest.approx(100 * mean_s / 3600, rel=0.03)
    assert row["induced_wh"] == pytest.approx(60 * mean_s / 3600, rel=0.05)


def test_a_faster_scenario_is_more_efficient_than_the_reference(tmp_path: Path) -> None:
    requirement = {**REQUIREMENT, "reference_scenario": "slow"}
    values = analysed(tmp_path, requirement, blocks=THREE_BLOCKS).iso14756
    (row,) = values.efficiency
    assert (row.scenario, row.reference, row.task) == ("fast", "slow", "epoch")
    assert row.i_th == pytest.approx(1.0)  # as many epochs in as much time: the rest of its run is idle
    assert row.i_me == pytest.approx(48 / 9 / 2)
    assert row.i_ti == pytest.approx(9 / 8)
    assert row.i_e == pytest.approx(16 / 3 / 2, rel=0.05)
    assert row.i_e_low < row.i_e < row.i_e_high
    assert "checked against the text" in values.marked


def test_twice_as_slow_halves_throughput_and_both_of_its_ratings(tmp_path: Path) -> None:
    one, two = (
        only(analysed(tmp_path / str(s), REQUIREMENT, scale=s).iso14756.task_types, scenario="fast")
        for s in (1.0, 2.0)
    )
    assert two["throughput_per_h"] == pytest.approx(one["throughput_per_h"] / 2)
    assert (two["r_th"], two["r_me"]) == (pytest.approx(one["r_th"] / 2), pytest.approx(one["r_me"] / 2))


def test_without_a_requirement_there_are_no_values(tmp_path: Path) -> None:
    results = analysed(tmp_path, {})
    assert results.iso14756 is None
    assert not [f for f in results.findings if f.code.startswith(("proof", "requirement"))]


# Timeliness


def test_a_task_exactly_on_the_limit_is_in_time() -> None:
    assert timely_count([5.0, 5.0], [TimeClass(limit_s=5.0, share_pct=100.0)]) == 2
    assert timely_count([5.0, 5.0 + 1e-9], [TimeClass(limit_s=5.0, share_pct=100.0)]) == 1


def test_slower_tasks_count_as_far_as_the_share_of_the_faster_ones_allows() -> None:
    """90 % within 5 s: nine fast tasks carry one slow one, not two."""
    classes = [TimeClass(limit_s=5.0, share_pct=90.0), TimeClass(limit_s=10.0, share_pct=100.0)]
    assert timely_count([4.0] * 9 + [9.0], classes) == 10
    assert timely_count([4.0] * 9 + [9.0] * 2, classes) == 10
    assert timely_count([4.0] * 8 + [9.0] * 2, classes) == 8
    assert timely_count([4.0] * 9 + [11.0], classes) == 9


TIMES = st.lists(st.floats(0.1, 30.0), min_size=1, max_size=40)
CLASSES = [
    TimeClass(limit_s=5.0, share_pct=50.0),
    TimeClass(limit_s=10.0, share_pct=80.0),
    TimeClass(limit_s=20.0, share_pct=100.0),
]


@given(TIMES)
def test_the_timely_tasks_keep_to_all_classes_and_one_more_would_not(times_s: list[float]) -> None:
    kept = timely_count(times_s, CLASSES)
    for count, fits in ((kept, True), (kept + 1, False)):
        if count > len(times_s):
            continue
        fastest = sorted(times_s)[:count]
        within = all(100 * sum(t <= c.limit_s for t in fastest) >= c.share_pct * count for c in CLASSES)
        assert within is fits


@given(TIMES)
def test_more_patience_never_makes_fewer_tasks_timely(times_s: list[float]) -> None:
    longer = [TimeClass(limit_s=2 * c.limit_s, share_pct=c.share_pct) for c in CLASSES]
    tasks = Tasks("s", "t", 1, 100.0, tuple(times_s), (), (), (), ())
    assert 0 <= tasks.timely_per_h(CLASSES) <= tasks.timely_per_h(longer) <= tasks.throughput_per_h


# Requirements that make no sense


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"time_classes": [{"limit_s": 5.0, "share_pct": 90.0}]}, "the last share 100"),
        (
            {"time_classes": [{"limit_s": 5.0, "share_pct": 90.0}, {"limit_s": 4.0, "share_pct": 100.0}]},
            "rise",
        ),
        ({"time_classes": []}, "rise"),
        ({"throughput_per_h": 0.0}, "throughput_per_h: .*greater than 0"),
        ({"throughput_per_h": "many"}, "throughput_per_h: .*valid number"),
    ],
)
def test_a_requirement_that_makes_no_sense_is_refused(change: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        read_model(Requirement, {"task": [{**EPOCH_TASK, **change}]}, "lab.toml")


@pytest.mark.parametrize(
    ("result", "words"),
    [
        ({"scenario": "slow", "quantity": "beauty", "least": 1.0}, "expected one of"),
        ({"scenario": "slow", "quantity": "epochs"}, "a bound"),
        ({"scenario": "slow", "quantity": "epochs", "least": 3.0, "most": 2.0}, "nothing could be correct"),
    ],
)
def test_a_result_that_cannot_be_correct_is_refused(result: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        read_model(Requirement, {"task": [EPOCH_TASK], "result": [result]}, "lab.toml")


# Proofs


def proof(results: Results, **wanted: Any) -> dict[str, Any]:
    return only(results.iso14756.proofs, **wanted)


def test_a_sound_campaign_proves_its_results_and_generator(tmp_path: Path) -> None:
    results = analysed(
        tmp_path,
        {**REQUIREMENT, "result": [{"scenario": "slow", "quantity": "epochs", "least": 3, "most": 3}]},
    )
    for quantity in ("runs", "order", "overlaps"):
        assert proof(results, quantity=quantity)["holds"] is True
    assert proof(results, scenario="slow", quantity="epochs")["holds"] is True
    assert proof(results, scenario="slow", quantity="exit_code")["holds"] is True


def test_the_interval_of_the_execution_time_is_that_of_its_own_mean() -> None:
    """Runs of 1, 2 and 5 tasks: T_ME is sum of times over number of tasks, and so is what scatters.

    T_ME = (4 + 12 + 20) / 8 = 4.5; residuals 4 - 4.5, 12 - 9, 20 - 22.5; their sum is zero.
    u = sqrt(3 / 2 * (0.25 + 9 + 6.25)) / 8 (Cochran 1977, 6.4); t of 2 degrees of freedom is 4.302653.
    """
    found = Tasks("s", "epoch", 3, 60.0, (4, 6, 6, 4, 4, 4, 4, 4), (4, 12, 20), (1, 2, 5), (), ())
    row = rate(found, TaskRequirement(name="epoch", throughput_per_h=1, time_classes=ANY_TIME), 0.95)
    assert row.mean_execution_s == 4.5
    assert row.mean_execution_high_s == pytest.approx(4.5 + 4.302653 * np.sqrt(1.5 * 15.5) / 8, rel=1e-6)
    alike = Tasks("s", "epoch", 2, 60.0, (4, 4, 4), (8, 4), (2, 1), (), ())
    assert alike.reach_s(0.95) is None


def test_a_wrong_result_is_a_proof_that_fails_and_a_finding(tmp_path: Path) -> None:
    wanted = {**REQUIREMENT, "result": [{"scenario": "slow", "quantity": "epochs", "least": 4}]}
    results = analysed(tmp_path, wanted)
    assert proof(results, scenario="slow", quantity="epochs")["holds"] is False
    assert results.iso14756.valid is False
    assert any("found 3 to 3" in f.message for f in results.findings if f.code == "proof-missing")


def test_a_failed_workload_and_a_missed_target_are_no_correct_results(tmp_path: Path) -> None:
    made = campaign(REQUIREMENT)
    made.config["scenario"] = [{"name": "slow", "target_val_accuracy": 0.8}]
    made.runs[1].exit_code = 1
    made.runs[1].spans = epochs(4.0, 5.0, 6.0, val_accuracy=0.9)
    results = analyse(made.write(tmp_path / "c"))
    assert proof(results, scenario="slow", quantity="exit_code")["value"] == 1
    target = proof(results, scenario="slow", quantity="target_val_accuracy")
    assert (target["value"], target["limit"], target["holds"]) == (1, 2, False)


def test_a_run_before_its_turn_and_runs_at_once_disprove_the_generator(tmp_path: Path) -> None:
    made = campaign(REQUIREMENT)
    made.runs[1].start_s, made.runs[2].start_s = made.runs[2].start_s, made.runs[2].start_s - 10
    results = analyse(made.write(tmp_path / "c"))
    assert proof(results, quantity="order")["value"] == 1
    assert proof(results, quantity="overlaps")["value"] == 1


def test_a_workload_that_begins_late_disproves_the_generator(tmp_path: Path) -> None:
    folder = campaign(REQUIREMENT).write(tmp_path / "c")
    with LineAppender(CampaignFolder(folder).journal) as journal:
        for slot, name, delay_s in ((1, "0001-baseline", 0.1), (2, "0002-slow", 2.5)):
            journal.append(f'{{"t_utc_s": 0, "what": "run started", "run_dir": "{name}"}}')
            started_s = EPOCH_UTC_S + 100 * slot - delay_s
            journal.append(f'{{"t_utc_s": {started_s}, "what": "workload started"}}')
    row = proof(analyse(folder), quantity="start_delay_s")
    assert row["value"] == pytest.approx(2.5, abs=1e-3)
    assert row["holds"] is False


def test_wide_intervals_and_single_runs_prove_nothing(tmp_path: Path) -> None:
    strict = {**REQUIREMENT, "half_width_max_pct": 0.1}
    wide = proof(
        analysed(tmp_path, strict, blocks=THREE_BLOCKS), scenario="slow", quantity="epoch: mean_execution_s"
    )
    assert wide["holds"] is False
    made = campaign(REQUIREMENT)
    made.runs = made.runs[:3]
    single = proof(analyse(made.write(tmp_path / "d")), scenario="slow", quantity="induced_wh")
    assert (single["value"], single["holds"]) == (None, None)


def test_a_task_that_no_run_has_is_a_finding(tmp_path: Path) -> None:
    results = analysed(tmp_path, {"task": [{**EPOCH_TASK, "name": "tokenise"}]})
    assert [f.code for f in results.findings if f.code == "requirement-unseen"]
    assert results.iso14756.satisfied is False
