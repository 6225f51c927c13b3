from math import sqrt

import pytest
from synthetic import Instrument

from analysis.energy import Border, Hole, WindowEnergy
from analysis.uncertainty import gross_budget, induced_budget

WINDOW = WindowEnergy(
    window_s=3600.0,
    measured_s=3590.0,
    energy_j=360_000.0,
    filled_j=1000.0,
    holes=(Hole(0.0, 10.0, 100.0, 360.0),),
    overlap2_s2=3590.0,
    first=Border(60.0, 0.25),
    last=Border(0.0, 0.0),
)
METER = Instrument(reading_pct=1.5, counts=3.0, resolution_w=0.1).record()


def test_each_term_is_that_of_the_formula() -> None:
    # METHOD section 5, worked by hand for one hour at 100 W:
    budget = gross_budget(WINDOW, METER, t_u_s=0.3)
    assert budget.gain_wh == pytest.approx(100 * 0.015 / sqrt(3))
    assert budget.offset_wh == pytest.approx(0.3 / sqrt(3))  # 3 counts of 0.1 W for one hour
    assert budget.align_wh == pytest.approx(0.3 * 60 / 3600)  # 0.3 s at a step of 60 W
    assert budget.split_wh == pytest.approx(60 * 0.25 / 3600)  # the whole step, a quarter second off
    assert budget.resolution_wh == pytest.approx(0.1 / sqrt(12) * sqrt(3590) / 3600)
    assert budget.gap_wh == pytest.approx(360 / sqrt(3) / 3600)


def test_the_total_is_the_root_of_the_sum_of_squares() -> None:
    budget = gross_budget(WINDOW, METER, t_u_s=0.3)
    terms = (budget.gain_wh, budget.offset_wh, budget.align_wh, budget.split_wh)
    rest = (budget.resolution_wh, budget.gap_wh)
    assert budget.total_wh == pytest.approx(sqrt(sum(u**2 for u in (*terms, *rest))))


def test_in_the_induced_energy_the_gain_acts_on_the_difference_and_the_offset_cancels() -> None:
    budget = induced_budget(gross_budget(WINDOW, METER, 0.3), METER, induced_wh=60.0, baseline_u_wh=0.2)
    assert budget.gain_wh == pytest.approx(60 * 0.015 / sqrt(3))
    assert budget.offset_wh == 0.0
    assert budget.baseline_wh == 0.2


def test_percent_of_range_is_part_of_the_offset() -> None:
    meter = Instrument(reading_pct=0.1, counts=0.0, range_pct=0.1, range_w=300.0).record()
    assert gross_budget(WINDOW, meter, 0.0).offset_wh == pytest.approx(0.3 / sqrt(3))
