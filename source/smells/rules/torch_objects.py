"""Loaders, modules and groups of PyTorch made again and again."""

import ast
import re
from collections.abc import Iterator

from source.flow.families import class_family
from source.flow.module import ModuleFlow
from source.flow.values import Call, Value
from source.smells.queries import calls, invariant, last_name, loops_over_batches, made_in, turns
from source.smells.rule import Hit, Rule

_TORCH = ("PyTorch",)
_LEARNING = frozenset(
    ("Linear", "Bilinear", "Conv1d", "Conv2d", "Conv3d", "ConvTranspose2d", "LSTM", "GRU", "RNN", "Embedding")
) | frozenset(
    ("BatchNorm1d", "BatchNorm2d", "LayerNorm", "MultiheadAttention", "Transformer", "TransformerEncoder")
)


_CONTAINERS = ("Sequential", "List", "Dict")
"""Of layers or parameters: where these are made, an algorithm trains something of its own for every input."""


def module_per_batch(flow: ModuleFlow) -> Iterator[Hit]:
    """Modules with weights that are built for every batch."""
    for call in calls(flow):
        if not made_in(call, "module") or not any(loops_over_batches(loop) for loop in turns(call)):
            continue
        whole = call.result.definition is not None or not call.result.api.endswith(_CONTAINERS)
        if whole and _has_weights(call.result) and call.scope.name != "__init__" and not _first_is_init(call):
            yield Hit(call.node, "a module with weights is built for every batch")


def _first_is_init(call: Call) -> bool:
    return call.origin is not None and call.origin.scope.name == "__init__"


def _has_weights(value: Value, deep: int = 4) -> bool:
    """Return whether a module has weights of its own, in itself or in a part that it makes."""
    if value.kind == "parameter-tensor":
        return True
    if value.definition is not None and value.kind == "module":
        held = [*value.definition.attributes.values()]
        held += [one for parent in value.definition.parents for one in parent.attributes.values()]
        made = "Loss" not in value.api and class_family(value.definition) == "torch.nn.Module"
        return made and deep > 0 and any(_has_weights(one, deep - 1) for one in held)
    name = value.api.rpartition(".")[2]
    if value.kind == "module" and (name in _LEARNING or not value.api.startswith("torch.nn.")):
        return bool(value.api)
    parts = value.sources if value.kind in ("module", "container") else ()
    return deep > 0 and any(_has_weights(part, deep - 1) for part in (*parts, *(value.items or ())))


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
            named = torch and _LOADER.search(last_name(call.node.args[0]))
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


RULES = (
    Rule(
        "WL206",
        "Encoder-Decoder Inside Training Loop",
        "EDL",
        _TORCH,
        "Build it once before the loop, or in __init__.",
        "Weights are allocated and initialised for every batch, and what is learnt in them is lost.",
        "Only loops over batches and methods that a framework calls for every batch; a model per "
        "fold is freed by CPython. Losses, activations and other modules without weights of their own "
        "are not reported.",
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
)
