"""The place of a walk in a program: names, scope, loops and contexts, and the events noted so far."""

import ast
from typing import Any

from source.flow.libraries import NO_GRADIENTS
from source.flow.scopes import Environment
from source.flow.values import Event, Loop, Released, Scope, Value


class Evaluation:
    """Knows where it is in a program, makes values and notes events there."""

    def __init__(self, module: Any, environment: Environment, scope: Scope, events: list[Event]) -> None:
        self.module = module
        self.environment = environment
        self.scope = scope
        self.events = events
        self.loops: tuple[Loop, ...] = ()
        self.contexts: tuple[str, ...] = scope.decorators
        self.conditional = 0
        self.returned: Value | None = None

    def call(self, node: ast.Call) -> Value:
        """Evaluate a call."""
        raise NotImplementedError

    @property
    def without_gradients(self) -> bool:
        """Whether gradients are off here."""
        return any(context in NO_GRADIENTS for context in self.contexts)

    def where(self, node: ast.AST) -> dict[str, Any]:
        """Return the fields that all events have in common, for one that happens here."""
        return {
            "node": node,
            "loops": self.loops,
            "contexts": self.contexts,
            "scope": self.scope,
            "conditional": self.conditional > 0,
        }

    def made(self, kind: str = "", node: ast.AST | None = None, **fields: Any) -> Value:
        """Return a new value that is made here."""
        return Value(kind, node=node, loops=self.loops, **fields)

    def released(self, node: ast.AST, value: Value) -> None:
        """Note that what a value holds is given up."""
        if value.place is not None:
            self.events.append(Released(**self.where(node), place=value.place, value=value))
