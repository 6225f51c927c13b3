"""``lab report``: results become one page, or a summary in Markdown."""

import webbrowser
from pathlib import Path

import click

from lab.cli.common import campaign_argument, json_option
from lab.cli.paths import OutputFile
from records.errors import ConfigurationError


@click.command()
@campaign_argument
@click.option("--out", type=OutputFile(), help="Report file; DIR/report.html by default.")
@click.option("--open", "open_it", is_flag=True, help="Open the report in the browser.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["html", "md"]),
    default="html",
    show_default=True,
    help="HTML page, or Markdown summary on stdout for an issue, a pull request or a CI job.",
)
@json_option
def report(folder: Path, out: Path | None, open_it: bool, form: str, as_json: bool) -> None:
    """Write the report of an analysed campaign: one HTML file that opens offline.

    \b
    lab report latest --open
    lab report campaigns/20260131-120000-demo --out demo.html
    lab report latest --format md >> summary.md
    """
    if form == "md":
        if open_it:
            raise ConfigurationError("--open: expected --format html, which a browser can show")
        _write_markdown(folder, out, as_json)
        return
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


def _write_markdown(folder: Path, out: Path | None, as_json: bool) -> None:
    from lab.cli.output import print_json, stdout
    from records.campaign import CampaignFolder
    from records.files import write_atomically
    from records.results import read_results
    from reports.exports.campaign import campaign_markdown

    text = campaign_markdown(read_results(CampaignFolder(folder).results))
    if out is not None:
        write_atomically(out, text)
    if as_json:
        print_json({"report": None if out is None else str(out), "markdown": text})
    elif out is not None:
        stdout.print(f"Written: {out}")
    else:
        click.echo(text, nl=False)
