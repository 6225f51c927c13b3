"""The command line, docs/reference/cli.md: it parses, calls the library and prints; nothing else."""

import click

from lab.cli.common import LabGroup
from lab.version import VERSION

_COMMANDS = {
    "demo": "lab.cli.demo:demo",
    "init": "lab.cli.bench:init",
    "doctor": "lab.cli.bench:doctor",
    "run": "lab.cli.campaigns:run",
    "resume": "lab.cli.campaigns:resume",
    "status": "lab.cli.campaigns:status",
    "check": "lab.cli.evaluation:check",
    "analyse": "lab.cli.evaluation:analyse",
    "report": "lab.cli.evaluation:report",
    "compare": "lab.cli.compare:compare",
    "agree": "lab.cli.agree:agree",
    "index": "lab.cli.index:index",
    "serve": "lab.cli.serve:serve",
    "import": "lab.cli.imports.group:import_",
    "export": "lab.cli.export:export",
    "meter": "lab.cli.meters:meter",
}


@click.group(cls=LabGroup, commands_at=_COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, prog_name="lab")
def cli() -> None:
    """Measure what training runs cost, with a power meter, and say how sure that is.

    \b
    A first look, with a virtual meter:   lab demo
    A bench of your own:                  lab init, lab doctor, lab run
    Afterwards, anywhere:                 lab check DIR, lab analyse DIR, lab report DIR

    Exit codes: 0 done; 1 something refuses the data; 2 wrong usage or configuration; 3 a device or
    the SUT cannot be reached or broke; 130 interrupted (the campaign can be resumed).
    """
