"""Whether the data can be used: a word, and the worst of what was found."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from analysis.scenario.notes import is_resolved
from records.finding_codes import CODES
from records.finding_codes.conduct import CAMPAIGN_SIMULATED
from records.finding_codes.results import BASELINE_BUSY
from records.findings import LEVELS
from records.rows.findings import FindingRow
from records.rows.parts import ControlChart
from reports.blocks.findings import level_of, without_links
from reports.campaign.view import View
from reports.words.texts import counted, listed

_CAVEATS = {BASELINE_BUSY.code, "induced-not-resolved"}
"""Told by a caveat of their own."""

_IN_BRACKETS = re.compile(r" \([^)]*\)")

_WORST_FIRST = (
    "baseline-missing",
    "scenario-below-baseline",
    "tracker-missing",
    "import-sessions-apart",
    "uncertainty-high",
    "baseline-drift",
    "baseline-step",
)
"""Warnings that touch every energy of the first screen come before the others."""


@dataclass(frozen=True)
class Status:
    """Whether the data can be used.

    Attributes:
        tone: ``good``, ``warn`` or ``refuse``.
        chip: the status in a few words.
        caveats: (what, why) of what a reader must know, worst first; at least the worst finding where there
            is one.
    """

    tone: Literal["good", "warn", "refuse"]
    chip: str
    caveats: list[tuple[str, str]]


def status_of(view: View) -> Status:
    """Return the status of a campaign."""
    # The banner of the page says what is simulated: it is no warning among others.
    simulated = [row for row in view.results.findings if row.code == CAMPAIGN_SIMULATED.code]
    others = [row for row in view.results.findings if row.code != CAMPAIGN_SIMULATED.code]
    errors, warnings, _ = ([row for row in others if level_of(row) == lv] for lv in LEVELS)
    caveats = list(_caveats(view, errors, warnings))
    if errors:
        runs = len({row.run_dir for row in errors if row.run_dir})
        whole = any(not row.run_dir for row in errors)
        what = "Rejected" if whole or not view.results.runs else f"{counted(runs, 'run')} rejected"
        return Status("refuse", f"{what}, {_summed(errors, warnings)}", caveats)
    tone: Literal["good", "warn"] = "warn" if warnings or caveats or simulated else "good"
    words = ["Usable", *(["simulated"] if simulated else []), *([_summed([], warnings)] if warnings else [])]
    return Status(tone, ", ".join(words), caveats)


def _summed(errors: list[FindingRow], warnings: list[FindingRow]) -> str:
    return ", ".join(
        counted(len(rows), word) for rows, word in ((errors, "error"), (warnings, "warning")) if rows
    )


def _caveats(view: View, errors: list[FindingRow], warnings: list[FindingRow]) -> Iterator[tuple[str, str]]:
    for code in dict.fromkeys(row.code for row in errors):
        rows = [row for row in errors if row.code == code]
        where = f"{rows[0].run_dir}: " if rows[0].run_dir else ""
        yield _heading(rows), f"{where}{rows[0].message}"
    if lab := _lab_words(view.results.health):
        yield "The lab was not in order.", lab
    if not view.at_wall:
        yield (
            "Not measured at the wall.",
            "Counters inside the machine see only a part of its energy.",
        )
    if busy := sum(row.code == BASELINE_BUSY.code for row in warnings):
        yield "Busy baseline:", f"induced energies are too small ({counted(busy, 'baseline run')})."
    if unresolved := listed([item.name for item in view.scenarios if not is_resolved(item.row)]):
        yield "Induced energy not resolved:", f"{unresolved}. Only upper limits can be quoted."
    others = [row for row in warnings if row.code not in _CAVEATS]
    if others:
        rows = [row for row in others if row.code == min(others, key=_rank).code]
        registered = CODES.get(rows[0].code)
        yield _heading(rows), _in_brief(without_links(registered.meaning)) if registered else rows[0].message


def _in_brief(meaning: str) -> str:
    """Return the main clause of what a code means, without what is in brackets."""
    return f"{re.split(r'[:;.] ', _IN_BRACKETS.sub('', meaning))[0].removesuffix('.')}."


def _rank(row: FindingRow) -> int:
    return _WORST_FIRST.index(row.code) if row.code in _WORST_FIRST else len(_WORST_FIRST)


def _heading(rows: list[FindingRow]) -> str:
    times = f" ({len(rows)} times)" if len(rows) > 1 else ""
    return f"{rows[0].code.replace('-', ' ').capitalize()}{times}:"


def _lab_words(health: ControlChart | None) -> str:
    if health is None:
        return ""
    if health.stopped:
        return "The control chart stopped the campaign, and it has not been resumed."
    if health.verdict == "out of control":
        return f"The control workload {health.control} changed by more than is permitted."
    return ""
