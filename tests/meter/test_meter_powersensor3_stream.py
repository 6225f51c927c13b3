"""The stream of a PowerSensor3: words, sets, losses, calibration.

The layout of a set and the example are from the firmware's source (nlesc-recruit/PowerSensor3,
``device/PowerSensor/PowerSensor.ino`` and ``BLACKPILL_F401CC_F411CE.hpp``).
"""

import itertools
import random
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meter.drivers.powersensor3 import PowerSensor3
from meter.drivers.powersensor3_stream import SET_BYTES, ArrivalClock, Mean, Sensor, Stream, parse_sensor
from records.errors import ConfigurationError

# Set at 300 us: sensor 0 at level 512, sensor 1 at 372, the others at 0.
EXAMPLE = bytes.fromhex("F46C 8800 9534 A000 B000 C000 D000 E000 F000")
CURRENT = Sensor("MLX10", "12V", 1.65, 0.12, True)
VOLTAGE = Sensor("Voltage", "12V", 0.0, 0.1, True)
SENSORS = (CURRENT, VOLTAGE) * 4
STOP_SIGNAL = b"\xff\x3f"


def a_set(number: int, levels: tuple[int, ...], marker: bool = False) -> bytes:
    """Write a set as the firmware does; apart from the parser, so that one of the two can be wrong."""
    micros = number * 50 & 0x3FF
    words = bytearray([0b1111 << 4 | micros >> 6, 0b01 << 6 | micros & 0x3F])
    for sensor, level in enumerate(levels):
        words += bytes([1 << 7 | sensor << 4 | level >> 6, level & 0x3F])
    words[3] |= marker << 6
    return bytes(words)


def levels_of(number: int) -> tuple[int, ...]:
    """Levels that tell sensors and sets apart."""
    noise = random.Random(number)
    return tuple(500 + 10 * sensor + noise.randrange(10) for sensor in range(8))


def sets(first: int, count: int) -> list[bytes]:
    return [a_set(number, levels_of(number)) for number in range(first, first + count)]


def power_w(number: int, pairs: tuple[int, ...] = (0, 1, 2, 3)) -> float:
    volts = [3.3 * level / 1023 for level in levels_of(number)]
    return sum((volts[2 * pair] - 1.65) / 0.12 * volts[2 * pair + 1] / 0.1 for pair in pairs)


def stream(count: int = 4, pairs: tuple[int, ...] = (0, 1, 2, 3)) -> Stream:
    return Stream(SENSORS, pairs, count)


def flags(means: list[Mean]) -> list[str]:
    return [mean.flag for mean in means]


def test_a_set_of_the_fact_sheet_is_thirteen_milliamperes_at_twelve_volts() -> None:
    (mean,) = stream(1, (0,)).feed(EXAMPLE + a_set(7, levels_of(7)))
    assert mean.power_w == pytest.approx(0.0134 * 12.00, rel=5e-3)
    assert mean.flag == ""


def test_a_set_with_a_marker_is_the_same_set() -> None:
    levels = (512, 372, 0, 0, 0, 0, 0, 0)
    assert a_set(6, levels) == EXAMPLE
    after = a_set(7, levels_of(7))
    marked = stream(1, (0,)).feed(a_set(6, levels, marker=True) + after)
    assert len(marked) == 1
    assert marked == stream(1, (0,)).feed(EXAMPLE + after)


def test_a_reading_is_the_mean_of_the_products_of_its_sets() -> None:
    means = stream(4).feed(b"".join(sets(0, 13)))
    assert [mean.number for mean in means] == [4, 8, 12]
    for start, mean in zip((0, 4, 8), means, strict=True):
        assert mean.power_w == pytest.approx(sum(power_w(n) for n in range(start, start + 4)) / 4)


def test_only_the_chosen_pairs_count() -> None:
    (mean,) = stream(2, (1, 3)).feed(b"".join(sets(0, 3)))
    assert mean.power_w == pytest.approx((power_w(0, (1, 3)) + power_w(1, (1, 3))) / 2)


@given(st.lists(st.integers(0, 40 * SET_BYTES), max_size=20))
def test_how_bytes_are_cut_into_reads_changes_nothing(cuts: list[int]) -> None:
    data = b"".join(sets(0, 40))
    borders = [0, *sorted(cuts), len(data)]
    whole, cut = stream(), stream()
    expected = whole.feed(data)
    found = [mean for a, b in itertools.pairwise(borders) for mean in cut.feed(data[a:b])]
    assert [mean.number for mean in found] == [mean.number for mean in expected]
    assert [mean.power_w for mean in found] == pytest.approx([mean.power_w for mean in expected])
    assert cut.lost_sets == 0


@given(st.integers(1, 30), st.integers(2 * SET_BYTES, 30 * SET_BYTES), st.integers(1, 500))
def test_lost_bytes_never_shift_a_value_to_another_sensor(first: int, place: int, count: int) -> None:
    data = b"".join(sets(first, 80))
    torn = data[:place] + data[place + count :]
    found = stream()
    for mean in found.feed(torn, newest=80):
        if mean.power_w is None:
            assert mean.flag == "malformed"
        else:
            numbers = range(first + mean.number - 4, first + mean.number)
            assert mean.power_w == pytest.approx(sum(power_w(n) for n in numbers) / 4)
    assert found.number == 79  # the last one waits for its successor


@given(st.integers(1, 511))
def test_lost_sets_are_counted_by_their_stamps(lost: int) -> None:
    found = stream()
    means = found.feed(b"".join(sets(0, 20)) + b"".join(sets(20 + lost, 20)))
    # A step of the stamps that is within their tolerance of 50 us cannot be told from none.
    if abs((lost * 50 + 512) % 1024 - 512) > 3:
        assert found.lost_sets == lost + 1
        assert flags(means).count("malformed") == 1


@pytest.mark.parametrize("lost", [600, 2_000, 30_000])
def test_where_the_stamps_come_round_again_the_clock_of_the_host_decides(lost: int) -> None:
    found = stream()
    found.feed(b"".join(sets(0, 20)))
    found.feed(b"".join(sets(20 + lost, 20)), newest=40 + lost + 100)  # seen 5 ms late
    assert found.lost_sets == lost + 1


def test_a_set_made_of_the_halves_of_two_does_not_count() -> None:
    found = stream(4)
    whole = b"".join(sets(0, 60))
    means = found.feed(whole[: 7 * SET_BYTES + 8]) + found.feed(whole[9 * SET_BYTES + 8 :], newest=60)
    assert flags(means)[:3] == ["", "malformed", ""]
    assert found.lost_sets == 3


def test_the_reading_in_which_sets_were_lost_has_no_watts_and_the_next_one_begins_after_the_gap() -> None:
    means = stream(4).feed(b"".join(sets(0, 7) + sets(8, 20)), newest=28)
    assert flags(means)[:3] == ["", "malformed", ""]
    assert means[1].power_w is None
    assert means[2].power_w == pytest.approx(sum(power_w(n) for n in range(8, 12)) / 4)


def test_a_bit_that_flips_in_an_id_costs_that_set_and_the_one_before() -> None:
    damaged = sets(0, 40)
    damaged[17] = damaged[17][:6] + bytes([damaged[17][6] ^ 0x10]) + damaged[17][7:]
    found = stream(4)
    means = found.feed(b"".join(damaged), newest=40)
    assert found.lost_sets == 2
    assert flags(means).count("malformed") == 1
    good = [mean for mean in means if not mean.flag]
    assert all(
        mean.power_w == pytest.approx(sum(power_w(n) for n in range(mean.number - 4, mean.number)) / 4)
        for mean in good
    )


@given(st.binary(max_size=400))
def test_garbage_never_becomes_watts(garbage: bytes) -> None:
    assert all(mean.power_w is None for mean in stream(1).feed(garbage))


def exchanged(whole: bytes, one: int, other: int) -> bytes:
    words = [whole[start : start + 2] for start in range(0, SET_BYTES, 2)]
    words[one], words[other] = words[other], words[one]
    return b"".join(words)


@given(st.lists(st.sampled_from([*itertools.combinations(range(SET_BYTES // 2), 2)]), max_size=30))
def test_sets_with_two_words_in_each_others_place_never_become_watts(places: list[tuple[int, int]]) -> None:
    damaged = [exchanged(whole, *two) for whole, two in zip(sets(0, len(places)), places, strict=True)]
    found = stream(1)
    means = found.feed(b"".join(damaged))
    assert [mean for mean in means if mean.power_w is not None] == []
    assert found.number == 0


def test_garbage_that_goes_on_is_flagged_once() -> None:
    found = stream()
    found.feed(b"".join(sets(0, 20)))
    noise = random.Random(1)
    means = [mean for _ in range(20) for mean in found.feed(noise.randbytes(300))]
    means += found.feed(b"".join(sets(120, 20)), newest=140)
    assert flags(means).count("malformed") == 1
    assert flags(means)[-1] == ""
    assert found.lost_sets == 101


def test_a_stretch_that_comes_twice_is_left_out_and_flagged() -> None:
    data = b"".join(sets(0, 100))
    found = stream()
    means = found.feed(data) + found.feed(data) + found.feed(b"".join(sets(100, 21)))
    assert flags(means).count("duplicate") == 1
    assert found.lost_sets == 0
    good = [mean for mean in means if not mean.flag]
    assert [mean.number for mean in good] == list(range(4, 124, 4))
    assert good[-1].power_w == pytest.approx(sum(power_w(n) for n in range(116, 120)) / 4)


@pytest.mark.parametrize(("sensor", "level"), [(0, 1023), (0, 0), (1, 1023)])
def test_a_level_at_the_end_of_the_scale_is_overrange(sensor: int, level: int) -> None:
    levels = list(levels_of(0))
    levels[sensor] = level
    means = stream(2).feed(a_set(0, tuple(levels)) + b"".join(sets(1, 4)))
    assert [(mean.power_w is None, mean.flag) for mean in means] == [(True, "overrange"), (False, "")]


def test_a_rail_without_voltage_is_zero_watts_and_not_overrange() -> None:
    (mean,) = stream(1, (0,)).feed(a_set(0, (600, 0, 0, 0, 0, 0, 0, 0)) + a_set(1, levels_of(1)))
    assert mean == Mean(1, 0.0, "")


def test_a_stop_signal_between_sets_is_no_set() -> None:
    assert stream(4).feed(STOP_SIGNAL + b"".join(sets(0, 5)))[0].power_w == pytest.approx(
        sum(power_w(n) for n in range(4)) / 4
    )


def test_a_configuration_is_41_bytes_little_endian() -> None:
    data = b"MLX10".ljust(16, b"\0") + b"12V-0".ljust(16, b"\0") + struct.pack("<ff", 1.65, 0.12) + b"\x01"
    sensor = parse_sensor(data)
    assert len(data) == 41
    assert (sensor.kind, sensor.pair_name, sensor.in_use) == ("MLX10", "12V-0", True)
    assert (sensor.zero_v, sensor.volts_per_unit) == pytest.approx((1.65, 0.12))


@pytest.mark.parametrize("volts_per_unit", [0.0, float("nan"), float("inf")])
def test_a_calibration_that_gives_no_number_is_not_usable(volts_per_unit: float) -> None:
    assert not Sensor("MLX10", "12V", 1.65, volts_per_unit, True).is_usable


@pytest.mark.parametrize("interval_s", [0.0005, 0.00123456, 0.01002, float("nan")])
def test_an_interval_is_a_whole_number_of_sets_and_a_millisecond_at_least(interval_s: float) -> None:
    with pytest.raises(ConfigurationError, match="interval"):
        PowerSensor3.check_interval(interval_s)
    PowerSensor3.check_interval(0.00105)


@pytest.mark.parametrize("pairs", ["", "4", "0,0", "0,", "first"])
def test_pairs_that_do_not_exist_are_refused(pairs: str) -> None:
    with pytest.raises(ConfigurationError, match=r"meter\.options\.pairs"):
        PowerSensor3({"pairs": pairs})


@given(
    st.lists(st.tuples(st.integers(1, 400), st.sampled_from([0.0, 0.002, 0.02])), min_size=20, max_size=80),
    st.floats(-1e-4, 1e-4),
)
def test_stamps_follow_the_sets_and_not_the_lumps_in_which_they_arrive(
    lumps: list[tuple[int, float]], drift: float
) -> None:
    clock = ArrivalClock()
    number, settled_from, shown = 0, 0, []
    for lump, delay_s in lumps:
        number += lump
        measured_s = 1000.0 + number * 50e-6 * (1 + drift)
        clock.learn(number, measured_s + delay_s, settled=number > 2000)
        stamp_s = clock.t_mono_s(number)
        assert -1e-3 <= stamp_s - measured_s <= 0.021
        if number > 2000:
            shown.append(stamp_s)
        elif not delay_s:
            settled_from = number
    assert all(later > earlier for earlier, later in itertools.pairwise(shown))
    if settled_from:  # one lump that came at once says it for all
        assert abs(stamp_s - measured_s) < 1e-3


def test_a_pause_of_the_reader_does_not_move_the_stamps() -> None:
    clock = ArrivalClock()
    for number in range(100, 20_100, 100):
        clock.learn(number, 5.0 + number * 50e-6, number > 4000)
    for number in range(20_100, 40_100, 100):  # read a second late
        clock.learn(number, 6.0 + number * 50e-6, settled=True)
    assert clock.t_mono_s(40_000) == pytest.approx(5.0 + 2.0, abs=1e-3)
