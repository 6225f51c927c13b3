"""Environments: the catalogue and its pins, and building one, from a local package and without a network."""

import re
import shutil
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import pytest
from lab_bench import lab

from lab.cli.needed_envs import offer
from lab.envs import building
from lab.envs.catalogue import ENVIRONMENTS, Environment, environment_names, find_environment
from lab.envs.install import InstallationError, install, remove
from lab.envs.places import DATA_VARIABLE, python_of
from lab.envs.remedy import remedy
from lab.envs.state import State, folder_of, read_mark, state_of
from workload.registry import environment_of, tracker_names

ROOT = Path(__file__).resolve().parents[2]


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.parametrize("environment", ENVIRONMENTS, ids=lambda environment: environment.name)
def test_every_package_is_pinned_and_what_is_asked_for_is_among_them(environment: Environment) -> None:
    pins = environment.pins()
    assert [line for line in pins if not re.fullmatch(r"[\w.-]+==[\w.+!]+", line)] == []
    names = {canonical(line.partition("==")[0]) for line in pins}
    asked = {canonical(re.split(r"[\[<>=]", need)[0]) for need in environment.needs}
    assert asked <= names


def test_packages_of_other_people_with_wanted_names_are_in_no_environment() -> None:
    names = {line.partition("==")[0].lower() for one in ENVIRONMENTS for line in one.pins()}
    assert names & {"greenlight", "pmt"} == set()


def test_setting_up_installs_one_version_of_each_package_so_that_none_is_fetched_twice() -> None:
    versions: dict[str, set[str]] = {}
    constraints = (ROOT / "constraints.txt").read_text().splitlines()
    for line in [*constraints, *find_environment("cpu").pins(), *find_environment("codecarbon").pins()]:
        name, _, version = line.partition("==")
        if version:
            versions.setdefault(canonical(name), set()).add(version)
    assert {name: found for name, found in versions.items() if len(found) > 1} == {}


def test_an_environment_says_for_which_python_it_cannot_be_built() -> None:
    tracker = find_environment("eit")
    assert tracker.obstacle((3, 11)) is None
    assert "3.11 or older" in (tracker.obstacle((3, 12)) or "")
    assert find_environment("cpu").obstacle((3, 13)) is None


@dataclass(frozen=True, slots=True)
class LocalEnvironment(Environment):
    """An environment whose pins lie in a folder of the test."""

    folder: Path = Path()

    def pins_file(self) -> Path:
        return self.folder / f"{self.name}.txt"


def write_package(folder: Path, name: str, version: str) -> None:
    info = f"{name}-{version}.dist-info"
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
        wheel.writestr(f"{name}.py", f"VERSION = {version!r}\n")
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LocalEnvironment:
    """An environment of one package, which lies in a folder; there is no other index."""
    write_package(tmp_path, "tinytracker", "1.0")
    (tmp_path / "tiny.txt").write_text("# of a test\ntinytracker==1.0\n")
    for name in ("PIP", "UV"):
        monkeypatch.setenv(f"{name}_NO_INDEX", "1")
        monkeypatch.setenv(f"{name}_FIND_LINKS", str(tmp_path))
    monkeypatch.setenv(DATA_VARIABLE, str(tmp_path / "data"))
    return LocalEnvironment("tiny", "tracker", "a test", ("tinytracker",), "tinytracker", folder=tmp_path)


def test_an_environment_is_built_once_and_kept_when_its_successor_fails(tiny: LocalEnvironment) -> None:
    said: list[str] = []
    assert state_of(tiny) is State.MISSING
    assert install(tiny, said.append) is State.MISSING
    assert state_of(tiny) is State.READY
    assert python_of("tiny").is_relative_to(tiny.folder / "data")
    lines = len(said)
    assert install(tiny, said.append) is State.READY
    assert len(said) == lines

    tiny.pins_file().write_text("tinytracker==2.0\n")
    assert state_of(tiny) is State.STALE
    before = read_mark(folder_of(tiny))
    with pytest.raises(InstallationError, match="`lab envs install tiny`"):
        install(tiny, said.append)
    assert read_mark(folder_of(tiny)) == before
    assert python_of("tiny").exists()

    folder_of(tiny).rename(folder_of(tiny).with_name(".tiny.before"))  # as a killed build leaves it
    folder_of(tiny).mkdir()
    tiny.pins_file().write_text("tinytracker==1.0\n")
    assert install(tiny, said.append) is State.READY

    assert remove(tiny, said.append)
    assert state_of(tiny) is State.MISSING


@pytest.mark.skipif(shutil.which("uv") is None, reason="uv is not installed; pip is tried by the others")
def test_uv_brings_an_environment_up_to_date_in_its_place(tiny: LocalEnvironment) -> None:
    folder = tiny.folder / "environment"
    for _ in range(2):
        building.build(folder, ["tinytracker==1.0"], print)
    assert list(folder.glob("lib/*/site-packages/tinytracker.py"))


def test_what_is_there_without_its_mark_is_unfinished(tiny: LocalEnvironment) -> None:
    python_of("tiny").parent.mkdir(parents=True)
    python_of("tiny").touch()
    assert state_of(tiny) is State.UNFINISHED


def test_nothing_is_built_without_a_terminal_unless_it_is_asked_for(tiny: LocalEnvironment) -> None:
    assert offer(("cpu", "jax"), build=False, ask=True) == ["cpu", "jax"]
    assert state_of(find_environment("cpu")) is State.MISSING


def test_every_tracker_has_an_environment_and_every_environment_of_a_tracker_one_that_uses_it() -> None:
    used = {environment_of(name) for name in tracker_names()} - {None}  # foreign trackers have none
    assert used == set(environment_names("tracker"))


def test_trackers_install_knows_trackers_only() -> None:
    done = lab("trackers", "install", "cpu")
    assert done.returncode == 2
    assert {*environment_names("tracker"), "codecarbon-cli"} <= set(re.findall(r"[\w-]+", done.stderr))


def test_an_environment_that_a_sut_elsewhere_lacks_is_built_there() -> None:
    words = remedy(PurePosixPath("/home/lab/wattlab/envs/cpu/bin/python"), "environments.cpu")
    assert "lab sut deploy --envs cpu" in words
    assert "[environments.mine]" in remedy(PurePosixPath("/opt/envs/mine/bin/python"), "environments.mine")


def test_a_build_says_how_far_it_is_also_while_its_command_is_silent() -> None:
    said: list[str] = []
    lines = "import time; print('Collecting a'); print('Collecting b', flush=True); time.sleep(0.5)"
    building.run([sys.executable, "-c", lines], said.append, every_s=0.05)
    assert len(said) >= 2
    assert "2 packages: Collecting b" in said[-1]


def test_a_command_of_a_build_that_fails_keeps_what_it_said() -> None:
    with pytest.raises(building.BuildFailed) as raised:
        building.run([sys.executable, "-c", "print('no such package'); raise SystemExit(7)"], print)
    assert (raised.value.code, raised.value.lines) == (7, ["no such package"])
