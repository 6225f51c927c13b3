"""From a configuration to an analysed campaign with its report, in one go."""

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from lab.conduct.campaign import OpenCampaign, create, draw_campaign, folder_of, reopen
from lab.conduct.commands import check_bench
from lab.conduct.conductor import Outcome, interruptible, will_be_simulated
from lab.conduct.meters import check_meters
from lab.conduct.suts import sut_of
from lab.config.file import check_drivers
from lab.config.model import LabConfig
from records.journal import Journal
from records.journal_events import JournalEntry
from records.results import Results
from reports.campaign.page import write_report
from sut.sut import Sut


@dataclass(frozen=True, slots=True)
class Evaluated:
    """A campaign that was run, analysed and reported."""

    opened: OpenCampaign
    outcome: Outcome
    results: Results
    report: Path


def run_and_evaluate(
    config: LabConfig,
    out: Path | None,
    run: Callable[[OpenCampaign], Outcome],
    analyse: Callable[[Path], Results],
    prepare: Callable[[Sut], Sequence[JournalEntry]] = lambda sut: (),
) -> Evaluated:
    """Run a campaign, analyse it and write its report.

    Args:
        config: of the campaign.
        out: its folder, new or empty; one below ``campaign.out`` if ``None``.
        run: runs an open campaign, with whatever shows its progress.
        analyse: analyses the campaign in a folder, likewise.
        prepare: is called with the SUT, held for this campaign, before anything of it is written; returns
            what it did, for the journal.

    Raises:
        WattlabError: as for `lab run`, `lab analyse` and `lab report`.
    """
    campaign = draw_campaign(config, only=(), simulated=will_be_simulated(config.meter))
    sut = sut_of(config)
    check_bench(config, campaign.plan, sut)
    folder = folder_of(campaign, config, out)
    with sut.hold(folder):
        check_meters(config)
        with interruptible():
            prepared = prepare(sut)
        opened = create(campaign, config, folder)
        with closing(Journal(opened.folder.journal)) as journal:
            for entry in prepared:
                journal.write(entry)
        outcome = run(opened)
    return _evaluated(opened, outcome, analyse)


def resume_and_evaluate(
    folder: Path, run: Callable[[OpenCampaign], Outcome], analyse: Callable[[Path], Results]
) -> Evaluated:
    """Resume a campaign that was interrupted, then as `run_and_evaluate`.

    Args:
        folder: of the campaign.
        run: as for `run_and_evaluate`.
        analyse: as for `run_and_evaluate`.

    Raises:
        WattlabError: as for `lab resume`, `lab analyse` and `lab report`.
    """
    opened = reopen(folder)
    check_drivers(opened.config, opened.folder.campaign_json)
    sut = sut_of(opened.config)
    check_bench(opened.config, opened.campaign.plan, sut)
    with sut.hold(folder):
        outcome = run(opened)
    return _evaluated(opened, outcome, analyse)


def _evaluated(opened: OpenCampaign, outcome: Outcome, analyse: Callable[[Path], Results]) -> Evaluated:
    folder = opened.folder.path
    results = analyse(folder)
    return Evaluated(opened, outcome, results, write_report(folder))
