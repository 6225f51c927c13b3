"""What the analysis is told: limits, rules, which useful work to show."""

from dataclasses import dataclass, field
from typing import Any, get_args

from analysis.arrays import finite
from analysis.baseline import Reference
from records.campaign import Campaign
from records.errors import ConfigurationError
from records.results import USEFUL_WORK

CONFIDENCE = 0.95


@dataclass(frozen=True)
class AnalysisSettings:
    """Settings of an analysis.

    Attributes:
        coverage_min_pct: a run with less of its rating interval measured is refused.
        baseline: rule of the reference, ``interpolated`` or ``pooled`` (METHOD section 3).
        useful_work: kinds to show, of `records.results.USEFUL_WORK`.
        target_val_accuracy: by scenario; the accuracy whose energy is asked for.
        confidence: of all intervals.
    """

    coverage_min_pct: float = 99.0
    baseline: Reference = "interpolated"
    useful_work: tuple[str, ...] = ("val_accuracy",)
    target_val_accuracy: dict[str, float] = field(default_factory=dict)
    confidence: float = CONFIDENCE

    def __post_init__(self) -> None:
        if not 0 <= self.coverage_min_pct <= 100:
            raise ConfigurationError(
                f"analysis.coverage_min_pct: expected percent from 0 to 100, found {self.coverage_min_pct}"
            )
        if self.baseline not in get_args(Reference):
            raise ConfigurationError(
                f"analysis.baseline: expected one of {get_args(Reference)}, found {self.baseline!r}"
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
        }


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
    )


def _targets(scenarios: object) -> dict[str, float]:
    targets = {}
    for scenario in scenarios if isinstance(scenarios, list) else []:
        target = finite(scenario.get("target_val_accuracy")) if isinstance(scenario, dict) else None
        if target is not None and isinstance(scenario.get("name"), str):
            targets[scenario["name"]] = target
    return targets
