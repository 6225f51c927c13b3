"""A process of the lab ends by a signal or with its standard input, and by nothing else."""

import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

WAITS = """
import signal, time
from records.stop_signal import StopSignal
stop = StopSignal(until_stdin_closes={stdin}, wake_on=(signal.SIGCHLD,))
print("ready", flush=True)
while not stop.asked:
    stop.wait(time.monotonic() + 60)
    print("woken", flush=True)
print("ended", flush=True)
"""


@pytest.fixture
def waiting(request: pytest.FixtureRequest) -> Iterator[subprocess.Popen[str]]:
    program = WAITS.format(stdin=getattr(request, "param", True))
    with subprocess.Popen(
        # Whoever started the tests may have had signals ignored, as nohup does.
        ["env", "--default-signal=HUP,INT", sys.executable, "-c", program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        yield child
        child.kill()


def said(child: subprocess.Popen[str]) -> list[str]:
    return child.communicate(timeout=30)[0].split()


@pytest.mark.parametrize("waiting", [False], indirect=True)
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_it(waiting: subprocess.Popen[str], number: signal.Signals) -> None:
    waiting.send_signal(number)
    assert said(waiting)[-1] == "ended"
    assert waiting.returncode == 0


def test_the_end_of_standard_input_ends_it(waiting: subprocess.Popen[str]) -> None:
    assert said(waiting) == ["woken", "ended"]


@pytest.mark.parametrize("waiting", [False], indirect=True)
def test_standard_input_counts_only_where_asked(waiting: subprocess.Popen[str]) -> None:
    assert waiting.stdin is not None
    waiting.stdin.close()
    waiting.send_signal(signal.SIGCHLD)
    assert waiting.stdout is not None
    assert waiting.stdout.readline() == "woken\n"
    assert waiting.poll() is None


def test_another_signal_wakes_it_without_ending_it(waiting: subprocess.Popen[str]) -> None:
    waiting.send_signal(signal.SIGCHLD)
    assert waiting.stdout is not None
    assert waiting.stdout.readline() == "woken\n"
    assert waiting.poll() is None
    assert said(waiting) == ["woken", "ended"]


def test_what_nohup_has_switched_off_stays_off() -> None:
    program = WAITS.format(stdin=True)
    with subprocess.Popen(
        ["sh", "-c", 'trap "" HUP; exec "$0" -c "$1"', sys.executable, program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        child.send_signal(signal.SIGHUP)
        child.send_signal(signal.SIGCHLD)
        assert child.stdout.readline() == "woken\n"
        assert said(child) == ["woken", "ended"]
