"""What a rule is, and what it reports."""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from source.flow.module import ModuleFlow

NOT_MEASURED = "not measured"


class Hit(NamedTuple):
    """A place that a rule reports, and what it says of it."""

    node: ast.AST
    message: str


@dataclass(frozen=True)
class Rule:
    """A smell that reading the program can decide.

    Attributes:
        code: ``WL1..`` of TensorFlow and Keras, ``WL2..`` of PyTorch.
        name, abbreviation: in the taxonomy of resource-leak smells (arXiv 2511.15229).
        frameworks: where it occurs.
        fix: what to do.
        why: what it costs, and why.
        limits: what the rule does not see, and where it is silent on purpose.
        check: gives the hits in a file.
        measured: cost by a campaign, or `NOT_MEASURED`.
    """

    code: str
    name: str
    abbreviation: str
    frameworks: tuple[str, ...]
    fix: str
    why: str
    limits: str
    check: Callable[[ModuleFlow], Iterator[Hit]]
    measured: str = NOT_MEASURED


@dataclass(frozen=True)
class Undecided:
    """A smell of the taxonomy that reading the program does not decide, and why."""

    name: str
    frameworks: tuple[str, ...]
    reason: str
