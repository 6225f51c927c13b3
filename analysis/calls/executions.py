"""When repeated calls and epochs of a run were: what a folded power profile is made of, in bounded memory."""

from dataclasses import dataclass, field

import numpy as np

from analysis.calls.tally import Calls
from analysis.maths.arrays import Floats

MOST = 5000
"""A site with more executions in a run has no profile: what is known of a call stays in bounded memory."""

LEAST = 8
"""From so many executions on a profile is asked for."""

_MOST_SITES = 6


@dataclass(eq=False)
class Executions:
    """Starts and ends of the calls of each site, ``(k, 2)`` by site, the first `MOST` of them."""

    by_site: dict[int, list[Floats]] = field(default_factory=dict)
    counts: dict[int, int] = field(default_factory=dict)

    def add(self, calls: Calls) -> None:
        """Take in the calls of a piece of the record."""
        for site in np.unique(calls.site).tolist():
            left = MOST - self.counts.get(site, 0)
            if left <= 0:
                continue
            own = np.flatnonzero(calls.site == site)[:left]
            self.by_site.setdefault(site, []).append(
                np.stack((calls.start_s[own], calls.stop_s[own]), axis=1)
            )
            self.counts[site] = self.counts.get(site, 0) + len(own)

    def chosen(self, time_s: Floats, calls: Floats) -> dict[int, Floats]:
        """Return those of the sites that took most time and have a profile.

        Args:
            time_s: of each site, all calls.
            calls: number of each.
        """
        whole = [site for site in self.by_site if LEAST <= calls[site] <= MOST]
        longest = sorted(whole, key=lambda site: -time_s[site])[:_MOST_SITES]
        return {site: np.concatenate(self.by_site[site]) for site in longest}
