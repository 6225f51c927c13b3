"""Folders of analysed campaigns for the tests of the index. Every number is made up; none was measured."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from report_example import START_UTC_S, Plan, example
from typed_rows import change

from analysis.health import judge_record
from analysis.health.campaign import _row
from records.campaign import Campaign
from records.health import HEALTH_JSON, ControlPoint, HealthRecord
from records.results import Results
from records.settings.analysis import HealthSettings

DAY_S = 86400.0


def made(number: int, *, title: str = "", **plan: Any) -> Results:
    """Return results of the n-th campaign, planned n days after the first; few unless ``plan`` says more."""
    results = example(replace(Plan(repeats=2, seconds=12, epochs=1, tracker=None), **plan))
    change(
        results.campaign,
        id=f"campaign-{number}",
        title=title or f"Campaign {number}",
        created_utc_s=START_UTC_S + number * DAY_S,
    )
    return results


def write(results: Results, folder: Path) -> None:
    """Write the document alone, which is all that the index reads."""
    (folder / "results").mkdir(exist_ok=True)
    results.write(folder / "results/results.json")


def put(folder: Path, results: Results) -> Path:
    """Write a campaign folder with these results and no run."""
    folder.mkdir(parents=True)
    campaign = results.campaign
    Campaign(
        id=campaign.id,
        created_utc_s=campaign.created_utc_s,
        wattlab_version="0.0.0",
        simulated=campaign.simulated,
        seed=1,
        config={},
        config_sha256="0" * 64,
        plan=[],
    ).write(folder / "campaign.json")
    write(results, folder)
    return folder


def with_control(
    folder: Path, results: Results, before: list[ControlPoint], energies_wh: list[float]
) -> None:
    """Give a campaign that `put` wrote control runs with these energies, judged behind those before."""
    campaign = results.campaign.id
    points = [
        ControlPoint(
            campaign=campaign,
            run_dir=f"{n:04d}-control",
            t_utc_s=results.campaign.created_utc_s + 600.0 * n,
            energy_wh=energy_wh,
            energy_u_wh=0.02,
            energy_random_u_wh=0.005,
        )
        for n, energy_wh in enumerate(energies_wh, start=1)
    ]
    record = HealthRecord(
        control="control", basis={}, basis_sha256="b" * 64, history=list(before), points=points
    )
    record.write(folder / HEALTH_JSON)
    chart = judge_record(record, points, campaign, HealthSettings(control="control"))
    results.health = {
        "control": "control",
        "verdict": chart.verdict,
        "points": [_row(p) for p in chart.points],
    }
    write(results, folder)
    before += points
