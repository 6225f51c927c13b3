"""A reading that does not change though the noise of the mains would change it."""

from dataclasses import replace

from meter.drivers.wattsup_pro import WattsUpPro
from meter.recording.reading_filter import ReadingFilter
from records.meter import Reading

SHOWN = Reading(0.0, 97.2, voltage_v=230.1, current_a=0.442, power_factor=0.96, frequency_hz=50.0)
LIMIT = WattsUpPro.spec.unchanged_limit or 0


def flags(reading_filter: ReadingFilter, readings: list[Reading]) -> list[str]:
    return [
        reading_filter.check(replace(reading, t_utc_s=float(n)), float(n)).flag
        for n, reading in enumerate(readings)
    ]


def test_equal_readings_are_stuck_from_the_limit_on_and_lose_their_watts() -> None:
    reading_filter = ReadingFilter(WattsUpPro(), 1.0)
    found = flags(reading_filter, [SHOWN] * (LIMIT + 3))
    assert found == [""] * LIMIT + ["stuck"] * 3
    assert reading_filter.check(replace(SHOWN, t_utc_s=500.0), 500.0).power_w is None


def test_one_digit_of_any_quantity_shows_that_the_meter_lives() -> None:
    alive = [replace(SHOWN, voltage_v=230.1 + 0.1 * (n // (LIMIT - 1) % 2)) for n in range(5 * LIMIT)]
    assert set(flags(ReadingFilter(WattsUpPro(), 1.0), alive)) == {""}


def test_it_is_good_again_with_the_first_change() -> None:
    found = flags(ReadingFilter(WattsUpPro(), 1.0), [*[SHOWN] * (LIMIT + 1), replace(SHOWN, voltage_v=229.9)])
    assert found[-2:] == ["stuck", ""]


def test_a_meter_whose_digits_are_too_coarse_is_never_called_stuck() -> None:
    class Coarse(WattsUpPro):
        spec = replace(WattsUpPro.spec, unchanged_limit=None)

    assert set(flags(ReadingFilter(Coarse(), 1.0), [SHOWN] * (3 * LIMIT))) == {""}


def test_flagged_readings_between_equal_ones_do_not_count_as_change_of_power() -> None:
    broken = Reading(0.0, None, "malformed")
    found = flags(ReadingFilter(WattsUpPro(), 1.0), [SHOWN] * 5 + [broken] + [SHOWN] * 5)
    assert found.count("malformed") == 1
    assert set(found) == {"", "malformed"}
