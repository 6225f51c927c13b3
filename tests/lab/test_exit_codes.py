"""What is wrong about a command line ends every command with 2 and one line: paths and numbers."""

import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from compared_campaign import write_compared
from lab_bench import write_config
from test_no_campaign import write_plan

from lab.cli import cli
from lab.cli.paths import InputPath, OutputFile, OutputFolder, OutputPath
from records.errors import ConfigurationError

TEXTS = {
    "scheduler": "tcp://127.0.0.1:1",
    "driver": "wattsup_pro",
    "port": "virtual",
    "name": "wattsup_pro",
    "levels": "9,6,3",
}
NUMBERS = (click.types.IntParamType, click.types.FloatParamType)
SLOW = {
    "watch",
    "log",
    "read",
    "identify",
    "zero",
    "delay",
    "calibrate",
    "simulate",
    "serve",
    "demo",
    "run",
    "measure",
}

BEHIND = {("measure",): ("--", "true")}  # the command that is measured


Words = tuple[str, ...]


def leaves(group: click.Group, words: Words = ()) -> Iterator[tuple[Words, click.Command]]:
    """Yield every command with the words that call it."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from leaves(command, (*words, name))
        else:
            yield (*words, name), command


COMMANDS = dict(leaves(cli))


def params(*kinds: type) -> list[tuple[Words, str]]:
    """Return every parameter of some types, with its command."""
    return [
        (words, param.name or "")
        for words, command in COMMANDS.items()
        for param in command.params
        if isinstance(param.type, kinds)
    ]


def call(words: Words, folder: Path, /, **values: object) -> Result:
    """Call a command with what it requires, and with some values of its parameters."""
    arguments = list(words)
    for param in COMMANDS[words].params:
        name = param.name or ""
        if name not in values and not param.required:
            continue
        value = str(values[name]) if name in values else usual(param, folder)
        arguments += [value] if isinstance(param, click.Argument) else [f"{param.opts[-1]}={value}"]
    return CliRunner().invoke(cli, [*arguments, *BEHIND.get(words, ())])


def usual(param: click.Parameter, folder: Path) -> str:
    """Return a value that a required parameter takes."""
    if isinstance(param.type, OutputFile | OutputFolder | OutputPath):
        return str(folder / "out.zip")
    if isinstance(param.type, InputPath) and param.type.takes_file:
        (folder / "input").write_text("a;b\n1;2\n")
        return str(folder / "input")
    if isinstance(param.type, click.Path):
        (folder / "folder").mkdir(exist_ok=True)
        return str(folder / "folder")
    return TEXTS.get(param.name or "", "x")


def refused(result: Result, *words: object) -> None:
    """Expect code 2 and one message that names what is wrong."""
    assert result.exit_code == 2, (result.output, result.exception)
    assert result.stdout == ""
    assert result.stderr.startswith("lab: ")
    assert result.stderr.count("\n") == 1
    for word in words:
        assert str(word) in result.stderr


def path_of(words: Words, name: str) -> click.Path:
    """Return the type of a path."""
    kind = next(param.type for param in COMMANDS[words].params if param.name == name)
    assert isinstance(kind, click.Path)
    return kind


def test_every_path_says_whether_it_is_read_or_written() -> None:
    plain = [
        (words, name)
        for words, name in params(click.Path)
        if not isinstance(path_of(words, name), InputPath | OutputFile | OutputFolder | OutputPath)
    ]
    assert plain == []


@pytest.mark.parametrize(("words", "name"), params(InputPath))
def test_an_input_that_is_not_there(tmp_path: Path, words: Words, name: str) -> None:
    refused(call(words, tmp_path, **{name: tmp_path / "nothing"}), tmp_path / "nothing")
    refused(call(words, tmp_path, **{name: tmp_path / ("n" * 300)}), "n" * 300)


@pytest.mark.parametrize(("words", "name"), params(InputPath))
def test_an_input_of_another_kind(tmp_path: Path, words: Words, name: str) -> None:
    kind = path_of(words, name)
    assert isinstance(kind, InputPath)
    wrong = tmp_path / "wrong"
    if kind.takes_folder and kind.takes_file:  # either may be right
        wrong.mkdir()
    elif kind.takes_folder:
        wrong.write_text("a file")
    else:
        wrong.mkdir()
    refused(call(words, tmp_path, **{name: wrong}), wrong)


@pytest.mark.parametrize(("words", "name"), params(OutputFile, OutputFolder, OutputPath))
def test_an_output_below_a_file(tmp_path: Path, words: Words, name: str) -> None:
    (tmp_path / "file").write_text("kept")
    path = tmp_path / "file" / "below.zip"
    refused(call(words, tmp_path, **{name: path}), path)
    assert (tmp_path / "file").read_text() == "kept"


@pytest.mark.parametrize(("words", "name"), params(OutputFile, OutputFolder))
def test_an_output_where_something_of_another_kind_is(tmp_path: Path, words: Words, name: str) -> None:
    there = tmp_path / "there.zip"
    if isinstance(path_of(words, name), OutputFile):
        there.mkdir()
    else:
        there.write_text("kept")
    refused(call(words, tmp_path, **{name: there}), there)


@pytest.mark.parametrize(("words", "name"), params(OutputFile))
def test_an_output_in_a_folder_that_is_not_there(tmp_path: Path, words: Words, name: str) -> None:
    path = tmp_path / "nowhere" / "out.zip"
    refused(call(words, tmp_path, **{name: path}), path)
    assert not path.parent.exists()


NOT_REPLACED = [
    *((words, "out") for words in COMMANDS if words[0] == "import" and words != ("import", "collectl")),
    (("meter", "calibrate"), "out"),
    (("meter", "log"), "out"),
    (("init",), "folder"),
    (("run",), "out"),
    (("demo",), "out"),
]


@pytest.mark.parametrize(("words", "name"), NOT_REPLACED)
def test_an_output_that_exists_is_not_replaced(tmp_path: Path, words: Words, name: str) -> None:
    there = tmp_path / "there"
    if isinstance(path_of(words, name), OutputFile):
        there.write_text("kept")
    else:
        there.mkdir()
        for file in ("lab.toml", "meter.csv", "campaign.json"):
            (there / file).write_text("kept")
    extra = {"config_path": write_config(tmp_path)} if words == ("run",) else {}
    refused(call(words, tmp_path, **{name: there}, **extra), there)
    left = [there] if there.is_file() else list(there.iterdir())
    assert {path.read_text() for path in left} == {"kept"}


@pytest.mark.parametrize("words", [("analyse",), ("report",), ("index",)])
def test_a_usual_output_that_cannot_be_written(tmp_path: Path, words: Words) -> None:
    campaign = write_compared(tmp_path / "c", {"a": (1.0, 1.1), "b": (2.0, 2.1)})
    if words == ("analyse",):
        campaign = write_plan(tmp_path / "d").path
        (campaign / "results").write_text("a file")
    (campaign / "report.html").mkdir()
    (campaign / "index.duckdb").mkdir()
    refused(call(words, tmp_path, folder=campaign))


@pytest.mark.parametrize(("words", "name"), params(*NUMBERS))
def test_what_is_no_finite_number(tmp_path: Path, words: Words, name: str) -> None:
    for number in ("nan", "inf", "-inf", "1e400", "-1e400", "", "one"):
        result = call(words, tmp_path, **{name: number})
        assert result.exit_code == 2, (number, result.output, result.exception)
        assert result.stdout == ""


@pytest.mark.parametrize(("words", "name"), [one for one in params(*NUMBERS) if one[0][-1] not in SLOW])
@pytest.mark.parametrize("number", ["-1", "0", "1e300", "9" * 30])
def test_a_number_beyond_all_reason_ends_in_no_traceback(
    tmp_path: Path, words: Words, name: str, number: str
) -> None:
    result = call(words, tmp_path, **{name: number})
    assert result.exit_code in (0, 1, 2), (result.output, result.exception)
    assert result.exception is None or isinstance(result.exception, SystemExit)


@pytest.mark.parametrize(
    ("words", "name", "number"),
    [
        (("meter", "watch"), "interval_s", "-1"),
        (("meter", "watch"), "interval_s", "0"),
        (("meter", "watch"), "count", "0"),
        (("meter", "log"), "interval_s", "1e300"),
        (("meter", "zero"), "count", "9" * 30),
        (("meter", "delay"), "seconds", "1e300"),
        (("meter", "delay"), "pattern_s", "-1"),
        (("meter", "calibrate"), "seconds", "1e300"),
        (("meter", "calibrate"), "reference_u_pct", "-1"),
        (("meter", "simulate"), "watts", "1e300"),
        (("meter", "simulate"), "gain_error_pct", "1e300"),
        (("meter", "simulate"), "seed", "-1"),
        (("serve",), "port", "-1"),
        (("serve",), "port", "65536"),
        (("analyse",), "jobs", "0"),
        (("analyse",), "jobs", "9" * 30),
        (("agree",), "tolerance", "-1"),
        (("agree",), "resolution", "-1"),
        (("compare",), "margin_pct", "-1"),
        (("run",), "seed", "-1"),
    ],
)
def test_a_number_out_of_range(tmp_path: Path, words: Words, name: str, number: str) -> None:
    result = call(words, tmp_path, **{name: number})
    assert result.exit_code == 2, (result.output, result.exception)
    assert result.stdout == ""


def as_nobody(check: Callable[[], None]) -> str:
    """Run something as the user ``nobody`` and return the message of its error."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setgid(65534)
            os.setuid(65534)
            check()
        except ConfigurationError as error:
            os.write(writing, str(error).encode())
        finally:
            os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    with open(reading, "rb") as pipe:
        return pipe.read().decode()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_what_this_user_may_neither_read_nor_write() -> None:
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        folder.chmod(0o755)
        (folder / "file").write_text("secret")
        (folder / "file").chmod(0o600)
        (folder / "folder").mkdir(0o700)
        assert "may not read" in as_nobody(lambda: InputPath(file=True).check(folder / "file"))
        assert "may not read" in as_nobody(lambda: InputPath(folder=True).check(folder / "folder"))
        assert "may not write" in as_nobody(lambda: OutputFile().check(folder / "new"))
        assert "may not write" in as_nobody(lambda: OutputFolder().check(folder / "new" / "newer"))
        assert "Permission denied" in as_nobody(
            lambda: InputPath(file=True).convert(folder / "folder" / "inner", None, None) and None
        )
