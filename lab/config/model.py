"""The configuration of a bench and a campaign: ``lab.toml`` as typed, closed models.

Every key that is not named here is an error, so that a typing mistake cannot silently change a
measurement. Relative paths are taken from the folder of the file. How a file becomes these models
is in `lab.config.file`, and how mistakes are worded in `records.settings.mistakes`.
"""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from lab.config.calls import CallsSection
from lab.config.meter import MeterSection
from lab.config.notify import NotifySection
from lab.config.phases import phase_pattern
from lab.config.repeats import with_precision
from lab.config.smells import check_smells
from lab.envs.catalogue import environment_names
from lab.envs.places import python_of
from records.campaign import Kind
from records.near_match import alternatives
from records.settings.analysis import Accuracy, AnalysisSection, HealthSettings
from records.settings.ecolabel import Ecolabel
from records.settings.estimators import EstimatorSettings
from records.settings.gate import GateSection
from records.settings.requirement import Requirement
from records.settings.section import Name, Pause, Percent, Seconds, Section, Seed, text_like
from records.settings.smell import Smell
from workload.instrument import program_place
from workload.registry import environment_of, tracker_names
from workload.tracking import STEP_LIMIT_S

NO_TRACKER = "none"

MOST_SLOTS = 100_000
"""A plan of more slots than this is a mistake: at a minute each they take more than two months."""


SshHostName = Annotated[
    str, text_like(r"[A-Za-z0-9_][A-Za-z0-9._@%\[\]:-]*", "a host as ssh takes it, such as user@sut1")
]
VariableName = Annotated[
    str, text_like(r"[A-Za-z_][A-Za-z0-9_]*", "the name of an environment variable, such as HF_TOKEN")
]


class CampaignSection(Section):
    """``[campaign]``: what is run, how often, in which order, and where it is written.

    With ``precision_pct`` there are at most ``repeats`` blocks; ``repeats = "until 2 %"`` says the same.
    """

    title: str = "Campaign"
    out: str = "campaigns"
    repeats: Annotated[int, Field(ge=1, le=MOST_SLOTS)] = 30
    precision_pct: Percent | None = None
    tracker: list[str] = [NO_TRACKER]
    seed: Seed | None = None
    max_attempts: Annotated[int, Field(ge=1, le=1000)] = 2
    stop_on_failure: bool = False

    _until = model_validator(mode="before")(with_precision)


class BeforeRunStep(Section):
    """A command that is run on the SUT before each run.

    ``reboots`` says that it restarts the SUT; ``wait_s`` is how long it may take, until the SUT is back.
    """

    command: Annotated[list[str], Field(min_length=1)]
    reboots: bool = False
    wait_s: Seconds = 300.0


class SutSection(Section):
    """``[sut]``: the system under test, this machine or a ``host`` behind ssh; collectors sample it.

    ``home`` is the folder of ours there, and ``python`` the interpreter that the host has of its own. What
    runs there goes on without a link for ``link_lost_s`` seconds.
    """

    host: SshHostName | None = None
    home: Annotated[str, StringConstraints(min_length=1)] = "wattlab"
    python: str = "python3"
    link_lost_s: Annotated[float, Field(ge=30, le=86_400)] = 600.0
    before_run: list[BeforeRunStep] = []
    interval_s: Annotated[float, Field(ge=0.1, le=3600)] = 1.0
    collectl: Literal["auto", "never"] = "auto"
    rapl: Literal["auto", "never"] = "auto"
    tegrastats: Literal["auto", "never"] = "auto"

    @model_validator(mode="after")
    def _restart_from_elsewhere(self) -> "SutSection":
        if self.host is None and any(step.reboots for step in self.before_run):
            raise ValueError(
                "before_run: expected a SUT that is another machine (host) where a command restarts it: a "
                "controller on the same machine would end with it"
            )
        return self


class RunSection(Section):
    """``[run]``: what surrounds the rating interval."""

    lead_in_s: Pause = 3.0
    lead_out_s: Pause = 3.0


class ProgramSection(Section):
    """``[program]``: what belongs to the measured program but lies outside the folder of the file."""

    include: list[str] = []


class EnvironmentSection(Section):
    """``[environments.NAME]``: the interpreter of measured programs; those of `lab envs` need no section."""

    python: str


class TrackerSection(Section):
    """``[trackers.NAME]``: a software tracker, in an environment of its own; without a section the defaults.

    ``python`` is the interpreter that `lab trackers install` made if ``None``.
    """

    python: str | None = None
    interval_s: Seconds = 1.0
    limit_s: Seconds = STEP_LIMIT_S
    country: Annotated[str, text_like(r"[A-Z]{2,3}", "a country code, such as DEU")] | None = None
    options: dict[str, str | int | float | bool] = {}


class HealthSection(HealthSettings):
    """``[health]``: the control workload, which shows whether the lab itself is in order."""

    control: Name
    every_blocks: Annotated[int, Field(ge=1)] = 1


class ScenarioSection(Section):
    """``[[scenario]]``: what the SUT is asked to do, once per run."""

    name: Name
    kind: Kind = "workload"
    command: Annotated[list[str], Field(min_length=1)] | None = None
    duration_s: Seconds | None = None
    environment: str | None = None
    launcher: bool = False
    calls: CallsSection | None = None
    phases_from_stdout: Annotated[str, AfterValidator(phase_pattern)] | None = None
    tracker: list[str] | None = None
    limit_s: Seconds = 3600.0
    expected_s: Seconds | None = None
    target_val_accuracy: Accuracy | None = None
    cwd: str | None = None
    env: dict[str, str] = {}
    env_from: list[VariableName] = []

    @model_validator(mode="after")
    def _complete(self) -> "ScenarioSection":
        if self.kind == "baseline":
            if self.duration_s is None:
                raise ValueError(
                    "a baseline needs duration_s, the seconds for which the machine is left alone"
                )
            if self.command or self.tracker or self.phases_from_stdout:
                raise ValueError("a baseline runs the operating system only: no command, tracker or phases")
        elif self.command is None:
            raise ValueError('needs command = ["program", "argument", ...]')
        elif self.calls is not None and program_place(self.command) is None:
            raise ValueError(
                'calls needs command = ["{python}", "PROGRAM.py", ...], a notebook (.ipynb) or "-m", "MODULE"'
            )
        if self.calls is not None and self.launcher:
            raise ValueError("calls and launcher both start the program: leave one of them out")
        return self


class LabConfig(Section):
    """A whole ``lab.toml``."""

    campaign: CampaignSection = CampaignSection()
    sut: SutSection = SutSection()
    meter: MeterSection
    gate: GateSection = GateSection()
    run: RunSection = RunSection()
    program: ProgramSection = ProgramSection()
    notify: NotifySection | None = None
    environments: dict[Name, EnvironmentSection] = {}
    trackers: dict[Name, TrackerSection] = {}
    analysis: AnalysisSection = AnalysisSection()
    requirement: Requirement | None = None
    ecolabel: Ecolabel | None = None
    estimators: EstimatorSettings | None = None
    health: HealthSection | None = None
    scenario: Annotated[list[ScenarioSection], Field(min_length=1)]
    smell: list[Smell] = []
    base_dir: Path = Field(default=Path(), exclude=True, strict=False)

    @model_validator(mode="after")
    def _consistent(self) -> "LabConfig":
        names = [scenario.name for scenario in self.scenario]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"two scenarios are named {twice[0]!r}; each needs a name of its own")
        for scenario in self.scenario:
            self._check_references(scenario)
        if self.health is not None:
            self._check_control(self.health.control)
        self._check_scenarios_named()
        check_smells(self.smell, {scenario.name: scenario.kind for scenario in self.scenario})
        slots = self.campaign.repeats * sum(len(self.trackers_of(scenario)) for scenario in self.scenario)
        if slots > MOST_SLOTS:
            raise ValueError(
                f"[campaign] repeats: expected a plan of at most {MOST_SLOTS:,} slots, but "
                f"{self.campaign.repeats:,} repeats of these scenarios and trackers make {slots:,}"
            )
        return self

    def _check_scenarios_named(self) -> None:
        """Refuse a requirement or an eco-label of a scenario that does not exist."""
        named: dict[str, str | None] = {}
        if self.ecolabel is not None:
            named["[ecolabel] scenario"] = self.ecolabel.scenario
        if self.requirement is not None:
            named["[requirement] reference_scenario"] = self.requirement.reference_scenario
            named |= {
                f"[[requirement.task]] {task.name!r} scenario": task.scenario
                for task in self.requirement.tasks
            }
            named |= {
                f"[[requirement.result]] {result.quantity} scenario": result.scenario
                for result in self.requirement.results
            }
        names = [scenario.name for scenario in self.scenario]
        for where, name in named.items():
            if name is not None and name not in names:
                raise ValueError(f"{where}: there is no scenario {name!r}; {alternatives(name, names)}")

    def _check_control(self, name: str) -> None:
        workloads = [scenario.name for scenario in self.scenario if scenario.kind == "workload"]
        if name not in workloads:
            raise ValueError(
                f"[health] control: there is no workload scenario {name!r}; known: "
                f"{', '.join(workloads) or 'none'}"
            )

    def _check_references(self, scenario: ScenarioSection) -> None:
        where = f"scenario {scenario.name!r}"
        known = dict.fromkeys([*self.environments, *environment_names("programs")])
        if scenario.environment is not None and scenario.environment not in known:
            raise ValueError(
                f"{where}: there is no [environments.{scenario.environment}]; known: {', '.join(known)}"
            )
        gated = scenario.calls is not None and scenario.calls.gate == "call"
        if gated and (self.trackers_of(scenario) != [None] or not self.gate.enabled):
            raise ValueError(
                f'{where}: calls.gate = "call" needs a scenario without trackers (tracker = ["none"]), which '
                f"would report the waits, too, and [gate] enabled = true"
            )
        for tracker in self.trackers_of(scenario):
            if tracker is not None and self._python_of(tracker) is None:
                of_others = tracker in tracker_names()
                raise ValueError(
                    f"{where}: [trackers.{tracker}] needs python, the interpreter of the tracker"
                    if of_others
                    else f"{where}: no tracker is named {tracker!r}; "
                    f"{alternatives(tracker, [NO_TRACKER, *tracker_names()])}"
                )

    def trackers_of(self, scenario: ScenarioSection) -> list[str | None]:
        """Return the trackers a scenario is run with; ``None`` stands for running without one."""
        if scenario.kind == "baseline" or self.is_control(scenario):
            return [None]
        names = scenario.tracker if scenario.tracker is not None else self.campaign.tracker
        return [None if name == NO_TRACKER else name for name in dict.fromkeys(names)]

    def pythons(self) -> dict[str, str]:
        """Return the interpreters of the environments that have a section or a scenario, by name.

        An environment without a section is the one that `lab envs install` builds.
        """
        used = {scenario.environment for scenario in self.scenario if scenario.environment is not None}
        built = {name: str(python_of(name)) for name in sorted(used)}
        return built | {name: section.python for name, section in self.environments.items()}

    def tracker(self, name: str) -> TrackerSection:
        """Return the settings of a tracker, with its interpreter."""
        return self.trackers.get(name, TrackerSection()).model_copy(update={"python": self._python_of(name)})

    def trackers_used(self) -> list[str]:
        """Return the names of the trackers that any scenario is run with, sorted."""
        named = {tracker for scenario in self.scenario for tracker in self.trackers_of(scenario)}
        return sorted(tracker for tracker in named if tracker is not None)

    def _python_of(self, tracker: str) -> str | None:
        section, environment = self.trackers.get(tracker), environment_of(tracker)
        if section is not None and section.python is not None:
            return section.python
        return None if environment is None else str(python_of(environment))

    def is_control(self, scenario: ScenarioSection) -> bool:
        """Say whether a scenario is the control workload."""
        return self.health is not None and scenario.name == self.health.control

    def find_scenario(self, name: str) -> ScenarioSection:
        """Return the scenario of that name, which is known to exist."""
        return next(scenario for scenario in self.scenario if scenario.name == name)

    def resolve(self, path: str) -> Path:
        """Return a path of the file relative to the file's folder, made absolute.

        Symbolic links are kept: the interpreter of a virtual environment is one.
        """
        return (self.base_dir / Path(path).expanduser()).absolute()

    def to_json(self) -> dict[str, Any]:
        """Return the resolved configuration as JSON types, with the folder it came from."""
        return {**self.model_dump(mode="json", by_alias=True), "base_dir": str(self.base_dir.absolute())}
