"""Calls of functions of the program: what they return and what happens in them, seen from the caller."""

import ast
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from source.flow.definitions import FunctionDefinition, Summary
from source.flow.values import Bound, Call, Event, Released, Stored, Value

if TYPE_CHECKING:
    from source.flow.expressions import Expressions

_MOST_EVENTS = 60
_MOST_STEPS = 20
_MOST_PARTS = 40
_MOST_SOURCES = 200
"""Bounds of what is followed from a value, returned together and computed from each other."""

_KEPT_KINDS = frozenset(("model", "module", "dataset", "session", "dataloader", "process-group", "traced"))
_KEPT_METHODS = frozenset(
    (
        *("fit", "train_on_batch", "predict", "evaluate", "compile", "backward", "zero_grad"),
        *("step", "close", "remove"),
    )
)
_CACHES = ("functools.lru_cache", "functools.cache", "functools.cached_property", "lru_cache", "cache")


def summary_of(function: FunctionDefinition) -> Summary | None:
    """Return the summary of a function, made at its first use; ``None`` within its own recursion."""
    if function.summary is None and not function.in_progress:
        function.in_progress = True
        try:
            function.module.analyse(function)
        finally:
            function.in_progress = False
    return function.summary


def summarised(function: FunctionDefinition, events: list[Event], returned: Value | None) -> Summary:
    """Return what a caller has to know of a function whose body was walked."""
    kept = [event for event in events if _kept(event)]
    cached = any(decorator in _CACHES for decorator in function.decorators)
    return Summary(returned or Value("constant"), kept[:_MOST_EVENTS], cached, function.parameters)


def _kept(event: Event) -> bool:
    if event.loops:
        return False
    if isinstance(event, Call):
        made = event.result.kind in _KEPT_KINDS
        return made or event.method in _KEPT_METHODS or event.api in ("keras.clear_session", "gc.collect")
    if isinstance(event, Stored):
        return event.container.kind == "parameter" or not _is_local(event.container)
    if isinstance(event, Bound):
        return event.place[0] == "self" and event.scope.name != "__init__"
    return isinstance(event, Released)


def _is_local(value: Value) -> bool:
    return value.place is None or value.place[0] == "name"


def replayed(summary: Summary, call: Call, arguments: dict[str, Value], walker: "Expressions") -> list[Event]:
    """Return the events of a function as they happen at a call of it."""
    if summary.cached:
        return []
    return [_replay(event, call, arguments, walker) for event in summary.events]


def _replay(event: Event, call: Call, arguments: dict[str, Value], walker: "Expressions") -> Event:
    common = walker.where(call.node) | {
        "origin": event.origin or event,
        "contexts": (*walker.contexts, *event.contexts),
        "conditional": event.conditional or walker.conditional > 0,
    }
    if isinstance(event, Call):
        receiver = _given(event.receiver, arguments) if event.receiver is not None else None
        return Call(
            **common,
            api=event.api,
            method=event.method,
            receiver=receiver,
            arguments=tuple(_given(value, arguments) for value in event.arguments),
            keywords=event.keywords,
            result=event.result,
        )
    if isinstance(event, Stored):
        container, value = _given(event.container, arguments), _given(event.value, arguments)
        if call.receiver is not None and call.receiver.kind == "instance":
            container = _of_object(container, call.receiver)
        return Stored(**common, container=container, value=value, how=event.how, result=event.result)
    if isinstance(event, Bound):
        return Bound(**common, place=event.place, value=event.value, before=event.before)
    assert isinstance(event, Released)
    return Released(**common, place=event.place, value=event.value)


def _given(value: Value, arguments: dict[str, Value]) -> Value:
    """Return what a value of a function is at a call: an argument, or made from one with its graph."""
    if value.kind == "parameter" and value.place is not None:
        return arguments.get(value.place[1], value)
    argument = _attached_argument(value, arguments) if value.graph is None else None
    if argument is None:
        return value
    made = (argument,)
    return Value(value.kind, value.api, value.node, value.loops, graph=True, sources=made, flows=made)


def _attached_argument(value: Value, arguments: dict[str, Value]) -> Value | None:
    """Return the argument with a graph of which a value of a function is a sum, a part or a multiple."""
    pending = list(value.flows)
    for _ in range(_MOST_STEPS):
        if not pending:
            return None
        value = pending.pop()
        if value.kind == "parameter" and value.place is not None:
            argument = arguments.get(value.place[1])
            if argument is not None and argument.attached:
                return argument
        elif value.graph is not False:
            pending += value.flows
    return None


def _of_object(container: Value, owner: Value) -> Value:
    """Return what an attribute of an object holds, which is as old as the object."""
    if container.place is None or container.place[0] != "self":
        return container
    return replace(container, loops=owner.loops, bound=owner)


def instantiated(
    summary: Summary, node: ast.AST, arguments: dict[str, Value], walker: "Expressions"
) -> Value:
    """Return what a call of a function gives to its caller."""
    made: dict[Value, Value] = {}
    returned = _instance(summary, summary.returned, node, arguments, walker, made)
    if len(made) > 1:
        _relate(made)
    return returned


def _instance(
    summary: Summary,
    value: Value,
    node: ast.AST,
    arguments: dict[str, Value],
    walker: "Expressions",
    made: dict[Value, Value],
) -> Value:
    if value.kind == "parameter" and value.place is not None:
        return arguments.get(value.place[1], Value())
    if value.kind in ("api", "function", "class", "constant"):
        return value
    if value in made:
        return made[value]
    held = summary.cached or (value.place is not None and value.place[0] != "name")
    argument = _attached_argument(value, arguments) if value.graph is None else None
    instance = made[value] = Value(
        value.kind,
        value.api,
        node=None if held else node,
        loops=() if held else walker.loops,
        graph=False if walker.without_gradients else True if argument else value.graph,
        sources=tuple(arguments.values()),
        flows=(argument,) if argument else (),
        definition=value.definition,
        consumed=value.consumed,
    )
    if len(made) > _MOST_PARTS:
        return instance
    if value.items is not None:
        items = (_instance(summary, item, node, arguments, walker, made) for item in value.items)
        instance.items = tuple(items)
    for key, item in value.keyed.items():
        instance.keyed[key] = _instance(summary, item, node, arguments, walker, made)
    return instance


def _relate(made: dict[Value, Value]) -> None:
    """Keep which part of what is returned was computed from which other, as a loss from its terms."""
    for original, instance in made.items():
        instance.sources += tuple(made[one] for one in _behind(original, made, lambda value: value.sources))
        instance.flows += tuple(made[one] for one in _behind(original, made, lambda value: value.flows))


def _behind(
    value: Value, made: dict[Value, Value], following: Callable[[Value], tuple[Value, ...]]
) -> Iterator[Value]:
    pending, seen = list(following(value)), {value}
    while pending and len(seen) < _MOST_SOURCES:
        source = pending.pop()
        if source not in seen:
            seen.add(source)
            pending += following(source)
            if source in made:
                yield source
