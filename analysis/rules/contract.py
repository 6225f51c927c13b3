"""What a published rule is given and what it has to give."""

import importlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from analysis.maths.arrays import Floats, column
from analysis.run.measure import RunMeasure, measure_recorded
from analysis.run.recorded import RecordedRun
from records.errors import ConfigurationError
from records.meter import MeterRecord
from records.near_match import alternatives
from records.rows.row import Value
from records.run import Run
from records.settings.estimators import EstimatorSettings

DEFAULT = "default"

Columns = dict[str, Value]
"""What a published rule gives for one thing, by names of its own that end in their units."""

# Loaded when they are asked for.
_RULES = {
    "oscar": "analysis.rules.oscar:OscarRule",
    "kecolab": "analysis.rules.kecolab:KecolabRule",
    "mlperf": "analysis.rules.mlperf:MlperfRule",
    "fecom": "analysis.rules.fecom:FecomRule",
}


@dataclass(frozen=True, eq=False)
class RuleCase:
    """One counted run, as recorded: nothing is corrected, no cadence is fitted.

    Attributes:
        run_dir: its folder; ``run`` and ``meter`` its records.
        start_utc_s, stop_utc_s: the rating interval, on the controller's clock.
        t_utc_s: stamps of the readings in the order of the file, ``(n,)``.
        power_w: their power, NaN where flagged, ``(n,)``.
    """

    run_dir: Path
    run: Run
    meter: MeterRecord
    start_utc_s: float
    stop_utc_s: float
    t_utc_s: Floats
    power_w: Floats


class Rule(Protocol):
    """A published rule.

    Attributes:
        name: as `lab analyse --rule` has it.
        source: where the rule is published.
    """

    name: str
    source: str

    def of_run(self, case: RuleCase) -> Any:
        """Return what the rule needs of one run; small, and to be pickled."""

    def of_campaign(self, parts: list[tuple[Run, Any]]) -> tuple[list[Columns], list[Columns]]:
        """Put the runs together.

        Args:
            parts: every counted run with what `of_run` gave, in the order of the plan.

        Returns:
            Rows of ``rules.csv`` (one per scenario, or per run), and of ``rule_spans.csv``, both without
            the rule's name, which is put before them.
        """


def rule_names() -> list[str]:
    """Return the names that `lab analyse --rule` knows, the default one first."""
    return [DEFAULT, *_RULES]


def rule_source(name: str) -> str:
    """Return where a rule is published.

    Raises:
        ConfigurationError: there is no such rule.
    """
    rule = find_rule(name)
    return rule.source if rule else "docs/explanation/method.md"


def find_rule(name: str) -> Rule | None:
    """Return a rule by name, ``None`` for the default one.

    Raises:
        ConfigurationError: there is no such rule.
    """
    if name == DEFAULT:
        return None
    if name not in _RULES:
        raise ConfigurationError(f"--rule {name}: there is no such rule; {alternatives(name, rule_names())}")
    module, _, attribute = _RULES[name].partition(":")
    rule: Rule = getattr(importlib.import_module(module), attribute)()
    return rule


def measure_by(
    recorded: RecordedRun, rule: Rule | None, points: int, estimators: EstimatorSettings | None = None
) -> RunMeasure:
    """Measure one run, with what a published rule also needs of it.

    Args:
        recorded: the run.
        rule: the rule, or ``None``.
        points: of the trace that are kept for drawing.
        estimators: settings of the built-in estimators, or ``None``.

    Raises:
        RecordError: a file that is needed is missing or damaged.
    """
    run = measure_recorded(recorded, points, estimators)
    return run if rule is None else replace(run, by_rule=rule.of_run(_case_of(recorded)))


def _case_of(recorded: RecordedRun) -> RuleCase:
    stamps, power = (column(recorded.readings, name) for name in ("t_utc_s", "power_w"))
    return RuleCase(
        recorded.path, recorded.run, recorded.meter, *recorded.rating_interval, t_utc_s=stamps, power_w=power
    )
