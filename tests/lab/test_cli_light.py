"""Commands that only look load no more than they need, and the list of commands loads none of them."""

import json
import subprocess
import sys
from pathlib import Path

import click
from lab_bench import write_config

from lab.cli import cli
from lab.cli.common import LabGroup
from lab.conduct.campaign import create, draw_campaign
from lab.config.file import load_config

EVALUATION = {"bokeh", "dask", "distributed", "duckdb", "matplotlib", "pandas", "scipy", "statsmodels"}
HEAVY = {*EVALUATION, "jinja2", "numpy", "plotext", "pyarrow", "pydantic", "rich"}


def loaded(*argv: str | Path) -> set[str]:
    """Run a command line in a process of its own and return which of the large libraries it loaded."""
    program = (
        "import json, sys\n"
        "from lab.cli import cli\n"
        "cli(sys.argv[1:], standalone_mode=False)\n"
        "print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))\n"
    )
    argv = (sys.executable, "-c", program, *map(str, argv))
    done = subprocess.run(argv, capture_output=True, text=True, check=True)
    return HEAVY & set(json.loads(done.stdout.splitlines()[-1]))


def test_help_loads_no_library_but_click() -> None:
    assert loaded("--help") == set()


def test_status_loads_nothing_of_the_evaluation(tmp_path: Path) -> None:
    config = load_config(write_config(tmp_path))
    create(draw_campaign(config, only=(), simulated=True), config, tmp_path / "c")
    assert EVALUATION & loaded("status", tmp_path / "c") == set()


def lazy_groups(group: LabGroup) -> list[LabGroup]:
    context = click.Context(group)
    commands = [group.get_command(context, name) for name in group.list_commands(context)]
    inner = [found for command in commands if isinstance(command, LabGroup) for found in lazy_groups(command)]
    return [group, *inner]


def test_each_summary_is_one_short_phrase() -> None:
    assert isinstance(cli, LabGroup)
    summaries = [at.summary for group in lazy_groups(cli) for at in group.commands_at.values()]
    assert len(summaries) > 20
    assert [text for text in summaries if len(text) > 45 or not text[0].isupper() or text.endswith(".")] == []
