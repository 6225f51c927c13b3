"""Every call that stands in a file, with the API it means where that can be told by reading."""

import ast
from collections.abc import Iterator
from typing import NamedTuple

from source.flow.module import ModuleFlow
from source.flow.values import Call


class CallSite(NamedTuple):
    """A call: place (cell of a notebook, else ``None``), what is called, its canonical API or ``None``."""

    cell: int | None
    line: int
    column: int
    expression: str
    api: str | None


def call_sites(flow: ModuleFlow) -> Iterator[CallSite]:
    """Give the calls of a file in the order of its lines, each once; columns count from 1."""
    seen: dict[ast.AST, Call] = {}
    for event in flow.events:
        if isinstance(event, Call) and event.origin is None:
            seen[event.node] = event
    for node, call in sorted(seen.items(), key=lambda item: (item[0].lineno, item[0].col_offset)):  # type: ignore[attr-defined]
        assert isinstance(node, ast.Call)
        cell, line = flow.file.place(node.lineno)
        yield CallSite(cell, line, node.col_offset + 1, ast.unparse(node.func), call.api or None)
