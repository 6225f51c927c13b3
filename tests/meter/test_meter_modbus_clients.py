"""The virtual Modbus meters, asked by programs of others: minimalmodbus and mbpoll."""

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator

import minimalmodbus
import pytest
from meter_processes import Child, wait_for

WATTS = 97.2
Twin = Callable[[str], str]


@pytest.fixture
def modbus_twin(start: Callable[..., Child]) -> Twin:
    """Start a virtual meter with a constant power; return its port."""

    def begin(name: str) -> str:
        child = start("meter.virtual", name, "--watts", WATTS)
        wait_for(lambda: "\n" in child.stdout.read_text() or child.process.poll() is not None, "a port")
        return child.stdout.read_text().strip()

    return begin


@pytest.fixture
def client() -> Iterator[Callable[[str, int], minimalmodbus.Instrument]]:
    """Open a minimalmodbus client once the meter has started up."""
    opened: list[minimalmodbus.Instrument] = []

    def begin(port: str, address: int) -> minimalmodbus.Instrument:
        instrument = minimalmodbus.Instrument(port, address)
        instrument.serial.baudrate = 9600
        instrument.serial.timeout = 0.5
        opened.append(instrument)
        wait_for(lambda: answers(instrument), "the first measurement")
        return instrument

    yield begin
    for instrument in opened:
        instrument.serial.close()


def answers(instrument: minimalmodbus.Instrument) -> bool:
    try:
        instrument.read_register(0, functioncode=4)
    except minimalmodbus.NoResponseError:
        return False
    except minimalmodbus.SlaveReportedException:
        return True
    return True


Client = Callable[[str, int], minimalmodbus.Instrument]


@pytest.mark.parametrize(("name", "total"), [("eastron_sdm120", 0x0C), ("eastron_sdm630", 0x34)])
def test_minimalmodbus_reads_floats_and_settings_of_an_sdm(
    modbus_twin: Twin, client: Client, name: str, total: int
) -> None:
    meter = client(modbus_twin(name), 1)
    assert meter.read_float(total, functioncode=4) == pytest.approx(WATTS)
    assert meter.read_float(0x00, functioncode=4) == pytest.approx(230, abs=2)
    assert meter.read_float(0x46, functioncode=4) == pytest.approx(50, abs=0.2)
    assert meter.read_float(0x14, functioncode=3) == 1.0
    meter.write_float(0x12, 1.0)
    assert meter.read_float(0x12, functioncode=3) == 1.0
    with pytest.raises(minimalmodbus.IllegalRequestError):
        meter.read_float(0x7000, functioncode=4)
    with pytest.raises(minimalmodbus.IllegalRequestError):
        meter.read_bit(0, functioncode=1)


def test_minimalmodbus_reads_and_sets_a_pzem(modbus_twin: Twin, client: Client) -> None:
    port = modbus_twin("peacefair_pzem004t")
    meter = client(port, 0xF8)
    order = minimalmodbus.BYTEORDER_LITTLE_SWAP
    assert meter.read_long(3, functioncode=4, byteorder=order) == 972
    assert meter.read_register(0, 1, functioncode=4) == pytest.approx(230, abs=2)
    assert meter.read_register(9, functioncode=4) == 0
    meter.write_register(1, 50, functioncode=6)  # the alarm's threshold, below the load
    assert meter.read_register(9, functioncode=4) == 0xFFFF
    meter.write_register(2, 7, functioncode=6)
    meter.address = 7
    assert meter.read_register(2, functioncode=3) == 7


def test_minimalmodbus_reads_a_umg604(modbus_twin: Twin, client: Client) -> None:
    meter = client(modbus_twin("janitza_umg604"), 1)
    assert meter.read_float(19026, functioncode=3) == pytest.approx(WATTS)
    assert meter.read_float(19050, functioncode=3) == pytest.approx(50, abs=0.2)


def test_minimalmodbus_reads_an_em24_block_by_block(modbus_twin: Twin, client: Client) -> None:
    meter = client(modbus_twin("carlogavazzi_em24"), 1)
    order = minimalmodbus.BYTEORDER_LITTLE_SWAP
    assert meter.read_long(0x28, functioncode=4, signed=True, byteorder=order) == 972
    assert meter.read_long(0x28, functioncode=3, signed=True, byteorder=order) == 972
    assert meter.read_register(0x0B, functioncode=4) == 1650
    with pytest.raises(minimalmodbus.IllegalRequestError):
        meter.read_registers(0x32, 6, functioncode=4)  # across the gap at 0x36


def test_minimalmodbus_reads_a_we514(modbus_twin: Twin, client: Client) -> None:
    meter = client(modbus_twin("orno_we514"), 1)
    assert meter.read_long(0x140, functioncode=3, signed=True) == 97
    assert meter.read_register(0x131, 2, functioncode=3) == pytest.approx(230, abs=2)


@pytest.mark.parametrize(
    ("name", "address", "kind", "reference", "expected"),
    [
        ("eastron_sdm120", 1, ["-t", "3:float", "-B"], 0x0C, 97.2),
        ("eastron_sdm630", 1, ["-t", "3:float", "-B"], 0x34, 97.2),
        ("janitza_umg604", 1, ["-t", "4:float", "-B"], 19026, 97.2),
        ("peacefair_pzem004t", 1, ["-t", "3:int"], 3, 972),
        ("carlogavazzi_em24", 1, ["-t", "3:int"], 0x28, 972),
        ("orno_we514", 1, ["-t", "4:int", "-B"], 0x140, 97),
    ],
)
def test_mbpoll_reads_the_power(
    modbus_twin: Twin, name: str, address: int, kind: list[str], reference: int, expected: float
) -> None:
    program = shutil.which("mbpoll")
    if program is None:
        pytest.skip("mbpoll is not installed (apt-get install mbpoll)")
    port = modbus_twin(name)
    line = f"-m rtu -a {address} -b 9600 -P none -0 -r {reference} -c 1 -1".split()
    shown: list[float] = []

    def reads() -> bool:
        done = subprocess.run([program, *line, *kind, port], capture_output=True, text=True, check=False)
        shown.extend(float(value) for value in re.findall(r"^\[\d+\]:\s+(\S+)", done.stdout, re.MULTILINE))
        return bool(shown)

    wait_for(reads, "the first measurement")
    assert shown == [pytest.approx(expected)]
