"""The formulas. Energies in Wh of a run; nothing here is measured."""

WATTS_PER_GB = 0.3725
"""Power of memory (Lannelongue et al. 2021, Adv Sci 8:2100707, Methods: 0.3725 W per GB)."""


def tdp_time_wh(tdp_w: float, duration_s: float) -> float:
    """Return thermal design power times time: what a processor is said to draw at most, all the time."""
    return tdp_w * duration_s / 3600


def green_algorithms_wh(
    processors_w: list[tuple[float, float]], memory_gb: float, pue: float, duration_s: float
) -> float:
    """Return Green Algorithms' energy (Lannelongue et al. 2021, Adv Sci 8:2100707, equation 2).

    ``E = t x (sum of P_c u_c + n_m x 0.3725 W/GB) x PUE``.

    Args:
        processors_w: thermal design power and usage factor, 0 to 1, of each kind of processor.
        memory_gb: memory that is available, in GB.
        pue: power usage effectiveness.
        duration_s: of the run.
    """
    power_w = sum(tdp_w * usage for tdp_w, usage in processors_w) + WATTS_PER_GB * memory_gb
    return power_w * pue * duration_s / 3600
