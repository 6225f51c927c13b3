"""What the tests of all rooms share."""

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

# The default run tries fewer examples than `make test-all` does and always the same ones, so that it
# fails for what was changed; `make fuzz` tries many more.
settings.register_profile("quick", max_examples=40, deadline=None, derandomize=True)
settings.register_profile("thorough", max_examples=200, deadline=None)
settings.register_profile("fuzz", max_examples=50_000, deadline=None)
settings.load_profile("quick")

pytest.register_assert_rewrite("report_in_browser")

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session", autouse=True)
def own_temporary_folder() -> Iterator[None]:
    """Let tests that run side by side measure on machines of their own, as far as locks and leases go."""
    before = os.environ.get("TMPDIR"), tempfile.tempdir
    folder = Path(tempfile.mkdtemp(prefix="wattlab-tests-"))
    folder.chmod(0o755)
    os.environ["TMPDIR"] = tempfile.tempdir = str(folder)
    yield
    tempfile.tempdir = before[1]
    os.environ.pop("TMPDIR")
    if before[0] is not None:
        os.environ["TMPDIR"] = before[0]
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def reference() -> Path:
    """The folder of reference data; tests that need it are skipped where it is absent."""
    folder = Path(os.environ.get("WATTLAB_REFERENCE", ROOT.parent / "shared" / "reference"))
    if not folder.is_dir():
        pytest.skip(f"no reference data at {folder}; WATTLAB_REFERENCE names another place")
    return folder


CHROMIUM, CHROMEDRIVER = Path("/usr/bin/chromium"), Path("/usr/bin/chromedriver")

_BROWSER_OPTIONS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

_DRAWN = """
const drawn = [...document.querySelectorAll('figure svg[role=img]')];
// Where an interactive figure stands in the place of its drawings, these are for paper.
return drawn.filter(svg => !svg.closest('.zoomable > .panels')).map(svg => {
  const box = svg.getBoundingClientRect(), ink = svg.getBBox();
  return {id: svg.id, width: box.width, height: box.height, ink: ink.width * ink.height,
          shapes: svg.querySelectorAll('path, rect').length, texts: svg.querySelectorAll('text').length};
});
"""


class Browser:
    """A real headless Chromium with the questions that our pages have to answer."""

    def __init__(self, driver: Any) -> None:
        self.driver = driver

    def open(self, address: str, width: int = 1280) -> None:
        self.driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500},
        )
        self.driver.get(address)

    def complaints(self) -> list[Any]:
        """What the console got since the last call."""
        return list(self.driver.get_log("browser"))

    def requests(self) -> list[str]:
        """What our pages asked for since the last call, themselves with it; no data that stood in them."""
        said = [json.loads(row["message"])["message"] for row in self.driver.get_log("performance")]
        asked = [event["params"] for event in said if event["method"] == "Network.requestWillBeSent"]
        ours = (event for event in asked if not event["documentURL"].startswith("chrome:"))
        addresses = [event["request"]["url"] for event in ours]
        return [address for address in addresses if not address.startswith("data:")]

    def figures(self) -> list[dict[str, Any]]:
        """Size and content of every drawn figure."""
        return list(self.driver.execute_script(_DRAWN))

    def check_figures(self, least: int) -> None:
        figures = self.figures()
        assert len(figures) >= least
        for svg in figures:
            assert min(svg["width"], svg["height"], svg["ink"]) > 0, svg
            assert svg["shapes"] > 3, svg
            assert svg["texts"] > 2, svg


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Debian's Chromium; tests that need it are skipped where it is absent."""
    if not (CHROMIUM.is_file() and CHROMEDRIVER.is_file()):
        pytest.skip("needs Debian's chromium and chromium-driver (`make browser` installs them)")
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for option in (*_BROWSER_OPTIONS, f"--user-data-dir={tmp_path_factory.mktemp('chromium')}"):
        options.add_argument(option)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(str(CHROMEDRIVER)))
    yield Browser(driver)
    driver.quit()
