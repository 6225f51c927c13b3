"""Calibrating real processes: a wrong virtual instrument beside a right one."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from meter.trust.calibration import Calibrator, Target, listen
from records.calibration import CalibrationRecord
from records.errors import ConfigurationError, DeviceError

METER = Target("microchip_mcp39f511n", "", 0.1)
REFERENCE = Target("rohdeschwarz_hmc8015", "", 0.1)
WRONG = ("--gain-error-pct", "1.5", "--offset-w", "0.8")
READ_S = 1.0


def never() -> bool:
    return False


@contextmanager
def instrument(name: str, *arguments: object) -> Iterator[str]:
    """Run a virtual instrument; yield its port."""
    command = [sys.executable, "-m", "meter.virtual", name, *map(str, arguments), "--until-stdin-closes"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None and process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.stdin.close()
            process.wait(10)


@contextmanager
def pair(watts: float, calibrator: Calibrator) -> Iterator[None]:
    """Put the wrong meter and, where there is one, the reference on the same load."""
    with instrument(METER.driver, "--watts", watts, *WRONG) as port:
        calibrator.target = replace(calibrator.target, port=port)
        if calibrator.reference is None:
            yield
            return
        with instrument(REFERENCE.driver, "--watts", watts) as reference_port:
            calibrator.reference = replace(calibrator.reference, port=reference_port)
            yield


def calibrate(calibrator: Calibrator, levels_w: list[float]) -> CalibrationRecord:
    for watts in levels_w:
        with pair(watts, calibrator):
            calibrator.take(None if calibrator.reference else watts, READ_S, never)
    return calibrator.finish("T 1")


def test_a_reference_meter_gives_gain_and_offset_of_a_wrong_one_back(tmp_path: Path) -> None:
    record = calibrate(Calibrator(METER, REFERENCE), [180.0, 90.0, 30.0])
    assert abs(record.gain - 1.015) < 2 * record.gain_u
    assert abs(record.offset_w - 0.8) < 2 * record.offset_u_w
    # 0.05 % of reading and 0.05 % of the range that the reference fixed, both rectangular.
    assert record.reference.u_pct == pytest.approx(0.05 / 3**0.5)
    assert record.gain_u >= record.gain * record.reference.u_pct / 100
    assert record.offset_u_w >= record.reference.u_w > 0
    assert record.simulated
    record.write(tmp_path / "c.json")
    again = CalibrationRecord.read(tmp_path / "c.json")
    assert again == record
    assert again.for_meter_json().of == record.identity


def test_a_known_load_gives_gain_and_offset_with_the_uncertainty_of_the_load() -> None:
    record = calibrate(Calibrator(METER, None, reference_u_pct=0.2), [100.0, 60.0, 20.0])
    assert record.gain == pytest.approx(1.015, abs=1e-3)
    assert record.offset_w == pytest.approx(0.8, abs=0.05)
    assert record.gain_u == pytest.approx(1.015 * 0.002, rel=0.05)
    assert record.reference.kind == "load"


def test_a_load_of_unknown_uncertainty_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="reference-u-pct"):
        Calibrator(METER, None)


def test_too_few_readings_give_no_level() -> None:
    calibrator = Calibrator(METER, None, reference_u_pct=0.1)
    with pair(50.0, calibrator), pytest.raises(DeviceError, match="at least 5 good readings"):
        calibrator.take(50.0, 0.2, never)


def test_another_meter_at_a_later_level_is_noticed(tmp_path: Path) -> None:
    calibrator = Calibrator(METER, None, reference_u_pct=0.1)
    with pair(50.0, calibrator):
        calibrator.take(50.0, READ_S, never)
    with (
        instrument("powersensor3", "--watts", 20) as port,
        pytest.raises(DeviceError, match="One calibration is of one meter"),
    ):
        calibrator.target = Target("powersensor3", port, 0.1)
        calibrator.take(20.0, READ_S, never)


def test_two_meters_are_read_over_the_same_time(answering_port: Callable[[bytes], str]) -> None:
    with (
        instrument(METER.driver, "--watts", 70) as port,
        instrument(REFERENCE.driver, "--watts", 70) as reference_port,
    ):
        first, second = listen(
            [replace(METER, port=port), replace(REFERENCE, port=reference_port)], READ_S, never
        )
    for heard in (first, second):
        assert heard.mean_w == pytest.approx(70.0, abs=0.05)
        assert len(heard.readings) == pytest.approx(10, abs=2)
    stamps_s = [[reading.t_utc_s for reading in heard.readings] for heard in (first, second)]
    assert abs(stamps_s[0][0] - stamps_s[1][0]) < 0.3
    # Where one of the two cannot be reached, the other is not waited for for ever.
    with (
        instrument(METER.driver, "--watts", 70) as port,
        pytest.raises(DeviceError),
    ):
        listen(
            [replace(METER, port=port), replace(REFERENCE, port=answering_port(b"what?\n"))], READ_S, never
        )
