"""The page of a fleet: how each bench stands, and a script that asks again."""

from typing import Any

from reports.blocks.rendering import render_page, script


def render_fleet(found: dict[str, Any]) -> str:
    """Return the page of a fleet as HTML.

    Args:
        found: what the page shows, as the script gets it every two seconds
            (docs/how-to/watch-from-a-browser.md).
    """
    context = {"summary": {"title": "Benches"}, "found": found}
    return render_page(
        "fleet.html.j2", context, simulated=found["simulated"], scripts=[script("fleet.js")], connects=True
    )
