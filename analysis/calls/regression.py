"""Generalised least squares for mean powers: readings with correlated noise whose size differs by site.

The noise of a reading has the variance of the site that fills most of it, and is correlated with that of the
reading before (AR(1)); both are told by the residuals, in a few rounds (feasible GLS: Greene 2018, ch. 20).
Prais and Winsten's transformation takes the correlation out.
"""

from dataclasses import dataclass

import numpy as np

from analysis.calls.covers import Booleans, Indices, Sparse, summed
from analysis.maths.arrays import Floats

_ROUNDS = 4
_MOST_CORRELATED = 0.95
_PRIOR = 20.0
"""Of so many readings is the scatter of all readings worth, next to that of the readings of one site."""

_WEAK = 30.0
"""What no reading tells is known to this many times the range of the powers, so that there is a solution."""


@dataclass(frozen=True, eq=False)
class Fit:
    """Mean powers and what they leave.

    Attributes:
        power_w: of each parameter, ``(p,)``; ``covariance_w2`` theirs.
        residual_w: of every reading, also of those that took no part, ``(n,)``.
        noise_w: standard deviation of each reading, ``(n,)``.
        autocorrelation: of a residual with the one before.
        df: degrees of freedom of the residuals.
        condition: number of the design, its columns scaled to the same length.
        tolerance: of each parameter, the share of its column that no other explains, ``(p,)``.
        explained: share of the variance of the readings that took part.
        readings: how many took part.
        parameters: how many were told by them.
    """

    power_w: Floats
    covariance_w2: Floats
    residual_w: Floats
    noise_w: Floats
    autocorrelation: float
    df: float
    condition: float | None
    tolerance: Floats
    explained: float | None
    readings: int
    parameters: int

    @property
    def residual_sd_w(self) -> float | None:
        """Root mean square of the noise of the readings."""
        return float(np.sqrt(np.mean(np.square(self.noise_w)))) if len(self.noise_w) else None


def fit(
    x: Sparse,
    power_w: Floats,
    used: Booleans,
    follows: Booleans,
    kind: Indices,
    least_w: float,
    offsets: int = 0,
) -> Fit:
    """Estimate mean powers.

    Args:
        x: share of each parameter in each reading, ``(n, p)``.
        power_w: of each reading, ``(n,)``.
        used: which readings take part.
        follows: which follow the one before.
        kind: site that fills most of each reading; these have a noise of their own.
        least_w: standard deviation of the noise at least, by the digits of the meter.
        offsets: how many of the columns, the last ones, are differences of powers; the shares of the others
            add up to 1 in each reading.
    """
    rows = np.flatnonzero(used)
    centre_w = float(power_w[rows].mean()) if len(rows) else 0.0
    design, y = x[rows], power_w[rows] - centre_w
    chained = follows[rows] & (np.diff(rows, prepend=-2) == 1)
    present = np.asarray(abs(design).sum(axis=0)).ravel() > 0
    spread_w = float(np.ptp(y)) if len(y) else 0.0
    prior_w = _WEAK * max(spread_w, 0.05 * abs(centre_w), least_w, 1e-3)
    noise_w, rho = np.full(len(rows), max(spread_w / 4, least_w, 1e-6)), 0.0
    solution = _solve(design, y, noise_w, rho, chained, prior_w)
    df = max(float(len(rows) - present.sum()), 1.0)
    for _ in range(_ROUNDS if len(rows) else 0):
        residual_w = y - design @ solution.power_w
        noise_w = _noise(residual_w, solution.leverage, kind[rows], df, least_w)
        rho = _autocorrelation(residual_w / noise_w, chained, len(rows) - df)
        solution = _solve(design, y, noise_w, rho, chained, prior_w)
    left = _whitened_values(y - design @ solution.power_w, noise_w, rho, chained)
    # Noise that remembers otherwise than AR(1) leaves more than it should; the powers are as much less sure.
    excess = max(float(left @ left) / df, 1.0)
    noise_of_kind = {int(k): float(np.mean(noise_w[kind[rows] == k])) for k in np.unique(kind[rows])}
    usual_w = float(np.sqrt(np.mean(np.square(noise_w)))) if len(rows) else 0.0
    all_noise_w = np.array([noise_of_kind.get(k, usual_w) for k in kind.tolist()], dtype=np.float64)
    all_noise_w[rows] = noise_w
    found_w = solution.power_w + centre_w * (np.arange(x.shape[1]) < x.shape[1] - offsets)
    residual_w = power_w - x @ found_w
    varied = float(np.square(y).sum())
    return Fit(
        power_w=found_w,
        covariance_w2=excess * solution.covariance_w2,
        residual_w=residual_w,
        noise_w=all_noise_w,
        autocorrelation=rho,
        df=df,
        condition=_condition(design, present),
        tolerance=np.where(present, solution.tolerance, 0.0),
        explained=max(1 - float(np.square(residual_w[rows]).sum()) / varied, 0.0) if varied > 0 else None,
        readings=len(rows),
        parameters=int(present.sum()),
    )


@dataclass(frozen=True, eq=False)
class _Solution:
    power_w: Floats
    covariance_w2: Floats
    leverage: Floats
    tolerance: Floats


def _solve(
    design: Sparse, y: Floats, noise_w: Floats, rho: float, chained: Booleans, prior_w: float
) -> _Solution:
    from scipy import linalg

    x, z = _whitened(design, noise_w, rho, chained), _whitened_values(y, noise_w, rho, chained)
    information = (x.T @ x).toarray()
    alone = information.diagonal().copy()
    information[np.diag_indices_from(information)] += 1 / prior_w**2
    # Dividing out the diagonal first keeps calls of milliseconds and of minutes apart in size only.
    scale = 1 / np.sqrt(information.diagonal())
    factor = linalg.cho_factor(information * np.outer(scale, scale) + 1e-13 * np.eye(len(scale)))
    power_w = scale * linalg.cho_solve(factor, scale * (x.T @ z))
    covariance_w2 = np.outer(scale, scale) * linalg.cho_solve(factor, np.eye(len(scale)))
    leverage = np.asarray(x.multiply(x @ covariance_w2).sum(axis=1)).ravel()
    tolerance = 1 / np.maximum(alone * covariance_w2.diagonal(), 1.0)
    return _Solution(power_w, covariance_w2, leverage, tolerance)


def _whitened(design: Sparse, noise_w: Floats, rho: float, chained: Booleans) -> Sparse:
    from scipy import sparse

    scaled = sparse.diags(1 / noise_w) @ design
    before = sparse.vstack([sparse.csr_matrix((1, design.shape[1])), scaled[:-1]]) if len(noise_w) else scaled
    factor = np.where(chained, 1 / np.sqrt(1 - rho**2), 1.0)
    return sparse.csr_matrix(sparse.diags(factor) @ (scaled - sparse.diags(rho * chained) @ before))


def _whitened_values(y: Floats, noise_w: Floats, rho: float, chained: Booleans) -> Floats:
    scaled = y / noise_w
    before = np.concatenate(([0.0], scaled[:-1])) if len(y) else scaled
    factor = np.where(chained, 1 / np.sqrt(1 - rho**2), 1.0)
    whitened: Floats = factor * (scaled - rho * chained * before)
    return whitened


def _noise(residual_w: Floats, leverage: Floats, kind: Indices, df: float, least_w: float) -> Floats:
    """Return the standard deviation of readings like each, by the residuals of the same kind."""
    square = np.square(residual_w)
    overall = float(square.sum()) / df
    left = np.clip(1 - leverage, 0.0, 1.0)
    n = int(kind.max()) + 1
    own = summed(kind, square, n) + _PRIOR * overall
    free = summed(kind, left, n) + _PRIOR
    noise_w: Floats = np.sqrt(np.maximum(own / free, max(least_w, 1e-6) ** 2))[kind]
    return noise_w


def _autocorrelation(scaled: Floats, chained: Booleans, parameters: float) -> float:
    """Return the correlation of residuals with the one before, made up for what the parameters took away."""
    places = np.flatnonzero(chained)
    below = float(np.square(scaled).sum())
    if len(places) < 5 or below == 0:
        return 0.0
    n = len(scaled)
    found = float(scaled[places] @ scaled[places - 1]) / len(places) / (below / n)
    return float(np.clip(found + (1 + 3 * found) * parameters / (2 * n), 0.0, _MOST_CORRELATED))


def _condition(design: Sparse, present: Booleans) -> float | None:
    """Return the condition number of the columns, each scaled to length 1."""
    if not present.any():
        return None
    product = (design.T @ design).toarray()[np.ix_(present, present)]
    length = np.sqrt(product.diagonal())
    values = np.linalg.eigvalsh(product / np.outer(length, length))
    return float(np.sqrt(values[-1] / max(values[0], 1e-20)))
