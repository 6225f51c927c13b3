"""The plan of a campaign: which scenario runs when, decided before the first run and written down.

Runs are ordered at random within blocks from a stored seed, and every block starts with the
baselines (METHOD section 11); a closing baseline after the last block gives every run a baseline
before and one after it, so that the baseline can be interpolated (METHOD section 3).
"""

import difflib
import random
from collections.abc import Sequence
from dataclasses import dataclass

from lab.config import LabConfig, ScenarioSection
from records.campaign import Slot
from records.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class Estimate:
    """How long a slot should take.

    Attributes:
        seconds: lead-in, gate, program and lead-out together.
        exact: ``False`` where the program's own time is a guess (no ``duration_s``, no
            ``expected_s``): it then counts as `GUESSED_PROGRAM_S`.
    """

    seconds: float
    exact: bool


GUESSED_PROGRAM_S = 60.0
_OVERHEAD_S = 2.0  # opening and closing the meter and the collectors


def make_plan(config: LabConfig, seed: int, only: Sequence[str] = ()) -> list[Slot]:
    """Lay out the slots of a campaign in running order.

    Args:
        config: the configuration; ``campaign.repeats`` is the number of blocks.
        seed: of the order within the blocks.
        only: names of the scenarios wanted, all if empty. Baselines stay, because nothing can be
            said of a run without one.

    Raises:
        ConfigurationError: ``only`` names a scenario that is not in the configuration.
    """
    scenarios = _chosen(config, only)
    baselines = [s for s in scenarios if s.kind == "baseline"]
    others = [(s, tracker) for s in scenarios if s.kind != "baseline" for tracker in config.trackers_of(s)]
    order = random.Random(seed)
    slots: list[Slot] = []
    for block in range(1, config.campaign.repeats + 1):
        shuffled = order.sample(others, len(others))
        for scenario, tracker in [*((b, None) for b in baselines), *shuffled]:
            slots.append(_slot(len(slots) + 1, scenario, tracker, repeat=block, block=block))
    if others:
        closing = config.campaign.repeats
        for scenario in baselines:
            slots.append(_slot(len(slots) + 1, scenario, None, repeat=closing + 1, block=closing))
    return slots


def _chosen(config: LabConfig, only: Sequence[str]) -> list[ScenarioSection]:
    names = [scenario.name for scenario in config.scenario]
    for name in only:
        if name not in names:
            near = difflib.get_close_matches(name, names, n=1)
            hint = f"did you mean {near[0]!r}? " if near else ""
            raise ConfigurationError(
                f"--only {name}: there is no such scenario; {hint}known: {', '.join(names)}"
            )
    return [s for s in config.scenario if not only or s.name in only or s.kind == "baseline"]


def _slot(number: int, scenario: ScenarioSection, tracker: str | None, *, repeat: int, block: int) -> Slot:
    return Slot(
        slot=number,
        scenario=scenario.name,
        kind=scenario.kind,
        repeat=repeat,
        block=block,
        tracker=tracker,
        run_dir=f"{number:04d}-{scenario.name}",
    )


def estimate(config: LabConfig, slot: Slot) -> Estimate:
    """Estimate how long a slot takes when everything is stable at once."""
    scenario = config.find_scenario(slot.scenario)
    around = config.run.lead_in_s + config.run.lead_out_s + _OVERHEAD_S
    if config.gate.enabled:
        around += config.gate.readings * config.meter.slowest_interval_s
    program = scenario.expected_s or scenario.duration_s
    return Estimate(around + (program or GUESSED_PROGRAM_S), exact=program is not None)
