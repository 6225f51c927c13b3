"""Markdown files of an export: a template, in which every value of a campaign means nothing but itself."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from reports.words.texts import printable

_TEMPLATES = Path(__file__).parent.parent / "templates" / "exports"
_MARKDOWN = str.maketrans({character: f"\\{character}" for character in "\\`*[]<>|&#"})


def markdown(value: object) -> str:
    """Return any text as one line of Markdown without links, tags, code or table borders."""
    return " ".join(printable(str(value)).split()).translate(_MARKDOWN)


def render_markdown(template: str, context: Mapping[str, Any]) -> str:
    """Return a Markdown file; every value is made plain by `markdown`."""
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=markdown,
        keep_trailing_newline=True,
    )
    return environment.get_template(template).render(context)
