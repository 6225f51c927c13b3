"""The doctor's questions to the SUT, each with an answer that is fine and one that is not."""

import shutil
from pathlib import Path

import pytest

from sut.preflight import (
    check_background_load,
    check_collectl,
    check_disk,
    check_governor,
    check_memory,
    check_rapl,
    check_temperature,
    preflight,
)

QUIET = {
    "proc/stat": "cpu 100 0 0 900 0 0 0 0\n",
    "proc/meminfo": "MemTotal: 8 kB\nMemFree: 4 kB\nMemAvailable: 2097152 kB\n",
    "proc/diskstats": "",
    "proc/net/dev": "a\nb\n",
}


def test_every_failed_check_says_how_to_mend_it_and_every_name_comes_once(tmp_path):
    checks = preflight(tmp_path)
    assert len({check.name for check in checks}) == len(checks) == 8
    assert all(check.message for check in checks)
    assert all(check.fix for check in checks if check.ok is False)


@pytest.mark.parametrize(("busy", "ok"), [(20, True), (21, False)])
def test_a_busy_machine_is_not_fit_for_a_baseline(machine, busy, ok):
    root = machine(QUIET)

    def two_seconds_pass(_: float) -> None:
        # `busy` of 200 ticks: 10 % is the limit
        (root / "proc/stat").write_text(f"cpu {100 + busy} 0 0 {900 + 200 - busy} 0 0 0 0\n")

    check = check_background_load(root, two_seconds_pass)
    assert check.ok is ok
    assert f"{busy / 2:.1f} %" in check.message


def test_counters_that_stand_still_give_no_figure(machine):
    assert check_background_load(machine(QUIET), lambda _: None).ok is None


@pytest.mark.parametrize(("governor", "ok"), [("performance", True), ("powersave", None)])
def test_a_governor_that_varies_the_clock_is_worth_knowing(machine, governor, ok):
    root = machine({"sys/devices/system/cpu/cpu0/cpufreq/scaling_governor": governor})
    check = check_governor(root)
    assert check.ok is ok and governor in check.message
    assert check_governor(root / "elsewhere").ok is None


def test_memory_that_programs_cannot_get_is_a_failure(machine):
    assert check_memory(machine(QUIET)).ok is True
    small = QUIET["proc/meminfo"].replace("2097152", "1048575")
    assert check_memory(machine({"proc/meminfo": small})).ok is False
    assert check_memory(machine({"proc/meminfo": "MemTotal: 1 kB\n"})).ok is None


def test_free_space_is_looked_up_where_the_campaign_will_be(tmp_path):
    check = check_disk(tmp_path / "not" / "yet" / "there")
    free_mib = shutil.disk_usage(tmp_path).free // 2**20
    assert check.ok is (free_mib >= 1024)
    assert f"at {tmp_path} " in check.message


def test_a_full_disk_is_a_failure():
    full = Path("/proc")  # has no space at all
    assert check_disk(full).ok is False


def test_the_temperature_sensor_is_named_or_its_driver(machine):
    files = {"sys/class/hwmon/hwmon0/name": "k10temp", "sys/class/hwmon/hwmon0/temp1_input": "45000"}
    assert check_temperature(machine(files)).message == "the CPU is at 45 °C"
    assert "modprobe" in check_temperature(Path("/nowhere")).fix


def test_collectl_is_found_or_its_stand_in_is_named():
    check = check_collectl()
    if shutil.which("collectl"):
        assert check.ok is True and check.message.startswith("collectl V")
    else:
        assert check.ok is None and "procfs" in check.message


def test_energy_counters_of_the_cpu_are_named_or_how_to_open_them(machine):
    zone = "sys/class/powercap/intel-rapl:0/"
    files = {f"{zone}name": "package-0", f"{zone}max_energy_range_uj": "262143328850"}
    check = check_rapl(machine({**files, f"{zone}energy_uj": "17"}))
    assert (check.ok, check.message) == (True, "energy counters: package-0")
    check = check_rapl(machine({**files, f"{zone}energy_uj": "none"}))
    assert check.ok is None and "intel-rapl:0/energy_uj cannot be read" in check.message and check.fix
    assert check_rapl(Path("/nowhere")).ok is None
