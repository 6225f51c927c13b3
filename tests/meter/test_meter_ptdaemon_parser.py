"""Lines of SPEC PTDaemon in the form of published logs, and what must never be watts."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meter.drivers.ptdaemon import PTDaemon, Sample, parse_identity, parse_sample
from meter.virtual.instrument import InstrumentErrors
from meter.virtual.twins.ptdaemon import VirtualPTDaemon
from records.errors import ConfigurationError, DeviceError

# The form of mlcommons/power-dev and of the logs that MLPerf submitters published.
SINGLE = (
    "Time,01-22-2021 15:05:14.313,Watts,22.970000,Volts,227.370000,Amps,0.204340,PF,0.494400,Mark,wattlab"
)
SUM = "Time,01-22-2021 15:05:14.313,Watts,{},Volts,-1.000000,Amps,-1.000000,PF,-1.000000,Mark,wattlab"
CHANNELS = (
    ",Ch1,Watts,596.600000,Volts,234.250000,Amps,2.876000,PF,0.885400"
    ",Ch2,Watts,546.900000,Volts,231.210000,Amps,2.531000,PF,0.934600"
)
IDENTITY = (
    "YokogawaWT330E,1000,1,1,1,1,0,0,1,version=1.9.2-3976349f-20201208,OS=Windows 8 / Server 2012,"
    "mode=power,1,1,1,0,0,no_cal_date,YOKOGAWA;WT333E;C0000000V;F1.04"
)
TEMPERATURE = (  # from a published SPECpower log
    "PCsensor USB9097+DS18B20,5000,1,0,0,0,0,0,1,version=1.9.1-a2d19f26-20190717,"
    "OS=Windows 8 / Server 2012,mode=temperature,0,0,1,0,0,no_cal_date,na"
)


def test_a_line_of_one_channel() -> None:
    assert parse_sample(SINGLE) == Sample("wattlab", 22.97, 227.37, 0.20434, 0.4944)


def test_a_sum_has_only_its_power_and_the_channels_tell_the_ranges() -> None:
    assert parse_sample(SUM.format("1143.500000") + CHANNELS) == Sample(
        "wattlab", 1143.5, None, None, None, (2.876, 2.531), (234.25, 231.21)
    )


@pytest.mark.parametrize("text", ["-1.000000", "-2.000000", "nan", "-nan", "NaN", "inf", "-inf", "No data"])
def test_what_stands_for_no_value_is_none(text: str) -> None:
    for line in (SINGLE.replace("22.970000", text), SUM.format(text) + CHANNELS):
        sample = parse_sample(line)
        assert sample is not None
        assert sample.power_w is None


@pytest.mark.parametrize(
    "line",
    [
        "",
        "Last 1 samples",
        "Unknown command",
        SINGLE[:-8],
        SINGLE[5:],
        SINGLE.replace("22.970000", ""),
        SINGLE.replace("22.970000", "9.91E+37"),
        SINGLE.replace("22.970000", "22,97"),
        SINGLE.replace("0.204340", "x"),
        SINGLE.replace("Watts", "Volts"),
        SINGLE + CHANNELS[:-20],
        SINGLE[:50] + SINGLE,
        "Temperature,29.687500,Humidity,0.000000",
    ],
)
def test_what_is_no_sample_is_none(line: str) -> None:
    assert parse_sample(line) is None


@given(st.text(max_size=150))
def test_garbage_never_becomes_watts(text: str) -> None:
    assert parse_sample(text) is None
    assert parse_sample(SINGLE + text) in (None, parse_sample(SINGLE)) or "," not in text


@given(st.integers(0, len(SINGLE) - 1))
def test_a_line_cut_short_is_no_sample_of_ours(length: int) -> None:
    sample = parse_sample(SINGLE[:length])
    assert sample is None or sample.mark != "wattlab"


def test_the_identity_of_the_analyzer_counts() -> None:
    identity = parse_identity(IDENTITY)
    assert (identity.maker, identity.model, identity.serial) == ("YOKOGAWA", "WT333E", "C0000000V")
    assert identity.firmware == "F1.04, PTDaemon 1.9.2-3976349f-20201208"


def test_without_one_the_name_in_ptdaemon_is_the_model() -> None:
    identity = parse_identity(IDENTITY.rpartition(",")[0] + ",na")
    assert (identity.maker, identity.model) == ("SPEC", "YokogawaWT330E")
    assert identity.firmware == "PTDaemon 1.9.2-3976349f-20201208"


@pytest.mark.parametrize("answer", [TEMPERATURE, "Error", "", "mode=power"])
def test_what_is_no_power_analyzer_is_refused(answer: str) -> None:
    with pytest.raises(DeviceError, match="expected a power analyzer"):
        parse_identity(answer)


def test_only_one_second_is_offered() -> None:
    with pytest.raises(ConfigurationError, match=r"Set it to 1 s"):
        PTDaemon.check_interval(2.0)
    PTDaemon.check_interval(1.0)


def talk(twin: VirtualPTDaemon, command: str) -> str:
    return twin.receive(f"{command}\r\n".encode("ascii")).decode("ascii")


def test_the_twin_answers_as_published_logs_have_it() -> None:
    twin = VirtualPTDaemon(InstrumentErrors(), seed=1)
    twin.advance(97.2)
    pairs = [
        ("Hello", "Hello, PTDaemon here!"),
        ("RR", "Ranges,1,0.500000,1,300.000000"),
        ("SR,V,249.670000", "Range V changed"),
        ("SR,A,0.232880", "Range A changed"),
        ("RR", "Ranges,0,0.500000,0,300.000000"),
        ("SR,A,Auto", "Range A changed"),
        ("Stop", "Error: no measurement to stop"),
        ("RL", "Last 0 samples"),
        (
            "Go,1000,0,x",
            "Starting untimed measurement, maximum 500000 samples at 1000ms with 0 rampup samples",
        ),
        ("RL,*,*", "Invalid number of parameters"),
        ("DC-RL", "Unknown command"),
        ("Stop", "Stopping untimed measurement"),
    ]
    for command, answer in pairs:
        assert talk(twin, command) == answer + "\r\n"
    assert "Error" in talk(twin, "SR,A,100")
    assert talk(twin, "Identify").count(",") == IDENTITY.count(",")


def test_the_twin_gives_each_sample_once() -> None:
    twin = VirtualPTDaemon(InstrumentErrors(), seed=1)
    talk(twin, "Go,1000,0,wattlab")
    twin.advance(97.2)
    twin.advance(50.0)
    head, *lines = talk(twin, "RL").rstrip().split("\r\n")
    assert head == "Last 2 samples"
    samples = [parse_sample(line) for line in lines]
    assert [sample.power_w for sample in samples if sample is not None] == [97.2, 50.0]
    assert talk(twin, "RL") == "Last 0 samples\r\n"


@given(st.lists(st.integers(0, 40), max_size=4))
def test_commands_may_come_in_pieces(cuts: list[int]) -> None:
    sent = b"Hello\r\nStop\r\nRR\r\n"
    borders = [0, *sorted(min(cut, len(sent)) for cut in cuts), len(sent)]
    twin = VirtualPTDaemon(InstrumentErrors(), seed=1)
    answers = b"".join(twin.receive(sent[a:b]) for a, b in itertools.pairwise(borders))
    assert answers.count(b"\r\n") == 3
    assert answers.startswith(b"Hello, PTDaemon here!\r\nError: no measurement to stop\r\nRanges,")
