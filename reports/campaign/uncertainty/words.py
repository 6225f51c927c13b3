"""What the chapter on uncertainty says of every campaign: the model, correlations, what is left out."""

MODEL = """\
P  = P_ind · (1 + g) + o + c · Q       reading P_ind, gain g, offset o, reactive power Q
E  = Σ Pᵢ · Δtᵢ + errors of the window (borders, rounding, gaps)
E_induced = E − P_baseline · T

u²(y) = Σ u_term²(y)                   law of propagation, JCGM 100:2008, 5.1.2
rectangular limits ±a:  u = a / √3     JCGM 100:2008, 4.3.7
mean of n runs:         u = s / √n     JCGM 100:2008, 4.2.3
ν_eff = u⁴ / Σ (u_term⁴ / ν_term)      Welch-Satterthwaite, JCGM 100:2008, G.4.1
interval = y ± k · u(y)                k from the sum of the distributions, JCGM 101:2008"""

INTERVAL = (
    "The coverage factor k does not assume a normal sum, as limits of error of power meters often dominate "
    "it (JCGM 100:2008, G.6.5): all type A terms are one Student's t with the degrees of freedom of Welch "
    "and Satterthwaite, each other term has its own shape, and their distributions are added. A single "
    "rectangle gives k = 0.95 · √3 = 1.65. With one run the scatter is unknown and there is no interval."
)

SHARED = (
    "Results of this campaign are not independent of each other. Gain, offset and delay of the meter are the "
    "same in all of them: they do not average out over repeats, they act on a difference only in proportion "
    "to it, and the gain drops out of a ratio. Runs that use the same baseline runs share their scatter. "
    "Differences and ratios above are computed with these correlations (JCGM 100:2008, 5.2), and so they "
    "may be known better than the two energies they are made of."
)

NOT_IN_IT = (
    "Not in the budget: changes of the meter since its calibration or since its limits of error were stated, "
    "what the baseline does between two of its runs other than drift, differences between machines of one "
    "model, and whether the workload is typical. A drift, an old calibration, an unknown range and what else "
    "was noticed are findings. Limits that the meter does not state are not in it either: see the findings."
)
