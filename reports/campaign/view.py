"""Results as the report looks at them: rows gathered by scenario, each with its colour."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, NamedTuple

from records.meter import MeasuringPoint, measuring_point
from records.programs import Programs
from records.results import Results
from records.rows.runs import EpochRow, RunRow
from records.rows.scenarios import ScenarioRow
from records.rows.traces import Trace
from reports.blocks.columns import OfScenario
from reports.blocks.palette import MUTED, colours
from reports.campaign.recorded_calls import RunCalls
from reports.words.energy import WH, EnergyUnit, unit_of_results
from reports.words.numbers import finite

_KIND_ORDER = {"baseline": 0, "idle": 1, "workload": 2}
EnergyKind = Literal["energy", "induced"]
"""Gross energy, or the energy above the baseline."""

_STAND_INS = (
    ("dataset", "generated", "trained on generated images, not on a public data set"),
    ("weights", "random", "random weights where the published method uses trained ones"),
)
"""What a scenario said of its data and weights (`analysis.run.provenance`) that a reader must know."""


@dataclass(frozen=True)
class ScenarioView:
    """A scenario, without or with a tracker, and everything that belongs to it.

    Attributes:
        key: ``NAME`` or ``NAME+TRACKER``.
        base: the scenario's name.
        tracker: name of the tracker, or ``None``.
        kind: ``baseline`` | ``idle`` | ``workload``.
        colour: ``#rrggbb``, that of the base scenario.
        row: its row of ``Results.scenarios``; one without numbers where the analysis gave none.
        runs, epochs, traces: its rows of the lists of the same names.
    """

    key: str
    base: str
    tracker: str | None
    kind: str
    colour: str
    row: ScenarioRow
    runs: list[RunRow] = field(default_factory=list)
    epochs: list[EpochRow] = field(default_factory=list)
    traces: list[Trace] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Name for people: ``cnn`` or ``cnn + codecarbon``."""
        return f"{self.base} + {self.tracker}" if self.tracker else self.base

    @property
    def n(self) -> int:
        """Number of counted runs."""
        return len(self.runs)

    def of_runs(self, value: Callable[[RunRow], float | None]) -> list[float]:
        """Return a number of each counted run; absent ones are left out."""
        return numbers(map(value, self.runs))


@dataclass(frozen=True)
class RecordedProgram:
    """The measured program as it was recorded.

    Attributes:
        record: ``programs.json``.
        diffs: text of each file of differences, by its name.
        texts: text of each file with recorded calls, by its name in the results.
    """

    record: Programs
    diffs: dict[str, str]
    texts: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class View:
    """What figures, tables and texts are made from.

    Attributes:
        results: as read.
        simulated: whether a virtual instrument took part; then no number is a measurement.
        scenarios: baseline first, then idle, then workloads, each in order of appearance.
        program: the measured program, ``None`` where it is not on record.
        calls: of one run of each scenario with recorded calls, by its key, where the record is at hand.
    """

    results: Results
    simulated: bool
    scenarios: list[ScenarioView]
    program: RecordedProgram | None = None
    calls: Mapping[str, RunCalls] = field(default_factory=dict)

    @property
    def at_wall(self) -> bool:
        """Whether the readings are of the wall plug; an import of counters inside the machine says not."""
        return measuring_point(str(self.results.meter.get("driver"))) is MeasuringPoint.WALL

    @cached_property
    def unit(self) -> EnergyUnit:
        """The unit of all energies of the report."""
        return unit_of_results(self.results)

    @property
    def control(self) -> str | None:
        """Name of the control workload, which is there to check the lab and is no rival of the others."""
        return self.results.health.control if self.results.health else None

    @property
    def baseline(self) -> bool:
        """Whether a baseline was measured, so that there are energies above it."""
        return finite(self.results.baseline.mean_power_w) is not None

    def colour_of(self, scenario: str) -> str:
        """Return the colour of a scenario given by its key or its base name."""
        for item in self.scenarios:
            if scenario in (item.key, item.base):
                return item.colour
        return MUTED

    def name_of(self, key: str) -> str:
        """Return the name for people of a scenario given by its key."""
        return next((item.name for item in self.scenarios if item.key == key), key)


def numbers(values: Iterable[float | None]) -> list[float]:
    """Return the finite numbers among some, in their order."""
    return [number for value in values if (number := finite(value)) is not None]


class Energy(NamedTuple):
    """A mean energy with the ends of its interval and its standard uncertainty, in Wh."""

    value: float | None
    low: float | None
    high: float | None
    u: float | None


def energy_of(row: ScenarioRow, kind: EnergyKind) -> Energy:
    """Return a scenario's mean energy of one kind."""
    if kind == "energy":
        return Energy(row.energy_wh, row.energy_low_wh, row.energy_high_wh, row.energy_u_wh)
    return Energy(row.induced_wh, row.induced_low_wh, row.induced_high_wh, row.induced_u_wh)


def two_values(item: ScenarioView, kind: EnergyKind, unit: EnergyUnit = WH) -> str:
    """Return the values of both runs where there are two, of which Student's t makes no interval."""
    values = item.of_runs((lambda run: run.energy_wh) if kind == "energy" else (lambda run: run.induced_wh))
    energy = energy_of(item.row, kind)
    if item.n != 2 or len(values) != 2 or energy.low is not None:
        return ""
    u = energy.u
    return f"n = 2: {unit.measured(values[0], u)} and {unit.measured(values[1], u)}"


def mean_words(row: ScenarioRow, kind: EnergyKind, unit: EnergyUnit = WH) -> str:
    """Return a scenario's mean energy as its interval allows; its bound where it is not resolved."""
    energy = energy_of(row, kind)
    if kind == "induced" and row.induced_bound_wh is not None:
        return f"≤ {unit.measured(row.induced_bound_wh, energy.u)}"
    return unit.in_interval(*energy)


def scenario_key(row: OfScenario) -> str:
    """Return ``NAME`` or ``NAME+TRACKER`` of any row that names a scenario."""
    name, tracker = row.scenario, row.tracker
    if not tracker or name.endswith(f"+{tracker}"):
        return name
    return f"{name}+{tracker}"


def stand_ins(results: Results) -> dict[str, list[str]]:
    """Return in what data or weights are not the real ones, each with the scenarios that it is true of."""
    statements = {name: part for name, part in results.provenance.items() if isinstance(part, dict)}
    scenarios = {
        words: [name for name, part in statements.items() if part.get(key) == value]
        for key, value, words in _STAND_INS
    }
    return {words: names for words, names in scenarios.items() if names}


def view_of(
    results: Results,
    program: RecordedProgram | None = None,
    calls: Mapping[str, RunCalls] | None = None,
) -> View:
    """Gather results by scenario."""
    heads = _heads(results)
    chosen = colours([(base, kind) for base, _, kind, _ in heads.values()])
    scenarios = [
        ScenarioView(
            key=key,
            base=base,
            tracker=tracker,
            kind=kind,
            colour=chosen[base],
            row=row,
            runs=[item for item in results.runs if scenario_key(item) == key],
            epochs=[item for item in results.epochs if scenario_key(item) == key],
            traces=[item for item in results.traces if scenario_key(item) == key],
        )
        for key, (base, tracker, kind, row) in heads.items()
    ]
    scenarios.sort(key=lambda item: _KIND_ORDER.get(item.kind, len(_KIND_ORDER)))
    simulated = bool(results.campaign.simulated or results.meter.get("simulated"))
    return View(results, simulated, scenarios, program, calls or {})


def _heads(results: Results) -> dict[str, tuple[str, str | None, str, ScenarioRow]]:
    heads = {
        scenario_key(row): (row.base_scenario or row.scenario, row.tracker or None, row.kind, row)
        for row in results.scenarios
    }
    for run in results.runs:  # a run is never left out because its scenario has no summary
        head = run.scenario, run.tracker or None, run.kind, _without_numbers(run)
        heads.setdefault(scenario_key(run), head)
    return heads


def _without_numbers(run: RunRow) -> ScenarioRow:
    known = {"scenario": scenario_key(run), "base_scenario": run.scenario, "tracker": run.tracker}
    return ScenarioRow.from_json({**known, "kind": run.kind, "n": 0, "n_to_target": 0}, "summary")
