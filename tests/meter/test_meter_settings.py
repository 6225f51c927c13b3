"""Instruments tell how they are set; what contradicts lab.toml is refused."""

import json
from pathlib import Path

import pytest
from meter_scpi_bench import asked, fresh, loaded, started

from meter.line.errors import SettingDiffers
from meter.protocols.scpi_settings import crest_factor, on_off, source
from meter.recording.log import log
from meter.registry import create
from records.settings.logger import LoggedMeter

WT310, WT210, GPM, HMC = "yokogawa_wt310", "yokogawa_wt210", "gwinstek_gpm8213", "rohdeschwarz_hmc8015"
FIXED = {"voltage_range_v": 300.0, "current_range_a": 1.0}

# Command, then question and answer, in the words of the manuals: IM WT310E-17EN, page 5-1 (MODE RMS;CFACtor
# 3); IM WT310-17EN, page 5-2 (FILTER:LINE 0;FREQUENCY 0); GPM-8310, page 146 (long and short forms).
PAIRS = [
    (WT310, ":INPut:MODE RMS;CFACtor 3", ":INP:CFAC?", ":INPUT:CFACTOR 3"),
    (WT310, ":INPut:CFACtor 6", ":INP:CFAC?", ":INPUT:CFACTOR 6"),
    (WT310, ":INPut:FILTer:LINE OFF;FREQuency OFF", ":INP:FILT:LINE?", ":INPUT:FILTER:LINE 0"),
    (WT310, ":INP:FILT:FREQ ON", ":INP:FILT:FREQ?", ":INPUT:FILTER:FREQUENCY 1"),
    (WT310, ":INPut:SYNChronize VOLTage", ":INP:SYNC?", ":INPUT:SYNCHRONIZE VOLTAGE"),
    (WT210, ":CONF:LFILT ON", ":CONF:LFILT?", ":CONFIGURE:LFILTER 1"),
    (WT210, ":CONF:FILT OFF", ":CONF:FILT?", ":CONFIGURE:FILTER 0"),
    (GPM, ":INPut:SYNChronize VOLTage", ":INPut:SYNChronize?", ":INP:SYNC VOLT"),
    (GPM, ":INP:SYNC CURR", ":INP:SYNC?", ":INP:SYNC CURR"),
    (GPM, ":INPut:CFACtor 3", ":INPut:CFACtor?", ":INP:CFAC 3"),
]


@pytest.mark.parametrize(("name", "command", "question", "answer"), PAIRS)
def test_the_twins_tell_their_settings_as_the_manuals_write_them(
    name: str, command: str, question: str, answer: str
) -> None:
    ask = asked(fresh(name))
    assert ask(command) == ""
    assert ask(question) == answer
    ask(":COMM:HEAD OFF")
    assert ask(question) == answer.partition(" ")[2]


@pytest.mark.parametrize(
    ("told", "value"),
    [
        (on_off("0"), "off"),
        (on_off("1"), "on"),
        (on_off("OFF"), "off"),
        (on_off("10KHZ"), "10khz"),
        (crest_factor("3"), 3),
        (crest_factor("6A"), "6A"),
        (source("VOLT"), "voltage"),
        (source("CURRENT"), "current"),
        (source("OFF"), "off"),
        (source(""), ""),
    ],
)
def test_an_answer_becomes_a_value_or_stays_as_it_came(told: object, value: object) -> None:
    assert told == value


SET_OTHERWISE = {
    WT310: (":INP:CFAC 6", ":INP:FILT:LINE ON", ":INP:FILT:FREQ ON", ":INP:SYNC CURR", ":MEAS:AVER:STAT ON"),
    WT210: (":CONF:CFAC 6", ":CONF:LFILT ON", ":CONF:FILT ON", ":CONF:SYNC CURR"),
    GPM: (":INP:CFAC 6", ":INP:FILT:LINE ON", ":INP:FILT:FREQ ON", ":INP:SYNC CURR", ":MEAS:AVER:STAT ON"),
}
TOLD = {
    "crest_factor": 6,
    "line_filter": "on",
    "frequency_filter": "on",
    "sync_source": "current",
    "averaging": "on",
}


@pytest.mark.parametrize("name", SET_OTHERWISE)
def test_the_settings_are_read_as_they_are_at_the_meter(name: str) -> None:
    twin = fresh(name)
    for command in SET_OTHERWISE[name]:
        asked(twin)(command)
    with loaded(twin) as port, started(name, port, 0.25, **FIXED, averaging="on") as (meter, _):
        told = meter.instrument_settings()
        names = list(TOLD)[: len(SET_OTHERWISE[name])]
        assert {key: told[key] for key in names} == {key: TOLD[key] for key in names}
        assert (told["voltage_range_v"], told["current_range_a"]) == (300.0, 1.0)
        assert told["auto_range"] == "off"
        assert told["update_s"] == 0.25
        assert meter.chosen_options() == {**{key: TOLD[key] for key in names}, **FIXED}


@pytest.mark.parametrize(
    ("name", "at_the_meter", "option", "value"),
    [
        (WT310, ":INP:CFAC 6", "crest_factor", 3),
        (WT310, ":INP:FILT:LINE ON", "line_filter", "off"),
        (WT310, ":INP:FILT:FREQ OFF", "frequency_filter", "on"),
        (WT310, ":INP:SYNC CURR", "sync_source", "voltage"),
        (WT310, ":MEAS:AVER:STAT ON", "averaging", "off"),
        (WT210, ":CONF:LFILT ON", "line_filter", "off"),
        (GPM, ":INP:CFAC 3", "crest_factor", 6),
    ],
)
def test_a_setting_that_contradicts_the_configuration_is_refused(
    name: str, at_the_meter: str, option: str, value: object
) -> None:
    twin = fresh(name)
    asked(twin)(at_the_meter)
    with (
        loaded(twin) as port,
        pytest.raises(SettingDiffers, match=f"{option} = {value}"),
        started(name, port, 0.25, **FIXED, **{option: value}),
    ):
        pass


def test_a_setting_that_was_changed_between_two_starts_is_refused() -> None:
    twin = fresh(WT310)
    with loaded(twin) as port, started(WT310, port, 0.25, **FIXED) as (meter, _):
        meter.start()
        asked(twin)(":INP:FILT:LINE ON")
        with pytest.raises(SettingDiffers, match="line_filter = off"):
            meter.start()


def test_a_line_filter_and_a_crest_factor_of_six_widen_the_limits_of_error() -> None:
    # IM WT310-02EN: 0.1 % of reading and of range; the filter adds 0.3 % of reading, 6 doubles the range.
    twin = fresh(WT310)
    for command in (":INP:FILT:LINE ON", ":INP:CFAC 6"):
        asked(twin)(command)
    with loaded(twin) as port, started(WT310, port, 0.25, **FIXED) as (meter, _):
        accuracy = meter.accuracy_in_force()
        assert (accuracy.reading_pct, accuracy.range_pct, accuracy.range_w) == (
            pytest.approx(0.4),
            0.2,
            300.0,
        )


def test_what_a_meter_tells_is_in_its_record(tmp_path: Path) -> None:
    with loaded(fresh(WT310)) as port:
        wanted = LoggedMeter(driver=WT310, port=port, interval_s=0.25)
        log(create(WT310, FIXED), wanted, tmp_path, stop=lambda: False, limit=3)
    told = json.loads((tmp_path / "meter.json").read_text())["settings"]
    assert told == {
        "crest_factor": 3,
        "line_filter": "off",
        "frequency_filter": "off",
        "sync_source": "voltage",
        "averaging": "off",
        "voltage_range_v": 300.0,
        "current_range_a": 1.0,
        "auto_range": "off",
        "update_s": 0.25,
    }


def test_hmc8015_tells_its_mode_and_ranges() -> None:
    with loaded(fresh(HMC)) as port, started(HMC, port, 0.1, **FIXED) as (meter, _):
        told = meter.instrument_settings()
    assert told["acquisition_mode"] == "auto"
    assert (told["voltage_range_v"], told["current_range_a"]) == (300.0, 1.0)


def test_lmg95_tells_filters_cycle_and_ranges() -> None:
    with loaded(fresh("zes_lmg95")) as port, started("zes_lmg95", port, 0.5, **FIXED) as (meter, _):
        assert meter.instrument_settings() == {
            "line_filter": 0.0,
            "antialias_filter": 0.0,
            "update_s": 0.5,
            "voltage_range_v": 300.0,
            "current_range_a": 1.0,
        }
