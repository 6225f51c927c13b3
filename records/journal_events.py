"""Entries of ``journal.jsonl``: one class for each thing that the controller does, sees or decides.

``WHAT`` is the entry's name in the file. An entry of another name, or one whose fields are damaged, is
read as `UnknownEntry`, which keeps everything; so a newer version's journal can be read.
"""

import math
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar

from records.documents import build, plain
from records.errors import RecordError


class Process(StrEnum):
    """A process that the controller starts; the value is its name in journal and messages."""

    METER_LOGGER = "meter logger"
    COLLECTORS = "collector process"
    WORKLOAD_RUNNER = "workload runner"
    VIRTUAL_METER = "virtual meter"


@dataclass(frozen=True, kw_only=True)
class JournalEntry:
    """What all entries have.

    Attributes:
        t_utc_s, t_mono_s: when it was written, by the controller's clocks; ``None`` before it is written, and
            where a damaged journal has no number.
        extra: keys that this version does not know.
    """

    WHAT: ClassVar[str] = ""

    t_utc_s: float | None = None
    t_mono_s: float | None = None
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def what(self) -> str:
        """Name of the entry in the file."""
        return self.WHAT

    @property
    def taken_from(self) -> str | None:
        """Bench of a fleet from whose journal it was taken; ``None`` for what the controller itself wrote."""
        bench = self.extra.get("bench")
        return bench if isinstance(bench, str) else None

    def to_json(self) -> dict[str, Any]:
        """Return the entry as a line of the journal, its stamps and its name first."""
        fields = plain(self)
        stamps = {key: fields.pop(key) for key in ("t_utc_s", "t_mono_s")}
        return {**stamps, "what": self.what, **fields}


@dataclass(frozen=True, kw_only=True)
class UnknownEntry(JournalEntry):
    """An entry of another version, or a damaged one; ``extra`` holds its keys."""

    name: str = ""

    @property
    def what(self) -> str:
        """Name of the entry in the file."""
        return self.name


@dataclass(frozen=True, kw_only=True)
class RunEntry(JournalEntry):
    """An entry about the run of this folder name."""

    run_dir: str


@dataclass(frozen=True, kw_only=True)
class RunRecorded(RunEntry):
    """An entry after which ``run.json`` has the content of this SHA-256."""

    run_sha256: str | None = None


@dataclass(frozen=True, kw_only=True)
class CampaignStarted(JournalEntry):
    """A controller took up the campaign; ``campaign_sha256`` is that of the content of ``campaign.json``."""

    WHAT: ClassVar[str] = "campaign started"
    completed: int | None = None
    planned: int | None = None
    campaign_sha256: str | None = None


@dataclass(frozen=True, kw_only=True)
class CampaignEnded(JournalEntry):
    """Every slot was attempted; ``completed`` and ``missing`` count slots."""

    WHAT: ClassVar[str] = "campaign ended"
    completed: int | None = None
    missing: int | None = None
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class CampaignStopped(CampaignEnded):
    """The control workload, a device, the SUT or the disk stopped the campaign before its end."""

    WHAT: ClassVar[str] = "campaign stopped"


@dataclass(frozen=True, kw_only=True)
class CampaignInterrupted(JournalEntry):
    """The operator interrupted the campaign."""

    WHAT: ClassVar[str] = "campaign interrupted"


class Ending(StrEnum):
    """How a campaign is over, at least for now."""

    ENDED = "ended"
    STOPPED = "stopped"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, kw_only=True)
class Notified(JournalEntry):
    """The ``command`` of ``[notify]`` was run.

    Attributes:
        event: why.
        command: as configured.
        exit_code: ``None`` where it was not started, or ended for taking too long.
        failure: what went wrong, in words; ``None`` where nothing did.
    """

    WHAT: ClassVar[str] = "notified"
    event: Ending
    command: list[str]
    exit_code: int | None
    failure: str | None


@dataclass(frozen=True, kw_only=True)
class PrecisionChecked(JournalEntry):
    """How well the energies of a campaign with a wanted precision are known after so many ``blocks``.

    Attributes:
        target_pct: half of the 95 % interval that was asked for, in percent of the energy.
        half_pct: what is reached, by scenario and call; ``None`` where there is no interval.
    """

    WHAT: ClassVar[str] = "precision checked"
    blocks: int
    target_pct: float
    half_pct: dict[str, float | None]


@dataclass(frozen=True, kw_only=True)
class RepeatsEnough(JournalEntry):
    """A campaign with a wanted precision ends after so many ``blocks``.

    Attributes:
        target_pct: half of the 95 % interval that was asked for, in percent of the energy.
        reached: whether it was reached; else ``reason`` says why not.
        half_pct: what was reached, by scenario and call; ``None`` where there is no interval.
        dropped: numbers of the slots that are no longer planned.
    """

    WHAT: ClassVar[str] = "repeats enough"
    blocks: int
    target_pct: float
    reached: bool
    half_pct: dict[str, float | None]
    dropped: list[int]
    reason: str


@dataclass(frozen=True, kw_only=True)
class OrphanAborted(RunEntry):
    """A run that a dead controller had left under way was marked as aborted."""

    WHAT: ClassVar[str] = "orphaned run aborted"


@dataclass(frozen=True, kw_only=True)
class LeftoversEnded(JournalEntry):
    """A runner had not ended its workload itself; so many ``processes`` of it were ended on the SUT."""

    WHAT: ClassVar[str] = "leftovers ended"
    processes: int


@dataclass(frozen=True, kw_only=True)
class EnvironmentChanged(JournalEntry):
    """The bench is no longer the one of the runs before; ``differences`` has a phrase for each change."""

    WHAT: ClassVar[str] = "environment changed"
    differences: list[str]


@dataclass(frozen=True, kw_only=True)
class ProgramRecorded(JournalEntry):
    """``programs/programs.json`` was written with ``files`` files; written before that file is.

    Attributes:
        programs_sha256: of the content of ``programs.json``.
    """

    WHAT: ClassVar[str] = "program recorded"
    files: int
    programs_sha256: str


@dataclass(frozen=True, kw_only=True)
class ProgramChanged(JournalEntry):
    """The program is no longer the recorded one; ``changes`` has a phrase for each."""

    WHAT: ClassVar[str] = "program changed"
    changes: list[str]


@dataclass(frozen=True, kw_only=True)
class VirtualMeterStarted(JournalEntry):
    """A virtual instrument answers on ``port``."""

    WHAT: ClassVar[str] = "virtual meter started"
    pid: int
    port: str


@dataclass(frozen=True, kw_only=True)
class RunStarted(RunEntry):
    """An attempt at a slot began."""

    WHAT: ClassVar[str] = "run started"
    slot: int | None = None


@dataclass(frozen=True, kw_only=True)
class WarmedUp(JournalEntry):
    """The program of a scenario ran once before the campaign, without being measured, for ``seconds``."""

    WHAT: ClassVar[str] = "warm-up run"
    scenario: str
    command: list[str]
    seconds: float


@dataclass(frozen=True, kw_only=True)
class StatePrepared(RunEntry):
    """A command of ``[sut] before_run`` has ended.

    Attributes:
        exit_code: ``None`` where a restart cut it.
        seconds: how long it took, with the restart of the SUT where it ``rebooted``.
    """

    WHAT: ClassVar[str] = "state prepared"
    command: list[str]
    exit_code: int | None
    seconds: float
    rebooted: bool


@dataclass(frozen=True, kw_only=True)
class ProcessReady(JournalEntry):
    """A process of the attempt works."""

    WHAT: ClassVar[str] = "process ready"
    name: Process
    pid: int | None = None


@dataclass(frozen=True, kw_only=True)
class GateWaiting(JournalEntry):
    """What the stability gate waits for; written when it begins, and again as that changes.

    Attributes:
        waiting_for: one phrase each.
        tries: number of the present try, from 1; ``most_tries`` how many there are.
        waited_s: since the gate was set up.
    """

    WHAT: ClassVar[str] = "gate waiting"
    waiting_for: list[str]
    tries: int
    most_tries: int
    waited_s: float


@dataclass(frozen=True, kw_only=True)
class GateDecided(JournalEntry):
    """The stability gate opened, or gave up; the fields are those of ``gate`` in ``run.json``."""

    WHAT: ClassVar[str] = "gate"
    open: bool
    tries: int | None = None
    waited_s: float | None = None
    power_mean_w: float | None = None
    power_std_over_mean: float | None = None
    cpu_temperature_c: float | None = None
    gpu_temperature_c: float | None = None
    limits: dict[str, Any] = field(default_factory=dict)
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class CallGateDecided(GateDecided):
    """A call of the program waited for a machine at rest; ``site`` is its number in the record of calls."""

    WHAT: ClassVar[str] = "call gate"
    site: int | None = None


@dataclass(frozen=True, kw_only=True)
class WorkloadStarted(JournalEntry):
    """The workload runner was told to start this command."""

    WHAT: ClassVar[str] = "workload started"
    command: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class WorkloadEnded(JournalEntry):
    """The workload runner ended; its last message, as it wrote it, is in ``extra``."""

    WHAT: ClassVar[str] = "workload ended"


@dataclass(frozen=True, kw_only=True)
class RunEnded(RunRecorded):
    """An attempt ended."""

    WHAT: ClassVar[str] = "run ended"
    status: str | None = None
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class HealthAcknowledged(JournalEntry):
    """The operator went on after the control workload had stopped the campaign for ``reason``."""

    WHAT: ClassVar[str] = "health acknowledged"
    reason: str


@dataclass(frozen=True, kw_only=True)
class HealthJudged(JournalEntry):
    """The control chart after a control run: ``runs`` on it, and the ``signals`` of the last one."""

    WHAT: ClassVar[str] = "health judged"
    verdict: str
    runs: int
    relative_sd_pct: float | None
    signals: list[dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class HealthHistoryLeftOut(JournalEntry):
    """The control runs of a campaign next to this one could not be read."""

    WHAT: ClassVar[str] = "health history left out"
    campaign: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class ImportStarted(JournalEntry):
    """An importer began to read a foreign log."""

    WHAT: ClassVar[str] = "import started"
    format: str
    options: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class SourceRead(JournalEntry):
    """A file that an importer read."""

    WHAT: ClassVar[str] = "source read"
    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class ImportFinished(JournalEntry):
    """The campaign of a foreign log is written; ``runs`` and ``findings`` are counts."""

    WHAT: ClassVar[str] = "import finished"
    runs: int
    findings: int


@dataclass(frozen=True, kw_only=True)
class HostImported(RunRecorded):
    """``host.csv`` was added to a run after it was recorded.

    Attributes:
        sources: ``{name: SHA-256}`` of the logs.
        rows: samples written; ``sha256`` of the file.
    """

    WHAT: ClassVar[str] = "host samples imported"
    sources: dict[str, str]
    rows: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class BlockGiven(JournalEntry):
    """A block of a fleet's campaign was handed to a bench of this ``model``; ``tries`` broke before."""

    WHAT: ClassVar[str] = "block given"
    block: int
    bench: str
    model: str
    tries: int


@dataclass(frozen=True, kw_only=True)
class BlockNotDone(JournalEntry):
    """A bench has not completed a block, or was away for too long; it is given out again."""

    WHAT: ClassVar[str] = "block not done"
    block: int
    bench: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class BlockCollected(JournalEntry):
    """What a bench measured of a block has been taken into the campaign; ``reason`` says what is missing."""

    WHAT: ClassVar[str] = "block collected"
    block: int
    bench: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class BenchLost(JournalEntry):
    """A bench is away that has a block; it has time to come back."""

    WHAT: ClassVar[str] = "bench lost"
    bench: str
    block: int


def _below(cls: type[JournalEntry]) -> list[type[JournalEntry]]:
    return [found for sub in cls.__subclasses__() for found in (sub, *_below(sub))]


ENTRIES = {cls.WHAT: cls for cls in _below(JournalEntry) if cls.WHAT}
"""Classes of the entries by their names in the file."""


def entry_of(line: dict[str, Any]) -> JournalEntry:
    """Return the entry that a line of the journal holds; one of no known form is an `UnknownEntry`."""
    stamps = {key: _number(line.get(key)) for key in ("t_utc_s", "t_mono_s")}
    fields = {key: value for key, value in line.items() if key not in ("what", "extra", *stamps)}
    what = line.get("what")
    name = what if isinstance(what, str) else ""
    try:
        entry: JournalEntry = build(ENTRIES[name], {**stamps, **fields}, f"journal: {name}")
    except (KeyError, RecordError):
        return UnknownEntry(**stamps, name=name, extra=fields)
    return entry


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None
