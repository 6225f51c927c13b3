"""Weigh the two libraries for interactive figures that can be put into one file: Bokeh and plotly.

    python -m benchmarks.plot_libraries [--points 1e5]

Each draws the same lines (synthetic, SIMULATED: 1 Hz for an hour each) as its own documentation has it, with
its script in the page and the data as the library puts them there. Told are the size of the page and the time
from the start of loading to the drawn figure in headless Chromium, the median of five loads. plotly is no
part of Wattlab: the benchmark says how to get it where it is absent.
"""

import argparse
import importlib
import os
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.page_load import browser, drawn_after_s

_PER_LINE = 3600
_MARK = "drawn"
_HOW = (
    "plotly is not installed, and Wattlab does not need it. To compare:\n"
    "  pip install --target /tmp/plotly plotly\n"
    "  PYTHONPATH=/tmp/plotly python -m benchmarks.plot_libraries"
)

Line = tuple[NDArray[np.float64], NDArray[np.float64]]


def lines(points: int) -> list[Line]:
    """Return made-up power traces of an hour at 1 Hz, ``points`` in all."""
    random = np.random.default_rng(14756)
    made = []
    for first in range(0, points, _PER_LINE):
        t_s = np.arange(1.0, min(_PER_LINE, points - first) + 1)
        made.append((t_s, np.round(60 + 30 * (t_s % 300 > 150) + random.normal(0, 1.5, len(t_s)), 1)))
    return made


def bokeh_page(traces: list[Line]) -> str:
    """Return a page with Bokeh's script, without widgets, and a figure of all lines."""
    from bokeh.embed import file_html
    from bokeh.plotting import figure
    from bokeh.resources import Resources

    plot = figure(width=1100, height=400, tools="pan,wheel_zoom,box_zoom,reset")
    plot.multi_line([t for t, _ in traces], [p for _, p in traces])
    page: str = file_html(plot, Resources(mode="inline"), "Bokeh")
    waits = (
        "<script>(function wait() { const d = Bokeh.documents[0]; if (d && d.is_idle) "
        f"requestAnimationFrame(() => setTimeout(() => performance.mark('{_MARK}')));"
        "else setTimeout(wait, 5); })();</script>"
    )
    return page.replace("</body>", waits + "</body>")


def plotly_page(traces: list[Line]) -> str:
    """Return a page with plotly.js and a figure of all lines."""
    objects: Any = importlib.import_module("plotly.graph_objects")
    drawn: Any = objects.Figure([objects.Scatter(x=t, y=p, mode="lines") for t, p in traces])
    drawn.update_layout(width=1100, height=400)
    # The page's script calls this when the figure is there.
    marks = f"requestAnimationFrame(() => setTimeout(() => performance.mark('{_MARK}')))"
    page: str = drawn.to_html(include_plotlyjs=True, post_script=marks)
    return page


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--points", default="1e5")
    points = int(float(parser.parse_args().points))
    try:
        importlib.import_module("plotly")
    except ModuleNotFoundError:
        sys.exit(_HOW)
    traces = lines(points)
    print(f"SIMULATED data, {points} points in {len(traces)} lines; load average {os.getloadavg()[0]:.1f}")
    print("| library | page / MB | first drawn figure / s |\n|---|---|---|")
    with tempfile.TemporaryDirectory() as folder, browser() as driver:
        for name, make in (("bokeh", bokeh_page), ("plotly", plotly_page)):
            page = Path(folder) / f"{name}.html"
            page.write_text(make(traces), encoding="utf-8")
            drawn_s = drawn_after_s(driver, page, _MARK)
            print(f"| {name} {version(name)} | {page.stat().st_size / 1e6:.2f} | {drawn_s:.2f} |")


if __name__ == "__main__":
    main()
