"""``lab report``: results become one page."""

from pathlib import Path

import click

from lab.cli.common import campaign_argument, json_option
from lab.cli.paths import OutputFile


@click.command()
@campaign_argument
@click.option("--out", type=OutputFile(), help="Instead of DIR/report.html.")
@json_option
def report(folder: Path, out: Path | None, as_json: bool) -> None:
    """Write the HTML report of an analysed campaign: one file that opens offline.

    \b
    lab report campaigns/20260131-120000-demo
    """
    from lab.cli.output import print_json, stdout
    from reports.campaign.page import write_report  # it draws, which completing the words of a shell need not

    path = write_report(folder, out)
    if as_json:
        print_json({"report": str(path)})
    else:
        stdout.print(f"Written: {path}")
