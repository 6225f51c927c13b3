"""Gradients and hooks of PyTorch in loops."""

import ast
import re
from collections.abc import Iterator

from source.flow.libraries import HARMLESS, HARMLESS_LIBRARIES
from source.flow.module import ModuleFlow
from source.flow.values import Call, Loop, Value
from source.smells.queries import calls, invariant, last_name, share_a_turn, turns, within
from source.smells.rule import Hit, Rule

_TORCH = ("PyTorch",)
_OFF = ("no_grad", "inference_mode", "set_grad_enabled")
_GRADIENTS = ("backward", "zero_grad", "grad", "requires_grad_", "set_grad_enabled", "step", "enable_grad")
_HOOKS = frozenset(
    f"register_{name}_hook"
    for name in ("forward", "forward_pre", "backward", "full_backward", "full_backward_pre", "module_forward")
)
_ZEROED = re.compile(r"zero_grad|\bgrad(?:\.data)?\.zero_\(|\bgrad\s*=\s*None")


def gradients_in_evaluation(flow: ModuleFlow) -> Iterator[Hit]:
    """Evaluation in a loop with gradients on."""
    own = [call for call in calls(flow) if call.origin is None and isinstance(call.node, ast.Call)]
    shielded = {last_name(call.node) for call in own if _without_gradients(call.contexts)}
    for call in own:
        if call.method != "eval" or call.receiver is None or call.arguments or _is_lightning(call):
            continue
        scope = [other for other in own if other.scope is call.scope]
        shielded_here = call.scope.name in shielded or any(_without_gradients(one.contexts) for one in scope)
        if not shielded_here and not _trains(scope) and isinstance(call.scope.node, ast.FunctionDef):
            modes = [other for other in scope if other.method in ("eval", "train")]
            evaluated = (
                used
                for used in scope
                if _evaluates(used, call) and call is _mode_of(used, modes) and not _is_attacked(used, scope)
            )
            yield from (Hit(used.node, "the model is evaluated with gradients on") for used in evaluated)


def _evaluates(used: Call, call: Call) -> bool:
    """Return whether a call is one of the model itself, in a for loop after its ``eval()``."""
    if not turns(used) or not isinstance(used.node, ast.Call) or not isinstance(call.node, ast.Call):
        return False
    loop = turns(used)[-1]
    called = f"{ast.unparse(used.node.func)}.eval" == ast.unparse(call.node.func)
    return called and loop.kind == "for" and loop not in call.loops


def _mode_of(used: Call, modes: list[Call]) -> Call | None:
    """Return the call that last put the model into a mode, in the order of the lines."""
    assert isinstance(used.node, ast.Call)
    own = tuple(f"{ast.unparse(used.node.func)}.{mode}" for mode in ("eval", "train"))
    before = [call for call in modes if _is_before(call, used) and ast.unparse(call.node).startswith(own)]
    return max(before, key=_position, default=None)


def _is_before(call: Call, used: Call) -> bool:
    return _position(call) < _position(used)


def _position(call: Call) -> tuple[int, int]:
    assert isinstance(call.node, ast.Call)
    return call.node.lineno, call.node.col_offset


def _is_attacked(used: Call, scope: list[Call]) -> bool:
    """Return whether the loop hands the model on, perhaps to what needs gradients, as attacks do."""
    if not isinstance(used.node, ast.Call):
        return False
    model = ast.unparse(used.node.func)
    inside = [call for call in scope if within(call, used) and isinstance(call.node, ast.Call)]
    given = (argument for call in inside for argument in getattr(call.node, "args", ()))
    return any(ast.unparse(argument) == model for argument in given)


def _without_gradients(contexts: tuple[str, ...]) -> bool:
    return any(context.endswith(_OFF) for context in contexts)


def _trains(scope: list[Call]) -> bool:
    return any(call.method in _GRADIENTS for call in scope)


def _is_lightning(call: Call) -> bool:
    return any("Lightning" in base for base in call.scope.bases)


def gradients_never_zeroed(flow: ModuleFlow) -> Iterator[Hit]:
    """backward() and step() in a loop without zero_grad()."""
    everything = list(calls(flow))
    if _ZEROED.search(flow.file.text) or any(call.method == "zero_grad" for call in everything):
        return
    for call in everything:
        if call.method != "backward" or not turns(call) or call.origin is not None:
            continue
        steps = [other for other in everything if other.method == "step" and _is_optimizer(other.receiver)]
        adding = any(_adds_up(call, step) for step in steps)
        if adding and not any(_takes_optimizer(other) and share_a_turn(call, other) for other in everything):
            yield Hit(
                call.node, "gradients of all turns are added up: backward() and step() without zero_grad()"
            )


def _adds_up(backward: Call, step: Call) -> bool:
    """Return whether both are in one loop, and the optimizer and its gradients are older than the turn."""
    loop = turns(backward)[-1]
    old = step.receiver is not None and loop not in step.receiver.loops
    return old and share_a_turn(backward, step) and within(step, backward)


def _takes_optimizer(call: Call) -> bool:
    """Return whether an optimizer is handed to something that is not followed and may zero its gradients."""
    given = (*call.arguments, *call.keywords.values())
    known = call.method == "step" or call.api in HARMLESS or call.api.startswith(HARMLESS_LIBRARIES)
    return not known and any(_is_optimizer(value) for value in given)


def _is_optimizer(value: Value | None) -> bool:
    return value is not None and value.kind == "optimizer"


def unremoved_hooks(flow: ModuleFlow) -> Iterator[Hit]:
    """Hooks registered for every batch and never removed."""
    removed = any(call.method == "remove" and not call.arguments for call in calls(flow))
    for call in calls(flow):
        if call.method not in _HOOKS or removed or call.conditional:
            continue
        loops = [loop for loop in turns(call) if _repeats(loop, call)]
        if loops and call.scope.name != "__init__" and call.origin is None:
            yield Hit(call.node, "a hook is registered in every turn on the same module and never removed")


def _repeats(loop: Loop, call: Call) -> bool:
    """Return whether the turns register on the same module: the object does not come from the loop."""
    func = call.node.func if isinstance(call.node, ast.Call) else None
    on = func.value if isinstance(func, ast.Attribute) else None
    return loop.kind == "framework" or (on is not None and invariant(on, loop))


RULES = (
    Rule(
        "WL210",
        "Unnecessary Gradient Tracking",
        "UGT",
        _TORCH,
        "Put the loop under torch.inference_mode() or torch.no_grad().",
        "Activations are saved for a backward pass that never comes.",
        "Only functions that call eval() and then, in a for loop, the model itself; silent where a caller "
        "in the file switches gradients off, and where the loop hands the model on.",
        gradients_in_evaluation,
    ),
    Rule(
        "WL211",
        "Accumulating Gradients in Loop",
        "AGL",
        _TORCH,
        "Call optimizer.zero_grad() in every turn.",
        "Gradients of all steps are added up, and the training goes elsewhere.",
        "Only where backward() and step() of a known optimizer are in one loop; silent where anything in "
        "the file zeroes gradients, where the optimizer is made in the turn, and where it is handed to a "
        "function that is not followed.",
        gradients_never_zeroed,
    ),
    Rule(
        "WL212",
        "Unreleased Hook Memory",
        "UHM",
        _TORCH,
        "Keep the handle and call remove(), or register once before the loop.",
        "Each hook stays with its module, is called in every pass and keeps what it refers to.",
        "Hooks on the modules that a loop goes through are one each and not reported; silent where "
        "a handle in the file is removed, and under a condition.",
        unremoved_hooks,
    ),
)
