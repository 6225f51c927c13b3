"""The profile of a scenario: its call sites, contexts and phases, and which of its energies are shown."""

from dataclasses import dataclass, field

from records.rows.calls import CallEdgeRow, CallFitRow, CallProfileRow, CallSiteRow
from reports.campaign.view import ScenarioView, View
from reports.words.calls import Joules, Part, is_induced, joules

MOST_PROFILES = 4
"""Figures show so many scenarios; the others are in the tables only."""


@dataclass(frozen=True)
class Profile:
    """The recorded calls of a scenario.

    Attributes:
        name: of the scenario, for people; ``key`` as the results have it.
        sites: the one with the largest energy first.
        edges: calling contexts, callers before callees.
        phases: of folded profiles.
        fit: how well the energies are known, ``None`` where that is not on record.
        induced: whether energies above the baseline are shown.
    """

    name: str
    key: str
    sites: list[CallSiteRow]
    edges: list[CallEdgeRow] = field(default_factory=list)
    phases: list[CallProfileRow] = field(default_factory=list)
    fit: CallFitRow | None = None
    induced: bool = False

    def energy(self, row: CallSiteRow, part: Part = "exclusive") -> Joules:
        """Return the energy of a site that is shown, in J per run."""
        return joules(row, part, induced=self.induced)

    def own_j(self, edge: CallEdgeRow, row: CallSiteRow) -> float | None:
        """Return the energy of a context of a site without what it calls, of the kind that is shown, in J.

        Contexts have gross energies by the mean power of their site; the baseline's part in it is the same
        share for all contexts of a site.
        """
        gross_j, induced_j = row.energy_exclusive_j, row.induced_exclusive_j
        if not self.induced or edge.energy_exclusive_j is None:
            return edge.energy_exclusive_j
        return edge.energy_exclusive_j * induced_j / gross_j if gross_j and induced_j is not None else None

    @property
    def parts(self) -> list[CallSiteRow]:
        """What the run's energy is made of: all but the sites that a group stands for."""
        return [row for row in self.sites if row.group is None]

    @property
    def whole_j(self) -> float:
        """Energy of the run as the sum of its parts, in J."""
        return sum(energy.value or 0.0 for energy in map(self.energy, self.parts))

    @property
    def kind(self) -> str:
        """Which energy is shown."""
        return "induced energy" if self.induced else "energy"


def profiles_of(view: View) -> list[Profile]:
    """Return the profiles of all scenarios with recorded calls, in the order of the view."""
    results = view.results
    found = []
    for item in view.scenarios:
        sites = [row for row in results.call_sites if row.scenario == item.key]
        if sites:
            found.append(_profile(view, item, sites))
    return found


def _profile(view: View, item: ScenarioView, sites: list[CallSiteRow]) -> Profile:
    results, induced = view.results, is_induced(sites)
    by_energy = sorted(sites, key=lambda row: -joules(row, "exclusive", induced=induced).size)
    return Profile(
        name=item.name,
        key=item.key,
        sites=by_energy,
        edges=[row for row in results.call_edges if row.scenario == item.key],
        phases=[row for row in results.call_profile if row.scenario == item.key],
        fit=next((row for row in results.call_fits if row.scenario == item.key), None),
        induced=induced,
    )
