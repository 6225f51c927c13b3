"""Several meters on one SUT: their sum, aligned, and whole or not at all."""

import math
import random
from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from meter_processes import Child, flags_of, prepare, rows_of, wait_for

from meter.recording.alignment import Aligner, MeterCadence
from meter.recording.several import combined
from records.meter import Accuracy, Calibration, Identity, MeterRecord, Reading, Sampling

MEAN_1S = MeterCadence(1.0, 0.0, "interval_mean")
MEAN_HALF = MeterCadence(0.5, 0.0, "interval_mean")
MOMENT_HALF = MeterCadence(0.5, 0.0, "instantaneous")


def rows_at_the_end(aligner: Aligner, arrivals: Iterable[tuple[int, Reading]]) -> list[Reading]:
    """Feed readings in the order of their stamps, with a look after each, as time goes by."""
    found = []
    for number, reading in sorted(arrivals, key=lambda item: item[1].t_utc_s):
        aligner.add(number, reading)
        found += aligner.rows(reading.t_utc_s)
    return found + aligner.last_rows()


def stream(
    number: int,
    power_w: Callable[[float, float], float],
    cadence: MeterCadence,
    phase_s: float,
    seconds: float,
) -> list[tuple[int, Reading]]:
    """Return readings of a meter: of each interval, what ``power_w(from, to)`` says."""
    found = []
    for n in range(int(seconds / cadence.interval_s)):
        from_s = phase_s + n * cadence.interval_s
        to_s = from_s + cadence.interval_s
        if cadence.sampling == "instantaneous":
            from_s = to_s
        found.append((number, Reading(to_s + cadence.latency_s, power_w(from_s, to_s))))
    return found


def constant(power_w: float) -> Callable[[float, float], float]:
    return lambda from_s, to_s: power_w


def ramp(from_s: float, to_s: float) -> float:
    """Mean of a power that grows by 10 W a second from 100 W on."""
    return 100 + 10 * (from_s + to_s) / 2


@pytest.mark.parametrize("other", [MEAN_1S, MEAN_HALF, MOMENT_HALF, MeterCadence(0.3, 0.0, "interval_mean")])
def test_constant_powers_add_up(other: MeterCadence) -> None:
    arrivals = stream(0, constant(60), MEAN_1S, 0.1, 20) + stream(1, constant(40), other, 0.37, 20)
    rows = rows_at_the_end(Aligner([MEAN_1S, other]), arrivals)
    assert len(rows) >= 18
    assert {(row.power_w, row.flag) for row in rows} == {(100.0, "")}
    assert {round(after.t_utc_s - before.t_utc_s, 6) for before, after in pairwise(rows)} == {1.0}


def test_instantaneous_values_are_joined_by_straight_lines() -> None:
    arrivals = stream(0, constant(60), MEAN_1S, 0.0, 20) + stream(1, ramp, MOMENT_HALF, 0.2, 20)
    rows = rows_at_the_end(Aligner([MEAN_1S, MOMENT_HALF]), arrivals)
    assert len(rows) >= 17
    for row in rows:
        assert row.power_w == pytest.approx(60 + ramp(row.t_utc_s, row.t_utc_s), abs=1e-5)


@pytest.mark.parametrize("slow", [MeterCadence(1.0, 0.3, "instantaneous"), MOMENT_HALF])
def test_a_sum_of_instantaneous_meters_is_the_power_at_the_moment_of_its_row(slow: MeterCadence) -> None:
    def wave(from_s: float, to_s: float) -> float:
        return 100 + 20 * math.sin(to_s / 3)

    arrivals = stream(0, wave, slow, 0.1, 30) + stream(1, wave, MOMENT_HALF, 0.37, 30)
    rows = rows_at_the_end(Aligner([slow, MOMENT_HALF]), arrivals)
    assert len(rows) >= 25
    for row in rows:
        assert row.power_w == pytest.approx(2 * wave(0, row.t_utc_s), abs=0.3)  # the chord of half a second


def test_interval_means_beside_an_instantaneous_meter_keep_their_energy() -> None:
    def steps(from_s: float, to_s: float) -> float:
        return 60.0 if from_s < 15 else 160.0

    arrivals = stream(0, steps, MEAN_HALF, 0.0, 30) + stream(
        1, constant(0), MeterCadence(1.0, 0.0, "instantaneous"), 0.0, 30
    )
    rows = rows_at_the_end(Aligner([MEAN_HALF, MeterCadence(1.0, 0.0, "instantaneous")]), arrivals)
    assert not any(row.flag for row in rows)
    inside = [row.power_w or 0.0 for row in rows if 10 <= row.t_utc_s <= 20]
    trapezoids_j = sum((a + b) / 2 for a, b in pairwise(inside))
    assert trapezoids_j == pytest.approx(5 * 60 + 5 * 160)


@pytest.mark.parametrize(
    ("samplings", "found"),
    [
        (("interval_mean", "interval_mean"), "interval_mean"),
        (("instantaneous", "instantaneous"), "instantaneous"),
        (("interval_mean", "instantaneous"), "instantaneous"),
    ],
)
def test_a_sum_says_what_its_rows_are(samplings: tuple[Sampling, Sampling], found: Sampling) -> None:
    records = {str(n): record(str(n), sampling=sampling) for n, sampling in enumerate(samplings)}
    assert combined(records).sampling == found


def test_interval_means_count_with_the_time_that_they_share() -> None:
    arrivals = stream(0, constant(0), MEAN_1S, 0.25, 10) + stream(1, lambda a, b: round(a), MEAN_1S, 0.0, 10)
    rows = rows_at_the_end(Aligner([MEAN_1S, MEAN_1S]), arrivals)
    for row in rows:  # a row ends at n + 0.25: three quarters of interval n - 1, a quarter of n
        n = math.floor(row.t_utc_s)
        assert row.power_w == pytest.approx(0.75 * (n - 1) + 0.25 * n, abs=1e-6)


def test_a_row_is_stamped_with_the_end_of_its_interval_not_with_the_arrival() -> None:
    late = MeterCadence(1.0, 0.4, "interval_mean")
    step = [(0, Reading(n + 0.4, 100.0 if n <= 5 else 200.0)) for n in range(1, 11)]
    other = [(1, Reading(float(n), 1.0 if n <= 5 else 2.0)) for n in range(1, 11)]
    rows = rows_at_the_end(Aligner([late, MEAN_1S]), step + other)
    assert [row.power_w for row in rows if row.t_utc_s < 5.01] == [101.0] * 5
    assert {row.power_w for row in rows if row.t_utc_s > 5.99} == {202.0}


def test_a_missing_reading_of_any_meter_makes_the_row_nodata_and_never_a_part_of_the_sum() -> None:
    second = [item for item in stream(1, constant(40), MEAN_1S, 0.0, 20) if item[1].t_utc_s != 9.0]
    rows = rows_at_the_end(Aligner([MEAN_1S, MEAN_1S]), stream(0, constant(60), MEAN_1S, 0.5, 20) + second)
    assert {row.power_w for row in rows} == {100.0, None}
    assert [row.t_utc_s for row in rows if row.flag] == pytest.approx([8.5, 9.5])
    assert {row.flag for row in rows if row.power_w is None} == {"nodata"}


def test_a_silent_meter_is_waited_for_but_not_for_ever() -> None:
    aligner = Aligner([MEAN_1S, MEAN_1S])
    for number, reading in stream(0, constant(60), MEAN_1S, 0.0, 3) + stream(
        1, constant(40), MEAN_1S, 0.0, 3
    ):
        aligner.add(number, reading)
    assert [row.power_w for row in aligner.rows(4.0)] == [100.0] * 3
    for n in (4, 5, 6, 7):
        aligner.add(0, Reading(float(n), 60.0))
    assert aligner.rows(6.4) == []
    assert [(row.t_utc_s, row.flag) for row in aligner.rows(8.0)] == [
        (pytest.approx(4.0), "nodata"),
        (pytest.approx(5.0), "nodata"),
    ]
    assert aligner.last_rows() == []  # what is not over is not said to be missing


def test_readings_that_a_stall_held_back_count_where_they_belong() -> None:
    first = stream(0, ramp, MEAN_1S, 0.0, 20)
    held = [(0, replace(r, t_utc_s=10.3) if 6 < r.t_utc_s <= 10 else r) for _, r in first]
    rows = rows_at_the_end(Aligner([MEAN_1S, MEAN_HALF]), held + stream(1, constant(40), MEAN_HALF, 0.0, 20))
    good = [row for row in rows if not row.flag]
    assert len(good) >= 19
    for row in good:
        assert row.power_w == pytest.approx(40 + ramp(row.t_utc_s - 1, row.t_utc_s), abs=1.0)


def test_flags_of_the_slowest_meter_are_passed_on_and_a_reconnection_begins_anew() -> None:
    lost = [(0, Reading(6.0, None, "nodata")), (0, Reading(8.9, None, "reconnected"))]
    before = stream(0, constant(60), MEAN_1S, 0.0, 5)
    after = [(0, Reading(10.7 + n, 60.0)) for n in range(5)]
    rows = rows_at_the_end(
        Aligner([MEAN_1S, MEAN_HALF]), before + lost + after + stream(1, constant(40), MEAN_HALF, 0.0, 20)
    )
    assert [row.flag or row.power_w for row in rows][4:7] == [100.0, "nodata", "reconnected"]
    assert {row.power_w for row in rows[7:]} == {100.0}


def test_before_all_meters_have_begun_there_are_no_rows() -> None:
    late = [item for item in stream(1, constant(40), MEAN_1S, 0.0, 20) if item[1].t_utc_s > 8]
    rows = rows_at_the_end(Aligner([MEAN_1S, MEAN_1S]), stream(0, constant(60), MEAN_1S, 0.5, 20) + late)
    assert not rows[0].flag
    assert rows[0].t_utc_s > 8


@given(
    st.integers(0, 2**32),
    st.floats(0.0, 0.02),
    st.floats(0.0, 1.0),
    st.sampled_from([MEAN_1S, MEAN_HALF, MOMENT_HALF]),
)
def test_with_jitter_and_losses_every_sum_is_the_true_one_or_none(
    seed: int, jitter_s: float, phase_s: float, other: MeterCadence
) -> None:
    chance = random.Random(seed)
    arrivals = [
        (number, replace(reading, t_utc_s=reading.t_utc_s + chance.random() * jitter_s))
        for number, reading in stream(0, constant(60), MEAN_1S, 0.0, 30)
        + stream(1, constant(40), other, phase_s, 30)
        if chance.random() > 0.1
    ]
    rows = rows_at_the_end(Aligner([MEAN_1S, other]), arrivals)
    assert {row.power_w for row in rows} <= {100.0, None}
    assert [row.t_utc_s for row in rows] == sorted(row.t_utc_s for row in rows)


def record(name: str, **changes: object) -> MeterRecord:
    settings = {
        "driver": name,
        "port": f"/dev/{name}",
        "identity": Identity(maker="M", model=name, serial=f"{name}-1"),
        "sampling": "interval_mean",
        "interval_s": 1.0,
        "latency_s": 0.1,
        "latency_u_s": 0.05,
        "resolution_w": 0.3,
        "accuracy": Accuracy(reading_pct=1.5, counts=3),
        "calibration": Calibration(),
        "simulated": False,
        **changes,
    }
    return MeterRecord(**settings)  # type: ignore[arg-type]


def test_the_record_of_the_sum_is_no_better_than_its_parts() -> None:
    ranged = Accuracy(reading_pct=0.1, range_pct=0.2, range_w=600.0, counts=1, reactive_pct=0.1)
    other = record(
        "b",
        interval_s=0.5,
        latency_u_s=0.3,
        resolution_w=0.4,
        accuracy=ranged,
        simulated=True,
        calibration=Calibration(date="2025-01-31", certificate="C1"),
    )
    found = combined({"psu1": record("a"), "psu2": other})
    assert (found.accuracy.reading_pct, found.accuracy.reactive_pct) == (1.5, 0.1)
    assert (found.accuracy.range_pct, found.accuracy.range_w) == (pytest.approx(0.2), 600.0)
    assert found.accuracy.counts * found.resolution_w == pytest.approx(3 * 0.3 + 1 * 0.4)
    assert (found.interval_s, found.latency_s, found.latency_u_s) == (1.0, 0.0, 0.3)
    assert found.resolution_w == pytest.approx(0.5)
    assert found.simulated
    assert found.identity.serial == "a-1 + b-1"
    assert found.calibration.date is None  # of one of them nobody knows
    assert [(part["name"], part["driver"]) for part in found.parts] == [("psu1", "a"), ("psu2", "b")]


def test_limits_of_offset_add_up_whatever_the_displays_of_the_meters() -> None:
    coarse = record(
        "a", resolution_w=0.4, accuracy=Accuracy(reading_pct=0.1, counts=1, range_pct=0.2, range_w=600.0)
    )
    fine = record(
        "b", resolution_w=0.3, accuracy=Accuracy(reading_pct=0.1, counts=10, range_pct=0.1, range_w=60.0)
    )
    plain = record("c", resolution_w=1.2, accuracy=Accuracy(reading_pct=0.1))
    total = combined({"a": coarse, "b": fine, "c": plain})
    assert total.accuracy.counts * total.resolution_w == pytest.approx(1 * 0.4 + 10 * 0.3)
    assert total.accuracy.range_w == 660.0
    assert total.accuracy.range_pct / 100 * 660.0 == pytest.approx(0.2 / 100 * 600.0 + 0.1 / 100 * 60.0)


def test_a_range_that_one_meter_does_not_name_leaves_the_sum_without_one() -> None:
    known = record("a", accuracy=Accuracy(reading_pct=0.1, range_pct=0.2, range_w=600.0))
    unknown = record("b", accuracy=Accuracy(reading_pct=0.1, range_pct=0.1))
    assert combined({"a": known, "b": unknown}).accuracy.range_w is None
    assert combined({"a": known, "b": known}).accuracy.range_w == 1200.0


@pytest.fixture
def instrument(start: Callable[..., Child]) -> Callable[..., str]:
    def begin(name: str, *arguments: object) -> str:
        child = start("meter.virtual", name, *arguments)
        wait_for(lambda: "\n" in child.stdout.read_text() or child.process.poll() is not None, "a port")
        return child.stdout.read_text().strip()

    return begin


def log_two(
    start: Callable[..., Child],
    out: Path,
    first: str,
    name: str,
    second: str,
    meter: dict[str, object] | None = None,
    **settings: object,
) -> Child:
    prepare(
        out,
        {"name": "psu1", "driver": "wattsup_pro", "port": first},
        {"name": "psu2", "driver": name, "port": second, **(meter or {})},
        **settings,
    )
    return start("meter.recording.logger", out)


def test_two_meters_of_60_and_40_watts_sum_to_100_and_a_lost_one_makes_it_nodata_not_60(
    start: Callable[..., Child], instrument: Callable[..., str], tmp_path: Path
) -> None:
    first = instrument("wattsup_pro", "--watts", 60)
    second = instrument("wattsup_pro", "--watts", 40, "--link", tmp_path / "m", "--fault", "unplug@2+1")
    out = tmp_path / "run"
    child = log_two(start, out, first, "wattsup_pro", second)
    wait_for(lambda: "nodata" in flags_of(out) and flags_of(out)[-2:] == ["", ""], "the sum after the loss")
    assert child.end() == 0
    assert {row["power_w"] for row in rows_of(out)} == {"100.0", ""}
    assert {row["flag"] for row in rows_of(out)} == {"", "nodata"}
    ready = child.messages()[0]
    assert (ready["ready"], ready["simulated"]) == (True, True)
    assert ready["chosen_options"] == {"psu1": {}, "psu2": {}}
    assert any("meter psu2: " in str(message) for message in child.messages())
    record = MeterRecord.read(out / "meter.json")
    assert record.accuracy.counts * record.resolution_w == pytest.approx(2 * 3 * 0.1)
    assert record.counts["good"] == flags_of(out).count("")
    assert record.gaps[0]["reason"] == "nodata"
    for name, watts in (("psu1", "60.0"), ("psu2", "40.0")):
        part = MeterRecord.read(out / "meters" / name / "meter.json")
        assert part.counts["good"] >= 4
        assert {row["power_w"] for row in rows_of(out / "meters" / name) if not row["flag"]} == {watts}
    assert "reconnected" in flags_of(out / "meters" / "psu2")


def test_meters_of_one_and_of_half_a_second_are_added_on_the_slower_ones_cadence(
    start: Callable[..., Child], instrument: Callable[..., str], tmp_path: Path
) -> None:
    first = instrument("wattsup_pro", "--watts", 60)
    second = instrument("yokogawa_wt310", "--watts", 40)
    out = tmp_path / "run"
    child = log_two(start, out, first, "yokogawa_wt310", second, {"interval_s": 0.5}, limit=4, raw=True)
    assert child.wait() == 0, child.stderr.read_text()
    assert len(rows_of(out)) == 4
    assert {row["power_w"] for row in rows_of(out) if not row["flag"]} == {"100.0"}
    assert len(rows_of(out / "meters" / "psu2")) >= 8
    assert MeterRecord.read(out / "meter.json").interval_s == 1.0
    polled = MeterRecord.read(out / "meters" / "psu2" / "meter.json").cadence
    assert polled is not None
    assert set(polled["poll"]) == {"locked", "update_s", "gate_s"}
    assert child.messages()[0]["chosen_options"]["psu2"]["voltage_range_v"] == 300.0  # type: ignore[index]
    assert (out / "meters" / "psu1" / "meter_raw.csv").exists()
    assert (out / "meters" / "psu2" / "meter_raw.csv").exists()


def test_a_meter_that_is_not_there_ends_the_log_of_all(
    start: Callable[..., Child], instrument: Callable[..., str], tmp_path: Path
) -> None:
    first = instrument("wattsup_pro", "--watts", 60)
    child = log_two(start, tmp_path / "run", first, "wattsup_pro", "/dev/ttyNONE")
    assert child.wait() == 3
    assert "/dev/ttyNONE: there is no such port" in child.stderr.read_text()
    assert not (tmp_path / "run" / "meter.csv").exists()


@pytest.mark.parametrize(
    ("second", "words"),
    [
        ({"name": "b", "driver": "wattsup_pro"}, "meters[1]: the required key 'port' is missing"),
        ({"name": "b", "driver": "wattsap_pro", "port": "x"}, "did you mean 'wattsup_pro'"),
        ({"name": "b", "driver": "wattsup_pro", "port": "x", "prt": "x"}, "unknown key 'prt'"),
        ({"driver": "wattsup_pro", "port": "x"}, "two meters are named 'main'"),
        ({"name": "../b", "driver": "wattsup_pro", "port": "x"}, "expected a name of a folder"),
    ],
)
def test_a_wrong_description_of_a_meter_is_told(
    start: Callable[..., Child], tmp_path: Path, second: dict[str, object], words: str
) -> None:
    folder = prepare(tmp_path / "run", {"driver": "wattsup_pro", "port": "x"}, second)
    child = start("meter.recording.logger", folder)
    assert child.wait() == 2
    assert words in child.stderr.read_text()
    assert "Traceback" not in child.stderr.read_text()
