"""From a profile to an analysed campaign with its report."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from lab.conduct.campaign import OpenCampaign, create, draw_campaign, folder_of
from lab.conduct.commands import check_bench
from lab.conduct.conductor import Outcome, will_be_simulated
from lab.conduct.meters import check_meters
from lab.conduct.suts import sut_of
from lab.config.model import LabConfig
from records.results import Results
from reports.campaign.page import write_report


@dataclass(frozen=True, slots=True)
class Profiled:
    """A campaign that was run, analysed and reported."""

    opened: OpenCampaign
    outcome: Outcome
    results: Results
    report: Path


def run_profile(
    config: LabConfig,
    out: Path | None,
    run: Callable[[OpenCampaign], Outcome],
    analyse: Callable[[Path], Results],
) -> Profiled:
    """Run the campaign of a profile, analyse it and write its report.

    Args:
        config: of the campaign.
        out: its folder, new or empty; one below ``campaign.out`` if ``None``.
        run: runs an open campaign, with whatever shows its progress.
        analyse: analyses the campaign in a folder, likewise.

    Raises:
        WattlabError: as for `lab run`, `lab analyse` and `lab report`.
    """
    campaign = draw_campaign(config, only=(), simulated=will_be_simulated(config.meter))
    sut = sut_of(config)
    check_bench(config, campaign.plan, sut)
    folder = folder_of(campaign, config, out)
    with sut.hold(folder):
        check_meters(config)
        opened = create(campaign, config, folder)
        outcome = run(opened)
    results = analyse(folder)
    return Profiled(opened, outcome, results, write_report(folder))
