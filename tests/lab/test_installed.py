"""The wheel: what it holds, and the lab that it gives in an environment in which there is no checkout."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from measured_environments import python_or_skip

ROOT = Path(__file__).resolve().parent.parent.parent
ROOMS = sorted(path.parent.name for path in ROOT.glob("*/__init__.py") if path.parent.name != "tests")

Lab = Callable[..., subprocess.CompletedProcess[str]]


def run(*command: object, **options: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, check=False, **options
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel of the sources, built beside them, so that nothing is left among them."""
    sources, out = tmp_path_factory.mktemp("sources"), tmp_path_factory.mktemp("wheel")
    for room in ROOMS:
        shutil.copytree(ROOT / room, sources / room, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, sources)
    pip = (sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--no-index")
    done = run(*pip, "--wheel-dir", out, sources)
    assert done.returncode == 0, done.stderr
    (found,) = out.glob("wattlab-*.whl")
    return found


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ``lab`` of an environment that holds the wheel and sees the libraries of this one."""
    folder = tmp_path_factory.mktemp("installed") / "venv"
    assert run(sys.executable, "-m", "venv", "--without-pip", folder).returncode == 0
    pip = (
        sys.executable,
        "-m",
        "pip",
        "--python",
        folder / "bin/python",
        "install",
        "--no-deps",
        "--no-index",
    )
    done = run(*pip, "--no-compile", wheel)
    assert done.returncode == 0, done.stderr
    (packages,) = folder.glob("lib/python*/site-packages")
    (packages / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder / "bin/lab"


@pytest.fixture
def lab(installed: Path, tmp_path: Path) -> Lab:
    """Run the installed lab in an empty folder, for a user without anything."""
    folder, home = tmp_path / "empty", tmp_path / "home"
    folder.mkdir()
    home.mkdir()
    kept = {
        key: value for key, value in os.environ.items() if not key.startswith(("XDG_", "PYTHON", "WATTLAB"))
    }
    env = kept | {"HOME": str(home)}
    return lambda *arguments, **options: run(installed, *arguments, cwd=folder, env=env, **options)


def test_the_wheel_holds_every_file_of_the_rooms_and_nothing_else(wheel: Path) -> None:
    held = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    files = {path for room in ROOMS for path in (ROOT / room).rglob("*") if path.is_file()}
    assert held == {str(path.relative_to(ROOT)) for path in files if "__pycache__" not in path.parts}


def test_an_installed_lab_keeps_environments_in_the_users_data_folder(lab: Lab, tmp_path: Path) -> None:
    rows = json.loads(lab("envs", "list", "--json").stdout)
    assert {row["state"] for row in rows} == {"missing"}
    assert all(Path(row["python"]).is_relative_to(tmp_path / "home/.local/share/wattlab") for row in rows)


def test_an_installed_lab_writes_a_configuration_and_says_how_to_build_what_it_needs(lab: Lab) -> None:
    written = json.loads(lab("init", "--json").stdout)
    assert written["missing_environments"] == ["cpu", "codecarbon"]
    checks = json.loads(lab("doctor", "--json").stdout)["checks"]
    ok = {check["name"]: check["ok"] for check in checks}
    assert ok["meter"] is not False
    assert ok["scenario cnn command"] is True
    fixes = " ".join(check["fix"] for check in checks if check["ok"] is False)
    assert "`lab envs install cpu`" in fixes
    assert "`lab trackers install codecarbon`" in fixes


def test_an_installed_lab_has_the_smell_experiment(lab: Lab, installed: Path) -> None:
    (config,) = installed.parent.parent.glob("lib/python*/site-packages/workload/smells/short.toml")
    planned = lab("run", "--config", config, "--dry-run", "--json")
    assert planned.returncode == 0, planned.stderr


@pytest.mark.slow
@pytest.mark.tensorflow
@pytest.mark.codecarbon
@pytest.mark.timeout(900)
def test_an_installed_lab_runs_the_demonstration(lab: Lab, tmp_path: Path) -> None:
    refused = lab("demo", stdin=subprocess.DEVNULL)
    assert refused.returncode == 2
    assert "`lab envs install cpu codecarbon`" in refused.stderr

    envs = tmp_path / "home/.local/share/wattlab/envs"
    envs.mkdir(parents=True)
    for name in ("cpu", "codecarbon"):
        (envs / name).symlink_to(python_or_skip(name).parents[1])
    done = lab("demo", "--quick", "--json", timeout=850)
    assert done.returncode == 0, done.stdout + done.stderr
    outcome = json.loads(done.stdout)
    assert outcome["missing"] == []
    assert (tmp_path / "empty" / outcome["report"]).is_file()
    assert json.loads(lab("check", tmp_path / "empty" / outcome["campaign"], "--json").stdout)["refuse"] == 0
