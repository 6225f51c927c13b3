"""The statement of conformity of a calibration, with its guard band (ILAC-G8:09/2019, 4.2.3)."""

from statistics import NormalDist

import pytest

from analysis.power.conformity import conformity, worst
from records.calibration import Level, ReferenceRecord

EXACT = ReferenceRecord(kind="load", words="load", u_pct=0.0, u_w=0.0, basis="given")


def level(indicated_w: float, limit_w: float | None = 1.0, u_w: float = 0.1) -> Level:
    return Level(
        true_w=100.0,
        true_u_w=0.0,
        indicated_w=indicated_w,
        indicated_u_w=u_w,
        readings=30,
        residual_w=0.0,
        limit_w=limit_w,
    )


# Limit 1 W, U = 2 * 0.1 W: the borders are 0.8, 1.0 and 1.2 W on either side.
@pytest.mark.parametrize(
    ("error_w", "verdict"),
    [(0.79, "pass"), (0.81, "conditional pass"), (1.01, "conditional fail"), (1.21, "fail")],
)
@pytest.mark.parametrize("sign", [-1, 1])
def test_the_guard_band_parts_the_four_statements(error_w: float, verdict: str, sign: int) -> None:
    judged = conformity(level(100 + sign * error_w), EXACT)
    assert judged.verdict == verdict
    assert judged.pct(judged.error_w) == pytest.approx(sign * error_w)


def test_the_uncertainty_of_the_reference_widens_the_guard_band() -> None:
    reference = ReferenceRecord(kind="meter", words="meter", u_pct=0.3, u_w=0.4, basis="given")
    judged = conformity(level(100.0, u_w=0.0), reference)
    assert judged.expanded_u_w == pytest.approx(2 * 0.5)  # 0.3 W and 0.4 W
    assert judged.verdict == "pass"
    assert conformity(level(100.1, u_w=0.0), reference).verdict == "conditional pass"


def test_the_worst_level_decides_and_one_without_a_limit_leaves_it_open() -> None:
    good, bad = conformity(level(100.0), EXACT), conformity(level(103.0), EXACT)
    assert worst([good, bad]) == "fail"
    assert worst([good, conformity(level(100.0, limit_w=None), EXACT)]) is None


# Errors at which each statement is most doubtful, with U = 2 * 0.1 W.
@pytest.mark.parametrize(
    ("error_w", "limit_w", "verdict", "wrong"),
    [
        (0.8, 1.0, "pass", 0.025),
        (0.0, 0.2, "pass", 0.05),  # U is as large as the limit, and both limits are near
        (1.0, 1.0, "conditional pass", 0.51),
        (1.0 + 1e-9, 1.0, "conditional fail", 0.51),
        (1.2 + 1e-9, 1.0, "fail", 0.025),
    ],
)
def test_a_statement_is_wrong_no_more_often_than_the_certificate_says(
    error_w: float, limit_w: float, verdict: str, wrong: float
) -> None:
    judged = conformity(level(100 + error_w, limit_w), EXACT)
    assert judged.verdict == verdict
    true_w = NormalDist(judged.error_w, judged.expanded_u_w / 2)
    within = true_w.cdf(limit_w) - true_w.cdf(-limit_w)
    assert (1 - within if "pass" in verdict else within) < wrong
