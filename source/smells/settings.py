"""``[tool.wattlab.smells]`` of a pyproject.toml: which rules apply where."""

import tomllib
from dataclasses import dataclass, field, replace
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from source.smells.registry import BY_CODE

_SECTION = ("tool", "wattlab", "smells")
_KEYS = ("select", "ignore", "exclude", "per-file-ignores")


class SettingsError(Exception):
    """The settings are not what is expected."""


@dataclass(frozen=True)
class Settings:
    """Codes or beginnings of codes to select and to ignore; patterns of paths, from the folder of the file.

    Attributes:
        root: folder of the pyproject.toml.
        select: all rules where it is empty.
        ignore: takes precedence over ``select``.
        exclude: files that are not read.
        per_file_ignores: pattern of a path to codes.
    """

    root: Path = field(default_factory=Path)
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    per_file_ignores: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def excludes(self, path: Path) -> bool:
        """Return whether a file is left out."""
        return any(self._matches(path, pattern) for pattern in self.exclude)

    def applies(self, code: str, path: Path) -> bool:
        """Return whether a rule applies to a file."""
        if self.select and not code.startswith(self.select):
            return False
        ignored = list(self.ignore)
        for pattern, codes in self.per_file_ignores.items():
            if self._matches(path, pattern):
                ignored += codes
        return not code.startswith(tuple(ignored)) if ignored else True

    def _matches(self, path: Path, pattern: str) -> bool:
        resolved = path.resolve()
        root = self.root.resolve()
        relative = resolved.relative_to(root) if resolved.is_relative_to(root) else resolved
        names = (relative.as_posix(), *(parent.as_posix() for parent in relative.parents))
        return any(fnmatch(name, pattern) for name in names) or fnmatch(path.name, pattern)


@dataclass
class NearestSettings:
    """Settings of each file: of the nearest pyproject.toml above it that has some.

    Attributes:
        select: takes the place of what these select, ``None`` to leave it.
        ignore: comes on top of what these ignore.
    """

    select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] = ()
    _of_folder: dict[Path, Settings] = field(default_factory=dict)

    def __call__(self, path: Path) -> Settings:
        """Return the settings of a file.

        Raises:
            SettingsError: a key or value is not what is expected.
        """
        folder = path.resolve().parent
        if folder not in self._of_folder:
            found = settings_near(folder)
            select = found.select if self.select is None else self.select
            self._of_folder[folder] = replace(found, select=select, ignore=(*found.ignore, *self.ignore))
        return self._of_folder[folder]


def settings_near(folder: Path) -> Settings:
    """Return the settings of the nearest pyproject.toml that has some, from a folder upwards.

    Raises:
        SettingsError: a key or value is not what is expected.
    """
    for parent in (folder.resolve(), *folder.resolve().parents):
        path = parent / "pyproject.toml"
        if path.is_file():
            try:
                document = tomllib.loads(path.read_text(encoding="utf-8"))
            except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
                raise SettingsError(f"{path}: not TOML: {error}") from error
            section = _section(document, path)
            if section is not None:
                return _settings(section, parent, path)
    return Settings(folder)


def _section(document: dict[str, Any], path: Path) -> dict[str, Any] | None:
    section: Any = document
    for depth, key in enumerate(_SECTION, start=1):
        section = section.get(key)
        if section is None:
            return None
        _table(section, ".".join(_SECTION[:depth]), path)
    return dict(section)


def _table(value: Any, name: str, path: Path) -> None:
    if not isinstance(value, dict):
        raise SettingsError(f"{path}: [{name}]: expected a table, found {value!r}")


def _settings(section: dict[str, Any], root: Path, path: Path) -> Settings:
    unknown = sorted(set(section) - set(_KEYS))
    if unknown:
        raise SettingsError(
            f"{path}: [tool.wattlab.smells] {unknown[0]}: unknown; expected one of {', '.join(_KEYS)}"
        )
    by_pattern = section.get("per-file-ignores", {})
    _table(by_pattern, "tool.wattlab.smells.per-file-ignores", path)
    return Settings(
        root,
        select=_codes(section.get("select", []), "select", path),
        ignore=_codes(section.get("ignore", []), "ignore", path),
        exclude=_texts(section.get("exclude", []), "exclude", path),
        per_file_ignores={
            pattern: _codes(codes, "per-file-ignores", path) for pattern, codes in by_pattern.items()
        },
    )


def _codes(value: Any, key: str, path: Path) -> tuple[str, ...]:
    codes = _texts(value, key, path)
    for code in codes:
        if not is_known(code):
            raise SettingsError(
                f"{path}: [tool.wattlab.smells] {key}: {code!r}: expected a code such as WL101, or its "
                "beginning"
            )
    return codes


def is_known(code: str) -> bool:
    """Return whether a text is the code of a rule, or the beginning of one."""
    return any(known.startswith(code) for known in BY_CODE)


def _texts(value: Any, key: str, path: Path) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise SettingsError(f"{path}: [tool.wattlab.smells] {key}: expected a list of texts, found {value!r}")
    return tuple(value)
