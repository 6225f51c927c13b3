"""Tables of powers whose columns the operator names: whatever their form, the same readings come out."""

import csv
import io
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.campaign import analyse
from analysis.imports.csv_table import TableOptions, import_csv, read_run
from analysis.imports.number_forms import NumberOptions
from analysis.imports.power_values import parse_power, resolution_of
from analysis.imports.repairs import Repairs
from analysis.imports.timeline import TimeOptions
from records.campaign import CampaignFolder
from records.errors import ConfigurationError, RecordError
from records.imported import read_import
from records.meter import MeterRecord, read_readings

START = datetime(2026, 1, 31, 12, 0, 0, tzinfo=UTC)
T0 = START.timestamp()
PLAIN = TableOptions(time=["time"], power="watts", accuracy_pct=1.0)


def write(path: Path, rows: list[list[str]], header: tuple[str, ...] = ("time", "watts")) -> Path:
    path.write_text("\n".join(",".join(row) for row in [list(header), *rows]) + "\n")
    return path


def seconds(number: int, power: str = "100.0") -> list[list[str]]:
    return [[(START + timedelta(seconds=i)).isoformat(), power] for i in range(number)]


def options(**changes: Any) -> TableOptions:
    return TableOptions(**({"time": ["time"], "power": "watts", "accuracy_pct": 1.0} | changes))


def readings(path: Path, said: TableOptions = PLAIN) -> tuple[list[float], list[float | None]]:
    run = read_run(path, said, Repairs())
    return list(run.readings["t_utc_s"]), list(run.readings["power_w"])


def codes(path: Path, said: TableOptions = PLAIN) -> dict[str, str]:
    repairs = Repairs()
    read_run(path, said, repairs)
    return {finding.code: finding.message for finding in repairs.findings()}


# ---- whatever the form ----

FORMS = st.fixed_dictionaries(
    {
        "delimiter": st.sampled_from([",", ";", "\t", "|"]),
        "decimal": st.sampled_from([".", ","]),
        "encoding": st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
        "line_end": st.sampled_from(["\n", "\r\n", "\r"]),
        "stamp": st.sampled_from(
            ["%Y-%m-%dT%H:%M:%S.%f", "%d.%m.%Y %H:%M:%S.%f", "%Y/%m/%d %H:%M:%S.%f", "unix"]
        ),
        "preamble": st.sampled_from(["", "Messgerät Nr. 7"]),
        "quote": st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
        "column_first": st.booleans(),
    }
)
POWERS = st.lists(
    st.one_of(st.none(), st.decimals(-5000, 5000, places=3).map(float)), min_size=2, max_size=25
).filter(lambda powers: any(power is not None for power in powers))


def exported(form: dict[str, Any], powers: list[float | None]) -> bytes:
    """What a spreadsheet of some country and system makes of the readings."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=form["delimiter"], lineterminator="\n", quoting=form["quote"])
    order = slice(None) if form["column_first"] else slice(None, None, -1)
    if form["preamble"]:
        buffer.write(form["preamble"] + "\n")
    writer.writerow(["Zeit", "Leistung in W (größte)", "note"][order])
    for number, power in enumerate(powers):
        moment = START + timedelta(seconds=number, milliseconds=137)
        stamp = f"{moment.timestamp():.3f}" if form["stamp"] == "unix" else moment.strftime(form["stamp"])
        text = "" if power is None else f"{power:.3f}"
        if form["decimal"] == ",":
            text = text.replace(".", ",")
            stamp = stamp.replace(".", ",") if form["stamp"] == "unix" else stamp
        writer.writerow([stamp, text, "x"][order])
    return buffer.getvalue().replace("\n", form["line_end"]).encode(form["encoding"])


@settings(deadline=None)
@given(form=FORMS, powers=POWERS)
def test_an_exported_table_gives_the_same_readings(
    tmp_path_factory: pytest.TempPathFactory, form: dict[str, Any], powers: list[float | None]
) -> None:
    path = tmp_path_factory.mktemp("csv") / "t.csv"
    path.write_bytes(exported(form, powers))
    numbers = NumberOptions(form["decimal"], "none")  # three decimals could be thousands
    said = TableOptions(time=["Zeit"], power="Leistung in W (größte)", accuracy_pct=1.0, numbers=numbers)
    t_utc_s, power_w = readings(path, said)
    assert t_utc_s == pytest.approx([T0 + i + 0.137 for i in range(len(powers))], abs=1e-5)
    assert power_w == powers


@given(st.lists(st.integers(-(10**9), 10**9), min_size=1), st.integers(0, 6))
def test_the_resolution_is_the_step_of_the_digits(counts: list[int], places: int) -> None:
    step = 10.0**-places
    texts = [f"{count * step:.{places}f}" for count in [*counts, 1]]
    assert resolution_of(texts) == pytest.approx(step)
    assert resolution_of([text + "000" if "." in text else text for text in texts]) == pytest.approx(step)


@pytest.mark.parametrize(
    ("text", "value", "flag"),
    [
        ("12.5", 12.5, ""),
        ("", None, "nodata"),
        ("NaN", None, "nodata"),
        ("---", None, "nodata"),
        ("9.91E+37", None, "nodata"),
        ("9.9E+37", None, "overrange"),
        ("-oL-", None, "overrange"),
        ("OF", None, "overrange"),
        ("INF", None, "overrange"),
    ],
)
def test_an_instruments_sentinel_is_no_number_of_watts(text: str, value: float | None, flag: str) -> None:
    power = parse_power(text)
    assert power is not None
    assert (power.value, power.flag) == (value, flag)


# ---- the time ----


def test_local_time_of_a_zone_with_summer_time(tmp_path: Path) -> None:
    # 2026-03-29 02:00 CET does not exist: 01:59:59 is followed by 03:00:00.
    rows = [["29.03.2026 01:59:58", "1"], ["29.03.2026 01:59:59", "2"], ["29.03.2026 03:00:00", "3"]]
    t_utc_s, _ = readings(
        write(tmp_path / "t.csv", rows), options(when=TimeOptions(timezone="Europe/Berlin"))
    )
    assert [t - t_utc_s[0] for t in t_utc_s] == [0, 1, 2]
    assert t_utc_s[0] == datetime(2026, 3, 29, 0, 59, 58, tzinfo=UTC).timestamp()


def test_the_hour_that_comes_twice_goes_on_rising(tmp_path: Path) -> None:
    # 2026-10-25: 02:59:59 CEST is followed by 02:00:00 CET.
    rows = [["2026-10-25 02:59:58", "1"], ["2026-10-25 02:59:59", "2"], ["2026-10-25 02:00:00", "3"]]
    path = write(tmp_path / "t.csv", rows)
    said = options(when=TimeOptions(timezone="Europe/Berlin"))
    t_utc_s, _ = readings(path, said)
    assert [t - t_utc_s[0] for t in t_utc_s] == [0, 1, 2]
    assert "import-hour-twice" in codes(path, said)


def test_a_date_and_a_time_in_two_columns(tmp_path: Path) -> None:
    rows = [["31/01/2026", "12:00:00", "1"], ["31/01/2026", "12:00:01", "2"]]
    path = write(tmp_path / "t.csv", rows, ("day", "hour", "watts"))
    said = options(time=["day", "hour"], when=TimeOptions(order="dmy"))
    assert readings(path, said)[0] == [T0, T0 + 1]
    with pytest.raises(ConfigurationError, match=r"does not show what is day .* --date-order dmy"):
        read_run(path, options(time=["day", "hour"]), Repairs())


def test_times_of_day_pass_midnight(tmp_path: Path) -> None:
    rows = [["23:59:59", "1"], ["00:00:00", "2"], ["00:00:01", "3"]]
    path = write(tmp_path / "t.csv", rows)
    said = options(when=TimeOptions(start="2026-01-31T00:00"))
    t_utc_s, _ = readings(path, said)
    assert t_utc_s == [datetime(2026, 1, 31, 23, 59, 59, tzinfo=UTC).timestamp() + i for i in range(3)]
    assert "import-midnight" in codes(path, said)
    with pytest.raises(
        ConfigurationError, match="line 2: the stamps are times without a date; say with --start"
    ):
        read_run(path, PLAIN, Repairs())


@pytest.mark.parametrize("factor", [1, 1e3, 1e6, 1e9])
def test_unix_time_in_any_of_its_units(tmp_path: Path, factor: float) -> None:
    rows = [[str(round((T0 + i) * factor)), "5"] for i in range(3)]
    assert readings(write(tmp_path / "t.csv", rows))[0] == pytest.approx([T0, T0 + 1, T0 + 2], abs=1e-5)


def test_seconds_from_the_start(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", [["0.0", "5"], ["0.5", "6"]])
    said = options(when=TimeOptions(timezone="+01:00", start="2026-01-31T13:00:00"))
    assert readings(path, said)[0] == [T0, T0 + 0.5]
    with pytest.raises(ConfigurationError, match="say with --start when its first row was"):
        read_run(path, PLAIN, Repairs())


def test_rows_without_any_time(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", [["1", "5"], ["2", "6"], ["3", "7"]], ("n", "watts"))
    said = options(time=[], interval_s=2.0, when=TimeOptions(start="2026-01-31T12:00:00Z"))
    assert readings(path, said) == ([T0, T0 + 2, T0 + 4], [5.0, 6.0, 7.0])
    with pytest.raises(ConfigurationError, match="--interval"):
        read_run(path, options(time=[]), Repairs())


def test_stamps_without_a_zone_are_taken_for_utc_and_that_is_said(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", [["2026-01-31 12:00:00", "1"], ["2026-01-31 12:00:01", "2"]])
    assert readings(path)[0] == [T0, T0 + 1]
    assert "import-timezone-assumed" in codes(path)
    assert "import-timezone-assumed" not in codes(path, options(when=TimeOptions(timezone="UTC")))


def test_stamps_of_whole_seconds_are_known_to_a_second_only(tmp_path: Path) -> None:
    whole = read_run(write(tmp_path / "w.csv", seconds(5)), PLAIN, Repairs()).meter
    rows = [[str(T0 + 0.1 + i), "1"] for i in range(5)]
    finer = read_run(write(tmp_path / "f.csv", rows), PLAIN, Repairs()).meter
    assert whole is not None
    assert finer is not None
    assert finer.latency_u_s == pytest.approx(0.5 / 3**0.5)  # half an interval, rectangular
    assert whole.latency_u_s**2 - finer.latency_u_s**2 == pytest.approx(1 / 12)


# ---- columns, rows, units ----


def test_kilowatts_become_watts_with_their_resolution(tmp_path: Path) -> None:
    run = read_run(write(tmp_path / "t.csv", seconds(3, "1.250")), options(unit="kW"), Repairs())
    assert list(run.readings["power_w"]) == [1250.0] * 3
    assert run.meter is not None
    assert run.meter.resolution_w == pytest.approx(10.0)  # 1.25: hundredths of a kilowatt


def test_further_columns_are_kept(tmp_path: Path) -> None:
    rows = [[*row, "230.1", "0.9"] for row in seconds(3)]
    path = write(tmp_path / "t.csv", rows, ("time", "watts", "U", "PF"))
    run = read_run(path, options(quantities={"voltage_v": "U", "power_factor": "PF"}), Repairs())
    assert list(run.readings["voltage_v"]) == [230.1] * 3
    assert list(run.readings["power_factor"]) == [0.9] * 3


def test_a_column_that_is_not_there_is_answered_with_the_nearest_one(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", seconds(3), ("Timestamp", "Power (W)"))
    with pytest.raises(ConfigurationError, match=r"no column 'Power'; did you mean 'Power \(W\)'\?"):
        read_run(path, options(time=["Timestamp"], power="Power"), Repairs())


def test_a_row_without_power_keeps_its_place(tmp_path: Path) -> None:
    rows = seconds(5)
    rows[2][1], rows[3][1] = "n/a", "OVER"
    path = write(tmp_path / "t.csv", rows)
    run = read_run(path, PLAIN, Repairs())
    assert list(run.readings["flag"]) == ["", "", "nodata", "overrange", ""]
    assert codes(path)["import-power-nodata"].startswith("t.csv: 1 line, first line 4")
    assert codes(path)["import-power-overrange"].startswith("t.csv: 1 line, first line 5")


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (["2026-01-31T12:00:02+00:00", "much"], "line 4: expected a power .* found 'much'"),
        (["noon", "5"], "line 4: expected a date with a time, .* found 'noon'"),
        (["12:00:02", "5"], "line 4: expected a stamp of the same form as the first one"),
        (["2026-01-31T12:00:02"], "line 4: expected 2 fields, found 1"),
        (["2026-02-30T12:00:02", "5"], "line 4: expected a date with a time"),
    ],
)
def test_a_row_that_cannot_be_understood_is_refused_with_file_and_line(
    tmp_path: Path, row: list[str], words: str
) -> None:
    rows = [*seconds(2), row, *seconds(2)]
    with pytest.raises(RecordError, match=rf"t\.csv, {words}"):
        read_run(write(tmp_path / "t.csv", rows), PLAIN, Repairs())


def test_a_last_row_that_is_cut_off_is_left_out(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", [*seconds(3), ["2026-01-31T12"]])
    assert len(readings(path)[0]) == 3
    assert "import-line-torn" in codes(path)


def test_a_header_that_stands_there_again_is_left_out(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", [*seconds(2), ["time", "watts"], *seconds(4)[2:]])
    assert readings(path)[0] == [T0 + i for i in range(4)]
    assert "import-header-again" in codes(path)


def test_an_empty_table_and_a_single_reading_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="expected rows below the header, found none"):
        read_run(write(tmp_path / "t.csv", []), PLAIN, Repairs())
    with pytest.raises(
        (RecordError, ConfigurationError), match=r"at least two readings|beginning before the end"
    ):
        read_run(write(tmp_path / "t.csv", seconds(1)), PLAIN, Repairs())


@settings(deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.mktemp("any") / "t.csv"
    path.write_bytes(("time,watts\n2026-01-31T12:00:00Z,1\n" + text).encode("utf-8", "surrogatepass"))
    try:
        run = read_run(path, PLAIN, Repairs())
    except (RecordError, ConfigurationError) as error:
        assert "t.csv" in str(error)
    else:
        assert len(run.readings["t_utc_s"]) == len(run.readings["power_w"])


# ---- the campaign ----


def test_files_become_runs_with_a_baseline_beside(tmp_path: Path) -> None:
    for name, power, offset in (("idle", "50.0", 0), ("a", "150.0", 100), ("b", "170.0", 200)):
        rows = [[(START + timedelta(seconds=offset + i)).isoformat(), power] for i in range(61)]
        write(tmp_path / f"{name}.csv", rows)
    out = tmp_path / "out"
    files = [tmp_path / "b.csv", tmp_path / "a.csv"]
    import_csv(
        out, files, options(scenario="CNN training"), version="test", baselines=[tmp_path / "idle.csv"]
    )
    plan = CampaignFolder(out).read().plan
    assert [(s.scenario, s.kind, s.repeat) for s in plan] == [
        ("baseline", "baseline", 1),
        ("cnn-training", "workload", 1),
        ("cnn-training", "workload", 2),
    ]
    scenario = next(row for row in analyse(out).scenarios if row.kind == "workload")
    assert scenario.energy_wh == pytest.approx(160 / 60)
    assert scenario.induced_wh == pytest.approx(110 / 60)
    record = read_import(out)
    assert record is not None
    assert [source.name for source in record.sources] == ["b.csv", "a.csv", "idle.csv"]
    assert {f["code"] for f in record.findings} == {"import-no-marks", "import-baseline-pooled"}


def test_the_run_is_what_begin_and_end_say(tmp_path: Path) -> None:
    rows = [[*row[:1], "100.0" if 10 <= i < 50 else "20.0"] for i, row in enumerate(seconds(61))]
    out = tmp_path / "out"
    path = write(tmp_path / "t.csv", rows)
    said = options(sampling="instantaneous", begin="2026-01-31T12:00:12.5", end=str(T0 + 42.5))
    import_csv(out, [path], said, version="test")
    (run,) = analyse(out).runs
    assert run.duration_s == pytest.approx(30.0)
    assert run.energy_wh == pytest.approx(100 * 30 / 3600)
    with pytest.raises(ConfigurationError, match="2 files are as many runs"):
        import_csv(tmp_path / "other", [path, path], said, version="test")
    with pytest.raises(ConfigurationError, match="expected a beginning before the end"):
        import_csv(tmp_path / "other", [path], options(begin=str(T0 + 70)), version="test")
    assert not (tmp_path / "other").exists()


def test_an_unknown_accuracy_is_said(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", seconds(5))
    assert "import-accuracy-unknown" in codes(path, options(accuracy_pct=None))
    assert "import-accuracy-unknown" not in codes(path)
    out = tmp_path / "out"
    import_csv(out, [path], options(accuracy_pct=2.5), version="test")
    run_dir = out / "runs/0001-t"
    assert MeterRecord.read(run_dir / "meter.json").accuracy.reading_pct == 2.5
    assert len(read_readings(run_dir / "meter.csv").frame) == 5
