"""Questions that rules ask of the flow of a file."""

import ast
from collections.abc import Iterator

from source.flow.module import ModuleFlow
from source.flow.values import Bound, Call, Event, Loop, Released, Stored, Value


def calls(flow: ModuleFlow) -> Iterator[Call]:
    """Give all calls."""
    return (event for event in flow.events if isinstance(event, Call))


def puts(flow: ModuleFlow) -> Iterator[Stored]:
    """Give all places where something is put into a container or added up."""
    return (event for event in flow.events if isinstance(event, Stored))


def turns(event: Event) -> tuple[Loop, ...]:
    """Return the loops around an event that have more than one turn."""
    return tuple(loop for loop in event.loops if not loop.single_turn)


def is_new(call: Call) -> bool:
    """Return whether the result of a call is made by it, rather than handed through."""
    node = call.result.node
    return node is not None and (node is call.node or (call.origin is not None and node is call.origin.node))


def made_in(call: Call, kind: str) -> bool:
    """Return whether a call makes a value of some kind anew in every turn of a loop."""
    return call.result.kind == kind and is_new(call) and bool(turns(call)) and not call.conditional


def share_a_turn(first: Event, second: Event) -> bool:
    """Return whether two events happen within one loop."""
    return any(loop in second.loops for loop in turns(first))


def within(inner: Event, outer: Event) -> bool:
    """Return whether an event happens in the same turn as another, perhaps in loops further in."""
    return inner.loops[: len(outer.loops)] == outer.loops


def is_of(value: Value | None, other: Value) -> bool:
    """Return whether a value is another, or one of two branches of it."""
    return value is other or (value is not None and value.kind == other.kind and other in value.sources)


def replaces(event: Stored) -> bool:
    """Return whether a turn puts a value where the turn before, or one of the last ones, has put its own."""
    if not isinstance(event.node, ast.Assign) or event.origin is not None or not turns(event):
        return False
    keys = [target.slice for target in event.node.targets if isinstance(target, ast.Subscript)]
    return bool(keys) and all(invariant(key, turns(event)[-1]) or _is_ring(key) for key in keys)


def _is_ring(key: ast.expr) -> bool:
    return isinstance(key, ast.BinOp) and isinstance(key.op, ast.Mod)


def outlives(container: Value, event: Event) -> bool:
    """Return whether a container was there before the loop in which an event happens, and has no bound."""
    loops = turns(event)
    return bool(loops) and loops[-1] not in container.loops and container.kind != "bounded"


def assigned_in(loop: Loop) -> frozenset[str]:
    """Return the names that a turn of a loop binds anew, and those in whose places it puts something."""
    stored = [part for part in ast.walk(loop.node) if isinstance(getattr(part, "ctx", None), ast.Store)]
    bound = {part.id for part in stored if isinstance(part, ast.Name)}
    places = (part.value for part in stored if isinstance(part, ast.Subscript))
    return frozenset(bound | {place.id for place in places if isinstance(place, ast.Name)})


def invariant(node: ast.AST, loop: Loop) -> bool:
    """Return whether an expression uses nothing that a turn of a loop binds."""
    if loop.kind in ("map", "framework"):
        return False
    assigned = assigned_in(loop)
    return not any(isinstance(part, ast.Name) and part.id in assigned for part in ast.walk(node))


def is_released(flow: ModuleFlow, container: Value, event: Event) -> bool:
    """Return whether a container is emptied or given up, in the loop or in the class that holds it."""
    for released in flow.events:
        if isinstance(released, Released) and released.place == container.place:
            held = container.place is not None and container.place[0] != "name"
            if held or released.value is container or share_a_turn(event, released):
                return True
    return _is_reset(flow, container, event)


def _is_reset(flow: ModuleFlow, container: Value, event: Event) -> bool:
    if container.place is None:
        return False
    bound = [e for e in flow.events if isinstance(e, Bound) and e.place == container.place]
    if container.bound is not None:
        return any(e.origin is not None and turns(event)[-1] in e.loops for e in bound)
    if container.place[0] == "name":
        anew = [e for e in bound if turns(event)[-1] in e.loops and e.value is not container]
        useless = isinstance(event, Stored) and event.how == "accumulate" and event.value.used
        return any(not (useless and e.conditional) for e in anew)
    return any(e.scope.name != "__init__" for e in bound)


def loops_over_batches(loop: Loop) -> bool:
    """Return whether a loop goes over batches: a loader or dataset, by what it is or by its name."""
    if loop.kind == "framework":
        return True
    if loop.over is not None and loop.over.kind in ("dataloader", "dataset"):
        return True
    iterated = getattr(loop.node, "iter", None)
    return iterated is not None and any(
        name in part for part in names_in(iterated) for name in ("loader", "batches", "train_ds", "dataset")
    )


def names_in(node: ast.AST) -> Iterator[str]:
    """Give the names and attributes in an expression, in small letters."""
    for part in ast.walk(node):
        if isinstance(part, ast.Name):
            yield part.id.lower()
        elif isinstance(part, ast.Attribute):
            yield part.attr.lower()


def own_name(node: ast.AST) -> str:
    """Return the text of what is called."""
    return ast.unparse(node.func) if isinstance(node, ast.Call) else ast.unparse(node)


def last_name(node: ast.AST) -> str:
    """Return the last name of what is called, or of a chain of names."""
    func = node.func if isinstance(node, ast.Call) else node
    return func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")
