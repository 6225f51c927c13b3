"""The inventory, on fake trees with values worked out by hand, and on this machine."""

import json
import struct
import sys
from pathlib import Path, PurePosixPath

import numpy
import pytest
from measured_environments import python_or_skip

from records.errors import SutError
from sut.collectors.temperature import CpuThermometer
from sut.inventory import machine as inv
from sut.inventory.environments import environment_versions
from sut.inventory.smbios import memory_modules
from sut.local import LocalHost

CPUINFO = "".join(
    f"processor\t: {n}\nmodel name\t: AMD Ryzen 7 1700 Eight-Core Processor\nphysical id\t: 0\n"
    f"core id\t: {n // 2}\nflags\t\t: fpu sse avx2\n\n"
    for n in range(16)
)
PC = {
    "proc/cpuinfo": CPUINFO,
    "proc/meminfo": "MemTotal:       16384000 kB\nMemFree:        8000000 kB\n",
    "proc/sys/kernel/hostname": "bench-a\n",
    "proc/sys/kernel/osrelease": "5.4.0-70-generic\n",
    "etc/os-release": 'NAME="Ubuntu"\nPRETTY_NAME="Ubuntu 20.04.2 LTS"\n',
    "sys/devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq": "3000000\n",
    "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor": "performance\n",
    "sys/devices/system/cpu/cpu1/cpufreq/scaling_governor": "performance\n",
    "sys/devices/system/cpu/cpufreq/boost": "1\n",
    "sys/class/dmi/id/board_vendor": "Micro-Star International Co., Ltd.\n",
    "sys/class/dmi/id/board_name": "B350 PC MATE(MS-7A34)\n",
    "sys/class/dmi/id/sys_vendor": "Micro-Star International Co., Ltd.\n",
    "sys/block/nvme0n1/size": "500118192\n",
    "sys/block/nvme0n1/queue/rotational": "0\n",
    "sys/block/nvme0n1/device/model": "WDS256G1X0C-00ENX0                      \n",
    "sys/block/loop0/size": "1000\n",
    "sys/block/sr0/device/": "",
    "sys/block/sr0/size": "0\n",
}


def test_the_components_of_the_published_table_are_found(machine):
    found = inv.inventory(LocalHost(), {}, root=machine(PC))
    assert found["cpu"] == {
        "model": "AMD Ryzen 7 1700 Eight-Core Processor",
        "sockets": 1,
        "cores": 8,
        "threads": 16,
        "max_mhz": 3000.0,
    }
    assert found["ram"]["total_kib"] == 16384000
    assert found["board"] == {
        "maker": "Micro-Star International Co., Ltd.",
        "model": "B350 PC MATE(MS-7A34)",
        "system": None,
        "bios": None,
    }
    # 500118192 sectors of 512 bytes are 256.06 GB; a drive without a medium and a loop are no disks
    assert found["disks"] == [
        {"name": "nvme0n1", "model": "WDS256G1X0C-00ENX0", "size_gb": 256.1, "rotating": False}
    ]
    assert (found["os"], found["kernel"], found["host"]) == (
        "Ubuntu 20.04.2 LTS",
        "5.4.0-70-generic",
        "bench-a",
    )
    assert (found["governor"], found["boost"], found["virtualisation"]) == ("performance", True, "none")
    assert found["psu"] is None


def test_what_a_machine_does_not_tell_is_none_and_not_guessed(tmp_path):
    found = inv.inventory(LocalHost(), {}, root=tmp_path)
    assert found["cpu"] == dict.fromkeys(("model", "sockets", "cores", "threads", "max_mhz"))
    assert found["ram"] == {"total_kib": None, "modules": None}
    assert found["disks"] == []
    unknown = ("host", "board", "psu", "os", "kernel", "governor", "boost", "virtualisation")
    assert {name: found[name] for name in unknown} == dict.fromkeys(unknown)


def test_two_sockets_with_the_same_core_numbers_are_twice_the_cores(machine):
    text = "".join(f"processor: {n}\nphysical id: {n // 2}\ncore id: {n % 2}\n\n" for n in range(4))
    found = inv.cpu(machine({"proc/cpuinfo": text}))
    assert (found["sockets"], found["cores"], found["threads"]) == (2, 4, 4)


def test_mixed_governors_are_all_named(machine):
    path = "sys/devices/system/cpu/cpu{}/cpufreq/scaling_governor"
    assert inv.governor(machine({path.format(0): "schedutil", path.format(1): "performance"})) == (
        "performance, schedutil"
    )


@pytest.mark.parametrize(("no_turbo", "boost"), [("1", False), ("0", True)])
def test_intel_says_whether_turbo_is_off(machine, no_turbo, boost):
    assert inv.boost(machine({"sys/devices/system/cpu/intel_pstate/no_turbo": no_turbo})) is boost


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"proc/cpuinfo": "processor: 0\nflags: fpu hypervisor sse\n"}, "yes"),
        ({"proc/cpuinfo": "processor: 0\nflags: fpu sse\n"}, "none"),
        ({"proc/cpuinfo": "processor: 0\n"}, None),
        ({"sys/hypervisor/type": "xen\n"}, "xen"),
        ({"sys/class/dmi/id/sys_vendor": "QEMU\n"}, "qemu"),
    ],
)
def test_a_virtual_machine_is_known_for_one(machine, files, expected):
    assert inv.virtualisation(machine(files)) == expected


def _memory_device(size: int, extended: int = 0, speed: int = 3200, configured: int = 2933) -> bytes:
    """One type 17 structure of SMBIOS 3.0, field by field as in DSP0134 7.18."""
    area = struct.pack("<BBHHHHHHBBBBBHH", 17, 40, 0x40, 0, 0xFFFE, 64, 64, size, 9, 0, 1, 2, 0x1A, 0, speed)
    area += struct.pack("<BBBBBIHHHH", 3, 4, 5, 6, 2, extended, configured, 0, 0, 0)
    texts = (b"DIMM_A1", b"BANK 0", b"G-Skill", b"SN-PRIVATE", b"AT-PRIVATE", b"F4-3200C14-8GVR  ")
    return area + b"\0".join(texts) + b"\0\0"


def test_memory_modules_come_from_the_firmware_table_without_serial_numbers(machine):
    bios = bytes([0, 4, 0, 0]) + b"\0\0"
    table = bios + _memory_device(8192) + _memory_device(0) + _memory_device(0x7FFF, 65536, configured=0)
    root = machine({"sys/firmware/dmi/tables/DMI": table + bytes([127, 4, 0, 0, 0, 0])})
    module = {
        "size_mib": 8192,
        "type": "DDR4",
        "speed_mt_s": 2933,
        "manufacturer": "G-Skill",
        "part_number": "F4-3200C14-8GVR",
    }
    # an empty socket is no module; 32 GiB and more stand in the extended size
    assert memory_modules(root) == [module, {**module, "size_mib": 65536, "speed_mt_s": 3200}]
    assert "PRIVATE" not in json.dumps(memory_modules(root))


@pytest.mark.parametrize("cut", range(0, 100, 7))
def test_a_torn_firmware_table_gives_fewer_modules_and_no_failure(machine, cut):
    table = _memory_device(8192)
    found = memory_modules(machine({"sys/firmware/dmi/tables/DMI": table[:cut]}))
    assert found is not None and len(found) <= 1


def test_an_interpreter_names_its_packages_and_leaves_out_those_it_lacks():
    found = environment_versions(LocalHost(), PurePosixPath(sys.executable), ("numpy", "no_such_package"))
    assert found["packages"] == {"numpy": numpy.__version__}
    assert found["python"] == ".".join(map(str, sys.version_info[:3]))


@pytest.mark.tensorflow
def test_the_measured_environment_names_tensorflow_whatever_its_distribution_is_called():
    python = python_or_skip("cpu")
    assert {"tensorflow", "keras", "numpy"} <= set(
        environment_versions(LocalHost(), PurePosixPath(python))["packages"]
    )


@pytest.mark.parametrize("name", ["absent", "false"])
def test_an_interpreter_that_does_not_answer_is_named(tmp_path, name):
    python = Path("/bin/false") if name == "false" else tmp_path / "absent"
    with pytest.raises(SutError, match=f"{python}: expected"):
        environment_versions(LocalHost(), PurePosixPath(python))


def test_the_inventory_of_this_machine_is_json_and_holds_no_network_address():
    text = json.dumps(inv.inventory(LocalHost(), {"lab": PurePosixPath(sys.executable)}), allow_nan=False)
    addresses = [path.read_text().strip() for path in Path("/sys/class/net").glob("*/address")]
    real = [address for address in addresses if address.strip("0:")]
    assert not [address for address in real if address in text]


HWMON = "sys/class/hwmon/hwmon{}/{}"


@pytest.mark.parametrize(
    ("files", "expected_c"),
    [
        # two packages: the hotter one counts; cores and other chips do not
        (
            {
                HWMON.format(0, "name"): "acpitz\n",
                HWMON.format(0, "temp1_input"): "99000\n",
                HWMON.format(1, "name"): "coretemp\n",
                HWMON.format(1, "temp1_label"): "Package id 0\n",
                HWMON.format(1, "temp1_input"): "48000\n",
                HWMON.format(1, "temp2_label"): "Core 0\n",
                HWMON.format(1, "temp2_input"): "70000\n",
                HWMON.format(2, "name"): "coretemp\n",
                HWMON.format(2, "temp1_label"): "Package id 1\n",
                HWMON.format(2, "temp1_input"): "51500\n",
            },
            51.5,
        ),
        # Tctl carries an offset on some Ryzen, Tdie does not
        (
            {
                HWMON.format(0, "name"): "k10temp\n",
                HWMON.format(0, "temp1_label"): "Tctl\n",
                HWMON.format(0, "temp1_input"): "65000\n",
                HWMON.format(0, "temp2_label"): "Tdie\n",
                HWMON.format(0, "temp2_input"): "45125\n",
            },
            45.125,
        ),
        ({HWMON.format(0, "name"): "k10temp\n", HWMON.format(0, "temp1_input"): "45000\n"}, 45.0),
        (
            {
                "sys/class/thermal/thermal_zone0/type": "acpitz\n",
                "sys/class/thermal/thermal_zone0/temp": "27800\n",
                "sys/class/thermal/thermal_zone1/type": "x86_pkg_temp\n",
                "sys/class/thermal/thermal_zone1/temp": "-1500\n",
            },
            -1.5,
        ),
        ({"sys/class/thermal/thermal_zone0/type": "acpitz\n"}, None),
        ({HWMON.format(0, "name"): "coretemp\n", HWMON.format(0, "temp1_input"): "broken\n"}, None),
        ({}, None),
    ],
)
def test_the_cpu_temperature_is_that_of_the_package(machine, tmp_path, files, expected_c):
    assert CpuThermometer(machine(files) if files else tmp_path).read_c() == expected_c
