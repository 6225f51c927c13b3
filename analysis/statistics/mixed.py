"""A mixed model over several scenarios: repeated measures with the block as group."""

from dataclasses import dataclass
from typing import Any, TypedDict

import numpy as np

from analysis.maths.arrays import Floats, finite
from analysis.maths.describe import has_interval, student_t
from analysis.statistics.noted import noted
from analysis.statistics.samples import Sample, scattered
from records.rows.statistics import MixedModelRow

SPREAD_LIMIT = 3.0
"""Largest ratio of the standard deviations of two scenarios that one residual variance describes well."""

_NO_BLOCKS = 1e-3
"""A smaller share of the residual standard deviation is none: as near to zero as the optimiser goes."""


@dataclass(frozen=True, eq=False)
class _Design:
    """Values ``(N,)``, the scenario of each by index, and the block of each."""

    labels: list[str]
    values: Floats
    scenario: Any
    block: Any

    @property
    def df(self) -> int:
        """Degrees of freedom of a contrast within blocks: N - blocks - (scenarios - 1)."""
        return len(self.values) - len(np.unique(self.block)) - (len(self.labels) - 1)


def mixed_model(samples: list[Sample], confidence: float) -> list[MixedModelRow]:
    """Fit ``value = scenario + block + residual``, block random, by restricted maximum likelihood.

    The scenarios are fixed effects, each against the first. The intervals are Student's with the degrees
    of freedom within blocks (Pinheiro and Bates 2000, section 2.4.2), because the normal ones of the
    library are too narrow for the few blocks of a campaign.

    Args:
        samples: one quantity, one sample per scenario; the first is the reference.
        confidence: of the intervals.

    Returns:
        The mean of the reference, then the difference of each other scenario from it. None at all for
        fewer than three scenarios that share two blocks. A fit that failed is one row without estimates,
        and ``note`` says what happened.
    """
    design = _design(samples)
    if design is None:
        return []
    remarks = _spread_remarks(design)
    common = _Common(
        quantity=samples[0].quantity,
        reference=design.labels[0],
        n=len(design.values),
        blocks=len(np.unique(design.block)),
    )
    scale = float(np.std(design.values))  # of which squares are taken: below `tiny` they are none
    scatters = any(scattered(design.values[design.scenario == i]) for i in range(len(design.labels)))
    if not scatters or scale < np.finfo(np.float64).tiny:
        return [_failed(common, "the repeats do not scatter: there is nothing to fit")]
    try:
        fit, warned = noted(lambda: _fit(design, scale))
    except (np.linalg.LinAlgError, ValueError) as error:
        return [_failed(common, f"the fit failed: {error}")]
    # The library gives the variance between blocks in the unit of the values, squared.
    block_sd = float(np.sqrt(max(0.0, np.asarray(fit.cov_re)[0, 0])))
    if block_sd < _NO_BLOCKS * np.sqrt(fit.scale):
        remarks.append("the blocks do not differ beyond the scatter: the variance between them is zero")
    note = "; ".join([*remarks, *(f"statsmodels: {text}" for text in warned)])
    estimates = zip(np.asarray(fit.fe_params), np.asarray(fit.bse_fe), strict=True)
    return [
        MixedModelRow(
            scenario=label,
            **_estimate(float(value) * scale, float(se) * scale, design.df, confidence),
            **common,
            block_sd=finite(block_sd * scale),
            residual_sd=finite(np.sqrt(fit.scale) * scale),
            converged=bool(fit.converged),
            note=note,
        )
        for label, (value, se) in zip(design.labels, estimates, strict=True)
    ]


class _Common(TypedDict):
    quantity: str
    reference: str
    n: int
    blocks: int


class _Estimate(TypedDict):
    estimate: float | None
    se: float | None
    df: int | None
    low: float | None
    high: float | None
    p: float | None


def _design(samples: list[Sample]) -> _Design | None:
    """Keep the blocks that hold at least two scenarios, and the scenarios that are in them."""
    held: dict[int, set[str]] = {}
    for sample in samples:
        for block in sample.blocks:
            held.setdefault(block, set()).add(sample.label)
    blocks = {block for block, labels in held.items() if len(labels) > 1}
    used = [sample for sample in samples if blocks & set(sample.blocks)]
    if len(used) < 3 or len(blocks) < 2:
        return None
    found = [
        (value, i, block)
        for i, sample in enumerate(used)
        for value, block in zip(sample.values, sample.blocks, strict=True)
        if block in blocks
    ]
    values, scenario, blocked = (np.array(part) for part in zip(*found, strict=True))
    design = _Design([sample.label for sample in used], values.astype(np.float64), scenario, blocked)
    return design if design.df >= 1 else None


def _fit(design: _Design, scale: float) -> Any:
    """Fit on values in units of their spread, because the optimiser's tolerances are absolute.

    By Powell's method, which needs no gradient: where the blocks do not differ the likelihood is highest
    at the edge of what is possible, and there the gradient is no guide.
    """
    from statsmodels.regression.mixed_linear_model import MixedLM

    indicator = [design.scenario == i for i in range(1, len(design.labels))]
    exog = np.column_stack([np.ones(len(design.values)), *indicator])
    return MixedLM(design.values / scale, exog, groups=design.block).fit(reml=True, method="powell")


def _estimate(value: float, se: float, df: int, confidence: float) -> _Estimate:
    from scipy import stats

    if not (np.isfinite(se) and se > 0):
        return _Estimate(estimate=value, se=None, df=df, low=None, high=None, p=None)
    p = finite(2 * stats.t.sf(abs(value) / se, df))
    if not has_interval(df):
        return _Estimate(estimate=value, se=se, df=df, low=None, high=None, p=p)
    reach = student_t(confidence, df) * se
    return _Estimate(estimate=value, se=se, df=df, low=value - reach, high=value + reach, p=p)


def _failed(common: _Common, why: str) -> MixedModelRow:
    nothing = _Estimate(estimate=None, se=None, df=None, low=None, high=None, p=None)
    return MixedModelRow(
        scenario=common["reference"],
        **nothing,
        **common,
        block_sd=None,
        residual_sd=None,
        converged=False,
        note=why,
    )


def _spread_remarks(design: _Design) -> list[str]:
    groups = [design.values[design.scenario == i] for i in range(len(design.labels))]
    sds = [float(group.std(ddof=1)) for group in groups if len(group) > 1]
    if len(sds) < 2 or max(sds) <= SPREAD_LIMIT * min(sds):
        return []
    return ["the scenarios scatter differently, and the model has one residual variance: read it with care"]
