"""From a template to one HTML file without script, whose security policy allows its own style only."""

import base64
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from reports.texts import printable

_TEMPLATES = Path(__file__).parent / "templates"


def render_page(template: str, context: Mapping[str, Any], *, simulated: bool) -> str:
    """Return a page as HTML; the same context always gives the same text.

    Args:
        template: name of one that extends ``base.html``.
        context: its variables, ``summary.title`` among them.
        simulated: whether the page says that its numbers are no measurement.
    """
    style = _style(simulated)
    page = {
        "simulated": simulated,
        "style": Markup(style),
        "style_hash": base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
    }
    return _environment().get_template(template).render({**context, **page})


def _style(simulated: bool) -> str:
    names = ("style.css", "simulated.css") if simulated else ("style.css",)
    return "".join((_TEMPLATES / name).read_text(encoding="utf-8") for name in names)


def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_fit_to_print,
    )


def _fit_to_print(value: Any) -> Any:
    return printable(value) if isinstance(value, str) and not isinstance(value, Markup) else value
