"""Assignments: what names, attributes and places of containers hold, and what is added up in them."""

import ast

from source.flow.calls import Calls
from source.flow.values import Bound, Stored, Value

_CAN_HOLD = (ast.Name, ast.Attribute, ast.Subscript)


class Bindings(Calls):
    """Walks assignments."""

    def _assign(self, node: ast.Assign) -> None:
        accumulated = _accumulated(node)
        value = self.value(node.value)
        for target in node.targets:
            if accumulated is not None and isinstance(value.sources, tuple) and len(value.sources) == 2:
                old, added = value.sources if accumulated == "left" else reversed(value.sources)
                self._accumulate(target, node, old, added, value)
            else:
                self.bind(target, value, node)

    def _annotated(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.bind(node.target, self.value(node.value), node)

    def _augmented(self, node: ast.AugAssign) -> None:
        old, added = self.value(node.target), self.value(node.value)
        result = self.combined(node, old, added)
        if old.kind == "container":
            old.sources = (*old.sources, added)
            how = "extend"
            self.events.append(Stored(**self.where(node), container=old, value=added, how=how))
            return
        self._accumulate(node.target, node, old, added, result)

    def _accumulate(self, target: ast.expr, node: ast.AST, old: Value, added: Value, result: Value) -> None:
        result.loops, result.place = old.loops, place_of(target)
        self.events.append(
            Stored(**self.where(node), container=old, value=added, how="accumulate", result=result)
        )
        self._set(target, result)

    def bind(self, target: ast.expr, value: Value, node: ast.AST) -> None:
        """Bind a target of an assignment, a loop or a ``with``."""
        if isinstance(target, (ast.Tuple, ast.List)):
            items = value.items if value.items and len(value.items) == len(target.elts) else None
            for position, part in enumerate(target.elts):
                item = items[position] if items else self._part(value, node)
                self.bind(part.value if isinstance(part, ast.Starred) else part, item, node)
        elif isinstance(target, ast.Subscript):
            container = self.value(target.value)
            key = self.value(target.slice).constant
            if isinstance(key, str):
                container.keyed[key] = value
            if isinstance(target.slice, ast.Slice):
                self.released(node, container)
            container.sources = (*container.sources[-20:], value)
            self.events.append(Stored(**self.where(node), container=container, value=value, how="item"))
        else:
            place = place_of(target)
            before = self._held(target)
            if place is not None:
                self.events.append(Bound(**self.where(node), place=place, value=value, before=before))
                if value.place is None and value.kind not in ("api", "function", "class"):
                    value.place = place
            self._set(target, value)

    def _part(self, value: Value, node: ast.AST) -> Value:
        kind = "array" if value.kind == "arrays" else ""
        if value.kind == "arrays":
            return self.made("arrays", node)
        return self.made(kind, node, graph=value.graph, sources=(value,))

    def _held(self, target: ast.expr) -> Value | None:
        if isinstance(target, ast.Name):
            return self.environment.values.get(target.id)
        if isinstance(target, ast.Attribute):
            owner = self.value(target.value)
            return owner.definition.attributes.get(target.attr) if owner.definition is not None else None
        return None

    def _set(self, target: ast.expr, value: Value) -> None:
        if isinstance(target, ast.Name):
            self.environment.values[target.id] = value
        elif isinstance(target, ast.Attribute):
            owner = self.value(target.value)
            if owner.kind == "self" and owner.definition is not None:
                owner.definition.attributes[target.attr] = value
            else:
                owner.keyed[f".{target.attr}"] = value
                self.events.append(
                    Stored(**self.where(target), container=owner, value=value, how="attribute")
                )
        elif isinstance(target, ast.Subscript):
            container = self.value(target.value)
            container.sources = (*container.sources[-20:], value)
            self.events.append(Stored(**self.where(target), container=container, value=value, how="item"))


def place_of(target: ast.AST) -> tuple[str, str] | None:
    """Return the name or attribute that a target of an assignment is."""
    if isinstance(target, ast.Name):
        return "name", target.id
    if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name):
        return ("self" if target.value.id in ("self", "cls") else target.value.id), target.attr
    return None


def _accumulated(node: ast.Assign) -> str | None:
    """Return on which side ``total = total + x`` has the old value, ``None`` where it is none of these."""
    if (
        not isinstance(node.value, ast.BinOp)
        or not isinstance(node.value.op, ast.Add)
        or len(node.targets) > 1
    ):
        return None
    if not isinstance(node.targets[0], _CAN_HOLD):
        return None
    target = ast.unparse(node.targets[0])
    for side, operand in (("left", node.value.left), ("right", node.value.right)):
        if isinstance(operand, _CAN_HOLD) and ast.unparse(operand) == target:
            return side
    return None
