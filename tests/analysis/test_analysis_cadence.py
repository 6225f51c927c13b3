import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from records.cadence import (
    EARLY_SHARE,
    EARLY_SIGMAS,
    FEWEST_LATE,
    LATE_SHARE,
    ON_TIME_SHARE,
    Floats,
    fit_cadence,
    fit_sessions,
    median_of,
    number_readings,
)


def arrivals(interval_s: float, n: int, seed: int, jitter_s: float = 0.0, phase_s: float = 0.0) -> np.ndarray:
    """Stamps of n readings whose delay is never negative."""
    delay_s = np.random.default_rng(seed).exponential(jitter_s, n) if jitter_s else np.zeros(n)
    return np.sort(phase_s + np.arange(n) * interval_s + delay_s)


def test_an_even_series_has_its_own_interval_and_nothing_missing() -> None:
    fit = fit_cadence(arrivals(1.0, 100, 0, phase_s=0.4), 1.0)
    assert fit.interval_s == pytest.approx(1.0, abs=1e-12)
    assert (fit.missing, fit.late, fit.duplicates) == (0, 0, 0)
    assert np.diff(fit.number).tolist() == [1] * 99


def test_no_readings_and_one_reading_are_no_error() -> None:
    assert fit_cadence(np.array([]), 1.0).missing == 0
    assert fit_cadence(np.array([17.25]), 1.0).number.tolist() == [0]


def test_the_true_interval_is_found_where_the_declared_one_would_slip() -> None:
    # 3600 readings at 1.0005 s drift 1.8 s away from a declared 1 s.
    fit = fit_cadence(arrivals(1.0005, 3600, 1, jitter_s=0.01), 1.0)
    assert fit.interval_s == pytest.approx(1.0005, abs=2e-6)
    assert (fit.missing, fit.duplicates) == (0, 0)


def test_a_burst_after_a_stall_is_late_and_not_duplicate() -> None:
    stamps = np.array([*range(10), 14.20, 14.21, 14.22, 14.23, 14.24, *range(15, 30)], dtype=float)
    fit = fit_cadence(stamps, 1.0)
    assert (fit.missing, fit.duplicates) == (0, 0)
    assert fit.late == 4
    assert np.diff(fit.number).tolist() == [1] * 29


def test_a_reading_that_comes_twice_is_left_out_once_even_beside_a_gap() -> None:
    # Number 5 is missing, number 20 came twice: the gap does not swallow the duplicate.
    stamps = np.sort(np.array([*(float(i) for i in range(30) if i != 5), 20.01]))
    fit = fit_cadence(stamps, 1.0)
    assert (fit.missing, fit.duplicates) == (1, 1)
    assert 20.01 not in stamps[fit.kept]


def test_a_single_late_reading_keeps_its_place() -> None:
    stamps = np.array([float(i) for i in range(30)])
    stamps[12] += 0.65
    fit = fit_cadence(stamps, 1.0)
    assert (fit.missing, fit.late, fit.duplicates) == (0, 1, 0)
    assert fit.interval_s == pytest.approx(1.0, abs=1e-9)


def test_readings_of_a_starved_logger_keep_their_places_also_where_late_ones_look_early() -> None:
    # 20 readings a second; some arrive up to 1.7 intervals late, one of them just before the next is due.
    stamps = 0.015 + 0.05 * np.arange(60) + np.random.default_rng(5).uniform(0, 0.0008, 60)
    stamps[30:41] = 1.515 + np.array(
        [0.0154, 0.0590, 0.0998, 0.1498, 0.2392, 0.2723, 0.3043, 0.3502, 0.4838, 0.4838, 0.5105]
    )
    fit = fit_cadence(stamps, 0.05)
    assert (fit.missing, fit.duplicates) == (0, 0)
    assert fit.kept.tolist() == list(range(60))


def stalled() -> np.ndarray:
    """Stamps of 130 readings, 20 a second, with stalls that the readings after them make up for.

    In the first one a reading is late by almost a whole interval, so that it seems to be the next, on time;
    in the second sixteen readings arrive at once.
    """
    stamps = 0.05 * np.arange(130) + np.random.default_rng(6).uniform(0, 0.0008, 130)
    stamps[27:33] = [1.3987, 1.5221, 1.5221, 1.5221, 1.5838, 1.6484]
    stamps[36:40] = [1.8493, 1.8493, 1.9664, 1.9664]
    stamps[68:84] = 4.1717
    stamps[85:91] = [4.2779, 4.3510, 4.3925, 4.4881, 4.4881, 4.5042]
    stamps[99:103] = [5.0949, 5.0949, 5.0949, 5.1008]
    return stamps


def test_stalls_that_are_made_up_for_lose_no_reading_and_are_no_restart_of_the_meter() -> None:
    fit = fit_cadence(stalled(), 0.05)
    assert (fit.missing, fit.duplicates) == (0, 0)
    assert len(fit_sessions(stalled(), np.zeros(130, dtype=int), 0.05)) == 1


@pytest.mark.parametrize("lost", [10, 50, 66, 75, 83])
def test_a_reading_lost_before_or_in_a_stall_makes_it_no_restart_of_the_meter(lost: int) -> None:
    (session,) = fit_sessions(np.delete(stalled(), lost), np.zeros(129, dtype=int), 0.05)
    assert (session.cadence.missing, session.cadence.duplicates) == (1, 0)


def test_a_reading_lost_in_a_stall_is_missing_still() -> None:
    fit = fit_cadence(np.delete(stalled(), 75), 0.05)
    assert (fit.missing, fit.duplicates) == (1, 0)


def test_a_long_gap_is_counted_to_the_reading() -> None:
    before = arrivals(1.0002, 300, 3, jitter_s=0.005)
    after = 1.0002 * (300 + 5000) + arrivals(1.0002, 300, 4, jitter_s=0.005)
    fit = fit_cadence(np.concatenate((before, after)), 1.0)
    assert fit.missing == 5000


def test_two_readings_at_a_time_are_told_apart() -> None:
    # An adapter that hands over every second reading together with the next one.
    stamps = np.sort(np.concatenate((np.arange(1, 61, 2) - 0.01 + 1, np.arange(1, 61, 2) + 1.0)))
    fit = fit_cadence(stamps, 1.0)
    assert fit.interval_s == pytest.approx(1.0, abs=1e-3)
    assert (fit.missing, fit.duplicates) == (0, 0)


def test_a_declared_interval_of_twice_the_true_one_drops_nothing() -> None:
    fit = fit_cadence(arrivals(1.0, 200, 6, jitter_s=0.02), 2.0)
    assert fit.interval_s == pytest.approx(1.0, abs=1e-3)
    assert (fit.missing, fit.duplicates, len(fit.kept)) == (0, 0, 200)


def test_half_the_readings_lost_is_no_meter_of_twice_the_interval() -> None:
    fit = fit_cadence(arrivals(1.0, 200, 6, jitter_s=0.02)[::2], 1.0)
    assert fit.interval_s == pytest.approx(1.0, abs=1e-3)
    assert fit.missing == 99


@pytest.mark.parametrize(
    "steps",
    [
        np.where(np.arange(300) % 100 < 50, 1.006, 1.031),  # a loop that sleeps a second and slows under load
        np.random.default_rng(2).uniform(1.0, 1.4, 300),  # a poll over a network
        np.random.default_rng(3)
        .integers(11, 15, 300)
        .astype(float),  # of a controller that is asked now and then
    ],
)
def test_a_log_without_a_metronome_is_told_from_one_with(steps: np.ndarray) -> None:
    assert not fit_cadence(np.cumsum(steps), float(np.median(steps))).steady


@pytest.mark.parametrize(("interval_s", "steady"), [(1.0, True), (1.07, False), (0.93, False)])
def test_stamps_of_whole_seconds_follow_only_a_meter_of_whole_seconds(
    interval_s: float, steady: bool
) -> None:
    stamps = np.floor(np.arange(301) * interval_s)
    assert fit_cadence(stamps, 1.0, whole_seconds=True).steady == steady


@pytest.mark.parametrize("seed", range(6))
def test_lost_late_and_doubled_readings_leave_a_metronome_one(seed: int) -> None:
    random = np.random.default_rng(seed)
    stamps = arrivals(1.0, 400, seed, jitter_s=0.05)
    stamps[random.integers(0, 400, 12)] += 0.7
    kept = np.sort(np.concatenate((np.delete(stamps, random.integers(0, 400, 20)), stamps[50:52] + 0.01)))
    assert fit_cadence(kept, 1.0).steady


@settings(max_examples=60)
@given(
    interval=st.floats(0.05, 10.0),
    error=st.floats(-0.01, 0.01),
    jitter=st.floats(0.0, 0.05),
    seed=st.integers(0, 10_000),
    lost=st.sets(st.integers(5, 290), max_size=40),
)
def test_interval_and_missing_readings_are_recovered_under_one_sided_jitter(
    interval: float, error: float, jitter: float, seed: int, lost: set[int]
) -> None:
    delay = np.minimum(np.random.default_rng(seed).exponential(jitter, 300), 0.25)
    stamps = (np.arange(300) + delay) * interval + 1000.0
    kept = np.array([i for i in range(300) if i not in lost])
    fit = fit_cadence(stamps[kept], interval * (1 + error))
    assert fit.missing == len(lost)
    assert fit.duplicates == 0
    assert (fit.number - fit.number[0]).tolist() == kept.tolist()
    assert fit.interval_s == pytest.approx(interval, rel=2e-3)


@given(stamps=st.lists(st.floats(0, 100), max_size=60).map(sorted))
def test_any_stamps_get_strictly_increasing_numbers(stamps: list[float]) -> None:
    fit = fit_cadence(np.array(stamps), 1.0)
    assert (np.diff(fit.number) > 0).all()
    assert len(fit.kept) + fit.duplicates == len(stamps)
    assert fit.missing >= 0


def numbered_one_by_one(
    x_s: np.ndarray, phase_s: float, dt_s: float, jitter_s: float
) -> tuple[np.ndarray, np.ndarray]:
    """The definition: from the last reading to the first, each compared with the one after it."""
    number = np.floor((x_s - phase_s) / dt_s + EARLY_SHARE).astype(np.int64)
    keep = np.ones(len(x_s), dtype=bool)
    after_s = np.append(np.diff(x_s), np.inf)
    behind_s = x_s - phase_s - number * dt_s
    early = behind_s < -max(EARLY_SIGMAS * jitter_s, ON_TIME_SHARE * dt_s)
    can_be_older = (after_s < LATE_SHARE * dt_s) | (behind_s > EARLY_SHARE * dt_s) | early
    for i in range(len(x_s) - 2, -1, -1):
        if number[i] < number[i + 1]:
            continue
        latest, j, on_time = int(number[i + 1]) - 1, i, 0
        while j >= 0 and number[j] > latest - (i - j) and (can_be_older[j] or not on_time):
            on_time += not can_be_older[j]
            j -= 1
        has_room = j < 0 or number[j] <= latest - (i - j)
        if has_room and (not on_time or i - j > FEWEST_LATE):
            number[j + 1 : i + 1] = latest - np.arange(i - j)[::-1]
        else:
            keep[i + 1] = False
    return number, keep


STAMPS = st.one_of(
    st.lists(st.floats(0, 30), max_size=60).map(sorted),
    st.lists(st.integers(0, 120), max_size=80).map(lambda quarters: sorted(q / 4 for q in quarters)),
    st.lists(st.sampled_from([0.0, 0.01, 0.2, 0.3, 0.5, 0.7, 1.0, 3.0]), max_size=80).map(np.cumsum),
)


@settings(max_examples=500, deadline=None)
@given(stamps=STAMPS, phase_s=st.floats(-1, 1), interval_s=st.floats(0.2, 3.0), jitter_s=st.floats(0.0, 0.2))
def test_readings_are_numbered_as_one_by_one(
    stamps: list[float], phase_s: float, interval_s: float, jitter_s: float
) -> None:
    told = np.array(stamps, dtype=float), phase_s, interval_s, jitter_s
    for found, expected in zip(number_readings(*told), numbered_one_by_one(*told), strict=True):
        assert found.tolist() == expected.tolist()


@pytest.mark.parametrize("ahead", [0, 1000])
def test_a_clock_that_stood_still_costs_no_more_than_one_that_ran(ahead: int) -> None:
    # A hundred thousand readings with one stamp: looking back over all of them for each takes hours.
    stamps = np.concatenate((np.arange(float(ahead)), np.full(100_000, float(ahead))))
    fit = fit_cadence(stamps, 1.0)
    assert len(fit.kept) + fit.duplicates == len(stamps)
    assert (np.diff(fit.number) > 0).all()


@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=50))
def test_the_median_is_that_of_numpy(values: list[float]) -> None:
    assert median_of(np.array(values)) == float(np.median(values))


def test_of_a_long_record_all_readings_make_the_line() -> None:
    # 200 000 readings of a meter whose clock is 30 ppm slow, some lost, some late.
    random = np.random.default_rng(5)
    number = np.flatnonzero(random.random(200_000) > 0.01)
    stamps = number * 0.1 * (1 + 30e-6) + random.exponential(1e-3, len(number))
    stamps[::1000] += 0.06
    fit = fit_cadence(np.sort(stamps), 0.1)
    assert fit.interval_s == pytest.approx(0.1 * (1 + 30e-6), rel=1e-8)
    assert (fit.number - fit.number[0]).tolist() == (number - number[0]).tolist()
    assert fit.late == len(stamps[::1000])
    assert fit.fit_u_s < 1e-5


def _sessions(t_s: Floats, interval_s: float = 1.0) -> list[int]:
    return [one.first for one in fit_sessions(t_s, np.zeros(len(t_s), dtype=int), interval_s)]


@pytest.mark.parametrize("pause_s", [1.7, 3.4, 59.6, 600.3])
def test_a_restart_that_no_row_tells_of_is_seen_by_its_phase(pause_s: float) -> None:
    random = np.random.default_rng(3)
    before = np.arange(120.0) + random.exponential(0.01, 120)
    after = before[:90] + 119 + pause_s
    assert _sessions(np.concatenate([before, after])) == [0, 120]
    third = np.concatenate([before, after, after[:40] + 90 + 2.3])
    assert _sessions(third) == [0, 120, 210]


@pytest.mark.parametrize("seed", range(8))
def test_a_restart_soon_after_the_start_is_seen_although_few_readings_tell_the_interval(seed: int) -> None:
    before = np.arange(10.0) + np.random.default_rng(seed).normal(0, 0.04, 10)
    assert _sessions(np.concatenate([before, 13.5 + np.arange(490.0)])) == [0, 10]


@pytest.mark.parametrize("seed", range(20))
def test_lost_late_and_stalled_readings_are_no_restart(seed: int) -> None:
    random = np.random.default_rng(seed)
    t_s = 1.0003 * np.arange(400.0) + random.exponential(0.03, 400)
    t_s[200:204] = t_s[204] - np.array([0.04, 0.03, 0.02, 0.01])  # a stall, and what it held back
    lost = random.choice(400, 12, replace=False)
    assert _sessions(np.delete(t_s, [*lost, *range(300, 330)])) == [0]


def test_the_energy_across_a_silent_restart_is_that_of_both_phases() -> None:
    t_s = np.concatenate([np.arange(1.0, 61.0), 60.0 + 2.4 + np.arange(1.0, 61.0)])
    fits = [one.cadence for one in fit_sessions(t_s, np.zeros(120, dtype=int), 1.0)]
    ends = np.concatenate([fit.time_s(fit.number) for fit in fits])
    assert ends == pytest.approx(t_s, abs=1e-6)
