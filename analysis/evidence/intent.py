"""What was intended: the configuration and the plan, unchanged and carried out as often as planned."""

from collections import Counter

from analysis.evidence.case import CampaignCase
from records.files import sha256_of_json
from records.finding_codes.conduct import CAMPAIGN_CHANGED, CONFIG_CHANGED, REPEATS_MISSING
from records.findings import Finding
from records.journal_events import CampaignStarted


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
        findings.append(CONFIG_CHANGED.finding(message))
    begun = [e.campaign_sha256 for e in case.journal if isinstance(e, CampaignStarted) and e.campaign_sha256]
    if begun and (now := sha256_of_json(case.campaign.to_json())) != begun[0]:
        message = (
            f"campaign.json: changed since the campaign began (SHA-256 {now[:12]}..., the journal has "
            f"{begun[0][:12]}...): plan, marks and settings may not be those that were measured"
        )
        findings.append(CAMPAIGN_CHANGED.finding(message))
    return findings


def check_repeats(case: CampaignCase) -> list[Finding]:
    """Compare the number of counted repeats of each scenario with the plan."""
    if case.campaign is None:
        return []
    planned = Counter((slot.scenario, slot.tracker) for slot in case.campaign.plan)
    counted = Counter((item.run.scenario, item.run.tracker) for item in case.runs)
    return [
        REPEATS_MISSING.finding(
            f"{scenario}{f' with {tracker}' if tracker else ''}: {counted[scenario, tracker]} of {n} planned "
            f"repeats count; its intervals are wider than planned"
        )
        for (scenario, tracker), n in planned.items()
        if counted[scenario, tracker] < n
    ]
