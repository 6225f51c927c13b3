"""Functions and classes of a program, with what is needed to follow a call of them."""

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from source.flow.values import Call, Event, Value

if TYPE_CHECKING:
    from source.flow.module import ModuleFlow
    from source.flow.scopes import Environment


@dataclass(eq=False, slots=True)
class ClassDefinition:
    """A class: its bases by canonical name (also those of its own bases) and what ``self.NAME`` holds."""

    name: str
    node: ast.ClassDef
    module: "ModuleFlow"
    bases: tuple[str, ...]
    parents: tuple["ClassDefinition", ...] = ()
    attributes: dict[str, Value] = field(default_factory=dict)
    methods: dict[str, "FunctionDefinition"] = field(default_factory=dict)

    def method(self, name: str) -> "FunctionDefinition | None":
        """Return a method, its own or an inherited one."""
        if name in self.methods:
            return self.methods[name]
        return next((found for parent in self.parents if (found := parent.method(name))), None)

    def attribute(self, name: str) -> Value | None:
        """Return what an attribute holds."""
        if name in self.attributes:
            return self.attributes[name]
        return next((found for parent in self.parents if (found := parent.attribute(name))), None)

    def holds(self, name: str) -> bool:
        """Return whether a method of this class reads or calls an attribute of that name."""
        return any(isinstance(part, ast.Attribute) and part.attr == name for part in ast.walk(self.node))


@dataclass(eq=False, slots=True)
class FunctionDefinition:
    """A function, method or lambda, with the names around it."""

    name: str
    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    module: "ModuleFlow"
    closure: "Environment"
    owner: ClassDefinition | None = None
    decorators: tuple[str, ...] = ()
    summary: "Summary | None" = None
    in_progress: bool = False

    @property
    def parameters(self) -> list[str]:
        """Names of the parameters in order, ``self`` included."""
        arguments = self.node.args
        return [argument.arg for argument in [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]]


@dataclass(eq=False, slots=True)
class Summary:
    """What a caller has to know of a function: what it returns, and what happens when it is called."""

    returned: Value
    events: list[Event]
    cached: bool = False
    names: list[str] = field(default_factory=list)

    def arguments_of(self, call: Call, *, bound: bool) -> dict[str, Value]:
        """Return what the parameters hold at a call."""
        names = self.names[1:] if bound else self.names
        return dict(zip(names, call.arguments, strict=False)) | {
            name: value for name, value in call.keywords.items() if name in names
        }
