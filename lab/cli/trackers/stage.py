"""``lab trackers stage``: a command on counters that follow a truth script."""

import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from lab.cli.output import make_stderr
from lab.cli.paths import InputPath
from sut.virtual.stage import prepare


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("script", metavar="SCRIPT", type=InputPath(file=True))
@click.argument("command", metavar="-- COMMAND...", nargs=-1, required=True, type=click.UNPROCESSED)
@click.pass_context
def stage(ctx: click.Context, script: Path, command: tuple[str, ...]) -> None:
    """Run a command with SIMULATED RAPL and NVML that follow a truth script.

    Nothing outside the command changes. With [meter.virtual] truth = true the virtual meter also follows the
    script, so that a whole campaign has one truth.

    \b
    lab trackers stage truth.toml -- lab run
    """
    with TemporaryDirectory(prefix="lab-stage-") as folder:
        made = prepare(script, Path(folder))
        make_stderr().print(f"SIMULATED: RAPL ({made.server}) and NVML follow {script}")
        done = subprocess.run(made.command(list(command)), env=made.environment(), check=False)
    ctx.exit(done.returncode)
