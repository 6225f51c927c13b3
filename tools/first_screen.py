"""Count the words and numbers on the first screen of pages.

    python tools/first_screen.py PAGE...

What a screen of 1280 x 800 pixels shows without scrolling, in Chromium (`make browser`); the links of the
contents are counted apart.
"""

import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.page_load import browser  # noqa: E402 (found by the line above)

_SCREEN = {"width": 1280, "height": 800, "deviceScaleFactor": 1, "mobile": False}
_SETTLE_S = 1.5
_COUNT = r"""
const counts = {words: 0, numbers: 0, contents: 0};
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
for (let node = walker.nextNode(); node; node = walker.nextNode()) {
  const item = node.parentElement;
  if (item.closest("script, style, title, desc, option, .hidden, .skip")) continue;
  for (const match of node.data.matchAll(/\S+/g)) {
    const range = document.createRange();
    range.setStart(node, match.index);
    range.setEnd(node, match.index + match[0].length);
    const box = range.getBoundingClientRect();
    const middle = (box.top + box.bottom) / 2;
    const shown = box.width && middle >= 0 && middle <= innerHeight;
    if (!shown || !item.checkVisibility({visibilityProperty: true})) continue; // a closed fold has boxes
    const kind = /\d/.test(match[0]) ? "numbers" : /\p{L}/u.test(match[0]) ? "words" : null;
    if (kind) counts[item.closest("nav") ? "contents" : kind]++;
  }
}
return counts;
"""


def main() -> None:
    """Print the counts of each page."""
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    with browser() as driver:
        driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", _SCREEN)
        for name in sys.argv[1:]:
            counts = _counts(driver, Path(name))
            print(f"{name}: {counts['words']} words, {counts['numbers']} numbers, {counts['contents']} links")


def _counts(driver: Any, page: Path) -> dict[str, int]:
    driver.get(page.resolve().as_uri())
    time.sleep(_SETTLE_S)
    counts: dict[str, int] = driver.execute_script(_COUNT)
    return counts


if __name__ == "__main__":
    main()
