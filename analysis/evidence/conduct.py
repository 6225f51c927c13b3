"""Plan and conduct: what was intended, what was done, and whether journal and stamps agree with it."""

from collections import Counter
from collections.abc import Sequence
from itertools import accumulate
from typing import TypeVar

from analysis.evidence.case import CampaignCase, RunCase
from analysis.run.recorded import campaign_clock
from records.files import sha256_of_json
from records.finding_codes import conduct as codes
from records.finding_codes.files import FILE_CHANGED
from records.finding_codes.order import CLOCK_SET, STAMPS_OUTSIDE
from records.findings import Finding
from records.journal import dropped_slots
from records.journal_events import (
    CampaignStarted,
    RepeatsEnough,
    RunEnded,
    RunEntry,
    RunRecorded,
    RunStarted,
)
from records.words import counted

Entry = TypeVar("Entry", bound=RunEntry)

SAME_S = 1.0
"""Stamps of SUT and controller may disagree by that much before anybody has to look."""

_PLANNED = ("slot", "scenario", "kind", "repeat", "block", "tracker")


def check_conduct(case: RunCase) -> list[Finding]:
    """Compare a run with its slot, and look at its gate and exit code."""
    findings = []
    if case.slot is not None:
        different = [
            f"{name} {getattr(case.run, name)!r} instead of {getattr(case.slot, name)!r}"
            for name in _PLANNED
            if getattr(case.run, name) != getattr(case.slot, name)
        ]
        if different:
            message = f"run.json differs from the plan for this folder: {'; '.join(different)}"
            findings.append(codes.PLAN_DIFFERS.finding(message, case.name))
    if case.imported:  # the campaign has one finding about what its source does not say
        return findings
    if case.run.exit_code != 0:
        message = f"marked as completed, but its workload ended with exit code {case.run.exit_code}"
        findings.append(codes.EXIT_CODE.finding(message, case.name))
    return findings + _gate(case)


def _gate(case: RunCase) -> list[Finding]:
    if case.run.gate is None:
        message = "the stability gate was off: the SUT may still have been warm or busy at the start"
        return [codes.GATE_OFF.finding(message, case.name)]
    if case.run.gate.get("open") is not True:
        reason = case.run.gate.get("reason") or "no reason given"
        message = f"the stability gate never opened ({reason}); the run began from an unsettled state"
        return [codes.GATE_CLOSED.finding(message, case.name)]
    return []


def check_marking(case: RunCase) -> list[Finding]:
    """Refuse a simulated meter in a campaign that does not say it is simulated."""
    if case.campaign is None or case.campaign.simulated or "meter.json" not in case.recorded.files:
        return []
    if not case.recorded.meter.simulated:
        return []
    message = "its meter is virtual, but campaign.json does not mark the campaign as simulated"
    return [codes.SIMULATED_UNMARKED.finding(message, case.name)]


def check_config(case: CampaignCase) -> list[Finding]:
    """Compare the configuration with its hash, and ``campaign.json`` with the one the campaign began with."""
    if case.campaign is None:
        return []
    findings = []
    if (found := sha256_of_json(case.campaign.config)) != case.campaign.config_sha256:
        message = (
            f"campaign.json: its configuration is not the one that was hashed when the campaign was planned "
            f"(SHA-256 {found[:12]}..., config_sha256 is {case.campaign.config_sha256[:12]}...)"
        )
        findings.append(codes.CONFIG_CHANGED.finding(message))
    begun = [e.campaign_sha256 for e in case.journal if isinstance(e, CampaignStarted) and e.campaign_sha256]
    if begun and (now := sha256_of_json(case.campaign.to_json())) != begun[0]:
        message = (
            f"campaign.json: changed since the campaign began (SHA-256 {now[:12]}..., the journal has "
            f"{begun[0][:12]}...): plan, marks and settings may not be those that were measured"
        )
        findings.append(codes.CAMPAIGN_CHANGED.finding(message))
    return findings


def check_repeats(case: CampaignCase) -> list[Finding]:
    """Compare the number of valid repeats of each scenario with the plan."""
    if case.campaign is None:
        return []
    dropped = dropped_slots(case.journal)
    plan = [slot for slot in case.campaign.plan if slot.slot not in dropped]
    planned = Counter((slot.scenario, slot.tracker) for slot in plan)
    valid = Counter((item.run.scenario, item.run.tracker) for item in case.runs)
    return [
        codes.REPEATS_MISSING.finding(
            f"{scenario}{f' with {tracker}' if tracker else ''}: {valid[scenario, tracker]} of {n} planned "
            f"repeats are valid; its intervals are wider than planned"
        )
        for (scenario, tracker), n in planned.items()
        if valid[scenario, tracker] < n
    ]


def check_precision(case: CampaignCase) -> list[Finding]:
    """Say why a campaign with a wanted precision ended after so many blocks."""
    last = next((entry for entry in reversed(case.journal) if isinstance(entry, RepeatsEnough)), None)
    if last is None:
        return []
    code = codes.PRECISION_REACHED if last.reached else codes.PRECISION_NOT_REACHED
    return [code.finding(last.reason)]


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
            message = "the journal has no start and end of this run, so nothing proves that it took place"
            findings.append(codes.JOURNAL_DIFFERS.finding(message, item.name))
            continue
        if end.status != item.run.status:
            message = f"run.json says that the run was {item.run.status}, the journal says {end.status}"
            findings.append(codes.JOURNAL_DIFFERS.finding(message, item.name))
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
        clock = campaign_clock(case.place.runs / item.name, item.run.bench).at(item.run.t_start_utc_s)
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
            findings.append(STAMPS_OUTSIDE.finding(f"{message}: check the clocks", item.name))
    return findings


def check_clock_settings(case: CampaignCase) -> list[Finding]:
    """Say when the SUT's clock was set against the controller's between runs."""
    if case.campaign is None or case.imported or not case.runs:
        return []
    one_of_bench = {item.run.bench: case.place.runs / item.name for item in case.runs}
    settings = [s for bench, path in one_of_bench.items() for s in campaign_clock(path, bench).settings_s]
    if not settings:
        return []
    largest_s = max((step_s for _, step_s in settings), key=abs)
    message = (
        f"the SUT's clock was set {counted(len(settings), 'time')} between comparisons with the controller's "
        f"clock, by {largest_s:+.3f} s at most: each run is placed by the comparisons on its own side"
    )
    return [CLOCK_SET.finding(message)]


def _entries(case: CampaignCase, kind: type[Entry]) -> dict[str, Entry]:
    """Return the last entry of a kind by the run folder it is about."""
    return {entry.run_dir: entry for entry in case.journal if isinstance(entry, kind)}


def check_order(case: CampaignCase) -> list[Finding]:
    """Say which runs were measured after slots that the plan has behind them."""
    starts: dict[str | None, list[tuple[float, str]]] = {}
    for item in case.runs:
        if item.run.t_start_utc_s is not None:
            starts.setdefault(item.run.bench, []).append((item.run.t_start_utc_s, item.name))
    names = [name for of_one in starts.values() for name in _later_than_planned(of_one)]
    if not names:
        return []
    message = (
        f"{counted(len(names), 'run')} measured after runs that follow in the plan (first {names[0]}), as "
        f"repeats after a failure are: the order is no longer the random one of the plan"
    )
    return [codes.ORDER_DIFFERS.finding(message)]


def _later_than_planned(starts: Sequence[tuple[float, str]]) -> list[str]:
    """Return the names of the runs, in the order of the plan, that started after one behind them."""
    later = list(accumulate((start for start, _ in reversed(starts)), min))[-2::-1]
    return [name for (start, name), least in zip(starts[:-1], later, strict=True) if start > least]
