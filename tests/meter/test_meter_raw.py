"""Every byte kept, and played again to the same driver."""

from collections.abc import Callable
from pathlib import Path

import pytest
from meter_processes import Child, flags_of, rows_of, wait_for

from meter.line.errors import RecordingDiffers, RecordingEnded
from meter.line.raw import RawLog
from meter.line.tape import Tape
from meter.recording.session import MeterSession
from meter.registry import create
from records.errors import ConfigurationError, DeviceError
from records.meter import MeterRecord
from records.times import now_utc_s

Twin = Callable[..., tuple[str, Child]]
Logger = Callable[..., tuple[Child, Path]]
HEADER = "t_utc_s,direction,bytes_hex"


def lines_of(path: Path) -> list[str]:
    return path.read_text().splitlines()


def without_stamps(folder: Path) -> list[dict[str, str]]:
    return [{name: value for name, value in row.items() if name != "t_utc_s"} for row in rows_of(folder)]


def test_bytes_are_written_with_stamp_and_direction_when_the_log_is_closed(tmp_path: Path) -> None:
    raw = RawLog(tmp_path / "run" / "meter_raw.csv")
    raw(1.5, "open", b"")
    raw(2.25, "tx", b"#V;")
    raw(2.5, "rx", bytes(range(256)))
    raw.close()
    assert lines_of(tmp_path / "run" / "meter_raw.csv") == [
        HEADER,
        "1.500000,open,",
        "2.250000,tx,23563b",
        f"2.500000,rx,{bytes(range(256)).hex()}",
    ]


def test_a_second_or_64_kib_are_not_waited_beyond(tmp_path: Path) -> None:
    path = tmp_path / "meter_raw.csv"
    raw = RawLog(path)
    raw(1.0, "rx", b"a")
    raw(2.0, "rx", bytes(1 << 16))
    assert len(lines_of(path)) == 3
    raw(3.0, "rx", b"b")
    wait_for(lambda: raw.check() or len(lines_of(path)) == 4, "the block of the second")
    raw.close()


def test_nothing_that_passes_makes_no_file(tmp_path: Path) -> None:
    RawLog(tmp_path / "run" / "meter_raw.csv").close()
    assert not (tmp_path / "run").exists()


def test_a_full_disk_is_no_lost_port_but_told_when_asked() -> None:
    raw = RawLog(Path("/dev/full"))
    raw(1.0, "rx", bytes(1 << 16))  # the driver that reads does not notice
    with pytest.raises(OSError, match="No space left"):
        raw.check()
    with pytest.raises(OSError, match="No space left"):
        raw.close()


@pytest.mark.parametrize("speed", [1, 40])
def test_a_recorded_stream_gives_the_same_readings_again(
    twin: Twin, logger: Logger, tmp_path: Path, speed: int
) -> None:
    port, _ = twin("--watts", 97.2, "--fault", "torn@1+1")
    child, folder = logger(port, limit=4, raw=True)
    assert child.wait() == 0
    recorded = lines_of(folder / "meter_raw.csv")
    assert recorded[0] == HEADER
    assert [line.split(",")[1] for line in recorded[1:3]] == ["open", "tx"]
    assert any(line.endswith(",end,") for line in recorded)
    tape = f"tape://{folder}/meter_raw.csv?speed={speed}"
    again, played = logger(tape, folder=tmp_path / "played")
    assert again.wait() == 0
    assert without_stamps(played) == without_stamps(folder)
    assert "malformed" in flags_of(played)
    assert MeterRecord.read(played / "meter.json").simulated
    assert again.messages()[-1]["counts"] == child.messages()[-1]["counts"]


def test_recorded_questions_and_answers_give_the_same_readings_again(
    start: Callable[..., Child], logger: Logger, tmp_path: Path
) -> None:
    instrument = start("meter.virtual", "eastron_sdm120", "--watts", 97.2)
    wait_for(lambda: "\n" in instrument.stdout.read_text(), "a port")
    port = instrument.stdout.read_text().strip()
    for number, place in enumerate((port, f"tape://{tmp_path}/0/meter_raw.csv")):
        child, _ = logger(place, "eastron_sdm120", folder=tmp_path / str(number), raw=True, limit=3)
        assert child.wait() == 0, child.stderr.read_text()
    assert len(rows_of(tmp_path / "0")) == 3
    assert without_stamps(tmp_path / "1") == without_stamps(tmp_path / "0")
    directions = [line.split(",")[1:] for line in lines_of(tmp_path / "0" / "meter_raw.csv")]
    assert [line.split(",")[1:] for line in lines_of(tmp_path / "1" / "meter_raw.csv")] == directions


def test_a_port_that_was_lost_when_this_was_recorded_is_lost_again_and_comes_back(
    twin: Twin, logger: Logger, tmp_path: Path
) -> None:
    port, _ = twin("--watts", 97.2, "--link", tmp_path / "m", "--fault", "unplug@1+1")
    child, folder = logger(port, raw=True)
    wait_for(lambda: flags_of(folder)[-2:] == ["", ""] and "reconnected" in flags_of(folder), "it came back")
    assert child.end() == 0
    again, played = logger(f"tape://{folder}/meter_raw.csv", folder=tmp_path / "played")
    assert again.wait() == 0
    assert without_stamps(played) == without_stamps(folder)


def recording(path: Path, *rows: tuple[float, str, bytes], end: str = "\n") -> str:
    lines = [HEADER, *(f"{1000 + t_s:.6f},{direction},{data.hex()}" for t_s, direction, data in rows)]
    path.write_text("\n".join(lines) + end)
    return f"tape://{path}"


def test_an_answer_waits_for_its_question_and_comes_as_late_as_it_came(tmp_path: Path) -> None:
    rows = (
        (0.0, "open", b""),
        (0.0, "tx", b"A?"),
        (60.0, "rx", b"a"),
        (60.1, "tx", b"B?"),
        (60.2, "rx", b"b"),
    )
    tape = Tape(recording(tmp_path / "raw.csv", *rows) + "?speed=600")
    assert tape.read(1) == b""
    assert tape.write(b"A?") == 2
    assert tape.in_waiting == 0
    assert tape.read(1) == b"a"
    assert tape.read(1) == b""
    tape.write(b"B?")
    assert tape.read(5) == b"b"
    with pytest.raises(RecordingEnded):
        tape.read(1)
    with pytest.raises(RecordingEnded):
        tape.write(b"C?")


def test_other_questions_than_the_recorded_ones_are_refused(tmp_path: Path) -> None:
    tape = Tape(recording(tmp_path / "raw.csv", (0.0, "open", b""), (0.0, "tx", b"A?"), (0.1, "rx", b"5 W")))
    with pytest.raises(RecordingDiffers, match=r"expected the driver to send 'A\?'.*but it sent 'B\?'"):
        tape.write(b"B?")


def test_another_driver_than_that_of_the_recording_is_told_and_gets_no_watts(tmp_path: Path) -> None:
    port = recording(tmp_path / "raw.csv", (0.0, "open", b""), (0.0, "tx", b"*IDN?\n"), (0.1, "rx", b"X\n"))
    with pytest.raises(DeviceError, match="expected the driver to send"):
        MeterSession(create("wattsup_pro"), port, 1.0).open()


def test_a_line_that_a_crash_tore_ends_the_recording(tmp_path: Path) -> None:
    port = recording(
        tmp_path / "raw.csv", (0.0, "open", b""), (0.0, "rx", b"ab"), (0.01, "rx", b"c"), end="0"
    )
    tape = Tape(port)
    assert tape.read(2) == b"ab"
    with pytest.raises(RecordingEnded):
        tape.read(1)


@pytest.mark.parametrize(
    ("port", "error", "words"),
    [
        ("tape:///nowhere/meter_raw.csv", DeviceError, "cannot read the recording"),
        ("tape://{}/other.csv", DeviceError, "expected a meter_raw.csv with the columns t_utc_s,direction"),
        ("tape://{}/raw.csv?speed=0", ConfigurationError, "a factor above 0"),
        ("tape://{}/raw.csv?speed=fast", ConfigurationError, "a factor above 0"),
        ("tape://{}/raw.csv?sped=2", ConfigurationError, "expected tape://PATH or"),
    ],
)
def test_a_wrong_recording_is_told_when_it_is_opened(
    tmp_path: Path, port: str, error: type[Exception], words: str
) -> None:
    recording(tmp_path / "raw.csv", (0.0, "open", b""))
    (tmp_path / "other.csv").write_text("t_utc_s,power_w,flag\n")
    with pytest.raises(error, match=words):
        MeterSession(create("wattsup_pro"), port.format(tmp_path), 1.0).open()


def test_what_is_kept_is_what_passed_with_true_stamps(twin: Twin, logger: Logger) -> None:
    before_s = now_utc_s()
    port, _ = twin("--watts", 50)
    child, folder = logger(port, limit=1, raw=True)
    assert child.wait() == 0
    stamps = [float(line.split(",")[0]) for line in lines_of(folder / "meter_raw.csv")[1:]]
    assert stamps == sorted(stamps)
    assert before_s <= stamps[0] <= stamps[-1] <= now_utc_s()
    sent = b"".join(
        bytes.fromhex(line.split(",")[2]) for line in lines_of(folder / "meter_raw.csv") if ",tx," in line
    )
    assert sent.startswith(b"\x18#L,R,0;#V,R,0;")
    assert sent.endswith(b"#L,W,3,E,,1;\x18#L,R,0;")


def test_bytes_that_come_due_while_they_are_looked_for_are_not_the_end(tmp_path: Path) -> None:
    rows = [(i * 1e-3, "rx", b"x") for i in range(1, 4001)]
    tape = Tape(recording(tmp_path / "raw.csv", (0.0, "open", b""), *rows) + "?speed=50")
    heard = b""
    while len(heard) < len(rows):
        heard += tape.read(1)
    with pytest.raises(RecordingEnded):
        tape.read(1)
