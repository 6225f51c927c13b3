"""Whether the rows lie on a line at all: to be answered before any slope is believed."""

from dataclasses import dataclass
from typing import Literal

from analysis.agreement.regression import Line

_REJECTED_BELOW_P = 0.05
_FEWEST = 10


@dataclass(frozen=True)
class Linearity:
    """Verdict of the cumulative sum of Passing and Bablok.

    Attributes:
        verdict: ``rejected``, ``not rejected``, or ``cannot say`` for too few rows.
        p: of so curved a cloud around a line.
    """

    verdict: Literal["rejected", "not rejected", "cannot say"]
    p: float | None

    @property
    def words(self) -> str:
        """Return what follows for the slope."""
        return {
            "rejected": "the rows do not lie on a line: no slope holds for all levels",
            "not rejected": "the rows do not contradict a line",
            "cannot say": f"fewer than {_FEWEST} rows: whether they lie on a line cannot be said",
        }[self.verdict]


def linearity_of(passing_bablok: Line | None, n: int) -> Linearity:
    """Return the verdict on the line of Passing and Bablok (1983).

    Args:
        passing_bablok: the line with the p value of its test; ``None`` where there is none.
        n: rows. Below ten the test can hardly reject anything, and its silence is no evidence.
    """
    p = None if passing_bablok is None else passing_bablok.linearity_p
    if p is None or n < _FEWEST:
        return Linearity("cannot say", p)
    return Linearity("rejected" if p < _REJECTED_BELOW_P else "not rejected", p)
