"""Why a tracker differs from the meter, as far as the numbers tell: sentences for its author."""

from collections.abc import Callable
from statistics import fmean
from typing import Protocol, TypeVar

from analysis.agreement.estimators.claims import ESTIMATORS
from analysis.agreement.trackers import ALL
from analysis.agreement.verdict import WORTH_A_WORD
from records.rows.agreement import AgreementRow, ComparedColumns, TrackerRow
from records.units import wh_from_j
from reports.blocks.agreement_columns import margin_words
from reports.campaign.trackers.cost import where
from reports.campaign.trackers.ratios import ratio_interval
from reports.campaign.view import View
from reports.words.energy import EnergyUnit, in_unit
from reports.words.environment import part_of
from reports.words.numbers import in_interval, interval, plain, probability
from reports.words.outcomes import not_compared

_OUTSIDE = "losses of the power supply, mainboard, disks, fans"
_COUNTERS = (
    "It is compared with counters inside the machine, and nothing here says how far it is from the energy at "
    "the plug."
)
_ESTIMATED = "what it gives is estimated, not measured"
_PARTS = {"cpu": "CPU", "gpu": "GPU", "ram": "memory"}
_CONSTANT = 0.005  # relative range of a part's power below which it is called constant
_FEWEST_FOR_CONSTANT = 3
_GROWTH_P = 0.05
_LEAST_SHARE = 0.01


def tracker_names(view: View) -> list[str]:
    """Return the trackers of the campaign, in the order of their first run."""
    return list(dict.fromkeys(row.tracker for row in view.results.trackers))


class _OfTracker(Protocol):
    @property
    def tracker(self) -> str: ...


R = TypeVar("R", bound=_OfTracker)


def of_tracker(rows: list[R], tracker: str) -> list[R]:
    """Return the rows of a tracker."""
    return [row for row in rows if row.tracker == tracker]


def overall(view: View, tracker: str) -> AgreementRow | None:
    """Return a tracker's row over all scenarios against the wall, gross; ``None`` where there is none."""
    return _overall(view.results.agreement, tracker, "wall")


def _overall(rows: list[AgreementRow], tracker: str, against: str) -> AgreementRow | None:
    same = (row for row in of_tracker(rows, tracker) if row.scenario == ALL and row.against == against)
    return next(same, None)


def verdict_words(view: View, tracker: str) -> str:
    """Return the answer for a tracker: ratio of the totals with interval, and whether it is equivalent."""
    row = overall(view, tracker)
    if row is None or row.ratio is None:
        why = not_compared(of_tracker(view.results.trackers, tracker))
        return f"{tracker} was not compared with the meter: {why or 'no run has an energy of both'}."
    plainly = f"{tracker} reports {plain(100 * row.ratio, 3)} % of what the meter measured"
    words = row.assessed.statement or row.verdict or plainly
    return f"{words}. {_margin_sentence(row)}"


def _margin_sentence(row: AgreementRow) -> str:
    margin, decision = margin_words([row.compared]), decision_of(row)
    if decision in ("within", "yes"):
        return f"It can replace the meter where {margin} are enough."
    if decision in ("outside", "no"):
        return f"Not a substitute for the meter where {margin} matter."
    return f"Whether it can replace the meter within {margin} is open."


def decision_of(row: AgreementRow) -> str:
    """Return the verdict with its guard band; in results of earlier versions that of equivalence."""
    return row.assessed.decision or row.compared.equivalent


def scope_words(view: View, tracker: str) -> str:
    """Say what the tracker's scope leaves out, and what is therefore expected of its ratio to the wall."""
    scopes = dict.fromkeys(row.scope for row in of_tracker(view.results.trackers, tracker))
    scope = " or ".join(word for word in scopes if word)
    told = f"{tracker} is a formula: {_ESTIMATED}. " if tracker in ESTIMATORS else ""
    if not view.at_wall:
        stated = f"The scope of {tracker} is {scope}" if scope else f"{tracker} does not state what it sees"
        return f"{told}{stated}. {_COUNTERS}"
    if not scope:
        return (
            f"{tracker} does not state what it sees. The plug delivers all that the machine draws, "
            f"{_OUTSIDE} included: expect a ratio below one, by an unknown amount."
        )
    if scope == "wall":
        return f"{tracker} is a model of all that the plug delivers, fitted on other runs: {_ESTIMATED}."
    seen = {part for word in scopes for part in word.lower().split("+")}
    if part_of(view.results.environment, "sut").get("gpus") == []:
        seen.add("gpu")  # there is none to be seen
    unseen = [words for name, words in _PARTS.items() if name not in seen]
    missing = ", ".join([*(f"the {words}" for words in unseen), _OUTSIDE])
    words = f"{told}Its scope is {scope}: it cannot see {missing}, all of which the plug delivers."
    return f"{words}{_expected(overall(view, tracker))}"


def _expected(row: AgreementRow | None) -> str:
    """Say what a scope makes of the ratio, where there is one."""
    if row is None or row.ratio is None:
        return ""
    if row.ratio > 1:
        return " A ratio to the wall below one would be expected, but it reports more than all of that."
    return (
        " A ratio to the wall below one is therefore expected and no error by itself; the figures show how "
        "far below."
    )


def remarks(view: View, tracker: str) -> list[str]:
    """Return what the numbers tell of where a tracker is off and why, each in a sentence or two."""
    row = overall(view, tracker)
    makers = (_above_baseline, _gpu_part, _constant_parts, _spread_of_scenarios)
    sentences = [words for make in makers if (words := make(view, tracker))]
    if row is not None:
        compared = in_unit(row.compared, view.unit)
        told = (_line(compared, view.unit), _growth(compared, view.unit), _meter_share(compared))
        sentences += [words for words in told if words]
        sentences += [words for tell in (_curved, _dependent, _nested) if (words := tell(row))]
    return [*sentences, *_missing(view, tracker)]


def _above_baseline(view: View, tracker: str) -> str:
    row = _overall(view.results.agreement_scopes, tracker, "wall net")
    ratio = None if row is None else row.compared.total_ratio
    if row is None or ratio is None:
        return ""
    low, high = ratio_interval(view, row)
    added = f"what the work added {'at the plug' if view.at_wall else 'according to the counters'}"
    if low is not None and high is not None and low <= 1 <= high:
        meaning = f"whether it reports more or less than {added} is open"
        return f"Above the baseline its ratio is {_percent(view, row)}: {meaning}."
    meaning = (
        f"what it reports is less than {added}, so that it misses energy even of that"
        if ratio < 1
        else f"it reports more than {added}, as it also counts power that the machine draws without any work"
    )
    return f"Above the baseline its ratio is {_percent(view, row)}: {meaning}."


def _gpu_part(view: View, tracker: str) -> str:
    row = _overall(view.results.agreement_scopes, tracker, "gpu")
    if row is None or row.compared.total_ratio is None:
        return ""
    return (
        f"Its GPU part is {_percent(view, row)} of the GPU power that the collector sampled. Both read the "
        "same card, so the difference lies in how it samples and sums up."
    )


def _percent(view: View, row: AgreementRow) -> str:
    ratio = 100 * (row.compared.total_ratio or 0.0)
    low, high = (None if end is None else 100 * end for end in ratio_interval(view, row))
    if low is None or high is None:
        return f"{plain(ratio, 3)} % (no interval)"
    return f"{in_interval(ratio, low, high)} % (95 % interval {interval(low, high)} %)"


def _constant_parts(view: View, tracker: str) -> str:
    """Name the parts whose power is the same in all runs: they follow no load."""
    runs = of_tracker(view.results.trackers, tracker)
    parts: dict[str, Callable[[TrackerRow], float | None]] = {
        "CPU": lambda run: run.cpu_wh,
        "GPU": lambda run: run.gpu_wh,
        "memory": lambda run: run.ram_wh,
    }
    constant = []
    for words, part_wh in parts.items():
        powers_w = [power for run in runs if (power := _power_w(run, part_wh(run))) is not None]
        if len(powers_w) < _FEWEST_FOR_CONSTANT or not fmean(powers_w):
            continue
        if max(powers_w) - min(powers_w) <= _CONSTANT * fmean(powers_w):
            constant.append(f"{words} {plain(fmean(powers_w), 3)} W")
    if not constant:
        return ""
    return (
        f"The same power in every run whatever was done: {', '.join(constant)}. Such a part is an assumption "
        "about the machine and no measurement of it."
    )


def _power_w(run: TrackerRow, energy_wh: float | None) -> float | None:
    start_s, stop_s = run.t_start_utc_s, run.t_stop_utc_s
    if start_s is None or stop_s is None or energy_wh is None or stop_s <= start_s:
        return None
    return energy_wh / wh_from_j(stop_s - start_s)


def _spread_of_scenarios(view: View, tracker: str) -> str:
    rows = [r for r in of_tracker(view.results.agreement, tracker) if r.scenario != ALL]
    ratios = [(ratio, row) for row in rows if (ratio := row.compared.total_ratio) is not None]
    if len(ratios) < 2:
        return ""
    (_, lowest), (_, highest) = min(ratios, key=lambda pair: pair[0]), max(ratios, key=lambda pair: pair[0])
    (_, low_end), (high_end, _) = ratio_interval(view, lowest), ratio_interval(view, highest)
    words = (
        f"Its ratio to the wall runs from {_percent(view, lowest)} in {where(lowest)} to "
        f"{_percent(view, highest)} in {where(highest)}"
    )
    if low_end is None or high_end is None:
        return f"{words}; whether the scenarios differ is open."
    if low_end < high_end:
        return f"{words}: these intervals do not meet, so no single factor corrects it."
    return f"{words}: these intervals overlap, which does not show that one factor serves both."


def _line(row: ComparedColumns, unit: EnergyUnit) -> str:
    slope, intercept = row.deming_slope, row.deming_intercept
    low, high = row.deming_intercept_low, row.deming_intercept_high
    if None in (slope, intercept, low, high) or low is None or high is None or low <= 0 <= high:
        return ""
    return (
        f"Deming's line misses the origin: {plain(slope, 3)} × measured, and "
        f"{in_interval(intercept, low, high)} {unit.name} {interval(low, high)} whatever was measured. Part "
        "of the difference does not depend on the load."
    )


def _curved(row: AgreementRow) -> str:
    if row.assessed.linearity != "rejected":
        return ""
    return "Its runs do not lie on a line: no slope and no single factor holds for all levels."


def _dependent(row: AgreementRow) -> str:
    named, first = row.assessed.influential, row.assessed
    if not named:
        return ""
    return (
        f"The result depends on {named}: without {first.most_influential} the slope is "
        f"{plain(first.slope_without, 3)} in place of {plain(row.compared.deming_slope, 3)}, the ratio "
        f"{plain(first.ratio_without, 3)} in place of {plain(row.compared.total_ratio, 3)}."
    )


def _nested(row: AgreementRow) -> str:
    effective_n, effect = row.assessed.effective_n, row.assessed.design_effect
    if effective_n is None or effect is None or effect <= WORTH_A_WORD:
        return ""
    return (
        f"Its {row.n} runs are repeats of {row.compared.groups} scenarios and are worth "
        f"{plain(effective_n, 2)} independent runs."
    )


def _growth(row: ComparedColumns, unit: EnergyUnit) -> str:
    p = row.growth_p
    if p is None or p >= _GROWTH_P:
        return ""
    return (
        f"Its differences grow with the energy of the run (p {_p(p)}); a bias in {unit.name} does not hold "
        "for single runs."
    )


def _p(p: float) -> str:
    text = probability(p)
    return text if text.startswith("<") else f"= {text}"


def _meter_share(row: ComparedColumns) -> str:
    share = row.meter_share
    if share is None or share < _LEAST_SHARE:
        return ""
    return (
        f"Of the scatter of its differences {plain(100 * share, 2)} % (of the variance) is the meter's own, "
        "of resolution and gaps; the dotted limits have it taken out."
    )


def _missing(view: View, tracker: str) -> list[str]:
    """Say what could not be computed."""
    rows = of_tracker(view.results.agreement, tracker)
    few = [f"{where(row)} (n = {row.n})" for row in rows if row.compared.total_ratio_low is None]
    if not few:
        return []
    lines = any(row.compared.deming_slope is not None for row in rows)
    rest = "" if lines else " and for lines"
    return [
        f"Too few runs for an interval by their own scatter, for limits of agreement{rest}: "
        f"{', '.join(few)}. Three runs of a scenario, or three scenarios, are the least for limits, four for "
        "lines. Without them equivalence is “not shown”, which is neither yes nor no."
    ]
