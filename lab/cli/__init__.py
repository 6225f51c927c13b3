"""The command line, docs/reference/cli.md: it parses, calls the library and prints; nothing else."""

import click

from lab.cli.group import CommandAt, LabGroup
from lab.version import VERSION

_MEASURE, _LOOK, _COMPARE = "Measure", "Look at results", "Compare"
_PROGRAMS, _BENCH, _SHELL = "Programs", "Bench", "Shell"

_COMMANDS = {
    "measure": CommandAt("lab.cli.measure:measure", "Measure the energy of a command", _MEASURE),
    "demo": CommandAt("lab.cli.demo:demo", "Try everything with a virtual meter", _MEASURE),
    "init": CommandAt("lab.cli.bench:init", "Write a lab.toml for this machine", _MEASURE),
    "doctor": CommandAt("lab.cli.bench:doctor", "Check the bench before a campaign", _MEASURE),
    "plan": CommandAt("lab.cli.plan:plan", "Plan meter, run length and repeats", _MEASURE),
    "run": CommandAt("lab.cli.run:run", "Run a campaign", _MEASURE),
    "resume": CommandAt("lab.cli.run:resume", "Resume a campaign", _MEASURE),
    "status": CommandAt("lab.cli.status:status", "Show the progress of a campaign", _MEASURE),
    "check": CommandAt("lab.cli.check:check", "Check the evidence of a campaign", _LOOK),
    "analyse": CommandAt("lab.cli.analyse:analyse", "Compute the results of a campaign", _LOOK),
    "report": CommandAt("lab.cli.report:report", "Write the report of a campaign", _LOOK),
    "campaigns": CommandAt("lab.cli.stored:campaigns", "List, rename and delete campaigns", _LOOK),
    "serve": CommandAt("lab.cli.serve:serve", "Show campaigns in the browser, live", _LOOK),
    "index": CommandAt("lab.cli.index:index", "Put many campaigns into one database", _LOOK),
    "export": CommandAt("lab.cli.export:export", "Export a campaign", _LOOK),
    "import": CommandAt("lab.cli.imports.group:import_", "Import a log as a campaign", _LOOK),
    "compare": CommandAt("lab.cli.compare:compare", "Compare two scenarios", _COMPARE),
    "agree": CommandAt("lab.cli.agree:agree", "Compare an estimator with a meter", _COMPARE),
    "profile": CommandAt("lab.cli.profile:profile", "Measure the energy of API calls", _PROGRAMS),
    "dataset": CommandAt("lab.cli.dataset:dataset", "Measure the API calls of many programs", _PROGRAMS),
    "smells": CommandAt("lab.cli.smells:smells", "Find resource-leak smells in programs", _PROGRAMS),
    "meter": CommandAt("lab.cli.meter.group:meter", "Use one power meter, or simulate one", _BENCH),
    "trackers": CommandAt("lab.cli.trackers:trackers", "Install and try software trackers", _BENCH),
    "envs": CommandAt("lab.cli.envs:envs", "Build environments of programs and trackers", _BENCH),
    "sut": CommandAt("lab.cli.sut:sut", "Prepare another machine as the SUT", _BENCH),
    "fleet": CommandAt("lab.cli.fleet:fleet", "Run a campaign over several benches", _BENCH),
    "completion": CommandAt("lab.cli.completion:completion", "Print the completions of a shell", _SHELL),
}


@click.group(cls=LabGroup, commands_at=_COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, prog_name="lab")
def cli() -> None:
    """Measure the energy of training runs with a power meter, and state how certain each number is.

    \b
    One command, without a lab.toml:    lab measure -- python train.py
    First look, with a virtual meter:   lab demo
    Your own bench:                     lab init, lab doctor, lab run
    Afterwards, anywhere:               lab check DIR, lab analyse DIR, lab report DIR

    DIR is the folder of a campaign, its name in `lab campaigns list`, or `latest`.

    Exit codes: 0 done; 1 data were rejected; 2 wrong usage or configuration; 3 a device or the SUT
    cannot be reached or failed; 130 interrupted (the campaign can be resumed).
    """
