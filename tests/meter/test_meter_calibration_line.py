"""The line of a calibration: against published figures, and back from made-up instruments."""

from math import sqrt

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from meter.trust.calibration import reactive_var
from meter.trust.line_fit import fit_line
from records.errors import ConfigurationError
from records.meter import Reading

LEVELS_W = [20.0, 50.0, 100.0, 200.0, 400.0]


def test_the_example_of_the_technical_specification_is_met() -> None:
    # ISO/TS 28037:2010, clause 7, the example with uncertainties in both quantities.
    line = fit_line(
        [1.2, 1.9, 2.9, 4.0, 4.7, 5.9],
        [0.2] * 6,
        [3.4, 4.4, 7.2, 8.5, 10.8, 13.5],
        [0.2, 0.2, 0.2, 0.4, 0.4, 0.4],
    )
    assert line.offset_w == pytest.approx(0.5788, abs=1e-4)
    assert line.gain == pytest.approx(2.1597, abs=1e-4)
    assert line.offset_u_w == pytest.approx(0.4764, abs=1e-4)
    assert line.gain_u == pytest.approx(0.1355, abs=1e-4)
    assert line.gain_offset_cov == pytest.approx(-0.0577, abs=1e-4)
    assert line.scatter_factor == 1.0


def test_pearsons_data_with_yorks_weights_give_the_published_line() -> None:
    # York et al., Am. J. Phys. 72 (2004) 367: a = 5.47991, b = -0.480533, u 0.29497 and 0.05799,
    # S / (n - 2) = 1.4833, by whose root the uncertainties here are larger.
    line = fit_line(
        [0, 0.9, 1.8, 2.6, 3.3, 4.4, 5.2, 6.1, 6.5, 7.4],
        [w**-0.5 for w in (1000, 1000, 500, 800, 200, 80, 60, 20, 1.8, 1)],
        [5.9, 5.4, 4.4, 4.6, 3.5, 3.7, 2.8, 2.8, 2.4, 1.5],
        [w**-0.5 for w in (1, 1.8, 4, 8, 20, 20, 70, 70, 100, 500)],
    )
    assert line.offset_w == pytest.approx(5.47991, abs=1e-5)
    assert line.gain == pytest.approx(-0.480533, abs=1e-6)
    assert line.scatter_factor == pytest.approx(sqrt(1.4833), abs=1e-4)
    assert line.offset_u_w / line.scatter_factor == pytest.approx(0.29497, abs=1e-4)
    assert line.gain_u / line.scatter_factor == pytest.approx(0.05799, abs=1e-4)


@given(st.floats(0.9, 1.1), st.floats(-5.0, 5.0), st.floats(1e-3, 1.0))
def test_an_exact_instrument_gives_its_line_back(gain: float, offset_w: float, u_w: float) -> None:
    indicated_w = [offset_w + gain * level_w for level_w in LEVELS_W]
    line = fit_line(LEVELS_W, [u_w] * 5, indicated_w, [u_w] * 5)
    assert line.gain == pytest.approx(gain, rel=1e-6)
    assert line.offset_w == pytest.approx(offset_w, abs=1e-4)
    assert line.residual_sd_w < 1e-4
    assert line.scatter_factor == 1.0


def test_the_stated_uncertainties_are_those_that_happen() -> None:
    random = np.random.default_rng(5)
    gains, offsets_w, stated = [], [], []
    for _ in range(400):
        true_w = [level_w + random.normal(0, 0.3) for level_w in LEVELS_W]
        indicated_w = [0.4 + 1.01 * level_w + random.normal(0, 0.2) for level_w in LEVELS_W]
        line = fit_line(true_w, [0.3] * 5, indicated_w, [0.2] * 5)
        gains.append(line.gain)
        offsets_w.append(line.offset_w)
        if line.scatter_factor == 1.0:
            stated.append((line.gain_u, line.offset_u_w, line.gain_offset_cov))
    gain_u, offset_u_w, cov = np.mean(stated, axis=0)
    # 400 draws tell a standard deviation to 3.5 % (1 / sqrt(2 n)).
    assert np.std(gains) == pytest.approx(gain_u, rel=0.12)
    assert np.std(offsets_w) == pytest.approx(offset_u_w, rel=0.12)
    assert np.cov(gains, offsets_w)[0, 1] == pytest.approx(cov, rel=0.2)
    assert np.mean(gains) == pytest.approx(1.01, abs=4 * gain_u / 20)


@given(st.lists(st.floats(-3.0, 3.0), min_size=5, max_size=5))
def test_levels_that_scatter_more_than_stated_make_the_line_less_certain(noise_w: list[float]) -> None:
    assume(max(noise_w) - min(noise_w) > 0.5)
    indicated_w = [level_w + noise for level_w, noise in zip(LEVELS_W, noise_w, strict=True)]
    blind = fit_line(LEVELS_W, [0.0] * 5, indicated_w, [1e-3] * 5)
    wide = fit_line(LEVELS_W, [0.0] * 5, indicated_w, [10.0] * 5)
    assume(blind.residual_sd_w > 1e-2)
    assert blind.scatter_factor > 1.0
    assert blind.gain_u == pytest.approx(wide.gain_u * blind.residual_sd_w / 10.0, rel=1e-3)


@pytest.mark.parametrize("levels_w", [[100.0], [100.0, 200.0], [100.0, 200.0, 200.0]])
def test_two_levels_are_refused_because_nothing_could_contradict_the_line(levels_w: list[float]) -> None:
    count = len(levels_w)
    with pytest.raises(ConfigurationError, match="expected 3 different levels"):
        fit_line(levels_w, [0.1] * count, levels_w, [0.1] * count)


def test_the_reactive_power_is_that_of_the_power_triangle() -> None:
    by_current = Reading(0.0, 30.0, voltage_v=10.0, current_a=5.0, power_factor=0.99)
    assert reactive_var(by_current) == pytest.approx(40.0)
    assert reactive_var(Reading(0.0, 80.0, power_factor=0.8)) == pytest.approx(60.0)
    assert reactive_var(Reading(0.0, 80.0)) is None
    rounding_up = Reading(0.0, 100.0, voltage_v=230.0, current_a=0.434)
    assert reactive_var(rounding_up) == 0.0
