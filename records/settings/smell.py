"""``[[smell]]``: which scenario has a resource-leak smell, and which is its clean twin."""

from typing import Annotated, NamedTuple, Self

from pydantic import Field, StringConstraints, model_validator

from records.settings.section import Section, text_like

PctMoreThanLost = Annotated[float, Field(ge=-100)]


class Published(NamedTuple):
    """Change of energy by a smell as somebody else found it, in percent of the clean program, and where."""

    pct: float
    source: str


_PAPER = "arXiv 2606.19799, CodeCarbon"
_REPLICATION = "replication, not significant"

PUBLISHED: dict[str, tuple[Published, ...]] = {
    "IMR": (
        Published(31.78, _PAPER),
        Published(-2.9, _REPLICATION),
        Published(-5.5, _REPLICATION),
        Published(-1.0, _REPLICATION),
    ),
    "UTR": (Published(45.80, _PAPER),),
}
"""Figures for the smells of "The Hidden Environmental Cost of Poor Coding Practices in TensorFlow and Keras
Applications": electricity of a CNN on CIFAR-10 over 50 epochs; and three comparisons of a replication."""


class Smell(Section):
    """``[[smell]]``: a pair of scenarios that differ in one smell and nothing else.

    Attributes:
        name: of the smell, by which published figures are found (`PUBLISHED`).
        smelly: scenario with the smell.
        clean: its twin without it.
        code: of the rule of `lab smells` that finds it, or ``None``.
        published_pct: change of energy in percent by its source; ``None`` takes those that are built in.
    """

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
    smelly: str
    clean: str
    code: Annotated[str, text_like(r"WL[0-9]{3}", "the code of a rule, such as WL001")] | None = None
    published_pct: dict[str, PctMoreThanLost] | None = None

    @model_validator(mode="after")
    def _two_scenarios(self) -> Self:
        if self.smelly == self.clean:
            raise ValueError(f"expected two scenarios, found {self.clean!r} as smelly and as clean")
        return self

    @property
    def published(self) -> tuple[Published, ...]:
        """Published figures of this smell, each with its source."""
        if self.published_pct is None:
            return PUBLISHED.get(self.name.upper(), ())
        return tuple(Published(pct, source) for source, pct in self.published_pct.items())
