"""Foreign text: encodings, delimiters, decimal marks, stamps, time zones and midnight, by content."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from analysis.imports.number_forms import NumberForm
from analysis.imports.reading import find_delimiter, parse_number, read_rows, read_text
from analysis.imports.stamps import find_zone, parse_stamp, past_midnight, to_utc
from records.errors import RecordError

WORDS = "Zeit;Präsentation\n1;über\n"


@pytest.mark.parametrize(
    ("data", "encoding", "oddities"),
    [
        (WORDS.encode(), "utf-8", ()),
        (WORDS.encode("utf-8-sig"), "utf-8-sig", ("a byte order mark",)),
        (WORDS.encode("utf-16"), "utf-16", ("a byte order mark",)),
        (WORDS.encode("cp1252"), "cp1252", ("no UTF-8, read as Windows-1252",)),
        (WORDS.replace("\n", "\r\n").encode(), "utf-8", ("CRLF line ends",)),
        (WORDS.replace("\n", "\r").encode(), "utf-8", ()),
    ],
    ids=["plain", "bom", "utf-16", "cp1252", "crlf", "cr"],
)
def test_text_is_the_same_whatever_its_form(
    tmp_path: Path, data: bytes, encoding: str, oddities: tuple[str, ...]
) -> None:
    (tmp_path / "log.csv").write_bytes(data)
    text = read_text(tmp_path / "log.csv")
    assert text.lines == ["Zeit;Präsentation", "1;über"]
    assert (text.encoding, text.oddities) == (encoding, oddities)


@given(data=st.binary(max_size=200))
@example(data=b"\xff\xfe\x00")
@example(data=b"\x81")
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_bytes(data)
    try:
        assert read_text(path).lines
    except RecordError as error:
        assert "any.csv" in str(error)


@given(st.floats(-1e9, 1e9, allow_nan=False))
def test_numbers_with_decimal_commas_are_read_back(number: float) -> None:
    text = f"{number:,.4f}".translate(str.maketrans(",.", ".,"))
    assert NumberForm(",", ".").parse(text) == pytest.approx(number, abs=1e-4)
    assert parse_number(f"{number!r}") == number


@pytest.mark.parametrize("text", ["", "nan", "inf", "-", "1,5", "0x10", "1_000", "1 2", "--", "1.5.2", "١"])
def test_what_is_no_number_is_none(text: str) -> None:
    assert parse_number(text) is None


@pytest.mark.parametrize("text", ["1.5", "12.34,5", "1.2345,0", "1,2,3"])
def test_a_point_among_commas_only_divides_thousands(text: str) -> None:
    assert NumberForm(",", ".").parse(text) is None


def table(tmp_path: Path, content: str) -> object:
    (tmp_path / "t.csv").write_text(content)
    return read_rows(read_text(tmp_path / "t.csv"), lambda header: "power" in header)


@pytest.mark.parametrize("delimiter", [";", "\t", "|", ","])
def test_the_header_is_found_below_a_preamble(tmp_path: Path, delimiter: str) -> None:
    rows = [("time", "power"), ("1", "2.5"), ("2", "3.5")]
    (tmp_path / "t.csv").write_text(
        "made by a meter\n\n" + "\n".join(delimiter.join(row) for row in rows) + "\n"
    )
    found = read_rows(read_text(tmp_path / "t.csv"), lambda header: "power" in header)
    assert found is not None
    assert (found.delimiter, found.form(1).decimal, found.header_line) == (delimiter, ".", 3)
    assert found.rows == [(4, ["1", "2.5"]), (5, ["2", "3.5"])]


def test_the_decimal_mark_is_that_of_the_column(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("time;power;degrees\n1;7;20.5\n2;7;21.25\n3;0,5;22.5\n")
    found = read_rows(read_text(tmp_path / "t.csv"), lambda header: "power" in header)
    assert found is not None
    assert [found.number(line, row, 1) for line, row in found.rows] == [7.0, 7.0, 0.5]
    assert [found.number(line, row, 2) for line, row in found.rows] == [20.5, 21.25, 22.5]


def test_a_semicolon_divides_although_commas_are_as_many(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("1;04.10.22, 00:00:01;0,159;0,137\n" * 5)
    assert find_delimiter(read_text(tmp_path / "t.csv")) == ";"


def test_without_the_header_there_is_no_table(tmp_path: Path) -> None:
    assert table(tmp_path, "a;b\n1;2\n") is None


def test_a_missing_column_is_named_with_those_that_are_there(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("time;power\n1;7\n")
    found = read_rows(read_text(tmp_path / "t.csv"), lambda header: "power" in header)
    assert found is not None
    with pytest.raises(
        RecordError, match=r"t\.csv, line 1: expected a column 'voltage'.*\['time', 'power'\]"
    ):
        found.index("voltage")


@pytest.mark.parametrize(
    ("text", "order", "iso"),
    [
        ("2022-9-22 09:03:57.179", None, "2022-09-22T09:03:57.179"),
        ("04.10.22, 00:00:01", None, "2022-10-04T00:00:01"),
        ("04.10.2022 12:31:42", None, "2022-10-04T12:31:42"),
        ("20220922 09:02:39", None, "2022-09-22T09:02:39"),
        ("2024/01/31 23:59:59.250", None, "2024-01-31T23:59:59.250"),
        ("2024-01-31T23:59:59", None, "2024-01-31T23:59:59"),
        ("03-04-2021 01:02:03.5", "mdy", "2021-03-04T01:02:03.500"),
        ("3/4/2021 1:02:03 PM", "dmy", "2021-04-03T13:02:03"),
        ("3/4/2021 12:02:03 AM", "mdy", "2021-03-04T00:02:03"),
    ],
)
def test_stamps_are_read_in_the_ways_people_write_them(text: str, order: str | None, iso: str) -> None:
    stamp = parse_stamp(text, order)  # type: ignore[arg-type]
    assert stamp is not None
    assert stamp.local_s == datetime.fromisoformat(iso + "+00:00").timestamp()
    assert stamp.dated and stamp.offset_s is None


@pytest.mark.parametrize(("zone", "offset_s"), [("Z", 0.0), ("+02:00", 7200.0), ("-0530", -19800.0)])
def test_a_zone_in_the_text_is_kept(zone: str, offset_s: float) -> None:
    stamp = parse_stamp(f"2022-09-22 09:03:57{zone}")
    assert stamp is not None
    assert stamp.offset_s == offset_s


def test_a_time_alone_has_no_date() -> None:
    stamp = parse_stamp("09:03:57.5")
    assert stamp is not None
    assert (stamp.dated, stamp.local_s) == (False, 9 * 3600 + 3 * 60 + 57.5)


@pytest.mark.parametrize(
    "text",
    [
        "3/4/2021 01:02:03",
        "31.02.2022 01:02:03",
        "2022-13-01 00:00:00",
        "24:00:00",
        "13:00:00 PM",
        "soon",
        "",
    ],
)
def test_what_is_no_stamp_or_leaves_day_and_month_open_is_none(text: str) -> None:
    assert parse_stamp(text) is None


BERLIN = find_zone("Europe/Berlin")
OCTOBER = datetime(2022, 10, 30, 0, 30, tzinfo=UTC).timestamp()  # 02:30, half an hour before 03:00 is 02:00
MARCH = datetime(2022, 3, 27, 0, 30, tzinfo=UTC).timestamp()


def local_s(t_utc_s: float) -> float:
    local = datetime.fromtimestamp(t_utc_s, tz=BERLIN)
    return local.replace(tzinfo=UTC).timestamp()


@given(
    st.sampled_from([OCTOBER, MARCH, OCTOBER - 9e6]),
    st.lists(st.integers(1, 1799), min_size=1, max_size=40),
)
def test_local_time_becomes_utc_again_over_both_changes_of_the_clock(start: float, steps: list[int]) -> None:
    """From before the hour that comes twice on, in steps of less than half an hour."""
    t_utc_s = start + np.cumsum([0, *steps]).astype(float)
    found = to_utc(np.array([local_s(t) for t in t_utc_s]), BERLIN)
    assert list(found.t_utc_s) == list(t_utc_s)
    assert len(found.never) == 0


def test_a_first_stamp_in_the_double_hour_is_taken_for_the_earlier() -> None:
    found = to_utc(np.array([local_s(OCTOBER + 2700)]), BERLIN)
    assert list(found.t_utc_s) == [OCTOBER - 900]
    assert list(found.twice) == [0]


def test_no_stamps_are_no_mistake() -> None:
    assert len(to_utc(np.array([]), BERLIN).t_utc_s) == 0
    assert past_midnight(np.array([]))[1] == 0


@given(st.floats(0, 86399), st.lists(st.floats(0.001, 40000), max_size=30))
def test_times_of_day_go_on_rising_over_midnight(start_s: float, steps_s: list[float]) -> None:
    t_s = start_s + np.cumsum([0.0, *steps_s])
    rising_s, days = past_midnight(t_s % 86400)
    assert rising_s == pytest.approx(t_s, abs=1e-6)
    assert days == int(t_s[-1] // 86400)


def test_a_small_step_back_is_not_midnight() -> None:
    assert past_midnight(np.array([100.0, 99.0, 101.0]))[1] == 0
