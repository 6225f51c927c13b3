"""What a scenario's calls get of the energy of its readings: conserved reading by reading.

A reading that one site fills is that site's. One that several share is divided by their mean powers, and what
it differs from these by is divided by time. So what all sites get of a reading is its energy, and only the
division of shared readings is uncertain: by the mean powers, and by the noise, of which each part may have
more or less than its share.
"""

from dataclasses import dataclass, replace

import numpy as np

from analysis.calls.covers import Indices, Sparse, summed
from analysis.calls.design import PURE, Design, Stacked, design_of
from analysis.calls.regression import Fit, fit
from analysis.maths.arrays import Floats

_LEAST_WHOLE = 0.7
"""What a border of the run leaves of a reading does not tell the powers if it is a smaller share of one."""


@dataclass(frozen=True, eq=False)
class Shares:
    """Energy of quantities in the runs of a scenario, and how uncertain its division is.

    Attributes:
        energy_j: of each quantity in each run, ``(q, runs)``.
        gradient_s: change of the mean over the runs with each parameter, ``(q, p)``.
        noise_j2: variance of the mean by the noise within shared readings, ``(q,)``.
    """

    energy_j: Floats
    gradient_s: Floats
    noise_j2: Floats

    def covariance_j2(self, fitted: Fit) -> Floats:
        """Return the covariance of the means over the runs, ``(q, q)``."""
        by_powers: Floats = self.gradient_s @ fitted.covariance_w2 @ self.gradient_s.T
        return by_powers + np.diag(self.noise_j2)


@dataclass(frozen=True, eq=False)
class Division:
    """The readings of a scenario and the mean powers that divide them."""

    stacked: Stacked
    design: Design
    fitted: Fit
    runs: int

    @classmethod
    def of(cls, stacked: Stacked, runs: int, resolution_w: float) -> "Division":
        """Estimate the mean powers.

        Args:
            stacked: the readings.
            runs: how many runs they are of.
            resolution_w: smallest step of a reading.
        """
        from scipy import sparse

        design = design_of(stacked)
        usual_s = float(np.median(stacked.length_s)) if len(stacked.length_s) else 1.0
        kind = np.asarray(stacked.share.argmax(axis=1), dtype=np.int64).ravel()
        if stacked.instantaneous:  # whether a moment just at a border was within a call is not known
            largest = stacked.share.max(axis=1).toarray().ravel()
            kind[largest < PURE] = stacked.share.shape[1]
        fitted = _without_offsets(
            fit(
                sparse.csr_matrix(sparse.hstack([design.x, _offsets(stacked.run, runs)])),
                stacked.power_w,
                design.used & (stacked.length_s > _LEAST_WHOLE * usual_s),
                stacked.follows,
                kind,
                resolution_w / np.sqrt(12),
                runs - 1,
            ),
            design.x,
            stacked.power_w,
        )
        return cls(stacked, design, fitted, runs)

    def exclusive(self, total_s: Floats) -> Shares:
        """Return the exclusive energy of each site.

        Args:
            total_s: time of each site in each run, ``(sites, runs)``, for instantaneous readings.
        """
        sites = self.stacked.share.shape[1]
        if self.stacked.instantaneous:
            return self._by_power(total_s)
        return self._shares(
            np.arange(len(self.design.row)), self.design.site, np.ones(len(self.design.row)), sites
        )

    def _by_power(self, total_s: Floats) -> Shares:
        """Return the time of each site at its mean power: the power between moments is unknown."""
        power_w = self.fitted.power_w[: len(total_s)]
        gradient_s = np.diag(total_s.mean(axis=1))
        return Shares(power_w[:, np.newaxis] * total_s, gradient_s, np.zeros(len(total_s)))

    def inclusive(self, time_s: Sparse, inner: Sparse) -> Shares:
        """Return the inclusive energy of each site.

        Args:
            time_s: its inclusive time in each reading, ``(n, q)``.
            inner: which sites run within its calls, itself included, ``(q, sites)``, ones.
        """
        from scipy import sparse

        design, length_s = self.design, self.stacked.length_s
        share = sparse.csr_matrix(sparse.diags(1 / length_s) @ time_s)
        within = sparse.csr_matrix(self.stacked.share @ inner.T)
        cells = share.tocoo()
        seen = np.asarray(within[cells.row, cells.col]).ravel()
        scale = np.where(seen > 0, cells.data / np.where(seen > 0, seen, 1.0), 0.0)
        factor = sparse.csr_matrix((scale, (cells.row, cells.col)), shape=share.shape)
        own, weights, quantity = [], [], []
        for number in range(share.shape[1]):
            of_row = factor[:, number].toarray().ravel()
            of_site = inner[number].toarray().ravel()
            weight = of_row[design.row] * of_site[design.site]
            own.append(np.flatnonzero(weight))
            weights.append(weight[own[-1]])
            quantity.append(np.full(len(own[-1]), number, dtype=np.int64))
        places, numbers, factors = (np.concatenate(part) for part in (own, quantity, weights))
        return self._shares(places, numbers, factors, share.shape[1])

    def _shares(self, places: Indices, quantity: Indices, weight: Floats, n: int) -> Shares:
        """Divide the readings.

        Args:
            places: entries of the design, ``(k,)``.
            quantity: that each counts for, ``(k,)``.
            weight: by how much, ``(k,)``.
            n: number of quantities.
        """
        from scipy import sparse

        design, fitted, stacked = self.design, self.fitted, self.stacked
        row, parameter = design.row[places], design.parameter[places]
        part = design.part[places] * weight
        time_s = part * stacked.length_s[row]
        run = stacked.run[row]
        power_w = fitted.power_w[parameter] + fitted.residual_w[row]
        cell = quantity * self.runs + run
        energy_j = summed(cell, time_s * power_w, n * self.runs).reshape(n, self.runs)
        mean_s = time_s / self.runs
        shape = (n, len(stacked.length_s))
        given = sparse.csr_matrix((mean_s, (quantity, row)), shape=shape)
        direct = sparse.csr_matrix((mean_s, (quantity, parameter)), shape=(n, design.parameters))
        gradient_s = np.asarray((direct - given @ design.x).todense())
        return Shares(energy_j, gradient_s, self._noise_j2(given))

    def _noise_j2(self, given_s: Sparse) -> Floats:
        """Return the variance by the noise within readings, ``(q,)``: none of one that is wholly given."""
        noise_w, length_s = self.fitted.noise_w, self.stacked.length_s
        share = given_s.multiply((self.runs / length_s)[np.newaxis, :]).tocsr()
        left = share - share.multiply(share)
        energy_j = np.square(noise_w * length_s / self.runs)
        return np.asarray(np.maximum((left @ energy_j), 0.0)).ravel()


def _offsets(run: Indices, runs: int) -> Sparse:
    """Return columns for what all readings of a run have in common, ``(n, runs - 1)``; they add up to zero.

    The background of a run differs from that of the others. A reading keeps it, whatever it is divided into.
    """
    from scipy import sparse

    rows = np.arange(len(run))
    last = run == runs - 1
    columns = sparse.csr_matrix((np.ones(len(run)), (rows, run)), shape=(len(run), runs))[:, : runs - 1]
    return columns - sparse.csr_matrix(np.outer(last, np.ones(runs - 1)))


def _without_offsets(fitted: Fit, x: Sparse, power_w: Floats) -> Fit:
    """Return a fit with the parameters of the design only; the residuals have the offsets of their runs."""
    n = x.shape[1]
    return replace(
        fitted,
        power_w=fitted.power_w[:n],
        covariance_w2=fitted.covariance_w2[:n, :n],
        tolerance=fitted.tolerance[:n],
        residual_w=power_w - x @ fitted.power_w[:n],
    )
