"""Keras and the machine it runs on: how many models at once, and which CUDA."""

import ast
import re
from collections.abc import Iterator

from source.flow.module import ModuleFlow
from source.smells.queries import calls
from source.smells.rule import Hit, Rule

_PATHS = frozenset(("CUDA_HOME", "CUDA_PATH", "CUDA_ROOT", "PATH", "LD_LIBRARY_PATH", "LIBRARY_PATH"))
_CUDA = re.compile(r"\bcuda[-_]v?(\d+(?:\.\d+)?)", re.IGNORECASE)


def unnecessary_parallelism(flow: ModuleFlow) -> Iterator[Hit]:
    """Searches that train one Keras model per core at once."""
    for call in calls(flow):
        if call.api.startswith("sklearn.model_selection.") and call.api.endswith("SearchCV"):
            estimator = call.keywords.get("estimator") or (call.arguments[0] if call.arguments else None)
            jobs = call.keywords.get("n_jobs")
            if estimator is not None and estimator.kind == "keras-estimator" and jobs and jobs.constant == -1:
                yield Hit(call.node, "n_jobs=-1 trains as many Keras models at once as there are cores")


def mismatched_paths(flow: ModuleFlow) -> Iterator[Hit]:
    """Environment variables that name different versions of CUDA."""
    if "CUDA" not in flow.file.text.upper():
        return
    first: str | None = None
    for node in ast.walk(flow.file.tree):
        name, value = _variable(node)
        if name not in _PATHS or value is None:
            continue
        for version in _CUDA.findall(ast.unparse(value)):
            first = first or version
            if version != first:
                yield Hit(node, f"{name} names CUDA {version}, another variable CUDA {first}")


def _variable(node: ast.AST) -> tuple[str | None, ast.expr | None]:
    """Return the environment variable that a statement sets, and to what."""
    if isinstance(node, (ast.Assign, ast.AugAssign)):
        target = node.targets[0] if isinstance(node, ast.Assign) else node.target
        if isinstance(target, ast.Subscript) and ast.unparse(target.value).endswith("environ"):
            key = target.slice
            return (str(key.value) if isinstance(key, ast.Constant) else None), node.value
    return None, None


RULES = (
    Rule(
        "WL113",
        "Unnecessary Parallelism",
        "UP",
        ("Keras",),
        "Use n_jobs=1 or a small number, and pre_dispatch.",
        "Each job holds its own TensorFlow with its own memory, and all threads compete for the cores.",
        "Only wrappers of Keras in scikit-learn's searches, and only n_jobs=-1.",
        unnecessary_parallelism,
    ),
    Rule(
        "WL114",
        "Library Path Mismatch",
        "LPM",
        ("Keras",),
        "Let all variables name one version, or leave them to the container or environment.",
        "Libraries of two versions are loaded side by side, or the GPU is not found and the CPU trains.",
        "Only os.environ in one file, and versions in the text of a path (cuda-11.8).",
        mismatched_paths,
    ),
)
