"""All rules, and the smells of the taxonomy that no rule decides."""

from source.smells.rule import Rule, Undecided
from source.smells.rules import (
    keras_machine,
    keras_models,
    tensorflow_data,
    tensorflow_graphs,
    torch_loops,
    torch_modules,
    torch_objects,
    torch_tensors,
)

RULES: tuple[Rule, ...] = tuple(
    sorted(
        (
            *keras_models.RULES,
            *keras_machine.RULES,
            *tensorflow_data.RULES,
            *tensorflow_graphs.RULES,
            *torch_tensors.RULES,
            *torch_objects.RULES,
            *torch_loops.RULES,
            *torch_modules.RULES,
        ),
        key=lambda rule: rule.code,
    )
)
BY_CODE = {rule.code: rule for rule in RULES}

_TORCH = ("PyTorch",)
UNDECIDED = (
    Undecided("Shape Mismatch Leak (SML)", ("TensorFlow",), "needs the shapes of tensors"),
    Undecided(
        "Minibatch Mismatch (MBM)",
        ("Keras",),
        "what is too large depends on model and memory; a fixed limit says nothing",
    ),
    Undecided("Unnecessary Dimension Retention", _TORCH, "whether keepdim is needed depends on shapes"),
    Undecided("Inefficient GPU Matrix Operations", _TORCH, "needs the sizes of matrices"),
    Undecided("Oversized Batch Handling", _TORCH, "what is too large depends on model and memory"),
    Undecided("Circular Buffer References", _TORCH, "needs the whole graph of objects"),
    Undecided("Unreleased GPU Memory", _TORCH, "empty_cache() changes what is reported, not what is used"),
    Undecided(
        "Release Memory Failure", _TORCH, "described by text only; when memory is needed again is not known"
    ),
    Undecided("Unmanaged Memory Cache", _TORCH, "how far a cache grows depends on its keys"),
    Undecided("Using del Without Freeing", _TORCH, "whether a graph is alive elsewhere is not known"),
    Undecided(
        "Unreleased Shell References", _TORCH, "which cell was displayed how often is not in a notebook"
    ),
    Undecided("Accumulated Object References", _TORCH, "the life of a context object is up to its caller"),
    Undecided(
        "Missing Gradient Tensors", _TORCH, "a matter of correctness; tensors on ctx are freed with it"
    ),
    Undecided(
        "Nested Second-Derivative Calls", _TORCH, "second derivatives are wanted where they are written"
    ),
)
"""Names that other rules cover are not here. WL201: Lingering References, Improper Tensor Retention, Graph
Retention After Backward. WL210: Mishandling Training Gradient. WL207: Unbounded Loop."""
