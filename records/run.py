"""``run.json``: one attempt at one slot, from plan to hashes."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Literal

from records.campaign import Kind
from records.documents import Document
from records.files import hash_tree

Status = Literal["planned", "running", "completed", "failed", "aborted"]
"""``failed``: something broke or was refused; ``aborted``: the controller or operator stopped it."""

RUN_JSON = "run.json"


@dataclass(kw_only=True)
class Run(Document):
    """One attempt at a slot. A run counts only when its status is ``completed``.

    Attributes:
        slot, scenario, kind, repeat, block, tracker: as in the plan (`records.campaign.Slot`).
        status: see `Status`.
        attempt: from 1.
        t_start_utc_s, t_stop_utc_s: the rating interval, which is the ``run`` span; ``None`` until known.
        exit_code: of the workload; ``None`` when it did not end by itself.
        gate: what the stability gate saw (see `sut.gate`), or ``None`` when it was off.
        reason: why the run is not completed, in one sentence; ``None`` when it is.
        files: ``{relative path: SHA-256}`` of everything in the folder but ``run.json``.
    """

    SCHEMA: ClassVar[str] = "wattlab.run/1"

    slot: int
    scenario: str
    kind: Kind
    repeat: int
    block: int
    tracker: str | None
    status: Status
    attempt: int
    t_start_utc_s: float | None = None
    t_stop_utc_s: float | None = None
    exit_code: int | None = None
    gate: dict[str, Any] | None = None
    reason: str | None = None
    files: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RunFolder:
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
    def collectl_tab(self) -> Path:
        return self.path / "collectl.tab"

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
    def events(self) -> Path:
        return self.path / "events.jsonl"

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

    def read(self) -> Run:
        """Read ``run.json``."""
        return Run.read(self.run_json)

    def hash_files(self) -> dict[str, str]:
        """Return the SHA-256 of every file of the run but ``run.json`` itself."""
        return hash_tree(self.path, frozenset({RUN_JSON}))
