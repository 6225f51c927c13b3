"""A tracker that gives nothing is told after its run, not after the night."""

from pathlib import Path

from lab.conduct.tracker_notices import tracker_notices
from records.tracker_columns import TRACKER_COLUMNS


def write(folder: Path, **values: str) -> Path:
    columns = [*TRACKER_COLUMNS, "outcome", "outcome_text"]
    cells = {"tracker": "zeus", **values}
    rows = [columns, [cells.get(column, "") for column in columns]]
    (folder / "trackers.csv").write_text("".join(",".join(row) + "\n" for row in rows))
    return folder


def test_a_tracker_that_gave_no_energy_is_named_with_its_reason(tmp_path: Path) -> None:
    folder = write(tmp_path, outcome="no-sensor", outcome_text="build: no counters")
    assert list(tracker_notices(folder)) == ["zeus, no sensor: build: no counters"]


def test_there_is_nothing_to_tell_of_one_that_worked_or_of_none(tmp_path: Path) -> None:
    assert list(tracker_notices(tmp_path)) == []
    assert list(tracker_notices(write(tmp_path, outcome="ok", energy_wh="0.2"))) == []
    assert list(tracker_notices(write(tmp_path, energy_wh="0.2"))) == []
