"""``[requirement]`` and ``[ecolabel]`` of lab.toml: what is accepted, and how mistakes are worded."""

from pathlib import Path

import pytest

from lab.config.file import parse_config
from records.errors import ConfigurationError

BENCH = """
[meter]
driver = "wattsup_pro"
port = "virtual"

[[scenario]]
name = "baseline"
kind = "baseline"
duration_s = 10.0

[[scenario]]
name = "cnn"
command = ["true"]
"""

REQUIREMENT = """
[requirement]
reference_scenario = "cnn"

[[requirement.task]]
name = "epoch"
scenario = "cnn"
throughput_per_h = 100
time_classes = [{ limit_s = 30, share_pct = 90 }, { limit_s = 40, share_pct = 100 }]

[[requirement.result]]
scenario = "cnn"
quantity = "val_accuracy"
least = 0.8
"""

ECOLABEL = """
[ecolabel]
scenario = "cnn"

[ecolabel.full]
ram = "16 GiB"
network = "1 Gbit/s"

[ecolabel.certified]
cpu = "3997.4 %*s"
"""


def test_a_requirement_and_capacities_are_read(tmp_path: Path) -> None:
    config = parse_config(BENCH + REQUIREMENT + ECOLABEL, "lab.toml", tmp_path)
    assert config.requirement is not None
    assert config.requirement.tasks[0].time_classes[1].limit_s == 40
    assert config.ecolabel is not None
    assert config.ecolabel.full.ram == "16 GiB"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("share_pct = 100", "share_pct = 95", "last share 100"),
        ("throughput_per_h = 100", "throughput_per_h = -1", "[[requirement.task]] 'epoch' throughput_per_h"),
        ("throughput_per_h", "throughput_per_hour", "did you mean 'throughput_per_h'?"),
        ('reference_scenario = "cnn"', 'reference_scenario = "cnm"', "did you mean 'cnn'?"),
        ('"val_accuracy"', '"val_acuracy"', "expected one of"),
        ('"16 GiB"', '"16 GiB/s"', "[ecolabel.full] ram: expected a number above 0 with a unit"),
        ('"16 GiB"', "16", "ram"),
        ('"3997.4 %*s"', '"3997.4 %"', "percent*s"),
        ("[ecolabel.full]", "[ecolabel.ful]", "did you mean 'full'?"),
    ],
)
def test_a_mistake_is_worded_with_its_place(tmp_path: Path, old: str, new: str, words: str) -> None:
    text = BENCH + REQUIREMENT + ECOLABEL
    assert old in text
    with pytest.raises(ConfigurationError) as error:
        parse_config(text.replace(old, new, 1), "lab.toml", tmp_path)
    assert words in str(error.value)
