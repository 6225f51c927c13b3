"""The walk through the statements of a scope, in order, with what each leaves to the next."""

import ast
from collections.abc import Callable, Sequence
from typing import Any

from source.flow.bindings import Bindings, place_of
from source.flow.definitions import ClassDefinition
from source.flow.libraries import LIBRARIES
from source.flow.scopes import either, merged
from source.flow.values import Loop, Value
from source.names import absolute_module, canonical, dotted_text, imported_names

_LEAVES = (ast.Return, ast.Raise, ast.Break, ast.Continue)


class Walker(Bindings):
    """Walks statements."""

    def walk(self, statements: Sequence[ast.stmt]) -> None:
        """Walk statements in order."""
        for statement in statements:
            handler = _HANDLERS.get(type(statement))
            if handler is not None:
                handler(self, statement)

    def _expression(self, node: ast.Expr) -> None:
        value = self.value(node.value)
        if value.api == "torch.set_grad_enabled" and value.sources and value.sources[0].constant is False:
            self.contexts = (*self.contexts, "torch.no_grad")

    def _if(self, node: ast.If) -> None:
        self.value(node.test)
        if _is_main(node.test):
            self.walk(node.body)
            return
        if "TYPE_CHECKING" in (dotted_text(node.test) or ""):
            self.walk(node.orelse)
            return
        before = self.environment.values
        branches = []
        self.conditional += 1
        for body in (node.body, node.orelse):
            self.environment.values = dict(before)
            contexts = self.contexts
            self.walk(body)
            self.contexts = contexts
            if not (body and isinstance(body[-1], _LEAVES)):
                branches.append(self.environment.values)
        self.conditional -= 1
        self._replace(before, merged(branches) if branches else before)

    def _replace(self, values: dict[str, Value], by: dict[str, Value]) -> None:
        """Put the merged names into the scope's own dict, which functions defined in it look into."""
        if by is not values:
            values.clear()
            values.update(by)
        self.environment.values = values

    def _for(self, node: ast.For | ast.AsyncFor) -> None:
        over = self.value(node.iter)
        self._loop(node, Loop(node, "for", over, _single_turn(node.body)))
        self.walk(node.orelse)

    def _while(self, node: ast.While) -> None:
        self.value(node.test)
        self._loop(node, Loop(node, "while", None, _single_turn(node.body)))
        self.walk(node.orelse)

    def _loop(self, node: ast.For | ast.AsyncFor | ast.While, loop: Loop) -> None:
        """Walk the body twice where the loop is the outermost one, for what a turn leaves to the next."""
        before, first = self.loops, len(self.events)
        self.loops = (*before, loop)
        for _turn in range(1 if before else 2):
            del self.events[first:]
            if isinstance(node, (ast.For, ast.AsyncFor)) and loop.over is not None:
                self.bind_quietly(node.target, loop.over)
            if isinstance(node, ast.While):
                self.value(node.test)
            self.walk(node.body)
        self.loops = before

    def _with(self, node: ast.With | ast.AsyncWith) -> None:
        before = self.contexts
        for item in node.items:
            value = self.value(item.context_expr)
            if value.kind in ("file", "session"):
                self.released(item.context_expr, value)
                value.place = ("with", "")
            api = "torch.no_grad" if _off(value) else value.api
            self.contexts = (*self.contexts, *([api] if api and api != "torch.set_grad_enabled" else []))
            if item.optional_vars is not None:
                self.bind(item.optional_vars, value, node)
        self.walk(node.body)
        self.contexts = before

    def _try(self, node: ast.Try | ast.TryStar) -> None:
        self.walk(node.body)
        values = self.environment.values
        self.conditional += 1
        for handler in node.handlers:
            self.environment.values = dict(values)
            self.walk(handler.body)
            for name, value in self.environment.values.items():
                values.setdefault(name, value)
        self.environment.values = values
        self.conditional -= 1
        self.walk(node.orelse)
        self.walk(node.finalbody)

    def _match(self, node: ast.Match) -> None:
        self.value(node.subject)
        self.conditional += 1
        for case in node.cases:
            self.walk(case.body)
        self.conditional -= 1

    def _return(self, node: ast.Return) -> None:
        value = self.value(node.value)
        value.escape()
        self.returned = value if self.returned is None else either(self.returned, value)

    def _delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            base = target.value if isinstance(target, ast.Subscript) else target
            self.released(node, self.value(base))
            place = place_of(target)
            if place is not None:
                self.released(node, Value(place=place))

    def _import(self, node: ast.Import | ast.ImportFrom) -> None:
        """Bind what is imported; a file of the program is looked for when the name is first used."""
        if isinstance(node, ast.ImportFrom) and node.names[0].name == "*":
            module = absolute_module(node, self.module.package)
            self.environment.values.update(self.module.project.exported(module, self.module))
        for name, dotted in imported_names(node, self.module.package).items():
            known = dotted.partition(".")[0] in LIBRARIES
            value = Value("api" if known else "import", canonical(dotted), node=node)
            self.environment.values[name] = value

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        definition = self.module.function(node, self.environment, self._decorators(node), None)
        self.environment.values[node.name] = Value("function", function=definition, node=node)

    def _decorators(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> tuple[str, ...]:
        return tuple(self._decorator(decorator) for decorator in node.decorator_list)

    def _decorator(self, node: ast.expr) -> str:
        value = self.value(node.func if isinstance(node, ast.Call) else node)
        return value.api or dotted_text(node.func if isinstance(node, ast.Call) else node) or ""

    def _class(self, node: ast.ClassDef) -> None:
        held = [self.value(base) for base in node.bases]
        parents = tuple(value.definition for value in held if value.definition is not None)
        bases = tuple(value.api for value in held if value.kind == "api")
        bases += tuple(base for parent in parents for base in parent.bases)
        definition = ClassDefinition(node.name, node, self.module, bases, parents)
        self.environment.values[node.name] = Value("class", definition=definition, node=node)
        self._members(node, definition)

    def _members(self, node: ast.ClassDef, definition: ClassDefinition) -> None:
        for statement in node.body:
            if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
                decorators = self._decorators(statement)
                function = self.module.function(statement, self.environment, decorators, definition)
                definition.methods[statement.name] = function
            elif isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
                value = self.value(statement.value)
                value.place = ("self", statement.targets[0].id)
                definition.attributes[statement.targets[0].id] = value


def _off(value: Value) -> bool:
    if value.api != "torch.set_grad_enabled":
        return False
    return bool(value.sources) and value.sources[0].constant is False


def _single_turn(body: list[ast.stmt]) -> bool:
    if not isinstance(body[-1], (ast.Break, ast.Return, ast.Raise)):
        return False
    return not any(isinstance(part, ast.Continue) for statement in body for part in ast.walk(statement))


def _is_main(test: ast.expr) -> bool:
    return isinstance(test, ast.Compare) and isinstance(test.left, ast.Name) and test.left.id == "__name__"


_HANDLERS: dict[type, Callable[[Any, Any], None]] = {
    ast.Expr: Walker._expression,
    ast.Assign: Walker._assign,
    ast.AnnAssign: Walker._annotated,
    ast.AugAssign: Walker._augmented,
    ast.If: Walker._if,
    ast.For: Walker._for,
    ast.AsyncFor: Walker._for,
    ast.While: Walker._while,
    ast.With: Walker._with,
    ast.AsyncWith: Walker._with,
    ast.Try: Walker._try,
    ast.TryStar: Walker._try,
    ast.Match: Walker._match,
    ast.Return: Walker._return,
    ast.Delete: Walker._delete,
    ast.Import: Walker._import,
    ast.ImportFrom: Walker._import,
    ast.FunctionDef: Walker._function,
    ast.AsyncFunctionDef: Walker._function,
    ast.ClassDef: Walker._class,
    ast.Assert: lambda self, node: self.value(node.test),
    ast.Raise: lambda self, node: self.value(node.exc),
}
