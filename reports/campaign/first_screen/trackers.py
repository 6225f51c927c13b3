"""How far each tracker was from the meter, in a sentence each."""

from analysis.agreement.estimators.claims import ESTIMATORS
from analysis.agreement.trackers import ALL
from records.rows.agreement import AgreementRow
from reports.campaign.trackers.ratios import ratio_interval
from reports.campaign.view import View
from reports.words.numbers import in_interval, interval, plain
from reports.words.outcomes import lines_of_failures
from reports.words.texts import counted


def tracker_sentences(view: View) -> list[str]:
    """Return a sentence or two for each tracker, and one for each way in which runs of it failed."""
    rows = [row for row in _overall(view.results.agreement) if row.tracker not in ESTIMATORS]
    failures = lines_of_failures(view.results.trackers)
    return [*(_tracker_words(view, row) for row in rows), *(f"{line}." for line in failures)]


def _overall(rows: list[AgreementRow]) -> list[AgreementRow]:
    return [row for row in rows if row.scenario == ALL]


def _tracker_words(view: View, row: AgreementRow) -> str:
    results, tracker, unit = view.results, row.tracker, view.unit
    meter, of_meter = ("meter", "meter's") if view.at_wall else ("counters", "counters'")
    words = f"{tracker} reported {_share(view, row, row.ratio)} of what the {meter} measured"
    if row.ratio_net is not None:
        nets = [r for r in _overall(results.agreement_scopes) if r.tracker == tracker]
        net = next((r for r in nets if r.against == "wall net"), row)
        words += f"; {_share(view, net, row.ratio_net)} of the {of_meter} energy above the baseline"
    elif row.ratio_net_bound is not None:
        words += (
            f"; its share of the energy above the baseline is not resolved (at least "
            f"{plain(100 * row.ratio_net_bound, 2)} %)"
        )
    low, high = row.bias_low_wh, row.bias_high_wh
    ends = f" {unit.interval(low, high)}" if low is not None else ""
    bias = unit.in_interval(row.bias_wh, low, high)
    words += f". Tracker minus {meter}: {bias} {unit.name}{ends} per run, over {counted(row.n, 'run')}"
    scopes = {r.scope for r in results.trackers if r.tracker == tracker}
    seen = " or ".join(sorted(scopes)) or "unknown"
    sees = "the meter sees all that" if view.at_wall else "the counters see only a part of what"
    return f"{words}. Its scope is {seen}; {sees} the plug delivers."


def _share(view: View, row: AgreementRow, ratio: float | None) -> str:
    if ratio is None:
        return "an unknown share"
    low, high = (None if end is None else 100 * end for end in ratio_interval(view, row))
    if low is None or high is None:
        return f"{plain(100 * ratio, 3)} %"
    return f"{in_interval(100 * ratio, low, high)} % (95 % interval {interval(low, high)} %)"
