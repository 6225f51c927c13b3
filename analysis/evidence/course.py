"""The course of the campaign: journal, stamps and order of the runs tell the same story."""

from itertools import accumulate, pairwise
from typing import TypeVar

from analysis.evidence.case import CampaignCase
from analysis.run.recorded import campaign_clock
from records.files import sha256_of_json
from records.finding_codes.conduct import JOURNAL_DIFFERS, ORDER_DIFFERS, RUNS_OVERLAP
from records.finding_codes.files import FILE_CHANGED
from records.finding_codes.order import STAMPS_OUTSIDE
from records.findings import Finding
from records.journal_events import RunEnded, RunEntry, RunRecorded, RunStarted

Entry = TypeVar("Entry", bound=RunEntry)

SAME_S = 1.0
"""Stamps of SUT and controller may disagree by that much before anybody has to look."""

OVERLAP_S = 1e-3


def check_journal(case: CampaignCase) -> list[Finding]:
    """Compare each counted run with what the journal says of it; a journal without runs says nothing."""
    started, ended = _entries(case, RunStarted), _entries(case, RunEnded)
    if not started:
        return []
    hashes = {e.run_dir: e.run_sha256 for e in case.journal if isinstance(e, RunRecorded) and e.run_sha256}
    findings = []
    for item in case.runs:
        end = ended.get(item.name)
        if item.name not in started or end is None:
            message = "the journal does not say that this run was begun and ended: nothing proves it"
            findings.append(JOURNAL_DIFFERS.finding(message, item.name))
            continue
        if end.status != item.run.status:
            message = f"the run is {item.run.status}, but the journal saw it end as {end.status}"
            findings.append(JOURNAL_DIFFERS.finding(message, item.name))
        expected, found = hashes.get(item.name), sha256_of_json(item.run.to_json())
        if expected is not None and expected != found:
            message = (
                f"run.json: changed since the run ended (SHA-256 {found[:12]}..., the journal has "
                f"{expected[:12]}...); restore it from a copy or repeat the run"
            )
            findings.append(FILE_CHANGED.finding(message, item.name))
    return findings


def check_stamps(case: CampaignCase) -> list[Finding]:
    """Find runs outside the time of the campaign, or of what the journal says of them."""
    if case.campaign is None or case.imported:
        return []
    started, ended = _entries(case, RunStarted), _entries(case, RunEnded)
    findings = []
    for item in case.runs:
        if item.run.t_start_utc_s is None or item.run.t_stop_utc_s is None:
            continue
        clock = campaign_clock(case.place.runs / item.name)
        start_s, stop_s = map(clock.to_controller, (item.run.t_start_utc_s, item.run.t_stop_utc_s))
        begin, end = started.get(item.name), ended.get(item.name)
        earliest = (begin.t_utc_s if begin else None) or case.campaign.created_utc_s
        latest = end.t_utc_s if end else None
        early_s, late_s = earliest - start_s, stop_s - (stop_s if latest is None else latest)
        if max(early_s, late_s) > SAME_S:
            message = (
                f"its rating interval begins {early_s:.1f} s before the controller began this run"
                if early_s > SAME_S
                else f"its rating interval ends {late_s:.1f} s after the controller had ended this run"
            )
            findings.append(STAMPS_OUTSIDE.finding(f"{message}: look at the clocks", item.name))
    return findings


def _entries(case: CampaignCase, kind: type[Entry]) -> dict[str, Entry]:
    """Return the last entry of a kind by the run folder it is about."""
    return {entry.run_dir: entry for entry in case.journal if isinstance(entry, kind)}


def check_order(case: CampaignCase) -> list[Finding]:
    """Say which runs were measured after slots that the plan has behind them."""
    starts = [(item.run.t_start_utc_s, item.name) for item in case.runs if item.run.t_start_utc_s is not None]
    later = list(accumulate((start for start, _ in reversed(starts)), min))[-2::-1]
    names = [name for (start, name), least in zip(starts[:-1], later, strict=True) if start > least]
    if not names:
        return []
    message = (
        f"{len(names)} run(s) were measured later than slots behind them in the plan, first {names[0]}: "
        f"repeats after a failure; the order is no longer the random one that was drawn"
    )
    return [ORDER_DIFFERS.finding(message)]


def check_overlaps(case: CampaignCase) -> list[Finding]:
    """Refuse runs whose rating intervals overlap: one SUT cannot have made both beside one meter."""
    if case.imported:
        return []
    known = [
        (item.run.t_start_utc_s, item.run.t_stop_utc_s, item.name)
        for item in case.runs
        if item.run.t_start_utc_s is not None and item.run.t_stop_utc_s is not None
    ]
    return [
        RUNS_OVERLAP.finding(
            f"its rating interval begins {stop_s - start_s:.1f} s before that of {before} ends: one of the "
            f"two is not what it says; repeat both",
            name,
        )
        for (_, stop_s, before), (start_s, _, name) in pairwise(sorted(known))
        if stop_s > start_s + OVERLAP_S
    ]
