"""Take pictures of pages: light, dark, on a telephone, and on paper.

    python tools/screens.py PAGE_OR_CAMPAIGN... --out DIR
    python tools/screens.py CAMPAIGN --docs

Of each analysed campaign it draws the report, the comparison of its first two workloads, the agreement of its
trackers with the meter and an index with it; a page is any HTML file. With a campaign come the live page of a
measurement and the certificate of a calibration, both with virtual instruments and SIMULATED.
Each page gives PNG files of the first screen and of the whole page, and a PDF as A4. With ``--docs`` the
pictures of ``docs/images`` are made anew from the demonstration, which is SIMULATED. It needs Chromium
(`make browser`).
"""

import argparse
import base64
import io
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from PIL import Image  # noqa: E402

from benchmarks.page_load import browser  # noqa: E402 (found by the line above)
from reports.campaign.page import write_report  # noqa: E402
from tools.screen_pages import certificate_of, live_page, pages_of  # noqa: E402

IMAGES = ROOT / "docs" / "images"
_COLOURS = 96
_SETTLE_S = 1.5
_LONGEST_PX = 16_000
SCREENS = {"light": (1280, 800), "dark": (1280, 800), "phone": (390, 844)}
"""Width and height of the screen, in pixels."""

PICTURES = (
    ("report-first-screen", "body", 1280, 800, "light"),
    ("report-power", "#power", 1280, 760, "light"),
    ("report-comparison", "#comparisons", 1280, 900, "light"),
    ("report-trackers", "#trackers", 1280, 760, "light"),
    ("report-uncertainty", "#uncertainty", 1280, 900, "light"),
    ("report-dark", "body", 1280, 800, "dark"),
    ("report-telephone", "body", 390, 844, "light"),
)
"""Name, what stands at the top, width and height in pixels, colour scheme."""


def main() -> None:
    """Write all pictures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("sources", nargs="+", type=Path, metavar="PAGE_OR_CAMPAIGN")
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--out", type=Path, metavar="DIR")
    where.add_argument("--docs", action="store_true", help="write docs/images")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary, browser() as driver:
        folder = Path(temporary)
        if options.docs:
            _for_docs(driver, options.sources[0], folder)
            return
        options.out.mkdir(parents=True, exist_ok=True)
        for source in options.sources:
            pages = [source] if source.is_file() else list(pages_of(source, folder))
            for page in pages:
                _all_of(driver, page.resolve().as_uri(), options.out / f"{source.stem}-{page.stem}")
        if all(source.is_file() for source in options.sources):
            return
        _all_of(driver, certificate_of(folder).as_uri(), options.out / "certificate")
        with live_page(folder / "served") as address:
            _all_of(driver, address, options.out / "live")


def _all_of(driver: Any, address: str, to: Path) -> None:
    for name, size in SCREENS.items():
        _open(driver, address, size, name)
        _say(_write(to.with_name(f"{to.name}-{name}.png"), _shot(driver)))
        height = min(_LONGEST_PX, driver.execute_script("return document.documentElement.scrollHeight"))
        _say(_write(to.with_name(f"{to.name}-{name}-whole.png"), _shot(driver, (size[0], height))))
    options = {"preferCSSPageSize": True, "printBackground": True}
    pdf = base64.b64decode(driver.execute_cdp_cmd("Page.printToPDF", options)["data"])
    _say(_write(to.with_name(f"{to.name}-print.pdf"), pdf))


def _for_docs(driver: Any, campaign: Path, folder: Path) -> None:
    report = write_report(campaign, folder / "report.html").as_uri()
    for name, top, width, height, scheme in PICTURES:
        _picture(driver, report, name, (width, height), top=top, scheme=scheme)
    _picture(driver, certificate_of(folder).as_uri(), "certificate", SCREENS["light"])
    with live_page(folder / "served") as address:
        _picture(driver, address, "live", SCREENS["light"])


def _picture(
    driver: Any, address: str, name: str, size: tuple[int, int], *, top: str = "body", scheme: str = "light"
) -> None:
    _open(driver, address, size, scheme)
    driver.execute_script("document.querySelector(arguments[0]).scrollIntoView()", top)
    time.sleep(_SETTLE_S)
    _say(_write(IMAGES / f"{name}.png", _shot(driver)))


def _open(driver: Any, address: str, size: tuple[int, int], scheme: str) -> None:
    screen = {"width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": False}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
    driver.execute_cdp_cmd("Emulation.setScrollbarsHidden", {"hidden": True})
    feature = {"name": "prefers-color-scheme", "value": "dark" if scheme == "dark" else "light"}
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
    driver.get(address)
    time.sleep(_SETTLE_S)  # until the interactive figure is drawn


def _shot(driver: Any, size: tuple[int, int] | None = None) -> bytes:
    """Return the screen, or so much of the page, as a PNG file of few colours."""
    options: dict[str, Any] = {"format": "png"}
    if size is not None:
        clip = {"x": 0, "y": 0, "width": size[0], "height": size[1], "scale": 1}
        options |= {"captureBeyondViewport": True, "clip": clip}
    shot = base64.b64decode(driver.execute_cdp_cmd("Page.captureScreenshot", options)["data"])
    packed = io.BytesIO()
    Image.open(io.BytesIO(shot)).convert("RGB").quantize(_COLOURS).save(packed, "PNG", optimize=True)
    return packed.getvalue()


def _write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def _say(path: Path) -> None:
    print(f"{path}: {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
