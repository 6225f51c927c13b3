"""The quick reader of tables and the one that goes line by line agree wherever both can read."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from records.errors import RecordError
from records.tables import Table, TableLines, read_damaged, read_sound, read_table

HEADER = "t_utc_s,power_w,flag"
NUMBERS = st.one_of(
    st.floats().map(repr),
    st.integers(-(10**22), 10**22).map(str),
    st.sampled_from(
        ["", "NaN", "None", "nan", "-nan", "1e5", "1E-400", "1e999", "+1", ".5", "5.", "-0", "007"]
    ),
    st.sampled_from(
        ["0x10", "1_000", " 1", "1 ", "  ", "inf", "-Infinity", "true", "2026-01-01", "12:30:00", "9" * 30]
    ),
)
TEXTS = st.sampled_from(["", "nodata", "NA", "None", " ", "é", "a b", "1"])
ROWS = st.tuples(NUMBERS, NUMBERS, TEXTS).map(",".join)
LINES = st.one_of(
    ROWS, ROWS, ROWS, st.sampled_from(["", ",", "1", "1,2,,", "1,2,x\r", '1,2,"a"', "\x00,1,", "\ufeff1,2,"])
)


def outcome(table: Table) -> tuple[object, ...]:
    # To the last bit, but for the sign of a zero, which integers have not.
    numbers = [(table.numbers(name) + 0.0).tolist() for name in ("t_utc_s", "power_w")]
    flag = table.texts("flag")
    return [list(map(repr, n)) for n in numbers], [flag.values[i] for i in flag.codes], table.damaged_lines


def both(content: bytes) -> tuple[Table | None, Table | None]:
    """Read the same bytes with each of the two; ``None`` where one cannot."""
    path = Path("meter.csv")
    lines = TableLines.find(content, path, ",", "")
    try:
        tolerant = read_damaged(content, lines, ("flag",), ",", path)
    except RecordError:
        tolerant = None
    return read_sound(content, lines, ("flag",), ","), tolerant


@settings(max_examples=400, deadline=None)
@given(lines=st.lists(LINES, max_size=12), torn=st.sampled_from(["", "1790000000.2", "1,2,"]))
@example(lines=["1790000000.123456,97.2,", "1790000001.123456,,nodata"], torn="1790")
@example(lines=["1,0x1F,"], torn="")
@example(lines=["1,,", "2,,"], torn="")
@example(lines=["0.0,0,", "0.0,-0,", "0.0,999999999999999999999999999999,"], torn="")
def test_both_readers_agree_on_any_file(lines: list[str], torn: str) -> None:
    quick, tolerant = both("\n".join([HEADER, *lines, torn]).encode())
    if quick is not None:
        assert tolerant is not None
        assert outcome(quick) == outcome(tolerant)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=60), st.floats(0, 1))
def test_both_readers_agree_on_damaged_bytes(damage: bytes, where: float) -> None:
    rows = b"".join(b"%d.5,%d.25,\n" % (i, 100 + i) for i in range(5))
    at = int(where * len(rows))
    quick, tolerant = both(HEADER.encode() + b"\n" + rows[:at] + damage + rows[at + len(damage) :])
    if quick is not None:
        assert tolerant is not None
        assert outcome(quick) == outcome(tolerant)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=20))
def test_numbers_read_back_to_the_last_bit(values: list[float]) -> None:
    content = "\n".join([HEADER, *(f"{value!r},{value:.17g}," for value in values), ""]).encode()
    for table in both(content):
        assert table is not None
        for name in ("t_utc_s", "power_w"):
            assert np.array_equal(table.numbers(name), np.array(values, dtype=float))


def test_a_sound_file_is_read_in_one_go(tmp_path: Path) -> None:
    quick, _ = both(b"t_utc_s,power_w,flag\n1790000000.1,97,\n1790000001.1,,nodata\n1790")
    assert quick is not None
    assert quick.damaged_lines == [4]
    assert quick.texts("flag").counts() == {"": 1, "nodata": 1}
    assert str(quick.frame["flag"].dtype) == "str"


def test_text_that_looks_like_no_value_stays_text(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a,name\n1,None\n2,NA\n,\n")
    table = read_table(tmp_path / "t.csv", ("a",), text=("name",))
    assert table.frame["name"].tolist() == ["None", "NA", ""]
    assert np.isnan(table.numbers("a")[2])


def test_an_absent_table_is_named(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="no such file"):
        read_table(tmp_path / "absent.csv", ("a",))
