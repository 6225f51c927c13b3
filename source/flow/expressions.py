"""What an expression gives: the part of the walk that goes through expressions."""

import ast
from collections.abc import Callable
from pathlib import Path
from typing import Any

from source.flow.definitions import FunctionDefinition
from source.flow.evaluation import Evaluation
from source.flow.families import family_api
from source.flow.libraries import keeps_graph
from source.flow.scopes import either, item_of
from source.flow.values import Loop, Value
from source.names import canonical

_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


class Expressions(Evaluation):
    """Evaluates expressions."""

    def value(self, node: ast.expr | None) -> Value:
        """Evaluate an expression."""
        if node is None:
            return Value("constant")
        handler = _HANDLERS.get(type(node))
        return handler(self, node) if handler else self._parts(node)

    def _parts(self, node: ast.AST) -> Value:
        values = [self.value(part) for part in ast.iter_child_nodes(node) if isinstance(part, ast.expr)]
        return self.made(node=node, sources=tuple(values))

    def _constant(self, node: ast.Constant) -> Value:
        return Value("constant", node=node, graph=False, constant=node.value)

    def _name(self, node: ast.Name) -> Value:
        found = self.environment.get(node.id)
        if found is not None:
            return self._resolved(node.id, found) if found.kind == "import" else found
        return Value("api", node.id, node=node) if node.id in _BUILTINS else Value(node=node)

    def _resolved(self, name: str, value: Value) -> Value:
        """Return what an imported name is: something of a file of the program, or an API."""
        unresolved = Value("api", value.api, node=value.node)
        self.environment.values[name] = unresolved
        resolved = self.module.project.imported(value.api, self.module) or unresolved
        self.environment.values[name] = resolved
        return resolved

    def _attribute(self, node: ast.Attribute) -> Value:
        base = self.value(node.value)
        value = self.attribute(base, node.attr, node)
        if node.attr == "loss" and not base.kind and base.definition is None and not value.kind:
            base.keyed.setdefault(f".{node.attr}", value)
        return value

    def attribute(self, base: Value, name: str, node: ast.AST) -> Value:
        """Return what an attribute of a value holds."""
        if base.kind == "api":
            return Value("api", canonical(f"{base.api}.{name}"), node=node)
        if base.kind == "project-module":
            return self.module.project.member(Path(base.api), name) or Value(node=node)
        if base.keyed and f".{name}" in base.keyed:
            return base.keyed[f".{name}"]
        if base.definition is not None:
            held = base.definition.attribute(name)
            if held is not None:
                return held
            method = base.definition.method(name)
            if method is not None:
                return Value("function", function=method, bound=base, node=node, api=family_api(base, name))
        graph = base.graph if keeps_graph(name) else False
        return Value(api=family_api(base, name), node=node, loops=base.loops, graph=graph, sources=(base,))

    def _sequence(self, node: ast.List | ast.Tuple | ast.Set) -> Value:
        items = tuple(self.value(item) for item in node.elts)
        kind = "tuple" if isinstance(node, ast.Tuple) else "container"
        return self.made(kind, node, items=items, sources=items, graph=False if not items else None)

    def _dict(self, node: ast.Dict) -> Value:
        for key in node.keys:
            self.value(key)
        values = tuple(self.value(item) for item in node.values)
        keys = (key.value if isinstance(key, ast.Constant) else None for key in node.keys)
        keyed = {key: value for key, value in zip(keys, values, strict=True) if isinstance(key, str)}
        return self.made("container", node, sources=values, items=values, keyed=keyed)

    def _binary(self, node: ast.BinOp) -> Value:
        return self.combined(node, self.value(node.left), self.value(node.right))

    def combined(self, node: ast.AST, left: Value, right: Value) -> Value:
        """Return the result of an arithmetic operation."""
        if (
            left.kind == "container"
            and isinstance(node, ast.BinOp)
            and isinstance(node.op, (ast.Mult, ast.Add))
        ):
            return self.made("container", node, sources=(left, right))
        graphs = {left.graph, right.graph}
        graph = True if True in graphs else None if None in graphs else False
        if self.without_gradients:
            graph = False
        kinds = [value.kind for value in (left, right) if value.kind in _TENSORS]
        both = (left, right)
        return self.made(kinds[0] if kinds else "", node, sources=both, flows=both, graph=graph)

    def _unary(self, node: ast.UnaryOp) -> Value:
        operand = self.value(node.operand)
        return self.made(operand.kind, node, sources=(operand,), graph=operand.graph, constant=_minus(node))

    def _either(self, node: ast.IfExp) -> Value:
        self.value(node.test)
        self.conditional += 1
        result = either(self.value(node.body), self.value(node.orelse))
        self.conditional -= 1
        return result

    def _walrus(self, node: ast.NamedExpr) -> Value:
        value = self.value(node.value)
        self.environment.values[node.target.id] = value
        return value

    def _subscript(self, node: ast.Subscript) -> Value:
        base = self.value(node.value)
        index = self.value(node.slice)
        if (
            base.items
            and isinstance(index.constant, int)
            and -len(base.items) <= index.constant < len(base.items)
        ):
            return base.items[index.constant]
        key = index.constant
        if isinstance(key, str) and key in base.keyed:
            return base.keyed[key]
        kind = base.kind if base.kind in _TENSORS or base.kind in ("array", "arrays") else ""
        sources = (base, index) if base.kind != "constant" else ()
        value = Value(kind, node=node, loops=base.loops, graph=base.graph, sources=sources)
        if isinstance(key, str):
            base.keyed[key] = value
        return value

    def _lambda(self, node: ast.Lambda) -> Value:
        definition = FunctionDefinition("lambda", node, self.module, self.environment)
        self.module.functions.append(definition)
        return Value("function", function=definition, node=node)

    def _await(self, node: ast.Await | ast.Starred) -> Value:
        return self.value(node.value)

    def _yield(self, node: ast.Yield | ast.YieldFrom) -> Value:
        self.value(node.value).escape()
        return self.made(node=node)

    def _comprehension(self, node: Any) -> Value:
        before = self.loops
        for generator in node.generators:
            over = self.value(generator.iter)
            self.loops = (*self.loops, Loop(node, "comprehension", over))
            self.bind_quietly(generator.target, over)
            for test in generator.ifs:
                self.value(test)
        if isinstance(node, ast.DictComp):
            self.value(node.key)
        item = self.value(node.value if isinstance(node, ast.DictComp) else node.elt)
        self.loops = before
        return self.made("container", node, sources=(item,))

    def bind_quietly(self, target: ast.expr, over: Value) -> None:
        """Bind the target of a loop to an item of what is iterated, which is used by that."""
        if over.kind not in ("dataloader", "dataset", "range"):
            over.escape()
        for part in ast.walk(target):
            if isinstance(part, ast.Name):
                self.environment.values[part.id] = self.made(node=target, graph=False if over.kind else None)
        self._bind_item(target, item_of(over))

    def _bind_item(self, target: ast.expr, item: Value | None) -> None:
        """Bind the target of a loop, or the parts of it, where it is known what is gone through."""
        if item is None:
            return
        if isinstance(target, ast.Name):
            self.environment.values[target.id] = item
        elif isinstance(target, (ast.Tuple, ast.List)) and len(item.items or ()) == len(target.elts):
            for part, value in zip(target.elts, item.items or (), strict=True):
                self._bind_item(part, value if value.kind or value.graph else None)


def _minus(node: ast.UnaryOp) -> object:
    if isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant):
        number = node.operand.value
        return -number if isinstance(number, (int, float)) else None
    return None


_TENSORS = frozenset(("tensor", "torch-result", "tf-tensor", "keras-tensor"))
_BUILTINS = frozenset(
    (
        *("open", "range", "print", "len", "float", "int", "str", "list", "dict", "set", "map"),
        *("enumerate", "zip", "sum", "min", "max", "isinstance", "super", "iter", "next", "sorted"),
        *("reversed", "round", "abs", "bool", "tuple", "repr", "format", "type", "id", "hasattr"),
        *("getattr", "setattr", "any", "all", "filter"),
    )
)
_HANDLERS: dict[type, Callable[[Any, Any], Value]] = {
    ast.Constant: Expressions._constant,
    ast.Name: Expressions._name,
    ast.Attribute: Expressions._attribute,
    ast.Call: lambda self, node: self.call(node),
    ast.List: Expressions._sequence,
    ast.Tuple: Expressions._sequence,
    ast.Set: Expressions._sequence,
    ast.Dict: Expressions._dict,
    ast.BinOp: Expressions._binary,
    ast.UnaryOp: Expressions._unary,
    ast.IfExp: Expressions._either,
    ast.NamedExpr: Expressions._walrus,
    ast.Subscript: Expressions._subscript,
    ast.Lambda: Expressions._lambda,
    ast.Await: Expressions._await,
    ast.Starred: Expressions._await,
    ast.Yield: Expressions._yield,
    ast.YieldFrom: Expressions._yield,
    **dict.fromkeys(_COMPREHENSIONS, Expressions._comprehension),
}
