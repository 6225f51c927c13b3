"""CodeCarbon beside and around a real program: a complete row, offline, the program undisturbed."""

import json
import math
import signal
import sys

import pytest
from workload_processes import wait_until

from records.events import read_events
from records.trackers import read_trackers
from workload.command import TrackerCommand, tracker_option

pytestmark = pytest.mark.codecarbon


@pytest.fixture
def tracked(codecarbon_python, start):
    """Start a program with CodeCarbon, by its API or by its command line."""

    def start_tracked(*command, name="codecarbon", **options):
        tracker = TrackerCommand(name=name, python=str(codecarbon_python))
        return start(*command, options=("--tracker", tracker_option(tracker, where="test")), **options)

    return start_tracked


def row_of(run_dir):
    (row,) = read_trackers(run_dir).frame.to_dict("records")
    return row


def run_span(run_dir):
    return next(span for span in read_events(run_dir / "events.jsonl").spans() if span.span == "run")


def test_a_sleeping_program_gives_a_complete_row(run_dir, tracked):
    assert tracked("sleep", "5").result()["exit_code"] == 0
    row = row_of(run_dir)
    assert (row["tracker"], row["interval_s"], row["extent"]) == ("codecarbon", 1, "machine")
    assert row["version"] and row["energy_wh"] > 0 and row["emissions_kg"] > 0
    parts = [row[f"{part}_wh"] for part in ("cpu", "gpu", "ram")]
    assert math.isclose(sum(part for part in parts if not math.isnan(part)), row["energy_wh"], rel_tol=1e-9)
    assert row["scope"] == ("cpu+ram" if math.isnan(row["gpu_wh"]) else "cpu+gpu+ram")
    settings, method = json.loads(row["settings"]), json.loads(row["method"])
    assert settings["tracking_mode"] == "machine" and settings["country_iso_code"] == "DEU"
    assert method["cpu"] and settings["cpu_model"] and method["ram"]
    span = run_span(run_dir)
    assert row["t_start_utc_s"] < span.t_start_utc_s < span.t_stop_utc_s < row["t_stop_utc_s"]
    assert {path.name for path in (run_dir / "trackers" / "codecarbon").iterdir()} == {
        "emissions.csv",
        "output.log",
    }


def test_its_command_line_tracks_the_process_tree(run_dir, tracked):
    assert tracked("sleep", "2", name="codecarbon-cli").result()["exit_code"] == 0
    row = row_of(run_dir)
    assert (row["tracker"], row["extent"]) == ("codecarbon-cli", "process tree")
    assert json.loads(row["settings"])["tracking_mode"] == "process"
    assert row["energy_wh"] > 0
    assert row["window_s"] >= run_span(run_dir).t_stop_utc_s - run_span(run_dir).t_start_utc_s


@pytest.mark.parametrize("name", ["codecarbon", "codecarbon-cli"])
def test_the_program_has_its_own_output_probe_and_exit_code(run_dir, tracked, name):
    code = "import sys, wattlab_probe as p\nwith p.action('a'): print('out')\nsys.exit(9)"
    assert tracked(sys.executable, "-c", code, name=name).result()["exit_code"] == 9
    assert (run_dir / "stdout.log").read_text() == "out\n"
    assert (run_dir / "stderr.log").read_text() == ""
    action = next(s for s in read_events(run_dir / "events.jsonl").spans() if s.span == "action")
    assert (action.name, action.parent) == ("a", 1)
    assert row_of(run_dir)["tracker"] == name


@pytest.mark.parametrize("name", ["codecarbon", "codecarbon-cli"])
def test_a_stopped_run_leaves_nothing(run_dir, tracked, name):
    runner = tracked(sys.executable, "-c", "import time; print('up', flush=True); time.sleep(600)", name=name)
    wait_until(lambda: (run_dir / "stdout.log").exists() and (run_dir / "stdout.log").read_text(), "it runs")
    runner.process.send_signal(signal.SIGTERM)
    result = runner.result()
    assert (result["aborted"], result["signal"], result["left_behind"]) == (True, signal.SIGTERM, 0)


WATCH_CONNECTIONS = """
import os, sys
def watch(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname"):
        with open(os.environ["CONNECTIONS"], "a") as file:
            print(event, arguments[1:], file=file)
sys.addaudithook(watch)
"""


def test_nothing_goes_over_the_network(tracked, tmp_path):
    (tmp_path / "sitecustomize.py").write_text(WATCH_CONNECTIONS)
    log = tmp_path / "connections.log"
    variables = {"PYTHONPATH": str(tmp_path), "CONNECTIONS": str(log)}
    # The child connects once, which shows that the watch works.
    child = "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(('127.0.0.1', 9))"
    result = tracked(sys.executable, "-c", child, variables=variables).result()
    assert result["exit_code"] == 0
    assert log.read_text().splitlines() == ["socket.connect (('127.0.0.1', 9),)"]
