"""What smells were measured to cost: ``costs.toml``, written by ``tools/smell_costs.py`` from campaigns."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

NOT_MEASURED = "not measured"


@dataclass(frozen=True)
class Cost:
    """The cost of one smell in one campaign.

    Attributes:
        code: of the rule that finds it; ``smell`` its name in the campaign.
        pairs: blocks that hold the smelly and the clean program.
        quantities: what it costs in words, with interval or with what would have been seen, by quantity.
        campaign: title and date.
        simulated: whether the energies come from a virtual meter; time and memory are real either way.
    """

    code: str
    smell: str
    pairs: int
    quantities: dict[str, str]
    campaign: str
    simulated: bool

    @property
    def words(self) -> str:
        """Return ``IMR, 5 pairs: time +3.2 % (...); energy +3.0 % (...), SIMULATED [campaign]``."""
        mark = ", SIMULATED" if self.simulated else ""
        parts = [f"{name} {text}{mark if name == 'energy' else ''}" for name, text in self.quantities.items()]
        return f"{self.smell}, {self.pairs} pairs: {'; '.join(parts)} [{self.campaign}]"


def costs_in(text: str) -> tuple[Cost, ...]:
    """Return the costs that a TOML document holds."""
    return tuple(
        Cost(**cost, campaign=f"{campaign['title']}, {campaign['date']}", simulated=campaign["simulated"])
        for campaign in tomllib.loads(text).get("campaign", [])
        for cost in campaign["cost"]
    )


@cache
def _known() -> tuple[Cost, ...]:
    return costs_in((files(__package__) / "costs.toml").read_text(encoding="utf-8"))


def measured_cost(code: str) -> str:
    """Return what the smell of a rule was measured to cost, or `NOT_MEASURED`."""
    return "; ".join(cost.words for cost in _known() if cost.code == code) or NOT_MEASURED
