"""Published pairs of measurements, and simulated ones with a known truth."""

import numpy as np

from analysis.agreement.pairs import Pairs

# Peak expiratory flow in l/min of 17 subjects, first readings of the large and the mini Wright meter: table
# in Bland and Altman, Lancet 327 (1986) 307. The test of the published mean and standard deviation shows
# that they are entered rightly.
LARGE = (494, 395, 516, 434, 476, 557, 413, 442, 650, 433, 417, 656, 267, 478, 178, 423, 427)
MINI = (512, 430, 520, 428, 500, 600, 364, 380, 658, 445, 432, 626, 260, 477, 259, 350, 451)


def peak_flow() -> Pairs:
    """Large meter minus mini meter, as published."""
    return Pairs.of(MINI, LARGE)


def simulated(
    seed: int,
    n: int = 60,
    *,
    slope: float = 0.8,
    intercept: float = 0.0,
    own_sd: float = 1.0,
    meter_sd: float = 0.0,
    low: float = 50.0,
    high: float = 150.0,
) -> Pairs:
    """An estimator with its own scatter against a meter with a known one."""
    random = np.random.default_rng(seed)
    true = random.uniform(low, high, n)
    measured = true + random.normal(0, meter_sd, n) if meter_sd else true
    estimated = intercept + slope * true + random.normal(0, own_sd, n)
    return Pairs.of(measured, estimated, [meter_sd] * n)
