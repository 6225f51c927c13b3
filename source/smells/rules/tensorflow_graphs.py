"""Sessions and graphs of TensorFlow 1, and operations where Keras layers belong."""

import ast
from collections.abc import Iterator

from source.flow.module import ModuleFlow
from source.flow.values import Call
from source.smells.queries import calls, turns
from source.smells.rule import Hit, Rule

_MANY = 2
_NEW_GRAPH = ("tensorflow.Graph", "tensorflow.reset_default_graph")


def unclosed_session(flow: ModuleFlow) -> Iterator[Hit]:
    """Sessions that a function or a loop opens and nothing closes."""
    everything = list(calls(flow))
    for call in everything:
        place = call.result.place
        local = isinstance(call.scope.node, (ast.FunctionDef, ast.AsyncFunctionDef)) or turns(call)
        if call.result.kind != "session" or call.origin is not None or not local or place is None:
            continue
        closed = any(
            other.method in ("close", "__exit__") and other.receiver is call.result for other in everything
        )
        if place[0] == "name" and not closed and not _handed_on(call, place[1]):
            yield Hit(call.node, "a tf.Session is opened and not closed")


def _handed_on(call: Call, name: str) -> bool:
    for part in ast.walk(call.scope.node):
        if isinstance(part, ast.Global) and name in part.names:
            return True
        nested = isinstance(part, (ast.FunctionDef, ast.Lambda)) and part is not call.scope.node
        if nested and any(isinstance(one, ast.Name) and one.id == name for one in ast.walk(part)):
            return True
        if isinstance(part, ast.Call) and ast.unparse(part.func).endswith("set_session"):
            return True
        if isinstance(part, (ast.Return, ast.Yield)):
            given = part.value.elts if isinstance(part.value, ast.Tuple) else [part.value]
            if any(isinstance(one, ast.Name) and one.id == name for one in given):
                return True
    return False


def graph_growth(flow: ModuleFlow) -> Iterator[Hit]:
    """Operations made in the loop that runs the session."""
    everything = list(calls(flow))
    runs = {
        turns(call)[-1]
        for call in everything
        if call.method == "run"
        and call.receiver is not None
        and call.receiver.kind == "session"
        and turns(call)
    }
    own_graph = {loop for call in everything if call.api in _NEW_GRAPH for loop in call.loops}
    for call in everything:
        operation = call.api.startswith("tensorflow.") and call.result.kind in ("tf-tensor", "variable")
        if operation and turns(call) and turns(call)[-1] in runs - own_graph and call.origin is None:
            yield Hit(call.node, "a new operation is added to the graph in every turn that runs it")


def heavy_lambda(flow: ModuleFlow) -> Iterator[Hit]:
    """Lambda layers of several operations."""
    for call in calls(flow):
        if call.api == "keras.layers.Lambda" and call.arguments and call.origin is None:
            function = call.arguments[0].function
            if (
                function is not None
                and sum(isinstance(part, ast.Call) for part in _body(function.node)) >= _MANY
            ):
                yield Hit(call.node, "a Lambda layer holds several operations")


def _body(node: ast.AST) -> Iterator[ast.AST]:
    body = getattr(node, "body", None)
    for statement in body if isinstance(body, list) else [body]:
        if statement is not None:
            yield from ast.walk(statement)


def primitive_operations(flow: ModuleFlow) -> Iterator[Hit]:
    """Operations of TensorFlow on the symbolic tensors of a Keras model."""
    for call in calls(flow):
        operation = call.api.startswith("tensorflow.") and call.result.kind == "tf-tensor"
        symbolic = any(value.kind == "keras-tensor" for value in call.arguments)
        if operation and symbolic and call.origin is None:
            yield Hit(call.node, f"{call.api} is used on a tensor of a Keras model")


RULES = (
    Rule(
        "WL109",
        "Unclosed Session",
        "US",
        ("TensorFlow",),
        "Open it in a with statement: with tf.Graph().as_default(), tf.Session() as sess.",
        "An open session keeps its graph, its variables and the memory of its device.",
        "Sessions of a module's top level, of an attribute, of Keras (set_session) and those that are "
        "returned are not reported.",
        unclosed_session,
    ),
    Rule(
        "WL110",
        "Unbounded Graph Expansion",
        "UGE",
        ("TensorFlow",),
        "Make the operation once before the loop and feed what changes by a placeholder.",
        "The default graph grows with every turn, and the session prepares the grown graph again.",
        "Only where a known session runs in the same loop; silent in a graph of the turn's own.",
        graph_growth,
    ),
    Rule(
        "WL111",
        "Lambda Layers for Complex or Repeated Operations",
        "Lambda",
        ("TensorFlow", "Keras"),
        "Write a subclass of keras.layers.Layer.",
        "What a Lambda layer makes is neither tracked nor saved, and variables in it are made again.",
        "Reported from two calls in its body on.",
        heavy_lambda,
    ),
    Rule(
        "WL112",
        "Primitive API Leakage",
        "PAL",
        ("TensorFlow",),
        "Use the layer or keras.ops function of the same name, or put the operation into a Layer's call().",
        "Keras wraps the operation in a layer that it cannot serialise as its own; Keras 3 refuses it.",
        "Only tensors that come from keras.Input in the same file.",
        primitive_operations,
    ),
)
