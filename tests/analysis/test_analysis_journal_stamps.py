"""The stamps of a journal that grows while it is asked for them."""

import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from analysis.run.journal_stamps import journal_stamps
from records.campaign import CampaignFolder, Slot
from records.run import Run

SLOT = Slot(slot=1, scenario="work", kind="workload", repeat=1, block=2, tracker=None, run_dir="0001-work")
RUN = Run.of_slot(SLOT, "completed", 1)


def lines(stamps: Iterable[float]) -> str:
    return "".join(
        json.dumps({"t_utc_s": 1000 + t, "t_mono_s": t, "what": "run-started"}) + "\n" for t in stamps
    )


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    return CampaignFolder(tmp_path).journal


def mono_s(journal: Path) -> list[float]:
    utc_s, mono = journal_stamps(journal.parent / "runs/0001-work", RUN)
    assert np.array_equal(utc_s, mono + 1000)
    return list(mono)


def test_without_a_journal_there_are_none(journal: Path) -> None:
    assert mono_s(journal) == []


def test_entries_that_are_added_come_in_order_with_torn_and_unstamped_ones_left_out(journal: Path) -> None:
    journal.write_text(lines(range(300)) + '{"t_utc_s": 1, "what"')
    assert mono_s(journal) == list(range(300))
    with journal.open("a") as file:
        file.write(': 2\n{"what": "no-stamp"}\n' + lines([300, 301]))
    assert mono_s(journal) == [*range(300), 300, 301]
    assert mono_s(journal) == [*range(300), 300, 301]


@pytest.mark.parametrize("other", [lines(range(500, 900)), lines(range(3)), lines(range(1, 301)), ""])
def test_another_journal_under_the_same_name_is_read_anew(journal: Path, other: str) -> None:
    journal.write_text(lines(range(300)))
    assert len(mono_s(journal)) == 300
    journal.write_text(other)
    assert mono_s(journal) == [json.loads(line)["t_mono_s"] for line in other.splitlines()]


@pytest.mark.parametrize("bench", ["a", "b"])
def test_a_run_of_a_fleet_has_the_stamps_of_its_own_controller(journal: Path, bench: str) -> None:
    of_benches = {"a": range(300, 310), "b": range(5000, 5010)}
    place = CampaignFolder(journal.parent)
    for name, stamps in of_benches.items():
        own = place.block_of(name, RUN.block).journal
        own.parent.mkdir(parents=True)
        own.write_text(lines(stamps))
    journal.write_text("".join(map(lines, of_benches.values())))
    _, mono = journal_stamps(place.runs / "0001-work", replace(RUN, bench=bench))
    assert list(mono) == list(of_benches[bench])
