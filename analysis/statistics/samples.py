"""Samples: the values of one quantity over the runs of a scenario, and how two of them are paired."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from analysis.maths.arrays import Floats, finite
from analysis.maths.describe import SAME_SHARE
from records.rows.runs import EpochRow, RunRow


@dataclass(frozen=True)
class Quantity:
    """A quantity of a run that scenarios are compared by; of all of them, less is better.

    Attributes:
        name: of the column; its suffix is the unit.
        unit: as it is printed.
        words: what a sentence calls it.
        of_run: the value of a run; ``of_epoch`` that of an epoch, of which a run has the mean.
    """

    name: str
    unit: str
    words: str
    of_run: Callable[[RunRow], float | None] | None = None
    of_epoch: Callable[[EpochRow], float | None] | None = None

    @property
    def of_epochs(self) -> bool:
        """Whether it is the mean over the epochs of a run."""
        return self.of_epoch is not None


QUANTITIES = {
    quantity.name: quantity
    for quantity in (
        Quantity("energy_wh", "Wh", "energy", lambda run: run.energy_wh),
        Quantity("induced_wh", "Wh", "induced energy", lambda run: run.induced_wh),
        Quantity("duration_s", "s", "time", lambda run: run.duration_s),
        Quantity("mean_power_w", "W", "mean power", lambda run: run.mean_power_w),
        Quantity("wh_per_epoch", "Wh", "energy per epoch", of_epoch=lambda epoch: epoch.energy_wh),
        Quantity(
            "induced_wh_per_epoch", "Wh", "induced energy per epoch", of_epoch=lambda epoch: epoch.induced_wh
        ),
    )
}


@dataclass(frozen=True, eq=False)
class Sample:
    """One quantity over the runs of one scenario, in running order.

    Attributes:
        label: of the scenario; ``quantity`` a name of `QUANTITIES`.
        values: one per run that has the quantity ``(n,)``.
        blocks: of the plan; ``starts_utc_s`` and ``run_dirs`` of the same runs.
        campaign: which one; runs of different campaigns are never paired.
        benches: of a fleet, on which the same runs were; empty where there is one only.
    """

    label: str
    quantity: str
    values: Floats
    blocks: tuple[int, ...]
    starts_utc_s: tuple[float, ...]
    run_dirs: tuple[str, ...]
    campaign: str = ""
    benches: tuple[str, ...] = ()

    @property
    def n(self) -> int:
        """Number of runs."""
        return len(self.values)

    @property
    def mean(self) -> float:
        """Arithmetic mean."""
        return float(self.values.mean())


@dataclass(frozen=True, eq=False)
class Pair:
    """Two samples as they are compared.

    Attributes:
        a, b: values; where ``paired``, ``a[i]`` and ``b[i]`` are means over the same block.
        paired: whether the plan interleaved the two scenarios.
        left_out: blocks that hold runs of only one of the two; not compared.
        benches_a, benches_b: on which the values were measured; empty where there is one bench only.
    """

    a: Floats
    b: Floats
    paired: bool
    left_out: int = 0
    benches_a: Sequence[str] = ()
    benches_b: Sequence[str] = ()


def sample_of(
    label: str, rows: Sequence[RunRow], epoch_rows: Sequence[EpochRow], quantity: str, campaign: str = ""
) -> Sample:
    """Collect a quantity over the runs of a scenario.

    Args:
        label: of the scenario.
        rows: its runs.
        epoch_rows: their epochs.
        quantity: a name of `QUANTITIES`; runs without it are left out.
        campaign: which one, where scenarios of several are compared.
    """
    return sample_by_run(label, rows, _values(rows, epoch_rows, QUANTITIES[quantity]), quantity, campaign)


def sample_by_run(
    label: str, rows: Sequence[RunRow], values: Mapping[str, float | None], quantity: str, campaign: str = ""
) -> Sample:
    """Put the values of runs together as a sample; runs without a value are left out.

    Args:
        label: of the scenario.
        rows: its runs.
        values: by the folder of the run.
        quantity: their name.
        campaign: see `sample_of`.
    """
    found = [
        (row.t_start_utc_s, row.run_dir, row.block, value, row.bench)
        for row in rows
        if (value := values.get(row.run_dir)) is not None
    ]
    found.sort(key=lambda one: one[:2])
    return Sample(
        label=label,
        quantity=quantity,
        values=np.array([value for *_, value, _ in found], dtype=np.float64),
        blocks=tuple(block for _, _, block, *_ in found),
        starts_utc_s=tuple(start for start, *_ in found),
        run_dirs=tuple(run_dir for _, run_dir, *_ in found),
        campaign=campaign,
        benches=tuple(bench or "" for *_, bench in found) if any(bench for *_, bench in found) else (),
    )


def _values(
    rows: Sequence[RunRow], epoch_rows: Sequence[EpochRow], quantity: Quantity
) -> Mapping[str, float | None]:
    if quantity.of_run is not None:
        return {row.run_dir: finite(quantity.of_run(row)) for row in rows}
    by_run: dict[str, list[float]] = {}
    for row in epoch_rows if quantity.of_epoch else ():
        if quantity.of_epoch and (value := finite(quantity.of_epoch(row))) is not None:
            by_run.setdefault(row.run_dir, []).append(value)
    return {run_dir: float(np.mean(values)) for run_dir, values in by_run.items()}


def pair_of(a: Sample, b: Sample) -> Pair:
    """Pair two samples by block where the plan interleaves them, else keep them apart.

    They are interleaved when at least two blocks of one campaign hold runs of both, and neither scenario
    was over before the other began. Several runs of a scenario in one block count with their mean.
    """
    common = sorted(set(a.blocks) & set(b.blocks))
    if a.campaign != b.campaign or len(common) < 2 or one_after_the_other(a, b):
        return Pair(a.values, b.values, paired=False, benches_a=a.benches, benches_b=b.benches)
    in_a, in_b = (np.array([means[block] for block in common]) for means in map(_block_means, (a, b)))
    at = dict(zip(a.blocks, a.benches, strict=True)) if a.benches else {}  # a block stays within a bench
    benches = [at[block] for block in common] if at else []
    left_out = len(set(a.blocks) ^ set(b.blocks))
    return Pair(in_a, in_b, paired=True, left_out=left_out, benches_a=benches, benches_b=benches)


def one_after_the_other(a: Sample, b: Sample) -> bool:
    """Say whether one scenario was over before the other began."""
    return a.starts_utc_s[-1] < b.starts_utc_s[0] or b.starts_utc_s[-1] < a.starts_utc_s[0]


def _block_means(sample: Sample) -> dict[int, float]:
    values: dict[int, list[float]] = {}
    for value, block in zip(sample.values.tolist(), sample.blocks, strict=True):
        values.setdefault(block, []).append(value)
    return {block: float(np.mean(of_block)) for block, of_block in values.items()}


def scattered(values: Floats, level: float | None = None) -> bool:
    """Say whether values differ by more than rounding.

    Args:
        values: ``(n,)``.
        level: size of the numbers they were computed from; of themselves unless given.
    """
    if len(values) < 2:
        return False
    size = float(np.abs(values).max()) if level is None else level
    return float(np.ptp(values)) > SAME_SHARE * size
