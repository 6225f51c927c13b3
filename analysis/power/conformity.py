"""Is a meter within its data sheet's limits of error? The statement of conformity of a calibration."""

from dataclasses import dataclass
from math import hypot
from typing import Literal

from records.calibration import Level, ReferenceRecord

COVERAGE_FACTOR = 2
"""Of the expanded uncertainties; about 95 % for a normal distribution (JCGM 100:2008, 6.3)."""

Verdict = Literal["pass", "conditional pass", "conditional fail", "fail"]

VERDICTS: tuple[Verdict, ...] = ("pass", "conditional pass", "conditional fail", "fail")
"""From the best to the worst."""


@dataclass(frozen=True)
class Conformity:
    """One level of load against the limit of error.

    Attributes:
        level: the level.
        error_w: indication minus true power.
        expanded_u_w: expanded uncertainty (k = 2) of the error; the reference's share is in it.
        verdict: see `conformity`; ``None`` where the limit is not known.
    """

    level: Level
    error_w: float
    expanded_u_w: float
    verdict: Verdict | None

    def pct(self, power_w: float | None) -> float | None:
        """Return a power in percent of the true power; ``None`` without a load."""
        if power_w is None or self.level.true_w <= 0:
            return None
        return 100 * power_w / self.level.true_w


def conformity(level: Level, reference: ReferenceRecord) -> Conformity:
    """Compare the error at a level with the data sheet's limit, with a guard band.

    The guard band is the expanded uncertainty U (k = 2): *pass* up to limit - U, *conditional pass* up to
    the limit, *conditional fail* up to limit + U, *fail* beyond. This is the non-binary statement with guard
    band of ILAC-G8:09/2019, 4.2.3, with its four names; an error on a border has the better of the two.

    ISO/IEC 17025:2017, 7.8.6, asks for the rule and for its risk. A *pass* or *fail* is wrong with a
    probability of at most about 2.5 %; where U is as large as the limit, a *pass* is near both limits, and it
    is 5 %. A conditional statement is wrong with at most about 50 %.
    """
    shared_w = hypot(reference.u_pct / 100 * level.true_w, reference.u_w)
    expanded_u_w = COVERAGE_FACTOR * hypot(level.indicated_u_w, level.true_u_w, shared_w)
    error_w = level.indicated_w - level.true_w
    return Conformity(level, error_w, expanded_u_w, _verdict(abs(error_w), level.limit_w, expanded_u_w))


def _verdict(error_w: float, limit_w: float | None, guard_w: float) -> Verdict | None:
    if limit_w is None:
        return None
    borders_w = (limit_w - guard_w, limit_w, limit_w + guard_w)
    return next((v for v, border_w in zip(VERDICTS, borders_w, strict=False) if error_w <= border_w), "fail")


def worst(levels: list[Conformity]) -> Verdict | None:
    """Return the statement on all levels, which is the worst of them; ``None`` where one has no limit."""
    verdicts = [level.verdict for level in levels]
    known = [verdict for verdict in verdicts if verdict is not None]
    return max(known, key=VERDICTS.index) if known and len(known) == len(verdicts) else None
