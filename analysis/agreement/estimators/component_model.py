"""A model of the wall power by the load of the components, its watts fitted on other scenarios."""

from dataclasses import dataclass

import numpy as np

from analysis.maths.arrays import Floats

DISTINCT = 0.02
"""Loads that differ by less than this share of the highest determine no watts."""

_FEWEST_PER_TERM = 2


@dataclass(frozen=True)
class LoadedRun:
    """One run for the model.

    Attributes:
        scenario: of the run.
        power_w: mean power at the wall.
        loads: mean load of each component, ``(k,)``: CPU in percent, GPU in W.
    """

    scenario: str
    power_w: float
    loads: tuple[float, ...]


@dataclass(frozen=True)
class Fitted:
    """What the model says of a run.

    Attributes:
        power_w: mean power at the wall.
        watts: of the machine without load, then per unit of each load.
        held_out: what the model has not seen, ``scenario`` or ``run``.
    """

    power_w: float
    watts: tuple[float, ...]
    held_out: str


def fit_without(runs: list[LoadedRun], which: int) -> Fitted | None:
    """Fit ``P = a + sum of b_i x load_i`` by least squares without a run, and say what it gives for it.

    All runs of its scenario are left out, so that the model is not its own proof; only the run itself, where
    the other scenarios do not determine the model. Linear models of this kind: Economou et al. 2006 (Workshop
    on Modeling, Benchmarking and Simulation), Fan et al. 2007 (ISCA).

    Returns:
        ``None`` where the runs that are left do not determine the watts.
    """
    target = runs[which]
    others = {
        "scenario": [run for run in runs if run.scenario != target.scenario],
        "run": [run for i, run in enumerate(runs) if i != which],
    }
    for held_out, rest in others.items():
        watts = _fit(rest)
        if watts is not None:
            power_w = float(watts @ np.array([1.0, *target.loads]))
            return Fitted(power_w, tuple(float(value) for value in watts), held_out)
    return None


def _fit(runs: list[LoadedRun]) -> Floats | None:
    loads = np.array([[1.0, *run.loads] for run in runs], dtype=np.float64)
    if len(runs) < _FEWEST_PER_TERM * (loads.shape[1] if len(runs) else 1):
        return None
    scale = np.abs(loads).max(axis=0)
    if (scale == 0).any() or np.linalg.matrix_rank(
        loads / scale / np.sqrt(len(runs)), tol=DISTINCT / 2
    ) < loads.shape[1]:
        return None
    fitted, *_ = np.linalg.lstsq(loads / scale, np.array([run.power_w for run in runs]), rcond=None)
    watts: Floats = fitted / scale
    return watts
