"""Tensors that the forward pass of a PyTorch module leaves in its attributes."""

import ast
import re
from collections.abc import Iterator

from source.flow.libraries import NO_GRADIENTS
from source.flow.module import ModuleFlow
from source.flow.values import Bound, Stored
from source.smells.queries import turns
from source.smells.rule import Hit, Rule

_TORCH = ("PyTorch",)
_STATISTIC = re.compile(r"running|moving|(?:^|_)ema(?:_|$)|average")


def _set_in_forward(flow: ModuleFlow) -> Iterator[tuple[Bound | Stored, str]]:
    """Give the attributes that the forward pass sets or adds to, with gradients on."""
    for event in flow.events:
        if isinstance(event, Bound):
            place: tuple[str, str] | None = event.place
        elif isinstance(event, Stored) and event.result is not None:
            place = event.result.place
        else:
            continue
        if event.origin is not None or place is None or place[0] != "self" or event.scope.name != "forward":
            continue
        per_batch = bool(event.loops) and event.loops[0].kind == "framework"
        if per_batch and not any(context in NO_GRADIENTS for context in event.contexts):
            yield event, place[1]


def learnt_statistics(flow: ModuleFlow) -> Iterator[Hit]:
    """Running statistics that are computed from themselves and a batch, with gradients."""
    for event, name in _set_in_forward(flow):
        statement = event.node
        if not isinstance(statement, ast.Assign) or not _STATISTIC.search(name) or event.value.graph is False:
            continue
        from_itself = any(_is_own(part, name) for part in ast.walk(statement.value))
        if from_itself and isinstance(statement.value, ast.BinOp) and not _detaches(event.scope.node):
            yield Hit(statement, f"'self.{name}' holds the graphs of all batches so far")


def _detaches(node: ast.AST) -> bool:
    attributes = (part for part in ast.walk(node) if isinstance(part, ast.Attribute))
    return any(part.attr in ("detach", "detach_", "data", "no_grad", "item") for part in attributes)


def local_in_attribute(flow: ModuleFlow) -> Iterator[Hit]:
    """Tensors of the forward pass in attributes that only the forward pass reads."""
    if not any(True for _ in _set_in_forward(flow)):
        return
    reads = [
        part
        for part in ast.walk(flow.file.tree)
        if isinstance(part, ast.Attribute) and isinstance(part.ctx, ast.Load)
    ]
    for event, name in _set_in_forward(flow):
        if len(turns(event)) > 1 or not event.value.attached or not isinstance(event.node, ast.Assign):
            continue
        inside = {id(part) for part in ast.walk(event.scope.node)}
        named = [part for part in reads if part.attr == name]
        only_here = named and all(id(part) in inside and part.lineno > event.node.lineno for part in named)
        if only_here:
            yield Hit(
                event.node, f"'self.{name}' keeps a tensor of the last batch, with its graph, for one call"
            )


def _is_own(part: ast.AST, name: str) -> bool:
    return (
        isinstance(part, ast.Attribute)
        and part.attr == name
        and isinstance(part.value, ast.Name)
        and part.value.id == "self"
    )


RULES = (
    Rule(
        "WL213",
        "Improper Gradient in Normalisation",
        "IGN",
        _TORCH,
        "Update running statistics under torch.no_grad(), or from x.detach().",
        "The new value refers to the old one and to the batch: the graphs of all batches stay alive, and "
        "memory grows with every step.",
        "Only attributes whose name says that they are running statistics, set in forward() to a sum with "
        "their own old value; silent where forward() detaches anything.",
        learnt_statistics,
    ),
    Rule(
        "WL214",
        "Forward-Pass Tensor as Class Attribute",
        "FTA",
        _TORCH,
        "Use a local variable.",
        "The tensor and all that was saved for its gradients stay until the next call of forward().",
        "Only attributes that forward() itself reads after it has set them and nothing else in the file "
        "reads; another file may.",
        local_in_attribute,
    ),
)
