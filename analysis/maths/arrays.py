"""Arrays of numbers, and the way from a table's text to them."""

import math

import numpy as np
from numpy.typing import NDArray

from records.tables import Table

Floats = NDArray[np.float64]
"""One-dimensional, 64 bit; the unit is in the name of the variable."""


def column(table: Table, name: str) -> Floats:
    """Return a column as numbers ``(n,)``, NaN where a field is empty or holds no number."""
    return table.numbers(name)


def finite(value: object) -> float | None:
    """Return a number as a float, or ``None`` for what is no finite number: results hold no NaN."""
    if type(value) is float:  # nearly all of the hundreds for each run
        return value if math.isfinite(value) else None
    if isinstance(value, bool) or not isinstance(value, int | float | np.floating | np.integer):
        return None
    number = float(value)
    return number if math.isfinite(number) else None


def mean_or_none(values: list[float]) -> float | None:
    """Return the arithmetic mean, or ``None`` of no values."""
    return finite(np.mean(values)) if values else None


def ratio(above: float | None, below: float | None) -> float | None:
    """Return ``above / below`` where both are known and the divisor is positive."""
    return above / below if above is not None and below is not None and below > 0 else None
