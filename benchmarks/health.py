"""See how often the chart stops a campaign whose lab is in order, and how fast it finds one that is not.

    python -m benchmarks.health [--campaigns 1000] [--seed 1]

Simulated control runs with normal scatter, judged one by one as the conductor does. Each line is a scatter
of the single run and a change that comes after half of the runs; the columns are the share of campaigns
with a signal, the share that is stopped, and how many control runs after the change the stop came.
"""

import argparse

import numpy as np

from analysis.health.judge import judge
from records.health import ControlPoint
from records.settings.analysis import HealthSettings

SETTINGS = HealthSettings(control="control")
SCATTERS_PCT = (0.1, 0.3, 0.5, 0.8)
CHANGES_PCT = (0.0, 1.0, 2.0, 5.0)
_SPACING_S = 3600.0


def campaign(
    random: np.random.Generator, runs: int, scatter_pct: float, change_pct: float
) -> list[ControlPoint]:
    """Return control runs of 10 Wh, of which the second half lies higher by the change."""
    energies_wh = 10.0 * (1 + scatter_pct / 100 * random.standard_normal(runs))
    energies_wh[runs // 2 :] *= 1 + change_pct / 100
    return [
        ControlPoint(
            campaign="simulated",
            run_dir=f"{n:04d}",
            t_utc_s=_SPACING_S * n,
            energy_wh=float(energy_wh),
            energy_u_wh=0.05,
            energy_random_u_wh=1e-3,
        )
        for n, energy_wh in enumerate(energies_wh)
    ]


def line(runs: int, scatter_pct: float, change_pct: float, campaigns: int, seed: int) -> str:
    """Simulate campaigns; return a row of the table."""
    random = np.random.default_rng(seed)
    signalled, stops = 0, []
    for _ in range(campaigns):
        chart = judge(campaign(random, runs, scatter_pct, change_pct), "simulated", [], SETTINGS)
        signalled += bool(chart.signals)
        stop = next((n for n, p in enumerate(chart.points) if any(s.stops for s in p.signals)), None)
        if stop is not None:
            stops.append(stop)
    after = [stop - runs // 2 + 1 for stop in stops if stop >= runs // 2]
    delay = f"{np.median(after):.0f}" if change_pct and after else ""
    cells = (
        runs,
        scatter_pct,
        change_pct,
        f"{signalled / campaigns:.3f}",
        f"{len(stops) / campaigns:.3f}",
        delay,
    )
    return "| " + " | ".join(map(str, cells)) + " |"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--campaigns", type=int, default=1000, help="simulated for each row")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    print("| control runs | scatter % | change % | with a signal | stopped | stopped after (median, runs) |")
    print("|---|---|---|---|---|---|")
    for runs in (6, 31):
        for change_pct in CHANGES_PCT:
            for scatter_pct in SCATTERS_PCT:
                print(line(runs, scatter_pct, change_pct, options.campaigns, options.seed))


if __name__ == "__main__":
    main()
