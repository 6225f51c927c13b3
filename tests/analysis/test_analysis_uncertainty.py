"""The budget of a window against figures worked by hand."""

from dataclasses import replace
from math import hypot, sqrt

import pytest
from synthetic import Instrument

from analysis.power.energy import Border, WindowEnergy
from analysis.power.gaps import Gap
from analysis.uncertainty.contributions import gross_budget, induced_budget
from analysis.uncertainty.meter_errors import Exposure, MeterErrors

WINDOW = WindowEnergy(
    window_s=3600.0,
    measured_s=3590.0,
    energy_j=360_000.0,
    filled_j=1000.0,
    gaps=(Gap(0.0, 10.0, 100.0, 360.0),),
    rounding_share=1 / 60,  # 3600 readings rounded independently
    first=Border(40.0, 100.0, u_j=9.0),
    last=Border(100.0, 100.0),
)
BETWEEN_QUIETER_TIMES = replace(WINDOW, last=Border(100.0, 40.0, u_j=12.0))
METER = Instrument(reading_pct=1.5, counts=3.0, resolution_w=0.1, latency_u_s=0.0).record()
ERRORS = MeterErrors.of(METER)


def test_each_term_is_that_of_the_formula() -> None:
    # docs/explanation/method.md#uncertainty, worked by hand for one hour at 100 W by a Watts up? (1.5 % and
    # 3 counts):
    budget = gross_budget(WINDOW, METER, clock_u_s=0.3)
    assert budget.gain_wh == pytest.approx(100 * 0.015 / sqrt(3))
    assert budget.offset_wh == pytest.approx(0.3 / sqrt(3))  # 3 counts of 0.1 W for one hour
    assert budget.split_wh == pytest.approx(9.0 / 3600)
    assert budget.resolution_wh == pytest.approx(0.1 / sqrt(12) / 60)  # of one hour
    assert budget.gap_wh == pytest.approx(360 / sqrt(3) / 3600)


def test_a_late_meter_costs_the_step_where_the_power_steps_at_one_border_only() -> None:
    # Shifted later, the window wins 100 W and loses 100 W; earlier, it wins 40 W and loses 100 W: 60 W
    # or nothing, whose root mean square is 60 / sqrt(2).
    assert gross_budget(WINDOW, METER, clock_u_s=0.3).clock_wh == pytest.approx(0.3 * 60 / sqrt(2) / 3600)


def test_a_run_between_quieter_times_loses_the_step_whichever_way_it_is_shifted() -> None:
    budget = gross_budget(BETWEEN_QUIETER_TIMES, METER, clock_u_s=0.3, fit_u_s=0.4)
    assert budget.clock_wh == pytest.approx(0.3 * 60 / 3600)
    assert budget.align_wh == pytest.approx(0.5 * 60 / 3600)
    assert budget.split_wh == pytest.approx(15.0 / 3600)  # 9 J and 12 J, independent of each other


def test_an_epoch_among_epochs_neither_wins_nor_loses_by_a_shift() -> None:
    window = replace(WINDOW, last=Border(40.0, 100.0))
    budget = gross_budget(window, METER, clock_u_s=0.3)
    assert budget.clock_wh == 0.0


def test_what_a_window_too_short_may_have_wrong_adds_up_and_is_reached_as_a_whole() -> None:
    window = replace(WINDOW, first=Border(40.0, 90.0, bound_j=30.0), last=Border(90.0, 40.0, bound_j=20.0))
    budget = gross_budget(window, METER)
    assert budget.unresolved_wh == pytest.approx(50.0 / 3600)
    assert budget.terms()["unresolved"] == budget.unresolved_wh
    assert list(budget.parts().two_point) == [budget.unresolved_wh]


def test_the_total_is_the_root_of_the_sum_of_squares() -> None:
    budget = gross_budget(WINDOW, METER, 0.3)
    terms = (budget.gain_wh, budget.offset_wh, budget.align_wh, budget.split_wh)
    rest = (budget.resolution_wh, budget.gap_wh)
    assert budget.total_wh == pytest.approx(sqrt(sum(u**2 for u in (*terms, *rest))))


def test_in_the_induced_energy_the_gain_acts_on_the_difference_and_the_offset_cancels() -> None:
    baseline = {ERRORS: Exposure(energy_wh=40.0, time_h=1.0)}
    budget = induced_budget(gross_budget(WINDOW, METER, 0.3), baseline, baseline_u_wh=0.2)
    assert budget.gain_wh == pytest.approx(60 * 0.015 / sqrt(3))
    assert budget.offset_wh == 0.0
    assert budget.baseline_wh == 0.2


def test_the_offset_of_another_range_does_not_cancel() -> None:
    other = MeterErrors.of(Instrument(range_pct=0.1, range_w=300.0, counts=0.0).record())
    baseline = {other: Exposure(energy_wh=40.0, time_h=1.0)}
    budget = induced_budget(gross_budget(WINDOW, METER), baseline, 0.0)
    assert budget.offset_wh == pytest.approx(hypot(0.3, 0.3) / sqrt(3))
    assert budget.gain_wh == pytest.approx(hypot(100, 40) * 0.015 / sqrt(3))


def test_the_influence_of_the_power_factor_acts_on_the_difference_of_the_reactive_powers() -> None:
    meter = Instrument(reactive_pct=0.2).record()
    gross = gross_budget(WINDOW, meter, reactive_var=75.0)
    baseline = {MeterErrors.of(meter): Exposure(40.0, 1.0, reactive_varh=60.0)}
    assert gross.power_factor_wh == pytest.approx(0.002 * 75 / sqrt(3))
    assert induced_budget(gross, baseline, 0.0).power_factor_wh == pytest.approx(0.002 * 15 / sqrt(3))


def test_percent_of_range_is_part_of_the_offset() -> None:
    meter = Instrument(reading_pct=0.1, counts=0.0, range_pct=0.1, range_w=300.0).record()
    assert gross_budget(WINDOW, meter).offset_wh == pytest.approx(0.3 / sqrt(3))
