"""Options and several meters, from `lab.toml` through a campaign; all its runs are measured alike."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from lab_bench import lab, run_record, write_config

from lab.config.file import build_config, parse_config
from lab.config.model import LabConfig
from records.errors import ConfigurationError

TWO = """
[meter]
driver = "yokogawa_wt310"
port = "virtual"
name = "psu1"
interval_s = 0.5
[meter.options]
headroom = 10
[meter.virtual]
idle_w = 60.0
cpu_w = 0.0
[[meter.more]]
name = "psu2"
driver = "shelly"
port = "virtual"
[meter.more.virtual]
idle_w = 40.0
cpu_w = 0.0
[[scenario]]
name = "baseline"
kind = "baseline"
duration_s = 2.0
"""


def parse(text: str) -> LabConfig:
    return parse_config(text, "lab.toml", Path("/bench"))


def read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text())
    return found


def test_options_and_more_meters_read_back_equal_from_the_campaign() -> None:
    config = parse(TWO)
    assert config.meter.options == {"headroom": 10}
    assert [name for name, _ in config.meter.all] == ["psu1", "psu2"]
    assert config.meter.slowest_interval_s == 1.0
    assert build_config(config.to_json(), "campaign.json", Path("/bench")) == config


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("headroom = 10", "hedroom = 10", "of yokogawa_wt310: option 'hedroom' is not known; did you mean"),
        ("headroom = 10", "hedroom = 10", "did you mean 'headroom'?"),
        ("headroom = 10", 'headroom = "wide"', "meter.options.headroom: expected a number"),
        ("headroom = 10", "headroom = true", "found True"),
        ('driver = "yokogawa_wt310"', 'driver = "yokogawa_wt31"', "did you mean 'yokogawa_wt310'?"),
        ('name = "psu2"', 'name = "psu1"', "two meters are named 'psu1'; each needs a name of its own"),
        ('name = "psu2"', "", "[[meter.more]] number 1 name: this key is required and is missing"),
        ('name = "psu2"', 'name = "../x"', "[[meter.more]] '../x' name: expected a name"),
        (
            'driver = "shelly"',
            'drivr = "shelly"',
            "[[meter.more]] 'psu2' drivr: unknown key; did you mean 'driver'?",
        ),
        (
            "[meter.more.virtual]",
            "[meter.more.options]\naddress = 1\n[meter.more.virtual]",
            "[[meter.more]] 'psu2': [meter.options] of shelly: option 'address' is not known",
        ),
    ],
)
def test_a_mistake_in_a_meter_is_named_with_file_and_place(old: str, new: str, words: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse(TWO.replace(old, new, 1))
    assert words in str(caught.value)
    assert str(caught.value).startswith("lab.toml: [")


def test_doctor_looks_at_every_meter(tmp_path: Path) -> None:
    (tmp_path / "lab.toml").write_text(TWO)
    checks = json.loads(lab("doctor", "--config", tmp_path / "lab.toml", "--json").stdout)["checks"]
    found = {check["name"]: check["ok"] for check in checks}
    assert found["meter psu1"] is None  # simulated: only to know
    assert found["meter psu2 rate"] is True


def test_runs_are_measured_with_the_options_and_with_what_the_meter_chose_first(tmp_path: Path) -> None:
    section = TWO.partition("[[scenario]]")[0]
    config = write_config(tmp_path, baseline_s=2.0, command='["sleep", "1"]')
    text = config.read_text()
    begin, end = text.index("[meter]"), text.index("[gate]")
    config.write_text(text[:begin] + section + text[end:])
    campaign = tmp_path / "c"
    done = lab("run", "--config", config, "--out", campaign, "--only", "baseline")
    assert done.returncode == 0, done.stdout + done.stderr
    meter = read(campaign / "environment.json")["meter"]
    assert (meter["driver"], meter["options"], meter["more"][0]["name"]) == (
        "yokogawa_wt310",
        {"headroom": 10},
        "psu2",
    )
    chosen = meter["settled"]["psu1"]
    assert set(chosen) >= {"voltage_range_v", "current_range_a"}
    run = campaign / "runs" / "0001-baseline"
    options = read(run / "meters" / "psu1" / "meter.json")["options"]
    assert options.items() >= {**chosen, "headroom": 10}.items()
    assert {"meters/psu1/meter.csv", "meters/psu2/meter.csv"} <= set(run_record(campaign, run.name)["files"])
    powers = [line.split(",")[1] for line in (run / "meter.csv").read_text().splitlines()[1:]]
    assert powers
    assert all(97 < float(power) < 104 for power in powers if power)

    # A later start takes what stands there, not what it would choose itself.
    shutil.rmtree(run)
    environment = read(campaign / "environment.json")
    environment["meter"]["settled"]["psu1"]["current_range_a"] = 10.0
    (campaign / "environment.json").write_text(json.dumps(environment))
    done = lab("resume", campaign)
    assert done.returncode == 0, done.stdout + done.stderr
    assert chosen["current_range_a"] != 10.0
    assert read(run / "meters" / "psu1" / "meter.json")["options"]["current_range_a"] == 10.0
    assert read(campaign / "environment.json")["meter"]["settled"]["psu1"]["current_range_a"] == 10.0
    assert lab("check", campaign).returncode == 0


def test_a_meter_reached_through_a_socket_can_be_virtual_too(tmp_path: Path) -> None:
    done = lab("meter", "read", "--driver", "shelly", "--port", "virtual", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["simulated"] is True
