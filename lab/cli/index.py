"""``lab index``: the results of many campaigns in one database that anyone can query."""

from pathlib import Path

import click

from lab.cli.common import json_option
from lab.cli.output import print_json, print_table, progress_bar, stdout
from lab.cli.paths import InputPath, OutputFile
from reports.words.texts import counted


@click.command()
@click.argument("folder", metavar="DIR", type=InputPath(folder=True))
@click.option("--out", type=OutputFile(), help="Database file; DIR/index.duckdb by default.")
@click.option("--page", type=OutputFile(), help="Page; next to the database by default.")
@json_option
@click.pass_context
def index(ctx: click.Context, folder: Path, out: Path | None, page: Path | None, as_json: bool) -> None:
    """Put the results of all campaigns at or below DIR into one DuckDB file, and show them on one page.

    Exit code 1 when a campaign was left out because it was not analysed or is damaged. All others are in
    the index.

    \b
    lab index campaigns
    lab index campaigns --out all.duckdb
    """
    from reports.index.writing import write_index  # it draws, and so loads what the others need not

    database = out if out is not None else folder / "index.duckdb"
    page = page if page is not None else database.with_suffix(".html")
    with progress_bar("indexing campaigns") as show:
        found = write_index(folder, database, page, show)
    simulated = sum(entry.simulated for entry in found.entries)
    if as_json:
        print_json(
            {
                "database": str(database),
                "page": str(page),
                "campaigns": [
                    {"id": e.campaign, "folder": e.place.folder, "simulated": e.simulated}
                    for e in found.entries
                ],
                "left_out": [{"folder": x.place.folder, "reason": x.reason} for x in found.left_out],
            }
        )
    else:
        if found.left_out:
            print_table(("left out", "reason"), [(x.place.folder, x.reason) for x in found.left_out])
        campaigns = f"{counted(len(found.entries), 'campaign')}, {simulated} of them SIMULATED"
        stdout.print(f"{campaigns}; {len(found.left_out)} left out")
        stdout.print(f"Written: {database}, {page}")
    ctx.exit(0 if all(left.sound for left in found.left_out) else 1)
