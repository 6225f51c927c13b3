"""The driver of the CPU's energy counters, on trees of files as the kernel has them."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from meter_processes import flags_of, rows_of

from meter.drivers.rapl import Rapl
from meter.line.errors import PortLost
from meter.recording.log import log
from records.errors import ConfigurationError, DeviceError
from records.meter import STAND_IN, MeasuringPoint, MeterRecord, measuring_point
from records.powercap import find_zones, gained_j
from records.run import RunFolder
from records.settings.logger import LoggedMeter
from records.times import now_mono_s

RANGE_UJ = 262_143_328_850


def zone(tree: Path, folder: str, name: str, energy_uj: int = 1_000_000) -> Path:
    path = tree / folder
    path.mkdir(parents=True)
    (path / "name").write_text(f"{name}\n")
    (path / "max_energy_range_uj").write_text(f"{RANGE_UJ}\n")
    (path / "energy_uj").write_text(f"{energy_uj}\n")
    return path / "energy_uj"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Two packages, the first with its parts, the platform, and the counter that exists twice."""
    folder = tmp_path / "powercap"
    for name, own in {
        "intel-rapl:0": "package-0",
        "intel-rapl:0:0": "core",
        "intel-rapl:0:1": "dram",
        "intel-rapl:1": "package-1",
        "intel-rapl:2": "psys",
        "intel-rapl-mmio:0": "package-0",
    }.items():
        zone(folder, name, own)
    (folder / "intel-rapl").mkdir()  # the control type, which has no counter
    return folder


def test_zones_are_named_after_their_package_and_none_is_counted_twice(tree: Path) -> None:
    names = [found.name for found in find_zones(tree)]
    assert names == ["package-0", "package-0/core", "package-0/dram", "package-1", "psys"]
    assert find_zones(tree / "elsewhere") == []


@pytest.mark.parametrize(
    ("before_uj", "now_uj", "joules"),
    [
        (1_000_000, 51_000_000, 50.0),
        (RANGE_UJ - 20_000_000, 30_000_000, 50.0),  # went round
        (150_000_000_000, 5_000_000, None),  # reset: 112 kJ in a second are none of a processor's
        (7, 7, 0.0),
    ],
)
def test_a_counter_that_went_round_is_followed_and_one_that_was_reset_is_told(before_uj, now_uj, joules):
    assert gained_j(before_uj, now_uj, RANGE_UJ, 1.0) == (None if joules is None else pytest.approx(joules))


@pytest.mark.parametrize(
    ("scope", "zones", "power_w"),
    [
        ("package", "package-0 + package-1", 60.0),
        ("package+dram", "package-0 + package-0/dram + package-1", 70.0),
        ("psys", "psys", 99.0),
    ],
)
def test_a_reading_is_the_mean_power_of_the_scope(tree, scope, zones, power_w) -> None:
    driver = Rapl({"scope": scope})
    driver.open(str(tree), 0.1)
    assert driver.identify().model == f"RAPL {zones} ({STAND_IN})"
    begun_s = now_mono_s()
    driver.start()
    for folder, gained_w in {"0": 40, "1": 20, "0:0": 30, "0:1": 10, "2": 99}.items():
        counter = tree / f"intel-rapl:{folder}" / "energy_uj"
        counter.write_text(f"{1_000_000 + gained_w * 1_000_000}\n")
    reading = driver.read(1.0)
    assert reading is not None and reading.flag == ""
    assert power_w / (now_mono_s() - begun_s) <= reading.power_w <= power_w / 0.09
    assert driver.instrument_settings() == {"measuring_point": "inside", "zones": zones}


@contextmanager
def another_user() -> Iterator[None]:
    """Be nobody for a while, where the tests run as root, whom no mode of a file refuses."""
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


def test_counters_that_root_alone_may_read_are_refused_with_what_to_do() -> None:
    with TemporaryDirectory() as folder:
        tree = Path(folder)
        tree.chmod(0o755)
        zone(tree, "intel-rapl:0", "package-0").chmod(0o000)
        with another_user(), pytest.raises(DeviceError, match=r"chmod a\+r.*udev") as caught:
            Rapl().open(str(tree), 0.1)
    assert "usermod" not in str(caught.value)


def test_a_machine_without_the_counters_is_refused(tmp_path: Path, tree: Path) -> None:
    with pytest.raises(DeviceError, match="modprobe"):
        Rapl().open(str(tmp_path / "nothing"), 0.1)
    (tree / "intel-rapl:2" / "name").write_text("other\n")
    with pytest.raises(DeviceError, match="found package-0"):
        Rapl({"scope": "psys"}).open(str(tree), 0.1)
    with pytest.raises(ConfigurationError):
        Rapl().open("socket://127.0.0.1:1", 0.1)


def test_a_counter_that_vanishes_is_a_lost_port(tree: Path) -> None:
    driver = Rapl()
    driver.open(str(tree), 0.1)
    driver.start()
    (tree / "intel-rapl:1" / "energy_uj").unlink()
    with pytest.raises(PortLost):
        driver.read(1.0)


def test_a_recording_says_that_it_is_no_measurement_at_the_wall(tree: Path, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    wanted = LoggedMeter(driver="rapl", port=str(tree), interval_s=0.1)
    log(Rapl(), wanted, folder, stop=lambda: False, limit=5)
    record = MeterRecord.read(RunFolder(folder).meter_json)
    assert STAND_IN in record.identity.model and not record.simulated
    assert measuring_point(record.driver) is MeasuringPoint.INSIDE
    assert record.settings["measuring_point"] == "inside"
    assert set(flags_of(folder)) == {""} and all(row["power_w"] == "0.0" for row in rows_of(folder))
