"""An analysed campaign as `lab compare` reads it: a plan, and results with made-up runs of some scenarios."""

from pathlib import Path
from statistics import fmean
from typing import Any

from typed_rows import MadeResults

from records.campaign import Campaign, CampaignFolder, Slot
from records.results import write_results


def write_compared(
    folder: Path,
    samples: dict[str, tuple[float, ...]],
    *,
    simulated: bool = False,
    findings: list[dict[str, Any]] | None = None,
    blocks: bool = True,
) -> Path:
    """Write a campaign whose scenarios take turns, or one after the other."""
    longest = max(map(len, samples.values()))
    order = [(name, i) for i in range(longest) for name in samples if i < len(samples[name])]
    if not blocks:
        order.sort(key=lambda one: list(samples).index(one[0]))
    plan, runs = [], []
    for number, (name, i) in enumerate(order, start=1):
        run_dir = f"{number:04d}-{len(plan)}"
        slot = Slot(
            slot=number,
            scenario=name,
            kind="workload",
            repeat=i + 1,
            block=i + 1,
            tracker=None,
            run_dir=run_dir,
        )
        plan.append(slot)
        timing = {"t_start_utc_s": 1000.0 + 60 * number, "duration_s": 20.0}
        runs.append({**vars(slot), **timing, "induced_wh": samples[name][i]})
    place = CampaignFolder(folder)
    folder.mkdir()
    Campaign(
        id=folder.name,
        created_utc_s=1000.0,
        wattlab_version="0.0.0",
        simulated=simulated,
        seed=1,
        config={},
        config_sha256="0" * 64,
        plan=plan,
    ).write(place.campaign_json)
    results = MadeResults(
        campaign={"id": folder.name, "simulated": simulated},
        rule="default",
        settings={},
        environment={},
        meter={},
        runs=runs,
        scenarios=[
            {
                "scenario": name,
                "base_scenario": name,
                "tracker": None,
                "kind": "workload",
                "energy_wh": fmean(values),
            }
            for name, values in samples.items()
        ],
        findings=findings or [],
    )
    write_results(results, place.results)
    return folder
