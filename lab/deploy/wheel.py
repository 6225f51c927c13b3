"""The wheel for a SUT: the rooms of this installation that work there, under a version of their content."""

import shutil
import subprocess
import sys
import tempfile
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from lab.version import VERSION
from records.errors import SutError
from sut.remote.deployed import NAME, NEEDS, ROOMS, digest_here, files_here

_PROJECT = """
[build-system]
requires = ["setuptools>=77"]
build-backend = "setuptools.build_meta"
[project]
name = "{name}"
version = "{version}"
requires-python = ">=3.11"
dependencies = {needs}
[tool.setuptools.packages.find]
include = {rooms}
[tool.setuptools.package-data]
"*" = ["*"]
"""
_LAST_LINES = 6


def wheel_version() -> str:
    """Return the version of the wheel of this installation; it tells what is in it."""
    return f"{VERSION}+sut{digest_here()}"


def build_wheel(folder: Path) -> Path:
    """Build the wheel with pip.

    Args:
        folder: gets it.

    Raises:
        SutError: it cannot be built.
    """
    with tempfile.TemporaryDirectory(prefix="wattlab-wheel-") as sources:
        for name, path in files_here().items():
            there = Path(sources, name)
            there.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, there)
        project = _PROJECT.format(
            name=NAME,
            version=wheel_version(),
            needs=[f"{need}=={version(need)}" for need in NEEDS],
            rooms=[f"{room}*" for room in ROOMS],
        )
        Path(sources, "pyproject.toml").write_text(project, encoding="utf-8")
        isolation = [] if find_spec("setuptools") is None else ["--no-build-isolation"]
        pip = [sys.executable, "-m", "pip", "wheel", "--disable-pip-version-check", "--no-deps", *isolation]
        done = subprocess.run(
            [*pip, "--wheel-dir", str(folder), sources], capture_output=True, text=True, check=False
        )
    if done.returncode != 0:
        last = "\n".join(f"    {line}" for line in (done.stderr or done.stdout).splitlines()[-_LAST_LINES:])
        raise SutError(f"expected pip to build the wheel for the SUT, but it ended with an error:\n{last}")
    return next(folder.glob("*.whl"))
