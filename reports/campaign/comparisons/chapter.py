"""Scenarios against each other: which is better, by how much, how certain."""

from analysis.comparing.verdict import is_significant
from analysis.statistics.samples import sample_of
from records.rows.statistics import ComparisonRow
from reports.blocks.contract import Block, Chapter, Heading, Text, folds
from reports.blocks.kit import Sheet
from reports.campaign.comparisons.matrix import matrix_sheet
from reports.campaign.comparisons.ratios import ratios_sheet
from reports.campaign.comparisons.run_order import Series, run_order_data, run_order_sheet
from reports.campaign.comparisons.tables import (
    differences_table,
    effects_table,
    mixed_table,
    statistics_table,
)
from reports.campaign.pairs import (
    by_quantity,
    described_quantity,
    main_quantities,
    one_after_the_other,
    pairs_of,
)
from reports.campaign.view import ScenarioView, View
from reports.words.verdict import pair_words

_MOST_SENTENCES = 3

HOW_COMPARED = (
    "Differences are b minus a, ratios b over a. Scenarios that the plan interleaves are paired by block: "
    "what changes from block to block drops out, and the test is the t test of the differences within "
    "blocks (Student 1908). Scenarios apart: Welch's t test (Welch 1947; degrees of freedom by "
    "Satterthwaite 1946). The interval of the ratio is Fieller's (1954), for pairs with their covariance. "
    "All pairs in one quantity are one family; their p values are adjusted after Holm (1979). “Significant” "
    "means an adjusted p below 0.05 and an interval with meter and baseline that does not include zero; "
    "with fewer than three pairs (or runs of each) there is no verdict. The first intervals hold the "
    "scatter of the runs; “with the meter” they also hold the errors of meter and baseline, with their "
    "correlations. They differ because each has its own degrees of freedom; sentences give the wider one "
    "first."
)


def chapter(view: View) -> Chapter:
    """Show all comparisons of scenarios, and the runs that they rest on."""
    pairs = by_quantity(view)
    sheets = [ratios_sheet(view, HOW_COMPARED), matrix_sheet(view, HOW_COMPARED)] if pairs else []
    answer, *further = _answers(view)
    blocks: list[Block] = [
        answer,
        *sheets[:1],
        *further,
        *sheets[1:],
        Heading("The runs of each scenario"),
        _runs_sheet(view),
        statistics_table(view),
        *folds([*_pairs(view, pairs), *_mixed(view)]),
    ]
    there = pairs or view.results.statistics
    absent = "" if there else "no two scenarios were counted, and none was described."
    return Chapter("comparisons", "Comparison of the scenarios", "Comparison", blocks, absent)


def _pairs(view: View, pairs: list[ComparisonRow]) -> list[Block]:
    if not pairs:
        return []
    return [
        Heading("All pairs"),
        differences_table(view, pairs, HOW_COMPARED),
        Heading("Effect sizes, and how many repeats it takes"),
        Text(
            "An effect size gives the difference in units of the scatter: Hedges' g counts standard "
            "deviations, Cliff's delta says by how much more often a run of b is above a run of a than "
            "below it (1: always). The last columns say how many repeats per scenario a difference of 1 %, "
            "of 5 %, or of the size that was found would need to be significant."
        ),
        effects_table(view, pairs),
    ]


def _answers(view: View) -> list[Block]:
    """Say in words how the scenarios differ in the first of the main quantities."""
    quantities = main_quantities(view)
    if not quantities:
        return [Text("There are no two scenarios without a tracker to compare.", "nothing")]
    pairs = pairs_of(view, quantities[0].name)
    answers: list[Block] = [
        Text(
            pair_words(row, view.name_of(row.a), view.name_of(row.b), view.unit),
            "good" if is_significant(row) else "warn",
        )
        for row in pairs[:_MOST_SENTENCES]
    ]
    if len(pairs) > _MOST_SENTENCES:
        significant = sum(map(is_significant, pairs))
        answers.append(
            Text(
                f"Of the {len(pairs)} pairs in {quantities[0].words}, {significant} are significant at 95 %; "
                "the figures and tables have them all.",
                "small",
            )
        )
    return [*answers, *_not_interleaved(view, pairs)]


def _not_interleaved(view: View, pairs: list[ComparisonRow]) -> list[Block]:
    """Name the pairs whose difference holds whatever changed between their sessions."""
    apart = [
        f"{view.name_of(row.b)} and {view.name_of(row.a)}" for row in pairs if one_after_the_other(view, row)
    ]
    if not apart:
        return []
    more = f" and {len(apart) - _MOST_SENTENCES} more pairs" if len(apart) > _MOST_SENTENCES else ""
    return [
        Text(
            f"Not interleaved: {'; '.join(apart[:_MOST_SENTENCES])}{more}. One was over before the other "
            "began, so whatever changed in between (the room, the machine, the meter) is in the difference, "
            "and no test sees it.",
            "warn",
        )
    ]


def _runs_sheet(view: View) -> Sheet:
    shown = [
        (item, quantity) for item in view.scenarios if (quantity := described_quantity(item)) is not None
    ]
    series = [_series(view, item, quantity.name) for item, quantity in shown]
    data = run_order_data(series) if series else None
    return run_order_sheet(series, "Runs in the order they were made", data, simulated=view.simulated)


def _series(view: View, item: ScenarioView, quantity: str) -> Series:
    sample = sample_of(item.key, item.runs, item.epochs, quantity)
    rows = (row for row in view.results.statistics if (row.scenario, row.quantity) == (item.key, quantity))
    return Series(item.name, item.colour, sample, next(rows, None), view.unit)


def _mixed(view: View) -> list[Block]:
    if not view.results.mixed_models:
        return []
    return [
        Heading("All scenarios in one model"),
        Text(
            "Where several scenarios share their blocks, one model of all runs uses the blocks of all for "
            "each difference. It is a second opinion; the verdicts above rest on the pairs."
        ),
        mixed_table(view),
    ]
