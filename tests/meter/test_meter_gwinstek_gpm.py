"""GW Instek GPM-8213: the twin against recorded sessions, the driver on a real port."""

import pytest
from meter_scpi_bench import WATTS, asked, fresh, next_reading, running, started

GPM = "gwinstek_gpm8213"


def test_the_session_that_a_public_project_recorded_is_answered_alike() -> None:
    # ThermoPower's fixtures of a GPM-8213 V1.05.
    ask = asked(fresh(GPM))
    assert ask("*IDN?").startswith("GWInstek,GPM-8213,")
    ask(":NUMERIC:NORMAL:NUMBER 8")
    assert ask(":NUMERIC:NORMAL:NUMBER?") == ":NUM:NORM:NUMB 8"
    for number, item in enumerate(("U", "I", "P", "S", "FU", "LAMBDA", "Q", "FI"), start=1):
        ask(f":NUMERIC:NORMAL:ITEM{number} {item}")
    assert ask(":NUMERIC:NORMAL:HEADER?") == "Urms,Irms,P,S,fU,PF,Q,fI"
    fields = ask(":NUMERIC:NORMAL:VALUE?").split(",")
    assert float(fields[2]) == pytest.approx(WATTS, abs=0.01)
    assert fields[-1] == "NAN"


def test_numbers_look_as_in_the_recorded_session() -> None:
    # 127.58E+00,240.02E-03,17.688E+00,30.622E+00,59.993E+00,0.5776E+00
    ask = asked(fresh(GPM))
    shapes = ["".join("9" if c.isdigit() else c for c in f) for f in ask(":NUM:NORM:VAL?").split(",")]
    assert shapes[:3] == ["999.99E+99", "999.99E-99", "99.999E+99"]
    assert shapes[4:6] == ["99.999E+99", "9.9999E+99"]


def test_answers_end_in_carriage_return_and_line_feed_and_commands_may() -> None:
    assert fresh(GPM).receive(b"*IDN?\r\n").endswith(b"V1.05\r\n")


def test_the_driver_reads_the_power_though_headers_were_on() -> None:
    with running(GPM) as port, started(GPM, port, 0.25) as (meter, sent):
        assert ":COMMUNICATE:HEADER OFF" in sent
        reading = next_reading(meter)
        assert (reading.power_w, reading.flag) == (pytest.approx(WATTS, abs=0.01), "")
        assert reading.power_factor == pytest.approx(
            WATTS / (reading.voltage_v * reading.current_a), rel=1e-3
        )
        assert meter.chosen_options().items() >= {"voltage_range_v": 300.0, "current_range_a": 5.0}.items()


def test_readings_less_often_than_the_meter_updates_are_no_means() -> None:
    with running(GPM) as port, started(GPM, port, 1.0) as (meter, _):
        assert meter.sampling_at(1.0) == "instantaneous"
        assert next_reading(meter).power_w == pytest.approx(WATTS, abs=0.01)


def test_no_data_and_beyond_the_range_are_words() -> None:
    twin = fresh(GPM)
    ask = asked(twin)
    twin.fault = "sentinel"
    assert set(ask(":NUM:NORM:VAL?").split(",")) == {"NAN"}
    twin.fault = "overrange"
    assert ask(":NUM:NORM:VAL?").split(",")[2] == "INF"
