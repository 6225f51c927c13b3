"""``lab serve``: a folder of campaigns in the browser of this machine."""

import json
from pathlib import Path

import click

from lab.cli.common import json_option
from lab.cli.paths import InputPath


@click.command()
@click.argument("folder", metavar="DIR", type=InputPath(folder=True))
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8765,
    show_default=True,
    help="Port of the server; 0 picks a free one.",
)
@json_option
def serve(folder: Path, port: int, as_json: bool) -> None:
    """Show a folder of campaigns in the browser of this machine, live for the one that is running.

    Prints the address first. Only this machine can reach it, and nothing is written. Stop it with Ctrl-C.

    \b
    lab serve campaigns
    lab serve campaigns --port 0
    """
    from lab.serve.server import address_of, listen  # a web server, which no other command needs
    from lab.serve.server import serve as answer

    with listen(port) as listening:
        address = address_of(listening)
        click.echo(json.dumps({"url": address}) if as_json else address)
        answer(folder, listening)
