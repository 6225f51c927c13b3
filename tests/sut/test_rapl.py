"""The sampler of the CPU's energy counters, on trees of files as the kernel has them."""

from pathlib import Path

import pytest

from records.rapl import RaplRecord, read_rapl
from records.run import RunFolder
from sut.collectors.rapl import RaplSampler, readable_zones

RANGE_UJ = 262_143_328_850


def zone(tree: Path, folder: str, name: str, energy_uj: int) -> Path:
    path = tree / folder
    path.mkdir(parents=True)
    (path / "name").write_text(f"{name}\n")
    (path / "max_energy_range_uj").write_text(f"{RANGE_UJ}\n")
    (path / "energy_uj").write_text(f"{energy_uj}\n")
    return path / "energy_uj"


def test_counters_are_recorded_as_read_and_power_where_it_is_known(run_dir: Path, tmp_path: Path) -> None:
    package = zone(tmp_path, "intel-rapl:0", "package-0", RANGE_UJ - 1)
    dram = zone(tmp_path, "intel-rapl:0:0", "dram", 7_000_000_000)
    folder = RunFolder(run_dir)
    zones, refusal = readable_zones(tmp_path)
    assert refusal == ""
    sampler = RaplSampler(folder.rapl_csv, folder.rapl_json, 1.0, zones)
    package.write_text("1\n")  # went round: 2 uJ
    dram.write_text("5000000000\n")  # was reset
    sampler.sample()
    package.unlink()
    sampler.sample()
    package.write_text("3000000\n")
    sampler.sample()
    sampler.close()
    table = read_rapl(run_dir)
    assert table.frame["zone"].tolist() == ["package-0", "package-0/dram"] * 4
    of_package = table.frame[table.frame["zone"] == "package-0"]
    assert of_package["energy_uj"].tolist()[:2] == [RANGE_UJ - 1, 1]
    assert of_package["power_w"].notna().tolist() == [False, True, False, False]
    assert of_package["power_w"].iloc[1] > 0
    assert table.frame[table.frame["zone"] == "package-0/dram"]["power_w"].iloc[2:].tolist() == [0.0, 0.0]
    assert RaplRecord.read(folder.rapl_json).zones == [
        {"name": "package-0", "max_energy_range_uj": RANGE_UJ},
        {"name": "package-0/dram", "max_energy_range_uj": RANGE_UJ},
    ]


def test_a_counter_that_cannot_be_read_is_left_out_and_told(tmp_path: Path) -> None:
    zone(tmp_path, "intel-rapl:0", "package-0", 1)
    zone(tmp_path, "intel-rapl:1", "psys", 1).write_text("")
    zones, refusal = readable_zones(tmp_path)
    assert [found.name for found in zones] == ["package-0"]
    assert "intel-rapl:1/energy_uj" in refusal and "chmod" not in refusal


@pytest.mark.parametrize("text", ["", "package-0\n"])
def test_a_machine_without_counters_has_no_zones(tmp_path: Path, text: str) -> None:
    (tmp_path / "intel-rapl:0").mkdir()
    (tmp_path / "intel-rapl:0" / "name").write_text(text)
    assert readable_zones(tmp_path) == ([], "")
