"""How soon a page has drawn its figure: headless Chromium, the page from a file, nothing in its cache."""

import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

CHROMIUM, CHROMEDRIVER = "/usr/bin/chromium", "/usr/bin/chromedriver"

_OPTIONS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
)
_LONGEST_S = 60.0


@contextmanager
def browser() -> Iterator[Any]:
    """Open a headless Chromium of 1280 x 900 pixels.

    Raises:
        FileNotFoundError: there is none; `make browser` installs it.
    """
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    for path in (CHROMIUM, CHROMEDRIVER):
        if not Path(path).is_file():
            raise FileNotFoundError(f"{path}: expected Debian's Chromium with its driver; run `make browser`")
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for option in (*_OPTIONS, "--window-size=1280,900"):
        options.add_argument(option)
    driver = webdriver.Chrome(options=options, service=Service(CHROMEDRIVER))
    try:
        yield driver
    finally:
        driver.quit()


def drawn_after_s(driver: Any, page: Path, mark: str, times: int = 5) -> float:
    """Return the median time from the start of loading to a performance mark that the page sets.

    Args:
        driver: of `browser`.
        page: the file.
        mark: its name.
        times: how often the page is loaded.

    Raises:
        TimeoutError: the page never set the mark.
    """
    return statistics.median(_once_s(driver, page, mark) for _ in range(times))


def _once_s(driver: Any, page: Path, mark: str) -> float:
    driver.get("about:blank")
    driver.get(page.resolve().as_uri())
    asked = f"const mark = performance.getEntriesByName({mark!r})[0]; return mark ? mark.startTime : null;"
    until = time.monotonic() + _LONGEST_S
    while time.monotonic() < until:
        found = driver.execute_script(asked)
        if found is not None:
            return float(found) / 1000
        time.sleep(0.02)
    raise TimeoutError(
        f"{page}: expected the mark {mark} within {_LONGEST_S:.0f} s: {driver.get_log('browser')}"
    )
