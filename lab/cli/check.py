"""``lab check``: every finding about the evidence of a campaign."""

from pathlib import Path

import click

from lab.cli.common import campaign_argument, json_option


@click.command()
@campaign_argument
@json_option
@click.pass_context
def check(ctx: click.Context, folder: Path, as_json: bool) -> None:
    """Check the evidence of a campaign offline and list every finding.

    Exit code 1 when data were rejected. docs/reference/findings.md explains each code.

    \b
    lab check latest
    lab check campaigns/20260131-120000-demo
    """
    from analysis.evidence import check as check_campaign
    from lab.cli.finding_output import level_counts, print_finding_table
    from lab.cli.output import print_json, stdout

    findings = check_campaign(folder)
    refused = sum(finding.level == "refuse" for finding in findings)
    if as_json:
        print_json({"refuse": refused, "findings": [finding.to_json() for finding in findings]})
    else:
        print_finding_table((f.level, f.run_dir or "campaign", f.code, f.message) for f in findings)
        verdict = "Data were rejected" if refused else "Data usable"
        stdout.print(f"{verdict}: {level_counts([finding.level for finding in findings])}.")
    ctx.exit(1 if refused else 0)
