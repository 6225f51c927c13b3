"""Records of calls are read in bounded memory, and what a kill left of one is told from a record."""

import json

import numpy as np
import pytest

from records.calls import CALL_DTYPE, CALLS_SCHEMA, CallFlag, iter_chunks, read_calls
from records.errors import RecordError, SchemaError

HEADER = {"schema": CALLS_SCHEMA, "pid": 7}
SITE = {
    "site": 1,
    "file": "train.py",
    "line": 3,
    "column": 5,
    "end_line": 4,
    "cell": None,
    "execution_count": None,
    "function": "train",
    "expression": "model.fit",
    "api": "keras.Model.fit",
    "kind": "call",
}


def write(folder, *lines, records=b"", process="7"):
    folder.mkdir(exist_ok=True)
    (folder / f"sites-{process}.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    (folder / f"calls-{process}.bin").write_bytes(records)


def made(n, start_ns=1000):
    records = np.zeros(n, CALL_DTYPE)
    records["site"] = 1
    records["start_ns"] = start_ns + np.arange(n) * 10
    records["stop_ns"] = records["start_ns"] + 5
    return records


def test_records_come_in_pieces_with_what_their_numbers_mean(tmp_path):
    tasks = {"task": 0, "name": "MainThread", "of": "thread"}
    write(
        tmp_path, HEADER, SITE, tasks, {"note": "big.py: too deep"}, {"records": 5}, records=made(5).tobytes()
    )
    write(tmp_path, HEADER, SITE, records=made(1, 9000).tobytes(), process="7.2")
    pieces = [
        (process.process, chunk["start_ns"].tolist()) for process, chunk in iter_chunks(tmp_path, rows=2)
    ]
    assert pieces == [("7", [1000, 1010]), ("7", [1020, 1030]), ("7", [1040]), ("7.2", [9000])]
    first, second = read_calls(tmp_path)
    assert (first.sites[1].api, first.sites[1].cell, first.tasks) == (
        "keras.Model.fit",
        None,
        {0: "MainThread"},
    )
    assert (first.notes, first.ended, second.ended) == (["big.py: too deep"], True, False)


def test_unused_slots_are_no_records_and_torn_ones_are_counted(tmp_path):
    records = made(6)
    records["stop_ns"][1] = 0  # killed before the stop was written
    records[2] = np.zeros(1, CALL_DTYPE)[0]
    write(tmp_path, HEADER, SITE, records=records.tobytes()[:-1])
    (process,) = read_calls(tmp_path)
    assert [n for chunk in process.chunks() for n in chunk["start_ns"]] == [1000, 1030, 1040]
    assert process.damaged_records() == 2


def test_a_process_without_records_and_a_run_without_processes_are_empty(tmp_path):
    assert read_calls(tmp_path / "calls") == []
    write(tmp_path, HEADER)
    (tmp_path / "calls-7.bin").unlink()
    assert list(iter_chunks(tmp_path)) == []
    assert read_calls(tmp_path)[0].damaged_records() == 0


def test_a_torn_line_is_told_and_a_foreign_file_refused(tmp_path):
    write(tmp_path, HEADER, SITE)
    with (tmp_path / "sites-7.jsonl").open("a") as file:
        file.write('{"site": 2, "fi')
    assert read_calls(tmp_path)[0].damaged_lines == [3]
    write(tmp_path, {"schema": "wattlab.calls/9"})
    with pytest.raises(SchemaError, match="newer"):
        read_calls(tmp_path)
    write(tmp_path, HEADER, {"site": 2})
    with pytest.raises(RecordError, match="file"):
        read_calls(tmp_path)


def test_flags_are_bits_of_their_own():
    assert sum(CallFlag) == 63
    assert CALL_DTYPE.itemsize == 36
