"""The addresses of the local page, and what guards them.

``/`` is the index, ``/campaigns/FOLDER/`` the report of a campaign or, while it is running or when it is
not analysed, its live page; below that ``live``, ``live.json``, ``report.html`` and ``results/NAME.csv`` or
``.json``. ``/fleet`` and ``/fleet.json`` show the benches of a fleet, where a scheduler was named. Everything
else is not there.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote_to_bytes

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import (
    FileResponse,
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
)
from starlette.routing import Route

from lab.serve.campaigns import Shelf
from records.errors import WattlabError
from reports.index.find import Place, campaign_at
from reports.pages.fleet import render_fleet
from reports.pages.live import render_live
from reports.words.texts import printable

if TYPE_CHECKING:
    from lab.serve.fleet import FleetWatch

HOSTS = ["127.0.0.1", "localhost"]
"""Names by which the page may be asked for. Another one is a foreign site that pretends to be this machine
(DNS rebinding)."""

_HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}

_REPORT_POLICY = (
    "sandbox allow-scripts allow-downloads allow-modals; default-src 'none'; script-src 'unsafe-inline'; "
    "style-src 'unsafe-inline'; img-src data: blob:; font-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
"""A report may come from anybody: whatever it holds, it reaches no other page and asks nothing of anyone.
Its own policy, which names its scripts one by one, holds in addition to this one."""

_FILES = {".csv": "text/csv; charset=utf-8", ".json": "application/json"}


def make_app(top: Path, fleet: "FleetWatch | None" = None) -> Starlette:
    """Make the application.

    Args:
        top: folder of campaigns; nothing outside of it is read, whatever is asked for.
        fleet: whose benches are shown, if any.
    """
    shelf = Shelf(top.resolve())

    def index(_: Request) -> Response:
        return HTMLResponse(shelf.index_page(lambda place: _links(shelf, place)), headers=_HEADERS)

    def campaign(request: Request) -> Response:
        return _answer(shelf, request)

    def icon(_: Request) -> Response:
        return Response(status_code=204, headers=_HEADERS)

    routes = [
        Route("/", index, methods=["GET"]),
        Route("/favicon.ico", icon, methods=["GET"]),
        Route("/campaigns/{path:path}", campaign, methods=["GET"]),
    ]
    if fleet is not None:
        routes += _of_fleet(fleet)
    guard = Middleware(TrustedHostMiddleware, allowed_hosts=HOSTS, www_redirect=False)
    app = Starlette(routes=routes, middleware=[guard])
    app.router.redirect_slashes = False
    return app


def _of_fleet(fleet: "FleetWatch") -> list[Route]:
    """Return the routes of the page of the benches."""

    def page(_: Request) -> Response:
        return HTMLResponse(render_fleet(fleet.look()), headers=_HEADERS)

    def state(_: Request) -> Response:
        return JSONResponse(fleet.look(), headers=_HEADERS)

    return [Route("/fleet", page, methods=["GET"]), Route("/fleet.json", state, methods=["GET"])]


def _links(shelf: Shelf, place: Place) -> list[tuple[str, str]]:
    base = "/campaigns/" + "".join(f"{quote(os.fsencode(part), safe='')}/" for part in place.parts)
    links = []
    if shelf.running(place):
        links.append(("running, live", f"{base}live"))
    if shelf.analysed(place):
        links.append(("report", f"{base}report.html"))
    return links or [("progress", f"{base}live")]


def _answer(shelf: Shelf, request: Request) -> Response:
    raw: bytes = request.scope["raw_path"]
    parts = tuple(os.fsdecode(unquote_to_bytes(part)) for part in raw.split(b"/")[2:])
    if not parts:
        return _missing(shelf, parts, raw)
    *names, last = parts
    found = campaign_at(shelf.top, tuple(names)) if all(names) else None
    if found is None:
        return _missing(shelf, parts, raw)
    place, rest = found
    try:
        return _page_of(shelf, place, rest, last) or _missing(shelf, parts, raw)
    except WattlabError as error:
        return _plain(str(error), 409)
    except OSError as error:
        return _plain(f"{error}", 404)


def _page_of(shelf: Shelf, place: Place, rest: tuple[str, ...], last: str) -> Response | None:
    pages: dict[str, Callable[[], Response]] = {
        "live": lambda: _live_page(shelf, place),
        "live.json": lambda: JSONResponse(shelf.watched(place).look(), headers=_HEADERS),
        "report.html": lambda: _report(shelf, place),
    }
    if not rest and last == "":
        live = shelf.running(place) or not shelf.analysed(place)
        return pages["live" if live else "report.html"]()
    if not rest and last in pages:
        return pages[last]()
    if rest == ("results",):
        return _result_file(place, last)
    return None


def _missing(shelf: Shelf, parts: tuple[str, ...], raw: bytes) -> Response:
    """Lead from a campaign's folder without its last slash to the one with it; all else is not there."""
    if parts and all(parts):
        found = campaign_at(shelf.top, parts)
        if found is not None and not found[1]:
            return RedirectResponse(raw.decode("ascii", "replace") + "/", headers=_HEADERS)
    return _plain("There is nothing here. The campaigns are at /", 404)


def _plain(text: str, status: int) -> Response:
    return PlainTextResponse(printable(text), status_code=status, headers=_HEADERS)


def _live_page(shelf: Shelf, place: Place) -> Response:
    watched = shelf.watched(place)
    return HTMLResponse(render_live(watched.look()), headers=_HEADERS)


def _report(shelf: Shelf, place: Place) -> Response:
    headers = {**_HEADERS, "Content-Security-Policy": _REPORT_POLICY}
    return HTMLResponse(shelf.report(place), headers=headers)


def _result_file(place: Place, name: str) -> Response | None:
    """Return a table or the document of the results; nothing that is a link."""
    folder = place.path / "results"
    path = folder / name
    plain = name and "/" not in name and "\0" not in name and not name.startswith(".")
    if not plain or path.suffix not in _FILES or folder.is_symlink() or path.is_symlink():
        return None
    if not path.is_file():
        return None
    return FileResponse(path, media_type=_FILES[path.suffix], headers=_HEADERS)
