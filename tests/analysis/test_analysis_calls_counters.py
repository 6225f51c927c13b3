"""Energy of recorded calls by the computer's own counters: those of known power per call come back."""

from pathlib import Path

import numpy as np
import pytest
from synthetic import EPOCH_UTC_S, CallMade, Instrument, SyntheticCampaign, SyntheticRun, rehash

from analysis.campaign import analyse
from analysis.run.counters import together
from records.gpu import GPU_COLUMNS
from records.rapl import RAPL_COLUMNS, RaplRecord

WALL_W = {"np.inner": 60.0, "np.outer": 20.0, "np.long": 45.0}
BASE_W = 40.0
CPU_SHARE, RAM_W, GPU_SHARE = 0.5, 3.0, 0.25
"""Each of two packages takes a quarter of the power at the wall, the memory always the same."""

FIRST_S, LEAD_S = 0.137, 3.0
RANGE_UJ = 700_000_000


class Program:
    """One run: calls, and the energy at the wall up to any moment."""

    def __init__(self, seed: int) -> None:
        random = np.random.default_rng(seed)
        self.calls: list[CallMade] = []
        parts, at_s = [], 1.0
        while at_s < 35:
            inner_s, outer_s = random.uniform(0.1, 0.5, size=2)
            self.calls.append(CallMade("np.inner", at_s, at_s + inner_s, depth=1))
            self.calls.append(CallMade("np.outer", at_s, at_s + inner_s + outer_s))
            parts.append((at_s, at_s + inner_s, WALL_W["np.inner"]))
            parts.append((at_s + inner_s, at_s + inner_s + outer_s, WALL_W["np.outer"]))
            at_s += inner_s + outer_s + random.exponential(0.3)
        self.calls += [CallMade("np.long", at_s, at_s + 12.3), CallMade("np.once", at_s + 13, at_s + 13.0005)]
        parts.append((at_s, at_s + 12.3, WALL_W["np.long"]))
        self.length_s = at_s + 15
        self.from_s, self.to_s, self.power_w = np.array(parts).T

    def until_j(self, t_s):
        t_s = np.asarray(t_s)
        passed_s = np.clip(t_s[:, np.newaxis] - self.from_s, 0, self.to_s - self.from_s)
        return BASE_W * (t_s + LEAD_S) + passed_s @ self.power_w

    def above_w(self, t_s):
        t_s = np.asarray(t_s)
        place = np.maximum(np.searchsorted(self.from_s, t_s, side="right") - 1, 0)
        return np.where((t_s >= self.from_s[place]) & (t_s < self.to_s[place]), self.power_w[place], 0.0)


def write_rapl(folder: Path, program: Program, start_s: float, stop_s: float | None = None) -> None:
    """Write counters of two packages, which begin again several times, and of their memory."""
    zones = [{"name": name, "max_energy_range_uj": RANGE_UJ} for name in ("package-0", "package-1")]
    zones.append({"name": "package-0/dram", "max_energy_range_uj": RANGE_UJ})
    RaplRecord(zones=zones, interval_s=0.5).write(folder / "rapl.json")
    t_s = np.arange(FIRST_S - LEAD_S, (stop_s or program.length_s) + 2 * (stop_s is None), 0.5)
    lines = [",".join(RAPL_COLUMNS)]
    package_uj = 1e6 * CPU_SHARE / 2 * program.until_j(np.floor(1e3 * t_s) / 1e3)  # renewed each millisecond
    for at_s, package, ram in zip(t_s, package_uj, 1e6 * RAM_W * (t_s + LEAD_S), strict=True):
        stamp = EPOCH_UTC_S + start_s + at_s
        for zone, energy in (("package-0", package), ("package-1", package), ("package-0/dram", ram)):
            lines.append(f"{stamp:.6f},{zone},{(round(energy) + 650_000_000) % RANGE_UJ},")
    (folder / "rapl.csv").write_text("\n".join(lines) + "\n")


def write_gpu(folder: Path, program: Program, start_s: float, *, counter: bool) -> None:
    t_s = np.arange(FIRST_S - LEAD_S, program.length_s + 2, 0.5)
    columns = {
        "power_w": GPU_SHARE * (BASE_W + program.above_w(t_s)),
        "energy_j": 1000 + GPU_SHARE * program.until_j(t_s),
    }
    lines = [",".join(GPU_COLUMNS)]
    for i, at_s in enumerate(t_s):
        fields = {"t_utc_s": f"{EPOCH_UTC_S + start_s + at_s:.6f}", "gpu": "0"}
        fields["power_w"] = f"{columns['power_w'][i]:.6f}"
        fields["energy_j"] = f"{columns['energy_j'][i]:.6f}" if counter else ""
        lines.append(",".join(fields.get(name, "") for name in GPU_COLUMNS))
    (folder / "gpu.csv").write_text("\n".join(lines) + "\n")


def analysed(folder: Path, write):
    programs = [Program(seed) for seed in range(3)]
    runs, at_s = [], 100.0
    for slot, program in enumerate(programs, start=1):
        run = SyntheticRun(slot, "program", at_s, program.length_s, block=slot, repeat=slot)
        run.recorded_calls = program.calls
        runs.append(run)
        at_s += program.length_s + 20

    def power(t_s):
        above_w = sum(program.above_w(t_s - run.start_s) for run, program in zip(runs, programs, strict=True))
        return BASE_W + above_w

    SyntheticCampaign(runs, power=power, instrument=Instrument(latency_u_s=0.0)).write(folder)
    for run, program in zip(runs, programs, strict=True):
        path = folder / "runs" / run.run_dir
        write(path, program, run.start_s)
        rehash(path)
    return {row.api or row.kind: row for row in analyse(folder).call_sites}


def wall_j(rows, api):
    """Energy of a run at the wall with inner calls."""
    row = rows[api]
    inner_j = WALL_W["np.inner"] * rows["np.inner"].time_inclusive_s if api == "np.outer" else 0.0
    return BASE_W * row.time_inclusive_s + WALL_W[api] * row.time_exclusive_s + inner_j


@pytest.fixture(scope="module")
def counted(tmp_path_factory):
    def write(path, program, start_s):
        write_rapl(path, program, start_s)
        write_gpu(path, program, start_s, counter=True)

    folder = tmp_path_factory.mktemp("counted") / "campaign"
    return analysed(folder, write), folder


@pytest.mark.parametrize("api", WALL_W)
def test_counters_give_short_and_long_calls_their_energy(counted, api):
    rows, _ = counted
    row = rows[api]
    assert row.counter_cpu_j == pytest.approx(CPU_SHARE * wall_j(rows, api), rel=0.02)
    assert row.counter_ram_j == pytest.approx(RAM_W * row.time_inclusive_s, rel=0.02)
    assert row.counter_gpu_j == pytest.approx(GPU_SHARE * wall_j(rows, api), rel=0.03)


def test_counters_of_calls_outside_each_other_add_up_to_the_run(counted):
    rows, _ = counted
    outer = [rows[name].counter_cpu_j for name in ("np.outer", "np.long", "uncovered")]
    programs = [Program(seed) for seed in range(3)]
    ends_j = [np.diff(program.until_j([0.0, program.length_s])) for program in programs]
    assert sum(outer) == pytest.approx(CPU_SHARE * np.mean(ends_j), rel=1e-3)


def test_a_call_that_samples_cannot_tell_has_no_counter(counted):
    row = counted[0]["np.once"]
    assert (row.counter_cpu_j, row.counter_ram_j, row.counter_gpu_j) == (None, None, None)


def test_sampled_power_is_integrated_over_long_calls_only(tmp_path):
    def write(path, program, start_s):
        write_gpu(path, program, start_s, counter=False)
        write_rapl(path, program, start_s, stop_s=program.length_s - 3)

    rows = analysed(tmp_path / "campaign", write)
    assert rows["np.long"].counter_gpu_j == pytest.approx(GPU_SHARE * wall_j(rows, "np.long"), rel=0.03)
    assert rows["np.inner"].counter_gpu_j is None
    assert rows["np.outer"].counter_gpu_j is None
    # A counter that ended before the run says nothing of its calls.
    assert all(row.counter_cpu_j is None for row in rows.values())


def test_counters_together_end_where_the_first_of_them_ends():
    at_s = np.arange(10.0)
    both = together([(at_s, 2 * at_s), (at_s[2:6] + 0.5, 3 * at_s[:4])])
    assert both.at_s.tolist() == [3.0, 4.0, 5.0]
    np.testing.assert_allclose(np.diff(both.energy_j), 5.0)
    assert together([(at_s, at_s), (at_s[:0], at_s[:0])]) is None


def test_without_counters_there_are_no_such_columns(tmp_path):
    rows = analysed(tmp_path / "campaign", lambda path, program, start_s: None)
    assert all(row.counter_cpu_j is None for row in rows.values())
    header = (tmp_path / "campaign" / "results" / "call_sites.csv").read_text().partition("\n")[0]
    assert not any(name.startswith("counter_") for name in header.split(","))
