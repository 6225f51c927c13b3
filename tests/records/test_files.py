"""Crash-safe writing, and reading what a crash left."""

import errno
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.errors import RecordError
from records.files import (
    LineAppender,
    hash_tree,
    read_json,
    read_json_lines,
    write_atomically,
    write_json,
)

ENDLESS_WRITER = """
import sys
from pathlib import Path
from records.files import LineAppender
with LineAppender(Path(sys.argv[1]), "n,text") as file:
    n = 0
    while True:
        file.append(f"{n},{'x' * 100}")
        n += 1
"""


def test_a_new_file_gets_its_header_once(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    for value in ("1", "2"):
        with LineAppender(path, "header") as file:
            file.append(value)
    assert path.read_text() == "header\n1\n2\n"


def test_a_torn_last_line_is_closed_and_kept_as_evidence(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("header\n1\n2.5")
    with LineAppender(path, "header") as file:
        file.append("3")
    assert path.read_text() == "header\n1\n2.5\n3\n"


def test_a_killed_writer_leaves_whole_lines_but_for_the_last(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    writer = subprocess.Popen([sys.executable, "-c", ENDLESS_WRITER, str(path)])
    deadline = time.monotonic() + 30
    while not (path.exists() and path.stat().st_size > 100_000):
        assert time.monotonic() < deadline, "the writer wrote nothing"
        time.sleep(0.01)
    writer.send_signal(signal.SIGKILL)
    writer.wait()
    lines = path.read_bytes().split(b"\n")
    assert lines[0] == b"n,text"
    whole = lines[1:-1]
    assert [line.split(b",")[0] for line in whole] == [str(n).encode() for n in range(len(whole))]
    assert all(len(line.split(b",")[1]) == 100 for line in whole)


def test_a_full_disk_is_an_error_and_not_a_lost_line() -> None:
    with LineAppender(Path("/dev/full")) as file, pytest.raises(OSError) as caught:
        file.append("1")
    assert caught.value.errno == errno.ENOSPC


def test_an_atomic_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    write_json(path, {"n": 1})
    with pytest.raises(ValueError, match="JSON compliant"):
        write_json(path, {"n": float("nan")})
    assert read_json(path) == {"n": 1}
    assert [file.name for file in tmp_path.iterdir()] == ["a.json"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "there is no such file|no such file"),
        (b"{", "expected a JSON document"),
        (b"\xff\xfe", "expected a JSON document"),
        (b"[1]", "top level is list"),
    ],
)
def test_an_unreadable_document_is_named(tmp_path: Path, content: bytes | None, words: str) -> None:
    path = tmp_path / "a.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(RecordError, match=words) as caught:
        read_json(path)
    assert str(path) in str(caught.value)


def test_damaged_json_lines_are_numbered_and_left_out(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"n": 1}\n{"n": \n[3]\n\n{"n": 4}\n{"n": 5}')
    lines = read_json_lines(path)
    assert lines.objects == [{"n": 1}, {"n": 4}]
    assert lines.damaged_lines == [2, 3, 6]


@given(st.binary(max_size=200))
def test_any_bytes_can_be_read_as_json_lines(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("lines") / "a.jsonl"
    path.write_bytes(data)
    lines = read_json_lines(path)
    assert all(isinstance(item, dict) for item in lines.objects)


def test_a_tree_is_hashed_by_relative_name(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    write_atomically(tmp_path / "sub" / "b", "abc")
    write_atomically(tmp_path / "run.json", "{}")
    hashes = hash_tree(tmp_path, frozenset({"run.json"}))
    # SHA-256 of "abc": FIPS 180-2, appendix B.1
    assert hashes == {"sub/b": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"}
