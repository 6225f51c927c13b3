"""The profile of a scenario: its call sites, contexts and phases, and which of its energies are shown."""

from dataclasses import dataclass, field

from records.rows.call_groups import with_group_names
from records.rows.calls import CallEdgeRow, CallFitRow, CallProfileRow, CallSiteRow
from records.units import SECONDS_PER_HOUR
from reports.campaign.view import ScenarioView, View
from reports.words.calls import Joules, Part, is_induced, joules

MOST_PROFILES = 4
"""Figures show so many scenarios; the others are in the tables only."""


@dataclass(frozen=True)
class Profile:
    """The recorded calls of a scenario.

    Attributes:
        name: of the scenario, for people; ``key`` as the results have it.
        sites: the one with the largest energy first, those with a bound only last.
        edges: calling contexts, callers before callees.
        phases: of folded profiles.
        fit: how well the energies are known, ``None`` where that is not on record.
        whole_j: energy of a run, mean over the runs, of the kind that is shown; ``None`` where unknown.
        induced: whether energies above the baseline are shown: where that of some call is not zero.
    """

    name: str
    key: str
    sites: list[CallSiteRow]
    edges: list[CallEdgeRow] = field(default_factory=list)
    phases: list[CallProfileRow] = field(default_factory=list)
    fit: CallFitRow | None = None
    whole_j: float | None = None
    induced: bool = False

    def energy(self, row: CallSiteRow, part: Part = "exclusive") -> Joules:
        """Return the energy of a site that is shown, in J per run."""
        return joules(row, part, induced=self.induced)

    def share_pct(self, row: CallSiteRow) -> float | None:
        """Return a site's share of the energy of a run; ``None`` of a bound."""
        energy = self.energy(row)
        if energy.value is None or not self.whole_j or self.whole_j < 0:
            return None
        return 100 * energy.value / self.whole_j

    def estimate_j(self, row: CallSiteRow) -> float:
        """Return what the fit gives for a site, also where it cannot be told from others: for widths only."""
        return (row.induced_exclusive_j if self.induced else row.energy_exclusive_j) or 0.0

    def own_j(self, edge: CallEdgeRow, row: CallSiteRow) -> float | None:
        """Return the energy of a context of a site without what it calls, of the kind that is shown, in J.

        Contexts have gross energies by the mean power of their site, or of the group that holds it; the
        baseline's part in it is the same share for all of them.
        """
        if not self.induced or edge.energy_exclusive_j is None:
            return edge.energy_exclusive_j
        holder = next((one for one in self.sites if one.site == row.group), row)
        gross_j, induced_j = holder.energy_exclusive_j, holder.induced_exclusive_j
        return edge.energy_exclusive_j * induced_j / gross_j if gross_j and induced_j is not None else None

    @property
    def parts(self) -> list[CallSiteRow]:
        """What the run's energy is made of: all but the sites that a group stands for."""
        return [row for row in self.sites if row.group is None]

    @property
    def kind(self) -> str:
        """Which energy is shown."""
        return "induced energy" if self.induced else "energy"


def profiles_of(view: View) -> list[Profile]:
    """Return the profiles of all scenarios with recorded calls, in the order of the view."""
    results = view.results
    found = []
    for item in view.scenarios:
        sites = with_group_names([row for row in results.call_sites if row.scenario == item.key])
        if sites:
            found.append(_profile(view, item, sites))
    return found


def _profile(view: View, item: ScenarioView, sites: list[CallSiteRow]) -> Profile:
    results, induced = view.results, is_induced(sites)
    by_energy = sorted(sites, key=lambda row: joules(row, "exclusive", induced=induced).order)
    whole_wh = item.row.induced_wh if induced else item.row.energy_wh
    return Profile(
        name=item.name,
        key=item.key,
        sites=by_energy,
        edges=[row for row in results.call_edges if row.scenario == item.key],
        phases=[row for row in results.call_profile if row.scenario == item.key],
        fit=next((row for row in results.call_fits if row.scenario == item.key), None),
        whole_j=None if whole_wh is None else whole_wh * SECONDS_PER_HOUR,
        induced=induced,
    )
