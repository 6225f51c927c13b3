"""How far a project of a dataset is: ``state.json`` in its folder. A build goes on from there."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Literal

from records.documents import Document
from records.errors import SutError
from records.locks import lock_file

PROJECTS = "projects"
"""Folder of a dataset that holds those of its projects."""

_LOCK = "build.lock"

Stage = Literal["requirements", "environment", "programs", "run"]
"""At which step something failed."""


@dataclass(kw_only=True)
class Failure:
    """A project, or one of its programs, without energies.

    Attributes:
        program: path within the checkout; ``None`` for the whole project.
        stage: where it failed.
        reason: why.
    """

    program: str | None
    stage: Stage
    reason: str


@dataclass(kw_only=True)
class ProjectState(Document):
    """``state.json`` of a project.

    Attributes:
        name: of the project.
        listed_sha256: of its entry in the list and of what holds for all entries.
        finished: whether nothing is left to be done.
        programs: path within the checkout by the scenario that runs it.
        failures: what gave no energies, with the reason.
    """

    SCHEMA: ClassVar[str] = "wattlab.dataset-project/1"

    name: str
    listed_sha256: str
    finished: bool = False
    programs: dict[str, str] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ProjectFolder:
    """Where things of a project lie below the folder of the dataset."""

    path: Path

    @property
    def state_json(self) -> Path:
        """How far it is."""
        return self.path / "state.json"

    @property
    def copy(self) -> Path:
        """The working copy in which its programs run; the checkout itself is only read."""
        return self.path / "copy"

    @property
    def requirements(self) -> Path:
        """What it declares to need."""
        return self.path / "requirements.txt"

    @property
    def campaign(self) -> Path:
        """The campaign of its programs."""
        return self.path / "campaign"


def project_folder(dataset: Path, name: str) -> ProjectFolder:
    """Return the folder of a project; it need not exist."""
    return ProjectFolder(dataset / PROJECTS / name)


def project_folders(dataset: Path) -> list[ProjectFolder]:
    """Return the folders of all projects that were begun, sorted by name."""
    return [ProjectFolder(path.parent) for path in sorted((dataset / PROJECTS).glob("*/state.json"))]


@contextmanager
def alone(dataset: Path) -> Iterator[None]:
    """Hold the folder of a dataset, so that no second build works in it; it is made where it is missing.

    Raises:
        SutError: another process builds there.
    """
    dataset.mkdir(parents=True, exist_ok=True)
    with lock_file(dataset / _LOCK) as ours:
        if not ours:
            raise SutError(
                f"{dataset}: another `lab dataset build` is under way here; wait until it has ended"
            )
        yield
