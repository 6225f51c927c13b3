"""CodeCarbon around a real child: its row is complete, offline, and the child is not disturbed."""

import json
import math
import signal
import sys

import pytest
from workload_processes import wait_until

from records.events import read_events
from records.trackers import TRACKER_COLUMNS, read_trackers
from workload.command import TrackerCommand, build_command

pytestmark = pytest.mark.codecarbon


@pytest.fixture
def tracked(codecarbon_python, run_dir):
    """Return the command that runs a program under the tracker."""
    tracker = TrackerCommand(name="codecarbon", python=str(codecarbon_python))
    return lambda *command: build_command(command, where="test", run_dir=run_dir, tracker=tracker)


def test_a_sleeping_child_gives_a_complete_row(start, run_dir, tracked):
    assert start(*tracked("sleep", "5")).result()["exit_code"] == 0
    frame = read_trackers(run_dir).frame
    assert list(frame.columns) == list(TRACKER_COLUMNS)
    (row,) = frame.to_dict("records")
    assert (row["tracker"], row["interval_s"]) == ("codecarbon", 1)
    assert row["version"] and row["energy_wh"] > 0 and row["emissions_kg"] > 0
    assert 5 <= row["t_stop_utc_s"] - row["t_start_utc_s"] < 20
    parts = [row[f"{part}_wh"] for part in ("cpu", "gpu", "ram")]
    assert math.isclose(sum(part for part in parts if not math.isnan(part)), row["energy_wh"], rel_tol=1e-9)
    assert row["scope"] == ("cpu+ram" if math.isnan(row["gpu_wh"]) else "cpu+gpu+ram")
    settings = json.loads(row["settings"])
    assert settings["tracking_mode"] == "machine" and settings["country"] == "DEU"
    assert settings["cpu_method"] and settings["cpu_model"] and settings["ram_method"]
    run = next(span for span in read_events(run_dir / "events.jsonl").spans() if span.span == "run")
    assert run.t_start_utc_s < row["t_start_utc_s"] < row["t_stop_utc_s"] < run.t_stop_utc_s
    assert {path.name for path in (run_dir / "trackers" / "codecarbon").iterdir()} == {
        "emissions.csv",
        "codecarbon.log",
    }


def test_the_child_has_its_own_output_probe_and_exit_code(start, run_dir, tracked):
    code = "import sys, wattlab_probe as p\nwith p.action('a'): print('out')\nsys.exit(9)"
    assert start(*tracked(sys.executable, "-c", code)).result()["exit_code"] == 9
    assert (run_dir / "stdout.log").read_text() == "out\n"
    assert (run_dir / "stderr.log").read_text() == ""
    action = next(s for s in read_events(run_dir / "events.jsonl").spans() if s.span == "action")
    assert (action.name, action.parent) == ("a", 1)
    assert len(read_trackers(run_dir).frame) == 1


def test_a_child_ended_by_a_signal_still_gives_its_row(start, run_dir, tracked):
    runner = start(*tracked(sys.executable, "-c", "import time; print('up', flush=True); time.sleep(600)"))
    wait_until(lambda: (run_dir / "stdout.log").exists() and (run_dir / "stdout.log").read_text(), "it runs")
    runner.process.send_signal(signal.SIGTERM)
    result = runner.result()
    assert (result["aborted"], result["signal"], result["left_behind"]) == (True, signal.SIGTERM, 0)
    assert len(read_trackers(run_dir).frame) == 1


def test_a_command_that_cannot_be_started_is_its_own_failure(start, run_dir, tracked):
    assert start(*tracked("no-such-program-anywhere")).result()["exit_code"] == 70
    message = (run_dir / "stderr.log").read_text()
    assert message.startswith("codecarbon_run: TrackerError: the command cannot be started")
    assert not (run_dir / "trackers.csv").exists()


WATCH_CONNECTIONS = """
import os, sys
def watch(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname"):
        with open(os.environ["CONNECTIONS"], "a") as file:
            print(event, arguments[1:], file=file)
sys.addaudithook(watch)
"""


def test_nothing_goes_over_the_network(start, run_dir, tracked, tmp_path):
    (tmp_path / "sitecustomize.py").write_text(WATCH_CONNECTIONS)
    log = tmp_path / "connections.log"
    variables = {"PYTHONPATH": str(tmp_path), "CONNECTIONS": str(log)}
    # The child connects once, which shows that the watch works.
    child = "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(('127.0.0.1', 9))"
    result = start(*tracked(sys.executable, "-c", child), variables=variables).result()
    assert result["exit_code"] == 0
    assert log.read_text().splitlines() == ["socket.connect (('127.0.0.1', 9),)"]
