"""Do campaigns reach what `lab plan` expects? Simulated campaigns against the plan, before they are run.

    python -m benchmarks.planning [--campaigns 100] [--blocks 4 10] [--seed 1]
    python -m benchmarks.planning --stopping    intervals of campaigns that end when they are narrow enough

The plan is made from the truth of the simulation: powers, lengths, scatter and the data sheet of the meter.
Half of the 95 % interval that four of five campaigns stay below is compared with the planned one.
"""

import argparse
from collections.abc import Sequence
from math import hypot, sqrt

import numpy as np

from analysis.planning.expected import ASSURANCE, PlannedMeter, Work, expect
from analysis.statistics.samples import pair_of, sample_of
from analysis.statistics.totals import difference_of
from analysis.uncertainty.estimate import Estimate
from analysis.uncertainty.meter_errors import MeterErrors
from benchmarks.coverage import CONFIDENCE, campaign_groups
from benchmarks.simulated_bench import CLASSES, Bench, Load, meter_record
from lab.conduct.known_energies import Known
from lab.conduct.precision import LEAST_BLOCKS, StoppingRule

LOADS = (Load("a", 60.0, 120.0), Load("b", 60.0, 120.0))
QUANTITIES = ("induced energy", "difference", "energy of an epoch")
_BASE_SD_W = 0.15


def expected_and_reached(of: int, blocks: int, campaigns: int, seed: int) -> list[tuple[float, float]]:
    """Return for each of `QUANTITIES` the planned half of the interval and the one that was reached.

    Args:
        of: number of the class of the meter in `CLASSES`.
        blocks: of each campaign.
        campaigns: how many are simulated.
        seed: of all chance.
    """
    halves = [_campaign_halves(of, blocks, seed * 1_000_000 + i) for i in range(campaigns)]
    reached = np.quantile(np.array(halves), ASSURANCE, axis=0).tolist()
    meter = PlannedMeter("simulated", CLASSES[of].interval_s, MeterErrors.of(meter_record(CLASSES[of])))
    return [(expect(work, meter, blocks).half, half) for work, half in zip(_works(of), reached, strict=True)]


def _works(of: int) -> list[Work]:
    load = LOADS[0]
    power_w = load.mean_j / load.duration_s
    background = _BASE_SD_W / power_w
    scatter = hypot(load.power_sd, load.duration_sd, background)
    mean = Work(
        "a",
        load.duration_s,
        power_w,
        scatter,
        background,
        clock=CLASSES[of].clock_u_s / load.duration_s,
        reactive_share=0.0,  # the simulated supply has it in the baseline as well
    )
    difference = Work(
        "b - a",
        load.duration_s,
        power_w,
        sqrt(2) * scatter,
        sqrt(2) / 3 * background,
        gain_share=0.0,
        border_share=0.0,
    )
    epoch = Work(
        "epoch", load.duration_s, power_w, scatter, background, border_share=sqrt(2), clock=mean.clock
    )
    return [mean, difference, epoch]


def _campaign_halves(of: int, blocks: int, seed: int) -> list[float]:
    random = np.random.default_rng([seed, of])
    runs, _ = Bench(CLASSES[of], random, base_sd_w=_BASE_SD_W, loads=LOADS).campaign(blocks)
    groups = campaign_groups(runs)
    a, b = (group.estimate("induced_wh") for group in groups)
    epoch = groups[0].estimate("induced_wh_per_epoch")
    if a is None or b is None or epoch is None:
        raise RuntimeError("a simulated campaign has no energy")
    pair = pair_of(*(sample_of(g.label, g.rows, g.epoch_rows, "induced_wh") for g in groups))
    return [_half(a, a.value), _half(difference_of(pair, a, b), a.value), _half(epoch, epoch.value)]


def _half(estimate: Estimate, whole: float) -> float:
    low, high = estimate.interval(CONFIDENCE)
    if low is None or high is None:
        raise RuntimeError("a simulated campaign has no interval")
    return (high - low) / 2 / whole


def stopped_shares(needed: int, campaigns: int, seed: int, most: int = 200) -> tuple[float, float, float]:
    """Simulate campaigns that end when they are narrow enough.

    Args:
        needed: repeats that the precision needs on average, for a normal scatter.
        campaigns: how many are simulated.
        seed: of all chance.
        most: blocks that are allowed.

    Returns:
        How often nominal 95 % intervals hold at the first narrow one and at the end by the rule, and the mean
        number of repeats by the rule.
    """
    from scipy import stats

    random = np.random.default_rng([seed, needed])
    wanted_pct = 2.0
    sd = wanted_pct * sqrt(needed) / float(stats.norm.ppf((1 + CONFIDENCE) / 2))
    quantiles = stats.t.ppf((1 + CONFIDENCE) / 2, np.arange(1, most))
    first_hits, hits, repeats = 0, 0, 0
    for _ in range(campaigns):
        rule, energies, narrow = StoppingRule(wanted_pct), 100 + sd * random.standard_normal(most), False
        for n in range(LEAST_BLOCKS, most + 1):
            mean, half = energies[:n].mean(), quantiles[n - 2] * energies[:n].std(ddof=1) / sqrt(n)
            half_pct, holds = 100 * half / mean, abs(mean - 100) <= half
            if not narrow and half_pct <= wanted_pct:
                narrow, first_hits = True, first_hits + holds
            if rule.look(n, [Known("work", half_pct)], last=n == most) is not None:
                hits, repeats = hits + holds, repeats + n
                break
    return first_hits / campaigns, hits / campaigns, repeats / campaigns


def main(arguments: Sequence[str] | None = None) -> None:
    """Print what was expected beside what was reached."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--campaigns", type=int, default=100)
    parser.add_argument("--blocks", type=int, nargs="+", default=[4, 10])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--stopping", action="store_true")
    options = parser.parse_args(arguments)
    if options.stopping:
        rows = []
        for needed in (1, 3, 5, 8, 12, 20):
            first, held, repeats = stopped_shares(needed, options.campaigns, options.seed)
            rows.append([str(needed), f"{100 * first:.1f} %", f"{100 * held:.1f} %", f"{repeats:.1f}"])
        print(f"SIMULATED, {options.campaigns} campaigns each\n")
        _print(
            ["repeats needed on average", "first narrow interval", "this rule", "repeats by this rule"], rows
        )
        return
    rows = []
    for of in (0, 2, 3, 4):
        for blocks in options.blocks:
            found = expected_and_reached(of, blocks, options.campaigns, options.seed)
            halves = [f"{100 * expected:.2f} / {100 * reached:.2f}" for expected, reached in found]
            rows.append([CLASSES[of].name, str(blocks), *halves])
    print(f"SIMULATED, {options.campaigns} campaigns each.")
    print("Half of the 95 % interval in percent of the energy: planned / reached\n")
    _print(["meter", "blocks", *QUANTITIES], rows)


def _print(columns: list[str], rows: list[list[str]]) -> None:
    """Print a table as Markdown has it."""
    for cells in (columns, ["---"] * len(columns), *rows):
        print(f"| {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
