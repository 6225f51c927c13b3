"""A strict reader of the report's HTML: what a test wants to know about the page."""

import base64
import gzip
import json
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

_VOID = {"meta", "link", "br", "img", "hr", "input"}


@dataclass
class Element:
    tag: str
    attributes: dict[str, str]
    children: list["Element"] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    def all(self, *tags: str) -> list["Element"]:
        """Return this element's descendants of these tags, in document order."""
        found = []
        for child in self.children:
            found += [child] if child.tag in tags else []
            found += child.all(*tags)
        return found

    @property
    def text(self) -> str:
        """What a reader sees: no script, no style sheet."""
        seen = [child.text for child in self.children if child.tag not in ("script", "style")]
        return " ".join([*self.texts, *seen])


class Page(HTMLParser):
    """Parses a page into elements; end tags that do not match raise."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("", {})
        self._open = [self.root]
        self.feed(html)
        self.close()
        if len(self._open) != 1:
            raise ValueError(f"never closed: {[item.tag for item in self._open[1:]]}")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        if len(names) != len(set(names)):
            raise ValueError(f"<{tag}> has an attribute twice: {names}")
        element = Element(tag, {name: value or "" for name, value in attrs})
        self._open[-1].children.append(element)
        if tag not in _VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open[-1].children.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if self._open[-1].tag != tag:
            raise ValueError(f"</{tag}> closes <{self._open[-1].tag}>")
        self._open.pop()

    def handle_data(self, data: str) -> None:
        self._open[-1].texts.append(data)

    def all(self, *tags: str) -> list[Element]:
        return self.root.all(*tags)

    @property
    def text(self) -> str:
        return self.root.text

    @property
    def records(self) -> dict[str, list[dict[str, Any]]]:
        """The rows with all their digits that the page carries for CSV and JSON, by the name of the table."""
        (packed,) = [item for item in self.all("script") if item.attributes.get("id") == "tables"]
        return json.loads(gzip.decompress(base64.b64decode(packed.texts[0])))  # type: ignore[no-any-return]

    @property
    def sources(self) -> set[str]:
        """The names of the records that tables of the page ask for."""
        return {name for table in self.all("table") if (name := table.attributes.get("data-source"))}
