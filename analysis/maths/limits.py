"""Does a value stay within a limit, as far as its interval shows it?"""

from typing import Literal

LimitVerdict = Literal["within", "above", "cannot say"]


def decide(low: float | None, high: float | None, limit: float) -> LimitVerdict:
    """Return on which side of a limit the whole interval lies, if it does (ISO 14253-1).

    Args:
        low: lower end of the interval; ``None`` where there is none.
        high: upper end, likewise.
        limit: in the same unit.
    """
    if low is None or high is None:
        return "cannot say"
    return "within" if high <= limit else "above" if low > limit else "cannot say"
