"""The steps of `lab sut deploy`; each is left out where it was done before."""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from lab.deploy.wheel import build_wheel, wheel_version
from lab.envs.catalogue import Environment
from records.errors import SutError
from sut.remote.deployed import NAME
from sut.remote.sut import SshSut

_PYTHON = """exec "$1" -c '
import ensurepip, platform, sys, venv
sys.exit(f"it is Python {platform.python_version()}" if sys.version_info < (3, 11) else None)'"""
_VERSION = """test -x "$1" || exit 0; exec "$1" -Ic '
import importlib.metadata as metadata, sys
try: print(metadata.version(sys.argv[1]))
except metadata.PackageNotFoundError: pass' "$2" """
_VENV = 'test -x "$2/bin/python" || "$1" -m venv "$2"'
_PIP = 'python=$1; shift; exec "$python" -m pip install --disable-pip-version-check --quiet "$@"'
_MARK = ".wattlab-pins"
_LONG_S = 3600.0
_LAST_LINES = 6


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that stands on the SUT now.

    Attributes:
        what: it is.
        path: where.
        done: whether this was done now; else it was there already.
    """

    what: str
    path: str
    done: bool


def deploy(
    sut: SshSut, python: str, environments: Sequence[Environment], tell: Callable[[str], None]
) -> list[Step]:
    """Put on a SUT what works there: our environment, folders, and environments of measured programs.

    Args:
        sut: where.
        python: the interpreter that it has of its own.
        environments: to be built there from their pins.
        tell: gets a line before each step.

    Raises:
        SutError: a step fails; what was done before stays, and the next call continues.
    """
    _checked(
        sut,
        _PYTHON,
        python,
        otherwise=f"{python} there cannot make environments. Install Python 3.11 or newer with its module "
        f"venv (Debian: python3-venv), and name it in [sut] python",
    )
    steps = [_install(sut, python, tell)]
    for name in ("programs", "campaigns"):
        folder = sut.root / name
        known = sut.host.has_folder(folder)
        sut.host.mkdir(folder)
        steps.append(Step(f"folder {name}", str(folder), not known))
    return steps + [_build(sut, python, environment, tell) for environment in environments]


def _install(sut: SshSut, python: str, tell: Callable[[str], None]) -> Step:
    wanted, folder = wheel_version(), sut.root / "env"
    what = f"{NAME} {wanted}"
    if _checked(sut, _VERSION, str(sut.python), NAME) == wanted:
        return Step(what, str(folder), False)
    tell(f"building {what}")
    with tempfile.TemporaryDirectory(prefix="wattlab-wheel-") as made:
        wheel = build_wheel(Path(made))
        there = sut.root / "wheels" / wheel.name
        sut.host.put(wheel, there)
    tell(f"installing it in {folder}")
    _checked(sut, _VENV, python, str(folder))
    _checked(sut, _PIP, str(sut.python), str(there))
    return Step(what, str(folder), True)


def _build(sut: SshSut, python: str, environment: Environment, tell: Callable[[str], None]) -> Step:
    folder = sut.root / "envs" / environment.name
    what = f"environment {environment.name}"
    if _checked(sut, 'cat "$1" || true', str(folder / _MARK)) == environment.digest():
        return Step(what, str(folder), False)
    tell(f"{environment.name}: {len(environment.pins())} packages for {environment.purpose}")
    pins = PurePosixPath(f"{folder}.txt")
    sut.host.put(environment.pins_file(), pins)
    interpreter = str(folder / "bin/python")
    _checked(sut, 'rm -rf "$1"', str(folder))
    _checked(sut, _VENV, python, str(folder))
    _checked(sut, _PIP, interpreter, "--requirement", str(pins))
    _checked(sut, 'exec "$1" -c "import $2"', interpreter, environment.module)
    _checked(sut, 'printf %s "$2" > "$1"', str(folder / _MARK), environment.digest())
    return Step(what, str(folder), True)


def _checked(sut: SshSut, script: str, *arguments: str, otherwise: str = "") -> str:
    done = sut.host.link.run(script, *arguments, timeout_s=_LONG_S)
    if done.code != 0:
        last = "\n".join(f"    {line}" for line in done.errors.splitlines()[-_LAST_LINES:])
        words = otherwise or "a step of the installation failed. Remove the cause, then run this again"
        raise SutError(f"{sut.host.name}: {words}. It said:\n{last}")
    return done.output.decode(errors="replace").strip()
