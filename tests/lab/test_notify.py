"""The command of ``[notify]``: what it is given, and that nothing it does harms a campaign."""

import json
import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from lab.conduct.campaign import OpenCampaign, create, draw_campaign
from lab.conduct.lease import BenchLease
from lab.conduct.notify import notify, notifying_of_errors
from lab.config.bench import bench_of
from lab.config.file import build_config
from records.errors import DeviceError, InterruptedCampaign, WattlabError
from records.journal import Journal, read_journal
from records.journal_events import Ending, Notified

TELL = """
import json, os, pathlib, sys
facts = {key: value for key, value in os.environ.items() if key.startswith("WATTLAB_")}
pathlib.Path("told.json").write_text(json.dumps(facts | {"stdin": sys.stdin.read()}))
"""


def opened(folder: Path, command: list[str], limit_s: float = 30.0) -> OpenCampaign:
    config = build_config(
        {
            "campaign": {"title": "Night", "repeats": 1},
            "meter": {"driver": "wattsup_pro", "port": "virtual"},
            "notify": {"command": command, "limit_s": limit_s},
            "scenario": [{"name": "cnn", "command": ["train"]}],
        },
        "test",
        folder,
    )
    return create(draw_campaign(config, only=(), simulated=True), config, folder / "c")


def told(campaign: OpenCampaign, message: str = "1 run completed") -> tuple[list[str], Notified]:
    said: list[str] = []
    journal = Journal(campaign.folder.journal)
    notify(campaign, journal, said.append, Ending.ENDED, message)
    journal.close()
    (entry,) = read_journal(campaign.folder.journal)[0]
    assert isinstance(entry, Notified)
    return said, entry


@pytest.mark.parametrize(("named", "found"), [("./tell.sh", "{folder}/tell.sh"), ("curl", "curl")])
def test_a_bench_takes_its_command_along_to_any_folder(tmp_path: Path, named: str, found: str) -> None:
    bench = bench_of(opened(tmp_path, [named, "-x"], limit_s=5.0).config)
    assert bench["notify"] == {"command": [found.format(folder=tmp_path), "-x"], "limit_s": 5.0}


def test_the_command_learns_what_happened(tmp_path: Path) -> None:
    campaign = opened(tmp_path, [sys.executable, "-c", TELL])
    said, entry = told(campaign)
    assert (said, entry.event, entry.exit_code, entry.failure) == ([], Ending.ENDED, 0, None)
    document = json.loads((tmp_path / "told.json").read_text())
    assert (
        document.items()
        >= {
            "WATTLAB_EVENT": "ended",
            "WATTLAB_CAMPAIGN": str(campaign.folder.path),
            "WATTLAB_TITLE": "Night",
            "WATTLAB_MESSAGE": "1 run completed",
            "WATTLAB_COMPLETED": "0",
            "WATTLAB_PLANNED": "1",
            "WATTLAB_SIMULATED": "yes",
            "stdin": "1 run completed\n",
        }.items()
    )


@pytest.mark.parametrize(
    ("command", "code", "words"),
    [
        ([sys.executable, "-c", "import sys; sys.exit('no network')"], 1, "exit code 1 (no network)"),
        (["/nowhere/tell"], None, "could not be started"),
        (["tell\0"], None, "could not be started"),
        (["sh", "-c", "exit 0 <&-; true"], 0, None),
    ],
)
def test_its_failure_is_told_and_no_more(
    tmp_path: Path, command: list[str], code: int | None, words: str | None
) -> None:
    said, entry = told(opened(tmp_path, command), message="long " * 50_000)
    assert entry.exit_code == code
    assert (entry.failure is None, len(said)) == (words is None, 0 if words is None else 1)
    if words is not None:
        assert words in said[0]


def test_a_command_that_hangs_is_ended_with_what_it_started(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    campaign = opened(tmp_path, ["sh", "-c", f"exec 3>{pipe}; sleep 1000 & wait"], limit_s=1.0)
    said, entry = told(campaign)
    assert entry.exit_code is None
    assert "limit_s = 1 s" in said[0]
    os.set_blocking(reader, True)
    assert os.read(reader, 1) == b""  # the end of the pipe: nobody holds it any more
    os.close(reader)


@pytest.mark.parametrize(
    ("error", "event"),
    [
        (DeviceError("gone"), Ending.STOPPED),
        (InterruptedCampaign("interrupted"), Ending.INTERRUPTED),
    ],
)
def test_an_error_is_a_stop_and_ctrl_c_an_interruption(
    tmp_path: Path, error: WattlabError, event: Ending
) -> None:
    campaign = opened(tmp_path, ["true"])
    journal = Journal(campaign.folder.journal)
    with pytest.raises(type(error)), notifying_of_errors(campaign, journal, print):
        raise error
    journal.close()
    (entry,) = read_journal(campaign.folder.journal)[0]
    assert isinstance(entry, Notified)
    assert entry.event is event


def test_a_bench_of_a_fleet_notifies_nobody(tmp_path: Path) -> None:
    campaign = replace(opened(tmp_path, ["true"]), lease=BenchLease("b1", tmp_path, 1))
    journal = Journal(campaign.folder.journal)
    notify(campaign, journal, print, Ending.ENDED, "")
    journal.close()
    assert read_journal(campaign.folder.journal)[0] == []
