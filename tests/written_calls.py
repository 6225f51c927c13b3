"""A record of calls and the events of a run, made up for tests."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from records.calls import CALL_DTYPE, CALLS_SCHEMA

RUN_START_S = 500.0
"""Start of the rating interval by the monotonic clock."""

_NS = 1_000_000_000


class Made(NamedTuple):
    """A call: number of its site, ends from the start of the rating interval, and where it is nested."""

    site: int
    start_s: float
    stop_s: float
    depth: int = 0
    task: int = 0
    flags: int = 0


def site(number: int, api: str, **columns: Any) -> dict[str, Any]:
    """Return a line of the sites file."""
    return {
        "site": number,
        "file": "train.py",
        "line": number,
        "column": 1,
        "end_line": number,
        "cell": None,
        "execution_count": None,
        "function": "",
        "expression": api.rpartition(".")[2],
        "api": api,
        "kind": "call",
        **columns,
    }


def write_calls(
    run_dir: Path, sites: Sequence[dict[str, Any]], calls: Sequence[Made], seconds: float, process: str = "7"
) -> None:
    """Write ``calls/`` and ``events.jsonl`` of a run of so many seconds."""
    folder = run_dir / "calls"
    folder.mkdir(parents=True, exist_ok=True)
    tasks = [
        {"task": number, "name": "MainThread" if number == 0 else f"Thread-{number}", "of": "thread"}
        for number in sorted({call.task for call in calls})
    ]
    lines = [{"schema": CALLS_SCHEMA, "pid": int(process)}, *sites, *tasks, {"records": len(calls)}]
    (folder / f"sites-{process}.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    records = np.zeros(len(calls), CALL_DTYPE)
    for record, call in zip(records, sorted(calls, key=lambda call: call.stop_s), strict=True):
        record["site"], record["task"], record["depth"], record["flags"] = (
            call.site,
            call.task,
            call.depth,
            call.flags,
        )
        record["start_ns"] = round((RUN_START_S + call.start_s) * _NS)
        record["stop_ns"] = round((RUN_START_S + call.stop_s) * _NS)
    (folder / f"calls-{process}.bin").write_bytes(records.tobytes())
    (run_dir / "events.jsonl").write_text("".join(map(_event, (("start", 0.0), ("stop", seconds)))))


def _event(one: tuple[str, float]) -> str:
    event, at_s = one
    stamps = {"t_utc_s": 1_790_000_000.0 + at_s, "t_mono_s": RUN_START_S + at_s}
    rest = {"event": event, "span": "run", "name": "run", "id": 1, "parent": None, "pid": 7, "data": {}}
    return json.dumps({**stamps, **rest}) + "\n"
