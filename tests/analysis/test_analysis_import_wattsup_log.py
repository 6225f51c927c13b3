"""Logs of Watts up? meters in every form that is read."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.campaign import analyse
from analysis.imports.reading import SourceText
from analysis.imports.repairs import Repairs
from analysis.imports.timeline import TimeOptions
from analysis.imports.wattsup.importer import LogOptions, import_wattsup_log, read_run
from analysis.imports.wattsup.records import read_wattsup
from records.errors import ConfigurationError, RecordError
from records.imported import read_import

START = datetime(2026, 1, 31, 12, 0, 0, tzinfo=UTC)
T0 = START.timestamp()
AT_START = LogOptions(when=TimeOptions(start="2026-01-31T12:00:00Z"))


def stamp(seconds: float) -> str:
    return (START + timedelta(seconds=seconds)).strftime("%Y-%m-%d %H:%M:%S.%f")


def record(watts: float, volts: float = 230.0, amps: float = 0.5) -> str:
    values = [round(watts * 10), round(volts * 10), round(amps * 1000), *["_"] * 15]
    return f"#d,-,18,{','.join(map(str, values))};"


def log_of(*lines: str) -> SourceText:
    return SourceText("w.log", list(lines), "utf-8")


def run_of(path: Path, text: str, options: LogOptions = AT_START) -> tuple[list[float], list[float | None]]:
    path.write_text(text)
    run = read_run(path, options, Repairs())
    return list(run.readings["t_utc_s"]), list(run.readings["power_w"])


def codes(path: Path, text: str, options: LogOptions = AT_START) -> dict[str, str]:
    path.write_text(text)
    repairs = Repairs()
    read_run(path, options, repairs)
    return {finding.code: finding.message for finding in repairs.findings()}


@pytest.mark.parametrize(
    ("line", "power_w", "quantities"),
    [
        # Captures as they stand in public repositories (the last in abhishekbala/WattsUpData); the units
        # are those of the vendor's protocol 4.41.
        (
            "#d,-,18,972,2277,433,5,0,70035,5602,973,2280,435,972,2274,432,95,0,0,500,1020;",
            97.2,
            {
                "voltage_v": 227.7,
                "current_a": 0.433,
                "power_factor": 0.95,
                "frequency_hz": 50,
                "energy_wh": 0.5,
            },
        ),
        (
            "#d,-,18,124,1191,97,0,_,_,_,124,_,_,_,_,_,100,_,_,_,_;",
            12.4,
            {"current_a": 0.097, "energy_wh": 0},
        ),
        ("#d,-,18,0,1201,0,0,0,2,0,0,1202,0,0,1201,0,100,0,0,600,0;", 0.0, {"frequency_hz": 60.0}),
    ],
)
def test_captured_records_are_read_in_their_units(
    line: str, power_w: float, quantities: dict[str, float]
) -> None:
    (row,) = read_wattsup(log_of(line), Repairs()).rows
    assert row.power.value == pytest.approx(power_w)
    assert {name: row.quantities[name] for name in quantities} == pytest.approx(quantities)


FORMS = {
    "raw": lambda t, w, v, a: record(w, v, a),
    "stamped": lambda t, w, v, a: f"{stamp(t)} {record(w, v, a)}",
    "comma": lambda t, w, v, a: f"{stamp(t)},{record(w, v, a)}",
    "words": lambda t, w, v, a: f"{stamp(t)} {t} {w:3.1f} {v:3.1f} {a:5.3f}",
    "bare": lambda t, w, v, a: f"{stamp(t)}, {w:.1f}, {v:.1f}, {a:.3f}",
    "all": lambda t, w, v, a: ", ".join([stamp(t), f"{w:.1f}", f"{v:.1f}", f"{a:.3f}", *["0"] * 15]),
    "unix": lambda t, w, v, a: f"{T0 + t:.3f},{w:.1f},{v:.1f},{a:.3f}",
}


@pytest.mark.parametrize("form", FORMS)
@settings(deadline=None, max_examples=30)
@given(watts=st.lists(st.integers(0, 50_000).map(lambda w: w / 10), min_size=2, max_size=20))
def test_every_form_gives_the_same_readings(
    tmp_path_factory: pytest.TempPathFactory, form: str, watts: list[float]
) -> None:
    lines = [FORMS[form](i, w, 230.1, 0.433) for i, w in enumerate(watts)]
    path = tmp_path_factory.mktemp("wattsup") / "w.log"
    t_utc_s, power_w = run_of(path, "\n".join(lines) + "\n")
    assert t_utc_s == pytest.approx([T0 + i for i in range(len(watts))], abs=1e-5)
    assert power_w == watts


def test_a_table_with_a_header_in_another_country(tmp_path: Path) -> None:
    rows = ("31.01.2026 13:00:00;57,6;230,1;0,25", "31.01.2026 13:00:01;58,0;230,2;0,26")
    text = "\r\n".join(["Time;Watts;Volts;Amps", *rows, ""])
    options = LogOptions(when=TimeOptions(timezone="Europe/Berlin"))
    assert run_of(tmp_path / "w.csv", text, options) == ([T0, T0 + 1], [57.6, 58.0])
    assert "decimal commas" in codes(tmp_path / "w.csv", text, options)["import-text-form"]


def test_records_may_share_a_line_as_the_wire_has_them(tmp_path: Path) -> None:
    text = "#n,-,3,0,2,3;" + record(1) + record(2) + record(3) + "#l,-,2,0,2;\r\n"
    assert run_of(tmp_path / "w.raw", text) == ([T0, T0 + 2, T0 + 4], [1.0, 2.0, 3.0])


def test_a_log_without_stamps_asks_for_its_start_and_says_what_that_means(tmp_path: Path) -> None:
    text = "\n".join(map(record, (1, 2, 3)))
    with pytest.raises(ConfigurationError, match="say with --start when its first row was"):
        run_of(tmp_path / "w.raw", text, LogOptions())
    found = codes(tmp_path / "w.raw", text)
    assert "readings that were lost would not be seen" in found["wattsup-no-stamps"]
    assert "wattsup-interval-assumed" in found
    every_3_s = LogOptions(when=AT_START.when, interval_s=3.0)
    assert run_of(tmp_path / "w.raw", text, every_3_s)[0] == [T0, T0 + 3, T0 + 6]
    assert "wattsup-interval-assumed" not in codes(tmp_path / "w.raw", text, every_3_s)


@pytest.mark.parametrize(
    ("line", "flag"),
    [
        ("#d,-,18,_,2277,433,5,0,_,_,_,_,_,_,_,_,_,_,_,_,_;", "nodata"),
        ("#d,-,18,97x,2277,433,5,0,_,_,_,_,_,_,_,_,_,_,_,_,_;", "malformed"),
        ("#d,-,18,972,2277;", "malformed"),
        ("#d,-,17,972,2277,433,5,0,_,_,_,_,_,_,_,_,_,_,_,_,_;", "malformed"),
        ("#d,-,18,60000,2277,433,5,0,_,_,_,_,_,_,_,_,_,_,_,_,_;", "malformed"),  # beyond 5000 W
        ("#d,-,18,972,2277,433,5,0,_,_,_,_,_,_,_,_,_,_", "malformed"),  # torn
    ],
)
def test_a_damaged_record_is_flagged_and_keeps_its_place(tmp_path: Path, line: str, flag: str) -> None:
    path = tmp_path / "w.raw"
    path.write_text("\n".join([record(1), line, record(3)]))
    run = read_run(path, AT_START, Repairs())
    assert list(run.readings["flag"]) == ["", flag, ""]
    assert list(run.readings["power_w"]) == [1.0, None, 3.0]
    code = {"nodata": "import-power-nodata", "malformed": "import-power-malformed"}[flag]
    assert code in codes(path, path.read_text())


def test_a_last_line_that_is_cut_off_is_left_out(tmp_path: Path) -> None:
    text = "\n".join([FORMS["words"](i, 5.0, 230.0, 0.1) for i in range(3)]) + "\n2026-01-31 12:00:0"
    assert len(run_of(tmp_path / "w.log", text)[0]) == 3
    assert "import-line-torn" in codes(tmp_path / "w.log", text)


def test_a_voltage_that_is_no_mains_is_said(tmp_path: Path) -> None:
    text = "\n".join(FORMS["bare"](i, 976.0, 2301.0, 433.0) for i in range(3))  # tenths, as on the wire
    assert "2301 V" in codes(tmp_path / "w.log", text)["wattsup-voltage-odd"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("hello\nworld\n", r"w\.log, line 1: expected a log of a Watts up\?"),
        (
            FORMS["words"](0, 1.0, 2.0, 3.0) + "\nwhat is this\n" + FORMS["words"](2, 1.0, 2.0, 3.0),
            r"w\.log, line 2: expected YYYY-MM-DD",
        ),
        (
            FORMS["words"](0, 1.0, 230.0, 3.0).replace(" 1.0 ", " one ") + "\n",
            r"w\.log, line 1: expected a number of watts, found 'one'",
        ),
        (
            f"{stamp(0)} {record(1)}\n{record(2)}\n",
            r"w\.log, line 2: expected a stamp as on the other lines",
        ),
        ("1,2,3,4,5\n1,2,3,4,5\n1,2,3,4,5\n", r"line 1: expected a stamp, then watts, volts and amperes"),
        ("#d,-\n", r"w\.log: expected readings of a Watts up\?, found none"),
    ],
)
def test_what_is_no_such_log_is_refused_with_file_and_line(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(RecordError, match=words):
        run_of(tmp_path / "w.log", text)


@settings(deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.mktemp("any") / "w.log"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        run = read_run(path, AT_START, Repairs())
    except (RecordError, ConfigurationError) as error:
        assert "w.log" in str(error)
    else:
        assert len(run.readings["t_utc_s"]) == len(run.readings["power_w"])


def test_logs_of_one_name_in_two_folders_are_two_scenarios(tmp_path: Path) -> None:
    for offset, name in enumerate(("学習", "推論")):
        (tmp_path / name).mkdir()
        lines = [FORMS["words"](100 * offset + i, 40.0, 230.0, 0.4) for i in range(61)]
        (tmp_path / name / "power.log").write_text("\n".join(lines) + "\n")
    options = LogOptions(when=TimeOptions(timezone="UTC"))
    files = [tmp_path / name / "power.log" for name in ("学習", "推論")]
    import_wattsup_log(tmp_path / "out", files, options, version="test")
    assert {run.scenario for run in analyse(tmp_path / "out").runs} == {"学習", "推論"}


def test_logs_become_a_campaign_with_the_meters_limits(tmp_path: Path) -> None:
    for name, watts, offset in (("idle", 40.0, 0), ("work", 100.0, 100)):
        lines = [FORMS["words"](offset + i, watts, 230.0, 0.4) for i in range(61)]
        (tmp_path / f"{name}.log").write_text("\n".join(lines) + "\n")
    out = tmp_path / "out"
    options = LogOptions(when=TimeOptions(timezone="UTC"))
    import_wattsup_log(
        out, [tmp_path / "work.log"], options, version="test", baselines=[tmp_path / "idle.log"]
    )
    work = next(run for run in analyse(out).runs if run.kind == "workload")
    assert work.energy_wh == pytest.approx(100 / 60)
    assert work.induced_wh == pytest.approx(60 / 60)
    # User guide: 1.5 % and three counts of 0.1 W, rectangular; nothing else is uncertain here.
    by_hand_wh = ((0.015 * 100 / 60) ** 2 + (0.3 / 60) ** 2) ** 0.5 / 3**0.5
    assert work.energy_u_wh == pytest.approx(by_hand_wh, rel=0.02)
    record_ = read_import(out)
    assert record_ is not None
    assert "wattsup-form" in {finding["code"] for finding in record_.findings}
