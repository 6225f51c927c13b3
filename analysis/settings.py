"""What the analysis is told: limits, rules, which useful work to show."""

import json
from dataclasses import asdict, dataclass, field
from typing import Any, get_args

from analysis.ecolabel.capacities import EcolabelSettings, ecolabel_of
from analysis.iso14756.requirement import Requirement, requirement_of
from analysis.maths.arrays import finite
from analysis.scenario.baseline import Reference
from records.campaign import Campaign
from records.errors import ConfigurationError
from records.health import HEALTH_RULES
from records.result_columns import USEFUL_WORK

CONFIDENCE = 0.95


@dataclass(frozen=True)
class HealthSettings:
    """The control workload and what its chart permits (METHOD section 11).

    Attributes:
        control: name of the control scenario, or ``None`` where there is none.
        relative_sd_max_pct: permitted standard deviation over mean; also how large a signalled shift
            has to be to stop a campaign.
        rules: those of `records.health.HEALTH_RULES` that are applied.
    """

    control: str | None = None
    relative_sd_max_pct: float = 1.0
    rules: tuple[str, ...] = ("beyond-limits", "eight-in-a-row", "shift", "drift")

    def __post_init__(self) -> None:
        if self.relative_sd_max_pct <= 0:
            raise ConfigurationError(
                f"health.relative_sd_max_pct: expected percent above 0, found {self.relative_sd_max_pct}"
            )
        unknown = [rule for rule in self.rules if rule not in HEALTH_RULES]
        if unknown:
            raise ConfigurationError(f"health.rules: expected names of {HEALTH_RULES}, found {unknown[0]!r}")


@dataclass(frozen=True)
class AnalysisSettings:
    """Settings of an analysis.

    Attributes:
        coverage_min_pct: a run with less of its rating interval measured is refused.
        baseline: rule of the reference, ``interpolated`` or ``pooled`` (METHOD section 3).
        useful_work: kinds to show, of `records.result_columns.USEFUL_WORK`.
        target_val_accuracy: by scenario; the accuracy whose energy is asked for.
        confidence: of all intervals.
        uncertainty_max_pct: an energy whose relative standard uncertainty is larger is a finding.
        health: the control workload.
        requirement: what is asked of the SUT (ISO/IEC 14756), or ``None``.
        ecolabel: of DE-UZ 215, or ``None``.
    """

    coverage_min_pct: float = 99.0
    baseline: Reference = "interpolated"
    useful_work: tuple[str, ...] = ("val_accuracy",)
    target_val_accuracy: dict[str, float] = field(default_factory=dict)
    confidence: float = CONFIDENCE
    uncertainty_max_pct: float = 5.0
    health: HealthSettings = HealthSettings()
    requirement: Requirement | None = None
    ecolabel: EcolabelSettings | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.coverage_min_pct <= 100:
            raise ConfigurationError(
                f"analysis.coverage_min_pct: expected percent from 0 to 100, found {self.coverage_min_pct}"
            )
        if self.baseline not in get_args(Reference):
            raise ConfigurationError(
                f"analysis.baseline: expected one of {get_args(Reference)}, found {self.baseline!r}"
            )
        if self.uncertainty_max_pct <= 0:
            raise ConfigurationError(
                f"analysis.uncertainty_max_pct: expected percent above 0, found {self.uncertainty_max_pct}"
            )
        unknown = [kind for kind in self.useful_work if kind not in USEFUL_WORK]
        if unknown:
            raise ConfigurationError(
                f"analysis.useful_work: expected names of {USEFUL_WORK}, found {unknown[0]!r}"
            )

    def to_json(self) -> dict[str, Any]:
        """Return the settings as `records.results.Results.settings` holds them."""
        return {
            "coverage_min_pct": self.coverage_min_pct,
            "baseline": self.baseline,
            "confidence": self.confidence,
            "useful_work": list(self.useful_work),
            "target_val_accuracy": dict(self.target_val_accuracy),
            "uncertainty_max_pct": self.uncertainty_max_pct,
            "health": {**asdict(self.health), "rules": list(self.health.rules)},
            "requirement": _as_json(self.requirement),
            "ecolabel": _as_json(self.ecolabel),
        }


def _as_json(settings: Requirement | EcolabelSettings | None) -> Any:
    return None if settings is None else json.loads(json.dumps(asdict(settings)))


def settings_of(campaign: Campaign) -> AnalysisSettings:
    """Return the settings that a campaign was planned with; what it does not say has its default.

    Raises:
        ConfigurationError: a value in its configuration is none that the analysis knows.
    """
    section = campaign.config.get("analysis")
    chosen = section if isinstance(section, dict) else {}
    default = AnalysisSettings()
    coverage = finite(chosen.get("coverage_min_pct", default.coverage_min_pct))
    work = chosen.get("useful_work", list(default.useful_work))
    if coverage is None or not isinstance(work, list):
        raise ConfigurationError(
            "analysis: expected a number in coverage_min_pct and a list in useful_work, found "
            f"{chosen.get('coverage_min_pct')!r} and {work!r}"
        )
    return AnalysisSettings(
        coverage_min_pct=coverage,
        baseline=chosen.get("baseline", default.baseline),
        useful_work=tuple(work),
        target_val_accuracy=_targets(campaign.config.get("scenario")),
        uncertainty_max_pct=_number("analysis", chosen, "uncertainty_max_pct", default.uncertainty_max_pct),
        health=_health(campaign.config.get("health")),
        requirement=requirement_of(campaign.config.get("requirement")),
        ecolabel=ecolabel_of(campaign.config.get("ecolabel")),
    )


def _number(section: str, chosen: dict[str, Any], key: str, default: float) -> float:
    number = finite(chosen.get(key, default))
    if number is None:
        raise ConfigurationError(f"{section}.{key}: expected a number, found {chosen[key]!r}")
    return number


def _health(section: object) -> HealthSettings:
    chosen = section if isinstance(section, dict) else {}
    default = HealthSettings()
    control, rules = chosen.get("control"), chosen.get("rules", list(default.rules))
    if not isinstance(control, str | None) or not isinstance(rules, list):
        raise ConfigurationError(
            f"health: expected a name in control and a list in rules, found {control!r} and {rules!r}"
        )
    limit_pct = _number("health", chosen, "relative_sd_max_pct", default.relative_sd_max_pct)
    return HealthSettings(control, limit_pct, tuple(rules))


def _targets(scenarios: object) -> dict[str, float]:
    targets = {}
    for scenario in scenarios if isinstance(scenarios, list) else []:
        target = finite(scenario.get("target_val_accuracy")) if isinstance(scenario, dict) else None
        if target is not None and isinstance(scenario.get("name"), str):
            targets[scenario["name"]] = target
    return targets
