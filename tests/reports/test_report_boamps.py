"""Reports in the BoAmps format: its own names and required fields, the campaign's own numbers."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from report_example import Plan, example
from typed_rows import change

from records.campaign import Campaign, CampaignFolder
from records.errors import ConfigurationError, RecordError
from records.results import Results, write_results
from reports.exports.boamps import TO_FILL, write_boamps

# Of the schemas in model/ of github.com/Boavizta/BoAmps, November 2026: the fields of each object that is
# written here, those that are required with a star. Enumerations stand in `VALUES`.
FIELDS = {
    "": "header task* measures* system software infrastructure* environment quality",
    "header": "licensing formatVersion formatVersionSpecificationUri reportId reportDatetime* reportStatus "
    "publisher",
    "task": "taskStage* taskFamily* nbRequest algorithms* dataset* measuredAccuracy estimatedAccuracy "
    "taskDescription",
    "task.algorithms": "trainingType algorithmType algorithmName framework frameworkVersion epochsNumber",
    "task.dataset": "dataUsage* dataType* dataFormat dataSize dataQuantity shape source sourceUri owner",
    "measures": "measurementMethod* manufacturer version cpuTrackingMode gpuTrackingMode "
    "averageUtilizationCpu averageUtilizationGpu powerCalibrationMeasurement durationCalibrationMeasurement "
    "powerConsumption* measurementDuration measurementDateTime",
    "system": "os* distribution distributionVersion",
    "software": "language* version",
    "infrastructure": "infraType* cloudProvider cloudInstance cloudService components*",
    "infrastructure.components": "componentName componentType* nbComponent* memorySize manufacturer family "
    "series share",
}
VALUES = {
    "header.reportStatus": {"draft", "final", "corrective", "other"},
    "task.dataset.dataUsage": {"input", "output"},
    "task.dataset.dataType": {
        "tabular",
        "audio",
        "boolean",
        "image",
        "video",
        "object",
        "text",
        "token",
        "other",
    },
    "infrastructure.infraType": {"publicCloud", "privateCloud", "onPremise", "other"},
    "quality": {"high", "medium", "low"},
}
WHOLE = {"nbComponent", "memorySize"}
SHARES = {"measuredAccuracy", "averageUtilizationCpu", "averageUtilizationGpu"}


def check(value: Any, path: str = "") -> None:
    """Fail on fields that the format lacks, on those that it demands and are missing, and on other values."""
    if isinstance(value, list):
        assert value, path
        for item in value:
            check(item, path)
    elif isinstance(value, dict):
        names = FIELDS[path].split()
        assert set(value) <= {name.rstrip("*") for name in names}, path
        assert {name[:-1] for name in names if name.endswith("*")} <= set(value), path
        for name, item in value.items():
            check(item, f"{path}.{name}".lstrip("."))
    else:
        name = path.rpartition(".")[2]
        assert value in VALUES.get(path, {value}), path
        assert not (name in WHOLE and not isinstance(value, int)), path
        assert not (name in SHARES and not 0 <= value <= 1), path


@pytest.fixture
def written(tmp_path: Path):
    def write(results: Results, config: dict[str, Any] | None = None) -> dict[str, dict[str, Any]]:
        folder = CampaignFolder(tmp_path / "campaign")
        folder.path.mkdir()
        write_results(results, folder.results)
        Campaign(
            id=results.campaign.id,
            created_utc_s=1.79e9,
            wattlab_version="0.0.0",
            simulated=results.campaign.simulated,
            seed=1,
            config=config or {},
            config_sha256="",
            plan=[],
        ).write(folder.campaign_json)
        done = write_boamps(folder.path, tmp_path / "out", licence="CC-BY-4.0")
        documents = {path.name: json.loads(path.read_text()) for path in sorted((tmp_path / "out").iterdir())}
        assert done.reports == len(documents) and done.to_fill == TO_FILL
        return documents

    return write


def test_each_workload_has_a_report_with_the_fields_of_the_format(written) -> None:
    results = example(Plan(simulated=False))
    config = {"scenario": [{"name": "cnn", "environment": "cpu"}]}
    documents = written(results, config)
    assert list(documents) == [
        "boamps-cnn-codecarbon.json",
        "boamps-cnn.json",
        "boamps-transfer-codecarbon.json",
        "boamps-transfer.json",
    ]
    for document in documents.values():
        check(document)
    report = documents["boamps-cnn.json"]
    runs = [run for run in results.runs if (run.scenario, run.tracker) == ("cnn", None)]
    assert [m["powerConsumption"] for m in report["measures"]] == [run.energy_wh / 1000 for run in runs]
    assert [m["measurementDuration"] for m in report["measures"]] == [run.duration_s for run in runs]
    assert {m["measurementMethod"] for m in report["measures"]} == {"wattmeter"}
    assert report["task"]["taskStage"] == "training"
    assert report["task"]["algorithms"] == [
        {"framework": "tensorflow", "frameworkVersion": "2.21.0", "epochsNumber": 4}
    ]
    assert report["header"]["licensing"] == "CC-BY-4.0" and "quality" in report
    methods = [m["measurementMethod"] for m in documents["boamps-cnn-codecarbon.json"]["measures"]]
    assert methods == ["wattmeter"] * len(runs) + ["codecarbon"] * len(runs)


def test_a_tracker_is_given_the_time_that_it_measured(written) -> None:
    results = example(Plan(simulated=False))
    results.trackers[:] = [replace(row, window_s=123.0) for row in results.trackers]
    measures = written(results)["boamps-cnn-codecarbon.json"]["measures"]
    times_s = {m["measurementDuration"] for m in measures if m["measurementMethod"] == "codecarbon"}
    assert times_s == {123.0}


@pytest.mark.parametrize(
    ("driver", "simulated", "words"),
    [("wattsup_pro", True, "SIMULATED"), ("rapl", False, "not at the wall"), ("rapl", True, "SIMULATED")],
)
def test_what_is_no_measurement_at_the_wall_says_so_in_every_measure(
    written, driver, simulated, words
) -> None:
    results = example(Plan(simulated=simulated, tracker=None))
    results.meter["driver"] = driver
    for document in written(results).values():
        check(document)
        assert all(words in measure["measurementMethod"] for measure in document["measures"])
        assert "quality" not in document and "software" not in document


def test_a_campaign_of_which_little_is_known_still_gives_a_whole_report(written) -> None:
    results = example(Plan(tracker=None, epochs=0, gpu=False, simulated=False))
    results.environment, results.provenance = {}, {}
    for run in results.runs:
        change(run, baseline_wh=None)
    documents = written(results)
    for document in documents.values():
        check(document)
        assert document["infrastructure"]["components"] == [{"componentType": "unknown", "nbComponent": 1}]
        assert "powerCalibrationMeasurement" not in document["measures"][0]


def test_nothing_is_overwritten_and_a_campaign_without_workloads_is_refused(written, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.json").touch()
    with pytest.raises(ConfigurationError):
        written(example())
    (tmp_path / "out" / "mine.json").unlink()
    results = example()
    results.runs.clear()
    write_results(results, CampaignFolder(tmp_path / "campaign").results)
    with pytest.raises(RecordError):
        write_boamps(tmp_path / "campaign", tmp_path / "out")
