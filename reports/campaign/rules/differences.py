"""A published rule against the default one: what each gives of the same records."""

from dataclasses import dataclass
from typing import NamedTuple

from records.rows.runs import RunRow
from records.rows.scenarios import ScenarioRow
from reports.campaign.view import View, energy_of
from reports.words.energy import is_energy, unit_of
from reports.words.numbers import finite, in_interval, interval, plain
from reports.words.texts import quantity

_SMALL = 1.0  # in standard uncertainties of the default value


@dataclass(frozen=True)
class Beside:
    """One quantity of one scenario or run by both rules.

    Attributes:
        scenario: name, with its tracker; ``run_dir`` the run, where the rule knows no scenarios.
        column: name of the quantity in both.
        unit: of the numbers: that of the report for energies.
        rule: by the published rule; ``default`` by the default one.
        low, high, u: interval and standard uncertainty of the default value, where it has them.
    """

    scenario: str
    run_dir: str
    column: str
    unit: str
    rule: float
    default: float
    low: float | None
    high: float | None
    u: float | None

    @property
    def difference(self) -> float:
        """Rule minus default."""
        return self.rule - self.default

    @property
    def in_u(self) -> float | None:
        """The difference in standard uncertainties of the default value; ``None`` where it has none."""
        return self.difference / self.u if self.u else None

    @property
    def pct(self) -> float | None:
        """The difference in percent of the default value."""
        return 100 * self.difference / abs(self.default) if self.default else None

    @property
    def name(self) -> str:
        """Scenario, and the run where there is one."""
        return f"{self.scenario}, {self.run_dir}" if self.run_dir else self.scenario


def beside_each_other(view: View) -> list[Beside]:
    """Return every quantity that both rules give, in the order of the rule's rows."""
    of_runs = {row.run_dir: _of_run(row) for row in view.results.runs}
    of_scenarios = {row.scenario: _of_scenario(row) for row in view.results.scenarios}
    pairs = []
    for row in view.results.rule_rows:
        run_dir, name = str(row.values.get("run_dir") or ""), str(row.values.get("scenario"))
        defaults = of_runs.get(run_dir) if run_dir else of_scenarios.get(name)
        for column, default in (defaults or {}).items():
            by_rule, by_default = finite(row.values.get(column)), default.value
            if by_rule is not None and by_default is not None:
                unit = view.unit if is_energy(column) else unit_of(quantity(column)[1])
                pairs.append(
                    Beside(
                        scenario=view.name_of(name),
                        run_dir=run_dir,
                        column=column,
                        unit=unit.name,
                        rule=by_rule * unit.per_wh,
                        default=by_default * unit.per_wh,
                        low=unit.of(default.low),
                        high=unit.of(default.high),
                        u=unit.of(default.u),
                    )
                )
    return pairs


class _Default(NamedTuple):
    """A value of the default rule, with its interval and standard uncertainty where it has them."""

    value: float | None
    low: float | None = None
    high: float | None = None
    u: float | None = None


def _of_run(row: RunRow) -> dict[str, _Default]:
    return {
        "induced_wh": _Default(row.induced_wh, u=row.induced_u_wh),
        "energy_wh": _Default(row.energy_wh, u=row.energy_u_wh),
        "mean_power_w": _Default(row.mean_power_w),
        "duration_s": _Default(row.duration_s),
    }


def _of_scenario(row: ScenarioRow) -> dict[str, _Default]:
    return {
        "induced_wh": _Default(*energy_of(row, "induced")),
        "energy_wh": _Default(*energy_of(row, "energy")),
        "mean_power_w": _Default(row.mean_power_w),
        "duration_s": _Default(row.duration_s),
    }


def answer(pairs: list[Beside]) -> str:
    """Say whether the choice of the rule matters on these data, by the largest difference in an energy."""
    energies = [item for item in pairs if item.in_u is not None]
    if not energies:
        return "None of its energies can be compared with one of the default rule that has an uncertainty."
    worst = max(energies, key=lambda item: abs(item.in_u or 0.0))
    words = (
        f"The largest difference is in the {_quantity(worst.column)} of {worst.name}: {_figures(worst)}, "
        f"{plain(abs(worst.in_u or 0.0), 2)} standard uncertainties of the default value."
    )
    if abs(worst.in_u or 0.0) <= _SMALL:
        return f"{words} On these data the choice of the rule does not matter."
    return f"{words} On these data the choice of the rule matters."


def matters(pairs: list[Beside]) -> bool:
    """Say whether any energy differs by more than its standard uncertainty."""
    return any(abs(item.in_u) > _SMALL for item in pairs if item.in_u is not None)


def sentences(pairs: list[Beside]) -> list[tuple[str, str]]:
    """Return the first quantity that each scenario or run has: its name, and the difference in words."""
    first: dict[str, Beside] = {}
    for item in pairs:
        first.setdefault(item.name, item)
    return [(f"{item.name}, {_quantity(item.column)}", _figures(item)) for item in first.values()]


def _quantity(column: str) -> str:
    return {"induced_wh": "induced energy", "energy_wh": "energy"}.get(column, quantity(column)[0])


def _figures(item: Beside) -> str:
    unit = item.unit
    default = in_interval(item.default, item.low, item.high, item.u)
    ends = f" {interval(item.low, item.high)}" if item.low is not None else ""
    sign = "+" if item.difference > 0 else ""
    share = "" if item.pct is None else f" ({sign}{plain(item.pct, 2)} %)"
    return (
        f"{plain(item.rule, 6)} {unit} by the rule, {default}{ends} {unit} by the default one, "
        f"difference {sign}{plain(item.difference, 2)} {unit}{share}"
    )
