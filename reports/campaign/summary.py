"""The first screen: what was measured, how much energy it took, and how far the numbers can be trusted."""

from dataclasses import dataclass

from analysis.agreement.estimators.claims import ESTIMATORS
from analysis.agreement.trackers import ALL
from analysis.scenario.notes import is_resolved
from records.finding_codes.results import BASELINE_BUSY
from records.findings import LEVELS
from records.results import Results
from records.rows.agreement import AgreementRow
from records.rows.findings import FindingRow
from records.rows.parts import BaselineSummary, ControlChart
from records.times import iso_utc
from reports.campaign.calls.profiles import profiles_of
from reports.campaign.calls.sites import answer
from reports.campaign.least import Least, least_of
from reports.campaign.trackers.ratios import ratio_interval
from reports.campaign.view import (
    EnergyKind,
    ScenarioView,
    View,
    energy_of,
    mean_words,
    stand_ins,
    two_values,
)
from reports.words.environment import meter_words, part_of, sut_words
from reports.words.numbers import count, in_interval, interval, measured, plain, spread
from reports.words.outcomes import lines_of_failures
from reports.words.per_epoch import PerEpoch, per_epoch_of
from reports.words.smells import answers
from reports.words.texts import shorten

NO_INTERVAL = "n = 1: no interval"
_NAME_WIDTH = 60  # the tables below show names in full
_MOST_NAMES = 5
_MOST_SMELLS = 3


@dataclass(frozen=True)
class Strip:
    """A bar with its interval, in hundredths of the longest: what the eye compares before the numbers.

    Attributes:
        baseline: where the baseline's part ends.
        gross: where the bar ends.
        low: where the interval of the gross energy begins; ``None`` without one.
        high: where it ends.
    """

    baseline: float
    gross: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Line:
    """The answer for one scenario, as texts, and its bar."""

    name: str
    colour: str
    tracked: bool
    n: int
    gross: str
    gross_interval: str
    induced: str
    induced_interval: str
    per_epoch: str
    per_epoch_interval: str
    strip: Strip | None


@dataclass(frozen=True)
class Summary:
    """Everything the first screen says.

    Attributes:
        title: of the campaign.
        facts: (name, words) lines: SUT, meter, when, how many runs, baseline.
        lines: one per scenario.
        per_epoch: which energy the column per epoch holds; empty without epochs.
        findings: number of findings by level, worst first.
        worst: the findings that refuse data, in full.
        least: which scenario needs least; ``None`` unless there are two to compare.
        trackers: how far each tracker was from the meter, in a sentence each.
        calls: which API call costs most, in a sentence or two for each scenario that recorded calls.
        smells: what each resource-leak smell costs in energy, in a sentence or two each.
        stand_ins: sentences on the scenarios whose data or weights are not the real ones.
        wall: whether the readings are of the wall plug, and not of counters inside the machine.
        baseline: whether one was measured.
        lab: what the control chart of the lab warns of; empty where it warns of nothing.
        busy: how many baselines were measured while the SUT did other work.
        unresolved: the scenarios whose induced energy cannot be told from zero.
    """

    title: str
    facts: list[tuple[str, str]]
    lines: list[Line]
    per_epoch: str
    findings: list[tuple[str, int]]
    worst: list[FindingRow]
    least: Least | None
    trackers: list[str]
    calls: list[str]
    smells: list[str]
    stand_ins: list[str]
    wall: bool
    baseline: bool
    lab: str
    busy: int
    unresolved: str


def summary_of(view: View) -> Summary:
    """Gather the first screen."""
    results = view.results
    per_epoch = per_epoch_of(results)
    longest = max(map(_reach_wh, view.scenarios), default=0.0)
    return Summary(
        title=results.campaign.title or results.campaign.id or "Campaign",
        facts=_facts(results),
        lines=[_line(item, per_epoch, longest) for item in view.scenarios],
        per_epoch=per_epoch.kind if per_epoch else "",
        findings=[(level, _number_of(results, level)) for level in LEVELS],
        worst=[row for row in results.findings if row.level == "refuse"],
        least=least_of(view),
        trackers=[
            *(
                _tracker_words(view, row)
                for row in _overall(results.agreement)
                if row.tracker not in ESTIMATORS
            ),
            *(f"{line}." for line in lines_of_failures(results.trackers)),
        ],
        calls=[answer(profile).words for profile in profiles_of(view)],
        smells=_smells(results),
        stand_ins=[f"{_listed(names)}: {words}." for words, names in stand_ins(results).items()],
        wall=view.at_wall,
        baseline=view.baseline,
        lab=_lab_words(results.health),
        busy=sum(row.code == BASELINE_BUSY.code for row in results.findings),
        unresolved=_listed([item.name for item in view.scenarios if not is_resolved(item.row)]),
    )


def _smells(results: Results) -> list[str]:
    sentences = answers(results.smells)
    if len(sentences) <= _MOST_SMELLS:
        return sentences
    return [*sentences[:_MOST_SMELLS], f"{_plural(len(sentences) - _MOST_SMELLS, 'further smell')}."]


def _facts(results: Results) -> list[tuple[str, str]]:
    campaign = results.campaign
    refused = _plural(len(results.refused), "attempt")
    planned, done = campaign.slots_planned, campaign.slots_completed
    return [
        ("System under test", sut_words(part_of(results.environment, "sut")) or "not recorded"),
        ("Power meter", meter_words(results.meter) if results.meter else "not recorded"),
        ("Planned", iso_utc(campaign.created_utc_s)),
        ("Runs", f"{done} of {planned} planned completed; {refused} refused"),
        ("Baseline", _baseline_words(results.baseline)),
    ]


def _lab_words(health: ControlChart | None) -> str:
    if health is None:
        return ""
    if health.stopped:
        return "The control chart stopped the campaign, and nobody has gone on since."
    if health.verdict == "out of control":
        return f"The control workload {health.control} changed by more than is permitted."
    return ""


def _baseline_words(baseline: BaselineSummary) -> str:
    power_w, u_w = baseline.mean_power_w, baseline.mean_power_u_w
    if power_w is None:
        return "none measured: induced energies cannot be given"
    u = f" ± {spread(u_w)} W (k = 1)" if u_w else " W"
    return f"{measured(power_w, u_w)}{u}, from {_plural(baseline.n, 'run')}"


def _reach_wh(scenario: ScenarioView) -> float:
    return max(scenario.row.energy_wh or 0.0, scenario.row.energy_high_wh or 0.0)


def _strip(scenario: ScenarioView, longest_wh: float) -> Strip | None:
    row = scenario.row
    gross_wh, induced_wh = row.energy_wh, row.induced_wh
    if gross_wh is None or longest_wh <= 0:
        return None
    low_wh, high_wh = row.energy_low_wh, row.energy_high_wh
    of_baseline = scenario.kind == "baseline"
    below_wh = gross_wh - induced_wh if induced_wh is not None else gross_wh * of_baseline

    def place(energy_wh: float) -> float:
        return round(100 * min(max(energy_wh, 0.0), longest_wh) / longest_wh, 2)

    return Strip(
        baseline=min(place(below_wh), place(gross_wh)),
        gross=place(gross_wh),
        low=None if low_wh is None else place(low_wh),
        high=None if high_wh is None else place(high_wh),
    )


def _line(scenario: ScenarioView, per_epoch: PerEpoch | None, longest_wh: float) -> Line:
    row = scenario.row
    return Line(
        name=shorten(scenario.name, _NAME_WIDTH),
        colour=scenario.colour,
        tracked=scenario.tracker is not None,
        n=scenario.n,
        gross=mean_words(row, "energy"),
        gross_interval=_ends(scenario, "energy"),
        induced=mean_words(row, "induced"),
        induced_interval=_ends(scenario, "induced"),
        per_epoch=per_epoch.mean(row) if per_epoch else "",
        per_epoch_interval=per_epoch.ends(row) if per_epoch else "",
        strip=_strip(scenario, longest_wh),
    )


def _ends(scenario: ScenarioView, kind: EnergyKind) -> str:
    energy = energy_of(scenario.row, kind)
    if energy.low is None and energy.value is None:
        return ""
    if kind == "induced" and scenario.row.induced_bound_wh is not None:
        return "not resolved"
    if values := two_values(scenario, kind):
        return values
    return NO_INTERVAL if energy.low is None and scenario.n == 1 else interval(energy.low, energy.high)


def _number_of(results: Results, level: str) -> int:
    return sum(row.level == level for row in results.findings)


def _overall(rows: list[AgreementRow]) -> list[AgreementRow]:
    return [row for row in rows if row.scenario == ALL]


def _tracker_words(view: View, row: AgreementRow) -> str:
    results, tracker = view.results, row.tracker
    words = f"{tracker} reported {_share(view, row, row.ratio)} of what the meter measured"
    if row.ratio_net is not None:
        nets = [r for r in _overall(results.agreement_scopes) if r.tracker == tracker]
        net = next((r for r in nets if r.against == "wall net"), row)
        words += f"; {_share(view, net, row.ratio_net)} of the meter's energy above the baseline"
    elif row.ratio_net_bound is not None:
        words += (
            f"; its share of the energy above the baseline is not resolved (at least "
            f"{plain(100 * row.ratio_net_bound, 2)} %)"
        )
    low, high = row.bias_low_wh, row.bias_high_wh
    ends = f" {interval(low, high)}" if low is not None else ""
    bias = in_interval(row.bias_wh, low, high)
    words += f". Tracker minus meter: {bias} Wh{ends} per run, over {_plural(row.n, 'run')}"
    scopes = {r.scope for r in results.trackers if r.tracker == tracker}
    seen = " or ".join(sorted(scopes)) or "unknown"
    return f"{words}. Its scope is {seen}; the meter sees all that the plug delivers."


def _plural(number: int, word: str) -> str:
    return f"{count(number)} {word}{'' if number == 1 else 's'}"


def _share(view: View, row: AgreementRow, ratio: float | None) -> str:
    if ratio is None:
        return "an unknown share"
    low, high = (None if end is None else 100 * end for end in ratio_interval(view, row))
    if low is None or high is None:
        return f"{plain(100 * ratio, 3)} %"
    return f"{in_interval(100 * ratio, low, high)} % (95 % interval {interval(low, high)} %)"


def _listed(names: list[str]) -> str:
    more = len(names) - _MOST_NAMES
    return ", ".join(names[:_MOST_NAMES]) + (f" and {more} more" if more > 0 else "")
