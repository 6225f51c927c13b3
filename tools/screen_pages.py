"""The pages that `tools/screens.py` takes pictures of: those of campaigns, and two of virtual instruments."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from analysis.agreement.question import Question
from analysis.agreement.table import agree_table
from analysis.comparing.scenarios import compare_scenarios
from records.campaign import CampaignFolder
from records.results import read_results
from reports.campaign.page import write_report
from reports.index.writing import write_index
from reports.pages.agree.page import write_agreement
from reports.pages.compare.page import write_comparison

_LAB = Path(sys.executable).with_name("lab")
_PROGRAM = "import time\nfor i in range(9): sum(range(2 * 10**7)); time.sleep(3)"
_SLOT = 4  # the second run of the program
_LONGEST_S = 300.0


def pages_of(campaign: Path, folder: Path) -> Iterator[Path]:
    """Draw the pages of an analysed campaign: report, comparison of the first two, trackers, index.

    Args:
        campaign: its folder.
        folder: where the pages are written.
    """
    yield write_report(campaign, folder / "report.html")
    results = read_results(CampaignFolder(campaign).results)
    names = [row.scenario for row in results.scenarios if row.kind == "workload" and not row.tracker]
    if len(names) > 1:
        write_comparison(compare_scenarios(campaign, names[0], names[1]), folder / "compare.html")
        yield folder / "compare.html"
    if any(row.meter_wh is not None and row.energy_wh is not None for row in results.trackers):
        pairs = CampaignFolder(campaign).results / "trackers.csv"
        agreement = agree_table(pairs, Question("meter_wh", "energy_wh", by=("tracker",)))
        write_agreement(agreement, folder / "agree.html")
        yield folder / "agree.html"
    write_index(campaign, folder / "index.duckdb", folder / "index.html")
    yield folder / "index.html"


def certificate_of(folder: Path) -> Path:
    """Calibrate a virtual meter, SIMULATED, with an adjustment, and return the certificate."""
    page = folder / "certificate.html"
    who = {
        "--laboratory": "Example Laboratory, 1 Example Street",
        "--customer": "Example Department",
        "--operator": "A. Operator",
        "--conditions": "23 °C, 45 % RH",
    }
    names = [word for pair in who.items() for word in pair]
    loads = ["--levels", "200,100,50,20", "--reference-u-pct", "0.1", "--seconds", "6", "--yes"]
    meter = ["--driver", "wattsup_pro", "--port", "virtual"]
    found = folder / "as-found.json"
    _lab("meter", "calibrate", *meter, *loads, "--certificate", "E-1", "--out", found)
    after = ["--as-found", found, "--certificate", "E-2", "--out", folder / "as-left.json", "--page", page]
    _lab("meter", "calibrate", *meter, *loads, *names, *after)
    return page


@contextmanager
def live_page(folder: Path) -> Iterator[str]:
    """Measure a program with a virtual meter, SIMULATED, and yield the address of its live page."""
    folder.mkdir()
    program = ["--", sys.executable, "-c", _PROGRAM]
    command = [_LAB, "measure", "--port", "virtual", "--out", folder / "live", "-n", "3", *program]
    with _running(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL):
        serve = [_LAB, "serve", folder, "--port", "0", "--json"]
        with _running(serve, stdout=subprocess.PIPE) as server:
            assert server.stdout is not None
            page = f"{json.loads(server.stdout.readline())['url']}campaigns/live/live"
            _wait_for_program(f"{page}.json")
            yield page


def _wait_for_program(address: str) -> None:
    deadline = time.monotonic() + _LONGEST_S
    while time.monotonic() < deadline:
        found = _asked(address)
        now = found and found["now"]
        if now and now["slot"] == _SLOT and now["phase"] == "run":
            return
        time.sleep(1)
    raise TimeoutError(f"the measurement that {address} shows did not begin within {_LONGEST_S:g} s")


def _asked(address: str) -> dict[str, Any] | None:
    try:
        with urllib.request.urlopen(address) as answer:
            return json.load(answer)  # type: ignore[no-any-return]
    except OSError:  # not there yet
        return None


@contextmanager
def _running(command: list[Any], **streams: int) -> Iterator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen(command, env={**os.environ, "no_proxy": "127.0.0.1"}, **streams)  # type: ignore[call-overload]
    try:
        yield process
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=60)


def _lab(*words: str | Path) -> None:
    subprocess.run([_LAB, *words], check=True, stdout=subprocess.DEVNULL)
