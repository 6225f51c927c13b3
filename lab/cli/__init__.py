"""The command line, docs/reference/cli.md: it parses, calls the library and prints; nothing else."""

import click

from lab.cli.common import CommandAt, LabGroup
from lab.version import VERSION

_COMMANDS = {
    "demo": CommandAt("lab.cli.demo:demo", "Try everything with a virtual meter"),
    "init": CommandAt("lab.cli.bench:init", "Write a lab.toml for this machine"),
    "doctor": CommandAt("lab.cli.bench:doctor", "Check the bench before a campaign"),
    "run": CommandAt("lab.cli.campaigns:run", "Run a campaign"),
    "resume": CommandAt("lab.cli.campaigns:resume", "Resume a campaign"),
    "status": CommandAt("lab.cli.status:status", "Show how far a campaign is"),
    "check": CommandAt("lab.cli.check:check", "Check the evidence of a campaign"),
    "analyse": CommandAt("lab.cli.analyse:analyse", "Compute the results of a campaign"),
    "report": CommandAt("lab.cli.report:report", "Write the HTML report of a campaign"),
    "compare": CommandAt("lab.cli.compare:compare", "Compare two scenarios"),
    "agree": CommandAt("lab.cli.agree:agree", "Compare an estimator with a meter"),
    "index": CommandAt("lab.cli.index:index", "Put many campaigns into one database"),
    "serve": CommandAt("lab.cli.serve:serve", "Show campaigns in the browser, live"),
    "import": CommandAt("lab.cli.imports.group:import_", "Turn a foreign log into a campaign"),
    "export": CommandAt("lab.cli.export:export", "Export a campaign"),
    "profile": CommandAt("lab.cli.profile:profile", "Measure the energy of API calls"),
    "dataset": CommandAt("lab.cli.dataset:dataset", "Measure the API calls of many programs"),
    "smells": CommandAt("lab.cli.smells:smells", "Find resource-leak smells in programs"),
    "trackers": CommandAt("lab.cli.trackers:trackers", "Install and look at software trackers"),
    "sut": CommandAt("lab.cli.sut:sut", "Prepare a SUT that is another machine"),
    "envs": CommandAt("lab.cli.envs:envs", "Build environments of programs and trackers"),
    "meter": CommandAt("lab.cli.meter.group:meter", "Talk to one power meter, or simulate one"),
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
