"""All rules, and the smells of the taxonomy that no rule decides."""

from source.smells.rule import Rule, Undecided
from source.smells.rules import keras_models, tensorflow_data, tensorflow_graphs

RULES: tuple[Rule, ...] = tuple(
    sorted(
        (*keras_models.RULES, *tensorflow_data.RULES, *tensorflow_graphs.RULES),
        key=lambda rule: rule.code,
    )
)
BY_CODE = {rule.code: rule for rule in RULES}

_TORCH = ("PyTorch",)
UNDECIDED = (
    Undecided("Shape Mismatch Leak (SML)", ("TensorFlow",), "needs the shapes of tensors"),
    Undecided("Minibatch Mismatch (MBM)", ("Keras",), "what is too large depends on model and memory"),
    Undecided("Library Path Mismatch (LPM)", ("Keras",), "a matter of the machine, not of the program"),
)
