"""What any report has to fulfil in a real browser, checked from end to end.

No complaint of the console, no request but for the file, every figure drawn, zoom by the figure's own
buttons, text that can be read in both colour schemes, and a print of every drawing.
"""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

DRAWN = "return performance.getEntriesByName('wattlab:traces:drawn').length > 0"
RANGES = """
const figure = wattlab.traces.figure;
return figure.columns.concat('lanes').map(name => {
  const {start, end} = figure.model(`frame-${name}`).x_range;
  return [start, end];
});
"""
POINTS_BETWEEN = """
const [start, end] = arguments;
const {xs, ys} = wattlab.traces.figure.model('lines-power_w').data;
return xs.map((line, i) => [...line].filter((x, k) => x >= start && x <= end && !isNaN(ys[i][k])).length)
         .reduce((a, b) => a + b, 0);
"""
INKED = """
const pixels = [];
const look = (root) => {
  for (const item of root.querySelectorAll('*')) {
    if (item.shadowRoot) look(item.shadowRoot);
    if (item instanceof HTMLCanvasElement && item.width * item.height) {
      const data = item.getContext('2d').getImageData(0, 0, item.width, item.height).data;
      pixels.push(data.filter((value, i) => i % 4 === 3 && value > 0).length);
    }
  }
};
look(document.querySelector('.traces-plots'));
return pixels;
"""
_PAPER = "return getComputedStyle(document.body).backgroundColor"
_LINES = "return wattlab.traces.figure.model('lines-power_w').data.colour"
_ON_PAPER = """
const size = svg => { const box = svg.getBoundingClientRect(); return box.width * box.height; };
return {
  empty: [...document.querySelectorAll('figure')]
    .filter(figure => ![...figure.querySelectorAll('svg[role=img]')].some(svg => size(svg) > 0))
    .map(figure => figure.id),
  live: [...document.querySelectorAll('.traces')].filter(item => item.getClientRects().length).length,
  drawings: document.querySelectorAll('figure svg[role=img]').length,
};
"""
# Every pair of the colours of a text and of what lies behind it, with one of the texts. What lies behind a
# text of a drawing is the last bar that was drawn there before it, or else the paper.
_TEXT_COLOURS = """
const found = {}, RECTANGLE = /^M[^A-Z]*(L[^A-Z]*){3,4}Z?$/i;
const paper = (item) => {
  for (; item; item = item.parentElement) {
    const style = getComputedStyle(item), stripes = style.backgroundImage.match(/rgb\\([^)]*\\)/g);
    if (stripes) return stripes;
    if (!/^rgba.*, 0\\)$/.test(style.backgroundColor)) return [style.backgroundColor];
  }
  return ['rgb(255, 255, 255)'];
};
const bars = new Map();
const barsOf = (svg) => {
  if (!bars.has(svg)) bars.set(svg, [...svg.querySelectorAll('path')]
    .filter(bar => RECTANGLE.test(bar.getAttribute('d')))
    .map(bar => ({bar, fill: getComputedStyle(bar).fill, box: bar.getBoundingClientRect()}))
    .filter(({fill}) => fill.startsWith('rgb(')));
  return bars.get(svg);
};
const behind = (text) => {
  const svg = text.ownerSVGElement, box = text.getBoundingClientRect();
  const x = box.x + box.width / 2, y = box.y + box.height / 2;
  const under = barsOf(svg)
    .filter(({box}) => x > box.left && x < box.right && y > box.top && y < box.bottom)
    .filter(({bar}) => bar.compareDocumentPosition(text) & Node.DOCUMENT_POSITION_FOLLOWING);
  return under.length ? [under.at(-1).fill] : paper(svg);
};
for (const item of document.querySelectorAll('body *')) {
  const words = [...item.childNodes].filter(node => node.nodeType === 3).map(node => node.data.trim());
  const said = words.join(' ').trim();
  if (!said || !item.getClientRects().length || item.closest('script, style, option, title, desc')) continue;
  const style = getComputedStyle(item), drawn = item instanceof SVGElement;
  if (style.visibility === 'hidden') continue;
  for (const colour of drawn ? behind(item) : paper(item)) {
    found[`${drawn ? style.fill : style.color}|${colour}`] = `<${item.localName}> ${said.slice(0, 40)}`;
  }
}
return found;
"""
# Texts of drawings that are cut at an edge, or stand on another text, a mark or a line (those of the grid lie
# behind a box of the text). Boxes clip their texts themselves.
_BAD_LABELS = """
const found = [], grid = getComputedStyle(document.documentElement).getPropertyValue('--grid').trim();
const probe = document.body.appendChild(document.createElement('i'));
probe.style.color = grid;
const ofGrid = getComputedStyle(probe).color;
probe.remove();
const pointsOf = (item) => {
  if (item.localName === 'use') {
    const box = item.getBoundingClientRect();
    return [[box.x + box.width / 2, box.y + box.height / 2]];
  }
  const style = getComputedStyle(item), matrix = item.getScreenCTM(), points = [];
  if (style.stroke === 'none' || style.stroke === ofGrid || !parseFloat(style.strokeWidth)) return [];
  for (let at = 0; at <= item.getTotalLength(); at += 2) {
    const {x, y} = item.getPointAtLength(at).matrixTransform(matrix);
    points.push([x, y]);
  }
  const clip = /#([^")]+)/.exec(item.getAttribute('clip-path') ?? '');
  if (!clip) return points;
  const {x, y, width, height} = document.getElementById(clip[1]).firstElementChild.getBBox();
  const corner = (x, y) => new DOMPoint(x, y).matrixTransform(item.ownerSVGElement.getScreenCTM());
  const first = corner(x, y), last = corner(x + width, y + height);
  return points.filter(([x, y]) => x >= first.x && x <= last.x && y >= first.y && y <= last.y);
};
for (const svg of document.querySelectorAll('svg[role=img]:not(.boxes)')) {
  const edge = svg.getBoundingClientRect();
  if (!edge.width || getComputedStyle(svg).visibility === 'hidden') continue;
  const texts = [...svg.querySelectorAll('text')].filter(item => item.textContent.trim())
    .map(item => [item.textContent, item.getBoundingClientRect()]);
  const drawn = [...svg.querySelectorAll('path, use')].filter(item => !item.closest('defs'));
  const points = drawn.flatMap(pointsOf);
  texts.forEach(([words, box], place) => {
    const across = Math.max(edge.left - box.left, box.right - edge.right);
    const cut = Math.max(across, edge.top - box.top, box.bottom - edge.bottom);
    if (cut > 1) found.push(`${svg.id}: “${words}” is cut by ${cut.toFixed(1)} px`);
    for (const [other, next] of texts.slice(place + 1)) {
      const wide = Math.min(box.right, next.right) - Math.max(box.left, next.left);
      const high = Math.min(box.bottom, next.bottom) - Math.max(box.top, next.top);
      if (wide > 1 && high > 2) found.push(`${svg.id}: “${words}” and “${other}”`);
    }
    // The box of a text is higher than its letters.
    const on = ([x, y]) => x > box.left + 1 && x < box.right - 1 && y > box.top + 2.5 && y < box.bottom - 2.5;
    if (points.some(on)) found.push(`${svg.id}: “${words}” stands on a line or a mark`);
  });
}
return found;
"""
_LEAST_CONTRAST = 4.5
"""Of text on its background, by WCAG 2.1, success criterion 1.4.3 (level AA)."""


def opened(browser: Any, address: str, width: int = 1280) -> Any:
    """Open a report and wait for its interactive figure; return the driver."""
    from selenium.webdriver.support.ui import WebDriverWait

    browser.open(address, width)
    WebDriverWait(browser.driver, 20, 0.05).until(lambda driver: driver.execute_script(DRAWN))
    return browser.driver


def press(driver: Any, selector: str) -> None:
    driver.execute_script("document.querySelector(arguments[0]).scrollIntoView({block: 'center'})", selector)
    settle(driver)  # a page that still lays itself out moves what is to be pressed
    driver.find_element("css selector", selector).click()


def settle(driver: Any) -> None:
    """Wait until the figure has drawn what was asked of it."""
    driver.execute_async_script(
        "const done = arguments[0];"
        "requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 60)));"
    )


@contextmanager
def emulated(driver: Any, **media: Any) -> Iterator[None]:
    """Let the page see another medium (``media``) or preferences of the reader (``features``)."""
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
    try:
        settle(driver)
        yield
    finally:
        driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": []})


DARK = [{"name": "prefers-color-scheme", "value": "dark"}]


def check_report(browser: Any, path: Path, figures: int, plots: int) -> None:
    """Check a whole report.

    Args:
        browser: the fixture.
        path: of the report.
        figures: how many static drawings a screen shows at least.
        plots: how many plots the interactive figure has at least, with the lanes of actions and epochs; one
            more for each kind of sensor that the machine has.
    """
    browser.complaints()
    browser.requests()
    driver = opened(browser, path.as_uri())
    settle(driver)
    browser.check_figures(least=figures)
    inked = [pixels > 100 for pixels in driver.execute_script(INKED)]
    ranges = driver.execute_script(RANGES)
    assert sum(inked) == len(ranges) >= plots
    _check_zoom(driver, ranges)
    _check_schemes(driver)
    _check_print(driver)
    assert browser.complaints() == []
    assert browser.requests() == [path.as_uri()]


def _check_zoom(driver: Any, whole: list[list[float]]) -> None:
    assert whole == [whole[0]] * len(whole)
    length = whole[0][1] - whole[0][0]
    press(driver, ".traces button[data-act=in]")
    press(driver, ".traces button[data-act=in]")
    settle(driver)
    closer = driver.execute_script(RANGES)
    assert closer == [closer[0]] * len(whole)
    assert closer[0][1] - closer[0][0] == pytest.approx(0.36 * length)
    shown = driver.execute_script(POINTS_BETWEEN, *closer[0])
    press(driver, ".traces button[data-act=all]")
    settle(driver)
    assert driver.execute_script(RANGES) == whole
    assert 0 < driver.execute_script(POINTS_BETWEEN, *closer[0]) <= shown


def _check_schemes(driver: Any) -> None:
    lines = driver.execute_script(_LINES)
    assert _luminance(driver.execute_script(_PAPER)) > 0.8
    check_contrast(driver)
    with emulated(driver, features=DARK):
        assert _luminance(driver.execute_script(_PAPER)) < 0.05
        assert not set(lines) & set(driver.execute_script(_LINES))
        check_contrast(driver)


def check_contrast(driver: Any) -> None:
    """Check that every text of the page can be read on what lies behind it."""
    texts = driver.execute_script(_TEXT_COLOURS)
    assert len(texts) > 5
    weak = {pair: text for pair, text in texts.items() if _contrast(*pair.split("|")) < _LEAST_CONTRAST}
    assert weak == {}


def bad_labels(driver: Any) -> list[str]:
    """Return the labels of the figures that are cut, or stand on something else."""
    driver.execute_script("document.querySelectorAll('details').forEach(item => { item.open = true; })")
    found: list[str] = driver.execute_script(_BAD_LABELS)
    return found


def _contrast(text: str, behind: str) -> float:
    low, high = sorted((_luminance(text), _luminance(behind)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    """Return the relative luminance of an opaque CSS colour, by WCAG 2.1."""
    parts = [int(word) / 255 for word in colour.removeprefix("rgb(").removesuffix(")").split(",")]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _check_print(driver: Any) -> None:
    """Check that paper gets every drawing in its static form, and is light for a reader in the dark."""
    with emulated(driver, media="print", features=DARK):
        found = driver.execute_script(_ON_PAPER)
        assert (found["empty"], found["live"]) == ([], 0)
        assert _luminance(driver.execute_script(_PAPER)) > 0.8
    pdf = base64.b64decode(driver.execute_cdp_cmd("Page.printToPDF", {})["data"])
    assert pdf.startswith(b"%PDF")
    # Each drawing comes with its description, for a reader of the print who cannot see it.
    assert pdf.count(b"/Alt ") >= found["drawings"]
