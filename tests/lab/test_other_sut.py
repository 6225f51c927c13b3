"""A campaign on a SUT of another user: nothing assumes that the controller's files are the SUT's."""

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from other_user import NOBODY, OtherSut, interpreter_for_nobody

from analysis.evidence import examine
from lab.conduct.campaign import OpenCampaign, create, draw_campaign
from lab.conduct.commands import check_commands
from lab.conduct.conductor import conduct
from lab.conduct.doctor import check_scenario
from lab.conduct.programs.record import ProgramRecord
from lab.config.file import parse_config
from records.errors import ConfigurationError
from records.files import sha256_of
from records.journal import Journal
from records.programs import read_programs, read_run_program
from records.run import RunFolder
from sut.host import ask
from workload.command import SCENARIOS_DIR

CONFIG = """
[campaign]
title = "Another user's machine"
repeats = 1
seed = 1
max_attempts = 1
[sut]
collectl = "never"
[meter]
driver = "wattsup_pro"
port = "virtual"
[gate]
enabled = false
[run]
lead_in_s = 1.0
lead_out_s = 2.0
[environments.theirs]
python = "../env/bin/python"
[[scenario]]
name = "baseline"
kind = "baseline"
duration_s = 2.0
[[scenario]]
name = "flowers"
environment = "theirs"
command = ["{python}", "flowers.py", "{run_dir}", "CAMPAIGN"]
env = { FLOWER = "tulip" }
limit_s = 60
[[scenario]]
name = "failing"
environment = "theirs"
command = ["{python}", "-c", "raise SystemExit('no tulips today')"]
limit_s = 60
[[scenario]]
name = "built-in"
environment = "theirs"
command = ["{python}", "{scenarios}/control.py", "--rounds", "10000"]
limit_s = 60
"""

PROGRAM = """
import json, os, pathlib, sys, time
import petals
import wattlab_probe as probe
run_dir, campaign = map(pathlib.Path, sys.argv[1:])
with probe.Span("step", "count"):
    time.sleep(2)
found = {"user": os.getuid(), "home": os.environ["HOME"], "flower": os.environ["FLOWER"]}
found["reads_campaign"] = os.access(campaign, os.R_OK | os.X_OK)
(run_dir / "model").mkdir()
(run_dir / "model" / "found.json").write_text(json.dumps(found | {"cwd": os.getcwd()}))
"""


class Silent:
    """An observer that keeps the notices and shows nothing."""

    def __init__(self):
        self.notices = []

    def begin(self, title, slots, done, *, simulated):
        pass

    def attempt(self, slot, attempt):
        pass

    def phase(self, name, detail=""):
        pass

    def reading(self, reading):
        pass

    def ended(self, slot, run):
        pass

    def notice(self, text):
        self.notices.append(text)


@pytest.fixture
def sut() -> Iterator[OtherSut]:
    interpreter = interpreter_for_nobody()
    if interpreter is None:
        pytest.skip(
            "only root can be another user with a mount namespace (`unshare --mount`), and that user needs "
            "a Python >= 3.11 of the system"
        )
    folder = Path(tempfile.mkdtemp(prefix="wattlab-sut-"))
    folder.chmod(0o755)
    yield OtherSut(folder, interpreter)
    shutil.rmtree(folder)


@pytest.fixture
def opened(tmp_path) -> OpenCampaign:
    tmp_path.chmod(0o700)
    text = CONFIG.replace("CAMPAIGN", str(tmp_path / "campaign"))
    config = parse_config(text, "lab.toml of the test", tmp_path)
    return create(draw_campaign(config, only=(), simulated=True), config, tmp_path / "campaign")


def put(sut: OtherSut, name: str, text: str) -> None:
    """Write a file of the program that the SUT has and the controller has not."""
    with tempfile.NamedTemporaryFile("w") as file:
        file.write(text)
        file.flush()
        sut.host.put(Path(file.name), sut.resolve(name))


def test_a_campaign_on_another_users_sut_is_whole(sut, opened):
    put(sut, "flowers.py", PROGRAM)
    put(sut, "petals.py", "COUNT = 6\n")
    commit = commit_all(sut)
    check_commands(opened.config, opened.campaign.plan, sut)
    outcome = conduct(opened, Silent(), sut)
    ((failing, reason),) = outcome.missing
    assert failing.scenario == "failing" and "no tulips today" in reason
    assert "stderr.log" in RunFolder(opened.folder.runs / failing.run_dir).read().files
    assert len(examine(opened.folder.path).counted) == len(opened.campaign.plan) - 1
    (flowers,) = [
        RunFolder(opened.folder.runs / s.run_dir) for s in outcome.completed if s.scenario == "flowers"
    ]
    found = json.loads((flowers.model / "found.json").read_text())
    assert found == {
        "user": NOBODY,
        "home": str(sut.host.root),
        "cwd": str(sut.host.root / "base"),
        "flower": "tulip",
        "reads_campaign": False,
    }
    recorded = {"events.jsonl", "host.csv", "stdout.log", "stderr.log", "model/found.json"}
    assert recorded | {"meter.csv", "meter.json"} <= flowers.read().files.keys()
    there = sut.host.real(sut.home / "runs" / flowers.path.name)
    for name in recorded:
        assert sha256_of(there / name) == flowers.read().files[name]
    assert not (there / "meter.csv").exists()
    check_program(sut, opened, flowers, commit)


def commit_all(sut: OtherSut) -> str:
    """Make a git repository of the program; return its commit."""
    who = "-c user.name=Nobody -c user.email=nobody@example.org"
    line = f"cd base && git init -q && git add -A && git {who} commit -qm begin && git rev-parse HEAD"
    answer = ask(sut.host, ["sh", "-c", line], 60)
    assert answer.code == 0, answer.errors
    return answer.output


def check_program(sut: OtherSut, opened: OpenCampaign, run: RunFolder, commit: str) -> None:
    """Check that the program is on record though the controller can read none of its files."""
    assert list(sut.host.root.iterdir()) == []
    recorded = read_programs(opened.folder.path)
    assert recorded is not None
    assert [(file.name, file.source, file.scenarios) for file in recorded.files] == [
        ("flowers.py", "command", ["flowers"]),
        ("petals.py", "import", ["flowers"]),
        ("{scenarios}/control.py", "command", ["built-in"]),
    ]
    assert (opened.folder.programs / "flowers.py").read_text() == PROGRAM
    assert (opened.folder.programs / "petals.py").read_text() == "COUNT = 6\n"
    assert [one.name for one in recorded.environments] == ["theirs"]
    assert [(one.revision, one.changed) for one in recorded.revisions] == [(commit, 0)]
    seen = read_run_program(run.path)
    assert seen is not None
    assert (seen.files.keys(), seen.revisions) == ({"flowers.py", "petals.py"}, {".": commit})
    (slot,) = [slot for slot in opened.campaign.plan if slot.scenario == "flowers"]
    put(sut, "petals.py", "COUNT = 5\n")
    with closing(Journal(opened.folder.journal)) as journal:
        record = ProgramRecord(opened, sut, journal)
        record.begin(opened.campaign.plan, 1)
        _, changed = record.before(slot)
    assert [words.split()[0] for words in changed] == ["petals.py"]
    assert list(sut.host.real(sut.home).iterdir()) == [sut.host.real(sut.home / "runs")]


def test_doctor_asks_the_suts_interpreter_and_shows_the_suts_paths(sut, opened):
    scenario = opened.config.find_scenario("built-in")
    environment, command = check_scenario(opened.config, scenario, sut)
    assert environment.ok and environment.message.startswith("Python 3.")
    assert command.message.split()[0].endswith("env/bin/python")
    assert str(sut.installed(SCENARIOS_DIR / "control.py")) in command.message


def test_an_interpreter_that_only_the_controller_has_is_refused_before_anything_runs(sut, opened):
    section = opened.config.environments["theirs"].model_copy(update={"python": "only-here/python"})
    (opened.config.base_dir / "only-here").mkdir()
    (opened.config.base_dir / "only-here/python").symlink_to("/bin/true")
    config = opened.config.model_copy(update={"environments": {"theirs": section}})
    with pytest.raises(ConfigurationError, match=r"there is no .*base/only-here/python"):
        check_commands(config, opened.campaign.plan, sut)
