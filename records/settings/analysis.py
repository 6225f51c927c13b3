"""Settings of the analysis: limits, rules, which useful work to show."""

from typing import Annotated, Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from records.campaign import Campaign
from records.health import HEALTH_RULES
from records.rows.families import USEFUL_WORK
from records.settings.ecolabel import Ecolabel
from records.settings.estimators import EstimatorSettings
from records.settings.mistakes import read_model
from records.settings.requirement import Requirement
from records.settings.section import Names, Percent, Positive, Section, text_like
from records.settings.smell import Smell

CONFIDENCE = 0.95

Accuracy = Annotated[float, Field(gt=0, le=1)]
Currency = Annotated[str, text_like(r"[A-Z]{3}", "a currency code, such as EUR")]


class HealthSettings(Section):
    """``[health]``, as far as the chart of the control workload needs it.

    See docs/explanation/method.md#lab-health.

    Attributes:
        control: name of the control scenario, or ``None`` where there is none.
        relative_sd_max_pct: permitted standard deviation over mean; also how large a signalled shift
            has to be to stop a campaign.
        rules: those of `records.health.HEALTH_RULES` that are applied.
    """

    control: str | None = None
    relative_sd_max_pct: Positive = 1.0
    rules: Names = ("beyond-limits", "eight-in-a-row", "shift", "drift")

    @field_validator("rules")
    @classmethod
    def _known_rules(cls, rules: tuple[str, ...]) -> tuple[str, ...]:
        return _known(rules, HEALTH_RULES)


class AnalysisSection(Section):
    """``[analysis]``: the rules of the analysis.

    Attributes:
        coverage_min_pct: a run with less of its rating interval measured is refused.
        baseline: rule of the reference, ``interpolated`` or ``pooled``
        (docs/explanation/method.md#baseline-and-what-the-software-induced).
        useful_work: kinds to show, of `records.rows.families.USEFUL_WORK`.
        uncertainty_max_pct: an energy whose relative standard uncertainty is larger is a finding.
        grid_co2_g_per_kwh: emissions of the electricity, or ``None`` where nobody stated them.
        grid_co2_source: where that factor comes from.
        price_per_kwh: price of the electricity, or ``None`` where nobody stated it.
        price_currency: its currency, as ISO 4217 writes it.
        price_source: where the price comes from.
    """

    coverage_min_pct: Percent = 99.0
    baseline: Literal["interpolated", "pooled"] = "interpolated"
    useful_work: Names = ("val_accuracy",)
    uncertainty_max_pct: Positive = 5.0
    grid_co2_g_per_kwh: Positive | None = None
    grid_co2_source: str | None = None
    price_per_kwh: Positive | None = None
    price_currency: Currency | None = None
    price_source: str | None = None

    @field_validator("useful_work")
    @classmethod
    def _known_kinds(cls, kinds: tuple[str, ...]) -> tuple[str, ...]:
        return _known(kinds, USEFUL_WORK)

    @model_validator(mode="after")
    def _factors_with_source(self) -> Self:
        if (self.grid_co2_g_per_kwh is None) != (self.grid_co2_source is None):
            raise ValueError(
                'expected grid_co2_g_per_kwh and grid_co2_source together, e.g. 381.0 and "UBA 2023, Germany"'
            )
        price = (self.price_per_kwh, self.price_currency, self.price_source)
        if any(part is None for part in price) and any(part is not None for part in price):
            raise ValueError(
                "expected price_per_kwh, price_currency and price_source together, "
                'e.g. 0.40, "EUR" and "contract of 2025"'
            )
        return self


class AnalysisSettings(AnalysisSection):
    """Settings of an analysis: those of ``[analysis]``, and what other sections say.

    Attributes:
        target_val_accuracy: by scenario; the accuracy whose energy is asked for.
        confidence: of all intervals.
        health: the control workload.
        requirement: what is asked of the SUT (ISO/IEC 14756), or ``None``.
        ecolabel: of DE-UZ 215, or ``None``.
        estimators: of the built-in estimators; ``None`` makes no estimates.
        smells: pairs of a smelly and a clean scenario.
        calls_recorded: scenarios whose runs have to have a record of their calls.
    """

    target_val_accuracy: dict[str, float] = {}
    confidence: float = CONFIDENCE
    health: HealthSettings = HealthSettings()
    requirement: Requirement | None = None
    ecolabel: Ecolabel | None = None
    estimators: EstimatorSettings | None = None
    smells: tuple[Smell, ...] = ()
    calls_recorded: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the settings as `records.results.Results.settings` holds them."""
        ecolabel = self.ecolabel
        only_where_set: dict[str, Any] = {}
        if self.estimators is not None:
            only_where_set["estimators"] = self.estimators.model_dump(mode="json")
        if self.grid_co2_g_per_kwh is not None:
            only_where_set["grid_co2_g_per_kwh"] = self.grid_co2_g_per_kwh
            only_where_set["grid_co2_source"] = self.grid_co2_source
        if self.price_per_kwh is not None:
            only_where_set["price_per_kwh"] = self.price_per_kwh
            only_where_set["price_currency"] = self.price_currency
            only_where_set["price_source"] = self.price_source
        if self.smells:
            only_where_set["smells"] = [smell.model_dump(mode="json") for smell in self.smells]
        return {
            "coverage_min_pct": self.coverage_min_pct,
            "baseline": self.baseline,
            "confidence": self.confidence,
            "useful_work": list(self.useful_work),
            "target_val_accuracy": dict(self.target_val_accuracy),
            "uncertainty_max_pct": self.uncertainty_max_pct,
            "health": self.health.model_dump(mode="json"),
            "requirement": None if self.requirement is None else self.requirement.model_dump(mode="json"),
            "ecolabel": None
            if ecolabel is None
            else {
                "scenario": ecolabel.scenario,
                "full": ecolabel.full_by_quantity,
                "certified": ecolabel.certified_by_quantity,
                "later_max_pct": ecolabel.LATER_MAX_PCT,
            },
            **only_where_set,
        }


class _Scenario(Section):
    name: str = ""
    target_val_accuracy: Accuracy | None = None
    calls: dict[str, Any] | None = None


class _Configuration(Section):
    """The part of a campaign's configuration that the analysis reads."""

    analysis: AnalysisSection = AnalysisSection()
    health: HealthSettings | None = None
    requirement: Requirement | None = None
    ecolabel: Ecolabel | None = None
    estimators: EstimatorSettings | None = None
    scenario: list[_Scenario] = []
    smell: list[Smell] = []


def settings_of(campaign: Campaign) -> AnalysisSettings:
    """Return the settings that a campaign was planned with; what it does not say has its default.

    Raises:
        ConfigurationError: a value in its configuration is none that the analysis knows.
    """
    read = read_model(_Configuration, campaign.config, "campaign.json", closed=False)
    return AnalysisSettings(
        **dict(read.analysis),
        target_val_accuracy={
            scenario.name: scenario.target_val_accuracy
            for scenario in read.scenario
            if scenario.target_val_accuracy is not None
        },
        health=read.health or HealthSettings(),
        requirement=read.requirement,
        ecolabel=read.ecolabel,
        estimators=read.estimators,
        smells=tuple(read.smell),
        calls_recorded=tuple(scenario.name for scenario in read.scenario if scenario.calls is not None),
    )


def _known(names: tuple[str, ...], known: tuple[str, ...]) -> tuple[str, ...]:
    for name in names:
        if name not in known:
            raise ValueError(f"{name!r} is none of {', '.join(known)}")
    return names
