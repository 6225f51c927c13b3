"""Names in scope and what they hold, and how two branches become one again."""

from collections.abc import Iterable
from functools import reduce

from source.flow.values import Value


class Environment:
    """Names of a scope; what it does not bind is looked up in the scope around it."""

    __slots__ = ("around", "values")

    def __init__(self, around: "Environment | None" = None) -> None:
        self.values: dict[str, Value] = {}
        self.around = around

    def get(self, name: str) -> Value | None:
        """Return what a name holds, ``None`` where it is not bound."""
        environment: Environment | None = self
        while environment is not None:
            if (value := environment.values.get(name)) is not None:
                return value
            environment = environment.around
        return None


def merged(branches: Iterable[dict[str, Value]]) -> dict[str, Value]:
    """Return what names hold after one of some branches, not known which."""
    result: dict[str, Value] = {}
    for branch in branches:
        for name, value in branch.items():
            there = result.get(name)
            result[name] = value if there is None or there is value else either(there, value)
    return result


def either(first: Value, second: Value) -> Value:
    """Return a value that is one of two; only what is true of both is known of it."""
    if first is second or _is_none(second):
        return first
    if _is_none(first):
        return second
    if first.kind == "api" and second.kind == "api":
        return first
    same_kind = first.kind == second.kind
    return Value(
        kind=first.kind if same_kind else "",
        api=first.api if first.api == second.api else "",
        node=first.node,
        loops=first.loops if len(first.loops) <= len(second.loops) else second.loops,
        graph=first.graph if first.graph == second.graph else None,
        sources=(first, second),
        flows=(first, second),
        items=_items(first, second),
        place=first.place if first.place == second.place else None,
        function=first.function if first.function is second.function else None,
        definition=first.definition if first.definition is second.definition else None,
    )


def _items(first: Value, second: Value) -> tuple[Value, ...] | None:
    """Return what is in two tuples of the same length, place by place."""
    if first.kind != "tuple" or second.kind != "tuple" or len(first.items or ()) != len(second.items or ()):
        return None
    return tuple(map(either, first.items or (), second.items or ()))


def _is_none(value: Value) -> bool:
    return value.kind == "constant" and value.constant is None


_MOST_ITEMS = 10


def item_of(container: Value) -> Value | None:
    """Return what is in a container that is written out, ``None`` where that is not known."""
    items = container.items[:_MOST_ITEMS] if container.items and container.kind == "container" else ()
    if not any(item.attached for item in items):
        return None
    return reduce(either, items)
