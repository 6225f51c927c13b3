"""Tables as loggers of others write them: read right, or refused with the option that resolves it."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from analysis.imports.csv_table import TableOptions, read_run
from analysis.imports.frozen import frozen_readings
from analysis.imports.number_forms import AmbiguousNumbers, NumberForm, NumberOptions, form_of
from analysis.imports.parts import ImportedRun
from analysis.imports.repairs import Repairs
from analysis.imports.screening import screened
from analysis.imports.timeline import TimeOptions
from analysis.imports.writing import scenarios_of
from records.errors import ConfigurationError, RecordError
from records.findings import Finding

T0 = datetime(2026, 3, 2, 10, 0, 0, tzinfo=UTC).timestamp()


def read(path: Path, content: str, **said: Any) -> tuple[ImportedRun, dict[str, Finding]]:
    path.write_text(content)
    options = TableOptions(**({"time": ["Time"], "power": "Power", "accuracy_pct": 1.0} | said))
    repairs = Repairs()
    run = read_run(path, options, repairs)
    return run, {finding.code: finding for finding in repairs.findings()}


def rows(powers: list[str], header: str = "Time,Power", tail: str = "") -> str:
    stamps = [f"2026-03-02 10:00:{i:02d}" for i in range(len(powers))]
    return "\n".join([header, *(f"{t},{p}" for t, p in zip(stamps, powers, strict=True))]) + "\n" + tail


# ---- numbers ----


@pytest.mark.parametrize(
    ("texts", "values"),
    [
        (["97,2", "101"], [97.2, 101.0]),
        (["0,950", "0,951"], [0.95, 0.951]),  # a group never begins with 0
        (["0.950", "1.204"], [0.95, 1.204]),
        (["1.204", "1.310"], [1.204, 1.310]),  # three decimals throughout, and nothing speaks against it
        (["1.234,5", "987,1"], [1234.5, 987.1]),
        (["1,234.5", "987.1"], [1234.5, 987.1]),
        (["1,234,567", "12"], [1234567.0, 12.0]),
        (["1,036", "987.5"], [1036.0, 987.5]),
        (["1.036", "987,5"], [1036.0, 987.5]),
        (["1 234,5", "99,0"], [1234.5, 99.0]),
        (["1'234.5", "99.0"], [1234.5, 99.0]),
        (["1.5e3", "-2"], [1500.0, -2.0]),
    ],
)
def test_marks_are_read_from_all_numbers_of_the_column(texts: list[str], values: list[float]) -> None:
    form = form_of(texts)
    assert [form.parse(text) for text in texts] == values


@pytest.mark.parametrize(
    "texts",
    [["1,200", "1,201"], ["950", "1,036"], ["950", "1.036"], ["12,5", "12.5"], ["1.234,5", "1,234.5"]],
)
def test_what_can_be_read_in_two_ways_is_refused(texts: list[str]) -> None:
    with pytest.raises(AmbiguousNumbers):
        form_of(texts)


def test_three_digits_behind_a_point_are_doubtful_where_other_columns_have_commas() -> None:
    with pytest.raises(AmbiguousNumbers):
        form_of(["1.204", "1.310"], commas_elsewhere=True)
    assert form_of(["0.950", "1.310"], commas_elsewhere=True) == NumberForm()


@pytest.mark.parametrize(
    ("numbers", "watts"),
    [
        (NumberOptions(thousands=","), 1036.0),
        (NumberOptions(decimal=","), 1.036),
        (NumberOptions(decimal="."), 1036.0),
        (NumberOptions(decimal=",", thousands="none"), 1.036),
    ],
)
def test_an_option_decides_what_the_column_does_not(
    tmp_path: Path, numbers: NumberOptions, watts: float
) -> None:
    run, _ = read(tmp_path / "t.csv", rows(['"1,036"'] * 3), numbers=numbers)
    assert list(run.readings["power_w"]) == [watts] * 3


def test_commas_without_quotes_make_no_further_column(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="line 2: expected 2 fields"):
        read(tmp_path / "t.csv", rows(["97,2", "97,4"]))


def test_empty_fields_beyond_the_header_are_no_fault(tmp_path: Path) -> None:
    run, _ = read(tmp_path / "t.csv", rows(["97.2,", "97.4,,"]))
    assert list(run.readings["power_w"]) == [97.2, 97.4]


def test_a_unit_in_the_cells_is_used(tmp_path: Path) -> None:
    run, found = read(tmp_path / "t.csv", rows(["0.95 kW", "950 W"]))
    assert list(run.readings["power_w"]) == [pytest.approx(950.0), 950.0]
    assert "import-unit-in-cells" in found
    with pytest.raises(ConfigurationError, match="--unit kW"):
        read(tmp_path / "t.csv", rows(["950 W", "950 W"]), unit="kW")
    with pytest.raises(RecordError, match="VA"):
        read(tmp_path / "t.csv", rows(["950 VA", "950 VA"]))


@pytest.mark.parametrize("word", ["unavailable", "unknown", "[N/A]", "#N/A", "NaN"])
def test_words_for_there_being_none_leave_a_gap(tmp_path: Path, word: str) -> None:
    run, _ = read(tmp_path / "t.csv", rows(["100.0", word, "100.0"]))
    assert list(run.readings["flag"]) == ["", "nodata", ""]


def test_a_quantity_that_is_missing_once_costs_nothing(tmp_path: Path) -> None:
    content = rows(["100.0,230.1", "100.0,NaN", "100.0,"], "Time,Power,U")
    run, _ = read(tmp_path / "t.csv", content, quantities={"voltage_v": "U"})
    assert list(run.readings["voltage_v"]) == [230.1, None, None]


# ---- columns and lines ----


def test_two_columns_of_one_name_are_told_apart_by_their_numbers(tmp_path: Path) -> None:
    content = rows(["0.0,250.0"] * 3, "Time,Power,Power")
    with pytest.raises(ConfigurationError, match="columns 2 and 3"):
        read(tmp_path / "t.csv", content)
    run, _ = read(tmp_path / "t.csv", content, power="3")
    assert list(run.readings["power_w"]) == [250.0] * 3


def test_columns_without_a_header_have_numbers(tmp_path: Path) -> None:
    run, _ = read(
        tmp_path / "t.csv", "2026-03-02 10:00:00,5,100.5\n2026-03-02 10:00:01,5,101\n", time=["1"], power="3"
    )
    assert list(run.readings["power_w"]) == [100.5, 101.0]


def test_blanks_divide_where_nothing_else_does(tmp_path: Path) -> None:
    content = "2026-03-02 10:00:00   100.5\n2026-03-02 10:00:01  101.5\n"
    run, _ = read(tmp_path / "t.csv", content, time=["1", "2"], power="3")
    assert list(run.readings["t_utc_s"]) == [T0, T0 + 1]
    assert list(run.readings["power_w"]) == [100.5, 101.5]


def test_comments_and_a_footer_are_no_rows(tmp_path: Path) -> None:
    content = (
        rows(["100.0", "101.0"]) + "# paused\n" + "2026-03-02 10:00:02,102.0\n\nTotal energy (Wh) = 1.67\n"
    )
    run, found = read(tmp_path / "t.csv", content + "Average power,100\n")
    assert list(run.readings["power_w"]) == [100.0, 101.0, 102.0]
    assert {"import-line-comment", "import-footer"} <= set(found)


def test_a_short_line_in_the_middle_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="line 3"):
        read(tmp_path / "t.csv", "Time,Power\n2026-03-02 10:00:00,1\nbroken\n2026-03-02 10:00:02,1\n")


# ---- who it was ----


def test_files_of_one_name_take_that_of_their_folder(tmp_path: Path) -> None:
    assert scenarios_of([tmp_path / "cnn/power.csv", tmp_path / "rnn/power.csv"], None) == ["cnn", "rnn"]
    assert scenarios_of([tmp_path / "cnn/power.csv", tmp_path / "rnn/power.csv"], "all") == ["all", "all"]
    with pytest.raises(ConfigurationError, match="--scenario"):
        scenarios_of([tmp_path / "a/x/p.csv", tmp_path / "b/x/p.csv"], None)


LONG = "Time,Device,Power\n" + "".join(
    f"2026-03-02 10:00:{i:02d},{name},{power}\n"
    for i in range(20)
    for name, power in (("psu1", 300), ("psu2", 310))
)


def test_devices_under_one_stamp_are_added_up_when_told_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="--device 'Device'"):
        read(tmp_path / "t.csv", LONG)
    run, found = read(tmp_path / "t.csv", LONG, device="Device")
    assert list(run.readings["power_w"]) == [610.0] * 20
    assert "import-devices-summed" in found
    run, _ = read(tmp_path / "t.csv", LONG, device="Device=psu2")
    assert list(run.readings["power_w"]) == [310.0] * 20
    with pytest.raises(ConfigurationError, match="psu1"):
        read(tmp_path / "t.csv", LONG, device="Device=psu3")


def test_a_device_that_is_silent_once_leaves_a_gap_in_the_sum(tmp_path: Path) -> None:
    lines = LONG.splitlines()
    run, _ = read(tmp_path / "t.csv", "\n".join(lines[:9] + lines[10:]) + "\n", device="Device")
    assert list(run.readings["flag"]).count("nodata") == 1


def test_plugs_that_report_in_turns_are_not_one_meter(tmp_path: Path) -> None:
    content = "Time,Plug,Power\n" + "".join(
        f"2026-03-02 10:00:{i:02d},{'left' if i % 2 else 'right'},{100 + i % 2}\n" for i in range(40)
    )
    with pytest.raises(ConfigurationError, match="--device 'Plug'"):
        read(tmp_path / "t.csv", content)


def test_a_status_that_changes_now_and_then_is_no_device(tmp_path: Path) -> None:
    content = "Time,Status,Power\n" + "".join(
        f"2026-03-02 10:00:{i:02d},{'busy' if i % 7 == 0 else 'ok'},100\n" for i in range(40)
    )
    run, _ = read(tmp_path / "t.csv", content)
    assert len(run.readings["power_w"]) == 40


# ---- time ----


def tenths() -> str:
    lines = [f"2026/03/02,10:00:{i // 10:02d},{i % 10 * 100},{100 + i}" for i in range(100)]
    return "\n".join(["Date,Clock,Millisecond,Power", *lines]) + "\n"


def test_milliseconds_in_a_column_of_their_own(tmp_path: Path) -> None:
    run, _ = read(tmp_path / "t.csv", tenths(), time=["Date", "Clock", "Millisecond"])
    assert list(run.readings["t_utc_s"])[:3] == pytest.approx([T0, T0 + 0.1, T0 + 0.2], abs=1e-6)
    with pytest.raises(ConfigurationError, match="further --time"):
        read(tmp_path / "t.csv", tenths(), time=["Date", "Clock"])


@pytest.mark.parametrize(
    ("name", "unit", "step_s"),
    [("elapsed_ms", None, 1e-3), ("t [min]", None, 60.0), ("elapsed", "us", 1e-6), ("elapsed", None, 1.0)],
)
def test_a_time_that_is_a_number_is_in_its_unit(tmp_path: Path, name: str, unit: Any, step_s: float) -> None:
    when = TimeOptions("UTC", None, "2026-03-02T10:00:00", unit)
    content = f"{name},Power\n" + "".join(f"{i},100\n" for i in range(0, 5))
    run, found = read(tmp_path / "t.csv", content, time=[name], when=when)
    assert list(run.readings["t_utc_s"]) == pytest.approx([T0 + i * step_s for i in range(5)], abs=1e-6)
    assert ("import-time-unit" in found) == (unit is None and step_s != 1.0)


def test_days_of_a_spreadsheet(tmp_path: Path) -> None:
    content = "Time,Power\n" + "".join(f"{46083 + (36000 + i) / 86400:.10f},100\n" for i in range(5))
    with pytest.raises(ConfigurationError, match="--time-unit excel"):
        read(tmp_path / "t.csv", content)
    run, _ = read(tmp_path / "t.csv", content, when=TimeOptions(unit="excel"))
    assert list(run.readings["t_utc_s"]) == pytest.approx([T0 + i for i in range(5)], abs=1e-3)


def test_minutes_and_seconds_are_no_hours_and_minutes(tmp_path: Path) -> None:
    content = "Time,Power\n00:58,1\n00:59,1\n01:00,1\n"
    with pytest.raises(ConfigurationError, match="--time-unit mm:ss"):
        read(tmp_path / "t.csv", content)
    for unit, step_s in (("mm:ss", 1.0), ("hh:mm", 60.0)):
        when = TimeOptions("UTC", None, "2026-03-02T10:00:00", unit)  # type: ignore[arg-type]
        run, _ = read(tmp_path / "t.csv", content, when=when)
        t_utc_s = list(run.readings["t_utc_s"])
        assert t_utc_s[1] - t_utc_s[0] == step_s


@pytest.mark.parametrize(
    ("stamp", "order"),
    [
        ("02-Mar-2026 10:00:00", None),
        ("2 March 2026 10:00:00", None),
        ("Mar 2, 2026 10:00:00", None),
        ("2026-03-02 12:00:00+02", None),
        ("2026-03-02 10:00:00:000", None),
        ("26-03-02 10:00:00", "ymd"),
        ("26/03/02 10:00:00", "ymd"),
    ],
)
def test_stamps_of_further_forms(tmp_path: Path, stamp: str, order: Any) -> None:
    content = f"Time;Power\n{stamp};1\n{stamp.replace('00:00', '00:01', 1)};1\n"
    run, _ = read(tmp_path / "t.csv", content, when=TimeOptions(order=order))
    assert list(run.readings["t_utc_s"]) == [T0, T0 + 1]


def test_a_short_date_says_by_itself_neither_year_nor_day(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="--date-order"):
        read(tmp_path / "t.csv", "Time,Power\n26-03-02 10:00:00,1\n26-03-02 10:00:01,1\n")


def test_a_clock_that_was_set_back_is_refused(tmp_path: Path) -> None:
    content = "Time,Power\n2026-10-25 02:59:59,1\n2026-10-25 02:00:00,1\n2026-10-25 02:00:01,1\n"
    with pytest.raises(RecordError, match=r"line 3: .*--timezone"):
        read(tmp_path / "t.csv", content)
    run, _ = read(tmp_path / "t.csv", content, when=TimeOptions("Europe/Berlin"))
    assert run.t_stop_utc_s - run.t_start_utc_s == 2.0


def test_the_newest_row_first_is_read_from_the_end(tmp_path: Path) -> None:
    content = "Time,Power\n" + "".join(f"2026-03-02 10:00:{i:02d},{i}\n" for i in range(9, -1, -1))
    run, found = read(tmp_path / "t.csv", content)
    assert list(run.readings["power_w"]) == [float(i) for i in range(10)]
    assert "import-rows-reversed" in found


# ---- values ----


def screen(tmp_path: Path, powers: list[str], **said: Any) -> tuple[ImportedRun, set[str]]:
    run, _ = read(
        tmp_path / "t.csv", "Time,Power\n" + "".join(f"{1e9 + i},{p}\n" for i, p in enumerate(powers)), **said
    )
    run, findings = screened(run)
    return run, {finding.code for finding in findings}


def test_a_counter_that_wrapped_is_a_gap_and_no_energy(tmp_path: Path) -> None:
    run, found = screen(tmp_path, ["100.0"] * 5 + ["-262043.0"] + ["100.0"] * 5)
    assert list(run.readings["flag"])[5] == "negative"
    assert found == {"import-power-negative"}


def test_a_clamp_the_wrong_way_round_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="negative"):
        screen(tmp_path, ["-150.0"] * 10)


def test_the_end_of_a_register_is_no_power(tmp_path: Path) -> None:
    run, found = screen(tmp_path, ["100", "101", "65535", "100", "102"])
    assert list(run.readings["flag"]) == ["", "", "implausible", "", ""]
    assert found == {"import-power-implausible"}


def test_a_power_that_stands_still_for_long_is_doubted_where_it_is_lively_elsewhere(tmp_path: Path) -> None:
    lively = [f"{100 + i % 5}.{i % 7}" for i in range(200)]
    _, found = screen(tmp_path, [*lively, *["123.4"] * 400, *lively])
    assert found == {"import-power-frozen"}
    _, found = screen(tmp_path, ["100.0"] * 400)
    assert found == set()


def test_a_plug_that_shows_whole_watts_may_stand_still_at_a_constant_load(tmp_path: Path) -> None:
    busy = [str(150 + i * 7 % 31) for i in range(200)]
    _, found = screen(tmp_path, [*busy, *["60"] * 400, *busy])
    assert found == set()
    noisy = [str(60 + i % 2) for i in range(200)]
    _, found = screen(tmp_path, [*noisy, *["60"] * 400, *noisy])
    assert found == {"import-power-frozen"}


def test_volts_that_go_on_show_that_the_meter_lives() -> None:
    powers = [100.0 + i % 5 for i in range(200)]
    readings = {"power_w": [*powers, *[123.4] * 400], "voltage_v": [230 + i % 3 / 10 for i in range(600)]}
    assert frozen_readings(readings, [""] * 600, 0.1) == 0
    assert frozen_readings({"power_w": readings["power_w"]}, [""] * 600, 0.1) == 400
