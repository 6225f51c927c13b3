"""Where the parts of a run lie.

Apart from `records.run`, because the collectors need these names and none of the documents, and
their start is a good part of what they cost the measured machine.
"""

# ruff: noqa: D102 - paths whose names say it
from dataclasses import dataclass
from pathlib import Path

RUN_JSON = "run.json"
COLLECTL_LOG = "collectl.log"
CALLS = "calls"


@dataclass(frozen=True, slots=True)
class RunPaths:
    """Where the parts of a run lie. Nothing is read or made by looking up a path."""

    path: Path

    @property
    def run_json(self) -> Path:
        return self.path / RUN_JSON

    @property
    def meter_json(self) -> Path:
        return self.path / "meter.json"

    @property
    def meter_csv(self) -> Path:
        return self.path / "meter.csv"

    @property
    def logger_json(self) -> Path:
        return self.path / "logger.json"

    @property
    def meter_raw_csv(self) -> Path:
        return self.path / "meter_raw.csv"

    @property
    def meters(self) -> Path:
        """Folder of the single meters where their sum is what the run is about."""
        return self.path / "meters"

    @property
    def clock_csv(self) -> Path:
        """Comparisons of the clocks of an imported run; a campaign of the lab has one file for all."""
        return self.path / "clock.csv"

    @property
    def collectl_tab(self) -> Path:
        return self.path / "collectl.tab"

    @property
    def collectl_log(self) -> Path:
        return self.path / COLLECTL_LOG

    @property
    def host_csv(self) -> Path:
        return self.path / "host.csv"

    @property
    def sensors_csv(self) -> Path:
        return self.path / "sensors.csv"

    @property
    def gpu_csv(self) -> Path:
        return self.path / "gpu.csv"

    @property
    def gpu_json(self) -> Path:
        return self.path / "gpu.json"

    @property
    def rapl_csv(self) -> Path:
        return self.path / "rapl.csv"

    @property
    def rapl_json(self) -> Path:
        return self.path / "rapl.json"

    @property
    def jetson_csv(self) -> Path:
        return self.path / "jetson.csv"

    @property
    def events(self) -> Path:
        return self.path / "events.jsonl"

    @property
    def calls(self) -> Path:
        """Folder of the calls that an instrumented program recorded."""
        return self.path / CALLS

    @property
    def trackers_csv(self) -> Path:
        return self.path / "trackers.csv"

    @property
    def trackers(self) -> Path:
        """Folder of the trackers' own output."""
        return self.path / "trackers"

    @property
    def model(self) -> Path:
        """Folder of the exported model architecture and history."""
        return self.path / "model"

    @property
    def stdout(self) -> Path:
        return self.path / "stdout.log"

    @property
    def stderr(self) -> Path:
        return self.path / "stderr.log"
