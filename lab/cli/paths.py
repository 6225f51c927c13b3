"""Paths on the command line, looked at before anything is done: a wrong one is wrong usage, exit code 2."""

import os
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem

from lab.cli.find_campaign import LATEST, campaign_named, stored_campaigns
from records.campaign import CampaignFolder
from records.errors import ConfigurationError


class _CheckedPath(click.Path):
    """A path that is looked at when the command line is read."""

    def __init__(self) -> None:
        super().__init__(path_type=Path)

    def convert(
        self, value: str | os.PathLike[str], param: click.Parameter | None, ctx: click.Context | None
    ) -> Any:
        """Return the path.

        Raises:
            ConfigurationError: it is not what the command needs.
        """
        path = Path(value)
        try:
            self.check(path)
        except OSError as error:  # a name that is too long, a folder above that may not be entered
            raise ConfigurationError(f"{path}: {error.strerror}. Name another path") from None
        return path

    def check(self, path: Path) -> None:
        """Look at a path.

        Raises:
            ConfigurationError: it is not what the command needs.
            OSError: it cannot be looked at.
        """


class InputPath(_CheckedPath):
    """A file or a folder that has to be there and be readable.

    Args:
        file: whether it may be a file.
        folder: whether it may be a folder.
    """

    def __init__(self, *, file: bool = False, folder: bool = False) -> None:
        super().__init__()
        self.takes_file, self.takes_folder = file, folder
        self._words = " or ".join(["a file"] * file + ["a folder"] * folder)
        self._kind = " or ".join(["file"] * file + ["folder"] * folder)

    def check(self, path: Path) -> None:
        """Look at a path; see `_CheckedPath.check`."""
        if not path.exists():
            raise ConfigurationError(
                f"{path}: expected {self._words} to read, but there is no such {self._kind}"
            )
        is_folder = path.is_dir()
        if not (self.takes_folder if is_folder else self.takes_file):
            found = "a folder" if is_folder else "a file"
            raise ConfigurationError(f"{path}: expected {self._words} to read, but this is {found}")
        if not os.access(path, os.R_OK | (os.X_OK if is_folder else 0)):
            raise ConfigurationError(
                f"{path}: expected {self._words} to read, but this user may not read it. "
                f"Change its permissions, or name another"
            )


class CampaignFolderPath(InputPath):
    """The folder of a campaign, its name or ``latest``; reading it says what else is wrong.

    Args:
        file: whether a file may stand for it.
    """

    def __init__(self, *, file: bool = False) -> None:
        super().__init__(file=file, folder=True)

    def convert(
        self, value: str | os.PathLike[str], param: click.Parameter | None, ctx: click.Context | None
    ) -> Any:
        """Return the path of the folder; see `_CheckedPath.convert`."""
        text = os.fspath(value)
        named = not self.takes_file or text in (LATEST, *stored_campaigns())
        return super().convert(campaign_named(text) if named else text, param, ctx)

    def check(self, path: Path) -> None:
        """Look at a path; see `_CheckedPath.check`."""
        if not self.takes_file and not path.is_dir():
            CampaignFolder(path).read()
        super().check(path)

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Return the names that fit, or what the shell itself finds where none does."""
        names = [name for name in (LATEST, *stored_campaigns()) if name.startswith(incomplete)]
        kind = "file" if self.takes_file else "dir"
        return [CompletionItem(name) for name in names] or [CompletionItem(incomplete, type=kind)]


def any_file(_: click.Context, __: click.Parameter | None, incomplete: str) -> list[CompletionItem]:
    """Return that a shell may put a file for a word that is not a path of ours to look at."""
    return [CompletionItem(incomplete, type="file")]


class ScenarioName(click.ParamType[str]):
    """``NAME`` of a scenario, or ``CAMPAIGN:NAME`` with a campaign as `CampaignFolderPath` takes it."""

    name = "scenario"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the text with the folder of the campaign."""
        campaign, colon, name = value.rpartition(":")
        return f"{campaign_named(campaign)}:{name}" if colon else value


class ConfigFile(InputPath):
    """A ``lab.toml``; reading it says where it is expected."""

    def __init__(self) -> None:
        super().__init__(file=True)

    def check(self, path: Path) -> None:
        """Look at a path; see `_CheckedPath.check`."""
        if path.exists():
            super().check(path)


class OutputPath(_CheckedPath):
    """A file or a folder to be written; which of both it is, another option says."""

    def check(self, path: Path) -> None:
        """Look at a path; see `_CheckedPath.check`."""
        _check_writable(path, _nearest_folder(path, path.absolute().parent))


class OutputFile(_CheckedPath):
    """A file to be written into a folder that is there.

    Args:
        new: whether it must not exist; else it is replaced.
    """

    def __init__(self, *, new: bool = False) -> None:
        super().__init__()
        self._new = new

    def check(self, path: Path) -> None:
        """Look at a path; see `_CheckedPath.check`."""
        if path.is_dir():
            raise ConfigurationError(f"{path}: expected a file to write, but this is a folder. Name a file")
        if self._new and os.path.lexists(path):
            raise ConfigurationError(f"{path}: expected a new file, but it exists. Name another")
        if not path.absolute().parent.is_dir():
            raise ConfigurationError(
                f"{path}: expected a folder to write into, but there is no {path.absolute().parent}. "
                f"Make it, or name another"
            )
        _check_writable(path, path.absolute().parent)


class OutputFolder(_CheckedPath):
    """A folder to be written into, which is made if absent.

    Args:
        new: whether it has to be empty if it exists.
    """

    def __init__(self, *, new: bool = False) -> None:
        super().__init__()
        self._new = new

    def check(self, path: Path) -> None:
        """Look at a path; see `_CheckedPath.check`."""
        _check_writable(path, _nearest_folder(path, path.absolute()))
        if self._new and path.is_dir() and any(path.iterdir()):
            raise ConfigurationError(
                f"{path}: expected a new or empty folder, but there is something in it. Name another folder"
            )


def _nearest_folder(path: Path, above: Path) -> Path:
    """Return the folder that is there already, of one that may have to be made for a path.

    Raises:
        ConfigurationError: something else than a folder is in the way.
    """
    while not os.path.lexists(above):
        above = above.parent
    if not above.is_dir():
        raise ConfigurationError(
            f"{path}: expected a folder to write into, but {above} is no folder. Name another"
        )
    return above


def _check_writable(path: Path, folder: Path) -> None:
    if not os.access(folder, os.W_OK | os.X_OK):
        raise ConfigurationError(
            f"{path}: expected a folder to write into, but this user may not write to {folder}. "
            f"Change its permissions, or name another"
        )
