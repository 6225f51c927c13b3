"""Make the pictures of ``docs/images`` from an analysed campaign.

    python tools/screenshots.py campaigns/...

Opens its report in headless Chromium, wide and narrow, light and dark (`make browser`
installs it), and writes small PNG files. `docs/` shows those of the demonstration, which is SIMULATED.
"""

import io
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from PIL import Image  # noqa: E402 (found by the line above)

from benchmarks.page_load import browser  # noqa: E402
from reports.campaign.page import write_report  # noqa: E402

IMAGES = ROOT / "docs" / "images"
_COLOURS = 96
_SETTLE_S = 1.5
PICTURES = (
    ("report-first-screen", "header", 1280, 1000, "light"),
    ("report-power", "#power", 1280, 760, "light"),
    ("report-comparison", "#comparisons", 1280, 900, "light"),
    ("report-trackers", "#trackers", 1280, 760, "light"),
    ("report-uncertainty", "#uncertainty", 1280, 900, "light"),
    ("report-dark", "#energy", 1280, 760, "dark"),
    ("report-telephone", "header", 390, 844, "light"),
)
"""Name, what stands at the top, width and height in pixels, colour scheme."""


def main() -> None:
    """Write all pictures."""
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, browser() as driver:
        page = write_report(Path(sys.argv[1]), Path(folder) / "report.html")
        for name, top, width, height, scheme in PICTURES:
            path = IMAGES / f"{name}.png"
            path.write_bytes(_picture(driver, page.as_uri(), top, (width, height), scheme))
            print(f"{path.relative_to(ROOT)}: {path.stat().st_size / 1000:.0f} kB")


def _picture(driver: Any, address: str, top: str, size: tuple[int, int], scheme: str) -> bytes:
    screen = {"width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": False}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
    feature = {"name": "prefers-color-scheme", "value": scheme}
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
    driver.get(address)
    time.sleep(_SETTLE_S)  # until the interactive figure is drawn
    driver.execute_script("document.querySelector(arguments[0]).scrollIntoView()", top)
    time.sleep(_SETTLE_S)
    image = Image.open(io.BytesIO(driver.get_screenshot_as_png())).convert("RGB")
    packed = io.BytesIO()
    image.quantize(_COLOURS).save(packed, "PNG", optimize=True)
    return packed.getvalue()


if __name__ == "__main__":
    main()
