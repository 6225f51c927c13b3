"""The figure as models of Bokeh: axes and empty glyphs that ``templates/traces.js`` fills.

No text of a campaign and no code goes into the models, so that BokehJS has nothing to interpret; names,
legend and read-out are made by the script as plain text. Colours and ends of the axes are set by the
script as well. It finds the models by name: ``time``, ``across`` (its axis), ``boxes`` and ``words`` (of
the lanes), and with the column of the panel behind ``frame-``, ``axis-``, ``lines-``, ``strips-``, ``here-``
and ``cursor-``.
"""

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from reports.campaign.power.interactive.panels import POWER_PANEL, Panel

if TYPE_CHECKING:
    from bokeh.models import Plot, Range1d

LANES = "lanes"
"""Name of the panel in which actions and epochs of the chosen run stand with their names."""

_AXIS_ROOM_PX = 62
"""To the left of every panel alike, so that their time axes lie above one another."""

_POWER_PX, _PANEL_PX, _LANES_PX, _TIME_AXIS_PX = 300, 110, 64, 42
_FONT: dict[str, Any] = {
    "axis_label_text_font": "system-ui, sans-serif",
    "axis_label_text_font_style": "normal",
    "axis_label_text_font_size": "12px",
    "major_label_text_font": "system-ui, sans-serif",
    "major_label_text_font_size": "11px",
    "minor_tick_line_color": None,
}
_Columns = dict[str, Any]  # of a data source, by property of a glyph
_ID = re.compile(r"p\d+")


@cache
def traces_document(panels: tuple[Panel, ...], *, simulated: bool) -> dict[str, Any]:
    """Return a document for BokehJS; the same arguments always give the same.

    Args:
        panels: below the power, from top to bottom.
        simulated: whether it is written into the panel of the meter.
    """
    from bokeh.document import Document
    from bokeh.models import Column, Range1d

    time = Range1d(name="time")
    shown = (POWER_PANEL, *panels)
    figures: list[Any] = [_lanes(time), *(_panel(item, time, item is shown[-1], simulated) for item in shown)]
    document = Document(title="")
    document.add_root(Column(children=figures, sizing_mode="stretch_width", spacing=0))
    return _numbered(document.to_json(deferred=False))  # type: ignore[no-any-return]


def _plot(name: str, time: "Range1d", height_px: int) -> "Plot":
    from bokeh.models import BoxZoomTool, PanTool, Plot, Range1d, WheelZoomTool

    plot = Plot(
        name=f"frame-{name}",
        x_range=time,
        y_range=Range1d(name=f"axis-{name}"),
        height=height_px,
        sizing_mode="stretch_width",
        min_border_left=_AXIS_ROOM_PX,
        min_border_right=10,
        min_border_top=5,
        min_border_bottom=5,
        toolbar_location=None,
        background_fill_color=None,
        border_fill_color=None,
        outline_line_color=None,
    )
    tools = (PanTool, BoxZoomTool, WheelZoomTool)
    plot.add_tools(*(tool(dimensions="width") for tool in tools))
    plot.toolbar.active_drag = None
    plot.toolbar.active_scroll = None
    return plot


def _panel(panel: Panel, time: "Range1d", last: bool, simulated: bool) -> "Plot":
    from bokeh.models import BasicTicker, Grid, LinearAxis, MultiLine, Scatter, VStrip
    from bokeh.models.annotations import Label, Span

    name = panel.column
    height_px = _POWER_PX if panel is POWER_PANEL else _PANEL_PX
    plot = _plot(name, time, height_px + (_TIME_AXIS_PX if last else 0))
    across = LinearAxis(name="across" if last else None, visible=last, **_FONT)
    plot.add_layout(across, "below")
    ticker = BasicTicker(desired_num_ticks=6 if panel is POWER_PANEL else 3)
    plot.add_layout(LinearAxis(axis_label=panel.label, ticker=ticker, **_FONT), "left")
    plot.add_layout(Grid(dimension=0, ticker=across.ticker))
    plot.add_layout(Grid(dimension=1, ticker=ticker))
    strip: _Columns = {"x0": "x0", "x1": "x1", "fill_color": "colour", "fill_alpha": "alpha"}
    line: _Columns = {"xs": "xs", "ys": "ys", "line_color": "colour", "line_dash": "dash"}
    line |= {"line_width": "width", "line_alpha": "alpha"}
    point: _Columns = {"x": "x", "y": "y", "line_color": "colour", "fill_color": "colour"}
    _add(plot, f"strips-{name}", VStrip(**strip, line_color=None), strip)
    _add(plot, f"lines-{name}", MultiLine(**line), line)
    _add(plot, f"here-{name}", Scatter(**point, size=8), point)
    plot.add_layout(Span(name=f"cursor-{name}", dimension="height", location=0, visible=False))
    if simulated and panel is POWER_PANEL:  # the collectors are real whatever the meter is
        place: dict[str, Any] = {"x": 5, "y": 2, "x_units": "screen", "y_units": "screen"}
        plot.add_layout(Label(text="SIMULATED", text_font_size="11px", text_font_style="bold", **place))
    return plot


def _lanes(time: "Range1d") -> "Plot":
    from bokeh.models import FixedTicker, LinearAxis, Quad, Text

    plot = _plot(LANES, time, _LANES_PX)
    ticker: Any = FixedTicker(ticks=[0.5, 1.5], minor_ticks=[])
    names: Any = {0.5: "epochs", 1.5: "actions"}
    bare: dict[str, Any] = {"axis_line_color": None, "major_tick_line_color": None}
    plot.add_layout(LinearAxis(ticker=ticker, major_label_overrides=names, **bare, **_FONT), "left")
    box: _Columns = {"left": "x0", "right": "x1", "bottom": "y0", "top": "y1", "fill_color": "colour"}
    text: _Columns = {"x": "x", "y": "y", "text": "words", "text_color": "colour"}
    look: dict[str, Any] = {"text_baseline": "middle", "text_font_size": "11px", "x_offset": 3}
    box |= {"line_color": "colour", "fill_alpha": "alpha"}
    _add(plot, "boxes", Quad(**box), box)
    _add(plot, "words", Text(**text, **look, text_font={"value": "system-ui, sans-serif"}), text)
    return plot


def _add(plot: "Plot", name: str, glyph: Any, columns: _Columns) -> None:
    from bokeh.models import ColumnDataSource

    data: dict[str, list[Any]] = {column: [] for column in dict.fromkeys(columns.values())}
    plot.add_glyph(ColumnDataSource(data=data, name=name), glyph)


def _numbered(part: Any, numbers: dict[str, str] | None = None) -> Any:
    """Return a document's JSON with its ids counted from 1, for Bokeh counts them through the process."""
    numbers = {} if numbers is None else numbers
    if isinstance(part, list):
        return [_numbered(item, numbers) for item in part]
    if not isinstance(part, dict):
        return part
    return {
        key: numbers.setdefault(item, f"m{len(numbers) + 1}")
        if key == "id" and isinstance(item, str) and _ID.fullmatch(item)
        else _numbered(item, numbers)
        for key, item in part.items()
    }
