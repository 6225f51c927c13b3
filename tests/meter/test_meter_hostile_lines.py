"""Lines that babble or garble: the logger goes on, and its files stay small."""

import json
import os
import pty
import threading
import time
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from meter_scpi_bench import WATTS, fresh
from meter_terminals import answering

from meter.recording.log import log
from meter.registry import create
from records.meter import read_readings
from records.settings.logger import LoggedMeter


@contextmanager
def babbling(data: bytes) -> Iterator[str]:
    """Make a pseudo-terminal on which a meter says something as fast as it is read; yield its path."""
    master, slave = pty.openpty()
    tty.setraw(slave)
    os.set_blocking(master, False)
    over = threading.Event()

    def babble() -> None:
        while not over.is_set():
            try:
                os.write(master, data)
                os.read(master, 4096)
            except BlockingIOError:
                time.sleep(0.001)

    thread = threading.Thread(target=babble)
    thread.start()
    try:
        yield os.ttyname(slave)
    finally:
        over.set()
        thread.join()
        os.close(slave)
        os.close(master)


def logged(driver: str, port: str, interval_s: float, out: Path, seconds: float) -> list[str]:
    """Log for some seconds after the first good reading; return the flags of the rows."""
    ends_s: list[float] = []
    log(
        create(driver),
        LoggedMeter(driver=driver, port=port, interval_s=interval_s),
        out,
        stop=lambda: bool(ends_s) and time.monotonic() > ends_s[0],
        on_ready=lambda record: ends_s.append(time.monotonic() + seconds),
    )
    return list(read_readings(out / "meter.csv").frame["flag"])


# Replies of the vendor's specification.
VERSION = b"#v,-,8,1,65206,5,2,3,14,200612211910,0;"
GOOD = b"#d,-,18,972,2277,433,5,0,70035,5602,973,2280,435,972,2274,432,95,0,0,500,1020;"


def test_a_line_that_babbles_fills_no_disk(tmp_path: Path) -> None:
    garbage = b"#d,-,18,oops;" * 30
    with babbling(VERSION + GOOD + garbage) as port:
        flags = logged("wattsup_pro", port, 1.0, tmp_path, 4.0)
    assert set(flags) == {"", "malformed", "duplicate"}
    assert 2 <= flags.count("malformed") <= 8
    counts = json.loads((tmp_path / "meter.json").read_text())["own_counts"]
    assert counts["malformed_held_back"] > 100


def garbling(byte: int) -> Callable[[bytes], bytes]:
    """Return a WT310 that puts a byte beside the number of every third answer with values."""
    twin = fresh("yokogawa_wt310")
    number = 0

    def answer(heard: bytes) -> bytes:
        nonlocal number
        twin.advance(WATTS)
        said = twin.receive(heard)
        if said.count(b",") == 4:
            number += 1
            if number > 20 and number % 3 == 0:
                said = said.replace(b",", bytes([byte]) + b",", 1)
        return said

    return answer


@pytest.mark.parametrize("byte", [0x00, 0x1C, 0x1F, 0x85])
def test_a_garbled_answer_is_a_row_with_a_flag_and_the_logger_goes_on(byte: int, tmp_path: Path) -> None:
    with answering(garbling(byte)) as port:
        flags = logged("yokogawa_wt310", port, 0.25, tmp_path, 8.0)
    assert "malformed" in flags
    assert flags.count("") > flags.count("malformed")
    assert "" in flags[flags.index("malformed") :]
