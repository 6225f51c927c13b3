"""What the operator sees of one meter at the command line."""

import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
from pathlib import Path

import pyte
import pytest
from lab_bench import LAB, lab

ROWS, COLUMNS = 30, 100


def screen_of(process: subprocess.Popen[bytes], terminal: int, until: str) -> pyte.Screen:
    """Read a terminal until a text is on its screen; then end the program with Ctrl-C."""
    screen = pyte.Screen(COLUMNS, ROWS)
    stream = pyte.ByteStream(screen)
    deadline = time.monotonic() + 40
    asked = False
    while time.monotonic() < deadline:
        readable, _, _ = select.select([terminal], [], [], 0.2)
        try:
            data = os.read(terminal, 65536) if readable else b""
        except OSError:  # the program closed its end
            break
        stream.feed(data)
        if not asked and until in "\n".join(screen.display):
            process.send_signal(signal.SIGINT)
            asked = True
        if process.poll() is not None and not readable:
            break
    process.wait(20)
    return screen


def test_watch_draws_a_live_chart_and_leaves_terminal_and_meter_clean() -> None:
    terminal, inside = pty.openpty()
    fcntl.ioctl(inside, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    command = [*LAB, "meter", "watch", "--driver", "wattsup_pro", "--port", "virtual"]
    environment = {**os.environ, "TERM": "xterm-256color", "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(command, stdout=inside, stdin=inside, stderr=inside, env=environment)
    os.close(inside)
    screen = screen_of(process, terminal, until="3 readings")
    os.close(terminal)
    text = "\n".join(screen.display)
    assert process.returncode == 0
    assert "Watts up? PRO" in text
    assert "SIMULATED" in text
    assert "seconds ago" in text
    assert any(mark in text for mark in "⠁⠂⠄⡀⠉⠒⠤⣀⠑⠊⠔⠢")
    assert "rate " in text
    assert "missing 0" in text
    assert "Traceback" not in text
    assert not screen.cursor.hidden


def test_watch_off_a_terminal_prints_a_line_each_and_the_figures_at_the_end() -> None:
    done = lab("meter", "watch", "--driver", "wattsup_pro", "--port", "virtual", "-n", 3)
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) == 3
    assert all("SIMULATED" in line for line in done.stdout.splitlines())
    assert "3 readings" in done.stderr
    assert "missing 0" in done.stderr


def test_an_option_that_a_driver_does_not_have_is_named_with_those_it_has() -> None:
    done = lab("meter", "read", "--driver", "eastron_sdm120", "--port", "virtual", "--option", "adress=1")
    assert done.returncode == 2
    assert "did you mean 'address'?" in done.stderr
    assert done.stdout == ""


def test_an_option_out_of_its_limits_says_what_was_expected() -> None:
    done = lab("meter", "read", "--driver", "eastron_sdm120", "--port", "virtual", "--option", "address=900")
    assert done.returncode == 2
    assert "from 1 to 247, found '900'" in done.stderr


def test_one_driver_is_described_with_its_options() -> None:
    text = lab("meter", "drivers", "eastron_sdm120").stdout
    assert "address" in text
    assert "2400 bit/s 8N1" in text
    document = json.loads(lab("meter", "drivers", "eastron_sdm120", "--json").stdout)
    assert document["driver"] == "eastron_sdm120"
    assert {option["name"] for option in document["options"]} >= {"address", "baud"}
    assert document["virtual"] is True


def test_all_drivers_of_the_contract_are_listed() -> None:
    names = {row["driver"] for row in json.loads(lab("meter", "drivers", "--json").stdout)}
    assert names >= {
        *("wattsup_pro", "yokogawa_wt310", "yokogawa_wt210", "zes_lmg95", "hameg_hm8115"),
        *("rohdeschwarz_hmc8015", "gwinstek_gpm8213", "microchip_mcp39f511n", "eastron_sdm120"),
        *("eastron_sdm230", "eastron_sdm630", "peacefair_pzem004t", "janitza_umg604"),
        *("carlogavazzi_em24", "orno_we514", "sml", "iec62056_d0", "powersensor3", "elmorlabs_pmd2"),
        *("ptdaemon", "gude", "shelly", "tasmota", "netio", "replay"),
    }


def test_a_fault_that_a_protocol_has_no_words_for_is_refused(tmp_path: Path) -> None:
    done = lab("meter", "simulate", "wattsup_pro", "--link", tmp_path / "m", "--fault", "checksum@1+1")
    assert done.returncode == 2
    assert "the protocol of wattsup_pro has no such thing; it can have" in done.stderr


def test_a_link_to_a_socket_is_refused(tmp_path: Path) -> None:
    done = lab("meter", "simulate", "shelly", "--link", tmp_path / "m")
    assert done.returncode == 2
    assert "no link can point to" in done.stderr


@pytest.mark.parametrize(
    ("command", "interval"),
    [("watch", "-1"), ("watch", "nan"), ("log", "0"), ("log", "1e9"), ("delay", "inf"), ("calibrate", "-1")],
)
def test_an_interval_that_cannot_be_is_wrong_usage_and_nothing_is_written(
    command: str, interval: str, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    more = ["--out", out] if command in ("log", "calibrate") else []
    done = lab(
        "meter", command, "--driver", "wattsup_pro", "--port", "virtual", "--interval", interval, *more
    )
    assert done.returncode == 2
    assert "interval" in done.stderr
    assert "Traceback" not in done.stderr
    assert not out.exists()


@pytest.mark.slow
def test_watch_tells_of_a_lost_port_counts_what_is_missing_and_ends_with_3(tmp_path: Path) -> None:
    link = tmp_path / "meter"
    twin = subprocess.Popen(
        [*LAB, "meter", "simulate", "wattsup_pro", "--link", str(link), "--fault", "unplug@2+300"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        assert twin.stdout is not None
        twin.stdout.readline()
        done = lab("meter", "watch", "--driver", "wattsup_pro", "--port", link)
    finally:
        twin.send_signal(signal.SIGINT)
        twin.communicate(timeout=20)
    assert done.returncode == 3
    told = re.findall(r"no reading for (\d+) s, (\d+) missing", done.stderr)
    assert len(told) >= 4
    assert [int(missing) for _, missing in told] == sorted({int(missing) for _, missing in told})
    assert "Traceback" not in done.stderr
