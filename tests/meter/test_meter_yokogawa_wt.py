"""Yokogawa WT310 and WT210: the twins against known sessions, the drivers on real ports."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from meter_scpi_bench import WATTS, asked, fresh, loaded, next_reading, running, started, value_of
from meter_terminals import answering

from meter.drivers.yokogawa_wt import YokogawaWT210, YokogawaWT310
from meter.line.format import Line
from meter.line.transport import Transport
from records.errors import ConfigurationError, DeviceError

WT310, WT210 = "yokogawa_wt310", "yokogawa_wt210"


# Sessions of the public program yokotool 2.2, which Intel tested on a WT310 and a WT210: after every
# command it asks :STAT:ERR? and expects 0,"...".
COMMON = ["*CLS", ":STAT:QMES on", ":COMM:HEAD off", ":STAT:FILT1 never", ":STAT:FILT15 never"]
SESSIONS = {
    WT310: [
        *COMMON,
        *(":NUM:FORM ascii", ":SYST:COMM:COMM WT300", ":COMM:VERB on", ":SAMP:RATE 1", ":STAT:FILT1 fall"),
        *(":NUM:NORM:NUM 3", ":NUM:NORM:ITEM1 U", ":NUM:NORM:ITEM2 I", ":NUM:NORM:ITEM3 P"),
        *(":INTEG:MODE normal", ":INTEG:TIM 0,0,0", ":INTEG:STAR", ":INTEG:STOP", ":INTEG:RES"),
    ],
    WT210: [
        *COMMON,
        *(":COMM:REM on", ":SAMP:RATE 1", ":STAT:FILT1 fall"),
        *(":MEAS:ITEM:V On", ":MEAS:ITEM:A On", ":MEAS:ITEM:W On", ":MEAS:ITEM:VA Off"),
        *(":INTEG:MODE normal", ":INTEG:TIM 0,0,0", ":INTEG:STAR", ":INTEG:STOP", ":INTEG:RES"),
    ],
}


@pytest.mark.parametrize("name", [WT310, WT210])
def test_a_session_of_yokotool_is_understood_without_an_error(name: str) -> None:
    ask = asked(fresh(name))
    assert ask("") == ""  # its first line feed ends a half-typed command
    ask("*CLS")
    ask(":STAT:QMES on")
    for command in SESSIONS[name]:
        assert ask(command) == ""
        assert ask(":STAT:ERR?") == '0,"NO ERROR"', command


def test_the_update_interval_is_answered_as_in_the_session() -> None:
    ask = asked(fresh(WT310))
    ask(":COMM:HEAD OFF")
    assert ask(":SAMP:RATE?") == "250.0E-03"
    ask(":RATE 100MS")  # as coolr sends it
    assert ask(":RATE?") == "100.0E-03"


def test_headers_are_on_after_power_on_and_queries_without_a_setting_never_have_one() -> None:
    # Yokogawa manual: INTEGRATE:MODE? -> :INTEGRATE:MODE NORMAL; values, *IDN? and errors have none.
    ask = asked(fresh(WT310))
    assert ask("INTEGRATE:MODE?") == ":INTEGRATE:MODE NORMAL"
    assert not ask(":NUM:NORM:VAL?").startswith(":")
    assert ask("*IDN?").startswith("YOKOGAWA,WT310,")
    ask(":COMM:VERB OFF")
    assert ask("INTEGRATE:MODE?") == ":INTEG:MODE NORMAL"
    ask(":COMM:HEAD OFF")
    assert ask("INTEGRATE:MODE?") == "NORMAL"


def test_a_compound_question_for_ranges_is_answered_as_a_log_of_ptdaemon_shows_it() -> None:
    # 1.000E+00;1;300.0E+00;1
    ask = asked(fresh(WT310))
    ask(":COMM:HEAD OFF")
    assert ask(":INP:CURR:RANG?;AUTO?;:INP:VOLT:RANG?;AUTO?") == "500.0E-03;1;300.0E+00;1"


def test_values_come_in_the_order_of_the_items_and_one_can_be_asked_for() -> None:
    twin = fresh(WT310)
    ask = asked(twin)
    voltage, current, power = map(float, ask(":NUM:NORM:VAL?").split(","))
    assert power == pytest.approx(WATTS, abs=0.01)
    assert voltage * current > power
    assert value_of(twin, ":NUM:NORM:VAL? 3") == power
    ask(":NUM:NORM:ITEM1 P,1")
    assert value_of(twin, ":NUM:NORM:VAL? 1") == power


def test_wt210_answers_what_is_on_in_its_own_order() -> None:
    # Manual IM 760401: V,A,W,VA,VAR,PF,DEGR,VHZ,AHZ,...; of both frequencies only one is measured.
    twin = fresh(WT210)
    ask = asked(twin)
    for item in ("AHZ", "VHZ", "PF"):
        ask(f":MEAS:ITEM:{item} ON")
    fields = ask("MEAS:NORM:VAL?").split(",")
    assert ask(":MEAS:VAL?").split(",") == fields
    assert float(fields[2]) == pytest.approx(WATTS, abs=0.01)
    assert 0 < float(fields[3]) < 1
    assert float(fields[4]) == pytest.approx(50, abs=0.1)
    assert fields[5] == "9.91E+37"


def test_wt210_has_no_data_right_after_a_range_change() -> None:
    # Manual IM 760401: 9.91E+37 until the next update; 9.9E+37 beyond the range.
    twin = fresh(WT210)
    ask = asked(twin)
    ask(":CONF:CURR:RANG 0.2")
    assert set(ask(":MEAS:VAL?").split(",")) == {"9.91E+37"}
    twin.advance(WATTS)
    assert "9.9E+37" in ask(":MEAS:VAL?").split(",")


def test_after_comm_wait_the_answer_comes_with_the_next_update() -> None:
    twin = fresh(WT310)
    ask = asked(twin)
    ask(":STAT:FILT1 FALL")
    twin.advance(50.0)
    assert ask(":STAT:EESR?") == "1"
    assert ask(":STAT:EESR?") == "0"
    assert ask(":COMM:WAIT 1") == ""
    assert ask(":NUM:NORM:VAL? 3") == ""
    assert float(twin.advance(60.0)) == pytest.approx(60.0, abs=0.01)


def test_the_integrator_refuses_what_it_refuses_on_the_instrument() -> None:
    # Error codes 813, 842, 844 and 845 as yokotool knows them.
    ask = asked(fresh(WT310))
    codes = []
    for command in (":INTEG:STOP", ":INTEG:STAR", ":INTEG:STAR", ":SAMP:RATE 1", ":INTEG:RES", ":INTEG:STOP"):
        ask(command)
        codes.append(ask(":STAT:ERR?"))
    assert codes == ["844", "0", "842", "813", "845", "0"]


def test_an_unknown_command_is_an_error_and_no_answer() -> None:
    ask = asked(fresh(WT310))
    assert ask(":FOO:BAR?") == ""
    assert ask(":STAT:ERR?") != "0"
    assert ask(":STAT:ERR?") == "0"


@pytest.mark.parametrize("name", [WT310, WT210])
def test_the_driver_reads_the_power_and_fixes_ranges_with_headroom(name: str) -> None:
    with running(name) as port, started(name, port, 0.25) as (meter, _):
        reading = next_reading(meter)
        assert (reading.power_w, reading.flag) == (pytest.approx(WATTS, abs=0.01), "")
        assert reading.voltage_v == pytest.approx(230, abs=2)
        assert reading.frequency_hz == pytest.approx(50, abs=0.1)
        assert reading.current_a is not None
        # 230 V: the 300 V range. 0.44 A with a headroom of 5 is 2.2 A: the 5 A range.
        assert meter.chosen_options().items() >= {"voltage_range_v": 300.0, "current_range_a": 5.0}.items()
        assert meter.accuracy_in_force().range_w == 1500.0


def test_settled_ranges_are_set_at_once_and_nothing_is_ranged_again() -> None:
    with running(WT310) as port:
        with started(WT310, port, 0.25, headroom=2.0) as (meter, sent):
            settled = meter.chosen_options()
            assert settled["current_range_a"] == 1.0
            assert ":INP:CURR:AUTO ON" in sent
        with started(WT310, port, 0.25, **settled) as (meter, sent):
            assert next_reading(meter).power_w == pytest.approx(WATTS, abs=0.01)
            assert meter.chosen_options() == settled
            assert ":INP:CURR:AUTO ON" not in sent
            assert ":INP:CURR:RANG 1" in sent


def test_a_load_beyond_the_fixed_range_is_flagged() -> None:
    options = {"voltage_range_v": 300, "current_range_a": 0.2}
    with running(WT310) as port, started(WT310, port, 0.25, **options) as (meter, _):
        reading = next_reading(meter)
        assert (reading.power_w, reading.flag) == (None, "overrange")


def test_a_range_that_the_meter_does_not_have_is_refused() -> None:
    options = {"voltage_range_v": 300, "current_range_a": 7}
    with (
        running(WT310) as port,
        pytest.raises(DeviceError, match=r"':INP:CURR:RANG 7' with .*Give a range that the meter has"),
        started(WT310, port, 0.25, **options),
    ):
        pass


def test_ranging_by_itself_can_be_left_to_the_meter() -> None:
    with running(WT310) as port, started(WT310, port, 0.25, range="auto") as (meter, sent):
        assert next_reading(meter).power_w == pytest.approx(WATTS, abs=0.01)
        assert not {"voltage_range_v", "current_range_a"} & set(meter.chosen_options())
        assert ":INP:CURR:AUTO OFF" not in sent


def test_fixed_ranges_and_ranging_by_itself_exclude_each_other() -> None:
    with pytest.raises(ConfigurationError, match=r"expected range = .auto. or fixed ranges"):
        YokogawaWT310({"range": "auto", "current_range_a": 1})


def test_a_crest_factor_of_six_doubles_the_range_term() -> None:
    # IM WT310E-02EN, IM 760401.
    options = {"voltage_range_v": 300, "current_range_a": 1}
    twin = fresh(WT310)
    asked(twin)(":INP:CFAC 6")
    with loaded(twin) as port, started(WT310, port, 0.25, **options, crest_factor=6) as (meter, _):
        accuracy = meter.accuracy_in_force()
        assert (accuracy.reading_pct, accuracy.range_pct, accuracy.range_w) == (0.1, 0.2, 300.0)


def test_the_update_interval_is_set_to_the_interval_of_the_readings() -> None:
    with running(WT210) as port, started(WT210, port, 0.5) as (meter, sent):
        assert sent.index(":SAMP:RATE 0.5") > sent.index(":SAMP:RATE 0.25")
        assert meter.sampling_at(0.5) == "interval_mean"
        first, second = next_reading(meter), next_reading(meter)
        assert first.power_w == second.power_w == pytest.approx(WATTS, abs=0.01)


@pytest.mark.parametrize(("interval_s", "nearest"), [(0.3, "0.25"), (1.5, "1"), (60.0, "5")])
def test_an_interval_that_is_not_offered_is_refused_with_the_nearest(interval_s: float, nearest: str) -> None:
    with pytest.raises(ConfigurationError, match=f"Set it to {nearest} s"):
        YokogawaWT310.check_interval(interval_s)


def test_limits_of_error_follow_the_model_that_answers() -> None:
    # IM WT310-02EN, IM WT310E-02EN.
    for model, range_pct, reactive_pct in (("WT310", 0.1, 0.2), ("WT310E", 0.05, 0.1), ("WT333E", 0.1, 0.2)):
        with scripted({"*IDN?": f"YOKOGAWA,{model},X,F1.03"}) as port, YokogawaWT310() as meter:
            meter.open(port, 1.0)
            assert meter.identify().model == model
            accuracy = meter.accuracy_in_force()
            assert (accuracy.range_pct, accuracy.reactive_pct) == (range_pct, reactive_pct)


def test_the_other_familys_meter_is_refused_by_name() -> None:
    with running(WT310) as port, YokogawaWT210() as meter:
        meter.open(port, 1.0)
        with pytest.raises(DeviceError, match=r"expected a WT210 .*'YOKOGAWA,WT310,"):
            meter.identify()


def test_a_command_that_a_dead_client_left_half_typed_does_no_harm() -> None:
    with running(WT310) as port:
        dead = Transport(port, Line(9600))
        dead.write(b":NUM:NORM:VAL?\n:INTEG:STA")
        dead.close()
        with YokogawaWT310() as meter:
            meter.open(port, 1.0)
            assert meter.identify().model == "WT310"


def test_wt210_is_given_back_to_its_front_panel() -> None:
    with running(WT210) as port, started(WT210, port, 0.25) as (meter, sent):
        assert ":COMM:REM ON" in sent
        meter.stop()
        assert sent[-1] == ":COMM:REM OFF"


def test_the_twins_differ_from_update_to_update_at_a_constant_load() -> None:
    for name, question in ((WT310, ":NUM:NORM:VAL?"), (WT210, ":MEAS:VAL?")):
        twin = fresh(name)
        ask = asked(twin)
        before = ask(question)
        assert ask(question) == before
        twin.advance(WATTS)
        assert ask(question) != before


LATE = "230.00E+00,1.0000E+00,111.11E+00,0.5000E+00,50.000E+00"
NOW = "230.00E+00,1.0000E+00,222.22E+00,0.5000E+00,50.000E+00"
IDENTITY = "YOKOGAWA,WT310,X,F1.03"


def late_meter() -> Callable[[str], list[str]]:
    """Return a meter that gives its first answer to a question for values when it is asked who it is."""
    waiting: list[str] = []
    asked_before: list[str] = []

    def answers(question: str) -> list[str]:
        if question == ":NUM:NORM:VAL?":
            asked_before.append(question)
            if len(asked_before) == 1:
                waiting.append(LATE)
                return []
            return [NOW]
        if question == "*IDN?":
            late, waiting[:] = list(waiting), []
            return [*late, IDENTITY]
        return []

    return answers


def test_a_late_answer_is_never_taken_for_that_of_the_next_question() -> None:
    with scripted(late_meter()) as port, YokogawaWT310() as meter:
        meter.open(port, 1.0)
        assert meter.ask() is None
        reading = meter.ask()
        assert reading is not None
        assert reading.power_w == 222.22


def test_an_answer_without_its_end_is_malformed_and_the_next_is_read() -> None:
    answers = iter([b"230.00E+00,1.0000E+00,22", NOW.encode() + b"\r\n"])

    def reply(question: str) -> list[str] | bytes:
        if question == ":NUM:NORM:VAL?":
            return next(answers)
        return [IDENTITY] if question == "*IDN?" else []

    with scripted(reply) as port, YokogawaWT310() as meter:
        meter.open(port, 1.0)
        torn, whole = meter.ask(), meter.ask()
        assert torn is not None and whole is not None
        assert (torn.power_w, torn.flag) == (None, "malformed")
        assert (whole.power_w, whole.flag) == (222.22, "")


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_every_line_end_that_can_be_set_at_the_meter_is_understood(end: bytes) -> None:
    # Manual IM 760401: the menu offers CR+LF, LF and CR.
    def reply(question: str) -> bytes:
        return {"*IDN?": IDENTITY.encode() + end, ":NUM:NORM:VAL?": NOW.encode() + end}.get(question, b"")

    with scripted(reply) as port, YokogawaWT310() as meter:
        meter.open(port, 1.0)
        assert meter.identify().serial == "X"
        reading = meter.ask()
        assert reading is not None
        assert reading.power_w == 222.22


def test_a_refused_setting_is_told_with_the_meters_own_error() -> None:
    replies = {"*IDN?": IDENTITY, ":STAT:ERR?": '813,"Not allowed"'}
    with scripted(replies) as port, YokogawaWT310() as meter:
        meter.open(port, 1.0)
        meter.identify()
        with pytest.raises(DeviceError, match=r"refused ':COMM:HEAD OFF' with 813"):
            meter.start()


@contextmanager
def scripted(replies: dict[str, str] | Callable[[str], list[str] | bytes]) -> Iterator[str]:
    """Make a port behind which lines are answered from a table, or by a function."""
    held = b""

    def reply(question: str) -> bytes:
        if isinstance(replies, dict):
            return (replies[question] + "\n").encode() if question in replies else b""
        found = replies(question)
        return found if isinstance(found, bytes) else "".join(line + "\n" for line in found).encode()

    def answer(heard: bytes) -> bytes:
        nonlocal held
        *lines, held = (held + heard).split(b"\n")
        return b"".join(reply(line.decode().strip()) for line in lines)

    with answering(answer) as port:
        yield port
