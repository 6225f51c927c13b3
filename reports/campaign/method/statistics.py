"""The method from energies to statements: means, intervals, efficiency, comparisons, agreement."""

from records.finding_codes.conduct import PRECISION_NOT_REACHED, PRECISION_REACHED
from records.results import Results
from reports.blocks.contract import Block, Code, Heading, Text
from reports.words.numbers import finite, given

_MEAN = """\
ȳ = Σ yᵢ / n
u²(ȳ) = s² / n + u²_shared             s: standard deviation of the n runs
interval = ȳ ± k · u(ȳ)                k from the sum of the distributions (chapter on uncertainty)"""

_EFFICIENCY = """\
efficiency = useful work done / used energy"""

_DIFFERENCE = """\
difference = mean(b) − mean(a)         ratio = mean(b) / mean(a)
paired by block:   t = d̄ / (s_d / √n)                     (Student 1908)
kept apart:        t = (b̄ − ā) / √(s_a²/n_a + s_b²/n_b)   (Welch 1947; Satterthwaite 1946)"""

_AGREEMENT = """\
ratio of the totals = Σ tracker / Σ meter
bias = mean(tracker − meter)           limits of agreement = bias ∓ 1.96 · s
line: tracker = intercept + slope · meter"""


def means(results: Results) -> list[Block]:
    """Explain means over runs and their intervals."""
    confidence = given(100 * (finite(results.settings.get("confidence")) or 0.95))
    return [
        Heading("Means and intervals"),
        Text(
            "The sample is the runs of a scenario, one value per run and quantity; rejected attempts are "
            "listed and never averaged. The uncertainty of a mean has the scatter of the runs, which "
            "shrinks with n, and what all runs share (the meter's gain, say), which does not. In force: "
            f"intervals at {confidence} %. With one run there is no interval. Outliers are named, never "
            "dropped."
        ),
        Code("Mean and interval", _MEAN),
        *_stopping(results),
        Text("Numbers are shown to the place of the second significant digit of u (JCGM 100:2008, 7.2.6)."),
    ]


def _stopping(results: Results) -> list[Block]:
    """Say why a campaign with a wanted precision has as many repeats as it has."""
    codes = (PRECISION_REACHED.code, PRECISION_NOT_REACHED.code)
    return [
        Text(
            "The number of repeats was not fixed: blocks were added until every workload was known to the "
            f"wanted precision, or repeats could not reach it. Here: {finding.message}. Nominal 95 % "
            "intervals at such an end hold in 93 to 95 % of campaigns (docs/explanation/precision.md)."
        )
        for finding in results.findings
        if finding.code in codes
    ]


def efficiency(results: Results) -> list[Block]:
    """Explain efficiency factors, with the kinds of useful work in force."""
    kinds = ", ".join(str(kind) for kind in results.settings.get("useful_work") or []) or "none"
    return [
        Heading("Efficiency"),
        Text(
            f"Useful work in force: {kinds}. Each is given per Wh gross and per Wh induced, as the ratio of "
            "the sums over the runs. Where a target accuracy is set, the energy from the start of the run to "
            "the end of the first epoch at or above it is also given; a run that never got there has none."
        ),
        Code("Energy efficiency (Johann et al. 2012)", _EFFICIENCY),
    ]


def comparisons() -> list[Block]:
    """Explain how two scenarios are compared."""
    return [
        Heading("Comparing scenarios"),
        Text(
            "Two scenarios are paired by block where the plan interleaves them, so that what changes from "
            "block to block drops out; else they are kept apart. Intervals of a ratio are Fieller's (1954; "
            "Hasler et al. 2008), effect sizes Hedges' g (Bonett 2008) and Cliff's delta (Feng and Cliff "
            "2004), the rank tests Wilcoxon's (1945) and Mann and Whitney's (1947). p values of all pairs in "
            "one quantity are adjusted after Holm (1979). A difference is significant when its adjusted p "
            "is below 0.05 and its interval with meter and baseline does not include zero; at least three "
            "pairs or runs of each are needed. That a difference is not significant does not mean that there "
            "is none."
        ),
        Code("Difference and ratio", _DIFFERENCE),
        Text(
            "More than two scenarios in common blocks get a mixed model, value = scenario + block + residual "
            "(restricted maximum likelihood). Epochs of one run are not independent: correlations within "
            "runs are those of repeated measures (Bakdash and Marusich 2017)."
        ),
    ]


def agreement() -> list[Block]:
    """Explain how a tracker is compared with the meter."""
    return [
        Heading("A tracker against the meter"),
        Text(
            "The meter's energy is taken over the tracker's own window. Interval of the ratio by its "
            "residuals (Cochran 1977, 6.4); limits of agreement after Bland and Altman (1986, 1999, 2007) "
            "with the intervals of Carkeet (2015) and Zou (2013); lines after Deming (Linnet 1990) and "
            "Passing and Bablok (1983); concordance after Lin (1989); equivalence by two one-sided tests "
            "(Schuirmann 1987). Runs of one scenario are repeats and no independent evidence for all "
            "scenarios together. What all runs share of the meter's uncertainty widens the intervals and "
            "does not shrink with n."
        ),
        Code("Agreement", _AGREEMENT),
    ]
