"""CSV tables, the SUT's records and the events: golden files, torn lines, missing columns."""

import csv
import io
import json
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.errors import RecordError
from records.events import read_events
from records.host import HOST_COLUMNS, read_host
from records.journal import Journal, read_journal
from records.journal_events import RunStarted
from records.meter import Reading, ReadingWriter, read_readings
from records.tables import csv_line, read_table, write_table
from records.tracker_columns import TRACKER_COLUMNS
from records.trackers import read_trackers

# Two samples as `collectl -scdmn -i1 -P --utc -om` prints them, some columns left out.
COLLECTL = """waiting for 1 second sample...
#UTC [CPU]Totl% [MEM]Used [NET]RxKBTot [NET]TxKBTot [DSK]ReadTot [DSK]ReadKBTot [DSK]WriteKBTot
1795252662.001 44 633224 3 1 30 1724 512
1795252663.001 39 686660 0 0 49 51800 0
1795252664.001 4"""


def test_readings_read_back_with_their_flags(tmp_path: Path) -> None:
    writer = ReadingWriter(tmp_path / "meter.csv", ("power_w", "voltage_v"))
    writer.append(Reading(1790000000.25, 97.2, voltage_v=227.7, current_a=0.433))
    writer.append(Reading(1790000001.25, None, "nodata"))
    writer.close()
    text = (tmp_path / "meter.csv").read_text()
    assert (
        text == "t_utc_s,power_w,voltage_v,flag\n1790000000.250000,97.2,227.7,\n1790000001.250000,,,nodata\n"
    )
    frame = read_readings(tmp_path / "meter.csv").frame
    assert list(frame["flag"]) == ["", "nodata"]
    assert frame["power_w"][0] == 97.2
    assert math.isnan(frame["power_w"][1])


@pytest.mark.parametrize("tail", ["1790000002.25", "1790000002.25,9", "1790000002.25,98.1,230.0,"])
def test_a_torn_last_line_is_dropped_and_reported(tmp_path: Path, tail: str) -> None:
    path = tmp_path / "meter.csv"
    path.write_text("t_utc_s,power_w,voltage_v,flag\n1790000001.25,97.2,227.7,\n" + tail)
    table = read_readings(path)
    assert len(table.frame) == 1
    assert table.damaged_lines == [3]


def test_a_line_torn_in_the_middle_is_left_out_and_numbered(tmp_path: Path) -> None:
    path = tmp_path / "meter.csv"
    path.write_text("t_utc_s,power_w,flag\n1,2,\n3,\n5,6,\n7,8,,\n")
    table = read_readings(path)
    assert list(table.frame["t_utc_s"]) == [1, 5]
    assert table.damaged_lines == [3, 5]


def test_a_missing_required_column_names_file_and_column(tmp_path: Path) -> None:
    path = tmp_path / "meter.csv"
    path.write_text("t_utc_s,watts,flag\n1,2,\n")
    with pytest.raises(RecordError, match="'power_w' is missing") as caught:
        read_readings(path)
    assert str(path) in str(caught.value)


def test_a_table_without_a_header_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "meter.csv"
    path.write_text("")
    with pytest.raises(RecordError, match="expected a table with a header line"):
        read_readings(path)


def test_collectl_is_read_by_names_and_kb_are_not_operations(tmp_path: Path) -> None:
    (tmp_path / "collectl.tab").write_text(COLLECTL)
    table = read_host(tmp_path)
    assert table is not None
    assert tuple(table.frame.columns) == HOST_COLUMNS
    assert list(table.frame["disk_read_kib_s"]) == [1724, 51800]
    assert list(table.frame["cpu_load_pct"]) == [44, 39]
    assert table.damaged_lines == [5]


def test_a_run_without_host_records_has_none(tmp_path: Path) -> None:
    assert read_host(tmp_path) is None


def test_settings_with_commas_and_quotes_survive_a_tracker_row(tmp_path: Path) -> None:
    settings = json.dumps({"cpu": "Xeon, 2 cores", "note": 'says "TDP"\nand more'})
    row = ["codecarbon", "3.3.2", 1.0, 2.0, 0.5, 0.3, "", 0.2, 0.0001, 1.0, "cpu+ram", settings]
    with open(tmp_path / "trackers.csv", "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(TRACKER_COLUMNS)
        writer.writerow(row)
    table = read_trackers(tmp_path)
    assert table is not None
    assert json.loads(table.frame["settings"][0]) == json.loads(settings)
    assert table.frame["version"][0] == "3.3.2"
    assert math.isnan(table.frame["gpu_wh"][0])


@given(st.lists(st.one_of(st.none(), st.integers(), st.text(max_size=20)), min_size=1, max_size=5))
def test_any_values_make_one_csv_record(values: list[object]) -> None:
    (record,) = csv.reader(io.StringIO(csv_line(values), newline=""))
    assert record == ["" if value is None else str(value) for value in values]


def test_result_tables_keep_the_order_of_the_contract_and_full_precision(tmp_path: Path) -> None:
    rows = [{"b": 0.1 + 0.2, "a": 1, "more": "x"}, {"a": None, "b": math.nan}]
    write_table(tmp_path / "t.csv", ("a", "b"), rows)
    assert (tmp_path / "t.csv").read_text() == "a,b,more\n1,0.30000000000000004,x\n,,\n"
    table = read_table(tmp_path / "t.csv", ("a", "b"), text=("more",))
    assert table.frame["b"][0] == 0.1 + 0.2


def event(kind: str, identity: int, parent: int | None, t: float, **data: object) -> str:
    return json.dumps(
        {
            "t_utc_s": 1790000000 + t,
            "t_mono_s": t,
            "event": kind,
            "span": "action",
            "name": f"a{identity}",
            "id": identity,
            "parent": parent,
            "pid": 1,
            "data": data,
        }
    )


def test_spans_are_paired_nested_and_open_ones_kept(tmp_path: Path) -> None:
    lines = [
        event("start", 1, None, 0),
        event("start", 2, 1, 1, size=3),
        event("start", 3, 2, 2),
        event("stop", 2, 1, 5, loss=0.5),
    ]
    (tmp_path / "events.jsonl").write_text("\n".join(lines) + '\n{"torn')
    events = read_events(tmp_path / "events.jsonl")
    assert events.damaged_lines == [5]
    spans = {span.id: span for span in events.spans()}
    assert [spans[n].depth for n in (1, 2, 3)] == [0, 1, 2]
    assert spans[2].data == {"size": 3, "loss": 0.5}
    assert (spans[2].t_start_mono_s, spans[2].t_stop_mono_s) == (1, 5)
    assert spans[3].t_stop_utc_s is None


def test_an_event_without_a_required_key_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "events.jsonl").write_text('{"t_utc_s": 1, "event": "mark"}\n')
    with pytest.raises(RecordError, match="lacks the required key 't_mono_s'"):
        read_events(tmp_path / "events.jsonl")


def test_the_journal_goes_on_after_a_torn_line(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    path.write_text('{"t_utc_s": 1.0, "t_mono_s": 1.0, "what": "a"}\n{"t_utc_s": 2.0, "t_mo')
    journal = Journal(path)
    journal.write(RunStarted(run_dir="0001-baseline"))
    journal.close()
    entries, damaged = read_journal(path)
    assert [entry.what for entry in entries] == ["a", "run started"]
    assert damaged == [2]


def test_a_text_that_a_spreadsheet_would_compute_is_kept_a_text(tmp_path: Path) -> None:
    texts = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "a=1", ""]
    write_table(tmp_path / "t.csv", ("text", "number"), [{"text": text, "number": -1.5} for text in texts])
    with open(tmp_path / "t.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["text"] for row in rows] == ["'=1+1", "'+1", "'-1", "'@SUM(A1)", "'\t=1", "a=1", ""]
    assert {row["number"] for row in rows} == {"-1.5"}


@pytest.mark.parametrize("odd", ['"a\rb"', "a\rb", "9" * 400, "-" + "9" * 400, "x" * 200_000, "\0"])
@pytest.mark.parametrize("column", [0, 1])
def test_an_odd_field_is_a_damaged_line_or_no_number(tmp_path: Path, odd: str, column: int) -> None:
    row = ["1.0", "2.0"]
    row[column] = odd
    text = "t_utc_s,power_w\n0.0,1.0\n" + ",".join(row) + "\n2.0,3.0\n"
    (tmp_path / "t.csv").write_text(text, newline="")
    table = read_table(tmp_path / "t.csv", ("t_utc_s", "power_w"))
    assert table.numbers("power_w")[0] == 1.0
    assert table.numbers("power_w")[-1] == 3.0
    with pytest.raises(RecordError):
        (tmp_path / "h.csv").write_text(f"t_utc_s,power_w,{odd}\r,\n1,2,3\n", newline="")
        read_table(tmp_path / "h.csv", ("t_utc_s", "power_w", "flag"))


def test_a_column_of_integers_beyond_all_floats_has_no_number_there(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(f'a,b\n1,"x"\n{"9" * 400},y\n{"9" * 20},z\n')
    numbers = read_table(tmp_path / "t.csv", ("a", "b"), text=("b",)).numbers("a")
    assert numbers[0] == 1.0
    assert math.isnan(numbers[1])
    assert numbers[2] == pytest.approx(1e20)
