"""What a name can hold, as far as reading the program tells, and the events of its life."""

import ast
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from source.flow.definitions import ClassDefinition, FunctionDefinition


_MOST_FOLLOWED = 60
"""Values from which a value was made that are looked at for one question."""


@dataclass(eq=False, slots=True)
class Loop:
    """A loop, or a function that a framework calls for every batch.

    Attributes:
        node: of the loop, or of the function.
        kind: ``for``, ``while``, ``comprehension``, ``map`` or ``framework``.
        over: what is iterated, ``None`` for ``while``.
        single_turn: its body always leaves it in the first turn.
    """

    node: ast.AST
    kind: str
    over: "Value | None" = None
    single_turn: bool = False


@dataclass(eq=False, slots=True)
class Value:
    """What an expression gives. Two values are one only where they are the same object.

    Attributes:
        kind: ``api`` (a function, class or module of a library), ``model``, ``tensor``, ..., see
            `source.flow.libraries`; empty where nothing is known.
        api: canonical name of the API, or of the call that made the value.
        node: expression that made it.
        loops: loops around the place where it was made, outermost first.
        graph: whether it is attached to a graph of gradients; ``None`` where that is not known.
        sources: what it was computed from or, of a container, what was put in.
        flows: those of its sources of which it is a sum, a part or a multiple.
        items: values of a tuple or list that is written out.
        keyed: values under keys that are texts, as ``output["loss"]``, and, with a point before it, what an
            attribute of an object holds that was set from outside: ``.loader``.
        place: name or attribute that holds it: ``("name", "losses")``, ``("self", "losses")``.
        function, definition, bound: a function or class of the program, and the object of a method.
        consumed: gradients were asked of it, or of something computed from it.
        escapes: it was returned, yielded or handed to a call that is not known to be harmless.
        constant: value of a literal.
    """

    kind: str = ""
    api: str = ""
    node: ast.AST | None = None
    loops: tuple[Loop, ...] = ()
    graph: bool | None = None
    sources: tuple["Value", ...] = ()
    flows: tuple["Value", ...] = ()
    items: tuple["Value", ...] | None = None
    keyed: dict[str, "Value"] = field(default_factory=dict)
    place: tuple[str, str] | None = None
    function: "FunctionDefinition | None" = None
    definition: "ClassDefinition | None" = None
    bound: "Value | None" = None
    consumed: bool = False
    escapes: bool = False
    constant: object = None

    def consume(self) -> None:
        """Note that gradients flow back from this value through all it was computed from.

        That it carries a graph is known of the value and of what it is a sum, a part or a multiple of.
        """
        pending = [(self, True)]
        while pending:
            value, attached = pending.pop()
            if attached and value.graph is None:
                value.graph = True
                pending += [(source, True) for source in value.flows]
            if not value.consumed:
                value.consumed = True
                pending += [(source, False) for source in value.sources]

    def escape(self) -> None:
        """Note that the value is used where it cannot be followed, and with it what it was made from."""
        pending = [self]
        while pending:
            value = pending.pop()
            if not value.escapes:
                value.escapes = True
                pending += value.items or value.sources

    @property
    def attached(self) -> bool:
        """Whether it, or an item of it, is known to carry a graph of gradients."""
        return self._any(lambda value: value.graph is True, lambda value: value.parts)

    @property
    def used(self) -> bool:
        """Whether gradients were asked of it, of a part, or of what it is a sum, a part or a multiple of."""
        return self._any(lambda value: value.consumed, lambda value: (*value.flows, *value.parts))

    def _any(
        self, holds: Callable[["Value"], bool], following: Callable[["Value"], tuple["Value", ...]]
    ) -> bool:
        pending, seen = [self], 0
        while pending and seen < _MOST_FOLLOWED:
            value = pending.pop()
            if holds(value):
                return True
            pending += following(value)
            seen += 1
        return False

    @property
    def parts(self) -> tuple["Value", ...]:
        """What is known to be in it: items and values under keys."""
        return (*(self.items or ()), *self.keyed.values())


@dataclass(eq=False, slots=True)
class Scope:
    """A function, a class or the module in which an event happens."""

    name: str
    node: ast.AST
    class_name: str | None = None
    bases: tuple[str, ...] = ()
    decorators: tuple[str, ...] = ()


@dataclass(eq=False, slots=True)
class Event:
    """Something that happens in a scope.

    Attributes:
        node: place in this file.
        loops: loops around it, outermost first.
        contexts: APIs of the ``with`` statements and decorators around it.
        scope: where it stands.
        origin: the event itself where it happens in a function that is called here, else ``None``.
        conditional: it is under an ``if`` or in an ``except``, inside its function.
    """

    node: ast.AST
    loops: tuple[Loop, ...]
    contexts: tuple[str, ...]
    scope: Scope
    origin: "Event | None" = None
    conditional: bool = False


@dataclass(eq=False, slots=True)
class Call(Event):
    """A call: what is called, its API where known, attribute that is called, object, arguments and result."""

    api: str = ""
    callee: Value | None = None
    method: str = ""
    receiver: Value | None = None
    arguments: tuple[Value, ...] = ()
    keywords: dict[str, Value] = field(default_factory=dict)
    result: Value = field(default_factory=Value)


@dataclass(eq=False, slots=True)
class Stored(Event):
    """A value is put into something that may live longer.

    ``how`` is ``append``, ``add``, ``extend``, ``item``, ``attribute`` or ``accumulate`` (``total += x``).
    """

    container: Value = field(default_factory=Value)
    value: Value = field(default_factory=Value)
    how: str = ""
    result: Value | None = None


@dataclass(eq=False, slots=True)
class Bound(Event):
    """A name or attribute gets a value; ``before`` is what it held, if that is known."""

    place: tuple[str, str] = ("", "")
    value: Value = field(default_factory=Value)
    before: Value | None = None


@dataclass(eq=False, slots=True)
class Released(Event):
    """A name, an attribute or the content of a container is given up: ``del``, ``clear``, ``pop``."""

    place: tuple[str, str] = ("", "")
    value: Value | None = None
