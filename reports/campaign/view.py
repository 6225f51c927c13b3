"""Results as the report looks at them: rows gathered by scenario, each with its colour."""

from dataclasses import dataclass, field

from records.meter import MeasuringPoint, measuring_point
from records.programs import Programs
from records.results import Results, Row
from reports.blocks.palette import MUTED, colours
from reports.words.numbers import finite, in_interval

_KIND_ORDER = {"baseline": 0, "idle": 1, "workload": 2}
_STAND_INS = ("data-generated", "weights-random")


@dataclass(frozen=True)
class ScenarioView:
    """A scenario, without or with a tracker, and everything that belongs to it.

    Attributes:
        key: ``NAME`` or ``NAME+TRACKER``.
        base: the scenario's name.
        tracker: name of the tracker, or ``None``.
        kind: ``baseline`` | ``idle`` | ``workload``.
        colour: ``#rrggbb``, that of the base scenario.
        row: its row of ``Results.scenarios``; empty where the analysis gave none.
        runs, epochs, traces: its rows of the lists of the same names.
    """

    key: str
    base: str
    tracker: str | None
    kind: str
    colour: str
    row: Row
    runs: list[Row] = field(default_factory=list)
    epochs: list[Row] = field(default_factory=list)
    traces: list[Row] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Name for people: ``cnn`` or ``cnn + codecarbon``."""
        return f"{self.base} + {self.tracker}" if self.tracker else self.base

    @property
    def n(self) -> int:
        """Number of counted runs."""
        return len(self.runs)

    def of_runs(self, column: str) -> list[float]:
        """Return the numbers of a column over the counted runs; absent ones are left out."""
        return numbers(self.runs, column)


@dataclass(frozen=True)
class RecordedProgram:
    """The measured program: ``programs.json``, and the text of each file of differences by its name."""

    record: Programs
    diffs: dict[str, str]


@dataclass(frozen=True)
class View:
    """What figures, tables and texts are made from.

    Attributes:
        results: as read.
        simulated: whether a virtual instrument took part; then no number is a measurement.
        scenarios: baseline first, then idle, then workloads, each in order of appearance.
        program: the measured program, ``None`` where it is not on record.
    """

    results: Results
    simulated: bool
    scenarios: list[ScenarioView]
    program: RecordedProgram | None = None

    @property
    def at_wall(self) -> bool:
        """Whether the readings are of the wall plug; an import of counters inside the machine says not."""
        return measuring_point(str(self.results.meter.get("driver"))) is MeasuringPoint.WALL

    @property
    def control(self) -> str | None:
        """Name of the control workload, which is there to check the lab and is no rival of the others."""
        return self.results.health.control if self.results.health else None

    @property
    def baseline(self) -> bool:
        """Whether a baseline was measured, so that there are energies above it."""
        return finite(self.results.baseline.get("mean_power_w")) is not None

    def colour_of(self, scenario: str) -> str:
        """Return the colour of a scenario given by its key or its base name."""
        for item in self.scenarios:
            if scenario in (item.key, item.base):
                return item.colour
        return MUTED

    def name_of(self, key: str) -> str:
        """Return the name for people of a scenario given by its key."""
        return next((item.name for item in self.scenarios if item.key == key), key)


def numbers(rows: list[Row], column: str) -> list[float]:
    """Return the finite numbers of a column, in row order."""
    found = (finite(row.get(column)) for row in rows)
    return [value for value in found if value is not None]


def mean_words(row: Row, quantity: str) -> str:
    """Return a scenario's mean ``energy`` or ``induced`` energy to the place its interval allows."""
    ends = row.get(f"{quantity}_low_wh"), row.get(f"{quantity}_high_wh")
    return in_interval(row.get(f"{quantity}_wh"), *ends, row.get(f"{quantity}_u_wh"))


def scenario_key(row: Row) -> str:
    """Return ``NAME`` or ``NAME+TRACKER`` of any row that names a scenario."""
    name, tracker = str(row.get("scenario")), row.get("tracker")
    if not tracker or name.endswith(f"+{tracker}"):
        return name
    return f"{name}+{tracker}"


def stand_in_findings(results: Results) -> list[Row]:
    """Return the findings which say that a scenario's data or weights are not the real ones."""
    return [row for row in results.findings if row.get("code") in _STAND_INS]


def view_of(results: Results, program: RecordedProgram | None = None) -> View:
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
    simulated = bool(results.campaign.get("simulated") or results.meter.get("simulated"))
    return View(results, simulated, scenarios, program)


def _heads(results: Results) -> dict[str, tuple[str, str | None, str, Row]]:
    heads: dict[str, tuple[str, str | None, str, Row]] = {}
    for row in results.scenarios:
        key = scenario_key(row)
        tracker = str(row["tracker"]) if row.get("tracker") else None
        heads[key] = (
            str(row.get("base_scenario") or row.get("scenario")),
            tracker,
            str(row.get("kind")),
            row,
        )
    for run in results.runs:  # a run is never left out because its scenario has no summary
        heads.setdefault(scenario_key(run), (run.scenario, run.tracker or None, run.kind, {}))
    return heads
