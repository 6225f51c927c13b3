"""The page of a campaign that is running: what its files say, and a script that asks again."""

from typing import Any

from reports.blocks.rendering import render_page, script


def render_live(found: dict[str, Any]) -> str:
    """Return the live page as HTML.

    Args:
        found: what the page shows, as the script gets it every second
            (docs/how-to/watch-from-a-browser.md).
    """
    context = {"summary": {"title": found["title"]}, "found": found}
    return render_page(
        "live.html.j2", context, simulated=found["simulated"], scripts=[script("live.js")], connects=True
    )
