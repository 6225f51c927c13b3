"""The first screen: what was measured, how much energy it took, and how far the numbers can be trusted."""

from dataclasses import dataclass
from typing import Any

from records.findings import LEVELS
from records.results import Results, Row
from records.times import iso_utc
from reports.campaign.least import Least, least_of
from reports.campaign.trackers.ratios import ratio_interval
from reports.campaign.view import ScenarioView, View, mean_words, numbers, stand_in_findings
from reports.words.environment import meter_words, part_of, sut_words
from reports.words.numbers import count, finite, in_interval, interval, measured, plain, spread
from reports.words.texts import shorten

NO_INTERVAL = "n = 1: no interval"
_INDUCED, _GROSS = "induced_wh_per_epoch", "wh_per_epoch"
_NAME_WIDTH = 60  # the tables below show names in full
_MOST_NAMES = 5


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
        stand_ins: sentences on the scenarios whose data or weights are not the real ones.
        wall: whether the readings are of the wall plug, and not of counters inside the machine.
        baseline: whether one was measured.
        lab: what the control chart of the lab warns of; empty where it warns of nothing.
    """

    title: str
    facts: list[tuple[str, str]]
    lines: list[Line]
    per_epoch: str
    findings: list[tuple[str, int]]
    worst: list[Row]
    least: Least | None
    trackers: list[str]
    stand_ins: list[str]
    wall: bool
    baseline: bool
    lab: str


def summary_of(view: View) -> Summary:
    """Gather the first screen."""
    results = view.results
    per_epoch = _per_epoch(view)
    longest = max(map(_reach_wh, view.scenarios), default=0.0)
    title = results.campaign.get("title") or results.campaign.get("id") or "Campaign"
    return Summary(
        title=str(title),
        facts=_facts(results),
        lines=[_line(item, per_epoch, longest) for item in view.scenarios],
        per_epoch={_INDUCED: "induced", _GROSS: "gross"}.get(per_epoch, ""),
        findings=[(level, _number_of(results, level)) for level in LEVELS],
        worst=[row for row in results.findings if row.get("level") == "refuse"],
        least=least_of(view),
        trackers=[_tracker_words(view, row) for row in _overall(results.agreement)],
        stand_ins=_stand_ins(results),
        wall=view.at_wall,
        baseline=view.baseline,
        lab=_lab_words(results.health),
    )


def _per_epoch(view: View) -> str:
    rows = [item.row for item in view.scenarios]
    return next((column for column in (_INDUCED, _GROSS) if numbers(rows, column)), "")


def _facts(results: Results) -> list[tuple[str, str]]:
    campaign = results.campaign
    refused = _plural(len(results.refused), "attempt")
    created = finite(campaign.get("created_utc_s"))
    planned, done = campaign.get("slots_planned"), campaign.get("slots_completed")
    return [
        ("System under test", sut_words(part_of(results.environment, "sut")) or "not recorded"),
        ("Power meter", meter_words(results.meter) if results.meter else "not recorded"),
        ("Planned", iso_utc(created) if created is not None else "not recorded"),
        ("Runs", f"{_words(done)} of {_words(planned)} planned completed; {refused} refused"),
        ("Baseline", _baseline_words(results.baseline)),
    ]


def _lab_words(health: Any) -> str:
    if health is None:
        return ""
    if health.get("stopped"):
        return "The control chart stopped the campaign, and nobody has gone on since."
    if health.get("verdict") == "out of control":
        return f"The control workload {health.get('control')} changed by more than is permitted."
    return ""


def _words(value: Any) -> str:
    return "an unknown number" if value is None else str(value)


def _baseline_words(baseline: Any) -> str:
    power_w, u_w = baseline.get("mean_power_w"), baseline.get("mean_power_u_w")
    if finite(power_w) is None:
        return "none measured: induced energies cannot be given"
    u = f" ± {spread(u_w)} W (k = 1)" if finite(u_w) else " W"
    return f"{measured(power_w, u_w)}{u}, from {_plural(baseline.get('n'), 'run')}"


def _reach_wh(scenario: ScenarioView) -> float:
    ends = (finite(scenario.row.get(column)) or 0.0 for column in ("energy_wh", "energy_high_wh"))
    return max(ends)


def _strip(scenario: ScenarioView, longest_wh: float) -> Strip | None:
    row = scenario.row
    gross_wh, induced_wh = finite(row.get("energy_wh")), finite(row.get("induced_wh"))
    if gross_wh is None or longest_wh <= 0:
        return None
    low_wh, high_wh = finite(row.get("energy_low_wh")), finite(row.get("energy_high_wh"))
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


def _line(scenario: ScenarioView, per_epoch: str, longest_wh: float) -> Line:
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
        per_epoch=plain(row.get(per_epoch), 3),
        strip=_strip(scenario, longest_wh),
    )


def _ends(scenario: ScenarioView, quantity: str) -> str:
    low, high = scenario.row.get(f"{quantity}_low_wh"), scenario.row.get(f"{quantity}_high_wh")
    if finite(low) is None and finite(scenario.row.get(f"{quantity}_wh")) is None:
        return ""
    return NO_INTERVAL if finite(low) is None and scenario.n == 1 else interval(low, high)


def _number_of(results: Results, level: str) -> int:
    return sum(row.get("level") == level for row in results.findings)


def _overall(rows: list[Row]) -> list[Row]:
    return [row for row in rows if row.get("scenario") == "all"]


def _tracker_words(view: View, row: Row) -> str:
    results, tracker = view.results, row.get("tracker")
    said = f"{tracker} reported {_share(view, row, 'ratio')} of what the meter measured"
    if finite(row.get("ratio_net")) is not None:
        nets = [r for r in _overall(results.agreement_scopes) if r.get("tracker") == tracker]
        net = [r for r in nets if r.get("against") == "wall net"] or [{}]
        said += f"; {_share(view, row | net[0], 'ratio_net')} of the meter's energy above the baseline"
    low, high = row.get("bias_low_wh"), row.get("bias_high_wh")
    ends = f" {interval(low, high)}" if finite(low) is not None else ""
    bias = in_interval(row.get("bias_wh"), low, high)
    said += f". Tracker minus meter: {bias} Wh{ends} per run, over {_plural(row.get('n'), 'run')}"
    scopes = {str(r.get("scope")) for r in results.trackers if r.get("tracker") == tracker}
    seen = " or ".join(sorted(scopes)) or "unknown"
    return f"{said}. Its scope is {seen}; the meter sees all that the plug delivers."


def _plural(number: Any, word: str) -> str:
    return f"{count(number)} {word}{'' if finite(number) == 1 else 's'}"


def _share(view: View, row: Row, column: str) -> str:
    ratio = finite(row.get(column))
    if ratio is None:
        return "an unknown share"
    low, high = (None if end is None else 100 * end for end in ratio_interval(view, row))
    if low is None or high is None:
        return f"{plain(100 * ratio, 3)} %"
    return f"{in_interval(100 * ratio, low, high)} % (95 % interval {interval(low, high)} %)"


def _stand_ins(results: Results) -> list[str]:
    """Say each thing once, with all scenarios that it is true of; the scenario stands first in a message."""
    scenarios: dict[str, list[str]] = {}
    for row in stand_in_findings(results):
        name, _, words = str(row.get("message")).partition(": ")
        scenarios.setdefault(words, []).append(name)
    return [f"{_listed(names)}: {words}." for words, names in scenarios.items()]


def _listed(names: list[str]) -> str:
    more = len(names) - _MOST_NAMES
    return ", ".join(names[:_MOST_NAMES]) + (f" and {more} more" if more > 0 else "")
