"""How the energy of each site is known: measured, pooled or bounded, alone or only together with others."""

from dataclasses import dataclass

import numpy as np

from analysis.calls.covers import Booleans, Indices
from analysis.calls.scenario_calls import ScenarioCalls
from analysis.maths.arrays import Floats

MEASURED, POOLED, BOUNDED = "measured", "pooled", "bounded"

_MOSTLY = 0.9
"""A site is measured where this share of its time lies in or next to readings that it fills."""

LEAST_TOLERANCE = 0.02
"""A site with a smaller share of its own cannot be told from the others."""

_TOGETHER = -0.8
"""Energies whose estimates are correlated so can hardly be told apart, but their sum can."""


def is_measured(calls: ScenarioCalls) -> Booleans:
    """Say which columns, the time outside all calls last, are long enough for the meter."""
    if not calls.division.stacked.instantaneous:
        return calls.in_stretches >= _MOSTLY
    time_s, resolved_s = calls.summed("time_s"), calls.summed("resolved_s")
    return np.append(resolved_s >= _MOSTLY * time_s, False)


@dataclass(frozen=True, eq=False)
class Group:
    """Sites that always come together; ``sites`` their columns."""

    sites: Indices


def groups_of(energy_j: Floats, covariance_j2: Floats, tolerance: Floats, candidates: Indices) -> list[Group]:
    """Put together the sites whose energies are not known by themselves, but as a sum.

    Args:
        energy_j: mean energy of each column.
        covariance_j2: of these.
        tolerance: of each column, the share that no other explains.
        candidates: columns that may be put together.
    """
    clusters = [[int(site)] for site in candidates]
    energy, covariance = energy_j[candidates], covariance_j2[np.ix_(candidates, candidates)]
    vague = tolerance[candidates] < LEAST_TOLERANCE
    while len(clusters) > 1:
        u_j = np.sqrt(np.maximum(covariance.diagonal(), 1e-30))
        unclear = (energy < 2 * u_j) | vague
        correlation = covariance / np.outer(u_j, u_j)
        correlation[~(unclear[:, np.newaxis] | unclear[np.newaxis, :])] = 1.0
        np.fill_diagonal(correlation, 1.0)
        a, b = np.unravel_index(int(np.argmin(correlation)), correlation.shape)
        if correlation[a, b] > _TOGETHER:
            break
        clusters[a] += clusters[b]
        del clusters[b]
        energy[a] += energy[b]
        covariance[a] += covariance[b]
        covariance[:, a] += covariance[:, b]
        vague[a] = False  # the tolerance of a site says nothing of a sum
        energy, vague = np.delete(energy, b), np.delete(vague, b)
        covariance = np.delete(np.delete(covariance, b, axis=0), b, axis=1)
    found = []
    for cluster in clusters:
        ones = np.zeros(len(energy_j))
        ones[cluster] = 1.0
        if len(cluster) > 1 and ones @ energy_j > 2 * np.sqrt(ones @ covariance_j2 @ ones):
            found.append(Group(np.array(sorted(cluster), dtype=np.int64)))
    return found
