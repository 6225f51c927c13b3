"""Where a virtual instrument's watts come from, and how it averages them."""

import math
import statistics
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meter.virtual.host_load import CpuLoad, GpuPower
from meter.virtual.instrument import IntervalMeans
from meter.virtual.power_model import HostPower, HostPowerModel, Noise, TracePower
from meter.virtual.scripted import ScriptedPower
from meter.virtual.sources import power_source
from records.errors import ConfigurationError
from records.truth.script import TruthScript


class FixedLoad(CpuLoad):
    """A host under a load that a test sets."""

    def __init__(self, value: float) -> None:
        self.value = value

    def load(self) -> float:
        return self.value


class FixedGpu(GpuPower):
    """Graphics cards that take a power that a test sets."""

    def __init__(self, watts: float) -> None:
        self.watts = watts

    def power_w(self, t_s: float) -> float:
        return self.watts


QUIET = HostPowerModel(idle_w=40, cpu_dynamic_w=60, load_exponent=0.5, thermal_drift_pct=10, noise_w=0)


def settled_w(load: float, gpu_w: float = 0.0) -> float:
    power = HostPower(QUIET, FixedLoad(load), FixedGpu(gpu_w))
    return [power.power_w(t, 1.0) for t in range(1, 1000)][-1]


def test_an_idle_host_takes_its_idle_power() -> None:
    assert settled_w(0.0) == 40.0


def test_a_loaded_host_takes_dynamic_power_and_drifts_up_as_it_warms() -> None:
    power = HostPower(QUIET, FixedLoad(0.25), FixedGpu(0.0))
    first_w = power.power_w(0.001, 0.001)
    assert first_w == pytest.approx(40 + 60 * 0.5, rel=1e-4)  # 0.25 ** 0.5 = 0.5
    assert settled_w(0.25) == pytest.approx(70 * 1.025, rel=1e-4)  # 10 % times a warmth of 0.25


def test_graphics_power_counts_at_the_plug() -> None:
    assert settled_w(0.0, gpu_w=90.0) == pytest.approx(40 + 90 / 0.9)


def test_noise_has_the_stated_spread_and_is_the_same_again_from_its_seed() -> None:
    first, second = (Noise(2.0, 5.0, seed=4), Noise(2.0, 5.0, seed=4))
    values = [first.next_w(0.1) for _ in range(100_000)]
    assert values[:100] == [second.next_w(0.1) for _ in range(100)]
    assert statistics.fmean(values) == pytest.approx(0.0, abs=0.15)
    assert statistics.stdev(values) == pytest.approx(2.0, rel=0.05)


def test_cpu_load_is_the_busy_share_of_the_ticks_since_the_last_look(tmp_path: Path) -> None:
    stat = tmp_path / "stat"
    stat.write_text("cpu  100 0 50 800 50 0 0 0 0 0\ncpu0 1 2 3\n")
    cpu = CpuLoad(stat)
    stat.write_text("cpu  130 0 60 850 60 0 0 0 0 0\ncpu0 1 2 3\n")
    assert cpu.load() == 0.4  # 40 busy of 100; waiting for a disk is not busy
    assert cpu.load() == 0.4  # no tick went by


def test_trace_holds_each_value_until_the_next(tmp_path: Path) -> None:
    path = tmp_path / "trace.csv"
    path.write_text("t_s,power_w\n0,10\n1,20\n2,30\n")
    trace = TracePower.from_csv(path)
    assert [trace.power_w(t, 0.1) for t in (0.1, 1.0, 1.1, 2.0, 2.1, 99.0)] == [10, 10, 20, 20, 30, 30]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "t_s,power_w\n",
        "t,power_w\n0,1\n",
        "t_s,power_w\n0,x\n",
        "t_s,power_w\n0,-1\n",
        "t_s,power_w\n0,nan\n",
        "t_s,power_w\n1,5\n1,5\n",
        "t_s,power_w\n0\n",
    ],
)
def test_a_trace_that_is_none_is_refused_with_its_name(tmp_path: Path, text: str) -> None:
    path = tmp_path / "trace.csv"
    path.write_text(text)
    with pytest.raises(ConfigurationError, match=r"trace\.csv: expected a CSV table with the columns"):
        TracePower.from_csv(path)


@pytest.mark.parametrize("watts", [-1.0, math.nan, math.inf])
def test_a_constant_power_that_is_none_is_refused(watts: float) -> None:
    with pytest.raises(ConfigurationError, match="expected a power of 0 W or more"):
        power_source(watts, None, HostPowerModel())


@given(st.lists(st.tuples(st.floats(0.001, 3.0), st.floats(0.0, 1000.0)), min_size=1, max_size=50))
def test_interval_means_hold_all_the_energy_of_the_whole_intervals(steps: list[tuple[float, float]]) -> None:
    means, t_s, energy_j, found = IntervalMeans(0.0, 1.0), 0.0, [0.0], []
    borders = [0.0]
    for step_s, power_w in steps:
        t_s += step_s
        borders.append(t_s)
        energy_j.append(energy_j[-1] + power_w * (t_s - borders[-2]))
        found += means.add(t_s, power_w)
    assert [end_s for end_s, _ in found] == list(range(1, int(t_s) + 1))
    last = int(t_s)
    after = next((n for n, border in enumerate(borders) if border >= last), 0)
    expected_j = energy_j[after] - steps[after - 1][1] * (borders[after] - last) if last else 0.0
    assert sum(mean_w for _, mean_w in found) == pytest.approx(expected_j, rel=1e-6, abs=1e-6)


def test_a_scripted_power_gives_the_energy_of_its_script_however_late_it_is_asked(tmp_path: Path) -> None:
    rest = {"program_w": ((0.0, 10.0), (1.0, 40.0)), "idle_w": 2.0}
    script = TruthScript.model_validate({"efficiency": 0.5, "rest": rest})
    (tmp_path / "marks").write_text("origin 90.0\nbegin 100.0\nend 103.0\n")
    asked_s = [100.0, 100.3, 101.4, 101.5, 103.2, 104.0]
    clock = iter(asked_s)
    power = ScriptedPower(script, tmp_path / "marks", lambda: next(clock))
    energies_j = [power.power_w(0.1 * step, 0.1) * 0.1 for step in range(len(asked_s))]
    assert energies_j[0] == pytest.approx(0.1 * 2 / 0.5)
    assert sum(energies_j[1:]) == pytest.approx((10 + 2 * 40 + 1 * 2) / 0.5)
