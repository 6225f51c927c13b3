"""What `lab sut deploy` installs on a SUT: the rooms that work there, as a package of its own version."""

import hashlib
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

NAME = "wattlab-sut"
ROOMS = ("records", "sut", "workload")
"""What runs on a SUT, and nothing that evaluates."""

NEEDS = ("nvidia-ml-py", "pathspec")
"""Libraries of those rooms, by the names of their distributions."""

_HOME = Path(__file__).resolve().parents[2]
_LEFT_OUT = "__pycache__"


def deployed_version() -> str | None:
    """Return the version that is installed in this environment, ``None`` where there is none."""
    try:
        return version(NAME)
    except PackageNotFoundError:
        return None


def files_here(rooms: Sequence[str] = ROOMS) -> dict[str, Path]:
    """Return the files of rooms in this installation by their names in the package, sorted."""
    found = (path for room in rooms for path in (_HOME / room).rglob("*") if path.is_file())
    files = {path.relative_to(_HOME).as_posix(): path for path in found if _LEFT_OUT not in path.parts}
    return dict(sorted(files.items()))


def digest_here(rooms: Sequence[str] = ROOMS) -> str:
    """Return a hash over names and contents of those files."""
    whole = hashlib.sha256()
    for name, path in files_here(rooms).items():
        whole.update(f"{name}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return whole.hexdigest()[:16]
