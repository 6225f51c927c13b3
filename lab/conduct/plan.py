"""The plan of a campaign: which scenario runs when, decided before the first run and written down.

Runs are ordered at random within blocks from a stored seed, and every block starts with the
baselines (docs/explanation/method.md#lab-health); a closing baseline after the last block gives every run a
baseline
before and one after it, so that the baseline can be interpolated
(docs/explanation/method.md#baseline-and-what-the-software-induced). The control workload
of a ``[health]`` section follows the baselines and stands at the end; it is never shuffled.
"""

import random
import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from lab.config.model import LabConfig, ScenarioSection
from records.campaign import Slot
from records.errors import ConfigurationError
from records.near_match import alternatives


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
_MOST_NAMES = 3
_OVERHEAD_S = 2.0  # opening and closing the meter and the collectors


def make_plan(config: LabConfig, seed: int, only: Sequence[str] = ()) -> list[Slot]:
    """Lay out the slots of a campaign in running order.

    Args:
        config: the configuration; ``campaign.repeats`` is the number of blocks.
        seed: of the order within the blocks.
        only: names of the scenarios wanted, all if empty. Baselines stay, because nothing can be
            said of a run without one, and so does the control workload.

    Raises:
        ConfigurationError: ``only`` names a scenario that is not in the configuration.
    """
    scenarios = _chosen(config, only)
    baselines = [s for s in scenarios if s.kind == "baseline"]
    controls = [s for s in scenarios if config.is_control(s)]
    others = [
        (s, tracker)
        for s in scenarios
        if s.kind != "baseline" and s not in controls
        for tracker in config.trackers_of(s)
    ]
    order = random.Random(seed)
    slots: list[Slot] = []
    repeats: Counter[tuple[str, str | None]] = Counter()

    def add(scenario: ScenarioSection, tracker: str | None, block: int) -> None:
        repeats[scenario.name, tracker] += 1
        repeat = repeats[scenario.name, tracker]
        slots.append(_slot(len(slots) + 1, scenario, tracker, repeat=repeat, block=block))

    for block in range(1, config.campaign.repeats + 1):
        first = [*baselines, *(controls if _has_control(config, block) else [])]
        for scenario, tracker in [*((s, None) for s in first), *order.sample(others, len(others))]:
            add(scenario, tracker, block)
    if others or controls:
        for scenario in [*baselines, *controls]:
            add(scenario, None, config.campaign.repeats)
    return slots


def _has_control(config: LabConfig, block: int) -> bool:
    return config.health is not None and (block - 1) % config.health.every_blocks == 0


def _chosen(config: LabConfig, only: Sequence[str]) -> list[ScenarioSection]:
    names = [scenario.name for scenario in config.scenario]
    for name in only:
        if name not in names:
            raise ConfigurationError(f"--only {name}: there is no such scenario; {alternatives(name, names)}")
    kept = [s for s in config.scenario if s.kind == "baseline" or config.is_control(s)]
    return [s for s in config.scenario if not only or s.name in only or s in kept]


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


class TimeLeft:
    """Estimate the time a campaign still needs: measured times where there are any, else the plan's.

    Where a scenario has not run yet with a tracker, the plan's time is scaled by how far the runs so far
    were from theirs: a slow or busy machine is slow in all of them.
    """

    def __init__(self, config: LabConfig) -> None:
        self._config = config
        self._measured: dict[tuple[str, str | None], list[float]] = {}
        self._took_s = self._planned_s = 0.0

    def learn(self, slot: Slot, seconds: float) -> None:
        """Take in how long a slot really took."""
        self._measured.setdefault((slot.scenario, slot.tracker), []).append(seconds)
        self._took_s += seconds
        self._planned_s += estimate(self._config, slot).seconds

    def knows(self, slot: Slot) -> bool:
        """Say whether the length of a slot's program is known: it was given, or the scenario has run."""
        has_run = any(scenario == slot.scenario for scenario, _ in self._measured)
        return has_run or estimate(self._config, slot).exact

    def of(self, slots: Sequence[Slot], running_s: float = 0.0) -> float:
        """Return the seconds that these slots should take.

        Args:
            slots: still to be run, the running one first.
            running_s: for how long the first one has been running; more than it should take counts for
                nothing.
        """
        expected = [self._one(slot) for slot in slots]
        return sum(expected) - (min(running_s, expected[0]) if expected else 0.0)

    def _one(self, slot: Slot) -> float:
        known = self._measured.get((slot.scenario, slot.tracker))
        if known:
            return statistics.fmean(known)
        planned = estimate(self._config, slot).seconds
        return planned * self._took_s / self._planned_s if self._planned_s else planned


def time_left(config: LabConfig, seconds: float) -> str:
    """Return ``about 12 min``, or ``at most 12 min`` where a precision may end the campaign earlier."""
    early = config.campaign.precision_pct is not None
    return f"{'at most' if early else 'about'} {duration(seconds)}"


def left_words(
    left: TimeLeft, config: LabConfig, slots: Sequence[Slot], running_s: float = 0.0, said: str = " left"
) -> str:
    """Return ``about 12 min left``; programs of unknown length are named, and not guessed.

    Args:
        left: what is known of the time.
        config: of the campaign.
        slots: still to be run, the running one first.
        running_s: for how long the first one has been running.
        said: written after the time.
    """
    known = [slot for slot in slots if left.knows(slot)]
    unknown = list(dict.fromkeys(slot.scenario for slot in slots if not left.knows(slot)))
    words = f"{time_left(config, left.of(known, running_s if known[:1] == list(slots[:1]) else 0.0))}{said}"
    if not unknown:
        return words
    names = ", ".join(unknown) if len(unknown) <= _MOST_NAMES else f"{len(unknown)} scenarios"
    return f"{words} plus the runs of {names} (length not known yet)"


def slot_name(slot: Slot) -> str:
    """Return ``cnn with codecarbon, repeat 2``."""
    tracker = f" with {slot.tracker}" if slot.tracker else ""
    return f"{slot.scenario}{tracker}, repeat {slot.repeat}"


def duration(seconds: float) -> str:
    """Return a duration for people: ``45 s``, ``12 min``, ``3 h 20 min``."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60:02d} min"
