"""From a template to one HTML file, whose security policy allows its own style and its own scripts only."""

import base64
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from records.rows.row import ResultRow
from reports.blocks.embedded import packed_json
from reports.blocks.palette import css
from reports.words.texts import printable, unbroken

_TEMPLATES = Path(__file__).parent.parent / "templates"

Records = list[dict[str, Any]]
"""Rows as JSON types, by the names of their columns."""


def script(name: str) -> str:
    """Return the text of a script or style sheet among the templates."""
    return (_TEMPLATES / name).read_text(encoding="utf-8")


def page_scripts() -> list[str]:
    """Return the scripts of a page whose tables and figures can be saved."""
    return [script("page.js"), script("figures.js")]


def records_of(rows: Iterable[ResultRow], *, simulated: bool) -> Records:
    """Return rows of the results as a page offers them: each says by itself whether it is simulated."""
    return [{**row.to_json(), "simulated": simulated} for row in rows]


def render_page(
    template: str,
    context: Mapping[str, Any],
    *,
    simulated: bool,
    scripts: Sequence[str] = (),
    tables: Mapping[str, Records] | None = None,
    connects: bool = False,
) -> str:
    """Return a page as HTML; the same context always gives the same text.

    Args:
        template: name of one that extends ``base.html``.
        context: its variables, ``summary.title`` among them.
        simulated: whether the page says that its numbers are no measurement.
        scripts: texts of the scripts that run once the page is there, in this order. They come from this
            package or a library, never from a campaign; the policy lets nothing else run.
        tables: rows with all their digits, which the page offers as CSV and JSON, by the name that a `Table`
            has as its ``source``.
        connects: whether the scripts may ask the server that the page came from.
    """
    style, scheme = _style(simulated), script("scheme.js")
    page = {
        "simulated": simulated,
        "style": Markup(style),
        "scheme": Markup(scheme),
        "scripts": [Markup(text) for text in scripts],
        "tables_packed": Markup(packed_json(tables)) if tables else "",
        "policy": _policy(style, [scheme, *scripts], connects),
    }
    return _environment().get_template(template).render({**context, **page})


def _policy(style: str, scripts: Sequence[str], connects: bool) -> str:
    rules = [
        "default-src 'none'",
        f"style-src {_hash(style)}",
        f"script-src {' '.join(map(_hash, scripts))}",
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
    ]
    if connects:
        rules.append("connect-src 'self'")
    return "; ".join(rules)


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _style(simulated: bool) -> str:
    names = ("style.css", *(("simulated.css",) if simulated else ()))
    return script("colours.css") + _dark() + "".join(map(script, names))


def _dark() -> str:
    """Return the dark colours: where the reader's system is dark, and where the reader chose dark."""
    colours = script("dark.css")
    return (
        "@media screen and (prefers-color-scheme: dark) {\n"
        f":root:not([data-scheme=light]) {{\n{colours}}}\n}}\n"
        f"@media screen {{\n:root[data-scheme=dark] {{\n{colours}}}\n}}\n"
    )


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_fit_to_print,
    )
    environment.filters |= {"css": css, "unbroken": unbroken}
    return environment


def _fit_to_print(value: Any) -> Any:
    return printable(value) if isinstance(value, str) and not isinstance(value, Markup) else value
