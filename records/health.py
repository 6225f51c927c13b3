"""``health.json``: the control runs of a campaign and of earlier ones on the same bench.

The conductor writes it when a ``[health]`` section names a control workload. It carries the history
that the chart begins with, so that the analysis needs no other folder than the campaign's own.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from records.documents import Document

HEALTH_JSON = "health.json"

HEALTH_RULES = ("beyond-limits", "two-of-three", "four-of-five", "eight-in-a-row", "shift", "drift")
"""Rules that can be asked for; the limit of the relative standard deviation always holds."""


@dataclass(kw_only=True)
class ControlPoint:
    """One run of the control workload.

    Attributes:
        campaign: id of its campaign; ``run_dir`` name of its folder there.
        t_utc_s: start of its rating interval.
        energy_wh: gross energy; ``energy_u_wh`` its standard uncertainty.
        energy_random_u_wh: the part of it that differs from run to run.
    """

    campaign: str
    run_dir: str
    t_utc_s: float
    energy_wh: float
    energy_u_wh: float
    energy_random_u_wh: float

    @property
    def usable(self) -> bool:
        """Whether its numbers are such as a measurement gives; in a damaged file they need not be."""
        numbers = (self.t_utc_s, self.energy_wh, self.energy_u_wh, self.energy_random_u_wh)
        return all(0 <= number < 1e12 for number in numbers) and self.energy_wh > 0


@dataclass(frozen=True)
class Signal:
    """A rule of the control chart that was met.

    Attributes:
        rule: of `HEALTH_RULES`, or ``relative-sd``.
        run_dir: control run at which it was; ``phase`` in which.
        size_pct: how large the shift, drift or spread is, in percent of the centre.
        stops: whether it is large enough to stop the campaign.
        message: in words.
    """

    rule: str
    run_dir: str
    phase: int
    size_pct: float
    stops: bool
    message: str


@dataclass(kw_only=True)
class Acknowledgement:
    """The operator went on after a stop; a new phase of the chart begins.

    Attributes:
        t_utc_s: when; ``reason`` for which the campaign had stopped.
    """

    t_utc_s: float
    reason: str


@dataclass(kw_only=True)
class HealthRecord(Document):
    """``health.json``.

    Attributes:
        control: name of the control scenario.
        basis: what has to be equal for runs of two campaigns to stand on one chart: the scenario's
            command and variables, the host, the meter's identity, whether it is simulated.
        basis_sha256: hash of it.
        history: runs of earlier campaigns on the same basis, since their last acknowledgement.
        points: runs of this campaign, in the order of time.
        acknowledged: stops after which the operator went on.
        stopped: why the campaign stopped, until the operator continues.
    """

    SCHEMA: ClassVar[str] = "wattlab.health/1"

    control: str
    basis: dict[str, Any]
    basis_sha256: str
    history: list[ControlPoint] = field(default_factory=list)
    points: list[ControlPoint] = field(default_factory=list)
    acknowledged: list[Acknowledgement] = field(default_factory=list)
    stopped: str | None = None


def read_health(campaign: Path) -> HealthRecord | None:
    """Read ``health.json`` of a campaign folder; ``None`` where there is none.

    Raises:
        RecordError: it is damaged.
    """
    path = campaign / HEALTH_JSON
    return HealthRecord.read(path) if path.is_file() else None
