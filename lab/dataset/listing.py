"""The list of a dataset: which local checkouts it is made of, and how their programs are run."""

import tomllib
from pathlib import Path, PurePath
from typing import Annotated

from pydantic import Field, field_validator

from lab.envs.catalogue import environment_names
from records.errors import ConfigurationError
from records.near_match import alternatives
from records.settings.mistakes import read_model
from records.settings.section import Name, Names, Seconds, Section

LIBRARIES = ("tensorflow", "keras", "torch", "jax", "sklearn", "numpy")

_EXAMPLE = '[[project]]\nname = "mine"\npath = "checkouts/mine"'


class Project(Section):
    """One local checkout.

    Attributes:
        name: in the tables.
        path: its folder; relative ones are taken from the folder of the list.
        environment: of `lab envs list`, instead of one that is made from what the project declares.
        programs: patterns of its scripts and notebooks, such as ``examples/*.py``; all that call one of the
            libraries and that no other file of the project imports, if empty.
        arguments: given to each of its programs.
        limit_s: seconds after which a run is ended; that of the dataset if ``None``.
    """

    name: Name
    path: str
    environment: str | None = None
    programs: Names = ()
    arguments: Names = ()
    limit_s: Seconds | None = None

    @field_validator("environment")
    @classmethod
    def _of_programs(cls, name: str | None) -> str | None:
        known = environment_names("programs")
        if name is not None and name not in known:
            raise ValueError(f"there is no environment of programs {name!r}; {alternatives(name, known)}")
        return name

    @field_validator("programs")
    @classmethod
    def _patterns(cls, patterns: tuple[str, ...]) -> tuple[str, ...]:
        for pattern in patterns:
            path = PurePath(pattern)
            mixed = any("**" in part and part != "**" for part in path.parts)
            if not path.parts or path.is_absolute() or mixed:
                expected = "expected a pattern of files below the checkout, such as 'examples/*.py'"
                raise ValueError(f"{expected}, found {pattern!r}")
        return patterns


class Listing(Section):
    """A whole list.

    Attributes:
        title: of the dataset.
        libs: importable names; calls of what they define are recorded.
        repeats: how often each program runs.
        baseline_s: length of a baseline in seconds.
        limit_s: seconds after which a run is ended.
        project: the checkouts.
    """

    title: str
    libs: Names = LIBRARIES
    repeats: Annotated[int, Field(ge=1)] = 3
    baseline_s: Annotated[float, Field(ge=3, le=3600)] = 20.0
    limit_s: Seconds = 600.0
    project: Annotated[list[Project], Field(min_length=1)]

    @field_validator("project")
    @classmethod
    def _named_once(cls, projects: list[Project]) -> list[Project]:
        names = [project.name for project in projects]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"two projects are named {twice[0]!r}; each needs a name of its own")
        return projects


def read_listing(path: Path) -> Listing:
    """Read a list.

    Raises:
        ConfigurationError: it is no TOML, has a wrong or unknown key, or names a folder that is not there.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ConfigurationError(
            f"{path}: expected a TOML file with a title and projects, such as\n{_EXAMPLE}\nbut {error}"
        ) from None
    listing = read_model(Listing, document, path)
    for project in listing.project:
        if not (path.parent / project.path).is_dir():
            raise ConfigurationError(
                f"{path}: project {project.name!r}: expected a folder at {project.path}, but there is none"
            )
    return listing
