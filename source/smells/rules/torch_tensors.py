"""Tensors of PyTorch that stay referenced, with the graph of gradients behind them."""

import ast
from collections.abc import Iterator

from source.flow.libraries import NO_GRADIENTS, TORCH_MODULES
from source.flow.module import ModuleFlow
from source.flow.values import Call, Loop, Stored
from source.smells.queries import (
    calls,
    invariant,
    is_released,
    made_in,
    outlives,
    puts,
    replaces,
    share_a_turn,
    turns,
)
from source.smells.rule import Hit, Rule

_TORCH = ("PyTorch",)
_JOINS = frozenset(f"torch.{name}" for name in ("cat", "concat", "concatenate", "hstack", "vstack"))
_SWITCHES = ("torch.autograd.set_detect_anomaly", "torch.autograd.anomaly_mode.set_detect_anomaly")


def kept_graphs(flow: ModuleFlow) -> Iterator[Hit]:
    """Losses or outputs kept or added up with their graph, in something that outlives the loop."""
    if "torch" not in flow.file.text:
        return
    for event in puts(flow):
        if (
            event.value.kind == "tf-tensor"
            or event.how == "attribute"
            or (event.how == "accumulate" and _without_gradients(event))
            or not event.value.attached
            or not outlives(event.container, event)
            or replaces(event)
        ):
            continue
        if not _asked_later(event) and not is_released(flow, event.container, event):
            what = "added up" if event.how == "accumulate" else "kept in a container that outlives the loop"
            yield Hit(event.node, f"a tensor is {what} with its graph of gradients")


def _asked_later(event: Stored) -> bool:
    """Return whether gradients are asked of the sum or container, or may be where it goes.

    A value whose own gradients were asked in the turn has no further use of its graph.
    """
    total = event.result or event.container
    if total.consumed:
        return True
    done = event.value.used
    unclear = total.escapes or event.container.kind == "parameter" or _is_held(event)
    return not done and (unclear or any(base.startswith(TORCH_MODULES) for base in event.scope.bases))


def _without_gradients(event: Stored) -> bool:
    return any(context in NO_GRADIENTS for context in event.contexts)


def _is_held(event: Stored) -> bool:
    place = event.container.place
    return place is None or place[0] != "name"


def over_concatenation(flow: ModuleFlow) -> Iterator[Hit]:
    """A tensor that grows by torch.cat onto itself."""
    joins = [call for call in calls(flow) if call.api in _JOINS and turns(call) and call.origin is None]
    targets = _targets(flow) if joins else {}
    for call in joins:
        target = targets.get(call.node)
        if target is None or not isinstance(call.node, ast.Call) or not call.node.args:
            continue
        parts = call.node.args[0]
        items = parts.elts if isinstance(parts, (ast.List, ast.Tuple)) else []
        onto_itself = any(ast.unparse(item) == target for item in items) and not _now_and_then(call)
        if onto_itself and not _needed_in_turn(turns(call), target, call.node):
            yield Hit(call.node, f"'{target}' is copied into a larger tensor in every turn")


def _now_and_then(call: Call) -> bool:
    """Return whether a call is made in every n-th turn only: under a condition with a remainder."""
    conditions = (part for part in ast.walk(turns(call)[-1].node) if isinstance(part, ast.If))
    counted = (one for one in conditions if any(isinstance(part, ast.Mod) for part in ast.walk(one.test)))
    return any(part is call.node for one in counted for part in ast.walk(one))


def _targets(flow: ModuleFlow) -> dict[ast.AST, str]:
    """Return the name or attribute to which an expression is assigned."""
    assigned = (part for part in ast.walk(flow.file.tree) if isinstance(part, ast.Assign))
    return {
        part.value: ast.unparse(part.targets[0])
        for part in assigned
        if len(part.targets) == 1 and isinstance(part.targets[0], (ast.Name, ast.Attribute))
    }


def _needed_in_turn(loops: tuple[Loop, ...], target: str, node: ast.AST) -> bool:
    """Return whether the innermost loop around a statement binds or reads the name elsewhere."""
    around = [loop.node for loop in loops if isinstance(loop.node, (ast.For, ast.While, ast.AsyncFor))]
    if not around:
        return True
    joined = {id(part) for part in ast.walk(node)}
    uses = [part for part in ast.walk(around[-1]) if isinstance(part, (ast.Name, ast.Attribute))]
    named = [part for part in uses if id(part) not in joined and ast.unparse(part) == target]
    return len(named) > 1


def retained_graph(flow: ModuleFlow) -> Iterator[Hit]:
    """backward(retain_graph=True) where it is the only one of its turn."""
    everything = list(calls(flow))
    backward = [call for call in everything if call.method == "backward"]
    grads = [call for call in everything if call.api == "torch.autograd.grad"]
    for call in backward:
        option = call.keywords.get("retain_graph") or call.keywords.get("create_graph")
        if option is None or option.constant is not True or not turns(call) or call.origin is not None:
            continue
        others = [one for one in (*backward, *grads) if one.node is not call.node and share_a_turn(one, call)]
        if not others and _is_made_in_turn(call.node, turns(call)[-1].node):
            yield Hit(
                call.node, "the graph of every step is retained, though nothing else goes back through it"
            )


def _is_made_in_turn(node: ast.AST, loop: ast.AST) -> bool:
    """Return whether a loop makes what backward() is called on; losses it goes through share a graph."""
    root = node.func if isinstance(node, ast.Call) else node
    while isinstance(root, (ast.Attribute, ast.Subscript, ast.Call)):
        root = root.func if isinstance(root, ast.Call) else root.value
    body = [part for statement in getattr(loop, "body", []) for part in ast.walk(statement)]
    return isinstance(root, ast.Name) and any(
        isinstance(part, ast.Name) and part.id == root.id and isinstance(part.ctx, ast.Store) for part in body
    )


def constant_anomaly_detection(flow: ModuleFlow) -> Iterator[Hit]:
    """Anomaly detection switched on for good."""
    for call in calls(flow):
        if call.api not in _SWITCHES or call.origin is not None or call.conditional:
            continue
        on = call.arguments[0] if call.arguments else call.keywords.get("mode")
        if on is not None and on.constant is True and not _is_context(flow, call.node):
            yield Hit(call.node, "anomaly detection is switched on for good")


def _is_context(flow: ModuleFlow, node: ast.AST) -> bool:
    items = (part for part in ast.walk(flow.file.tree) if isinstance(part, ast.withitem))
    return any(item.context_expr is node for item in items)


def traced_per_turn(flow: ModuleFlow) -> Iterator[Hit]:
    """The same model traced again and again."""
    for call in calls(flow):
        if made_in(call, "traced") and call.origin is None and invariant(call.node, turns(call)[-1]):
            yield Hit(call.node, "the same model is traced in every turn")


RULES = (
    Rule(
        "WL201",
        "Unreleased Tensor References",
        "UTR",
        _TORCH,
        "Keep loss.item() or loss.detach(); .detach() after .item() is not needed.",
        "Each tensor holds the graph that made it, with all activations that are still saved in "
        "it. Memory grows with every batch.",
        "Silent where gradients are asked of the sum or of the container later, where it is "
        "emptied, where a turn replaces what the one before has kept (losses['last'] = loss), and where "
        "it goes somewhere that is not followed, unless backward() was already called on the value itself. "
        "Such a sum is also reported where it is set back under a condition only, as every 100 batches.",
        kept_graphs,
    ),
    Rule(
        "WL202",
        "Tensor Over-Concatenation",
        "TOC",
        _TORCH,
        "Collect the parts in a list and call torch.cat once, or write into a tensor of the full size.",
        "Every turn allocates and copies all that is there so far: quadratic in time, and "
        "fragments in memory.",
        "Silent where the loop reads the tensor elsewhere, as decoders and dense blocks do, where it begins "
        "it anew, in every n-th turn only, and on windows that drop a part (x[1:]).",
        over_concatenation,
    ),
    Rule(
        "WL203",
        "Uncleared Gradients",
        "UG",
        _TORCH,
        "Call backward() without retain_graph, and detach what is carried to the next step.",
        "The saved activations of every step stay alive as long as anything refers to its graph.",
        "Silent where a second backward() or torch.autograd.grad is in the loop, and on losses that a loop "
        "goes through.",
        retained_graph,
    ),
    Rule(
        "WL204",
        "Dead Code",
        "DC",
        _TORCH,
        "Remove it after debugging, or use it as a context manager around the suspicious part.",
        "Anomaly detection keeps a trace of the stack for every operation and checks every gradient.",
        "Silent under a condition, such as a debug option.",
        constant_anomaly_detection,
    ),
    Rule(
        "WL205",
        "Tracing Inside Loop",
        "TIL",
        _TORCH,
        "Trace once before the loop.",
        "Each trace is compiled and stays in the cache of TorchScript.",
        "Only calls that need nothing of the turn.",
        traced_per_turn,
    ),
)
