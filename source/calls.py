"""Every call that is in a file, with the API it means where that can be told by reading."""

import ast
import builtins
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Literal

from source.flow.families import family_api
from source.flow.libraries import LIBRARIES
from source.flow.module import ModuleFlow
from source.flow.values import Call
from source.names import canonical, dotted_text

Kind = Literal["call", "decorator"]


@dataclass(frozen=True, slots=True)
class CallSite:
    """A place where something is called.

    Attributes:
        cell: code cell of a notebook, counted from 1; ``None`` in a Python file.
        line, column: of the expression, counted from 1; the line within its cell.
        kind: a decorator without arguments is also a call.
        expression: what is called, as source text.
        api: canonical name, or ``None`` where reading does not tell.
        is_own: whether it certainly is a function or class of the program, and nothing else.
    """

    cell: int | None
    line: int
    column: int
    kind: Kind
    expression: str
    api: str | None
    is_own: bool = False

    def may_reach(self, libraries: Collection[str]) -> bool:
        """Return whether it calls one of these libraries, or reading does not tell what it calls."""
        if self.api is None:
            return not self.is_own
        return self.api.partition(".")[0] in libraries


def call_sites(flow: ModuleFlow) -> Iterator[CallSite]:
    """Give the calls of a file in the order of its lines, each once."""
    seen = {event.node: event for event in flow.events if isinstance(event, Call) and event.origin is None}
    known = LIBRARIES | _imported(flow.file.tree)
    bound = _times_bound(flow.file.tree)
    for node, kind in sorted(_called(flow.file.tree), key=lambda item: _position(item[0])):
        function = node.func if isinstance(node, ast.Call) else node
        api, is_own = _meaning(seen[node]) if node in seen else _by_name(function, flow)
        if api is not None and api.partition(".")[0] not in known and not hasattr(builtins, api):
            api = None
        is_own = is_own and (not isinstance(function, ast.Name) or bound[function.id] <= 1)
        cell, line = flow.file.place(node.lineno)
        yield CallSite(cell, line, node.col_offset + 1, kind, _text(function, flow), api, is_own)


def _text(function: ast.expr, flow: ModuleFlow) -> str:
    """Return an expression as text; a chain of hundreds of calls as it is written."""
    try:
        return ast.unparse(function)
    except RecursionError:
        return ast.get_source_segment(flow.file.text, function) or ""


def _position(node: ast.expr) -> tuple[int, int, int, int]:
    """Return a key that puts ``f(1)`` of ``f(1)(2)`` before the whole, as they are evaluated."""
    return node.lineno, node.col_offset, node.end_lineno or 0, node.end_col_offset or 0


def _called(tree: ast.Module) -> Iterator[tuple[ast.expr, Kind]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield node, "call"
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            for decorator in node.decorator_list:
                if not isinstance(decorator, ast.Call):
                    yield decorator, "decorator"


def _meaning(call: Call) -> tuple[str | None, bool]:
    """Return the API of a call that was followed, and whether it is the program's own."""
    callee = call.callee
    if callee is None:
        return call.api or None, False
    if callee.kind == "class":
        return None, True
    if callee.function is not None:
        owner = callee.function.owner
        of_library = callee.function.decorators or (owner is not None and owner.bases)
        return call.api or None, not of_library
    if callee.definition is not None:
        return family_api(callee, "__call__") or None, False
    return call.api or None, False


def _by_name(node: ast.expr, flow: ModuleFlow) -> tuple[str | None, bool]:
    """Return the same of what is not followed, such as decorators: by what its first name holds."""
    dotted = dotted_text(node)
    if dotted is None:
        return None, False
    name, _, rest = dotted.partition(".")
    value = flow.names.get(name)
    if value is None:
        return (name if not rest and hasattr(builtins, name) else None), False
    if value.kind in ("api", "import"):
        return canonical(f"{value.api}.{rest}" if rest else value.api), False
    is_own = not rest and value.kind in ("function", "class")
    return None, is_own and not (value.function is not None and value.function.decorators)


def _times_bound(tree: ast.Module) -> Counter[str]:
    """Count for each name how many assignments and definitions of the file bind it, in whatever scope."""
    bound: Counter[str] = Counter()
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            bound[node.name] += 1
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            bound[node.id] += 1
    return bound


def _imported(tree: ast.Module) -> frozenset[str]:
    """Return the first names of the modules that a file imports."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {name.name.partition(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            names.add(node.module.partition(".")[0])
    return frozenset(names)
