"""The place of the interactive traces on the page, and the scripts that fill it."""

from pathlib import Path

from markupsafe import Markup

from reports.blocks.embedded import packed
from reports.blocks.rendering import script
from reports.campaign.power.interactive.data import packed_traces
from reports.campaign.view import View

_ACTS = (
    ("in", "+", "Zoom in"),
    ("out", "−", "Zoom out"),
    ("left", "←", "Move to earlier"),
    ("right", "→", "Move to later"),
    ("all", "All", "Show the whole time"),
)
_DRAGS = (("pan", "Drag moves"), ("box", "Drag zooms"))

_HINT = (
    "Click into the figure, then drag or turn the wheel; or press ← → + − 0; or drag in the strip below the "
    "traces. Point at a line to read run, time and value."
)

_PLACE = Markup(
    '<div class="traces" id="traces-figure" hidden>\n'
    '<div class="traces-bar">'
    '<div role="toolbar" aria-label="Zoom of the traces">{acts}</div>'
    '<div role="group" aria-label="What dragging does">{drags}</div>'
    '<label class="traces-align">Align runs on <select><option>start of the run</option></select></label>'
    '<label class="traces-run">Actions and epochs of <select></select></label>'
    "</div>\n"
    '<div class="traces-legend" role="group" aria-label="Scenarios that are shown"></div>\n'
    '<p class="traces-read small" data-rest="{hint}">{hint}</p>\n'
    '<div class="traces-plots" tabindex="0" role="application" aria-label="{label}" '
    'aria-describedby="traces-words"></div>\n'
    '<div class="traces-overview" aria-hidden="true"><canvas></canvas><div></div></div>\n'
    '<p class="hidden" id="traces-words">{words}</p>\n'
    "</div>\n"
    '<script type="application/octet-stream" id="traces">{data}</script>\n'
)
_BUTTON = Markup('<button type="button" data-act="{}" aria-label="{}">{}</button>')
_DRAG = Markup('<button type="button" data-drag="{}" aria-pressed="{}">{}</button>')


def live_traces(view: View) -> Markup:
    """Return the interactive traces of a campaign, with every point of its results."""
    n = len(view.results.traces)
    words = (
        f"{'SIMULATED, not a measurement. ' if view.simulated else ''}Power over time of {n} "
        f"run{'' if n == 1 else 's'}, the mean of each scenario's runs, and what the hardware did meanwhile, "
        "on one time axis. With the figure focused, the arrow keys move in time, plus and minus zoom, 0 "
        "shows everything. The numbers are in the table behind the figure."
    )
    return _PLACE.format(
        acts=Markup("").join(_BUTTON.format(act, words, sign) for act, sign, words in _ACTS),
        drags=Markup("").join(
            _DRAG.format(drag, "true" if drag == "pan" else "false", words) for drag, words in _DRAGS
        ),
        hint=_HINT,
        label=f"{'SIMULATED: ' if view.simulated else ''}power and hardware over time, interactive",
        words=words,
        data=Markup(packed(packed_traces(view))),
    )


def live_scripts() -> list[str]:
    """Return the scripts, in their order, that run after ``page.js``."""
    names = (
        "traces_data.js",
        "bokeh_sheets.js",
        "traces_align.js",
        "traces_figure.js",
        "traces_overview.js",
        "traces.js",
    )
    return [_bokeh(), *(script(name) for name in names)]


def _bokeh() -> str:
    from bokeh.util.paths import bokehjs_path

    text = (Path(bokehjs_path()) / "js" / "bokeh.min.js").read_text(encoding="utf-8")
    return text.split("\n//# sourceMappingURL")[0] + "\n"
