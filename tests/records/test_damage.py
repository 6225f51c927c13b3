"""Damage that a reader must name instead of failing on it."""

import json
from pathlib import Path
from typing import Any

import pytest

from records.errors import RecordError
from records.events import read_events
from records.tables import read_table

EVENT = {
    "t_utc_s": 1.0,
    "t_mono_s": 1.0,
    "event": "start",
    "span": "run",
    "name": "cnn",
    "id": 1,
    "parent": None,
    "pid": 1,
}


@pytest.mark.parametrize(
    ("key", "value"),
    [("t_utc_s", "soon"), ("t_mono_s", float("nan")), ("id", 1.5), ("parent", "run"), ("data", [1])],
)
def test_an_event_with_a_value_of_another_type_is_named(tmp_path: Path, key: str, value: Any) -> None:
    path = tmp_path / "events.jsonl"
    path.write_text(json.dumps(EVENT | {key: value}) + "\n")
    with pytest.raises(RecordError, match=rf"events\.jsonl: an event has an unusable '{key}'"):
        read_events(path)


def test_a_table_with_a_quote_that_never_closes_is_named(tmp_path: Path) -> None:
    path = tmp_path / "meter.csv"
    path.write_text('t_utc_s,power_w,flag\n1,2,\n3,4,"\n5,6,7\n')
    with pytest.raises(RecordError, match=r"meter\.csv: expected a table"):
        read_table(path, ("t_utc_s", "power_w", "flag"), text=("flag",))
