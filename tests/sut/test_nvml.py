"""The NVML reader and sampler against a virtual twin of NVML; one test for a real card."""

from pathlib import Path

import pynvml
import pytest
from nvml_twin import Card, NvmlTwin

from records.errors import SutError
from records.gpu import GPU_COLUMNS, GpuRecord, read_gpu
from records.run import RunFolder
from sut.collectors.gpu import GpuSampler
from sut.collectors.nvml import GpuReading, Gpus, open_gpus
from sut.inventory.machine import gpus as gpu_inventory
from sut.preflight import check_gpu

NO_ENERGY = {"nvmlDeviceGetTotalEnergyConsumption": pynvml.NVML_ERROR_NOT_SUPPORTED}
NO_INSTANT = {"NVML_FI_DEV_POWER_INSTANT": pynvml.NVML_ERROR_NOT_SUPPORTED}


def _open(*cards: Card) -> Gpus:
    found = open_gpus(NvmlTwin(*cards))
    assert found is not None
    return found


def _sampler(run_dir: Path, interval_s: float, *cards: Card) -> GpuSampler:
    run = RunFolder(run_dir)
    return GpuSampler(run.gpu_csv, run.gpu_json, interval_s, _open(*cards))


def test_every_indicator_of_table_2_is_read_in_the_units_of_the_records():
    # milliwatts, millijoules and bytes of NVML become W, J and MiB
    assert _open(Card()).read(0) == GpuReading(
        gpu=0,
        pstate=8,
        pcie_gen=3,
        temperature_c=41,
        load_pct=97,
        memory_load_pct=44,
        memory_used_mib=512.0,
        power_w=30.5,
        clock_sm_mhz=1506,
        clock_memory_mhz=4006,
        clock_graphics_mhz=1507,
        energy_j=123456.789,
    )


@pytest.mark.parametrize(
    ("function", "columns"),
    [
        ("nvmlDeviceGetPerformanceState", {"pstate"}),
        ("nvmlDeviceGetCurrPcieLinkGeneration", {"pcie_gen"}),
        ("nvmlDeviceGetTemperature", {"temperature_c"}),
        ("nvmlDeviceGetUtilizationRates", {"load_pct", "memory_load_pct"}),
        ("nvmlDeviceGetMemoryInfo", {"memory_used_mib"}),
        ("nvmlDeviceGetClockInfo", {"clock_sm_mhz", "clock_memory_mhz", "clock_graphics_mhz"}),
        ("nvmlDeviceGetTotalEnergyConsumption", {"energy_j"}),
    ],
)
@pytest.mark.parametrize("code", [pynvml.NVML_ERROR_NOT_SUPPORTED, pynvml.NVML_ERROR_NO_PERMISSION])
def test_an_indicator_that_a_card_lacks_is_empty_and_the_others_stay(function, columns, code):
    reading = _open(Card(refuses={function: code})).read(0)
    assert {name for name in GPU_COLUMNS[1:] if getattr(reading, name) is None} == columns


@pytest.mark.parametrize("refusal", [NO_INSTANT, {"nvmlDeviceGetFieldValues": 13}])
def test_without_the_instant_field_power_is_the_usage_call_and_the_record_says_so(run_dir, refusal):
    sampler = _sampler(run_dir, 1.0, Card(refuses=refusal))
    sampler.sample()
    sampler.close()
    record = GpuRecord.read(run_dir / "gpu.json")
    assert record.power_field == "nvmlDeviceGetPowerUsage" and "1 s on Ampere" in record.averaging_window
    assert read_gpu(run_dir).frame["power_w"].tolist() == [31.25]


def test_one_card_without_the_instant_field_makes_all_cards_use_the_same_call():
    cards = _open(Card(), Card(refuses=NO_INSTANT))
    assert [cards.read(index).power_w for index in (0, 1)] == [31.25, 31.25]


def test_a_row_per_card_is_read_back_by_the_records(run_dir):
    sampler = _sampler(run_dir, 1.0, Card(), Card(name="second", refuses=NO_ENERGY))
    sampler.sample()
    sampler.sample()
    sampler.close()
    table = read_gpu(run_dir)
    assert tuple(table.frame.columns) == GPU_COLUMNS and table.damaged_lines == []
    assert table.frame["gpu"].tolist() == [0, 1, 0, 1]
    assert table.frame["energy_j"].isna().tolist() == [False, True, False, True]
    record = GpuRecord.read(run_dir / "gpu.json")
    assert (record.names[1], record.driver, record.energy_counter) == ("second", "560.35.03", False)


@pytest.mark.parametrize(
    ("refuses", "interval_s"),
    [({}, 1.0), (NO_INSTANT, 1.0), (NO_ENERGY, 0.1), ({**NO_ENERGY, **NO_INSTANT}, 1.0)],
)
def test_instant_power_without_energy_counter_is_sampled_ten_times_a_second(run_dir, refuses, interval_s):
    sampler = _sampler(run_dir, 1.0, Card(refuses=refuses))
    sampler.close()
    assert sampler.interval_s == interval_s
    assert GpuRecord.read(run_dir / "gpu.json").interval_s == interval_s


@pytest.mark.parametrize("code", [pynvml.NVML_ERROR_LIBRARY_NOT_FOUND, pynvml.NVML_ERROR_DRIVER_NOT_LOADED])
def test_without_library_or_driver_there_is_no_gpu(code):
    assert open_gpus(NvmlTwin(init_error=code)) is None
    assert check_gpu(lambda: open_gpus(NvmlTwin(init_error=code))).ok is None


def test_a_driver_without_a_card_is_no_gpu_and_nvml_is_shut_down_again():
    twin = NvmlTwin()
    assert open_gpus(twin) is None
    assert twin.open == 0


def test_a_driver_that_does_not_fit_its_library_is_an_error_with_a_way_out():
    twin = NvmlTwin(Card(), init_error=pynvml.NVML_ERROR_LIB_RM_VERSION_MISMATCH)
    with pytest.raises(SutError, match=r"version mismatch.*must be restarted"):
        open_gpus(twin)
    assert check_gpu(lambda: open_gpus(twin)).ok is False


def test_a_lost_card_is_an_error_and_not_an_empty_field(run_dir):
    card = Card()
    sampler = _sampler(run_dir, 1.0, card)
    sampler.sample()
    card.refuses["nvmlDeviceGetTemperature"] = pynvml.NVML_ERROR_GPU_IS_LOST
    with pytest.raises(SutError, match="GPU is lost"):
        sampler.sample()
    sampler.close()
    assert len(read_gpu(run_dir).frame) == 1


def test_a_power_field_that_breaks_in_mid_run_is_an_error():
    card = Card()
    gpus = _open(card)
    card.refuses["NVML_FI_DEV_POWER_INSTANT"] = pynvml.NVML_ERROR_GPU_IS_LOST
    with pytest.raises(SutError, match="GPU is lost"):
        gpus.read(0)


def test_the_gate_gets_the_temperature_of_the_hottest_card():
    assert _open(Card(temperature_c=39), Card(temperature_c=62)).temperature_c() == 62
    assert _open(Card(refuses={"nvmlDeviceGetTemperature": 3})).temperature_c() is None


def test_inventory_and_doctor_name_cards_memory_and_cuda():
    gpus = _open(Card())
    assert gpu_inventory(gpus) == [{"name": "NVIDIA GeForce GTX 1060 3GB", "memory_mib": 3072.0}]
    assert gpus.cuda_version == "12.6"  # NVML says 12060: 1000 * major + 10 * minor
    check = check_gpu(lambda: _open(Card()))
    assert check.ok is True and "NVML_FI_DEV_POWER_INSTANT, with energy counter" in check.message


def test_the_constants_are_those_of_nvml():
    from sut.collectors import nvml

    assert nvml.POWER_INSTANT == pynvml.NVML_FI_DEV_POWER_INSTANT
    assert (nvml._CLOCK_GRAPHICS, nvml._CLOCK_SM, nvml._CLOCK_MEMORY) == (
        pynvml.NVML_CLOCK_GRAPHICS,
        pynvml.NVML_CLOCK_SM,
        pynvml.NVML_CLOCK_MEM,
    )
    assert nvml._UNKNOWN_PSTATE == pynvml.NVML_PSTATE_UNKNOWN
    missing = ("NOT_SUPPORTED", "NO_PERMISSION", "FUNCTION_NOT_FOUND", "NO_DATA")
    missing += ("ARGUMENT_VERSION_MISMATCH", "DEPRECATED")
    assert {getattr(pynvml, f"NVML_ERROR_{name}") for name in missing} == nvml._MISSING
    absent = ("DRIVER_NOT_LOADED", "LIBRARY_NOT_FOUND")
    assert {getattr(pynvml, f"NVML_ERROR_{name}") for name in absent} == nvml._NO_GPU


def test_a_real_card_is_read_with_device(run_dir):
    gpus = open_gpus()
    if gpus is None:
        pytest.skip("this machine has no NVIDIA GPU")
    run = RunFolder(run_dir)
    sampler = GpuSampler(run.gpu_csv, run.gpu_json, 1.0, gpus)
    sampler.sample()
    sampler.close()
    assert (read_gpu(run_dir).frame["memory_used_mib"] >= 0).all()
