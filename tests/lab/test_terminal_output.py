"""What a campaign or a device of others says cannot reach the terminal as anything but text."""

import io
import json
import os
import shlex
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from compared_campaign import write_compared
from lab_bench import lab, write_config
from rich.text import Text

from lab.cli import cli
from lab.cli.analyse import print_scenarios
from lab.cli.output import PlainConsole, print_json
from records.results import read_results

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


def test_a_path_is_not_cut_into_lines() -> None:
    stream = io.StringIO()
    path = "/a folder/" + 20 * "with a long name/"
    PlainConsole(file=stream, width=40, force_terminal=True, color_system=None).print(f"Written: {path}")
    assert stream.getvalue() == f"Written: {path}\n"


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


@pytest.mark.parametrize(
    ("factor", "unit", "energy"), [(0.1, "mWh", "105.0"), (1, "Wh", "1.050"), (1e5, "kWh", "105.0")]
)
def test_all_energies_of_the_summary_are_in_one_unit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], factor: float, unit: str, energy: str
) -> None:
    samples = {"cnn": (1.0 * factor, 1.1 * factor), "lean": (0.0001 * factor, 0.0002 * factor)}
    folder = write_compared(tmp_path / "now", samples)
    results = read_results(folder / "results")
    results.scenarios = [replace(row, wh_per_epoch=(row.energy_wh or 0.0) / 3) for row in results.scenarios]
    print_scenarios(results)
    head, *rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert {word for word in head if word.endswith("Wh")} == {unit}
    assert energy in rows[0]
    *_, per_epoch, _ = rows[0]  # then its interval, which a campaign without budgets does not have
    assert float(per_epoch) == pytest.approx(float(energy) / 3, rel=0.01)


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_a_whole_campaign_passes_where_nothing_but_ascii_is_spoken(tmp_path: Path) -> None:
    config = write_config(tmp_path, baseline_s=2.0, command='["sh", "-c", "echo größer 学習; sleep 2"]')
    config.write_text(config.read_text(encoding="utf-8").replace("Test bench", "Prüfstand µW 学習"), "utf-8")
    campaign = tmp_path / "c"
    spoken = {**os.environ, "PYTHONIOENCODING": "ascii", "LANG": "C", "LC_ALL": "C"}
    for words in (
        ("run", "--config", config, "--out", campaign),
        ("status", campaign),
        ("analyse", campaign),
        ("report", campaign),
        ("check", campaign),
        ("export", campaign, "--out", tmp_path / "c.zip"),
        ("import", "package", tmp_path / "c.zip", "--out", tmp_path / "d"),
        ("index", tmp_path, "--out", tmp_path / "i"),
    ):
        done = lab(*words, env=spoken)
        assert done.returncode == 0, (words, done.stdout, done.stderr)
        assert (done.stdout + done.stderr).isascii()
    title = json.loads((campaign / "campaign.json").read_text(encoding="utf-8"))["config"]["campaign"][
        "title"
    ]
    assert title == "Prüfstand µW 学習"
    assert title in (campaign / "report.html").read_text(encoding="utf-8")


def test_a_command_that_this_process_cannot_write_is_refused_before_anything_is_created(
    tmp_path: Path,
) -> None:
    config = write_config(tmp_path, command='["sh", "-c", "echo 学習"]')
    ascii_only = {**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = lab("run", "--config", config, "--out", tmp_path / "c", env=ascii_only)
    assert done.returncode == 2, done.stderr
    assert "LC_ALL=C.UTF-8" in done.stderr
    assert not (tmp_path / "c").exists()
