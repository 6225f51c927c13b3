"""A campaign as reports in the open BoAmps format: a JSON file per workload scenario.

BoAmps (Boavizta) describes an energy measurement of one computing task: what was done, measures, system,
software and infrastructure. A measure is written for each counted run, the meter's first, then the trackers'
of the same runs, in kWh as the format has it. What a campaign does not know (family of the task, kind of the
data, country) is written as unknown where the format demands it, left out where not, and listed for the
publisher to fill in.

Source: the schemas in ``model/`` of github.com/Boavizta/BoAmps (CC BY 4.0), read in November 2026.
"""

import json
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import Any

from records.campaign import CampaignFolder
from records.errors import ConfigurationError, RecordError
from records.files import write_atomically
from records.meter import MeasuringPoint, measuring_point
from records.results import Results, read_results
from records.rows.agreement import TrackerRow
from records.rows.runs import RunRow
from records.rows.scenarios import ScenarioRow
from records.times import iso_utc, now_utc_s
from reports.exports.boamps_system import components, infrastructure_type, software

SPECIFICATION = "https://github.com/Boavizta/BoAmps/tree/main/model"

UNKNOWN = "unknown"

TO_FILL = (
    "task.taskStage",
    "task.taskFamily",
    "task.algorithms",
    "task.dataset",
    "header.publisher",
    "environment.country",
)
"""What a publisher has to look through: a campaign knows it not at all, or only in part."""

_WH_PER_KWH = 1000.0
_QUALITIES = ((0.10, "high"), (0.25, "medium"), (0.50, "low"))


@dataclass(frozen=True)
class Written:
    """What was written: number of reports, and which of their fields are to be filled in."""

    reports: int
    simulated: bool
    to_fill: tuple[str, ...] = TO_FILL


def write_boamps(folder: Path, out: Path, *, licence: str | None = None) -> Written:
    """Write a report for each workload scenario of an analysed campaign, one for each tracker that ran along.

    Args:
        folder: the campaign.
        out: folder to be made; it must not exist or be empty.
        licence: under which the reports may be shared, or ``None``.

    Raises:
        ConfigurationError: ``out`` holds something.
        RecordError: the campaign was not analysed, or has no counted run of a workload.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise ConfigurationError(
            f"--out {out}: expected a folder that does not exist or is empty; nothing is overwritten"
        )
    place = CampaignFolder(folder)
    results = read_results(place.results)
    campaign = _Campaign(results, place.read().config, licence)
    scenarios = [row for row in results.scenarios if row.kind == "workload" and campaign.runs_of(row)]
    if not scenarios:
        raise RecordError(f"{folder}: expected counted runs of a workload, but there are none to report")
    out.mkdir(parents=True, exist_ok=True)
    for row in scenarios:
        text = json.dumps(campaign.report(row), indent=2, ensure_ascii=False, allow_nan=False)
        name = re.sub(r"[^\w-]+", "-", row.scenario)
        write_atomically(out / f"boamps-{name}.json", text + "\n")
    return Written(len(scenarios), results.campaign.simulated)


@dataclass(frozen=True)
class _Campaign:
    """A campaign, and the licence of its reports."""

    results: Results
    config: dict[str, Any]
    licence: str | None

    @property
    def simulated(self) -> bool:
        return self.results.campaign.simulated

    @property
    def inside(self) -> bool:
        """Whether counters stood in for a meter."""
        return measuring_point(str(self.results.meter.get("driver"))) is MeasuringPoint.INSIDE

    def runs_of(self, scenario: ScenarioRow) -> list[RunRow]:
        return [
            run
            for run in self.results.runs
            if (run.scenario, run.tracker) == (_base(scenario), scenario.tracker)
            and run.energy_wh is not None
        ]

    def report(self, scenario: ScenarioRow) -> dict[str, Any]:
        """Return the report of a scenario, without fields that have no value."""
        sut = _dict(self.results.environment.get("sut"))
        runs = self.runs_of(scenario)
        report: dict[str, Any] = _known(
            {
                "header": self._header(scenario),
                "task": self._task(scenario, runs, sut),
                "measures": [*map(self._measure, runs), *self._tracker_measures(runs)],
                "system": {"os": "linux", "distribution": sut.get("os")},
                "software": self._software(scenario, sut)[0],
                "infrastructure": {
                    "infraType": infrastructure_type(sut),
                    "components": components(sut) or [{"componentType": UNKNOWN, "nbComponent": 1}],
                },
                "quality": self._quality(scenario),
            }
        )
        return report

    def _header(self, scenario: ScenarioRow) -> dict[str, Any]:
        name = f"wattlab:{self.results.campaign.id}:{scenario.scenario}"
        return {
            "licensing": self.licence,
            "formatVersionSpecificationUri": SPECIFICATION,
            "reportId": str(uuid.uuid5(uuid.NAMESPACE_URL, name)),
            "reportDatetime": _date(now_utc_s()),
            "reportStatus": "draft",
        }

    def _task(self, scenario: ScenarioRow, runs: list[RunRow], sut: dict[str, Any]) -> dict[str, Any]:
        epochs = [row for row in self.results.epochs if row.run_dir == runs[0].run_dir]
        framework, version = self._software(scenario, sut)[1]
        accuracies = [a for run in runs if (a := run.work.get("val_accuracy")) is not None and 0 <= a <= 1]
        return {
            "taskStage": "training" if epochs else UNKNOWN,
            "taskFamily": UNKNOWN,
            "algorithms": [
                {
                    "framework": framework,
                    "frameworkVersion": version,
                    "epochsNumber": len(epochs) or None,
                }
            ],
            "dataset": [
                {
                    "dataUsage": "input",
                    "dataType": "other",
                    "dataQuantity": _whole(self._origin(scenario).get("dataset_images")),
                }
            ],
            "measuredAccuracy": mean(accuracies) if accuracies else None,
            "taskDescription": self._description(scenario),
        }

    def _description(self, scenario: ScenarioRow) -> str:
        told = "; ".join(f"{name}: {value}" for name, value in self._origin(scenario).items())
        sentences = [
            "SIMULATED: a virtual instrument stood in for the power meter, no number is a measurement."
            if self.simulated
            else "",
            "Counters inside the computer stood in for a power meter; nothing was measured at the wall."
            if self.inside
            else "",
            f"Scenario {_base(scenario)} of the campaign {self.results.campaign.title!r}, measured with "
            f"Wattlab {self.results.campaign.wattlab_version}.",
            f"With the tracker {scenario.tracker} running alongside." if scenario.tracker else "",
            "Measures are those of whole runs; the calibration is the idle computer over the same time.",
            f"The program said: {told}." if told else "",
        ]
        return " ".join(filter(None, sentences))

    def _measure(self, run: RunRow) -> dict[str, Any]:
        identity = _dict(self.results.meter.get("identity"))
        baseline_wh = run.baseline_wh
        return {
            "measurementMethod": self._method(),
            "manufacturer": f"{identity.get('maker') or ''} {identity.get('model') or ''}".strip() or None,
            "version": identity.get("firmware") or None,
            "averageUtilizationCpu": _share(run.hardware.get("cpu_load_pct")),
            "averageUtilizationGpu": _share(run.hardware.get("gpu_load_pct")),
            "powerCalibrationMeasurement": _kwh(baseline_wh),
            "durationCalibrationMeasurement": None if baseline_wh is None else run.duration_s,
            "powerConsumption": _kwh(run.energy_wh),
            "measurementDuration": run.duration_s,
            "measurementDateTime": _date(run.t_start_utc_s),
        }

    def _method(self) -> str:
        method = "counters inside the computer, not at the wall" if self.inside else "wattmeter"
        return f"SIMULATED {method}" if self.simulated else method

    def _tracker_measures(self, runs: list[RunRow]) -> Iterator[dict[str, Any]]:
        """Yield what trackers claimed of these runs: estimates, each over its own window."""
        slots = {run.slot for run in runs}
        for row in self.results.trackers:
            if row.slot in slots and row.energy_wh is not None:
                yield self._tracker_measure(row)

    def _tracker_measure(self, row: TrackerRow) -> dict[str, Any]:
        start, stop = row.t_start_utc_s, row.t_stop_utc_s
        return {
            "measurementMethod": row.tracker,
            "version": row.version,
            "powerConsumption": _kwh(row.energy_wh),
            "measurementDuration": row.window_s or (None if start is None or stop is None else stop - start),
            "measurementDateTime": None if start is None else _date(start),
        }

    def _software(self, scenario: ScenarioRow, sut: dict[str, Any]) -> tuple[Any, tuple[Any, Any]]:
        sections = self.config.get("scenario")
        named = [s for s in sections if _dict(s).get("name") == _base(scenario)] if sections else []
        environment = str(named[0].get("environment")) if named else ""
        return software(_dict(_dict(sut.get("environments")).get(environment)))

    def _origin(self, scenario: ScenarioRow) -> dict[str, Any]:
        return _dict(self.results.provenance.get(_base(scenario)))

    def _quality(self, scenario: ScenarioRow) -> str | None:
        """Return the format's word for the 95 % interval of the energy, where a meter measured it."""
        energy_wh, low, high = scenario.energy_wh, scenario.energy_low_wh, scenario.energy_high_wh
        if self.simulated or self.inside or not energy_wh or low is None or high is None:
            return None
        share = max(high - energy_wh, energy_wh - low) / energy_wh
        return next((word for limit, word in _QUALITIES if share <= limit), None)


def _base(scenario: ScenarioRow) -> str:
    """Return the name of a scenario without that of its tracker."""
    return scenario.scenario.removesuffix(f"+{scenario.tracker}")


def _known(value: Any) -> Any:
    """Leave out what has no value, and what then is empty."""
    if isinstance(value, dict):
        known = {key: _known(item) for key, item in value.items()}
        return {key: item for key, item in known.items() if item not in (None, {}, [])}
    return [_known(item) for item in value] if isinstance(value, list) else value


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _kwh(energy_wh: float | None) -> float | None:
    return None if energy_wh is None else energy_wh / _WH_PER_KWH


def _share(percent: float | None) -> float | None:
    return None if percent is None else min(max(percent / 100, 0.0), 1.0)


def _date(t_utc_s: float) -> str:
    return iso_utc(t_utc_s).removesuffix(" UTC")
