"""What ``meter.json`` holds beside the readings: options, cadence, and what a killed logger left out."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from meter_processes import Child, flags_of, rows_of, wait_for

from meter.recording.ledger import GapLedger, complete_folder
from meter.recording.ledger import main as ledger_main
from records.cadence import fit_cadence
from records.errors import RecordError
from records.meter import Accuracy, Calibration, Identity, MeterRecord, Reading, ReadingWriter

Twin = Callable[..., tuple[str, Child]]
Logger = Callable[..., tuple[Child, Path]]


def ledger_of(*rows: tuple[float, str]) -> GapLedger:
    ledger = GapLedger(1.0)
    for t_utc_s, flag in rows:
        ledger.add(Reading(t_utc_s, None if flag else 50.0, flag))
    return ledger


def test_the_cadence_says_how_the_meter_kept_its_interval() -> None:
    stamps = [100 + 1.0005 * n for n in range(200) if n not in (20, 21, 150)]
    cadence = ledger_of(*((t_s, "") for t_s in stamps)).cadence()
    assert cadence is not None
    assert cadence["interval_s"] == pytest.approx(1.0005, abs=1e-9)
    assert (cadence["readings"], cadence["missing"], cadence["late"], cadence["duplicates"]) == (197, 3, 0, 0)
    assert cadence["jitter_s"] == pytest.approx(0, abs=1e-6)
    assert cadence["poll"] is None


def test_it_is_the_same_fit_as_that_of_the_analysis() -> None:
    delays = np.random.default_rng(1).exponential(0.02, 300)
    stamps = 5000 + 0.999 * np.arange(300) + delays
    cadence = ledger_of(*((float(t_s), "") for t_s in stamps)).cadence()
    fit = fit_cadence(stamps, 1.0)
    assert cadence is not None
    assert cadence["interval_s"] == pytest.approx(fit.interval_s, abs=1e-9)
    assert cadence["jitter_s"] == pytest.approx(fit.jitter_s, abs=1e-8)
    assert cadence["late"] == fit.late


def test_readings_before_and_after_a_reconnection_have_a_phase_of_their_own() -> None:
    before = [(100.0 + n, "") for n in range(30)]
    after = [(140.4 + n, "") for n in range(30)]
    cadence = ledger_of(*before, (132.0, "nodata"), (139.9, "reconnected"), *after).cadence()
    assert cadence is not None
    assert cadence["jitter_s"] == pytest.approx(0, abs=1e-6)
    assert (cadence["readings"], cadence["missing"], cadence["late"]) == (60, 10, 0)


def test_without_a_good_reading_there_is_no_cadence() -> None:
    assert ledger_of((1.0, "nodata"), (2.0, "reconnected")).cadence() is None


def test_a_log_of_a_stream_has_its_cadence_and_no_polling(twin: Twin, logger: Logger) -> None:
    port, _ = twin("--watts", 97.2, "--fault", "torn@2+1")
    child, folder = logger(port)
    wait_for(lambda: flags_of(folder).count("") >= 5, "five readings")
    assert child.end() == 0
    cadence = MeterRecord.read(folder / "meter.json").cadence
    assert cadence is not None
    assert cadence["readings"] == flags_of(folder).count("")
    assert cadence["missing"] == 1
    assert cadence["interval_s"] == pytest.approx(1.0, rel=0.05)
    assert cadence["poll"] is None


def test_options_reach_the_driver_and_the_record(start: Callable[..., Child], logger: Logger) -> None:
    instrument = start("meter.virtual", "eastron_sdm120", "--watts", 97.2)
    wait_for(lambda: "\n" in instrument.stdout.read_text(), "a port")
    port = instrument.stdout.read_text().strip()
    child, folder = logger(port, "eastron_sdm120", limit=2, options={"address": 1, "baud": 4800})
    assert child.wait() == 0, child.stderr.read_text()
    options = MeterRecord.read(folder / "meter.json").options
    assert (options["address"], options["baud"]) == (1, 4800)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"adress": 1}, "did you mean 'address'?"),
        ({"address": 300}, "expected a whole number from 1 to 247"),
    ],
)
def test_a_wrong_option_ends_it_before_the_port_is_touched(
    logger: Logger, options: dict[str, object], words: str
) -> None:
    child, _ = logger("/dev/ttyNONE", "eastron_sdm120", options=options)
    assert child.wait() == 2
    assert words in child.stderr.read_text()


def written(folder: Path, *rows: tuple[float, str]) -> None:
    """Leave what a killed logger leaves: a record without an end, rows, and half a row."""
    folder.mkdir(exist_ok=True)
    MeterRecord(
        driver="wattsup_pro",
        port="/dev/ttyUSB0",
        identity=Identity(maker="a", model="b"),
        sampling="interval_mean",
        interval_s=1.0,
        latency_s=0.0,
        latency_u_s=0.3,
        resolution_w=0.1,
        accuracy=Accuracy(reading_pct=1.5),
        calibration=Calibration(),
        simulated=False,
    ).write(folder / "meter.json")
    writer = ReadingWriter(folder / "meter.csv", ("power_w",))
    for t_utc_s, flag in rows:
        writer.append(Reading(t_utc_s, None if flag else 50.0, flag))
    writer.close()
    with open(folder / "meter.csv", "a") as file:
        file.write("1000000")


def test_a_killed_log_is_completed_from_its_rows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [(1000.0 + n, "malformed" if n == 7 else "") for n in range(20)]
    written(tmp_path / "log", *rows)
    assert ledger_main([str(tmp_path / "log")]) == 0
    assert "'good': 19" in capsys.readouterr().out
    record = MeterRecord.read(tmp_path / "log" / "meter.json")
    assert record.counts == {"good": 19, "malformed": 1}
    assert [(gap["missing"], gap["reason"]) for gap in record.gaps] == [(1, "malformed")]
    assert record.cadence is not None
    assert record.cadence["missing"] == 1
    assert complete_folder(tmp_path / "log") == record


def test_completing_what_is_no_log_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(RecordError, match="no such file"):
        complete_folder(tmp_path)
    assert ledger_main([str(tmp_path)]) == 1
    assert ledger_main([]) == 2
    assert "meter.json" in capsys.readouterr().err


def test_the_logger_starts_without_the_libraries_that_it_does_not_need() -> None:
    heavy = ("numpy", "pandas", "scipy", "pymodbus", "pydantic", "httpx")
    loaded = f"[name for name in {heavy} if name in sys.modules]"
    program = f"import json, sys, meter.recording.logger; print(json.dumps({loaded}))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == []


def test_while_it_logs_a_serial_meter_nothing_heavy_is_loaded(twin: Twin, logger: Logger) -> None:
    port, _ = twin("--watts", 97.2)
    child, folder = logger(port)
    wait_for(lambda: rows_of(folder), "a row")
    maps = Path(f"/proc/{child.process.pid}/maps").read_text()
    assert "numpy" not in maps
    assert "pandas" not in maps
    assert child.end() == 0
    assert MeterRecord.read(folder / "meter.json").counts["good"] >= 1
