"""What a campaign or a device of others says cannot reach the terminal as anything but text."""

import io
import json
import os
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner
from compared_campaign import write_compared
from lab_bench import lab
from rich.text import Text

from lab.cli import cli
from lab.cli.output import PlainConsole, print_json

HOSTILE = "\x1b[2J\x1b]0;owned\x07\x9b31m\u202eabc:x:[red]"
BAD = set("\x1b\x07\x9b\u202e")


def test_texts_mean_nothing_to_the_console() -> None:
    stream = io.StringIO()
    console = PlainConsole(file=stream, width=200, force_terminal=False)
    console.print(HOSTILE)
    console.print(Text(HOSTILE))
    printed = stream.getvalue()
    assert not BAD & set(printed)
    assert printed.count(":x:[red]") == 2


def test_json_carries_the_text_without_sending_it_to_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"name": HOSTILE})
    printed = capsys.readouterr().out
    assert not BAD & set(printed)
    assert json.loads(printed) == {"name": HOSTILE}


@pytest.mark.parametrize("command", [("status",), ("check",), ("compare", "cnn", "lean")])
def test_a_campaign_with_escapes_in_its_names_is_printed_without_them(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    folder = write_compared(tmp_path / "now", {"cnn": (1.0, 1.1), "lean": (1.2, 1.3)})
    path = folder / "campaign.json"
    document = json.loads(path.read_text())
    document["id"] = document["wattlab_version"] = HOSTILE
    document["plan"][0]["scenario"] = HOSTILE
    path.write_text(json.dumps(document))
    name, *names = command
    result = CliRunner().invoke(cli, [name, str(folder), *names])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert not BAD & set(result.output)


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252", "utf-8"])
@pytest.mark.parametrize(
    "command", [("check",), ("compare", "cnn", "lean"), ("compare", "cnn", "lean", "--json")]
)
def test_output_of_any_encoding_takes_every_text(
    tmp_path: Path, command: tuple[str, ...], encoding: str
) -> None:
    folder = write_compared(tmp_path / "Prüfstand 学習", {"cnn": (1.0, 1.1), "lean": (1.2, 1.3)})
    path = folder / "campaign.json"
    document = json.loads(path.read_text())
    document["plan"][0]["scenario"] = "推論 µ"
    path.write_text(json.dumps(document))
    name, *names = command
    done = lab(
        name,
        folder,
        *names,
        env={**os.environ, "PYTHONIOENCODING": encoding},
        encoding=encoding,
        errors="replace",
    )
    assert "Traceback" not in done.stderr
    assert done.returncode in (0, 1), done.stderr
    if "--json" in command:
        json.loads(done.stdout)


def test_a_hint_can_be_pasted_whatever_the_folder_is_called(tmp_path: Path) -> None:
    folder = write_compared(tmp_path / "my bench's $HOME", {"cnn": (1.0, 1.1), "lean": (1.2, 1.3)})
    (folder / "results" / "results.json").unlink()
    done = lab("report", folder)
    assert done.returncode == 2
    assert f"lab analyse {shlex.quote(str(folder))}" in done.stderr
