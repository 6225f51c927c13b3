"""What `lab doctor` says of a meter: its settings, and the mains it sees."""

import pytest

from lab.conduct.doctor import check_meter, mains_check
from lab.config.meter import MeterSection
from records.meter import Reading


def seen(volts: float | None, hertz: float | None) -> list[Reading]:
    return [Reading(float(n), 97.2, voltage_v=volts, frequency_hz=hertz) for n in range(5)]


@pytest.mark.parametrize(
    ("volts", "hertz"), [(230.4, 49.98), (207.1, 50.2), (121.0, 60.01), (100.0, 50.0), (208.0, 60.0)]
)
def test_usual_mains_pass(volts: float, hertz: float) -> None:
    check = mains_check(seen(volts, hertz), "meter mains")
    assert check is not None
    assert check.ok is True


@pytest.mark.parametrize(("volts", "hertz"), [(160.0, 50.0), (23.0, 50.0), (230.0, 52.0), (400.0, 50.0)])
def test_unusual_mains_are_told_and_stop_nothing(volts: float, hertz: float) -> None:
    check = mains_check(seen(volts, hertz), "meter mains")
    assert check is not None
    assert check.ok is None


@pytest.mark.parametrize(("volts", "hertz"), [(None, None), (12.1, None)])
def test_a_meter_of_direct_current_has_no_mains(volts: float | None, hertz: float | None) -> None:
    assert mains_check(seen(volts, hertz), "meter mains") is None


def test_the_settings_that_an_instrument_tells_are_shown() -> None:
    section = MeterSection(driver="yokogawa_wt310", port="virtual", interval_s=1.0)
    checks = {check.name: check for check in check_meter(section)}
    assert "line_filter off" in checks["meter settings"].message
    assert checks["meter mains"].ok is True
