"""How a run was conducted: against its plan, through the gate, with its meter marked for what it is."""

from analysis.evidence.case import RunCase
from records.finding_codes.conduct import EXIT_CODE, GATE_CLOSED, GATE_OFF, PLAN_DIFFERS, SIMULATED_UNMARKED
from records.findings import Finding

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
            message = f"run.json is not what the plan has for this folder: {'; '.join(different)}"
            findings.append(PLAN_DIFFERS.finding(message, case.name))
    if case.imported:  # the campaign has one finding about what its source does not say
        return findings
    if case.run.exit_code != 0:
        message = f"counted as completed, but its workload ended with exit code {case.run.exit_code}"
        findings.append(EXIT_CODE.finding(message, case.name))
    return findings + _gate(case)


def _gate(case: RunCase) -> list[Finding]:
    if case.run.gate is None:
        message = "the stability gate was off: the SUT may still have been warm or busy at the start"
        return [GATE_OFF.finding(message, case.name)]
    if case.run.gate.get("open") is not True:
        reason = case.run.gate.get("reason") or "no reason given"
        message = f"the stability gate never opened ({reason}); the run began from an unsettled state"
        return [GATE_CLOSED.finding(message, case.name)]
    return []


def check_marking(case: RunCase) -> list[Finding]:
    """Refuse a simulated meter in a campaign that does not say it is simulated."""
    if case.campaign is None or case.campaign.simulated or "meter.json" not in case.recorded.files:
        return []
    if not case.recorded.meter.simulated:
        return []
    message = "its meter is a virtual one, but campaign.json does not mark the campaign as simulated"
    return [SIMULATED_UNMARKED.finding(message, case.name)]
