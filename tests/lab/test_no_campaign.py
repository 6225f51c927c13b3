"""What the commands say of a folder that is no campaign, is a broken one, or was not analysed yet."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from compared_campaign import write_compared
from lab_bench import lab

from lab.cli import cli
from records.campaign import Campaign, CampaignFolder

COMMANDS = (("analyse",), ("report",), ("compare", "cnn", "transfer"))
NEED_RESULTS = COMMANDS[1:]


def said(command: tuple[str, ...], folder: Path) -> str:
    """Return what a command says when it refuses a folder."""
    name, *rest = command
    result = CliRunner().invoke(cli, [name, str(folder), *rest])
    assert result.exit_code in (1, 2), result.output
    assert result.stdout == ""
    return result.stderr.removeprefix("lab: ").rstrip("\n")


def nothing(folder: Path) -> None:
    """Leave a path where nothing is."""


def a_file(folder: Path) -> None:
    folder.write_text("no folder")


def write_plan(folder: Path) -> CampaignFolder:
    folder.mkdir()
    place = CampaignFolder(folder)
    Campaign(
        id="planned",
        created_utc_s=1000.0,
        wattlab_version="0.0.0",
        simulated=True,
        seed=1,
        config={},
        config_sha256="0" * 64,
        plan=[],
    ).write(place.campaign_json)
    return place


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    ("make", "why"),
    [
        (Path.mkdir, "there is no campaign.json"),
        (nothing, "there is no such folder"),
        (a_file, "a campaign is a folder, this is a file"),
    ],
)
def test_a_folder_that_is_no_campaign_is_told_before_anything_else(
    tmp_path: Path, command: tuple[str, ...], make: Callable[[Path], None], why: str
) -> None:
    folder = tmp_path / "folder"
    make(folder)
    assert said(command, folder).startswith(f"{folder}: no campaign here ({why}). ")


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    ("plan", "what", "to_do"),
    [
        ('{ "schema": ', "expected a JSON document", "put a copy of this file in its place"),
        ("[1]", "expected a JSON object, but its top level is list", "put a copy of this file in its place"),
        ('{"schema": "wattlab.campaign/1"}', "'id' is missing", "put a copy of this file in its place"),
        ('{"schema": "x/1"}', "expected schema wattlab.campaign/1, found 'x/1'", "Put a copy of the right"),
        ('{"schema": "wattlab.campaign/9"}', "written by a newer Wattlab", "upgrade this one"),
    ],
)
def test_a_broken_plan_is_told_with_what_to_do(
    tmp_path: Path, command: tuple[str, ...], plan: str, what: str, to_do: str
) -> None:
    (tmp_path / "campaign.json").write_text(plan)
    message = said(command, tmp_path)
    assert message.startswith(f"{tmp_path / 'campaign.json'}: ")
    assert what in message
    assert to_do in message


@pytest.mark.parametrize("command", NEED_RESULTS)
def test_a_campaign_without_results_is_told_to_be_analysed_first(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    folder = write_plan(tmp_path / "campaign").path
    assert said(command, folder).endswith(f"but there are none. Run `lab analyse {folder}` first")


@pytest.mark.parametrize("command", NEED_RESULTS)
@pytest.mark.parametrize(
    ("document", "what"), [("{", "expected a JSON document"), ("{}", "expected schema wattlab.results/1")]
)
def test_damaged_results_are_told_apart_from_none(
    tmp_path: Path, command: tuple[str, ...], document: str, what: str
) -> None:
    place = write_plan(tmp_path / "campaign")
    place.results.mkdir()
    (place.results / "results.json").write_text(document)
    message = said(command, place.path)
    assert message.startswith(f"{place.results / 'results.json'}: {what}")
    assert "again" in message or "Put a copy" in message


def test_a_page_for_a_folder_that_is_not_there_says_so(tmp_path: Path) -> None:
    folder = write_compared(tmp_path / "c", {"a": (1.0, 1.1), "b": (2.0, 2.1)})
    for arguments in (("report", folder), ("compare", folder, "a", "b")):
        done = lab(*arguments, "--out", tmp_path / "nowhere" / "page.html")
        assert done.returncode == 2
        assert "expected a folder to write into" in done.stderr
        assert str(tmp_path / "nowhere") in done.stderr
