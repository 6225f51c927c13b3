"""The logger as a real process, on real virtual instruments that break in every way they can."""

import resource
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from meter_processes import Child, flags_of, prepare, rows_of, wait_for

from meter.recording.ledger import GapLedger
from records.meter import MeterRecord, Reading, read_readings
from records.tables import read_table

Twin = Callable[..., tuple[str, Child]]
Logger = Callable[..., tuple[Child, Path]]
VERSION = b"#v,-,8,1,65206,5,2,3,14,200612211910,0;\r\n"
OTHER_MODEL = b"#v,-,8,2,65206,5,2,3,14,200612211910,0;\r\n"


def wait_for_good(folder: Path, count: int) -> None:
    wait_for(lambda: flags_of(folder).count("") >= count, f"{count} good rows, have {flags_of(folder)}")


def test_it_says_ready_after_the_first_reading_and_marks_a_pseudo_terminal_simulated(
    twin: Twin, logger: Logger
) -> None:
    port, _ = twin("--watts", 97.2)
    child, folder = logger(port, limit=2, calibration={"date": "2026-01-31"}, latency_s=0.03)
    assert child.wait() == 0
    ready, stopped = child.messages()
    assert ready["ready"] is True
    assert ready["simulated"] is True
    assert ready["identity"]["model"] == "Watts up? PRO"  # type: ignore[index]
    assert stopped == {"stopped": True, "counts": {"good": 2}}
    record = MeterRecord.read(folder / "meter.json")
    assert record.simulated
    assert (record.driver, record.port, record.gaps) == ("wattsup_pro", port, [])
    assert (record.calibration.date, record.latency_s) == ("2026-01-31", 0.03)
    assert read_readings(folder / "meter.csv").frame["power_w"].tolist() == [97.2, 97.2]


def test_garbage_torn_missing_and_repeated_records_are_flagged_without_false_watts(
    twin: Twin, logger: Logger
) -> None:
    faults = ("garbage@1+1", "torn@2+1", "sentinel@4+2", "duplicate@7+1")
    port, _ = twin("--watts", 97.2, *(word for fault in faults for word in ("--fault", fault)))
    child, folder = logger(port)
    wait_for_good(folder, 4)
    assert child.end() == 0
    rows = rows_of(folder)
    assert {row["power_w"] for row in rows if not row["flag"]} == {"97.2"}
    assert {row["power_w"] for row in rows if row["flag"]} == {""}
    flags = flags_of(folder)
    assert flags.count("nodata") == 2  # the sentinel's two records
    assert flags.count("malformed") >= 2  # the garbage's pieces and the torn record
    assert flags.count("duplicate") == 1
    record = MeterRecord.read(folder / "meter.json")
    assert sum(gap["missing"] for gap in record.gaps) == 4
    assert sum(record.counts.values()) == len(rows)


def test_unplugged_and_silent_meters_are_waited_for_and_come_back(
    twin: Twin, logger: Logger, tmp_path: Path
) -> None:
    faults = ("--fault", "unplug@1+1", "--fault", "silence@5+6")
    port, _ = twin("--watts", 97.2, "--link", tmp_path / "m", *faults)
    child, folder = logger(port)
    wait_for(lambda: flags_of(folder).count("reconnected") == 2, "two reconnections")
    wait_for(lambda: flags_of(folder)[-2:] == ["", ""], "readings after it")
    assert child.end() == 0
    flags = "".join(flag[:1] or "." for flag in flags_of(folder))
    unplugged, silent = flags.split("nr")[0], flags.split("nr")[1]
    assert set(unplugged + silent) == {"."}  # nothing but good readings before each loss
    assert flags.count("n") == 2
    assert {row["power_w"] for row in rows_of(folder) if not row["flag"]} == {"97.2"}
    gaps = MeterRecord.read(folder / "meter.json").gaps
    assert [gap["reason"] for gap in gaps] == ["nodata+reconnected"] * 2
    assert any("the port was lost" in str(message) for message in child.messages())


def test_another_meter_behind_the_port_after_a_loss_ends_it(
    twin: Twin, logger: Logger, answering_port: Callable[[bytes], str], tmp_path: Path
) -> None:
    link = tmp_path / "m"
    port, instrument = twin("--watts", 97.2, "--link", link)
    child, folder = logger(port)
    wait_for_good(folder, 1)
    instrument.end()
    link.symlink_to(answering_port(OTHER_MODEL))
    assert child.wait() == 3
    assert "another meter answers" in child.stderr.read_text()
    assert "Watts up? ES" in child.stderr.read_text()
    assert MeterRecord.read(folder / "meter.json").counts["good"] >= 1


def test_killed_it_leaves_readable_files_from_which_the_ledger_can_be_made(
    twin: Twin, logger: Logger
) -> None:
    port, _ = twin("--watts", 97.2, "--fault", "torn@1+1")
    child, folder = logger(port)
    wait_for_good(folder, 3)
    child.process.send_signal(signal.SIGKILL)
    assert child.wait() == -signal.SIGKILL
    assert MeterRecord.read(folder / "meter.json").counts == {}
    table = read_readings(folder / "meter.csv")
    assert table.damaged_lines == []
    ledger = GapLedger(1.0)
    for row in table.frame.itertuples():
        ledger.add(Reading(row.t_utc_s, row.power_w, row.flag))
    assert [(gap["missing"], gap["reason"]) for gap in ledger.gaps()] == [(1, "malformed")]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly_and_leaves_the_meter_quiet_for_the_next(
    twin: Twin, logger: Logger, tmp_path: Path, number: signal.Signals
) -> None:
    port, instrument = twin("--watts", 97.2)
    child, folder = logger(port)
    wait_for_good(folder, 1)
    child.process.send_signal(number)
    assert child.wait() == 0
    assert MeterRecord.read(folder / "meter.json").counts["good"] >= 1
    instrument.process.send_signal(number)
    assert instrument.wait() == 0


def test_a_second_logger_on_the_port_is_refused(twin: Twin, logger: Logger, tmp_path: Path) -> None:
    port, _ = twin("--watts", 97.2)
    _, folder = logger(port)
    wait_for_good(folder, 1)
    second, other = logger(port, folder=tmp_path / "other")
    assert second.wait() == 3
    assert "another program is reading this port" in second.stderr.read_text()
    assert not (other / "meter.csv").exists()


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (b"", "expected a Watts up? PRO, but nothing answered"),
        (b"YOKOGAWA,WT310\xff\r\n", "YOKOGAWA,WT310"),
        (VERSION, "gave no valid reading in 5 s"),
    ],
)
def test_no_meter_or_a_wrong_one_ends_it_with_what_came(
    answering_port: Callable[[bytes], str], logger: Logger, answer: bytes, message: str
) -> None:
    child, _ = logger(answering_port(answer))
    assert child.wait() == 3
    error = child.stderr.read_text()
    assert error.startswith("meter.recording.logger: /dev/pts/")
    assert message in error
    assert child.messages() == []


@pytest.mark.parametrize(
    ("meter", "settings", "code", "message"),
    [
        ({"port": "/dev/ttyNONE"}, {}, 3, "there is no such port"),
        ({"driver": "wattsap_pro"}, {}, 2, "did you mean 'wattsup_pro'"),
        ({"interval_s": 0.1}, {}, 2, "Set it to 1 s or more"),
        ({"interval_s": -1.0}, {}, 2, "interval_s: expected seconds above 0"),
        ({"latency_s": -1.0}, {}, 2, "latency_s: expected seconds from 0 on"),
        ({"calibration": {"date": "31.1.2026"}}, {}, 2, "expected YYYY-MM-DD"),
        ({"prt": "x"}, {}, 2, "unknown key 'prt'"),
        ({}, {"limt": 3}, 2, "unknown key 'limt'"),
        ({}, {"limit": 0}, 2, "expected 1 row or more"),
    ],
)
def test_a_mistake_in_the_settings_has_its_own_exit_code_and_message(
    start: Callable[..., Child],
    tmp_path: Path,
    meter: dict[str, object],
    settings: dict[str, object],
    code: int,
    message: str,
) -> None:
    folder = prepare(tmp_path / "run", {"driver": "wattsup_pro", "port": "x", **meter}, **settings)
    child = start("meter.recording.logger", folder)
    assert child.wait() == code
    assert message in child.stderr.read_text()
    assert "Traceback" not in child.stderr.read_text()


@pytest.mark.parametrize("text", [None, "not json", '{"schema": "wattlab.logger/1"}', "[1]"])
def test_settings_that_are_no_settings_are_refused_with_their_file(
    start: Callable[..., Child], tmp_path: Path, text: str | None
) -> None:
    if text is not None:
        (tmp_path / "logger.json").write_text(text)
    child = start("meter.recording.logger", tmp_path)
    assert child.wait() == 2
    assert str(tmp_path / "logger.json") in child.stderr.read_text()
    assert "Traceback" not in child.stderr.read_text()


def test_two_logs_are_never_mixed_in_one_folder(twin: Twin, logger: Logger, tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "meter.csv").write_text("t_utc_s,power_w,flag\n1.0,5.0,\n")
    port, _ = twin("--watts", 97.2)
    child, folder = logger(port)
    assert child.wait() == 1
    assert "holds some" in child.stderr.read_text()
    assert (folder / "meter.csv").read_text() == "t_utc_s,power_w,flag\n1.0,5.0,\n"


def test_a_disk_that_takes_no_more_ends_it_with_the_name_of_the_file(twin: Twin, logger: Logger) -> None:
    port, _ = twin("--watts", 97.2)
    child, folder = logger(port)
    wait_for_good(folder, 4)
    size = (folder / "meter.csv").stat().st_size
    resource.prlimit(child.process.pid, resource.RLIMIT_FSIZE, (size, size))
    assert child.wait() == 3
    error = child.stderr.read_text()
    assert f"{folder / 'meter.csv'}: cannot write" in error
    assert "Free space" in error
    assert len(read_readings(folder / "meter.csv").frame) >= 4


def test_readings_hold_the_true_energy_within_the_stated_accuracy(
    twin: Twin, logger: Logger, tmp_path: Path
) -> None:
    trace = tmp_path / "trace.csv"
    ramp = (f"{n / 10},{60 + n / 10:.2f}\n" for n in range(600))  # 1 W more each second
    trace.write_text("t_s,power_w\n" + "".join(ramp))
    truth_csv = tmp_path / "truth.csv"
    port, instrument = twin("--trace", trace, "--truth", truth_csv, "--gain-error-pct", -1.2)
    child, folder = logger(port, limit=4)
    assert child.wait() == 0
    instrument.end()
    truth = read_table(truth_csv, ("t_utc_s", "power_w", "energy_j")).frame
    readings = read_readings(folder / "meter.csv").frame
    measured_j = readings["power_w"].sum() * 1.0

    def true_j(t_utc_s: float) -> float:
        rows = truth[truth["t_utc_s"] <= t_utc_s]
        return float(rows["energy_j"].iloc[-1])

    expected_j = true_j(readings["t_utc_s"].iloc[-1]) - true_j(readings["t_utc_s"].iloc[0] - 1.0)
    assert abs(measured_j - expected_j) <= 0.015 * expected_j + 3 * 0.1 * 4  # 1.5 % + 3 counts, over 4 s
    assert measured_j < 0.999 * expected_j  # and its gain error is there


def test_the_truth_adds_up_from_its_own_powers(twin: Twin, tmp_path: Path) -> None:
    path = tmp_path / "truth.csv"
    twin("--watts", 50, "--truth", path)
    wait_for(lambda: path.read_text().count("\n") > 12, "a second of truth")
    frame = read_table(path, ("t_utc_s", "power_w", "energy_j")).frame
    steps_s = frame["t_utc_s"].diff().iloc[1:]
    assert frame["energy_j"].diff().iloc[1:].tolist() == pytest.approx((steps_s * 50).tolist(), abs=1e-2)


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("wattsup",), 2, "did you mean 'wattsup_pro'"),
        (("wattsup_pro", "--fault", "unplug@1+1"), 2, "needs --link"),
        (("wattsup_pro", "--link", "FILE"), 2, "a file is there already"),
        (("wattsup_pro", "--link", "FILE/m"), 2, "cannot make the link"),
        (("wattsup_pro", "--truth", "FILE/truth.csv"), 3, "cannot write the true energy"),
    ],
)
def test_the_virtual_instrument_refuses_what_it_cannot_do(
    start: Callable[..., Child], tmp_path: Path, arguments: tuple[str, ...], code: int, message: str
) -> None:
    (tmp_path / "file").touch()
    child = start("meter.virtual", *(word.replace("FILE", str(tmp_path / "file")) for word in arguments))
    assert child.wait() == code
    assert message in child.stderr.read_text()
    assert "Traceback" not in child.stderr.read_text()


def test_a_link_left_by_a_killed_instrument_is_replaced_and_removed_at_the_end(
    twin: Twin, tmp_path: Path
) -> None:
    link = tmp_path / "m"
    _, killed = twin("--watts", 1, "--link", link)
    killed.process.kill()
    killed.process.wait()
    assert link.is_symlink()
    _, child = twin("--watts", 1, "--link", link)
    assert link.exists()
    assert child.end() == 0
    assert not link.is_symlink()


def test_the_model_of_this_host_gives_watts_above_nothing(twin: Twin, logger: Logger) -> None:
    port, _ = twin("--follow-host", "--idle-w", 40, "--noise-w", 0)
    child, folder = logger(port, limit=1)
    assert child.wait() == 0
    assert float(rows_of(folder)[0]["power_w"]) >= 40.0
