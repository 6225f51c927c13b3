"""Campaigns of a clean program and smelly twins whose time, power and memory are known."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from synthetic import Spanned, SyntheticCampaign, SyntheticRun

BASE_W = 40.0
EPOCHS = 4


@dataclass
class Program:
    """A scenario: power and length of its runs, growth of its memory, what a tracker sees of its energy."""

    power_w: float = 100.0
    duration_s: float = 20.0
    growth_mib: float = 0.0
    tracker_share: float = 0.5


@dataclass
class Smelly:
    """A campaign of programs in blocks; the seeds of the scatter are those of block and scenario."""

    programs: dict[str, Program]
    smells: list[dict[str, Any]]
    blocks: int = 5
    scatter_w: float = 0.5
    scatter_s: float = 0.0
    trackers: tuple[str | None, ...] = (None,)
    analysis: dict[str, Any] = field(default_factory=dict)

    def campaign(self) -> SyntheticCampaign:
        """Return it with its runs one after the other, 20 s of rest between them."""
        random = np.random.default_rng(1)
        runs: list[SyntheticRun] = []
        t_s = 100.0
        for block in range(1, self.blocks + 1):
            runs.append(SyntheticRun(len(runs) + 1, "baseline", t_s, 20.0, "baseline", block, block))
            t_s += 40.0
            for name, program in self.programs.items():
                for tracker in self.trackers:
                    power_w = program.power_w + self.scatter_w * float(random.normal())
                    duration_s = program.duration_s + self.scatter_s * float(random.normal())
                    run = SyntheticRun(
                        len(runs) + 1, name, t_s, duration_s, "workload", block, block, tracker
                    )
                    run.power_w = power_w
                    run.spans = _epochs(duration_s, program.growth_mib)
                    if tracker:
                        energy_wh = program.tracker_share * power_w * duration_s / 3600
                        run.trackers = [{"energy_wh": energy_wh, "emissions_kg": 0.4e-3 * energy_wh}]
                    runs.append(run)
                    t_s += duration_s + 20.0
        made = SyntheticCampaign(runs, base_w=BASE_W)
        made.config = {"smell": self.smells, "analysis": self.analysis}
        return made


def _epochs(duration_s: float, growth_mib: float) -> list[Spanned]:
    length_s = (duration_s - 2.0) / EPOCHS
    return [
        Spanned(
            "epoch",
            f"epoch {i}",
            1.0 + length_s * (i - 1),
            1.0 + length_s * i,
            {"epoch": i, "rss_mib": 500.0 + growth_mib * i},
        )
        for i in range(1, EPOCHS + 1)
    ]


IMR = {"name": "IMR", "clean": "clean", "smelly": "imr", "code": "WL101"}
UTR = {"name": "UTR", "clean": "clean", "smelly": "utr"}
