"""The flow of one file: its module body, then each function, each with the events found."""

import ast
from pathlib import Path
from typing import TYPE_CHECKING

from source.files import SourceFile
from source.flow.definitions import ClassDefinition, FunctionDefinition
from source.flow.families import class_family
from source.flow.libraries import PER_BATCH
from source.flow.scopes import Environment
from source.flow.statements import Walker
from source.flow.summaries import summarised, summary_of
from source.flow.values import Event, Loop, Scope, Value

if TYPE_CHECKING:
    from source.flow.project import Project

_FIRST = ("__init__", "build", "setup")


class ModuleFlow:
    """What happens in a file.

    Attributes:
        file: that was read.
        package: dotted name of its package, empty outside of packages.
        folder: in which it lies.
        names: of the module and what they hold at its end.
        events: of the module body and of all functions, scope by scope, each in the order of the program.
    """

    def __init__(self, file: SourceFile, project: "Project", package: str, folder: Path) -> None:
        self.file = file
        self.project = project
        self.package = package
        self.folder = folder
        self.names = Environment()
        self.events: list[Event] = []
        self.functions: list[FunctionDefinition] = []
        self._definitions: dict[ast.AST, FunctionDefinition] = {}
        self._begun = False

    def begin(self) -> None:
        """Walk the body of the module, once."""
        if not self._begun:
            self._begun = True
            walker = Walker(self, self.names, Scope("<module>", self.file.tree), [])
            walker.walk(self.file.tree.body)
            self.events += walker.events

    def complete(self) -> None:
        """Walk the module and each of its functions."""
        self.begin()
        done = 0
        while done < len(self.functions):
            batch = self.functions[done:]
            done = len(self.functions)
            for function in sorted(batch, key=lambda function: function.name not in _FIRST):
                summary_of(function)

    def function(
        self,
        node: ast.FunctionDef | ast.AsyncFunctionDef,
        environment: Environment,
        decorators: tuple[str, ...],
        owner: ClassDefinition | None,
    ) -> FunctionDefinition:
        """Return the definition of a function, the same each time its statement is walked."""
        definition = self._definitions.get(node)
        if definition is None:
            definition = FunctionDefinition(node.name, node, self, environment, owner, decorators)
            self._definitions[node] = definition
            self.functions.append(definition)
        return definition

    def analyse(self, function: FunctionDefinition) -> None:
        """Walk the body of a function and keep its events and its summary."""
        owner = function.owner
        bases = owner.bases if owner else ()
        scope = Scope(function.name, function.node, owner.name if owner else None, bases, function.decorators)
        walker = Walker(self, self._environment(function), scope, [])
        if owner is not None and _per_batch(owner, function.name):
            walker.loops = (Loop(function.node, "framework"),)
        if owner is not None and owner.methods.get("__init__") not in (None, function):
            summary_of(owner.methods["__init__"])
        body = function.node.body
        if isinstance(body, list):
            walker.walk(body)
        else:
            walker.returned = walker.value(body)
        function.summary = summarised(function, walker.events, walker.returned)
        self.events += walker.events

    def _environment(self, function: FunctionDefinition) -> Environment:
        environment = Environment(function.closure)
        for position, name in enumerate(function.parameters):
            value = Value("parameter", node=function.node, place=("name", name))
            if position == 0 and function.owner is not None and "staticmethod" not in function.decorators:
                value = Value("self", definition=function.owner, node=function.node)
            environment.values[name] = value
        return environment


def _per_batch(owner: ClassDefinition, name: str) -> bool:
    family = class_family(owner) or ""
    if family.startswith("torch"):
        return name in PER_BATCH["torch"]
    if family.startswith("keras"):
        return name in PER_BATCH["keras"]
    return name in PER_BATCH["callback"] and any("Callback" in base for base in owner.bases)
