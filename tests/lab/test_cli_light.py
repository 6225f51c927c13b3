"""Commands that only look load no more than they need, and the list of commands loads none of them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from lab_bench import write_config

from lab.cli import cli
from lab.cli.group import INTERRUPTED, LabGroup
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


@pytest.mark.parametrize("command", ["run", "resume", "status", "check", "report", "export"])
def test_completing_the_words_of_a_campaign_loads_no_library(command: str) -> None:
    assert loaded(command, "--help") <= {"rich"}


def test_status_loads_nothing_of_the_evaluation(tmp_path: Path) -> None:
    config = load_config(write_config(tmp_path))
    create(draw_campaign(config, only=(), simulated=True), config, tmp_path / "c")
    assert EVALUATION & loaded("status", tmp_path / "c") == set()


def groups(group: LabGroup) -> list[LabGroup]:
    context = click.Context(group)
    commands = [group.get_command(context, name) for name in group.list_commands(context)]
    inner = [found for command in commands if isinstance(command, LabGroup) for found in groups(command)]
    return [group, *inner]


def test_each_summary_is_one_short_phrase() -> None:
    assert isinstance(cli, LabGroup)
    summaries = [summary.removesuffix(".") for group in groups(cli) for _, summary in group.summaries()]
    assert len(summaries) > 40
    assert [text for text in summaries if len(text) > 45 or not text[0].isupper() or text.endswith(".")] == []


def test_each_command_is_listed_once_below_a_heading(capsys: pytest.CaptureFixture[str]) -> None:
    assert isinstance(cli, LabGroup)
    cli(["--help"], standalone_mode=False)
    lines = capsys.readouterr().out.splitlines()
    lists = lines[lines.index("Options:") :]
    listed = [line.split()[0] for line in lists if line.startswith("  ") and not line.startswith("  -")]
    assert sorted(listed) == sorted(cli.commands_at)
    headings = [line for line in lists if line.endswith(":") and not line.startswith(" ")]
    assert len(headings) == 1 + len({at.topic for at in cli.commands_at.values()})


def completed(words: str) -> list[str]:
    """Return what bash is offered for the last of the words of a command line."""
    program = "import sys; from lab.cli import cli; cli(sys.argv[1:], prog_name='lab')"
    asked = {"COMP_WORDS": words, "COMP_CWORD": str(words.count(" ")), "_LAB_COMPLETE": "bash_complete"}
    argv = [sys.executable, "-c", program]
    done = subprocess.run(argv, capture_output=True, text=True, check=True, env={**os.environ, **asked})
    return done.stdout.split()


def test_a_shell_completes_commands_and_options() -> None:
    assert completed("lab ana") == ["plain,analyse"]
    assert completed("lab meter ident") == ["plain,identify"]
    assert completed("lab serve --po") == ["plain,--port"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (["analyze"], "analyse"),
        (["meter", "driver"], "drivers"),
        (["rnu"], "run"),
        (["mesure"], "measure"),  # and not its anagram, resume
    ],
)
def test_a_mistyped_command_is_answered_with_the_nearest(typed: list[str], meant: str) -> None:
    with pytest.raises(click.UsageError, match=f"'{meant}'"):
        cli(typed, standalone_mode=False)


@pytest.mark.parametrize(
    ("typed", "meant"), [("calibrate", {"meter calibrate", "trackers calibrate"}), ("rm", {"campaigns rm"})]
)
def test_a_command_of_a_group_is_answered_with_its_group(typed: str, meant: set[str]) -> None:
    with pytest.raises(click.UsageError) as caught:
        cli([typed], standalone_mode=False)
    assert {words for words in caught.value.message.split("'") if words.endswith(f" {typed}")} == meant


def test_a_command_like_none_is_answered_without_a_guess() -> None:
    with pytest.raises(click.UsageError) as caught:
        cli(["xyzzy"], standalone_mode=False)
    assert not any(f"'{name}'" in caught.value.message for name in cli.commands_at)  # type: ignore[attr-defined]


def test_a_question_that_is_answered_with_ctrl_c_or_ctrl_d_is_an_interruption() -> None:
    group = LabGroup("group", {"ask": click.Command("ask", callback=lambda: click.confirm("Sure?"))})
    assert CliRunner().invoke(group, ["ask"], input="").exit_code == INTERRUPTED
