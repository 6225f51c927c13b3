"""Loaders, modules, groups and hooks of PyTorch made again and again; loops and their gradients."""

import ast
import re
from collections.abc import Iterator

from source.flow.expressions import class_family
from source.flow.libraries import HARMLESS, HARMLESS_LIBRARIES
from source.flow.module import ModuleFlow
from source.flow.values import Call, Loop, Value
from source.smells.queries import (
    calls,
    invariant,
    loops_over_batches,
    made_in,
    share_a_turn,
    turns,
    within,
)
from source.smells.rule import Hit, Rule

_TORCH = ("PyTorch",)
_OFF = ("no_grad", "inference_mode", "set_grad_enabled")
_GRADIENTS = ("backward", "zero_grad", "grad", "requires_grad_", "set_grad_enabled", "step", "enable_grad")
_LEARNING = frozenset(
    ("Linear", "Bilinear", "Conv1d", "Conv2d", "Conv3d", "ConvTranspose2d", "LSTM", "GRU", "RNN", "Embedding")
) | frozenset(
    ("BatchNorm1d", "BatchNorm2d", "LayerNorm", "MultiheadAttention", "Transformer", "TransformerEncoder")
)


_HOOKS = frozenset(
    f"register_{name}_hook"
    for name in ("forward", "forward_pre", "backward", "full_backward", "full_backward_pre", "module_forward")
)
_ZEROED = re.compile(r"zero_grad|\bgrad(?:\.data)?\.zero_\(|\bgrad\s*=\s*None")


def module_per_batch(flow: ModuleFlow) -> Iterator[Hit]:
    """Modules with weights that are built for every batch."""
    for call in calls(flow):
        if not made_in(call, "module") or not any(loops_over_batches(loop) for loop in turns(call)):
            continue
        if _has_weights(call.result) and call.scope.name != "__init__" and not _first_is_init(call):
            yield Hit(call.node, "a module with weights is built for every batch")


def _first_is_init(call: Call) -> bool:
    return call.origin is not None and call.origin.scope.name == "__init__"


def _has_weights(value: Value) -> bool:
    if value.definition is not None:
        return "Loss" not in value.api and class_family(value.definition) == "torch.nn.Module"
    name = value.api.rpartition(".")[2]
    return name in _LEARNING if value.api.startswith("torch.nn.") else bool(value.api)


def cycled_loader(flow: ModuleFlow) -> Iterator[Hit]:
    """itertools.cycle around a loader."""
    torch = "torch" in flow.file.text.lower()
    for call in calls(flow):
        if (
            call.api == "itertools.cycle"
            and call.arguments
            and call.origin is None
            and isinstance(call.node, ast.Call)
        ):
            named = torch and _LOADER.search(_last_name(call.node.args[0]))
            if call.arguments[0].kind == "dataloader" or named:
                yield Hit(call.node, "itertools.cycle keeps every batch of the first pass")


_LOADER = re.compile(r"loader(?!s)", re.IGNORECASE)
"""Name of a loader; going through the keys of several loaders, or through the loaders, keeps no batch."""


def loader_per_epoch(flow: ModuleFlow) -> Iterator[Hit]:
    """The same loader with workers, made for each epoch."""
    for call in calls(flow):
        workers = call.keywords.get("num_workers")
        count = workers.constant if workers is not None else 0
        new = made_in(call, "dataloader") and call.origin is None and isinstance(count, int) and count > 0
        if new and invariant(call.node, turns(call)[-1]):
            yield Hit(call.node, "the same DataLoader starts its workers anew in every turn")


def group_per_turn(flow: ModuleFlow) -> Iterator[Hit]:
    """The same process group made again and again."""
    destroyed = any("destroy_process_group" in (call.method or call.api) for call in calls(flow))
    for call in calls(flow):
        new = made_in(call, "process-group") and call.origin is None and not destroyed
        if new and invariant(call.node, turns(call)[-1]):
            yield Hit(call.node, "the same process group is made in every turn")


def gradients_in_evaluation(flow: ModuleFlow) -> Iterator[Hit]:
    """Evaluation over batches with gradients on."""
    own = [call for call in calls(flow) if call.origin is None and isinstance(call.node, ast.Call)]
    shielded = {_last_name(call.node) for call in own if _without_gradients(call.contexts)}
    for call in own:
        if call.method != "eval" or call.receiver is None or call.arguments or _is_lightning(call):
            continue
        scope = [other for other in own if other.scope is call.scope]
        shielded_here = call.scope.name in shielded or any(_without_gradients(one.contexts) for one in scope)
        if not shielded_here and not _trains(scope) and isinstance(call.scope.node, ast.FunctionDef):
            evaluated = (used for used in scope if _evaluates(used, call) and not _is_attacked(used, scope))
            yield from (Hit(used.node, "batches are evaluated with gradients on") for used in evaluated)


def _evaluates(used: Call, call: Call) -> bool:
    """Return whether a call is one of the model itself, in a loop over batches after its ``eval()``."""
    if not turns(used) or not isinstance(used.node, ast.Call) or not isinstance(call.node, ast.Call):
        return False
    loop = turns(used)[-1]
    if (used.node.lineno, used.node.col_offset) < (call.node.lineno, call.node.col_offset):
        return False
    called = f"{ast.unparse(used.node.func)}.eval" == ast.unparse(call.node.func)
    return called and loops_over_batches(loop) and loop not in call.loops


def _is_attacked(used: Call, scope: list[Call]) -> bool:
    """Return whether the loop hands the model on, perhaps to what needs gradients, as attacks do."""
    if not isinstance(used.node, ast.Call):
        return False
    model = ast.unparse(used.node.func)
    inside = [call for call in scope if within(call, used) and isinstance(call.node, ast.Call)]
    given = (argument for call in inside for argument in getattr(call.node, "args", ()))
    return any(ast.unparse(argument) == model for argument in given)


def _last_name(node: ast.AST) -> str:
    func = node.func if isinstance(node, ast.Call) else node
    return func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")


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
        "WL206",
        "Encoder-Decoder Inside Training Loop",
        "EDL",
        _TORCH,
        "Build it once before the loop, or in __init__.",
        "Weights are allocated and initialised for every batch, and what is learnt in them is lost.",
        "Only loops over batches and methods that a framework calls for every batch; a model per "
        "fold is freed by CPython. Losses and activations without weights are not reported.",
        module_per_batch,
    ),
    Rule(
        "WL207",
        "Zipped or Cycled DataLoader",
        "ZCD",
        _TORCH,
        "Make a new iterator when the loader is exhausted: a generator with while True and yield "
        "from loader.",
        "itertools.cycle keeps every item of the first pass: the whole data set, as tensors.",
        "A loader is known by DataLoader or, in files that speak of torch, by its name.",
        cycled_loader,
    ),
    Rule(
        "WL208",
        "Redundant DataLoader Instantiation",
        "RDI",
        _TORCH,
        "Make the loader once before the loop, with persistent_workers=True.",
        "Every instance starts its worker processes anew; their memory and pinned buffers come on top.",
        "Only with a constant num_workers above zero and where nothing of the turn is needed.",
        loader_per_epoch,
    ),
    Rule(
        "WL209",
        "Repeated Group Creation",
        "RGC",
        _TORCH,
        "Make each group once and keep it.",
        "Each group holds communicators and buffers on every device.",
        "Groups of different ranks per turn are ordinary set-up; silent where a group is destroyed "
        "in the file.",
        group_per_turn,
    ),
    Rule(
        "WL210",
        "Unnecessary Gradient Tracking",
        "UGT",
        _TORCH,
        "Put the loop under torch.inference_mode() or torch.no_grad().",
        "Activations are saved for a backward pass that never comes.",
        "Only functions that call eval() and go over batches; silent where a caller in the file "
        "switches gradients off, and where the loop hands the model on.",
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
