"""Names of libraries: what an import binds, and one canonical name for the many ways to an API.

``tf.keras.models.Sequential``, ``keras.Sequential`` and ``tensorflow.python.keras.Sequential`` all are
``keras.Sequential``.
"""

import ast
import re

_RENAMED = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"^tensorflow\.(?:compat\.v[12]\.)?(?:python\.|_api\.v2\.)?keras\b", "keras"),
        (r"^tensorflow\.compat\.v[12]\b", "tensorflow"),
        (r"^tf_keras\b", "keras"),
        (r"^keras\.(?:src|api|_tf_keras\.keras)\b", "keras"),
        (r"^keras\.(?:models|engine(?:\.\w+)?|models\.\w+)\.(Sequential|Model|Functional)\b", r"keras.\1"),
        (r"^keras\.(?:utils|backend)\.clear_session$", "keras.clear_session"),
        (r"^keras\.layers\.(?:\w+\.)*([A-Z]\w*)", r"keras.layers.\1"),
        (r"^keras\.layers\.Input$", "keras.Input"),
        (r"^torch\.autograd(?:\.grad_mode)?\.(no_grad|inference_mode|set_grad_enabled)\b", r"torch.\1"),
        (r"^torch\.nn\.modules\.(?:\w+\.)*([A-Z]\w*)", r"torch.nn.\1"),
        (r"^torch\.distributed\.distributed_c10d\b", "torch.distributed"),
        (r"^torch\.utils\.data\.dataloader\.DataLoader\b", "torch.utils.data.DataLoader"),
        (r"^pytorch_lightning\b", "lightning.pytorch"),
        (r"^lightning\.pytorch\.(?:\w+\.)*(LightningModule|LightningDataModule|Callback)\b", r"lightning.\1"),
        (r"^lightning\.(?:\w+\.)*(LightningModule|LightningDataModule|Callback)\b", r"lightning.\1"),
    )
)

_FAMILIES = ("keras", "tf_keras", "tensorflow", "torch", "pytorch_lightning", "lightning")

_STARS = {
    "keras.models": ("Sequential", "Model", "load_model", "clone_model"),
    "keras.layers": (
        *("Input", "Dense", "Conv1D", "Conv2D", "Conv3D", "LSTM", "GRU", "Embedding", "Dropout", "Flatten"),
        *("Lambda", "BatchNormalization", "Activation", "MaxPooling2D", "Bidirectional", "Concatenate"),
    ),
    "torch.nn": ("Module", "Sequential", "Linear", "Conv1d", "Conv2d", "LSTM", "GRU", "CrossEntropyLoss"),
    "torch": ("nn", "optim", "tensor", "cat", "stack", "no_grad", "zeros", "ones", "save", "load"),
}
"""What ``from LIBRARY import *`` binds, as far as it matters here."""


def canonical(dotted: str) -> str:
    """Return the one name under which an API of a known library is looked up."""
    if not dotted.startswith(_FAMILIES):
        return dotted
    for pattern, replacement in _RENAMED:
        dotted = pattern.sub(replacement, dotted)
    return dotted


def imported_names(node: ast.Import | ast.ImportFrom, package: str) -> dict[str, str]:
    """Return what an import binds: local name to dotted name.

    Args:
        node: the import.
        package: dotted name of the package of the file, for relative imports; empty outside packages.
    """
    if isinstance(node, ast.Import):
        return {
            name.asname or name.name.partition(".")[0]: name.name
            if name.asname
            else name.name.partition(".")[0]
            for name in node.names
        }
    module = absolute_module(node, package)
    bound: dict[str, str] = {}
    for name in node.names:
        if name.name == "*":
            bound |= {star: f"{module}.{star}" for star in _STARS.get(canonical(module), ())}
        else:
            bound[name.asname or name.name] = f"{module}.{name.name}" if module else name.name
    return bound


def absolute_module(node: ast.ImportFrom, package: str) -> str:
    """Return the dotted name of the module from which is imported."""
    if not node.level:
        return node.module or ""
    parts = package.split(".") if package else []
    parts = parts[: len(parts) - node.level + 1]
    return ".".join([*parts, *([node.module] if node.module else [])])


def dotted_text(node: ast.expr) -> str | None:
    """Return the text of a plain chain of names such as ``a.b.c``, else ``None``."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else None
