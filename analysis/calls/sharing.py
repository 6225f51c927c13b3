"""What a scenario's calls get of the energy of its readings: conserved reading by reading.

A reading that one site fills is that site's. One that several share is divided by their mean powers, and what
it differs from these by is divided by time. So what all sites get of a reading is its energy, and only the
division of shared readings is uncertain: by the mean powers, and by the noise, of which each part may have
more or less than its share.
"""

from dataclasses import dataclass

import numpy as np

from analysis.calls.covers import Indices, Sparse, summed
from analysis.calls.design import Design, Stacked, design_of
from analysis.calls.regression import Fit, fit
from analysis.maths.arrays import Floats


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
        design = design_of(stacked)
        usual_s = float(np.median(stacked.length_s)) if len(stacked.length_s) else 1.0
        kind = np.asarray(stacked.share.argmax(axis=1), dtype=np.int64).ravel()
        fitted = fit(
            design.x,
            stacked.power_w,
            np.minimum(stacked.length_s / usual_s, 1.0),
            design.used,
            stacked.follows,
            kind,
            resolution_w / np.sqrt(12),
        )
        return cls(stacked, design, fitted, runs)

    def exclusive(self, total_s: Floats) -> Shares:
        """Return the exclusive energy of each site.

        Args:
            total_s: time of each site in each run, ``(sites, runs)``, for instantaneous readings.
        """
        sites = self.stacked.share.shape[1]
        return self._shares(self.design.site, np.ones(len(self.design.site)), sites, total_s)

    def inclusive(self, time_s: Sparse, inner: Sparse, total_s: Floats) -> Shares:
        """Return the inclusive energy of each site.

        Args:
            time_s: its inclusive time in each reading, ``(n, q)``.
            inner: which sites run within its calls, itself included, ``(q, sites)``, ones.
            total_s: inclusive time of each in each run, ``(q, runs)``, for instantaneous readings.
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
        places = np.concatenate(own)
        return self._shares(
            np.concatenate(quantity), np.concatenate(weights), share.shape[1], total_s, places
        )

    def _shares(
        self, quantity: Indices, weight: Floats, n: int, total_s: Floats, own: Indices | None = None
    ) -> Shares:
        """Divide the readings.

        Args:
            quantity: that each entry of the design counts for, ``(k,)``.
            weight: by how much, ``(k,)``.
            n: number of quantities.
            total_s: time of each quantity in each run, ``(n, runs)``.
            own: places of the entries in the design, all unless given, ``(k,)``.
        """
        from scipy import sparse

        design, fitted, stacked = self.design, self.fitted, self.stacked
        places = np.arange(len(design.row)) if own is None else own
        row, parameter = design.row[places], design.parameter[places]
        part = design.part[places] * weight
        time_s = part * stacked.length_s[row]
        run = stacked.run[row]
        power_w = fitted.power_w[parameter] + fitted.residual_w[row]
        cell = quantity * self.runs + run
        energy_j = summed(cell, time_s * power_w, n * self.runs).reshape(n, self.runs)
        seen_s = summed(cell, time_s, n * self.runs).reshape(n, self.runs)
        scale = np.ones_like(seen_s)
        if stacked.instantaneous:
            scale = np.divide(total_s, seen_s, out=np.zeros_like(seen_s), where=seen_s > 0)
            energy_j = energy_j * scale
        scaled_s = time_s * scale.ravel()[cell] / self.runs
        shape = (n, len(stacked.length_s))
        given = sparse.csr_matrix((scaled_s, (quantity, row)), shape=shape)
        direct = sparse.csr_matrix((scaled_s, (quantity, parameter)), shape=(n, design.parameters))
        gradient_s = np.asarray((direct - given @ design.x).todense())
        return Shares(energy_j, gradient_s, self._noise_j2(given))

    def _noise_j2(self, given_s: Sparse) -> Floats:
        """Return the variance by the noise within readings, ``(q,)``: none of one that is wholly given."""
        from scipy import sparse

        noise_w, length_s = self.fitted.noise_w, self.stacked.length_s
        if self.stacked.instantaneous:  # a moment speaks for the time around it, at which nobody looked
            spread = sparse.csr_matrix(given_s.multiply(noise_w[np.newaxis, :]))
            return self._chained(np.asarray(spread.multiply(spread).sum(axis=1)).ravel())
        share = given_s.multiply((self.runs / length_s)[np.newaxis, :]).tocsr()
        left = share - share.multiply(share)
        energy_j = np.square(noise_w * length_s / self.runs)
        return np.asarray(np.maximum((left @ energy_j), 0.0)).ravel()

    def _chained(self, variance: Floats) -> Floats:
        """Return the variance of a sum of readings that are correlated with those before."""
        rho = self.fitted.autocorrelation
        return variance * (1 + rho) / (1 - rho)
