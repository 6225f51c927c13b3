"""Whether the energies of a campaign are known well enough to end it before its last block.

The rule (docs/explanation/precision.md): after each block from the third on, the 95 % intervals of the mean
induced energy of every workload are compared with what was asked for. When they are narrow enough in three
blocks one after the other, the campaign goes on with its closing baseline.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import hypot

from analysis.campaign import evaluate
from lab.conduct.campaign import OpenCampaign
from records.campaign import Slot
from records.journal import Journal
from records.journal_events import RepeatsEnough
from records.results import Results
from records.rows.families import BudgetTerm
from records.rows.scenarios import ScenarioRow

LEAST_BLOCKS = 3
IN_A_ROW = 3
"""A single interval that happens to be narrow is too often one that misses; see the explanation."""

MOST_CALLS = 3
"""So many of the most costly calls that the meter resolves have to be known as well."""

_Z = 1.96
_STAYS: tuple[BudgetTerm, ...] = (
    *("gain", "offset", "calibration", "power_factor", "latency", "clock", "unresolved"),
)
"""Terms of a budget that do not shrink with the number of repeats."""


@dataclass(frozen=True, slots=True)
class Known:
    """How well an energy is known: half of its 95 % interval, in percent of it.

    Attributes:
        name: of the scenario, or of a call of it.
        half_pct: ``None`` where there is no interval, or the energy cannot be told from zero.
        stays_pct: the part of it that no number of repeats removes, at least: were the energy at the upper
            end of its interval. One that is small by chance in the first blocks must not end the campaign.
    """

    name: str
    half_pct: float | None
    stays_pct: float = 0.0


@dataclass(slots=True)
class StoppingRule:
    """When a campaign has enough blocks.

    Attributes:
        target_pct: half of the 95 % interval that is wanted, in percent of the energy.
    """

    target_pct: float
    _in_a_row: int = 0

    def look(self, blocks: int, known: Sequence[Known], *, last: bool) -> tuple[bool, str] | None:
        """Look at the energies after a block.

        Args:
            blocks: number of completed blocks.
            known: how well the energies are known now.
            last: whether this was the last block that is allowed.

        Returns:
            Whether the precision is reached, and why the campaign ends; ``None`` while it goes on.
        """
        narrow = bool(known) and all(k.half_pct is not None and k.half_pct <= self.target_pct for k in known)
        self._in_a_row = self._in_a_row + 1 if narrow else 0
        if self._in_a_row >= IN_A_ROW:
            return True, (
                f"after {blocks} blocks every 95 % interval is within {self.target_pct:g} %: {_shown(known)}"
            )
        worst = max(known, key=lambda k: k.stays_pct, default=None)
        if worst is not None and worst.stays_pct > self.target_pct:
            return False, (
                f"{self.target_pct:g} % cannot be reached by repeats: the meter alone leaves at "
                f"least {worst.stays_pct:.2g} % for {worst.name}. Calibrate the meter, or ask for less"
            )
        if last:
            return False, (
                f"{self.target_pct:g} % was not reached in {blocks} blocks, the most that were allowed: "
                f"{_shown(known)}"
            )
        return None


class PrecisionWatch:
    """Looks at a running campaign after each block. Without ``precision_pct`` it is silent.

    Args:
        opened: the campaign.
        journal: gets the decision.
    """

    def __init__(self, opened: OpenCampaign, journal: Journal) -> None:
        self._opened = opened
        self._journal = journal
        target_pct = opened.config.campaign.precision_pct
        self._rule = None if target_pct is None else StoppingRule(target_pct)
        controls = {s.name for s in opened.config.scenario if opened.config.is_control(s)}
        plan = opened.campaign.plan
        work = [slot for slot in plan if slot.kind != "baseline" and slot.scenario not in controls]
        self._last_of_block = {slot.block: slot.slot for slot in work}
        self._last = work[-1].slot if work else 0

    def after(self, slot: Slot) -> RepeatsEnough | None:
        """Decide after a slot that was run; ``None`` while the campaign goes on as planned."""
        last = slot.slot == self._last
        ends_block = self._last_of_block.get(slot.block) == slot.slot
        if self._rule is None or not ends_block or (slot.block < LEAST_BLOCKS and not last):
            return None
        later = [s for s in self._opened.campaign.plan if slot.slot < s.slot <= self._last]
        if any(self._opened.folder.attempts(s) for s in later):
            return None  # an earlier block was completed by `lab resume`; what was measured later stays
        known = known_energies(evaluate(self._opened.folder.path))
        found = self._rule.look(slot.block, known, last=last)
        if found is None:
            return None
        reached, reason = found
        decision = RepeatsEnough(
            blocks=slot.block,
            target_pct=self._rule.target_pct,
            reached=reached,
            half_pct={k.name: k.half_pct for k in known},
            dropped=[s.slot for s in later],
            reason=reason,
        )
        self._journal.write(decision)
        return decision


def known_energies(results: Results) -> list[Known]:
    """Return how well the induced energy of each workload is known, and its most costly calls."""
    known = []
    for row in results.scenarios:
        if row.kind != "workload" or row.scenario == results.settings["health"].get("control"):
            continue
        half_pct = _half_pct(row.induced_wh, row.induced_low_wh, row.induced_high_wh)
        known.append(Known(row.scenario, half_pct, _stays_pct(results, row)))
        known += _calls(results, row.scenario)
    return known


def _calls(results: Results, scenario: str) -> Iterable[Known]:
    measured = [row for row in results.call_sites if row.scenario == scenario and row.label == "measured"]
    calls = [row for row in measured if row.kind not in ("uncovered", "gate")]
    calls.sort(key=lambda row: row.induced_exclusive_j or 0.0, reverse=True)
    for row in calls[:MOST_CALLS]:
        half_pct = _half_pct(
            row.induced_exclusive_j, row.induced_exclusive_low_j, row.induced_exclusive_high_j
        )
        yield Known(f"{scenario}: {row.api or row.expression}, line {row.line}", half_pct)


def _half_pct(value: float | None, low: float | None, high: float | None) -> float | None:
    if value is None or low is None or high is None or value <= 0 or low <= 0:
        return None
    return 100 * (high - low) / 2 / value


def _stays_pct(results: Results, of: ScenarioRow) -> float:
    for row in results.budgets:
        if (row.of, row.scenario, row.quantity) == ("scenario", of.scenario, "induced_wh"):
            largest_wh = max(row.value, of.induced_high_wh or 0.0)
            stays_wh = _Z * hypot(*(row.terms.get(term, 0.0) for term in _STAYS))
            return 100 * stays_wh / largest_wh if largest_wh > 0 else 0.0
    return 0.0


def _shown(known: Sequence[Known]) -> str:
    return "; ".join(
        f"{k.name} {'no interval' if k.half_pct is None else f'{k.half_pct:.2g} %'}" for k in known
    )
