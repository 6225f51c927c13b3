"""Whole reports that several modules look at, each rendered once: a page costs seconds."""

from pathlib import Path

import pytest
from calls_example import add_calls
from report_example import HOSTILE, HOSTILE_IMAGE, Plan, example
from typed_rows import change

from reports.campaign.page import render


@pytest.fixture(scope="session")
def rich_html() -> str:
    """A report with everything in it."""
    results = example(Plan(repeats=3))
    add_calls(results)
    return render(results)


@pytest.fixture(scope="session")
def hostile_html() -> str:
    """A report in which whatever comes from a campaign tries to be more than text."""
    without_any_space = "name-without-any-space-" * 12 + "$x^2$ \x00\u202e\ud800 深層"
    long_name = HOSTILE_IMAGE + " a very long name" * 20
    findings = [
        {"level": HOSTILE, "run_dir": HOSTILE, "code": HOSTILE_IMAGE, "message": HOSTILE},
        {"level": "refuse", "run_dir": HOSTILE_IMAGE, "code": "x", "message": HOSTILE},
    ]
    names = (HOSTILE, long_name, without_any_space)
    results = example(Plan(repeats=2, seconds=12, names=names, findings=findings))
    change(results.campaign, title=HOSTILE, id=HOSTILE)
    change(results.campaign, config_sha256=HOSTILE_IMAGE, wattlab_version=HOSTILE_IMAGE)
    results.environment["sut"][HOSTILE] = {"os": HOSTILE_IMAGE}
    results.meter["identity"]["maker"] = HOSTILE
    results.settings["useful_work"] = [HOSTILE, "val_accuracy"]
    results.provenance = {HOSTILE: HOSTILE_IMAGE, "cnn": {HOSTILE: HOSTILE_IMAGE}}
    results.refused = [dict.fromkeys(("run_dir", "scenario", "tracker", "status", "reason"), HOSTILE_IMAGE)]
    for row in results.actions + results.trackers:
        change(row, name=HOSTILE, settings=HOSTILE)
    add_calls(results, long_name)
    for row in results.call_sites:
        change(
            row, api=HOSTILE, file=HOSTILE_IMAGE, function=HOSTILE, expression=HOSTILE_IMAGE, label=HOSTILE
        )
    for row in results.trackers:
        change(row, scope=HOSTILE_IMAGE, version=HOSTILE_IMAGE)
    return render(results)


def _on_disk(html: str, folder: Path) -> str:
    path = folder / "report.html"
    path.write_text(html, encoding="utf-8")
    return path.as_uri()


@pytest.fixture(scope="session")
def rich_address(rich_html: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Where the browser finds the page with everything in it."""
    return _on_disk(rich_html, tmp_path_factory.mktemp("rich"))


@pytest.fixture(scope="session")
def hostile_address(hostile_html: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Where the browser finds the hostile page."""
    return _on_disk(hostile_html, tmp_path_factory.mktemp("hostile"))
