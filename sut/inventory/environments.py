"""What is installed in the environments of the measured programs, asked of their interpreters."""

import json
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any

from records.errors import SutError
from sut.host import Host, ask

PACKAGES = ("tensorflow", "keras", "torch", "jax", "numpy", "codecarbon")
_ASK_TIMEOUT_S = 120

# Runs in the interpreter that is asked. An import name such as "tensorflow" may come from a
# distribution of another name ("tensorflow-cpu"), so the installed files say which one it is.
_ASK_VERSIONS = """
import importlib.metadata as metadata, json, platform, sys
owners = metadata.packages_distributions()
found = {name: metadata.version(owners[name][0]) for name in sys.argv[1:] if name in owners}
print(json.dumps({"python": platform.python_version(), "packages": found}))
"""

# The packages that the measured program finds: the interpreter is asked as it is run, without -I, but
# nothing is looked for in the folder where this is started.
_ASK_ALL = """
import sys
sys.path[:] = [folder for folder in sys.path if folder]
import importlib.metadata as metadata, json, platform
names = {}
for one in metadata.distributions():
    name = one.metadata["Name"]
    if name and name.lower() not in names:
        names[name.lower()] = (name, one.version)
print(json.dumps({"python": platform.python_version(), "packages": dict(sorted(names.values()))}))
"""


def environment_versions(
    host: Host, python: PurePosixPath, packages: Sequence[str] = PACKAGES
) -> dict[str, Any]:
    """Ask an interpreter for its version and those of packages, without importing any of them.

    Args:
        host: the machine it is on.
        python: the interpreter.
        packages: import names; those that are not installed are left out of the answer.

    Returns:
        ``{"python": "3.11.7", "packages": {"keras": "3.15.0", ...}}``.

    Raises:
        SutError: the interpreter cannot be run or does not answer.
    """
    return _ask(host, python, "-I", "-c", _ASK_VERSIONS, *packages)


def installed_packages(host: Host, python: PurePosixPath) -> dict[str, Any]:
    """Ask an interpreter for name and version of every package that its programs find.

    Args:
        host: the machine it is on.
        python: the interpreter.

    Returns:
        ``{"python": "3.11.7", "packages": {"keras": "3.15.0", ...}}``, sorted by name.

    Raises:
        SutError: as `environment_versions`.
    """
    return _ask(host, python, "-c", _ASK_ALL)


def _ask(host: Host, python: PurePosixPath, *arguments: str) -> dict[str, Any]:
    answer = ask(host, [str(python), *arguments], _ASK_TIMEOUT_S)
    if answer.code != 0:
        found = "no answer" if answer.code is None else f"exit code {answer.code}"
        raise SutError(
            f"{python}: expected a Python interpreter that lists its packages, found {found}: "
            f"{answer.errors}. Make the environment again, or name another interpreter"
        )
    versions: dict[str, Any] = json.loads(answer.output)
    return versions
