"""A matplotlib figure as an inline SVG: small, accessible, and at peace with its neighbours.

Text stays text, so that it can be searched, read aloud and drawn in the page's own typeface. Styles
become presentation attributes, so that the page needs no inline style and its content security
policy can forbid it. Colours become the page's variables, so that drawings follow its light or dark
scheme. Ids get the panel's key in front, so that no two drawings on a page collide.
"""

import gc
import io
import re
import warnings
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl
from markupsafe import Markup
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from reports.blocks import palette
from reports.blocks.layout import MISSING_GLYPH
from reports.words.texts import printable

_SVG = "http://www.w3.org/2000/svg"
_XLINK_HREF = "{http://www.w3.org/1999/xlink}href"
_LONG_NUMBER = re.compile(r"-?\d+\.\d{3,}")
_FONT_SIZE = re.compile(r"(\d+(?:\.\d+)?)px")
_REFERENCE = re.compile(r"url\(#([^)]+)\)")
_DROPPED = {f"{{{_SVG}}}metadata", f"{{{_SVG}}}style"}

_SPACES = re.compile(r" *([MLHVCQSTAZz ]) *")
_GROUP = f"{{{_SVG}}}g"
_GROUPS = (_GROUP, f"{{{_SVG}}}defs")

FONT_SIZE_PT = 8.0

_STYLE: Any = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],  # comes with matplotlib; wide, so any other face fits too
    "font.size": FONT_SIZE_PT,
    "text.parse_math": False,  # a name may hold dollar signs
    "text.color": palette.INK,
    "axes.edgecolor": palette.MUTED,
    "axes.labelcolor": palette.INK,
    "axes.titlesize": FONT_SIZE_PT,
    "axes.titlelocation": "left",
    "axes.titley": 1.0,  # where it stands; else matplotlib searches for room above the axes
    "axes.labelsize": FONT_SIZE_PT,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.unicode_minus": True,
    "axes.formatter.use_mathtext": False,
    "grid.color": palette.GRID,
    "grid.linewidth": 0.6,
    "xtick.labelsize": FONT_SIZE_PT - 0.5,
    "ytick.labelsize": FONT_SIZE_PT - 0.5,
    "xtick.color": palette.MUTED,
    "ytick.color": palette.MUTED,
    "xtick.labelcolor": palette.INK,
    "ytick.labelcolor": palette.INK,
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
    "hatch.linewidth": 0.7,
    "legend.frameon": False,
    "legend.fontsize": FONT_SIZE_PT - 0.5,
    "svg.fonttype": "none",
}


@contextmanager
def drawing_style() -> Iterator[None]:
    """Set the look of every figure for the time of drawing, and nothing beyond it.

    Objects of matplotlib refer to each other in circles. Looking for such circles over and over while they
    are made takes an eighth of the time of a report; it waits until all is drawn.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        with mpl.rc_context(_STYLE):
            yield
    finally:
        if collecting:
            gc.enable()


def inline_svg(figure: Figure, key: str, title: str, description: str) -> Markup:
    """Draw a figure as an SVG element for an HTML page.

    Args:
        figure: made within `drawing_style`.
        key: unique on the page; letters, digits and hyphens.
        title: short name for assistive technology.
        description: what the figure shows, in one or two sentences.

    Returns:
        The ``<svg>`` element; the same figure always gives the same text.
    """
    root = ET.fromstring(_draw(figure, key))
    for parent in list(root.iter()):
        for child in [item for item in parent if item.tag in _DROPPED]:
            parent.remove(child)
    for element in root.iter():
        _tidy(element, key)
    _slim(root, _referenced(root))
    _name(root, key, title, description)
    ET.register_namespace("", _SVG)
    return Markup(ET.tostring(root, encoding="unicode"))


def _draw(figure: Figure, key: str) -> str:
    buffer = io.StringIO()
    with mpl.rc_context({"svg.hashsalt": key}), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=MISSING_GLYPH)
        # Not savefig(), which lays out and draws everything twice.
        canvas: Any = FigureCanvasSVG(figure)
        canvas.print_svg(buffer, metadata={"Date": None})
    return buffer.getvalue()


def _tidy(element: ET.Element, key: str) -> None:
    _spread_style(element)
    if name := element.get("id"):
        element.set("id", f"{key}-{name}")
    if target := element.attrib.pop(_XLINK_HREF, None):
        element.set("href", f"#{key}-{target.removeprefix('#')}")
    for attribute, value in element.attrib.items():
        if "url(#" in value:
            element.set(attribute, _REFERENCE.sub(rf"url(#{key}-\1)", value))
    for attribute in ("fill", "stroke"):
        if colour := element.get(attribute):
            element.set(attribute, palette.css(colour))
    for attribute in ("d", "x", "y", "transform"):
        if long := element.get(attribute):
            element.set(attribute, _LONG_NUMBER.sub(_two_decimals, long))
    if path := element.get("d"):
        element.set("d", _SPACES.sub(r"\1", path).strip())
    if element.get("transform", "").startswith("rotate(-0 "):
        del element.attrib["transform"]
    element.attrib.pop("font-family", None)  # the page's
    element.tail = None
    if element.text is not None and not element.text.strip():
        element.text = None


def _referenced(root: ET.Element) -> set[str]:
    """Return the ids that something in the drawing refers to."""
    values = [value for element in root.iter() for value in element.attrib.values()]
    found = {name for value in values for name in _REFERENCE.findall(value)}
    return found | {value.removeprefix("#") for value in values if value.startswith("#")}


def _slim(element: ET.Element, referenced: set[str]) -> None:
    """Take away ids that nothing refers to, and groups that then hold nothing or say nothing."""
    if element.get("id") not in referenced:
        element.attrib.pop("id", None)
    kept: list[ET.Element] = []
    for child in element:
        _slim(child, referenced)
        if child.tag not in _GROUPS or child.attrib:
            kept.append(child)
        elif child.tag == _GROUP:
            kept += list(child)
        elif len(child):
            kept.append(child)
    element[:] = kept


def _two_decimals(match: re.Match[str]) -> str:
    # A hundredth of a point is below what any screen or printer shows; tiny factors keep all digits.
    number = float(match.group())
    return match.group() if 0 < abs(number) < 0.1 else f"{number:.2f}".rstrip("0").rstrip(".")


def _spread_style(element: ET.Element) -> None:
    for declaration in element.attrib.pop("style", "").split(";"):
        name, _, value = declaration.partition(":")
        name, value = name.strip(), value.strip()
        if name == "font":
            size = _FONT_SIZE.search(value)
            element.set("font-size", size.group(1) if size else str(FONT_SIZE_PT))
            if "bold" in value or "600" in value:
                element.set("font-weight", "600")
        elif name:
            element.set(name, value)


def _name(root: ET.Element, key: str, title: str, description: str) -> None:
    for size in ("width", "height"):
        root.attrib.pop(size, None)
    root.set("id", key)
    root.set("role", "img")
    root.set("aria-labelledby", f"{key}-title {key}-desc")
    for position, (tag, text) in enumerate((("title", title), ("desc", description))):
        element = ET.Element(f"{{{_SVG}}}{tag}", {"id": f"{key}-{tag}"})
        element.text = printable(text)
        root.insert(position, element)
