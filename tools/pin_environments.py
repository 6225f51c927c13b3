"""Renew the pins of environments: install what each needs afresh and write down what came.

    .venv/bin/python tools/pin_environments.py NAME...

Needs the network. `lab envs install NAME` then builds the environment from its new pins.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from lab.envs.catalogue import Environment, environment_names, find_environment
from lab.envs.places import interpreter_in

HEADER = """\
# Exact versions of the environment {name}: what an installation of {needs} brought.
# Made by tools/pin_environments.py.
"""


def main() -> int:
    """Renew the pins of the environments named on the command line, or of all."""
    for name in sys.argv[1:] or environment_names():
        environment = find_environment(name)
        with tempfile.TemporaryDirectory() as folder:
            pins = frozen(environment, Path(folder))
        head = HEADER.format(name=name, needs=" ".join(environment.needs))
        environment.pins_file().write_text(head + pins, encoding="utf-8")
        print(f"{name}: {len(environment.pins())} packages")
    return 0


def frozen(environment: Environment, folder: Path) -> str:
    """Install into a folder what an environment needs; return every package with its version."""
    install, freeze = _with_uv(folder) if shutil.which("uv") else _with_pip(folder)
    subprocess.run([*install, "--quiet", *environment.needs], check=True)
    return subprocess.run(freeze, check=True, stdout=subprocess.PIPE, text=True).stdout


def _with_uv(folder: Path) -> tuple[list[str], list[str]]:
    """Make an empty environment; return the commands that install into it and that list it."""
    subprocess.run(["uv", "venv", "--quiet", "--clear", "--python", sys.executable, str(folder)], check=True)
    python = ["--python", str(interpreter_in(folder))]
    return ["uv", "pip", "install", *python], ["uv", "pip", "freeze", *python]


def _with_pip(folder: Path) -> tuple[list[str], list[str]]:
    """Make an empty environment; return the commands that install into it and that list it."""
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    pip = [str(interpreter_in(folder)), "-m", "pip", "--disable-pip-version-check"]
    # An old setuptools comes with the virtual environment; it stays away unless something requires one.
    subprocess.run([*pip, "uninstall", "--quiet", "--yes", "setuptools"], check=True)
    return [*pip, "install"], [*pip, "freeze", "--all", "--exclude", "pip"]


if __name__ == "__main__":
    sys.exit(main())
