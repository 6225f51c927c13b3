"""What is flagged as duplicate or overrange, and what the gap ledger says."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meter.drivers.janitza_umg604 import JanitzaUMG604
from meter.drivers.wattsup_pro import WattsUpPro
from meter.drivers.yokogawa_wt import YokogawaWT310
from meter.recording.flood import FloodFilter
from meter.recording.ledger import GapLedger
from meter.recording.reading_filter import ReadingFilter
from records.meter import Reading


def checked(*arrivals: tuple[float, float]) -> list[str]:
    """Return the flags of readings given as (arrival, watts) at 1 s intervals."""
    reading_filter = ReadingFilter(WattsUpPro(), 1.0)
    return [reading_filter.check(Reading(t_s, power_w), t_s).flag for t_s, power_w in arrivals]


def test_equal_readings_a_second_apart_are_all_good() -> None:
    assert checked((10.0, 50.0), (11.0, 50.0), (12.0, 50.0)) == ["", "", ""]


def test_an_equal_reading_right_after_another_is_a_duplicate() -> None:
    assert checked((10.0, 50.0), (11.0, 50.0), (11.01, 50.0), (12.0, 50.0)) == ["", "", "duplicate", ""]


def test_a_different_reading_right_after_another_is_kept() -> None:
    assert checked((10.0, 50.0), (11.0, 50.0), (11.01, 50.1)) == ["", "", ""]


def test_readings_that_a_stall_held_back_are_late_and_no_duplicates() -> None:
    assert checked((10.0, 50.0), *[(14.3, 50.0)] * 4, (15.0, 50.0)) == [""] * 6


def test_a_burst_with_more_readings_than_seconds_went_by_holds_a_duplicate() -> None:
    assert checked((10.0, 50.0), *[(13.1, 50.0)] * 4) == ["", "", "", "", "duplicate"]


@given(st.lists(st.floats(-0.24, 0.24), min_size=2, max_size=50))
def test_arrival_jitter_below_a_quarter_interval_flags_nothing(jitter: list[float]) -> None:
    assert set(checked(*((n + late, 50.0) for n, late in enumerate(jitter)))) == {""}


@pytest.mark.parametrize("power_w", [-0.1, 5000.1, math.inf, math.nan, 9.91e37])
def test_a_power_that_the_meter_cannot_mean_is_over_range_and_lost_as_watts(power_w: float) -> None:
    reading = ReadingFilter(WattsUpPro(), 1.0).check(Reading(1.0, power_w, voltage_v=230.0), 1.0)
    assert reading == Reading(1.0, None, "overrange")


def test_an_energy_counter_that_runs_back_is_flagged_once_and_may_begin_anew_with_the_meter() -> None:
    reading_filter = ReadingFilter(WattsUpPro(), 1.0)

    def flag(t_s: float, counter_wh: float) -> str:
        return reading_filter.check(Reading(t_s, 50.0 + t_s / 10, energy_wh=counter_wh), t_s).flag

    assert [flag(n, wh) for n, wh in enumerate([7.0, 7.0, 7.1, 0.0, 0.1])] == ["", "", "", "counter_back", ""]
    reading_filter.begin_anew()
    assert flag(5.0, 0.0) == ""


def wt310_flags(*readings: Reading) -> list[str]:
    """Return the flags of readings of a WT310, which shows 0.01 W and may go below zero."""
    reading_filter = ReadingFilter(YokogawaWT310(), 1.0)
    return [reading_filter.check(reading, reading.t_utc_s).flag for reading in readings]


def test_a_power_below_zero_is_negative_beyond_offset_and_noise() -> None:
    assert wt310_flags(Reading(1.0, -0.3), Reading(2.0, -97.2)) == ["", "negative"]


@pytest.mark.parametrize("power_w", [327.67, 655.35, 9999.0, 999.9, 99.99])
def test_the_end_of_a_register_is_no_power_when_it_is_reached_in_a_jump(power_w: float) -> None:
    assert wt310_flags(Reading(1.0, 40.0), Reading(2.0, power_w)) == ["", "implausible"]
    assert wt310_flags(Reading(1.0, 0.9 * power_w), Reading(2.0, power_w)) == ["", ""]


def test_a_counter_that_wraps_below_zero_is_no_power() -> None:
    assert wt310_flags(Reading(1.0, 0.02), Reading(2.0, 655.34)) == ["", "implausible"]  # -2 as 16 bits
    assert wt310_flags(Reading(1.0, 40.0), Reading(2.0, 655.34)) == ["", ""]


@pytest.mark.parametrize(
    ("power_w", "factor", "flag"),
    [
        (97.2, 0.95, ""),
        (972.0, 0.95, "implausible"),  # a decimal point lost
        (9.72, 0.95, "implausible"),
        (97.2, None, ""),
        (200.0, None, "implausible"),  # more than volts times amperes
        (60.0, None, ""),  # a power factor of its own
    ],
)
def test_watts_that_volts_and_amperes_contradict_are_flagged(
    power_w: float, factor: float | None, flag: str
) -> None:
    reading = Reading(1.0, power_w, voltage_v=230.0, current_a=0.445, power_factor=factor)
    assert wt310_flags(reading) == [flag]


def test_volts_and_amperes_of_several_phases_contradict_nothing() -> None:
    # A UMG604's current can be the vector sum, next to nothing where the phases are loaded alike.
    reading = Reading(1.0, 300.0, voltage_v=230.0, current_a=0.01, power_factor=0.9)
    assert ReadingFilter(JanitzaUMG604(), 1.0).check(reading, 1.0).flag == ""


def flood_of(*arrivals: tuple[float, str]) -> tuple[list[float], dict[str, int], list[str]]:
    """Return when rows passed, what was held back, and what was said."""
    said: list[str] = []
    reading_filter = FloodFilter(said.append)
    passed = [t_s for t_s, flag in arrivals if reading_filter.lets_pass(Reading(t_s, None, flag), t_s)]
    return passed, dict(reading_filter.held_back), said


def test_a_line_that_babbles_is_one_row_a_second_and_a_count() -> None:
    passed, held_back, said = flood_of(*((n / 1000, "malformed") for n in range(10_000)))
    assert 10 <= len(passed) <= 11
    assert held_back == {"malformed": 10_000 - len(passed)}
    assert len(said) == 1


@given(st.lists(st.floats(-0.24, 0.24), min_size=2, max_size=50))
def test_no_row_of_a_meter_that_jitters_is_held_back(jitter: list[float]) -> None:
    arrivals = [(n + late, "malformed") for n, late in enumerate(jitter)]
    assert flood_of(*arrivals) == ([t_s for t_s, _ in arrivals], {}, [])


def test_rows_that_stand_for_a_reading_are_never_held_back() -> None:
    arrivals = [(n / 100, flag) for n, flag in enumerate(["", "overrange", "stuck", "nodata", "reconnected"])]
    assert len(flood_of(*arrivals)[0]) == 5


def ledger_of(*rows: tuple[float, str]) -> GapLedger:
    ledger = GapLedger(1.0)
    for t_utc_s, flag in rows:
        ledger.add(Reading(t_utc_s, None if flag else 50.0, flag))
    return ledger


def test_a_lost_reading_is_a_gap_with_its_length_and_reason() -> None:
    ledger = ledger_of((10, ""), (11, "malformed"), (12, ""))
    assert ledger.gaps() == [{"t_from_utc_s": 10, "t_to_utc_s": 12, "missing": 1, "reason": "malformed"}]
    assert ledger.counts == {"good": 2, "malformed": 1}


def test_a_silence_has_one_row_and_all_its_missing_readings_in_the_ledger() -> None:
    ledger = ledger_of((10, ""), (12.5, "nodata"), (19.4, "reconnected"), (20, ""))
    assert ledger.gaps() == [
        {"t_from_utc_s": 10, "t_to_utc_s": 20, "missing": 9, "reason": "nodata+reconnected"}
    ]


def test_late_readings_are_not_missing() -> None:
    assert ledger_of((10, ""), *[(14.2, "")] * 4, (15, "")).gaps() == []
    (gap,) = ledger_of((10, ""), *[(14.2, "")] * 2, (15, "")).gaps()
    assert gap["missing"] == 2


def test_a_duplicate_is_no_gap() -> None:
    assert ledger_of((10, ""), (10.01, "duplicate"), (11, "")).gaps() == []


def test_a_silence_at_the_end_is_a_gap_up_to_the_end() -> None:
    ledger = ledger_of((10, ""), (12.5, "nodata"))
    assert ledger.gaps() == []
    assert ledger.gaps(15.2) == [{"t_from_utc_s": 10, "t_to_utc_s": 15.2, "missing": 5, "reason": "nodata"}]
    assert ledger_of((10, "")).gaps(10.9) == []


@given(st.lists(st.booleans(), min_size=1, max_size=60))
def test_good_and_missing_readings_together_are_all_seconds(arrived: list[bool]) -> None:
    arrived = [True, *arrived, True]
    ledger = ledger_of(*((float(n), "") for n, here in enumerate(arrived) if here))
    assert ledger.counts["good"] + sum(gap["missing"] for gap in ledger.gaps()) == len(arrived)


def test_gate_compares_what_the_meter_said_and_not_when() -> None:
    reading_filter = ReadingFilter(WattsUpPro(), 1.0)
    first = Reading(1.0, 50.0, voltage_v=230.0)
    reading_filter.check(first, 1.0)
    assert reading_filter.check(replace(first, t_utc_s=1.2), 1.2).flag == "duplicate"
    assert reading_filter.check(replace(first, t_utc_s=1.3, voltage_v=230.1), 1.3).flag == ""
