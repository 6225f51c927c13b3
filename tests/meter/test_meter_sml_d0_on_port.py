"""Smart meters on pseudo-terminals: our drivers and twins with programs of others at the other end."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from iec62056_21 import messages
from iec62056_21.client import Iec6205621Client
from meter_processes import Child, wait_for
from sml.asyncio import SmlProtocol

from meter.drivers.iec62056_d0 import IEC62056D0
from meter.drivers.sml import SML
from meter.virtual.instrument import InstrumentErrors
from meter.virtual.twins.sml import VirtualSML
from records.errors import DeviceError

CAPTURES = os.environ.get("WATTLAB_SML_CAPTURES", "")
TELEGRAM = b"/EMH4\\@01LZQJL0013F\r\n\r\n1-0:0.0.0*255(20000000)\r\n1-0:16.7.0*255(000168.00*W)\r\n!\r\n"


@pytest.fixture
def twin_of(start: Callable[..., Child]) -> Callable[..., str]:
    """Start the virtual twin of a driver; return its port."""

    def begin(driver: str, *arguments: object) -> str:
        child = start("meter.virtual", driver, *arguments)
        wait_for(lambda: "\n" in child.stdout.read_text() or child.process.poll() is not None, "a port")
        return child.stdout.read_text().strip()

    return begin


def lab_reads(driver: str, port: str, *options: str) -> dict[str, object]:
    """Run ``lab meter read``; return what it prints."""
    command = [sys.executable, "-m", "lab", "meter", "read", "--driver", driver, "--port", port, "--json"]
    pairs = [word for option in options for word in ("--option", option)]
    ended = subprocess.run([*command, *pairs], capture_output=True, text=True, timeout=40.0, check=False)
    assert ended.returncode == 0, ended.stderr
    found: dict[str, object] = json.loads(ended.stdout)
    return found


def test_the_client_pysml_reads_our_twin(twin_of: Callable[..., str]) -> None:
    port = twin_of("sml", "--watts", 97.2)
    bodies: list[dict[str, object]] = []

    async def listen() -> None:
        client = SmlProtocol(port)
        client.add_listener(bodies.append, ["SmlGetListResponse"])
        await client.connect()
        for _ in range(80):
            await asyncio.sleep(0.1)
            if bodies:
                break
        await client._impl._disconnect()

    asyncio.run(listen())
    values = {value["objName"]: value for value in bodies[0]["valList"]}  # type: ignore[attr-defined]
    assert values["1-0:16.7.0*255"]["value"] == 97.2
    assert values["1-0:16.7.0*255"]["unit"] == "W"


def test_the_client_iec62056_21_reads_our_twin(twin_of: Callable[..., str]) -> None:
    port = twin_of("iec62056_d0", "--watts", 97.2)
    assert lab_reads("iec62056_d0", port)["power_w"] == 97.2
    client = Iec6205621Client.with_serial_transport(port)
    client.connect()
    first = client.transport.port
    try:
        readout = client.standard_readout()
        assert (client.manufacturer_id, client.switchover_baudrate) == ("LAB", 9600)
        values = {found.address: (found.value, found.unit) for found in readout.data if found.address}
        assert float(values["16.7"][0]) == 0.0972
        assert values["16.7"][1] == "kW"
    finally:
        client.disconnect()
        first.close()  # it opens the port a second time and forgets the first


def test_our_driver_reads_a_meter_made_of_another_programs_messages(
    answering_port: Callable[..., str],
) -> None:
    """All that the meter says is written, and all that it hears is read, by iec62056-21."""
    heard: list[bytes] = []

    def answer(data: bytes) -> bytes:
        heard.append(data)
        if data.startswith(b"/?"):
            assert messages.RequestMessage.from_bytes(data).device_address == "12345678"
            return messages.IdentificationMessage("2ZMD3104100.B32", "LGZ", "5").to_bytes()
        asked = messages.AckOptionSelectMessage.from_bytes(data)
        assert (asked.baud_char, asked.mode_char) == ("5", "0")
        lines = [("0.0.0", "12345678", None), ("16.7", "0.542", "kW"), ("1.8.0", "001234.567", "kWh")]
        block = messages.DataBlock(
            [messages.DataLine([messages.DataSet(address, value, unit)]) for address, value, unit in lines]
        )
        sent: bytes = messages.ReadoutDataMessage(block).to_bytes()
        return sent

    port = answering_port(answer=answer)
    with IEC62056D0({"address": "12345678"}) as meter:
        meter.open(port, 2.0)
        identity = meter.identify()
        assert (identity.maker, identity.model, identity.serial) == ("LGZ", "ZMD3104100.B32", "12345678")
        meter.start()
        reading = meter.read(10.0)
    assert reading is not None
    assert (reading.power_w, reading.energy_wh, reading.flag) == (542.0, 1234567.0, "")
    assert heard[:2] == [b"/?12345678!\r\n", bytes.fromhex("063035300D0A")]


def test_readings_of_the_twin_are_new_sign_ons(twin_of: Callable[..., str]) -> None:
    with IEC62056D0() as meter:
        meter.open(twin_of("iec62056_d0", "--watts", 97.2), 2.0)
        assert meter.identify().maker == "LAB"
        meter.start()
        readings = [meter.read(10.0) for _ in range(2)]
    assert [found.power_w for found in readings if found is not None] == [97.2, 97.2]


def test_a_meter_at_another_address_does_not_answer(twin_of: Callable[..., str]) -> None:
    with IEC62056D0({"address": "2"}) as meter:
        meter.open(twin_of("iec62056_d0", "--watts", 97.2), 2.0)
        with pytest.raises(DeviceError, match="nothing answered"):
            meter.identify()


def test_the_command_line_reads_a_pushing_meter(answering_port: Callable[..., str]) -> None:
    found = lab_reads("iec62056_d0", answering_port(pushed=TELEGRAM), "mode=push")
    assert (found["power_w"], found["flag"], found["simulated"]) == (168.0, "", True)


def test_a_meter_that_pushes_something_else_is_refused(answering_port: Callable[..., str]) -> None:
    with IEC62056D0({"mode": "push"}) as meter:
        meter.open(answering_port(pushed=VirtualSML(InstrumentErrors(), 1).advance(97.2)), 2.0)
        with pytest.raises(DeviceError, match=r"expected a IEC 62056-21 meter \(telegrams from"):
            meter.identify()


def test_a_meter_without_its_pin_is_refused_with_what_to_do(answering_port: Callable[..., str]) -> None:
    twin = VirtualSML(InstrumentErrors(), seed=1)
    twin.fault = "sentinel"
    with SML() as meter:
        meter.open(answering_port(pushed=twin.advance(97.2)), 1.0)
        with pytest.raises(DeviceError, match="PIN"):
            meter.identify()


@pytest.mark.skipif(not CAPTURES, reason="WATTLAB_SML_CAPTURES names no folder with libsml-testing")
@pytest.mark.parametrize(
    ("capture", "powers_w"),
    [
        ("ISKRA_MT175_eHZ.bin", (168.0, 169.0, 170.0, 171.0, 173.0)),
        ("ISKRA_MT631-D1A52-K0z-H01_with_PIN.bin", (193.0, 194.0)),
        ("ITRON_OpenWay-3.HZ_with_PIN.bin", (542.0,)),
        ("DZG_DVS-7412.2_jmberg.bin", (356.24,)),  # the one with the lost sign
    ],
)
def test_the_command_line_reads_captures_of_real_meters(
    answering_port: Callable[..., str], capture: str, powers_w: tuple[float, ...]
) -> None:
    found = lab_reads("sml", answering_port(pushed=(Path(CAPTURES) / capture).read_bytes()))
    assert found["power_w"] in powers_w
