"""How much less evidence rows are that repeat the same work: design effect and effective number."""

from dataclasses import dataclass

import numpy as np

from analysis.agreement.pairs import Pairs, Scale


@dataclass(frozen=True)
class Nesting:
    """Rows within groups.

    Attributes:
        correlation: of two rows of one group (intraclass correlation), at least zero.
        design_effect: variance of the mean over that of as many independent rows.
        effective_n: independent rows that would tell as much.
    """

    correlation: float
    design_effect: float
    effective_n: float


def nesting_of(pairs: Pairs, scale: Scale) -> Nesting | None:
    """Return the design effect of the groups on the mean difference.

    Intraclass correlation by analysis of variance (Donner 1986, Int Stat Rev 54:67), zero where it comes
    out below; ``1 + (m - 1) correlation`` (Kish 1965, Survey Sampling, section 5.4) with m the mean size of
    the group of a row, for groups of unequal size.

    Returns:
        ``None`` where rows belong to no groups.
    """
    if pairs.groups is None:
        return None
    n, k = len(pairs), pairs.units
    differences = pairs.differences(scale)
    sizes = pairs.group_sums(np.ones(n))
    means = pairs.group_sums(differences) / sizes
    between = float((sizes * (means - differences.mean()) ** 2).sum()) / (k - 1)
    within = float(((differences - means[pairs.groups]) ** 2).sum()) / (n - k)
    usual = (n - float((sizes**2).sum()) / n) / (k - 1)
    below = between + (usual - 1) * within
    correlation = max(0.0, (between - within) / below) if below > 0 else 0.0
    effect = 1 + (float((sizes**2).sum()) / n - 1) * correlation
    return Nesting(correlation, effect, n / effect)
