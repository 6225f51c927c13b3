"""A campaign with a wanted precision ends when its energies are known, or when repeats cannot help."""

import json
from pathlib import Path

import numpy as np
import pytest
from lab_bench import journal, lab, start_lab, write_config
from scipy import stats

from analysis.campaign import analyse
from lab.conduct.known_energies import Known
from lab.conduct.precision import StoppingRule


def looks(target_pct: float, *half_pct: float | None, most: int = 30) -> list[tuple[bool, str] | None]:
    rule = StoppingRule(target_pct)
    return [
        rule.look(blocks, [Known("work", half)], last=blocks == most)
        for blocks, half in enumerate(half_pct, start=3)
    ]


def test_enough_is_three_narrow_intervals_one_after_the_other() -> None:
    *before, last = looks(2.0, 1.9, 2.1, 1.9, 1.8, 1.9)
    assert before == [None] * 4
    assert last is not None
    assert last[0] is True


def test_an_energy_without_an_interval_is_not_known() -> None:
    assert looks(50.0, None, 1.0, None, 1.0, 1.0) == [None] * 5


def test_at_the_last_block_the_campaign_ends_and_says_what_was_reached() -> None:
    *before, last = looks(2.0, 9.0, 8.0, 7.25, most=5)
    assert before == [None] * 2
    assert last is not None
    assert last[0] is False
    assert "7.2 %" in last[1]


def test_intervals_that_are_narrow_after_the_last_block_are_reached() -> None:
    *before, last = looks(2.0, 9.0, 1.5, most=4)
    assert (before, last and last[0]) == ([None], True)


def test_what_was_found_before_an_interruption_counts() -> None:
    rule = StoppingRule(2.0)
    for half in (3.0, 1.9, 1.8):
        rule.recall({"work": half})
    found = rule.look(6, [Known("work", 1.7)], last=False)
    assert found is not None
    assert found[0] is True


def test_repeats_end_at_once_where_the_meter_alone_is_worse_than_what_is_asked_for() -> None:
    found = StoppingRule(1.0).look(3, [Known("work", 4.0, stays_pct=1.5), Known("idle", 1.0)], last=False)
    assert found is not None
    assert found[0] is False
    assert "1.5 %" in found[1]


def test_every_energy_has_to_be_known() -> None:
    rule = StoppingRule(2.0)
    for blocks in range(3, 9):
        assert rule.look(blocks, [Known("a", 1.0), Known("b", 3.0)], last=False) is None


@pytest.mark.parametrize("needed", [2, 8])
def test_intervals_hold_though_they_decide_when_to_stop(needed: int) -> None:
    """Energies of 100 with a scatter for which so many repeats would reach 2 % on average."""
    random, campaigns, most = np.random.default_rng(needed), 2000, 40
    n = np.arange(1, most + 1)
    energies = 100 + 2 * np.sqrt(needed) / 1.96 * random.standard_normal((campaigns, most))
    mean = np.cumsum(energies, axis=1) / n
    square = np.cumsum((energies - 100) ** 2, axis=1) - n * (mean - 100) ** 2
    half = stats.t.ppf(0.975, np.maximum(n - 1, 1)) * np.sqrt(square / np.maximum(n - 1, 1) / n)
    hits = 0
    for row in range(campaigns):
        rule = StoppingRule(2.0)
        for blocks in range(3, most + 1):
            known = [Known("work", 100 * half[row, blocks - 1] / mean[row, blocks - 1])]
            if rule.look(blocks, known, last=blocks == most) is not None:
                hits += abs(mean[row, blocks - 1] - 100) <= half[row, blocks - 1]
                break
    assert 0.91 < hits / campaigns < 0.97


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_a_campaign_ends_early_and_its_other_blocks_are_not_missing(tmp_path: Path) -> None:
    config = write_config(tmp_path, command='["python3", "-c", "x = 3**4000000 % 7"]')
    text = config.read_text().replace("repeats = 1", 'repeats = "until 90 %, at most 7"')
    told = tmp_path / "told"
    command = ["sh", "-c", f'echo "$WATTLAB_EVENT $WATTLAB_COMPLETED of $WATTLAB_PLANNED" > {told}']
    config.write_text(f"{text}\n[notify]\ncommand = {json.dumps(command)}\n")
    process = start_lab("run", "--config", config, "--out", tmp_path / "c", "--json")
    output, errors = process.communicate(timeout=380)
    assert process.returncode == 0, errors
    document = json.loads(output)
    (decision,) = [entry for entry in journal(tmp_path / "c") if entry["what"] == "repeats enough"]
    assert len(decision["dropped"]) == 2 * (7 - decision["blocks"])
    planned = document["planned"]
    assert document["completed"] == planned == 2 * decision["blocks"] + 1
    assert told.read_text() == f"ended {planned} of {planned}\n"
    results = analyse(tmp_path / "c")
    assert results.campaign.slots_planned == results.campaign.slots_completed == document["planned"]
    codes = {finding.code for finding in results.findings}
    assert not codes & {"slot-incomplete", "repeats-missing"}
    assert codes & {"precision-reached", "precision-not-reached"}
    status = json.loads(lab("status", tmp_path / "c", "--json").stdout)
    assert status["planned"] == document["planned"]
    assert status["precision"] == document["precision"]
    assert (document["precision"]["blocks"], document["precision"]["target_pct"]) == (
        decision["blocks"],
        90.0,
    )
