"""Whether the energies of a campaign are known well enough to end it before its last block.

The rule (docs/explanation/precision.md): after each block from the third on, the 95 % intervals of the mean
induced energy of every workload are compared with what was asked for. When they are narrow enough in three
blocks one after the other, the campaign continues with its closing baseline.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analysis.campaign import evaluate
from lab.conduct.campaign import OpenCampaign
from lab.conduct.known_energies import Known, known_energies
from lab.conduct.reached import reached_words
from records.campaign import Slot
from records.journal import Journal, read_journal
from records.journal_events import PrecisionChecked, RepeatsEnough
from reports.words.numbers import plain

LEAST_BLOCKS = 3
IN_A_ROW = 3
"""A single interval that happens to be narrow is too often one that misses; see the explanation."""


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
            Whether the precision is reached, and why the campaign ends; ``None`` while it continues.
        """
        half_pct = {k.name: k.half_pct for k in known}
        self.recall(half_pct)
        if self._in_a_row >= IN_A_ROW or (last and self._in_a_row):
            return True, (
                f"after {blocks} blocks every 95 % interval is within ±{self.target_pct:g} %: "
                f"{reached_words(half_pct)}"
            )
        worst = max(known, key=lambda k: k.stays_pct, default=None)
        if worst is not None and worst.stays_pct > self.target_pct:
            return False, (
                f"±{self.target_pct:g} % cannot be reached by repeats: the meter alone leaves at "
                f"least ±{plain(worst.stays_pct, 2)} % for {worst.name}. Use a calibrated or better meter "
                f"or longer runs, or ask for less"
            )
        if last:
            return False, (
                f"±{self.target_pct:g} % was not reached in {blocks} blocks, the most that were allowed: "
                f"{reached_words(half_pct)}"
            )
        return None

    def recall(self, half_pct: Mapping[str, float | None]) -> None:
        """Take in what was found after a block, such as one before an interruption."""
        narrow = bool(half_pct) and all(
            half is not None and half <= self.target_pct for half in half_pct.values()
        )
        self._in_a_row = self._in_a_row + 1 if narrow else 0


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
        if self._rule is not None:
            for entry in read_journal(opened.folder.journal)[0]:
                if isinstance(entry, PrecisionChecked):
                    self._rule.recall(entry.half_pct)
        controls = {s.name for s in opened.config.scenario if opened.config.is_control(s)}
        plan = opened.campaign.plan
        work = [slot for slot in plan if slot.kind != "baseline" and slot.scenario not in controls]
        self._last_of_block = {slot.block: slot.slot for slot in work}
        self._last = work[-1].slot if work else 0

    def after(self, slot: Slot) -> PrecisionChecked | RepeatsEnough | None:
        """Look and decide after a slot that was run.

        Returns:
            The decision, or what was found where the campaign continues; ``None`` within a block.
        """
        last = slot.slot == self._last
        ends_block = self._last_of_block.get(slot.block) == slot.slot
        if self._rule is None or not ends_block or (slot.block < LEAST_BLOCKS and not last):
            return None
        later = [s for s in self._opened.campaign.plan if slot.slot < s.slot <= self._last]
        if any(self._opened.folder.attempts(s) for s in later):
            return None  # an earlier block was completed by `lab resume`; what was measured later stays
        known = known_energies(evaluate(self._opened.folder.path))
        found = self._rule.look(slot.block, known, last=last)
        half_pct = {k.name: k.half_pct for k in known}
        checked = PrecisionChecked(blocks=slot.block, target_pct=self._rule.target_pct, half_pct=half_pct)
        self._journal.write(checked)
        if found is None:
            return checked
        reached, reason = found
        decision = RepeatsEnough(
            blocks=slot.block,
            target_pct=self._rule.target_pct,
            reached=reached,
            half_pct=half_pct,
            dropped=[s.slot for s in later],
            reason=reason,
        )
        self._journal.write(decision)
        return decision
