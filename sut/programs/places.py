"""Where files of a program may lie, and what the record calls them."""

import os
from collections.abc import Sequence
from pathlib import Path

SCENARIOS = "{scenarios}"
_ELSEWHERE = "elsewhere"
_RESERVED = ("programs.json", "scenarios", _ELSEWHERE, "base")


class Places:
    """The folders that a program may be recorded from: that of ``lab.toml``, Wattlab's own, included ones.

    A file belongs to the folder that it really lies in, all links resolved, so that a link that leads
    outside leads to nothing.

    Args:
        base_dir: folder of ``lab.toml``.
        scenarios: folder of Wattlab's own programs.
        include: absolute paths that ``[program] include`` names.
    """

    def __init__(self, base_dir: Path, scenarios: Path, include: Sequence[Path]) -> None:
        base = Path(os.path.realpath(base_dir))
        self._roots = {SCENARIOS: Path(os.path.realpath(scenarios))}
        for path in include:
            real = Path(os.path.realpath(path))
            if not real.is_relative_to(base):
                self._roots[self._new_prefix(real.name)] = real
        self._roots[""] = base

    def _new_prefix(self, name: str) -> str:
        prefix, number = f"{_ELSEWHERE}/{name}", 1
        while prefix in self._roots:
            number += 1
            prefix = f"{_ELSEWHERE}/{name}-{number}"
        return prefix

    def name_of(self, path: str | Path) -> str | None:
        """Return what the record calls a file, or ``None`` where it lies outside of all places.

        A name that a text file cannot hold is written with escapes; then `path_of` does not find it again.
        """
        real = Path(os.path.realpath(path))
        for prefix, root in self._roots.items():
            if real == root:
                return _printable(prefix or ".")
            if real.is_relative_to(root):
                return _printable("/".join(filter(None, [prefix, real.relative_to(root).as_posix()])))
        return None

    def path_of(self, name: str) -> Path | None:
        """Return where a recorded file lies, or ``None`` for a name that nothing can be found by."""
        for prefix, root in self._roots.items():
            if name == prefix:
                return root
            if not prefix or name.startswith(f"{prefix}/"):
                path = root / name.removeprefix(prefix).lstrip("/")
                return path if self.name_of(path) == name else None
        return None


def copy_name(name: str) -> str:
    """Return where below ``programs/`` the copy of a recorded file lies.

    Files of the folder of ``lab.toml`` keep their path there, below ``base/`` where it begins with a
    name that the record itself needs.
    """
    if name.startswith(f"{SCENARIOS}/"):
        return f"scenarios/{name.removeprefix(SCENARIOS).lstrip('/')}"
    first = name.partition("/")[0].casefold()
    if name.startswith(f"{_ELSEWHERE}/") or not (first in _RESERVED or first.startswith("changes")):
        return name
    return f"base/{name}"


def _printable(name: str) -> str:
    return name if name.isprintable() else ascii(name)[1:-1]
