"""What simple estimators make of the power log of the graphics cards."""

from dataclasses import dataclass

import numpy as np

from analysis.maths.arrays import Floats, column, finite
from analysis.run.clock import ClockFit
from records.tables import Table
from records.units import wh_from_j


@dataclass(frozen=True)
class GpuFigures:
    """Figures of the GPU log of one run, all cards together.

    Attributes:
        last_w: the last power that was logged in the rating interval.
        replay_wh: sum of a power value per interval times that interval; ``None`` for a shorter run.
    """

    last_w: float | None
    replay_wh: float | None


def gpu_figures(
    gpu: Table, clock: ClockFit, start_utc_s: float, length_s: float, interval_s: float
) -> GpuFigures:
    """Return the figures of a log.

    The replay is the published algorithm of experiment-impact-tracker (Henderson et al. 2020, J Mach Learn
    Res 21:248): one power value for each interval, times the time since the one before. What is
    left after the last value is not counted.

    Args:
        gpu: ``gpu.csv`` of the run.
        clock: from the clock of the log to the controller's.
        start_utc_s: start of the rating interval, on the controller's clock.
        length_s: its length.
        interval_s: time between the values of the replay.
    """
    cards, t_s, power_w = (column(gpu, name) for name in ("gpu", "t_utc_s", "power_w"))
    seen = np.isfinite(cards) & np.isfinite(t_s) & np.isfinite(power_w)
    logs = [
        (clock.to_controller_all(t_s[own]) - start_utc_s, power_w[own])
        for card in np.unique(cards[seen])
        if (own := seen & (cards == card)).any()
    ]
    at_s = interval_s * np.arange(1, int(length_s / interval_s + 1e-9) + 1, dtype=np.float64)
    replay_wh = wh_from_j(float(_latest_w(logs, at_s).sum()) * interval_s) if len(at_s) else None
    last_w = float(_latest_w(logs, np.array([length_s]))[0])
    return GpuFigures(finite(last_w), finite(replay_wh))


def _latest_w(logs: list[tuple[Floats, Floats]], at_s: Floats) -> Floats:
    """Return the latest power of all cards at some times ``(k,)``; NaN where a card has none yet."""
    total_w = np.zeros(len(at_s)) if logs else np.full(len(at_s), np.nan)
    for t_s, power_w in logs:
        order = np.argsort(t_s, kind="stable")
        place = np.searchsorted(t_s[order], at_s, side="right") - 1
        total_w += np.where(place >= 0, power_w[order][np.maximum(place, 0)], np.nan)
    return total_w
