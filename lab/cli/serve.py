"""``lab serve``: a folder of campaigns in the browser of this machine."""

import json
from contextlib import AbstractContextManager, closing, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lab.cli.common import json_option
from lab.cli.link import link_options
from lab.cli.paths import InputPath

if TYPE_CHECKING:
    from lab.fleet.link import Link
    from lab.serve.fleet import FleetWatch


@click.command()
@click.argument("folder", metavar="DIR", type=InputPath(folder=True))
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8765,
    show_default=True,
    help="Port of the server; 0 picks a free one.",
)
@link_options("Dask scheduler of a fleet whose benches to show.")
@json_option
def serve(folder: Path, port: int, link: "Link | None", as_json: bool) -> None:
    """Show a folder of campaigns in the browser of this machine, live for the one that is running.

    Prints the address first. Only this machine can reach it, and nothing is written. Stop it with Ctrl-C.
    With --scheduler, a second address shows the benches of a fleet.

    \b
    lab serve campaigns
    lab serve campaigns --port 0
    lab serve campaigns --scheduler tcp://127.0.0.1:8786
    """
    from lab.serve.server import address_of, listen  # a web server, which no other command needs
    from lab.serve.server import serve as answer

    with listen(port) as listening, _watching(link) as fleet:
        addresses = {"url": address_of(listening)}
        if fleet is not None:
            addresses["fleet"] = f"{addresses['url']}fleet"
        click.echo(json.dumps(addresses) if as_json else "\n".join(addresses.values()))
        answer(folder, listening, fleet)


def _watching(link: "Link | None") -> "AbstractContextManager[FleetWatch | None]":
    if link is None:
        return nullcontext()
    from lab.serve.fleet import FleetWatch  # Dask, which takes a second

    return closing(FleetWatch(link))
