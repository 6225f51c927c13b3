"""Calls of functions of the program: what they return and what happens in them, seen from the caller."""

import ast
from typing import TYPE_CHECKING

from source.flow.definitions import FunctionDefinition, Summary
from source.flow.values import Call, Event, Released, Stored, Value

if TYPE_CHECKING:
    from source.flow.expressions import Expressions

_MOST_EVENTS = 60
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
        made = event.result.kind in (
            "model",
            "module",
            "dataset",
            "session",
            "dataloader",
            "process-group",
            "traced",
        )
        return made or event.method in _KEPT_METHODS or event.api in ("keras.clear_session", "gc.collect")
    if isinstance(event, Stored):
        return event.container.kind == "parameter" or not _is_local(event.container)
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
        return Stored(**common, container=container, value=value, how=event.how, result=event.result)
    assert isinstance(event, Released)
    return Released(**common, place=event.place, value=event.value)


def _given(value: Value, arguments: dict[str, Value]) -> Value:
    if value.kind == "parameter" and value.place is not None:
        return arguments.get(value.place[1], value)
    return value


def instantiated(
    summary: Summary, node: ast.AST, arguments: dict[str, Value], walker: "Expressions"
) -> Value:
    """Return what a call of a function gives to its caller."""
    return _instance(summary.returned, summary.cached, node, arguments, walker)


def _instance(
    value: Value, cached: bool, node: ast.AST, arguments: dict[str, Value], walker: "Expressions"
) -> Value:
    if value.kind == "parameter" and value.place is not None:
        return arguments.get(value.place[1], Value())
    if value.kind in ("api", "function", "class", "constant"):
        return value
    held = cached or (value.place is not None and value.place[0] != "name")
    items = None
    if value.items is not None:
        items = tuple(_instance(item, cached, node, arguments, walker) for item in value.items)
    return Value(
        value.kind,
        value.api,
        node=None if held else node,
        loops=() if held else walker.loops,
        graph=False if walker.without_gradients else value.graph,
        sources=tuple(arguments.values()),
        items=items,
        definition=value.definition,
    )
