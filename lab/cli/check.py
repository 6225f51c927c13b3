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
    from lab.cli.output import print_json, print_table, stdout

    findings = check_campaign(folder)
    refused = sum(finding.level == "refuse" for finding in findings)
    if as_json:
        print_json({"refuse": refused, "findings": [finding.to_json() for finding in findings]})
    else:
        rows = [(f.level, f.run_dir or "campaign", f.code, f.message) for f in findings]
        if rows:
            print_table(("level", "where", "code", "finding"), rows)
        verdict = f"{refused} of them refuse data" if refused else "nothing to refuse"
        stdout.print(f"{len(findings)} findings, {verdict}.")
    ctx.exit(1 if refused else 0)
