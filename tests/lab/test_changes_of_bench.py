"""What is told of a bench that changed between two sessions of a campaign."""

from pathlib import Path
from typing import Any

from lab.conduct.changes import environment_changes
from records.campaign import Environment


def bench(**changes: Any) -> Environment:
    sut = {
        "host": "sut",
        "kernel": "6.1",
        "cpu": {"model": "A", "threads": 8},
        "disks": [{"name": "sda"}],
        **changes,
    }
    return Environment(sut=sut, controller=sut, meter={"serial": "4711"})


def test_the_same_bench_has_not_changed(tmp_path: Path) -> None:
    path = tmp_path / "environment.json"
    assert environment_changes(path, bench()) == []
    bench().write(path)
    assert environment_changes(path, bench()) == []


def test_each_value_that_differs_is_named_once(tmp_path: Path) -> None:
    path = tmp_path / "environment.json"
    bench().write(path)
    now = bench(kernel="6.2", cpu={"model": "A", "threads": 4}, governor="powersave")
    assert environment_changes(path, now) == [
        "sut.kernel: 6.1, now 6.2",
        "sut.cpu.threads: 8, now 4",
        "sut.governor: unknown, now powersave",
    ]


def test_two_machines_are_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "environment.json"
    before = Environment(sut={"kernel": "1"}, controller={"kernel": "2"}, meter={})
    before.write(path)
    now = Environment(sut={"kernel": "1"}, controller={"kernel": "3"}, meter={"serial": "9"})
    assert environment_changes(path, now) == ["controller.kernel: 2, now 3", "meter.serial: unknown, now 9"]


def test_what_the_meter_settled_on_in_the_campaign_is_no_change(tmp_path: Path) -> None:
    path = tmp_path / "environment.json"
    before = bench()
    before.meter["settled"] = {"main": {"range_w": 100.0}}
    before.write(path)
    assert environment_changes(path, bench()) == []


def test_a_damaged_inventory_is_written_anew_without_a_word(tmp_path: Path) -> None:
    path = tmp_path / "environment.json"
    path.write_text("{")
    assert environment_changes(path, bench()) == []
