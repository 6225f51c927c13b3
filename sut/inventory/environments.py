"""What is installed in the environments of the measured programs, asked of their interpreters."""

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from records.errors import SutError

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


def environment_versions(python: Path, packages: Sequence[str] = PACKAGES) -> dict[str, Any]:
    """Ask an interpreter for its version and those of packages, without importing any of them.

    Args:
        python: the interpreter.
        packages: import names; those that are not installed are left out of the answer.

    Returns:
        ``{"python": "3.11.7", "packages": {"keras": "3.15.0", ...}}``.

    Raises:
        SutError: the interpreter cannot be run or does not answer.
    """
    command = [str(python), "-I", "-c", _ASK_VERSIONS, *packages]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=_ASK_TIMEOUT_S, check=True)
    except (OSError, subprocess.SubprocessError) as error:
        raise SutError(
            f"{python}: expected a Python interpreter that lists its packages, but: {error}. "
            f"Make the environment again, or name another interpreter"
        ) from None
    versions: dict[str, Any] = json.loads(answer.stdout)
    return versions
