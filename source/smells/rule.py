"""What a rule is, and what it reports."""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from source.flow.module import ModuleFlow
from source.smells.costs import measured_cost


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
    """

    code: str
    name: str
    abbreviation: str
    frameworks: tuple[str, ...]
    fix: str
    why: str
    limits: str
    check: Callable[[ModuleFlow], Iterator[Hit]]

    @property
    def measured(self) -> str:
        """Cost as measured in a campaign, or that it was not measured."""
        return measured_cost(self.code)


@dataclass(frozen=True)
class Undecided:
    """A smell of the taxonomy that reading the program does not decide, and why."""

    name: str
    frameworks: tuple[str, ...]
    reason: str
