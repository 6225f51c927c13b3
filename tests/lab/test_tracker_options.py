"""Options of a tracker's wrapper are understood, or refused, before a campaign is created."""

import sys
from pathlib import Path

import pytest

from lab.conduct.commands import check_commands, tracker_of
from lab.conduct.plan import make_plan
from lab.conduct.suts import sut_of
from lab.config.file import parse_config
from lab.config.model import LabConfig
from records.errors import ConfigurationError

CONFIG = """
[campaign]
repeats = 1
tracker = ["codecarbon"]
[meter]
driver = "wattsup_pro"
port = "virtual"
[trackers.codecarbon]
python = "{python}"
options = {options}
[[scenario]]
name = "work"
command = ["sleep", "1"]
"""


def config_with(options: str, python: str = sys.executable) -> LabConfig:
    return parse_config(CONFIG.format(python=python, options=options), "lab.toml", Path("/bench"))


def test_what_the_wrapper_declares_is_taken() -> None:
    config = config_with('{ country = "FRA" }')
    check_commands(config, make_plan(config, 1), sut_of(config))
    assert "--country=FRA" in tracker_of(config, config.scenario[0], "codecarbon", sut_of(config))


def test_an_option_that_it_does_not_know_is_refused() -> None:
    config = config_with('{ county = "FRA" }')
    with pytest.raises(ConfigurationError, match=r"\[trackers.codecarbon\] options: .*--county=FRA"):
        check_commands(config, make_plan(config, 1), sut_of(config))


def test_an_environment_that_is_not_there_is_said_with_what_makes_it() -> None:
    config = config_with("{}", "/no/such/python")
    with pytest.raises(
        ConfigurationError, match=r"\[trackers.codecarbon\] python: there is no /no/such/python"
    ):
        check_commands(config, make_plan(config, 1), sut_of(config))
