"""Does the 95 % interval of a mean over several benches hold the truth? Simulated benches of known variance.

    python -m benchmarks.benches [--campaigns 2000] [--runs 10] [--seed 1]

Each campaign draws its benches anew, with a standard deviation between them in units of that of their runs.
The truth of three benches and more is the mean of all that could be drawn, that of two is their own mean.
"""

import argparse

import numpy as np

from analysis.maths.describe import LEAST_FOR_INTERVAL
from analysis.statistics.difference import t_test
from analysis.statistics.samples import Pair

BENCHES = (2, 3, 4, 6, 10)
BETWEEN = (0.0, 0.3, 0.5, 1.0, 3.0)


def main() -> None:
    """Print the share of intervals that hold zero, by number of benches and standard deviation between."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--campaigns", type=int, default=2000)
    parser.add_argument("--runs", type=int, default=10, help="on each bench")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    random = np.random.default_rng(args.seed)
    print("SIMULATED benches. Share of 95 % intervals that hold the truth")
    print("| benches | " + " | ".join(f"sd between {between:g}" for between in BETWEEN) + " |")
    print("|---|" + "---|" * len(BETWEEN))
    for benches in BENCHES:
        shares = [_share(random, benches, args.runs, between, args.campaigns) for between in BETWEEN]
        print(f"| {benches} | " + " | ".join(f"{held:.1%}" for held in shares) + " |")


def _share(random: np.random.Generator, benches: int, runs: int, between_sd: float, campaigns: int) -> float:
    names = [str(bench) for bench in range(benches) for _ in range(runs)]
    held = 0
    for _ in range(campaigns):
        of_bench = np.repeat(random.normal(0, between_sd, benches), runs)
        values = of_bench + random.normal(0, 1, benches * runs)
        test = t_test(Pair(np.zeros_like(values), values, True, 0, names, names), 0.95)
        truth = float(of_bench.mean()) if benches < LEAST_FOR_INTERVAL else 0.0
        held += test.low is not None and test.high is not None and test.low <= truth <= test.high
    return held / campaigns


if __name__ == "__main__":
    main()
