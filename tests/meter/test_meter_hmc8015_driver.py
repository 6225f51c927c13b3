"""R&S HMC8015: what public programs send, the twin, the driver on a real port."""

import pytest
from meter_scpi_bench import WATTS, asked, fresh, next_reading, running, started

HMC = "rohdeschwarz_hmc8015"


def test_what_a_public_driver_sends_is_understood() -> None:
    # Sent by hmc8015_instrument.cpp of the project power-overwhelming.
    ask = asked(fresh(HMC))
    for command in (
        *("*RST", "*CLS", "VIEW:NUM:PAGE1:SIZE 10", "VIEW:NUM:PAGE1:CELL5:FUNC P", "CHAN1:ACQ:MODE AUTO"),
        *("CHAN1:ACQ:VOLT:RANG:AUTO ON", "CHAN1:ACQ:CURR:RANG 1.0", "INT:MODE MAN", "INT:RES", "INT:STAR"),
        *("INT:STOP", "LOG:MODE UNL", 'LOG:FNAM "x",INT', "LOG:STAT OFF", "SYST:REM", "SYST:LOC"),
    ):
        assert ask(command) == ""
        assert ask("SYST:ERR?").startswith("0,"), command


def test_data_come_in_the_order_of_the_functions() -> None:
    ask = asked(fresh(HMC))
    assert ask("CHAN1:MEAS:FUNC?") == "URMS,IRMS,P,FPLL,URAN,IRAN,S,Q,LAMB,PHI"
    ask("CHAN1:MEAS:FUNC P,URMS")
    power, voltage = map(float, ask("CHAN1:MEAS:DATA?").split(","))
    assert power == pytest.approx(WATTS, abs=0.01)
    assert voltage == pytest.approx(230, abs=2)


def test_answers_end_in_a_line_feed() -> None:
    answer = fresh(HMC).receive(b"*IDN?\n")
    assert answer.endswith(b"\n")
    assert b"\r" not in answer


def test_the_driver_reads_the_power_ten_times_a_second_and_gives_the_panel_back() -> None:
    with running(HMC) as port, started(HMC, port, 0.1) as (meter, sent):
        readings = [next_reading(meter) for _ in range(10)]
        assert [reading.flag for reading in readings] == [""] * 10
        assert readings[0].power_w == pytest.approx(WATTS, abs=0.01)
        assert len({reading.voltage_v for reading in readings}) > 5  # updates, not repeats
        assert meter.chosen_options().items() >= {"voltage_range_v": 300.0, "current_range_a": 5.0}.items()
        meter.stop()
        assert sent[-1] == "SYST:LOC"
