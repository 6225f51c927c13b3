"""A campaign on a SUT of another user: nothing assumes that the controller's files are the SUT's."""

import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from other_user import NOBODY, OtherSut, interpreter_for_nobody

from analysis.evidence import examine
from lab.conduct.campaign import OpenCampaign, create, draw_campaign
from lab.conduct.commands import check_commands
from lab.conduct.conductor import conduct
from lab.conduct.doctor import check_scenario
from lab.config.file import parse_config
from records.errors import ConfigurationError
from records.files import sha256_of
from records.run import RunFolder
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
        pytest.skip("only root can be another user, and that user needs a Python >= 3.11 of the system")
    root = Path(tempfile.mkdtemp(prefix="wattlab-sut-"))
    root.chmod(0o755)
    yield OtherSut(root, interpreter)
    shutil.rmtree(root)


@pytest.fixture
def opened(tmp_path) -> OpenCampaign:
    tmp_path.chmod(0o700)
    (tmp_path / "flowers.py").write_text(PROGRAM)
    text = CONFIG.replace("CAMPAIGN", str(tmp_path / "campaign"))
    config = parse_config(text, "lab.toml of the test", tmp_path)
    return create(draw_campaign(config, only=(), simulated=True), config, tmp_path / "campaign")


def test_a_campaign_on_another_users_sut_is_whole(sut, opened):
    sut.host.put(opened.config.base_dir / "flowers.py", sut.resolve("flowers.py"))
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
    there = Path(sut.home) / "runs" / flowers.path.name
    for name in recorded:
        assert sha256_of(there / name) == flowers.read().files[name]
    assert not (there / "meter.csv").exists()


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
