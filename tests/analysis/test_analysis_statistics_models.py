"""The mixed model and the correlations, against published data sets."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from typed_rows import row_of

from analysis.statistics.correlation import correlation_row, fisher_interval, within_runs
from analysis.statistics.mixed import mixed_model
from analysis.statistics.samples import Sample
from records.rows.runs import EpochRow

# Effort to arise from four types of stools, nine subjects: ergoStool of Pinheiro and Bates (2000), from
# Devore (2000).
ERGO_STOOL = {
    "T1": [12, 10, 7, 7, 8, 9, 8, 7, 9],
    "T2": [15, 14, 14, 11, 11, 11, 12, 11, 13],
    "T3": [12, 13, 13, 10, 8, 11, 12, 8, 10],
    "T4": [10, 12, 9, 9, 7, 10, 11, 7, 8],
}

# pH and PaCO2 of eight subjects: Bland and Altman (1995), table 1.
PH = (
    (6.68, 6.53, 6.43, 6.33),
    (6.85, 7.06, 7.13, 7.17),
    (7.40, 7.42, 7.41, 7.37, 7.34, 7.35, 7.28, 7.30, 7.34),
    (7.36, 7.33, 7.29, 7.30, 7.35),
    (7.35, 7.30, 7.30, 7.37, 7.27, 7.28, 7.32, 7.32),
    (7.38, 7.30, 7.29, 7.33, 7.31, 7.33),
    (6.86, 6.94, 6.92),
    (7.19, 7.29, 7.21, 7.25, 7.20, 7.19, 6.77, 6.82),
)
PACO2 = (
    (3.97, 4.12, 4.09, 3.97),
    (5.27, 5.37, 5.41, 5.44),
    (5.67, 3.64, 4.32, 4.73, 4.96, 5.04, 5.22, 4.82, 5.07),
    (5.67, 5.10, 5.53, 4.75, 5.51),
    (4.28, 4.44, 4.32, 3.23, 4.46, 4.72, 4.75, 4.99),
    (4.78, 4.73, 5.12, 4.93, 5.03, 4.93),
    (6.85, 6.44, 6.52),
    (5.28, 4.56, 4.34, 4.32, 4.41, 3.69, 6.09, 5.58),
)


def scenario(label: str, values: list[float], blocks: list[int] | None = None) -> Sample:
    own = blocks or list(range(1, len(values) + 1))
    starts = tuple(100.0 * block for block in own)
    return Sample(
        label,
        "energy_wh",
        np.array(values, dtype=float),
        tuple(own),
        starts,
        tuple(f"{label}{b}" for b in own),
    )


def stools(factor: float = 1.0) -> list[Sample]:
    return [scenario(label, [factor * v for v in values]) for label, values in ERGO_STOOL.items()]


def test_the_mixed_model_gives_the_published_estimates() -> None:
    rows = mixed_model(stools(), 0.95)
    # Pinheiro and Bates (2000), section 1.2, with T1 as reference: lme, REML.
    published = {
        "T1": (8.5556, 0.5760),
        "T2": (3.8889, 0.5187),
        "T3": (2.2222, 0.5187),
        "T4": (0.6667, 0.5187),
    }
    assert [row.scenario for row in rows] == list(published)
    for row in rows:
        assert (row.estimate, row.se) == pytest.approx(published[row.scenario], abs=1e-4)
        assert (row.df, row.n, row.blocks, row.converged) == (24, 36, 9, True)
        assert row.block_sd == pytest.approx(1.3325, abs=1e-3)
        assert row.residual_sd == pytest.approx(1.1003, abs=1e-4)
        assert row.low < row.estimate < row.high
    assert [row.p for row in rows[2:]] == pytest.approx([0.0003, 0.2110], abs=5e-5)


def test_the_mixed_model_does_not_depend_on_the_unit() -> None:
    plain, small = mixed_model(stools(), 0.95), mixed_model(stools(1e-7), 0.95)
    for one, other in zip(plain, small, strict=True):
        assert other.estimate == pytest.approx(1e-7 * one.estimate)
        assert other.p == pytest.approx(one.p, rel=1e-5)


def test_blocks_that_do_not_differ_are_said_to() -> None:
    # A Latin square: every block has the same mean, so that the variance between blocks is zero.
    square = {"a": [1.0, 2.0, 3.0], "b": [2.0, 3.0, 1.0], "c": [3.0, 1.0, 2.0]}
    rows = mixed_model([scenario(name, values * 2) for name, values in square.items()], 0.95)
    assert [row.estimate for row in rows] == pytest.approx([2.0, 0.0, 0.0], abs=1e-9)
    for row in rows:
        assert row.block_sd == pytest.approx(0.0, abs=1e-3)
        assert row.converged
        assert "the blocks do not differ" in row.note
        assert "boundary" in row.note  # what the library warned of, kept


@pytest.mark.parametrize(
    "samples",
    [
        stools()[:2],
        [scenario(name, [1.0, 2.0], blocks=[1, 1]) for name in "abc"],
        [scenario(name, [1.0, 2.0], blocks=[10 * i, 10 * i + 1]) for i, name in enumerate("abc")],
        [],
    ],
    ids=["two scenarios", "one block", "no common block", "none"],
)
def test_no_model_is_fitted_to_what_is_no_repeated_measurement(samples: list[Sample]) -> None:
    assert mixed_model(samples, 0.95) == []


def test_repeats_without_scatter_are_one_row_that_says_so() -> None:
    rows = mixed_model([scenario(name, [float(i)] * 3) for i, name in enumerate("abc", 1)], 0.95)
    (row,) = rows
    assert (row.converged, row.estimate) == (False, None)
    assert "do not scatter" in row.note


def test_scenarios_that_scatter_differently_are_pointed_out() -> None:
    random = np.random.default_rng(5)
    samples = [scenario(n, list(random.normal(10, sd, 12))) for n, sd in (("a", 0.1), ("b", 0.1), ("c", 5.0))]
    assert all("scatter differently" in row.note for row in mixed_model(samples, 0.95))


@settings(deadline=None, max_examples=25)
@given(st.lists(st.lists(st.floats(0.0, 1e3), min_size=3, max_size=3), min_size=2, max_size=6))
@example([[0.0, 0.0, 0.0], [2e-313, 0.0, 0.0]])
def test_whatever_is_measured_the_model_ends_in_rows_of_finite_numbers(blocks: list[list[float]]) -> None:
    samples = [scenario(name, [block[i] for block in blocks]) for i, name in enumerate("abc")]
    for row in mixed_model(samples, 0.95):
        assert all(np.isfinite(value) for value in vars(row).values() if isinstance(value, float))


def subjects() -> tuple[Any, Any, list[str]]:
    runs = [str(number) for number, values in enumerate(PH) for _ in values]
    return np.concatenate([*PH]), np.concatenate([*PACO2]), runs


def test_the_correlation_within_runs_gives_the_published_example() -> None:
    found = within_runs(*subjects(), 0.95)
    # The R package rmcorr (Bakdash and Marusich 2017) on the data of Bland and Altman (1995).
    assert found.r == pytest.approx(-0.5067697, abs=5e-8)
    assert found.df == 38
    assert found.p == pytest.approx(0.0008471081, abs=5e-11)
    assert (found.low, found.high) == pytest.approx((-0.7067146, -0.2318631), abs=5e-8)


def test_fishers_interval_gives_a_worked_example() -> None:
    # Altman (1991), section 11.6: r = 0.4 or so of 12 or more; here by hand: atanh 0.5 = 0.5493,
    # 1.96 / sqrt(25) = 0.392, tanh 0.1573 = 0.1560 and tanh 0.9413 = 0.7358.
    assert fisher_interval(0.5, 28, 0.95) == pytest.approx((0.1560, 0.7358), abs=2e-4)
    assert fisher_interval(1.0, 28, 0.95) == (None, None)
    assert fisher_interval(0.5, 3, 0.95) == (None, None)


def epochs(runs: int, epochs_each: int, temperature: Any) -> list[EpochRow]:
    """Energy rises within a run by 0.01 Wh per epoch; the temperature is a function of run and epoch."""
    return [
        row_of(
            EpochRow,
            run_dir=f"r{run}",
            energy_wh=0.4 + 0.01 * epoch,
            gpu_temperature_c=temperature(run, epoch),
        )
        for run in range(runs)
        for epoch in range(epochs_each)
    ]


def test_a_difference_between_runs_is_no_correlation_within_them() -> None:
    # Within each run hotter means more; yet run 1 is far colder with the same energies.
    rows = epochs(2, 8, lambda run, epoch: 60 + epoch - 30 * run + 0.1 * (epoch % 2))
    found = correlation_row("cnn", rows, "gpu_temperature_c", 0.95)
    assert found is not None
    assert abs(found.r) < 0.2 < 0.99 < found.r_within
    assert (found.epochs, found.runs, found.r_within_df) == (16, 2, 13)
    assert "epochs of one run are not independent" in found.note
    assert found.published_r == 0.98


def test_a_column_without_values_or_without_change_is_not_correlated() -> None:
    assert correlation_row("cnn", epochs(2, 8, lambda *_: None), "gpu_temperature_c", 0.95) is None
    assert correlation_row("cnn", epochs(2, 8, lambda *_: 50.0), "gpu_temperature_c", 0.95) is None
    assert correlation_row("cnn", epochs(2, 8, lambda *_: 50.0), "loss", 0.95) is None
    assert correlation_row("cnn", epochs(1, 3, lambda _, epoch: epoch), "gpu_temperature_c", 0.95) is None


def test_one_epoch_a_run_says_nothing_of_the_inside_of_runs() -> None:
    rows = [
        row_of(EpochRow, run_dir=f"r{i}", energy_wh=1.0 + i, gpu_temperature_c=50.0 + i % 3) for i in range(6)
    ]
    found = correlation_row("cnn", rows, "gpu_temperature_c", 0.95)
    assert found is not None
    assert found.r is not None and found.r_within is None


@given(
    st.lists(st.tuples(st.floats(0.1, 9.0), st.floats(0.1, 9.0)), min_size=4, max_size=30), st.integers(1, 4)
)
@settings(deadline=None)
def test_correlations_stay_within_one_and_do_not_depend_on_the_unit(
    values: list[tuple[float, float]], runs: int
) -> None:
    rows = [row_of(EpochRow, run_dir=f"r{i % runs}", energy_wh=x, loss=y) for i, (x, y) in enumerate(values)]
    found = correlation_row("cnn", rows, "loss", 0.95)
    scaled = correlation_row("cnn", [replace(row, loss=4096 * row.loss) for row in rows], "loss", 0.95)
    assert (found is None) == (scaled is None)
    if found is None or scaled is None:
        return
    for name in ("r", "rho", "r_within", "r_low", "r_within_high"):
        if found.named(name) is not None:
            assert -1 - 1e-9 <= found.named(name) <= 1 + 1e-9
            assert scaled.named(name) == pytest.approx(found.named(name), abs=1e-6)
