"""From a list of checkouts to measured programs, one project after the other."""

import re
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from lab.conduct.evaluated import Evaluated, resume_and_evaluate, run_and_evaluate
from lab.config.file import build_config
from lab.config.model import LabConfig
from lab.dataset.listing import Listing, Project
from lab.dataset.programs import programs_of
from lab.dataset.requirements import NotDeclared, declared_environment
from lab.dataset.state import (
    PROJECTS,
    Failure,
    ProjectFolder,
    ProjectState,
    Stage,
    alone,
    project_folder,
)
from lab.envs.catalogue import find_environment
from lab.envs.install import InstallationError, install
from lab.envs.places import python_of
from lab.profiling.configuration import Gate, Profile, profile_config
from records.errors import ConfigurationError
from records.files import sha256_of_json
from reports.words.texts import counted
from source.files import SKIPPED_FOLDERS

_COPIED_ANYWAY = {".git"}
"""The revision of the sources belongs to the record."""

_SCENARIO_CHARACTERS = 36


@dataclass(frozen=True, slots=True)
class Bench:
    """Where the programs run.

    Attributes:
        sections: of the bench, as in ``lab.toml``; at least ``meter``.
        gate: before each run, before each call as well, or not at all.
    """

    sections: dict[str, Any]
    gate: Gate = "run"


Run = Callable[[LabConfig | None, Path], Evaluated]
"""Runs a new campaign in a folder, or resumes the one that is there."""


@dataclass(frozen=True, slots=True)
class Runner:
    """Runs, analyses and reports campaigns, with whatever shows their progress."""

    run: Callable[[Any], Any]
    analyse: Callable[[Path], Any]

    def __call__(self, config: LabConfig | None, folder: Path) -> Evaluated:
        """Run a new campaign, or resume the one in the folder where there is no configuration."""
        if config is None:
            return resume_and_evaluate(folder, self.run, self.analyse)
        return run_and_evaluate(config, folder, self.run, self.analyse)


def build(
    listing: Listing, base: Path, out: Path, bench: Bench, run: Run, tell: Callable[[str], None]
) -> list[ProjectState]:
    """Measure the programs of every project that is not finished yet.

    Args:
        listing: the list.
        base: folder from which its paths are taken.
        out: folder of the dataset.
        bench: where the programs run.
        run: runs a campaign.
        tell: gets a line at each step.

    Returns:
        The state of each project, in the order of the list.

    Raises:
        ConfigurationError: the dataset in this folder was begun with another entry for a project.
        DeviceError, SutError, InterruptedCampaign: as for `lab run`; building again continues. SutError also
            where another build is under way in this folder.
    """
    with alone(out):
        folders = [project_folder(out, project.name) for project in listing.project]
        states = [_begun(listing, *pair) for pair in zip(listing.project, folders, strict=True)]
        for n, (project, folder, state) in enumerate(
            zip(listing.project, folders, states, strict=True), start=1
        ):
            where = f"[{n}/{len(states)}] {project.name}"
            if state.finished:
                tell(f"{where}: done before")
            else:
                _copy((base / project.path).resolve(), folder, out)
                _Step(listing, project, folder, state, bench).measure(run, partial(_tell_of, where, tell))
    return states


def _begun(listing: Listing, project: Project, folder: ProjectFolder) -> ProjectState:
    common = listing.model_dump(mode="json", exclude={"project", "title"})
    listed = sha256_of_json({**common, "project": project.model_dump(mode="json")})
    if not folder.state_json.exists():
        return ProjectState(name=project.name, listed_sha256=listed)
    state = ProjectState.read(folder.state_json)
    if state.listed_sha256 != listed:
        raise ConfigurationError(
            f"{folder.path}: expected the project as it is listed now, but it was begun with other settings. "
            f"Name another folder with --out, or remove this one to measure the project again"
        )
    return state


def _tell_of(where: str, tell: Callable[[str], None], line: str) -> None:
    tell(f"{where}: {line}")


@dataclass(frozen=True, slots=True)
class _Step:
    """A project that is being measured."""

    listing: Listing
    project: Project
    folder: ProjectFolder
    state: ProjectState
    bench: Bench

    def measure(self, run: Run, tell: Callable[[str], None]) -> None:
        """Take the project through all steps; what cannot be measured is a failure with its reason."""
        state = self.state
        state.failures = []
        self._save()
        python = self._python(tell)
        if python is not None and not state.programs:
            self._find_programs()
        if python is not None and state.programs:
            self._run(python, run, tell)
        state.finished = True
        self._save()

    def _save(self) -> None:
        self.state.write(self.folder.state_json)

    def _fail(self, stage: Stage, reason: str, program: str | None = None) -> None:
        self.state.failures.append(Failure(program=program, stage=stage, reason=reason))

    def _python(self, tell: Callable[[str], None]) -> Path | None:
        """Return the interpreter of the project; ``None``, with the reason on record, where it has none."""
        try:
            if self.project.environment is not None:
                environment = find_environment(self.project.environment)
            else:
                environment = declared_environment(self.folder.copy, self.folder.requirements)
            install(environment, tell)
        except (NotDeclared, InstallationError) as error:
            self._fail("requirements" if isinstance(error, NotDeclared) else "environment", str(error))
            tell(f"left out: {error}")
            return None
        return python_of(environment.name)

    def _find_programs(self) -> None:
        libs = self.listing.libs
        found = programs_of(self.folder.copy, self.project.programs, libs)
        self.state.programs = _scenarios(path.as_posix() for path in found)
        if not found:
            patterns = ", ".join(self.project.programs)
            self._fail(
                "programs",
                f"no script or notebook is named as {patterns}"
                if patterns
                else f"no program calls {', '.join(libs)}",
            )
        self._save()

    def _run(self, python: Path, run: Run, tell: Callable[[str], None]) -> None:
        config = None
        if not (self.folder.campaign / "campaign.json").exists():
            tell(counted(len(self.state.programs), "program"))
            config = self._config(python)
        outcome = run(config, self.folder.campaign).outcome
        completed = {slot.scenario for slot in outcome.completed}
        reasons = {slot.scenario: reason for slot, reason in outcome.missing}
        for scenario, program in self.state.programs.items():
            if scenario not in completed:
                stopped = outcome.stopped or "it was not run"
                self._fail("run", reasons.get(scenario, stopped), program)

    def _config(self, python: Path) -> LabConfig:
        """Return the campaign of all programs; one that fails does not keep the others from running."""
        document: dict[str, Any] = {}
        scenarios = []
        for scenario, program in self.state.programs.items():
            profile = Profile(
                program=[program],
                arguments=self.project.arguments,
                python=str(python),
                libs=self.listing.libs,
                gate=self.bench.gate,
                repeats=self.listing.repeats,
                baseline_s=self.listing.baseline_s,
                limit_s=self.project.limit_s or self.listing.limit_s,
            )
            document = profile_config(profile, self.bench.sections, self.folder.copy, None).to_json()
            baseline, *programs = document["scenario"]
            scenarios += [{**one, "name": scenario} for one in programs]
        document["scenario"] = [baseline, *scenarios]
        document["campaign"] |= {"title": f"Dataset: {self.project.name}", "stop_on_failure": False}
        return build_config(document, f"project {self.project.name}", self.folder.copy)


def _copy(checkout: Path, folder: ProjectFolder, out: Path) -> None:
    """Make the working copy, without the dataset where it lies in the checkout.

    One that a kill left half made is made anew.
    """
    if folder.copy.exists():
        return
    half = folder.path / "copy.part"
    shutil.rmtree(half, ignore_errors=True)
    folder.path.mkdir(parents=True, exist_ok=True)
    shutil.copytree(checkout, half, symlinks=True, ignore=partial(_not_copied, out.resolve()))
    half.rename(folder.copy)


def _not_copied(out: Path, folder: str, names: list[str]) -> set[str]:
    made = {out, out / PROJECTS}
    here = Path(folder).resolve()
    skipped = SKIPPED_FOLDERS - _COPIED_ANYWAY
    return {name for name in names if name in skipped or here / name in made}


def _scenarios(programs: Iterable[str]) -> dict[str, str]:
    """Return a scenario's name for each program, each once."""
    named: dict[str, str] = {}
    for program in programs:
        slug = re.sub(r"[^a-z0-9]+", "-", program.lower().rpartition(".")[0]).strip("-") or "program"
        name, n = slug[:_SCENARIO_CHARACTERS], 1
        while name in named or name == "baseline":
            n += 1
            name = f"{slug[: _SCENARIO_CHARACTERS - 4]}-{n}"
        named[name] = program
    return named
