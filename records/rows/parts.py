"""Parts of the results that are no tables: facts of the campaign, baseline, ISO/IEC 14756, control chart."""

from dataclasses import dataclass, field
from typing import Any, Literal

from records.health import Acknowledgement, Signal
from records.rows.standards import EfficiencyRow, HealthRow, ProofRow, TaskTypeRow


@dataclass(kw_only=True)
class CampaignFacts:
    """What the results say of their campaign.

    Attributes:
        id: of the campaign; ``title`` of lab.toml, else the id.
        created_utc_s: when it was planned; ``wattlab_version`` by which version.
        simulated: whether a virtual instrument measured it.
        seed: of the plan; ``config_sha256`` hash of the configuration.
        blocks, repeats: of the plan.
        slots_planned, slots_completed: runs of the plan, and those that count.
    """

    id: str
    title: str
    created_utc_s: float
    wattlab_version: str
    simulated: bool
    seed: int
    config_sha256: str
    blocks: int
    repeats: int
    slots_planned: int
    slots_completed: int
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(kw_only=True)
class BaselineSummary:
    """The baseline of a campaign; ``None`` where too few baselines exist to say.

    Attributes:
        reference: ``interpolated`` or ``pooled``.
        n: number of baseline runs.
        mean_power_w: pooled power; ``mean_power_u_w`` its standard uncertainty; ``sd_w`` between runs.
        drift_w_per_h: slope over time with its 95 % interval and p value.
        block_change_w: later half of the blocks minus the earlier one, with its p value.
    """

    reference: Literal["interpolated", "pooled"] = "interpolated"
    n: int = 0
    mean_power_w: float | None = None
    mean_power_u_w: float | None = None
    sd_w: float | None = None
    drift_w_per_h: float | None = None
    drift_low_w_per_h: float | None = None
    drift_high_w_per_h: float | None = None
    drift_p: float | None = None
    block_change_w: float | None = None
    block_change_p: float | None = None
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(kw_only=True)
class Iso14756:
    """Values and proofs after ISO/IEC 14756.

    Attributes:
        marked: what is to be said of the formulas.
        satisfied: whether every task type is; ``valid`` whether every proof holds.
    """

    marked: str
    satisfied: bool
    valid: bool
    task_types: list[TaskTypeRow]
    efficiency: list[EfficiencyRow] = field(metadata={"csv": "software_efficiency"})
    proofs: list[ProofRow]
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(kw_only=True)
class ControlChart:
    """The control chart of the lab.

    Attributes:
        control: name of the control scenario.
        verdict: ``unknown``, ``in control``, ``signal`` or ``out of control``.
        n: runs of this campaign; ``n_history`` of earlier ones.
        centre_wh, lower_wh, upper_wh, sd_wh: of the present phase; ``None`` with fewer than three runs.
        relative_sd_pct: standard deviation over mean; ``relative_sd_max_pct`` what is permitted.
        signals: of this campaign's runs in the present phase.
        acknowledged: stops after which the operator went on; ``stopped`` why the campaign stands still.
        points: the runs, those of earlier campaigns first.
    """

    control: str
    verdict: str
    n: int
    n_history: int
    centre_wh: float | None
    lower_wh: float | None
    upper_wh: float | None
    sd_wh: float | None
    relative_sd_pct: float | None
    relative_sd_max_pct: float
    signals: list[Signal]
    acknowledged: list[Acknowledgement]
    stopped: str | None
    points: list[HealthRow] = field(metadata={"csv": "health"})
    extra: dict[str, Any] = field(default_factory=dict)
