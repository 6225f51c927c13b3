"""What a call does to what it gets: containers, gradients, values that leave the reach of the walk."""

import ast

from source.flow.expressions import Expressions
from source.flow.libraries import HARMLESS, HARMLESS_LIBRARIES
from source.flow.values import Call, Stored, Value

_PUTS = {"append": "append", "add": "add", "appendleft": "append", "extend": "extend", "insert": "append"}
_PUTS |= {"setdefault": "item", "put": "append", "push": "append"}
_RELEASES = frozenset(("clear", "pop", "popleft", "popitem", "remove"))
_BACKWARD = frozenset(("backward", "manual_backward"))
_MOST_SOURCES = 20
_NO_CONTAINERS = frozenset(
    (
        *("module", "model", "layer", "optimizer", "dataset", "session", "file", "tensor"),
        *("torch-result", "tf-tensor"),
    )
)
_HARMLESS_METHODS = frozenset(
    (
        *("backward", "item", "detach", "cpu", "numpy", "update", "info", "debug", "warning"),
        *("write", "format", "join", "log", "add_scalar", "set_postfix", "set_description", "eq"),
        *("gradient", "scale", "step", "manual_backward"),
    )
)


class Effects(Expressions):
    """Notes the effects of calls."""

    def _effects(self, event: Call, callee: Value, node: ast.Call) -> None:
        receiver, method = event.receiver, event.method
        if method in _BACKWARD:
            if receiver is not None and not event.arguments:
                receiver.consume()
            for argument in event.arguments[:1]:
                argument.consume()
            if receiver is not None and receiver.kind in ("tensor", "torch-result"):
                receiver.consume()
        elif event.api == "torch.autograd.grad" or method == "gradient":
            for argument in event.arguments[:1]:
                argument.consume()
        if receiver is not None and receiver.kind not in _NO_CONTAINERS:
            own = callee.function is not None or _is_foreign(receiver)
            if method in _PUTS and event.arguments and not own:
                self._put(event, receiver, node)
            elif method in _RELEASES:
                self.released(node, receiver)
        harmless = self._harmless(event, callee)
        computes = event.api.startswith(("torch.", "tensorflow."))
        for value in (*event.arguments, *event.keywords.values()):
            if not harmless or (computes and value.kind == "container"):
                value.escape()

    def _put(self, event: Call, container: Value, node: ast.Call) -> None:
        value = event.arguments[-1]
        container.sources = (*container.sources[-_MOST_SOURCES:], value)
        how = _PUTS[event.method]
        self.events.append(Stored(**self.where(node), container=container, value=value, how=how))

    def _harmless(self, event: Call, callee: Value) -> bool:
        if callee.kind in ("module", "criterion", "layer", "model", "self"):
            return True
        if event.receiver is not None and (event.method in _PUTS or event.method in _HARMLESS_METHODS):
            return True
        library = callee.kind == "api" and event.api.startswith(HARMLESS_LIBRARIES)
        return event.api in HARMLESS or library


def _is_foreign(value: Value) -> bool:
    """Return whether a value is an object of a library's class, whose append() may keep a copy or a mean."""
    return not value.kind and value.api.rpartition(".")[2][:1].isupper()
