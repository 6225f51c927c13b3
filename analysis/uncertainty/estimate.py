"""A quantity with its uncertainty, term by term, that remembers what it shares with others.

The package `uncertainties` carries the derivatives: each cause of error is one of its variables, and
whatever has the same cause has the same variable. So correlations need no algebra of their own: in the
difference of two scenarios the meter's gain acts on the difference, in their ratio not at all.
"""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from math import hypot, inf
from typing import Any, Literal

from analysis.maths.describe import SAME_SHARE
from analysis.uncertainty.contributions import visible
from analysis.uncertainty.expansion import Parts, expanded
from analysis.uncertainty.meter_errors import Exposures, MeterErrors
from records.rows.families import BUDGET_TERMS, BudgetTerm

Shape = Literal["normal", "rectangular", "two_point", "student"]


@dataclass(frozen=True)
class Cause:
    """One cause of error; what has the same cause is correlated by it.

    Attributes:
        term: one of `records.rows.families.BUDGET_TERMS`.
        key: tells causes of one term apart: a meter on a range, a baseline run, a scenario.
        shape: distribution of the error.
        df: degrees of freedom of its standard uncertainty, for the shape ``student``.
        pool: causes with the same pool had their scatter estimated together, with these ``df``.
    """

    term: BudgetTerm
    key: Hashable
    shape: Shape = "normal"
    df: float = inf
    pool: Hashable = None


class Estimate:
    """A quantity, its standard uncertainty and its interval.

    Differences and ratios of estimates of one `Causes` keep their correlations.

    Args:
        quantity: a number of the package `uncertainties` whose variables have a `Cause` as their tag.
    """

    def __init__(self, quantity: Any) -> None:
        self._quantity = quantity

    @property
    def value(self) -> float:
        """Best estimate."""
        from uncertainties import nominal_value

        return float(nominal_value(self._quantity))

    @property
    def u(self) -> float:
        """Combined standard uncertainty (k = 1)."""
        return self.parts().u

    @property
    def df(self) -> float:
        """Effective degrees of freedom by Welch and Satterthwaite (JCGM 100:2008, G.4.1)."""
        return self.parts().df

    def terms(self) -> dict[BudgetTerm, float]:
        """Return the standard uncertainty by `records.rows.families.BUDGET_TERMS`; absent ones are zero.

        So are those that are left of a term that cancels but for the rounding of the computation.
        """
        found: dict[BudgetTerm, float] = {}
        for cause, u in self._components():
            found[cause.term] = hypot(found.get(cause.term, 0.0), u)
        return {term: found[term] for term in BUDGET_TERMS if term in visible(found)}

    @property
    def exact(self) -> bool:
        """Whether nothing is known to be uncertain about it, which is not to say that it has no error."""
        return self.u <= SAME_SHARE * abs(self.value)

    def interval(self, confidence: float) -> tuple[float, float] | tuple[None, None]:
        """Return the ends of the interval (`analysis.uncertainty.expansion`).

        Args:
            confidence: e.g. 0.95.

        Returns:
            None of what is `exact`, or known from too few runs (`Parts.have_interval`).
        """
        return self.widest(confidence) if self.parts().have_interval else (None, None)

    def widest(self, confidence: float) -> tuple[float, float] | tuple[None, None]:
        """Return the ends of `interval` also where too few runs make them too wide to be quoted.

        Args:
            confidence: e.g. 0.95.
        """
        if self.exact:
            return None, None
        reach = expanded(self.parts(), confidence)
        return self.value - reach, self.value + reach

    def parts(self) -> Parts:
        """Return the standard uncertainties by the distribution of the error."""
        shaped: dict[str, list[float]] = {"normal": [], "rectangular": [], "two_point": []}
        pools: dict[Hashable, tuple[float, float]] = {}
        for cause, u in self._components():
            if cause.shape == "student":
                pool = cause.pool if cause.pool is not None else (cause.term, cause.key)
                pools[pool] = (hypot(pools.get(pool, (0.0, 0.0))[0], u), cause.df)
            else:
                shaped[cause.shape].append(u)
        return Parts(list(pools.values()), **shaped)

    def _components(self) -> Iterable[tuple[Cause, float]]:
        if isinstance(self._quantity, float):  # nothing is uncertain about it
            return
        for variable, u in self._quantity.error_components().items():
            if isinstance(variable.tag, Cause):
                yield variable.tag, float(u)

    def __sub__(self, other: "Estimate") -> "Estimate":
        """Difference, with what both share taken once."""
        return Estimate(self._quantity - other._quantity)

    def __truediv__(self, other: "Estimate") -> "Estimate":
        """Ratio to first order in the uncertainties (JCGM 100:2008, 5.1.2).

        Raises:
            ZeroDivisionError: the other value is zero.
        """
        return Estimate(self._quantity / other._quantity)

    def without(self, term: BudgetTerm) -> "Estimate":
        """Return the quantity with the uncertainty of one term taken away.

        Args:
            term: one of `records.rows.families.BUDGET_TERMS`.
        """
        derivatives = self._quantity.derivatives.items()
        own = [d * v for v, d in derivatives if isinstance(v.tag, Cause) and v.tag.term == term]
        return Estimate(self._quantity - sum(own))

    def scattered(self, key: Hashable, u: float, df: float) -> "Estimate":
        """Return the quantity with another scatter of its repeats.

        Args:
            key: tells it from the scatter of other quantities.
            u: standard uncertainty that takes the place of the term ``repeats``.
            df: its degrees of freedom.
        """
        scatter = Causes().error(Cause("repeats", key, "student", df))
        return Estimate(self.without("repeats")._quantity + u * scatter)

    def times(self, factor: float) -> "Estimate":
        """Return the quantity times a number that is exactly known."""
        return Estimate(self._quantity * factor)


class Causes:
    """The variables of one analysis: the same cause gives the same variable."""

    def __init__(self) -> None:
        self._variables: dict[Cause, Any] = {}
        self._lines: dict[MeterErrors, tuple[Any, Any]] = {}

    def error(self, cause: Cause) -> Any:
        """Return the variable of a cause: zero with a standard uncertainty of 1."""
        from uncertainties import ufloat

        if cause not in self._variables:
            self._variables[cause] = ufloat(0.0, 1.0, tag=cause)
        return self._variables[cause]

    def of_meters(self, exposures: Exposures) -> Any:
        """Return the error that the meters make of a quantity exposed to them, in Wh or W.

        Args:
            exposures: what their gain, offset and influence of the power factor act on.
        """
        total: Any = 0.0
        for errors, part in exposures.items():
            gain, offset = self._line(errors)
            total += part.energy_wh * gain + part.time_h * offset
            if errors.reactive_u:
                reactive = self.error(Cause("power_factor", errors, "rectangular"))
                total += part.reactive_varh * errors.reactive_u * reactive
        return total

    def _line(self, errors: MeterErrors) -> tuple[Any, Any]:
        """Return gain and offset; those of a calibration have its covariance."""
        if errors not in self._lines:
            if errors.calibrated:
                self._lines[errors] = self._calibrated(errors)
            else:
                gain = errors.gain_u * self.error(Cause("gain", errors, "rectangular"))
                offset = errors.offset_u_w * self.error(Cause("offset", errors, "rectangular"))
                self._lines[errors] = (gain, offset)
        return self._lines[errors]

    def _calibrated(self, errors: MeterErrors) -> tuple[Any, Any]:
        from uncertainties import correlated_values

        # A covariance beyond that of perfect correlation is a rounding of the record.
        limit = errors.gain_u * errors.offset_u_w
        shared = min(max(errors.covariance_w, -limit), limit)
        tags = [Cause("calibration", (errors, i)) for i in (0, 1)]
        gain, offset = correlated_values(
            [0.0, 0.0], [[errors.gain_u**2, shared], [shared, errors.offset_u_w**2]], tags=tags
        )
        return gain, offset
