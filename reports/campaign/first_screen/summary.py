"""Everything that the first screen says."""

from dataclasses import dataclass

from records.results import Results
from records.rows.parts import BaselineSummary
from records.times import iso_utc
from reports.campaign.calls.profiles import profiles_of
from reports.campaign.calls.sites import answer
from reports.campaign.first_screen.footprint import Footprint, footprint_of
from reports.campaign.first_screen.headline import Headline, headline_of
from reports.campaign.first_screen.least import Least, least_of
from reports.campaign.first_screen.lines import Line, lines_of
from reports.campaign.first_screen.status import Status, status_of
from reports.campaign.first_screen.tiles import Tile, tiles_of
from reports.campaign.first_screen.trackers import tracker_sentences
from reports.campaign.view import View, stand_ins
from reports.words.environment import meter_name, part_of, sut_words
from reports.words.numbers import count, measured, spread
from reports.words.per_epoch import per_epoch_of
from reports.words.smells import answers
from reports.words.texts import counted, listed

_MOST_SMELLS = 3


@dataclass(frozen=True)
class Summary:
    """Everything that the first screen says.

    Attributes:
        title: of the campaign.
        status: whether the data can be used, with the worst finding.
        headline: the answer.
        tiles: at most three numbers.
        footprint: what a thousand runs emit and cost; ``None`` where unknown.
        metadata: SUT, meter, runs, baseline and date, in one line.
        lines: one per scenario.
        unit: of all energies.
        per_epoch: which energy the column per epoch holds; empty without epochs.
        least: which scenario uses least; ``None`` unless there are two to compare.
        trackers: how far each tracker was from the meter, in a sentence each.
        calls: which API call costs most, in a sentence or two for each scenario that recorded calls.
        smells: what each resource-leak smell costs in energy, in a sentence or two each.
        stand_ins: sentences on the scenarios whose data or weights are not the real ones.
        wall: whether the readings are of the wall plug, and not of counters inside the machine.
        baseline: whether one was measured.
    """

    title: str
    status: Status
    headline: Headline
    tiles: list[Tile]
    footprint: Footprint | None
    metadata: str
    lines: list[Line]
    unit: str
    per_epoch: str
    least: Least | None
    trackers: list[str]
    calls: list[str]
    smells: list[str]
    stand_ins: list[str]
    wall: bool
    baseline: bool


def summary_of(view: View) -> Summary:
    """Gather the first screen."""
    results = view.results
    per_epoch, least = per_epoch_of(results, view.unit), least_of(view)
    headline = headline_of(view, least)
    return Summary(
        title=results.campaign.title or results.campaign.id or "Campaign",
        status=status_of(view),
        headline=headline,
        tiles=tiles_of(view, headline),
        footprint=footprint_of(view, headline.focus),
        metadata=_metadata(results),
        lines=lines_of(view, per_epoch),
        unit=view.unit.name,
        per_epoch=per_epoch.kind if per_epoch else "",
        least=least,
        trackers=tracker_sentences(view),
        calls=[answer(profile).words for profile in profiles_of(view)],
        smells=_smells(view),
        stand_ins=[f"{listed(names)}: {words}." for words, names in stand_ins(results).items()],
        wall=view.at_wall,
        baseline=view.baseline,
    )


def _smells(view: View) -> list[str]:
    sentences = answers(view.results.smells, view.unit)
    if len(sentences) <= _MOST_SMELLS:
        return sentences
    return [*sentences[:_MOST_SMELLS], f"{counted(len(sentences) - _MOST_SMELLS, 'further smell')}."]


def _metadata(results: Results) -> str:
    campaign = results.campaign
    refused = len(results.refused)
    runs = f"{count(campaign.slots_completed)} of {counted(campaign.slots_planned, 'run')}"
    if refused:
        runs += f", {counted(refused, 'attempt')} rejected"
    return " · ".join(
        [
            sut_words(part_of(results.environment, "sut")) or "SUT not recorded",
            meter_name(results.meter) if results.meter else "meter not recorded",
            runs,
            _baseline_words(results.baseline),
            iso_utc(campaign.created_utc_s),
        ]
    )


def _baseline_words(baseline: BaselineSummary) -> str:
    power_w, u_w = baseline.mean_power_w, baseline.mean_power_u_w
    if power_w is None:
        return "no baseline"
    u = f" ± {spread(u_w)} W (k = 1)" if u_w else " W"
    return f"baseline {measured(power_w, u_w)}{u}"
