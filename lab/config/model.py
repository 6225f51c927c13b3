"""The configuration of a bench and a campaign: ``lab.toml`` as typed, closed models.

Every key that is not named here is an error, so that a typing mistake cannot silently change a
measurement. Relative paths are taken from the folder of the file. How a file becomes these models,
and how mistakes are worded, is in `lab.config.file`.
"""

import difflib
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from analysis.ecolabel.capacities import ecolabel_of
from analysis.iso14756.requirement import requirement_of
from meter.options import resolve
from meter.registry import driver_class
from records.campaign import Kind
from records.errors import ConfigurationError
from records.health import HEALTH_RULES
from records.result_columns import USEFUL_WORK

NO_TRACKER = "none"

Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]
Positive = Annotated[float, Field(gt=0)]
NotNegative = Annotated[float, Field(ge=0)]
Seed = Annotated[int, Field(ge=0)]


class Section(BaseModel):
    """A closed section of the file: unknown keys are errors, numbers are never read from text."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class CampaignSection(Section):
    """``[campaign]``: what is run, how often, in which order, and where it is written."""

    title: str = "Campaign"
    out: str = "campaigns"
    repeats: Annotated[int, Field(ge=1)] = 30
    tracker: list[str] = [NO_TRACKER]
    seed: Seed | None = None
    max_attempts: Annotated[int, Field(ge=1)] = 2


class SutSection(Section):
    """``[sut]``: the system under test. It is this machine; collectors sample it every interval."""

    interval_s: Annotated[float, Field(ge=0.1)] = 1.0
    collectl: Literal["auto", "never"] = "auto"


class VirtualMeterSection(Section):
    """``[meter.virtual]``: parameters of the virtual instrument; assumptions, not measurements."""

    idle_w: Positive = 40.0
    cpu_w: NotNegative = 60.0
    noise_w: NotNegative = 0.3
    gain_error_pct: float = 0.4
    seed: Seed = 1
    fault: list[str] = []


class OneMeterSection(Section):
    """A power meter. ``port = "virtual"`` starts a virtual instrument."""

    driver: str
    port: str
    interval_s: Positive = 1.0
    options: dict[str, Any] = {}
    calibration_date: Annotated[str, StringConstraints(pattern=r"^\d{4}-\d\d-\d\d$")] | None = None
    certificate: str | None = None
    latency_s: NotNegative | None = None
    latency_u_s: NotNegative | None = None
    virtual: VirtualMeterSection = VirtualMeterSection()

    @property
    def is_virtual(self) -> bool:
        """Whether the lab itself starts the instrument."""
        return self.port == "virtual"

    @model_validator(mode="after")
    def _declared_options(self) -> Self:
        if self.options:
            try:
                resolve(self.driver, driver_class(self.driver).spec.options, self.options)
            except ConfigurationError as error:
                raise ValueError(str(error)) from None
        return self


class MoreMeterSection(OneMeterSection):
    """``[[meter.more]]``: one more meter on the same SUT; the power of the run is the sum of all."""

    name: Name


class MeterSection(OneMeterSection):
    """``[meter]``: the power meter, or the first of several."""

    name: Name = "main"
    calibration: str | None = None
    more: list[MoreMeterSection] = []

    @model_validator(mode="after")
    def _one_calibration(self) -> Self:
        if self.calibration is None:
            return self
        if self.calibration_date is not None or self.certificate is not None:
            raise ValueError(
                "calibration names a file that holds date and certificate: leave calibration_date and "
                "certificate out"
            )
        if self.more:
            raise ValueError("calibration corrects a meter that is alone on the SUT; leave it out with more")
        return self

    @model_validator(mode="after")
    def _own_names(self) -> Self:
        names = [name for name, _ in self.all]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"two meters are named {twice[0]!r}; each needs a name of its own")
        return self

    @property
    def all(self) -> list[tuple[str, OneMeterSection]]:
        """All meters by name, this one first."""
        return [(self.name, self), *((meter.name, meter) for meter in self.more)]

    @property
    def slowest_interval_s(self) -> float:
        """Time between the rows of the record: the interval of the slowest meter."""
        return max(meter.interval_s for _, meter in self.all)


class GateSection(Section):
    """``[gate]``: the stability gate before each run (METHOD section 11)."""

    enabled: bool = True
    readings: Annotated[int, Field(ge=3)] = 20
    power_std_over_mean: Positive = 0.03
    cpu_temperature_c: Positive = 55.0
    gpu_temperature_c: Positive = 40.0
    try_s: Positive = 120.0
    tries: Annotated[int, Field(ge=1)] = 3


class RunSection(Section):
    """``[run]``: what surrounds the rating interval."""

    lead_in_s: NotNegative = 3.0
    lead_out_s: NotNegative = 3.0


class ProgramSection(Section):
    """``[program]``: what belongs to the measured program but lies outside the folder of the file."""

    include: list[str] = []


class EnvironmentSection(Section):
    """``[environments.NAME]``: the interpreter of measured programs."""

    python: str


class TrackerSection(Section):
    """``[trackers.NAME]``: a software tracker, in an environment of its own."""

    python: str
    interval_s: Positive = 1.0
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] = "DEU"


class AnalysisSection(Section):
    """``[analysis]``: the rules of the analysis."""

    coverage_min_pct: Annotated[float, Field(gt=0, le=100)] = 99.0
    baseline: Literal["interpolated", "pooled"] = "interpolated"
    useful_work: list[str] = ["val_accuracy"]
    uncertainty_max_pct: Positive = 5.0

    @model_validator(mode="after")
    def _known_kinds(self) -> "AnalysisSection":
        for kind in self.useful_work:
            if kind not in USEFUL_WORK:
                raise ValueError(f"useful_work: {kind!r} is none of {', '.join(USEFUL_WORK)}")
        return self


class HealthSection(Section):
    """``[health]``: the control workload, which shows whether the lab itself is in order."""

    control: Name
    every_blocks: Annotated[int, Field(ge=1)] = 1
    relative_sd_max_pct: Positive = 1.0
    rules: list[str] = ["beyond-limits", "eight-in-a-row", "shift", "drift"]

    @model_validator(mode="after")
    def _known_rules(self) -> Self:
        for rule in self.rules:
            if rule not in HEALTH_RULES:
                raise ValueError(f"rules: {rule!r} is none of {', '.join(HEALTH_RULES)}")
        return self


class TimeClassSection(Section):
    """An entry of ``time_classes``: at least ``share_pct`` of the tasks take no longer than ``limit_s``."""

    limit_s: Positive
    share_pct: Annotated[float, Field(gt=0, le=100)]


class TaskSection(Section):
    """``[[requirement.task]]``: what is asked of a task type, an action or the epoch."""

    name: str
    scenario: Name | None = None
    throughput_per_h: Positive
    mean_execution_s: Positive | None = None
    time_classes: Annotated[list[TimeClassSection], Field(min_length=1)]


class ResultSection(Section):
    """``[[requirement.result]]``: bounds of a kind of useful work, what a correct result is."""

    scenario: Name
    quantity: str
    least: float | None = None
    most: float | None = None


class RequirementSection(Section):
    """``[requirement]``: task types with times and shares, and the limits of the validity proofs."""

    reference_scenario: Name | None = None
    half_width_max_pct: Positive = 5.0
    start_delay_max_s: Positive = 1.0
    task: Annotated[list[TaskSection], Field(min_length=1)]
    result: list[ResultSection] = []

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        _refuse_as_value_error(requirement_of, self)
        return self


class CapacitiesSection(Section):
    """``[ecolabel.full]``: what the hardware can give, each a number with its unit."""

    cpu: str | None = None
    ram: str | None = None
    storage: str | None = None
    network: str | None = None
    power: str | None = None


class CertifiedSection(CapacitiesSection):
    """``[ecolabel.certified]``: hardware utilisation of the certified version, each with its unit."""


class EcolabelSection(Section):
    """``[ecolabel]``: values of DE-UZ 215."""

    scenario: Name
    full: CapacitiesSection = CapacitiesSection()
    certified: CertifiedSection = CertifiedSection()

    @model_validator(mode="after")
    def _units(self) -> Self:
        _refuse_as_value_error(ecolabel_of, self)
        return self


def _refuse_as_value_error(read: Callable[[object], object], section: Section) -> None:
    """Let the analysis, which will read the section, judge it now."""
    try:
        read(section.model_dump(mode="json"))
    except ConfigurationError as error:
        raise ValueError(str(error)) from None


class ScenarioSection(Section):
    """``[[scenario]]``: what the SUT is asked to do, once per run."""

    name: Name
    kind: Kind = "workload"
    command: Annotated[list[str], Field(min_length=1)] | None = None
    duration_s: Positive | None = None
    environment: str | None = None
    launcher: bool = False
    tracker: list[str] | None = None
    limit_s: Positive = 3600.0
    expected_s: Positive | None = None
    target_val_accuracy: Annotated[float, Field(gt=0, le=1)] | None = None
    cwd: str | None = None
    env: dict[str, str] = {}

    @model_validator(mode="after")
    def _complete(self) -> "ScenarioSection":
        if self.kind == "baseline":
            if self.duration_s is None:
                raise ValueError(
                    "a baseline needs duration_s, the seconds for which the machine is left alone"
                )
            if self.command or self.tracker:
                raise ValueError("a baseline runs the operating system only: no command, no tracker")
        elif self.command is None:
            raise ValueError('needs command = ["program", "argument", ...]')
        return self


class LabConfig(Section):
    """A whole ``lab.toml``."""

    campaign: CampaignSection = CampaignSection()
    sut: SutSection = SutSection()
    meter: MeterSection
    gate: GateSection = GateSection()
    run: RunSection = RunSection()
    program: ProgramSection = ProgramSection()
    environments: dict[Name, EnvironmentSection] = {}
    trackers: dict[Name, TrackerSection] = {}
    analysis: AnalysisSection = AnalysisSection()
    requirement: RequirementSection | None = None
    ecolabel: EcolabelSection | None = None
    health: HealthSection | None = None
    scenario: Annotated[list[ScenarioSection], Field(min_length=1)]
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
                for task in self.requirement.task
            }
            named |= {
                f"[[requirement.result]] {result.quantity} scenario": result.scenario
                for result in self.requirement.result
            }
        names = [scenario.name for scenario in self.scenario]
        for where, name in named.items():
            if name is not None and name not in names:
                near = difflib.get_close_matches(name, names, n=1)
                hint = f"did you mean {near[0]!r}? " if near else ""
                raise ValueError(f"{where}: there is no scenario {name!r}; {hint}known: {', '.join(names)}")

    def _check_control(self, name: str) -> None:
        workloads = [scenario.name for scenario in self.scenario if scenario.kind == "workload"]
        if name not in workloads:
            raise ValueError(
                f"[health] control: there is no workload scenario {name!r}; known: "
                f"{', '.join(workloads) or 'none'}"
            )

    def _check_references(self, scenario: ScenarioSection) -> None:
        where = f"scenario {scenario.name!r}"
        if scenario.environment is not None and scenario.environment not in self.environments:
            raise ValueError(
                f"{where}: there is no [environments.{scenario.environment}]; "
                f"known: {', '.join(self.environments) or 'none'}"
            )
        for tracker in self.trackers_of(scenario):
            if tracker is not None and tracker not in self.trackers:
                raise ValueError(
                    f"{where}: there is no [trackers.{tracker}]; "
                    f"known: {', '.join([NO_TRACKER, *self.trackers])}"
                )

    def trackers_of(self, scenario: ScenarioSection) -> list[str | None]:
        """Return the trackers a scenario is run with; ``None`` stands for running without one."""
        if scenario.kind == "baseline" or self.is_control(scenario):
            return [None]
        names = scenario.tracker if scenario.tracker is not None else self.campaign.tracker
        return [None if name == NO_TRACKER else name for name in dict.fromkeys(names)]

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
        return {**self.model_dump(mode="json"), "base_dir": str(self.base_dir.absolute())}
