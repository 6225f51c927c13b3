"""The virtual Watts up? PRO against the byte pairs of the fact sheet."""

import pytest

from meter.drivers.wattsup_pro import parse_piece, parse_reply
from meter.virtual.faults import Fault, Faults
from meter.virtual.instrument import InstrumentErrors
from meter.virtual.twins.wattsup_pro import BANNER, VirtualWattsUpPro
from records.errors import ConfigurationError
from records.meter import Reading

VERSION = b"#v,-,8,1,65206,5,2,3,14,200612211910,0;\r\n"


@pytest.fixture
def meter() -> VirtualWattsUpPro:
    return VirtualWattsUpPro(InstrumentErrors(), seed=1)


def reading(record: bytes) -> Reading:
    found = parse_piece(record.strip(), 0.0)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        (b"#V,R,0;", VERSION),
        (
            b"#H,R,0;",
            b"#h,-,18,W,V,A,WH,Cost,WH/Mo,Cost/Mo,Wmax,Vmax,Amax,Wmin,Vmin,Amin,PF,DC,PC,Hz,VA;\r\n",
        ),
        (b"#L,W,3,E,,1;", b""),
        (b"#L,W,3,I,0,1;", b"#s,-,3,0,1,1;\r\n"),
        (b"#L,R,0;", b"#l,-,2,0,1;\r\n"),
        (b"#D,R,0;", b"#n,-,3,0,1,0;\r\n#l,-,2,0,1;\r\n"),
        (b"#C,R,0;", b"#c,-,18,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1;\r\n"),
        (b"#N,R,0;", b"#n,-,1,1811;\r\n"),  # all fields: near the lower end, ~1700, of the sheet
        (b"#O,R,0;", b"#o,-,1,1;\r\n"),
        (b"#O,W,1,2;", b"#o,-,1,2;\r\n"),
        (b"#R,W,0;", b""),
        (b"#S,R,0;", b"#s,-,3,0,1,1;\r\n"),
        (b"#S,W,2,1d,5d;", b"#s,-,3,1,5,1;\r\n"),  # a known client's slip, which the meter tolerates
        (b"#U,R,0;", b"#u,-,3,80,100,0;\r\n"),
        (b"#V,W,0;", BANNER),
        (b"#X,R,0;", VERSION),  # well-formed but unknown: the version record is the answer
        (b"#L,W,3,T,0,1;", VERSION),  # .NET only
        (b"noise\r\n", b""),
        (b"#V,R", b""),
        (b"#v,R,0;", b""),
    ],
)
def test_command_and_answer(meter: VirtualWattsUpPro, command: bytes, answer: bytes) -> None:
    assert meter.receive(command) == answer


def test_it_streams_only_when_told_and_until_told(meter: VirtualWattsUpPro) -> None:
    assert meter.advance(97.2) == b""
    meter.receive(b"#L,W,3,E,,1;")
    record = meter.advance(97.2)
    assert record.endswith(b";\r\n")
    assert reading(record).power_w == 97.2
    meter.receive(b"\x18#L,R,0;")
    assert meter.advance(97.2) == b""


def test_a_command_may_come_in_pieces_and_control_x_drops_one_that_is_incomplete(
    meter: VirtualWattsUpPro,
) -> None:
    assert meter.receive(b"#V,R") + meter.receive(b",0;") == VERSION
    assert meter.receive(b"#S,W,2,1") + meter.receive(b"\x18#V,R,0;") == VERSION


def test_record_holds_plausible_companions_of_the_power(meter: VirtualWattsUpPro) -> None:
    meter.receive(b"#L,W,3,E,,1;")
    found = reading(meter.advance(97.2))
    assert found.voltage_v == pytest.approx(230, abs=2)
    assert found.frequency_hz == pytest.approx(50.0, abs=0.1)
    assert found.current_a is not None
    assert found.power_factor is not None
    apparent_va = found.voltage_v * found.current_a if found.voltage_v else 0.0
    assert apparent_va * found.power_factor == pytest.approx(97.2, rel=0.01)


def test_no_load_reads_zero_with_power_factor_one_as_in_a_real_capture(meter: VirtualWattsUpPro) -> None:
    meter.receive(b"#L,W,3,E,,1;")
    found = reading(meter.advance(0.0))
    assert (found.power_w, found.current_a, found.power_factor) == (0.0, 0.0, 1.0)


def test_energy_adds_up_in_tenths_of_a_watt_hour_until_it_is_cleared(meter: VirtualWattsUpPro) -> None:
    meter.receive(b"#L,W,3,E,,1;")
    for _ in range(3600):
        record = meter.advance(1.5)
    assert reading(record).energy_wh == 1.5
    meter.receive(b"#R,W,0;")
    assert reading(meter.advance(1.5)).energy_wh == 0.0


def test_unchosen_fields_are_underscores(meter: VirtualWattsUpPro) -> None:
    meter.receive(b"#C,W,18,1,1,1,1,0,0,0,1,0,0,0,0,0,1,0,0,0,0;")
    meter.receive(b"#L,W,3,E,,1;")
    reply = parse_reply(meter.advance(12.4).strip())
    assert reply is not None
    assert [n for n, value in enumerate(reply[1]) if value != "_"] == [0, 1, 2, 3, 7, 13]


def test_dump_gives_what_was_logged_inside(meter: VirtualWattsUpPro) -> None:
    for power_w in (10.0, 20.0):
        meter.advance(power_w)
    head, *records, end = meter.receive(b"#D,R,0;").split(b"\r\n")[:-1]
    assert (head, end) == (b"#n,-,3,0,1,2;", b"#l,-,2,0,1;")
    assert [reading(record).power_w for record in records] == [10.0, 20.0]


def test_full_memory_stops_wraps_or_condenses(meter: VirtualWattsUpPro) -> None:
    for policy, count, state in ((0, 1811, b"1,0"), (1, 1811, b"1,1"), (2, 906 + 1, b"2,1")):
        meter.receive(b"#V,W,0;#O,W,1,%d;" % policy)
        for _ in range(1812):
            meter.advance(5.0)
        assert meter.receive(b"#S,R,0;") == b"#s,-,3,0," + state + b";\r\n"
        assert meter.receive(b"#D,R,0;").split(b";")[0].split(b",")[-1] == b"%d" % count


def test_its_gain_and_offset_errors_are_in_the_indication() -> None:
    meter = VirtualWattsUpPro(InstrumentErrors(gain_error_pct=1.0, offset_w=0.5), seed=0)
    meter.receive(b"#L,W,3,E,,1;")
    assert reading(meter.advance(100.0)).power_w == 101.5


@pytest.mark.parametrize("kind", ["garbage", "torn", "silence", "unplug", "stall"])
def test_a_faulty_record_has_no_watts(meter: VirtualWattsUpPro, kind: str) -> None:
    meter.receive(b"#L,W,3,E,,1;")
    faults = Faults((Fault(kind, 0.0, 1.0),), seed=3)
    on_wire = faults.on_wire(meter.advance(97.2), 50.0, meter)[1]
    found = parse_piece(on_wire.strip(), 0.0) if on_wire else None
    assert found is None or found.power_w is None


def test_a_meter_without_data_says_an_underscore(meter: VirtualWattsUpPro) -> None:
    meter.receive(b"#L,W,3,E,,1;")
    meter.fault = "sentinel"
    found = reading(meter.advance(97.2))
    assert (found.power_w, found.flag) == (None, "nodata")


def test_faults_begin_and_end_with_the_records_of_their_seconds(meter: VirtualWattsUpPro) -> None:
    meter.receive(b"#L,W,3,E,,1;")
    faults = Faults((Fault.parse("stall@1+2"), Fault.parse("duplicate@4+1")), seed=3)
    sent = [faults.on_wire(meter.advance(97.2), 50.0 + second, meter)[1].count(b";") for second in range(6)]
    assert sent == [1, 0, 0, 3, 2, 1]


@pytest.mark.parametrize("text", ["silence", "silence@3", "fire@1+2", "silence@-1+2", "silence@1+x"])
def test_a_fault_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ConfigurationError, match=r"KIND@START\+DURATION"):
        Fault.parse(text)
