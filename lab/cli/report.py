"""``lab report``: results become one page."""

import webbrowser
from pathlib import Path

import click

from lab.cli.common import campaign_argument, json_option
from lab.cli.paths import OutputFile


@click.command()
@campaign_argument
@click.option("--out", type=OutputFile(), help="Report file; DIR/report.html by default.")
@click.option("--open", "open_it", is_flag=True, help="Open the report in the browser.")
@json_option
def report(folder: Path, out: Path | None, open_it: bool, as_json: bool) -> None:
    """Write the report of an analysed campaign: one HTML file that opens offline.

    \b
    lab report latest --open
    lab report campaigns/20260131-120000-demo --out demo.html
    """
    from lab.cli.output import make_stderr, print_json, stdout
    from reports.campaign.page import write_report  # it draws, which completing the words of a shell need not

    path = write_report(folder, out)
    opened = open_it and webbrowser.open(path.absolute().as_uri())
    if as_json:
        print_json({"report": str(path), **({"opened": opened} if open_it else {})})
    else:
        stdout.print(f"Written: {path}")
    if open_it and not opened:
        make_stderr().print("No browser found. Open the file in one, on this or another machine")
