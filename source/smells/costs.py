"""What smells were measured to cost: ``costs.toml``, written by ``tools/smell_costs.py`` from campaigns."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

NOT_MEASURED = "not measured"


@dataclass(frozen=True)
class Cost:
    """The cost of one smell in one campaign.

    Attributes:
        code: of the rule that finds it; ``smell`` its name in the campaign.
        pairs: blocks that hold the smelly and the clean program.
        quantities: what it costs in words, with interval or with what would have been detected, by quantity.
        campaign: title and date, and whether the machine was loaded, so that times and energies are no costs.
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
        """Return ``IMR: time +3.2 % (...); energy +3.0 % (...), SIMULATED [5 pairs, campaign]``."""
        mark = ", SIMULATED" if self.simulated else ""
        parts = [f"{name} {text}{mark if name == 'energy' else ''}" for name, text in self.quantities.items()]
        return f"{self.smell}: {'; '.join(parts)} [{self.pairs} pairs, {self.campaign}]"


def costs_in(text: str) -> tuple[Cost, ...]:
    """Return the costs that a TOML document holds."""
    return tuple(
        Cost(**cost, campaign=_campaign_words(campaign), simulated=campaign["simulated"])
        for campaign in tomllib.loads(text).get("campaign", [])
        for cost in campaign["cost"]
    )


def _campaign_words(campaign: dict[str, Any]) -> str:
    words = f"{campaign['title']}, {campaign['date']}"
    return f"{words}, loaded machine: memory only" if campaign["loaded"] else words


@cache
def _known() -> tuple[Cost, ...]:
    return costs_in((files(__package__) / "costs.toml").read_text(encoding="utf-8"))


def measured_cost(code: str) -> str:
    """Return what the smell of a rule was measured to cost, or `NOT_MEASURED`."""
    return "; ".join(cost.words for cost in _of(code)) or NOT_MEASURED


def shortly(code: str) -> str:
    """Return the first of these costs, and where the others are, for a line of output."""
    first, *others = [cost.words for cost in _of(code)] or [NOT_MEASURED]
    return f"{first}; {len(others)} more with --explain {code}" if others else first


def _of(code: str) -> list[Cost]:
    return [cost for cost in _known() if cost.code == code]
