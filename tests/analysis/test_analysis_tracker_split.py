"""Where the difference between wall and tracker comes from: counters of a window, and the terms."""

from pathlib import Path
from typing import Any

import pytest
from typed_rows import row_of

from analysis.agreement.split import Split, splits, supply_line
from analysis.agreement.trackers import scope_rows
from analysis.run.clock import ClockFit
from analysis.run.counters import Counters
from records.rapl import RaplRecord, read_rapl
from records.rows.agreement import TrackerRow

EFFICIENCY, REST_W = 0.88, 17.0


def run(slot: int, cpu_w: float, gpu_w: float, **changes: Any) -> TrackerRow:
    """A run of one hour at known powers: memory takes 5 W, the supply loses 12 %."""
    wall_w = (cpu_w + gpu_w + 5 + REST_W) / EFFICIENCY
    columns = {
        "slot": slot,
        "run_dir": f"{slot:04d}-cnn",
        "tracker": "acme",
        "scenario": "low" if cpu_w < 50 else "high",
        "scope": "cpu+gpu",
        "t_start_utc_s": 1e9,
        "t_stop_utc_s": 1e9 + 3600,
        "energy_wh": 0.9 * cpu_w + gpu_w,
        "cpu_wh": 0.9 * cpu_w,
        "gpu_wh": gpu_w,
        "meter_wh": wall_w,
        "counter_cpu_wh": cpu_w,
        "counter_ram_wh": 5.0,
        "collector_gpu_wh": gpu_w,
    }
    return row_of(TrackerRow, **{**columns, **changes})


def campaign(**changes: Any) -> list[TrackerRow]:
    return [run(slot, cpu_w, 2 * cpu_w, **changes) for slot, cpu_w in enumerate((30.0, 31.0, 80.0, 82.0))]


def terms_add_up(row: Split) -> float:
    known = [row.own_wh or 0.0, row.unseen_wh or 0.0, -(row.assumed_wh or 0.0), row.rest_wh or 0.0]
    return sum(known)


def test_the_terms_are_those_of_the_known_machine() -> None:
    low, high = splits(campaign(), 0.95)
    for row, cpu_w in ((low, 30.5), (high, 81.0)):
        counted_w = 3 * cpu_w + 5
        assert row.own_wh == pytest.approx(0.1 * cpu_w)
        assert row.unseen_wh == pytest.approx(5)
        assert row.assumed_wh == pytest.approx(0)
        assert row.losses_wh == pytest.approx((1 / EFFICIENCY - 1) * counted_w)
        assert row.other_wh == pytest.approx(REST_W / EFFICIENCY)
        assert row.checked == ("cpu", "gpu")
        assert terms_add_up(row) == pytest.approx(row.difference_wh)


def test_what_has_no_counter_is_taken_apart_from_the_own_error() -> None:
    rows = campaign(scope="cpu+gpu+ram", ram_wh=20.0, counter_ram_wh=None)
    rows = [row_of(TrackerRow, **{**row.to_json(), "energy_wh": (row.energy_wh or 0) + 20}) for row in rows]
    for found in splits(rows, 0.95):
        assert found.assumed_wh == pytest.approx(20)
        assert terms_add_up(found) == pytest.approx(found.difference_wh)


def test_a_total_without_shares_is_held_against_the_parts_that_its_scope_names() -> None:
    rows = campaign(scope="gpu+cpu", cpu_wh=None, gpu_wh=None)
    low, _ = splits(rows, 0.95)
    assert (low.own_wh, low.assumed_wh) == pytest.approx((0.1 * 30.5, 0.0))


def test_without_counters_there_is_only_the_sum() -> None:
    rows = campaign(counter_cpu_wh=None, counter_ram_wh=None, collector_gpu_wh=None)
    for found in splits(rows, 0.95):
        assert (found.own_wh, found.unseen_wh, found.rest_wh, found.losses_wh) == (None,) * 4
        assert found.difference_wh > 0


def test_losses_are_not_told_apart_where_all_runs_draw_alike() -> None:
    rows = [run(slot, 30.0, 60.0) for slot in range(6)]
    assert supply_line(rows, 0.95) is None
    (found,) = splits(rows, 0.95)
    assert (found.other_wh, found.losses_wh) == (None, None)
    assert found.rest_wh is not None


def test_parts_are_compared_with_their_counters() -> None:
    rows = {row.against: row for row in scope_rows(campaign(), 0.95) if row.scenario == "all"}
    assert rows["cpu"].compared.total_ratio == pytest.approx(0.9)
    assert "ram" not in rows


def counters_of(
    folder: Path, samples: list[tuple[float, str, int | None]], range_uj: int = 262_143_328_850
) -> Counters:
    lines = [f"{t_s},{zone},{'' if uj is None else uj}," for t_s, zone, uj in samples]
    (folder / "rapl.csv").write_text("t_utc_s,zone,energy_uj,power_w\n" + "\n".join(lines) + "\n")
    names = dict.fromkeys(zone for _, zone, _ in samples)
    record = RaplRecord(zones=[{"name": n, "max_energy_range_uj": range_uj} for n in names], interval_s=1.0)
    table = read_rapl(folder)
    assert table is not None
    return Counters(table, record, ClockFit())


def test_counters_give_the_energy_of_a_window_over_a_wrap(tmp_path: Path) -> None:
    samples = [
        (float(t), f"package-{p}", (999_000_000 + 36_000_000 * t) % 10**9) for t in range(5) for p in (0, 1)
    ]
    samples += [(float(t), "package-0/dram", 3_600_000 * t) for t in range(5)]
    samples += [(float(t), "package-0/core", 1_000_000 * t) for t in range(5)]
    found = counters_of(tmp_path, samples, 10**9).energies_wh(0.5, 3.5)
    assert found == pytest.approx({"cpu": 2 * 3 * 0.01, "ram": 3 * 0.001})


def test_a_border_between_two_samples_goes_with_the_powers_on_its_sides(tmp_path: Path) -> None:
    energy_j = [0.0, 10.0, 56.0, 156.0, 256.0, 293.0, 303.0]  # 10 W, and 100 W from 1.6 to 4.3 s
    samples = [(float(t), "package-0", int(1e6 * value)) for t, value in enumerate(energy_j)]
    found = counters_of(tmp_path, samples).energies_wh(1.6, 4.3)
    assert found["cpu"] == pytest.approx(100 * 2.7 / 3600)


@pytest.mark.parametrize("hole", [None, 5])
def test_counters_that_were_reset_or_not_read_have_no_energy(tmp_path: Path, hole: int | None) -> None:
    samples = [(float(t), "package-0", hole if t == 2 else 900_000 + 20_000_000 * t) for t in range(5)]
    counters = counters_of(tmp_path, samples)
    assert counters.energies_wh(0.5, 3.5) == {}
    assert counters.energies_wh(0.0, 1.0) != {}
    assert counters.energies_wh(0.0, 9.0) == {}
