"""Coverage intervals from the terms of a budget, by propagation of their distributions.

See docs/explanation/method.md#uncertainty.

Welch and Satterthwaite's Student t (JCGM 100:2008, G.4) holds where no single rectangle dominates
(its G.6.5 says so). The limits of a meter's data sheet are rectangles and often do dominate: then
1.96 u covers everything, and the interval is too long. So the terms are added as distributions
(JCGM 101:2008, clause 5): the type A terms together as one Student t with the degrees of freedom by
Welch and Satterthwaite, the known ones each with its own shape. The largest is integrated in closed
form, the others over a fixed set of Sobol points, so that a budget always has the same interval.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from math import hypot, inf, sqrt

import numpy as np

from analysis.maths.arrays import Floats
from analysis.maths.describe import has_interval, satterthwaite, student_t

_POINTS, _FEW_POINTS = 1024, 256
_NEGLIGIBLE = 0.03
"""Known terms below this share of the whole are taken as normal: less than 0.1 % of the result."""

_NEGLIGIBLE_TYPE_A = 0.002
"""Student's t with one degree of freedom reaches 13 times as far as its scale."""

_MOST_SHAPED = 5
_STEP = 0.04


@dataclass(frozen=True)
class Parts:
    """Independent standard uncertainties, by the distribution of the error.

    Attributes:
        student: pairs of a type A standard uncertainty and its degrees of freedom.
        normal: known, normally distributed.
        rectangular: known limits over sqrt(3).
        two_point: errors whose size is known but not their sign, or whether they are there.
    """

    student: Sequence[tuple[float, float]] = ()
    normal: Sequence[float] = ()
    rectangular: Sequence[float] = ()
    two_point: Sequence[float] = ()

    @property
    def u(self) -> float:
        """Combined standard uncertainty."""
        return hypot(*(u for u, _ in self.student), *self.normal, *self.rectangular, *self.two_point)

    @property
    def df(self) -> float:
        """Effective degrees of freedom by Welch and Satterthwaite; what is known has infinitely many."""
        known = hypot(*self.normal, *self.rectangular, *self.two_point)
        return satterthwaite([*self.student, (known, inf)])

    @property
    def have_interval(self) -> bool:
        """Whether the type A part, where it matters, is known from enough degrees of freedom."""
        type_a = hypot(*(u for u, _ in self.student))
        return type_a <= _NEGLIGIBLE_TYPE_A * self.u or has_interval(satterthwaite(list(self.student)))


@dataclass(frozen=True)
class _Term:
    u: float
    shape: str
    df: float = inf


def expanded(parts: Parts, confidence: float, points: int = _POINTS) -> float:
    """Return the half-width of the symmetric interval that holds the error with a probability.

    Args:
        parts: see `Parts`.
        confidence: the probability, e.g. 0.95.
        points: how many are taken, a power of two.
    """
    u = parts.u
    if u == 0:
        return 0.0
    terms = _large_terms(parts, _NEGLIGIBLE * u)
    if len(terms) == 1:
        return u * _closed_form(terms[0], confidence)
    return _by_propagation(terms, u, confidence, points)


def expanded_closely(parts: Parts, confidence: float) -> float:
    """Return `expanded` to about one percent: for the thousands of windows of a campaign.

    The shares of the terms are rounded to `_STEP` and of the rectangles only the two largest keep their
    shape, so that windows of one kind have the same factor, which is computed once.
    """
    u = parts.u
    if u == 0:
        return 0.0
    first, second, *rest = [*sorted(parts.rectangular, reverse=True), 0.0, 0.0]
    normal = hypot(*parts.normal, *rest)
    student = tuple((round(part / u / _STEP), df) for part, df in parts.student)
    known = ((normal,), (first, second), parts.two_point)
    shares = (tuple(round(part / u / _STEP) for part in of_shape) for of_shape in known)
    return u * _factor(student, *shares, confidence=confidence)


@lru_cache(maxsize=4096)
def _factor(
    student: tuple[tuple[int, float], ...],
    normal: tuple[int, ...],
    rectangular: tuple[int, ...],
    two_point: tuple[int, ...],
    *,
    confidence: float,
) -> float:
    parts = Parts(student, normal, rectangular, two_point)
    return expanded(parts, confidence, _FEW_POINTS) / parts.u


def _large_terms(parts: Parts, least: float) -> list[_Term]:
    """Return the terms that matter, largest first; the small ones are in the normal one."""
    shaped = [_Term(u, "rectangular") for u in parts.rectangular]
    shaped += [_Term(u, "two_point") for u in parts.two_point]
    shaped.sort(key=lambda term: -term.u)
    chief = [term for term in shaped if term.u > least][:_MOST_SHAPED]
    small = hypot(*(term.u for term in shaped[len(chief) :]))
    type_a = hypot(*(u for u, _ in parts.student))
    terms = [
        *chief,
        _Term(hypot(small, *parts.normal), "normal"),
        _Term(type_a, "student", satterthwaite(list(parts.student))),
    ]
    smallest = {"student": least * _NEGLIGIBLE_TYPE_A / _NEGLIGIBLE}
    large = [term for term in terms if term.u > smallest.get(term.shape, least)]
    return sorted(large, key=lambda term: -term.u)


def _closed_form(term: _Term, confidence: float) -> float:
    if term.shape == "rectangular":
        return sqrt(3) * confidence
    return 1.0 if term.shape == "two_point" else student_t(confidence, term.df)


def _by_propagation(terms: list[_Term], u: float, confidence: float, points: int) -> float:
    from scipy.optimize import brentq

    first = next((term for term in terms if term.shape != "two_point"), None)
    if first is None:  # several two-point terms have no density to integrate; a normal one covers them
        return u * student_t(confidence, inf)
    below = _distribution(first)
    others = [term for term in terms if term is not first]
    values = (term.u * _values(term.shape, term.df, i)[:points] for i, term in enumerate(others))
    error = sum(values, np.zeros(points))

    def missing(reach: float) -> float:
        return float(np.mean(below(error + reach) - below(error - reach))) - confidence

    # All terms within their own limits at once: at least that probable (Bonferroni's inequality).
    each = 1 - (1 - confidence) / len(terms)
    farthest = sum(term.u * _closed_form(term, each) for term in terms)
    return float(brentq(missing, 0.0, farthest, xtol=1e-5 * u))


def _distribution(term: _Term) -> Callable[[Floats], Floats]:
    from scipy import special

    if term.shape == "rectangular":
        half_width = sqrt(3) * term.u
        return lambda x: np.clip((x + half_width) / (2 * half_width), 0.0, 1.0)
    if term.df == inf:
        return lambda x: special.ndtr(x / term.u)
    return lambda x: special.stdtr(term.df, x / term.u)


@lru_cache(maxsize=256)
def _values(shape: str, df: float, row: int) -> Floats:
    """Return equally likely values of a term of unit standard uncertainty."""
    from scipy import special

    uniform = _points()[row]
    if shape == "rectangular":
        return np.asarray((2 * uniform - 1) * sqrt(3))
    if shape == "two_point":
        return np.where(uniform < 0.5, -1.0, 1.0)
    return np.asarray(special.ndtri(uniform) if df == inf else special.stdtrit(df, uniform))


@cache
def _points() -> Floats:
    """Return points between 0 and 1, one row per term, by a Sobol sequence (Sobol 1967)."""
    from scipy.stats import qmc

    points: Floats = qmc.Sobol(2 + _MOST_SHAPED, scramble=True, seed=14756).random(_POINTS).T
    return points
