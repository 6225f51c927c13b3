"""``run.json``: one attempt at one slot, from plan to hashes."""

from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, Self

from records.campaign import Kind, Slot
from records.documents import Document
from records.files import hash_tree
from records.folders import RUN_JSON, RunPaths

Status = Literal["planned", "running", "completed", "failed", "aborted"]
"""``failed``: something broke or was refused; ``aborted``: the controller or operator stopped it."""


@dataclass(kw_only=True)
class Run(Document):
    """One attempt at a slot. A run is valid only when its status is ``completed``.

    Attributes:
        slot, scenario, kind, repeat, block, tracker: as in the plan (`records.campaign.Slot`).
        status: see `Status`.
        attempt: from 1.
        t_start_utc_s, t_stop_utc_s: the rating interval, which is the ``run`` span; ``None`` until known.
        exit_code: of the workload; ``None`` when it did not end by itself.
        gate: what the stability gate saw (see `sut.gate`), or ``None`` when it was off.
        reason: why the run is not completed, in one sentence; ``None`` when it is.
        files: ``{relative path: SHA-256}`` of everything in the folder but ``run.json``.
        bench: name of the bench of a fleet, ``None`` where there is one bench only.
        lease: number of the lease under which the bench was used; it grows from block to block.
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
    bench: str | None = None
    lease: int | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the record; ``bench`` and ``lease`` only of a fleet, since older journals hold its hash."""
        document = super().to_json()
        if self.bench is None:
            del document["bench"], document["lease"]
        return document

    @classmethod
    def of_slot(cls, slot: Slot, status: Status, attempt: int) -> Self:
        """Return the record of an attempt at a slot, with nothing in it but what the plan says."""
        return cls(
            slot=slot.slot,
            scenario=slot.scenario,
            kind=slot.kind,
            repeat=slot.repeat,
            block=slot.block,
            tracker=slot.tracker,
            status=status,
            attempt=attempt,
        )


class RunFolder(RunPaths):
    """A run folder: where its parts lie, its record, its hashes."""

    __slots__ = ()

    def read(self) -> Run:
        """Read ``run.json``."""
        return Run.read(self.run_json)

    def hash_files(self) -> dict[str, str]:
        """Return the SHA-256 of every file of the run but ``run.json`` itself."""
        return hash_tree(self.path, frozenset({RUN_JSON}))
