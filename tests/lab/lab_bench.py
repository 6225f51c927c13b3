"""A small real bench for tests: the command ``lab`` as a process, short campaigns, process lists."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

LAB = [str(Path(sys.executable).with_name("lab"))]

CONFIG = """
[campaign]
title = "Test bench"
repeats = 1
seed = 1
max_attempts = {max_attempts}
[sut]
collectl = "{collectl}"
[meter]
driver = "wattsup_pro"
port = "{port}"
[meter.virtual]
fault = {fault}
[gate]
enabled = false
[run]
lead_in_s = 1.0
lead_out_s = 2.0
[[scenario]]
name = "baseline"
kind = "baseline"
duration_s = {baseline_s}
[[scenario]]
name = "work"
command = {command}
limit_s = {limit_s}
"""

SLEEP = '["sh", "-c", "echo working >&2; sleep 3"]'


def write_config(folder: Path, **changes: Any) -> Path:
    """Write a ``lab.toml`` of a short campaign: baseline, one workload, baseline."""
    settings = {
        "max_attempts": 2,
        "collectl": "never",
        "port": "virtual",
        "fault": [],
        "baseline_s": 3.0,
        "command": SLEEP,
        "limit_s": 60,
        **changes,
    }
    path = folder / "lab.toml"
    path.write_text(CONFIG.format(**settings))
    return path


def lab(*arguments: object, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run ``lab`` to its end."""
    command = [*LAB, *map(str, arguments)]
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=110, **options)


def start_lab(*arguments: object) -> subprocess.Popen[str]:
    """Start ``lab`` in a session of its own, heeding SIGINT even if the tests were started with ``&``."""
    return subprocess.Popen(
        ["env", "--default-signal=INT", *LAB, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def journal(campaign: Path) -> list[dict[str, Any]]:
    """Return the whole entries of a campaign's journal, which may not exist yet."""
    try:
        text = (campaign / "journal.jsonl").read_text()
    except FileNotFoundError:
        return []
    return [json.loads(line) for line in text.splitlines() if line.endswith("}")]


def run_record(campaign: Path, name: str) -> dict[str, Any]:
    """Return a ``run.json``."""
    record: dict[str, Any] = json.loads((campaign / "runs" / name / "run.json").read_text())
    return record


def wait_for(what: str, condition: Callable[[], object], timeout_s: float = 60.0) -> Any:
    """Poll until a condition is true and return its value."""
    deadline = time.monotonic() + timeout_s
    while not (value := condition()):
        assert time.monotonic() < deadline, f"waited {timeout_s} s in vain for {what}"
        time.sleep(0.05)
    return value


def workload_started(campaign: Path, times: int = 1) -> Callable[[], bool]:
    """Return a condition: that many workloads were started."""
    return lambda: sum(e["what"] == "workload started" for e in journal(campaign)) >= times


def processes_naming(text: str) -> dict[int, str]:
    """Return the processes whose command line contains a text."""
    found = {}
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit() or int(folder.name) == os.getpid():
            continue
        try:
            words = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if text in words:
            found[int(folder.name)] = words
    return found


def kill(process: subprocess.Popen[str]) -> None:
    """Kill a process as the kernel's out-of-memory killer would."""
    process.send_signal(signal.SIGKILL)
    process.communicate()
