"""How the numbers were computed: the formulas and the rule in force."""

from analysis.rules.contract import DEFAULT
from records.results import Results
from reports.blocks.contract import Block, Chapter, Heading, Lines, Text, folds
from reports.campaign.method.measuring import baseline, chain, gaps, window
from reports.campaign.method.statistics import agreement, comparisons, efficiency, means
from reports.campaign.view import View
from reports.words.environment import UNKNOWN, lines_of

SOURCES = (
    ("Uncertainty", "JCGM 100:2008 (GUM) and JCGM 101:2008 (its first supplement)"),
    ("Calibration", "ISO/TS 28037:2010, clause 7: straight lines with uncertainties in both powers"),
    (
        "Measuring procedure",
        "ISO/IEC 14756:1999: rating interval, validity proofs, throughput and timeliness",
    ),
    ("Eco-label", "DE-UZ 215 (Blue Angel for software), Annex 2: hardware utilisation"),
    (
        "Energy of machine learning",
        "Guldner, Kreten and Naumann (2021), INFORMATIK 2021: the published procedure",
    ),
    ("Efficiency", "Johann, Dick, Naumann and Kern (2012), GREENS: useful work over used energy"),
    ("Agreement", "Bland and Altman (1986), Lancet 327:307; (1999), Stat Methods Med Res 8:135"),
    (
        "Control chart",
        "Montgomery, Introduction to Statistical Quality Control, 6.4; Western Electric (1956)",
    ),
)
"""What the method rests on; sources of single formulas are given with them."""


def chapter(view: View) -> Chapter:
    """Show the method in words and formulas, and the settings of the analysis."""
    results = view.results
    parts: list[Block] = [
        *chain(results, at_wall=view.at_wall),
        *window(results),
        *gaps(results),
        *baseline(results),
        *means(results),
        *efficiency(results),
        *comparisons(),
        *agreement(),
        *_standards(results),
        Heading("Settings of the analysis"),
        Lines("Settings of the analysis", _lines(_settings(results))),
    ]
    blocks = [Text(_rule_words(results)), *folds(parts)]
    return Chapter("method", "Method: how this was computed", "Method", blocks)


def _rule_words(results: Results) -> str:
    if results.rule == DEFAULT:
        return (
            "The default rule is in force: borders are split exactly, each run has its own duration, and "
            "every energy has an uncertainty. This chapter says how, for a reader who has only this file."
        )
    return (
        f"The numbers of this report are those of the default rule, which this chapter explains. Rule "
        f"“{results.rule}” was also asked for; what it gives is in its own chapter, “Published "
        "rule”."
    )


def _standards(results: Results) -> list[Block]:
    asked = "set" if results.iso14756 else "not set, so that no rating and no proof was computed"
    label = "was asked for" if results.ecolabel else "was not asked for"
    return [
        Heading("Standards and sources"),
        Text(f"A requirement of ISO/IEC 14756 was {asked}; the sheet of DE-UZ 215 {label}."),
        Lines("Standards and sources", list(SOURCES)),
    ]


def _settings(results: Results) -> dict[str, object]:
    targets = results.settings.get("target_val_accuracy") or {}
    known = {name: value for name, value in targets.items() if value is not None}
    return {"rule": results.rule, **results.settings, "target_val_accuracy": known}


def _lines(settings: dict[str, object]) -> list[tuple[str, str]]:
    """Return settings as lines; what was not set says so, which is not the same as unknown."""
    return [(name, "not set" if value == UNKNOWN else value) for name, value in lines_of(settings)]
