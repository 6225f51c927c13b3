"""The replay driver: recordings of ours and tables from elsewhere, played as if measured now."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest
from meter_processes import Child, flags_of, rows_of

from meter.drivers.replay import Replay
from meter.line.errors import RecordingEnded
from meter.recording.session import MeterSession
from records.errors import ConfigurationError, DeviceError
from records.meter import Accuracy, Calibration, Identity, MeterRecord, Reading, ReadingWriter
from records.run import RunFolder
from records.times import now_utc_s

RECORDED = [
    Reading(1000.0, 50.0, voltage_v=230.1),
    Reading(1000.1, 51.5, voltage_v=230.2),
    Reading(1000.2, None, "malformed"),
    Reading(1000.6, None, "nodata"),
    Reading(1000.7, 49.0, voltage_v=229.9),
]
IDENTITY = Identity(maker="Electronic Educational Devices", model="Watts up? PRO", firmware="3.14")
ACCURACY = Accuracy(reading_pct=1.5, counts=3)


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    """Record five rows, a tenth of a second apart but for one silence."""
    folder = RunFolder(tmp_path / "recorded run")
    folder.path.mkdir()
    MeterRecord(
        driver="wattsup_pro",
        port="/dev/ttyUSB0",
        identity=IDENTITY,
        sampling="interval_mean",
        interval_s=0.1,
        latency_s=0.04,
        latency_u_s=0.02,
        resolution_w=0.5,
        accuracy=ACCURACY,
        calibration=Calibration(),
        simulated=False,
    ).write(folder.meter_json)
    writer = ReadingWriter(folder.meter_csv, ("power_w", "voltage_v"))
    for reading in RECORDED:
        writer.append(reading)
    writer.close()
    return folder.path


def play(port: str, interval_s: float, **options: object) -> list[Reading]:
    with MeterSession(Replay(options), port, interval_s) as session:
        return list(session.readings(lambda: False))


def table(path: Path, *lines: str) -> str:
    path.write_text("\n".join(lines) + "\n")
    return f"replay://{path}"


def test_a_recording_is_played_with_its_flags_and_stamps_of_now(recording: Path) -> None:
    before_s = now_utc_s()
    played = play(f"replay://{recording}", 0.1)
    assert [dataclasses.replace(reading, t_utc_s=0.0) for reading in played] == [
        dataclasses.replace(reading, t_utc_s=0.0) for reading in RECORDED
    ]
    stamps_s = [reading.t_utc_s for reading in played]
    assert before_s <= stamps_s[0]
    assert stamps_s[-1] <= now_utc_s()
    assert stamps_s == sorted(stamps_s)
    assert stamps_s[-1] - stamps_s[0] >= 0.69  # no row comes before its time


def test_a_recording_says_who_recorded_it_and_is_simulated_all_the_same(recording: Path) -> None:
    with MeterSession(Replay(), f"replay://{recording}/meter.csv", 0.1) as session:
        assert session.simulated
        assert session.identity == IDENTITY
        meter = session.meter
        assert meter.spec.quantities == ("power_w", "voltage_v")
        assert meter.accuracy_in_force() == ACCURACY
        assert (meter.sampling_at(0.1), meter.spec.resolution_w) == ("interval_mean", 0.5)
        assert (meter.spec.latency_s, meter.spec.latency_u_s) == (0.04, 0.02)


def test_what_one_recording_says_is_not_said_of_the_next(recording: Path, tmp_path: Path) -> None:
    Replay().open(f"replay://{recording}", 0.1)
    other = Replay()
    other.open(table(tmp_path / "other.csv", "t_s,power_w", "0,1", "1,2"), 1.0)
    assert (other.sampling_at(1.0), other.spec.resolution_w) == ("instantaneous", 0.1)


def test_a_table_from_elsewhere_is_played(tmp_path: Path) -> None:
    port = table(tmp_path / "trace.csv", "t_s,power_w,note", "0,10.5,a", "0.05,11.25,b", "0.1,12,c")
    assert [reading.power_w for reading in play(port, 0.05)] == [10.5, 11.25, 12.0]


def test_a_table_with_a_long_interval_is_played_faster(tmp_path: Path) -> None:
    port = table(tmp_path / "slow.csv", "t_s,power_w", "0,1", "60,2", "120,3")
    assert [reading.power_w for reading in play(port, 0.06, speed=1000)] == [1.0, 2.0, 3.0]


@pytest.mark.parametrize("power", ["", "nan", "inf", "-inf", "OF", "9.91E+999"])
def test_a_row_without_a_number_of_watts_is_malformed(power: str, tmp_path: Path) -> None:
    port = table(tmp_path / "t.csv", "t_s,power_w", "0,1", f"0.01,{power}", "0.02,3")
    assert [(reading.power_w, reading.flag) for reading in play(port, 0.01)] == [
        (1.0, ""),
        (None, "malformed"),
        (3.0, ""),
    ]


def test_a_flagged_row_has_no_watts_whatever_it_says(tmp_path: Path) -> None:
    port = table(tmp_path / "t.csv", "t_s,power_w,flag", "0,1,", "0.01,99,overrange", "0.02,3,")
    assert [reading.power_w for reading in play(port, 0.01)] == [1.0, None, 3.0]


def test_at_the_end_a_recording_is_over_and_says_so(tmp_path: Path) -> None:
    meter = Replay()
    meter.open(table(tmp_path / "t.csv", "t_s,power_w", "0,1", "0.01,2"), 0.01)
    meter.start()
    assert [meter.read(1.0) is not None for _ in range(2)] == [True, True]
    with pytest.raises(RecordingEnded, match=r"t\.csv: the recording is over"):
        meter.read(1.0)


def test_between_two_rows_there_is_no_reading(tmp_path: Path) -> None:
    meter = Replay()
    meter.open(table(tmp_path / "t.csv", "t_s,power_w", "0,1", "3600,2"), 3600.0)
    meter.start()
    assert meter.read(0.0) is not None
    assert meter.read(0.05) is None


def test_the_logger_logs_a_recording_and_ends_with_it(
    logger: Callable[..., tuple[Child, Path]], recording: Path
) -> None:
    child, out = logger(f"replay://{recording}", "replay", interval_s=0.1)
    assert child.wait() == 0
    assert flags_of(out) == ["", "", "malformed", "nodata", ""]
    assert [row["power_w"] for row in rows_of(out)] == ["50.0", "51.5", "", "", "49.0"]
    record = MeterRecord.read(out / "meter.json")
    assert (record.simulated, record.sampling, record.resolution_w) == (True, "interval_mean", 0.5)


def test_another_interval_than_the_recordings_is_refused(recording: Path) -> None:
    with pytest.raises(
        ConfigurationError, match=r"a reading every 0\.1 s.*1 s was asked for\. Set it to 0\.1 s"
    ):
        Replay().open(f"replay://{recording}", 1.0)
    with pytest.raises(ConfigurationError, match=r"at speed 2 is every 0\.05 s"):
        Replay({"speed": 2}).open(f"replay://{recording}", 0.1)


@pytest.mark.parametrize("port", ["trace.csv", "replay://", "tape://x"])
def test_what_is_no_address_of_a_recording_is_refused(port: str) -> None:
    with pytest.raises(ConfigurationError, match="expected replay://PATH"):
        Replay().open(port, 1.0)


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (("t_s,watts", "0,1", "1,2"), "required column 'power_w' is missing"),
        (("time,power_w", "0,1", "1,2"), "expected a column t_utc_s or t_s, found time, power_w"),
        (("t_s,power_w", "0,1", "soon,2"), "expected rows with a time"),
        (("t_s,power_w,flag", "0,1,", "1,,broken"), "flag that is empty or one of nodata"),
        (("t_s,power_w", "0,1"), "2 readings or more, found 1"),
        (("t_s,power_w",), "2 readings or more, found 0"),
    ],
)
def test_a_table_that_cannot_be_played_is_named(lines: tuple[str, ...], message: str, tmp_path: Path) -> None:
    with pytest.raises(DeviceError, match=message):
        Replay().open(table(tmp_path / "t.csv", *lines), 1.0)


def test_a_recording_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(DeviceError, match=r"absent: expected a \w+ here, but there is no such file"):
        Replay().open(f"replay://{tmp_path / 'absent'}", 1.0)


@pytest.mark.parametrize("speed", [0, -1, "fast", "nan"])
def test_the_speed_is_above_zero(speed: object) -> None:
    with pytest.raises(ConfigurationError, match=r"meter\.options\.speed: expected a number"):
        Replay({"speed": speed})
