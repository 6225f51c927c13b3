"""What a call gives and does: constructors, methods, containers, gradients, functions of the program."""

import ast

from source.flow.definitions import FunctionDefinition
from source.flow.effects import Effects
from source.flow.families import class_family, family_api
from source.flow.libraries import SAME, WRAPPERS, keeps_graph, kind_of
from source.flow.summaries import instantiated, replayed, summary_of
from source.flow.values import Call, Loop, Value

_NUMBERS = frozenset(("float", "int", "len", "str", "bool", "round", "repr", "format"))
_CLASS_KINDS = {"torch.nn.Module": "module", "keras.Model": "model", "keras.layers.Layer": "layer"}


class Calls(Effects):
    """Evaluates calls."""

    def call(self, node: ast.Call) -> Value:
        """Evaluate a call and note it."""
        receiver: Value | None = None
        method = ""
        if isinstance(node.func, ast.Attribute):
            receiver, method = self.value(node.func.value), node.func.attr
            callee = self.attribute(receiver, method, node.func)
        else:
            callee = self.value(node.func)
        arguments = tuple(self.value(argument) for argument in node.args)
        keywords = {word.arg or "**": self.value(word.value) for word in node.keywords}
        event = Call(
            **self.where(node),
            api=callee.api,
            callee=callee,
            method=method,
            receiver=receiver if receiver is not None and receiver.kind != "api" else None,
            arguments=arguments,
            keywords=keywords,
        )
        event.result = self._result(event, callee, node)
        self.events.append(event)
        self._effects(event, callee, node)
        return event.result

    def _result(self, event: Call, callee: Value, node: ast.Call) -> Value:
        given = (*event.arguments, *event.keywords.values())
        if callee.function is not None:
            return self._called(callee.function, event, callee, node)
        if callee.kind == "class" and callee.definition is not None:
            return self._instance(event, callee, node)
        called = (
            callee.definition.method("__call__") if callee.kind == "instance" and callee.definition else None
        )
        if called is not None:
            return self._called(called, event, callee, node)
        if callee.kind == "self" and callee.definition is not None:
            event.api = family_api(callee, "__call__")
        if callee.kind == "api":
            return self._of_library(event, callee.api, given, node)
        if callee.kind in ("module", "self") or event.api in (
            "torch.nn.Module.forward",
            "torch.nn.Module.__call__",
        ):
            event.api = event.api or "torch.nn.Module.__call__"
            return self._tensor(node, given, graph=True)
        if callee.kind == "criterion":
            return self._tensor(node, given, graph=_graph(given))
        if callee.kind in ("layer", "model", "tf-criterion"):
            event.api = event.api or (
                "keras.Model.__call__" if callee.kind == "model" else "keras.layers.Layer.__call__"
            )
            kind = "keras-tensor" if any(_holds_keras_tensor(value) for value in given) else "tf-tensor"
            return self.made(kind, node, sources=given)
        if event.receiver is not None and event.method:
            return self._of_method(event, given, node)
        return self.made(node=node, sources=given)

    def _of_library(self, event: Call, api: str, given: tuple[Value, ...], node: ast.Call) -> Value:
        if api in WRAPPERS and event.arguments:
            first = event.arguments[0]
            kinds = [value.kind for value in event.arguments if value.kind == "dataloader"]
            return Value(kinds[0] if kinds else first.kind, api, first.node, first.loops, first.graph, given)
        if api == "map" and event.arguments and event.arguments[0].function is not None:
            loop = Loop(node, "map", event.arguments[1] if len(event.arguments) > 1 else None)
            self.loops = (*self.loops, loop)
            self._called(event.arguments[0].function, event, event.arguments[0], node)
            self.loops = self.loops[:-1]
        kind = kind_of(api)
        if api in _NUMBERS:
            return self.made("number", node, graph=False)
        if kind in ("tensor", "torch-result"):
            result = self._tensor(node, given, graph=_graph(given), kind=kind, api=api)
            result.flows = event.arguments[:1] if api in SAME else ()
            return result
        if kind == "container":
            bounded = api == "collections.deque" and ("maxlen" in event.keywords or len(event.arguments) > 1)
            items = given[0].items if api == "list" and given else None
            return self.made("bounded" if bounded else kind, node, api=api, sources=given, items=items)
        if api == "sum" and given:
            return self.made(
                "", node, api=api, sources=given, flows=given[0].items or (), graph=_graph(given)
            )
        if kind == "file" and given and given[0].api in ("io.BytesIO", "io.StringIO"):
            kind = "image"
        if kind == "" and api.startswith("keras.layers."):
            kind = "layer"
        return self.made(kind, node, api=api, sources=given)

    def _of_method(self, event: Call, given: tuple[Value, ...], node: ast.Call) -> Value:
        receiver, method = event.receiver, event.method
        assert receiver is not None
        sources = (receiver, *given)
        if method == "setdefault":
            return Value(node=node, loops=receiver.loops, place=receiver.place, sources=(receiver,))
        if receiver.kind == "container" and method in ("items", "values") and receiver.items:
            return self._items(receiver, method, node)
        if receiver.kind == "dataset":
            return self.made("dataset", node, api=receiver.api, sources=sources)
        if receiver.kind == "graph" and method == "as_default":
            return Value("api", "tensorflow.Graph.as_default", node)
        if receiver.kind in ("module", "model") and method in (
            "to",
            "cuda",
            "cpu",
            "train",
            "eval",
            "half",
            "float",
        ):
            return receiver
        if receiver.kind == "model" and method in (
            "predict_on_batch",
            "train_on_batch",
            "evaluate",
            "fit",
            "predict",
        ):
            return self.made("history" if method == "fit" else "array", node, sources=sources)
        if receiver.kind == "file":
            return self.made("image" if method in ("convert", "copy", "resize") else "", node)
        graph = receiver.graph if keeps_graph(method) else False
        if method in ("item", "tolist", "numpy"):
            return self.made("number", node, graph=False)
        if self.without_gradients:
            graph = False
        kind = receiver.kind if receiver.kind in ("tensor", "torch-result", "tf-tensor") else ""
        flows = event.arguments if method == "scale" else (receiver,) if method in _SAME else ()
        return self.made(kind, node, sources=sources, flows=flows, graph=graph)

    def _items(self, receiver: Value, method: str, node: ast.Call) -> Value:
        """Return the values of a dictionary that is written out, or pairs of a key and one of them."""
        items = receiver.items or ()
        if method == "items":
            items = tuple(self.made("tuple", node, items=(Value("constant"), item)) for item in items)
        return self.made("container", node, sources=(receiver,), items=items)

    def _tensor(
        self,
        node: ast.Call,
        sources: tuple[Value, ...],
        graph: bool | None,
        kind: str = "tensor",
        api: str = "",
    ) -> Value:
        return self.made(
            kind, node, api=api, sources=sources, graph=False if self.without_gradients else graph
        )

    def _instance(self, event: Call, callee: Value, node: ast.Call) -> Value:
        definition = callee.definition
        assert definition is not None
        family = class_family(definition)
        kind = _CLASS_KINDS.get(family or "", "instance")
        event.api = definition.name
        given = (*event.arguments, *event.keywords.values())
        constructor = definition.method("__init__")
        if constructor is not None:
            self._called(constructor, event, Value("self", definition=definition), node)
        return self.made(kind, node, api=definition.name, definition=definition, sources=given)

    def _called(self, function: FunctionDefinition, event: Call, callee: Value, node: ast.Call) -> Value:
        summary = summary_of(function)
        given = (*event.arguments, *event.keywords.values())
        if summary is None:
            return self.made(node=node, sources=given)
        bound = callee.bound is not None or callee.kind in ("self", "instance")
        arguments = summary.arguments_of(event, bound=bound)
        self.events += replayed(summary, event, arguments, self)
        return instantiated(summary, node, arguments, self)


def _graph(values: tuple[Value, ...]) -> bool | None:
    if any(value.attached for value in values):
        return True
    return None if any(value.graph is None for value in values) else False


def _holds_keras_tensor(value: Value) -> bool:
    return value.kind == "keras-tensor" or any(_holds_keras_tensor(item) for item in value.items or ())


_SAME = frozenset(
    (
        *("mean", "sum", "div", "mul", "add", "sub", "view", "squeeze", "reshape", "to", "cuda"),
        *("float", "cpu", "clone", "contiguous", "half", "double", "flatten", "unsqueeze"),
    )
)
