"""`lab.toml`: what is accepted, and how a mistake is worded."""

from pathlib import Path

import pytest

from lab.config.file import build_config, load_config, parse_config
from lab.config.model import LabConfig
from lab.config.template import DemoSizes, Machine, bench_text, demo_text, full_demo_text
from lab.envs.places import python_of
from records.errors import ConfigurationError

GOOD = """
[campaign]
repeats = 2
tracker = ["none", "codecarbon"]
[meter]
driver = "wattsup_pro"
port = "virtual"
[environments.cpu]
python = "envs/bin/python"
[trackers.codecarbon]
python = "envs/tracker/bin/python"
[[scenario]]
name = "baseline"
kind = "baseline"
duration_s = 20
[[scenario]]
name = "cnn"
command = ["{python}", "cnn.py"]
environment = "cpu"
"""


def parse(text: str) -> LabConfig:
    return parse_config(text, "lab.toml", Path("/bench"))


def test_relative_paths_are_taken_from_the_folder_of_the_file() -> None:
    config = parse(GOOD)
    assert config.resolve(config.environments["cpu"].python) == Path("/bench/envs/bin/python")


def test_an_environment_of_the_lab_needs_no_section_and_one_of_its_name_comes_first() -> None:
    plain = GOOD.replace('[environments.cpu]\npython = "envs/bin/python"\n', "")
    assert parse(plain).pythons()["cpu"] == str(python_of("cpu"))
    assert parse(GOOD).pythons()["cpu"] == "envs/bin/python"


def test_a_baseline_has_no_tracker_and_the_others_have_all() -> None:
    config = parse(GOOD)
    assert config.trackers_of(config.find_scenario("baseline")) == [None]
    assert config.trackers_of(config.find_scenario("cnn")) == [None, "codecarbon"]


def test_a_tracker_needs_no_section_where_the_defaults_serve() -> None:
    config = parse(GOOD.replace('"codecarbon"]', '"codecarbon", "codecarbon-cli"]'))
    assert config.trackers_used() == ["codecarbon", "codecarbon-cli"]
    assert config.tracker("codecarbon").python == "envs/tracker/bin/python"
    assert config.tracker("codecarbon-cli").python == str(python_of("codecarbon"))
    assert (config.tracker("codecarbon-cli").limit_s, config.tracker("codecarbon-cli").options) == (120.0, {})


def test_the_resolved_configuration_reads_back_equal() -> None:
    config = parse(GOOD)
    document = config.to_json()
    assert document["base_dir"] == "/bench"
    assert build_config(document, "campaign.json", Path("/bench")) == config


@pytest.mark.parametrize(
    ("repeats", "blocks", "precision_pct"),
    [("until 2 %", 30, 2.0), ("until 0.5%, at most 60", 60, 0.5), ("until 10 % , at most 7", 7, 10.0)],
)
def test_repeats_until_a_precision_are_that_precision_and_a_largest_number(
    repeats: str, blocks: int, precision_pct: float
) -> None:
    campaign = parse(GOOD.replace("repeats = 2", f'repeats = "{repeats}"')).campaign
    assert (campaign.repeats, campaign.precision_pct) == (blocks, precision_pct)


@pytest.mark.parametrize(
    ("text", "scenarios"),
    [
        (demo_text(), ["baseline", "cnn", "transfer"]),
        (demo_text(DemoSizes(images=120, gated=False)), ["baseline", "cnn", "transfer"]),
        (full_demo_text(), ["baseline", "idle", "cnn", "transfer"]),
        (bench_text(Machine(ports=["/dev/x (y)"])), ["baseline", "idle", "cnn", "transfer"]),
    ],
)
def test_what_the_lab_writes_it_can_read(text: str, scenarios: list[str]) -> None:
    assert [scenario.name for scenario in parse(text).scenario] == scenarios


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("repeats = 2", "repeets = 2", "[campaign] repeets: unknown key; did you mean 'repeats'?"),
        (
            "repeats = 2",
            'repeats = "until 2"',
            '[campaign]: repeats: expected a number of blocks, or "until 2 %"',
        ),
        ("repeats = 2", 'repeats = "until 0 %"', "[campaign] precision_pct: input should be greater than 0"),
        (
            "repeats = 2",
            'repeats = "until 2 %"\nprecision_pct = 3.0',
            "[campaign]: repeats = 'until 2 %' and precision_pct both say how precise",
        ),
        ("repeats = 2", "repeats = 0", "[campaign] repeats: input should be greater than or equal to 1"),
        ("port =", 'interval_s = "1 s"\nport =', "[meter] interval_s: input should be a valid number"),
        ("port =", 'interval_s = "1 s"\nport =', "(a plain number of seconds); found '1 s'"),
        ("port =", "interval_ms = 1000\nport =", "did you mean 'interval_s'?"),
        ('port = "virtual"', "", "[meter] port: this key is required and is missing"),
        ("duration_s = 20", "duration = 20", "[[scenario]] 'baseline' duration: unknown key"),
        ("duration_s = 20", "", "[[scenario]] 'baseline': a baseline needs duration_s"),
        ('kind = "baseline"', 'kind = "base"', "'baseline', 'idle' or 'workload'; found 'base'"),
        ('name = "cnn"', 'name = "CNN 1"', "[[scenario]] 'CNN 1' name: expected a name"),
        ('name = "cnn"', 'name = "baseline"', "two scenarios are named 'baseline'"),
        ('environment = "cpu"', 'environment = "mine"', "no [environments.mine]; known: cpu"),
        ('"codecarbon"]', '"codecarbn"]', "no tracker is named 'codecarbn'; did you mean 'codecarbon'?"),
        ("[campaign]", "[campain]", "[campain]: unknown key; did you mean 'campaign'?"),
        ("[campaign]", "[campaign", "this is not TOML"),
        ('command = ["{python}", "cnn.py"]', "", 'needs command = ["program"'),
        ("environment =", 'phases_from_stdout = "Epoch (.)"\nenvironment =', "expected a group named phase,"),
        ("environment =", 'phases_from_stdout = "("\nenvironment =', "expected a regular expression"),
        ("environment =", "calls = {}\nenvironment =", "'cnn' calls.libs: this key is required"),
        (
            "environment =",
            'calls = { libs = ["a b"] }\nenvironment =',
            "expected the name of a Python package",
        ),
        (
            "environment =",
            'launcher = true\ncalls = { libs = ["keras"] }\nenvironment =',
            "calls and launcher both start the program",
        ),
        (
            "environment =",
            'calls = { libs = ["keras"], gate = "call" }\nenvironment =',
            'calls.gate = "call" needs a scenario without trackers',
        ),
        ("[environments.cpu]", "[environments.cpu]\npyton = 1", "did you mean 'python'?"),
        (
            "duration_s = 20",
            "duration_s = inf",
            "[[scenario]] 'baseline' duration_s: input should be a finite",
        ),
        ("duration_s = 20", "duration_s = 1e300", "[[scenario]] 'baseline' duration_s: input should be less"),
        ("[campaign]", "[gate]\ntry_s = nan\n[campaign]", "[gate] try_s: input should be a finite number"),
        ("port =", "latency_s = inf\nport =", "[meter] latency_s: input should be a finite number"),
        ('"wattsup_pro"', '"wattsup_pre"', "[meter] driver: meter driver 'wattsup_pre' is not known"),
        ("port =", "interval_s = 0.25\nport =", "[meter] interval_s: the Watts up? PRO cannot deliver"),
        (
            "repeats = 2",
            "repeats = 100_001",
            "[campaign] repeats: input should be less than or equal to 100000",
        ),
        ("repeats = 2", "repeats = 90_000", "[campaign] repeats: expected a plan of at most 100,000 slots"),
    ],
)
def test_a_mistake_is_named_with_file_key_and_expectation(old: str, new: str, words: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse(GOOD.replace(old, new, 1))
    assert words in str(caught.value)
    assert str(caught.value).startswith("lab.toml: ")
    assert caught.value.exit_code == 2


def test_every_mistake_is_listed_not_only_the_first() -> None:
    text = GOOD.replace("repeats = 2", "repeets = 2").replace("duration_s = 20", "duration_s = -1")
    with pytest.raises(ConfigurationError) as caught:
        parse(text)
    assert len(str(caught.value).splitlines()) == 2
    assert "repeets" in str(caught.value)
    assert "duration_s" in str(caught.value)


def test_an_absent_file_is_told_with_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="`lab init`"):
        load_config(tmp_path / "lab.toml")
