"""Trackers against the meter, epoch by epoch, where they give a series."""

from dataclasses import dataclass

from analysis.agreement.assessment import assess
from analysis.agreement.comparison import compare
from analysis.agreement.pairs import Pairs
from records.rows.agreement import AssessmentColumns, ComparedColumns
from records.rows.runs import EpochRow


@dataclass(frozen=True)
class EpochAgreement:
    """One tracker in one scenario.

    Attributes:
        tracker, scenario: which runs.
        rows: the epochs in which both have an energy.
        compared, assessed: what was found; the epochs of one run are no independent evidence.
    """

    tracker: str
    scenario: str
    rows: list[EpochRow]
    compared: ComparedColumns
    assessed: AssessmentColumns


def epoch_agreement(epochs: list[EpochRow], confidence: float) -> list[EpochAgreement]:
    """Compare the energy of each epoch by the tracker's series with the meter's, by tracker and scenario.

    Args:
        epochs: of the campaign.
        confidence: of the intervals.
    """
    groups: dict[tuple[str, str], list[EpochRow]] = {}
    for row in epochs:
        if row.tracker and row.tracker_wh is not None and row.energy_wh is not None:
            groups.setdefault((row.tracker, row.scenario), []).append(row)
    return [_agreement(*names, rows, confidence) for names, rows in groups.items()]


def _agreement(tracker: str, scenario: str, rows: list[EpochRow], confidence: float) -> EpochAgreement:
    pairs = Pairs.of(
        [row.energy_wh or 0.0 for row in rows],
        [row.tracker_wh or 0.0 for row in rows],
        shared_u=[row.energy_u_wh or 0.0 for row in rows],
        groups=[row.run_dir for row in rows],
        names=[f"run {row.slot}, epoch {row.epoch}" for row in rows],
    )
    compared = compare(pairs, confidence)
    assessed = assess(pairs, compared, confidence).columns(compared)
    return EpochAgreement(tracker, scenario, rows, compared.columns(), assessed)
