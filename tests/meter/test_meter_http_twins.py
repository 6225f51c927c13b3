"""The virtual plugs: as foreign HTTP clients see them, and as our drivers read them."""

import http.client
import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from meter_processes import Child, wait_for

from meter.recording.session import MeterSession
from meter.registry import create
from meter.virtual.http import VirtualHttp
from meter.virtual.instrument import InstrumentErrors
from meter.virtual.twins import twin_class

PLUGS = ("gude", "netio", "shelly", "tasmota")
READINGS = {
    "gude": "/status.json?components=16384",
    "netio": "/netio.json",
    "shelly": "/rpc/Switch.GetStatus?id=0",
    "tasmota": "/cm?cmnd=Status%208",
}


@pytest.fixture
def plug(start: Callable[..., Child]) -> Iterator[Callable[[str], str]]:
    """Start a virtual plug with 97.2 W; return its address."""

    def begin(name: str) -> str:
        child = start("meter.virtual", name, "--watts", 97.2)
        wait_for(lambda: "\n" in child.stdout.read_text(), "a port")
        return child.stdout.read_text().strip()

    return begin


def power_in(name: str, document: dict[str, Any]) -> float:
    """Return the power where the public clients of the device look for it."""
    match name:
        case "gude":  # the Green Metrics Tool reads exactly this place
            found = document["sensor_values"][0]["values"][0][4]["v"]
        case "netio":
            found = document["Outputs"][0]["Load"]
        case "shelly":
            found = document["apower"]
        case _:
            found = document["StatusSNS"]["ENERGY"]["Power"]
    return float(found)


def awake(name: str) -> VirtualHttp:
    """Return an instrument that has measured once."""
    twin = twin_class(name)(InstrumentErrors(), 1)
    assert isinstance(twin, VirtualHttp)
    twin.advance(97.2)
    return twin


def get(target: str, *headers: str) -> bytes:
    return "\r\n".join((f"GET {target} HTTP/1.1", "Host: plug", *headers, "", "")).encode()


@pytest.mark.parametrize("name", PLUGS)
def test_foreign_clients_read_a_virtual_plug(name: str, plug: Callable[[str], str]) -> None:
    port = plug(name)
    with urllib.request.urlopen(port + READINGS[name], timeout=5.0) as answer:
        assert answer.headers["Content-Type"] == "application/json"
        assert power_in(name, json.load(answer)) == pytest.approx(97.2, abs=0.5)
    with httpx.Client() as client:  # one connection for all its questions
        for _ in range(3):
            found = client.get(port + READINGS[name]).raise_for_status()
            assert power_in(name, found.json()) == pytest.approx(97.2, abs=0.5)
        assert client.get(port + "/no/such/path").status_code == 404
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(port + "/no/such/path", timeout=5.0)


@pytest.mark.parametrize("name", PLUGS)
def test_a_driver_reads_its_virtual_plug(name: str, plug: Callable[[str], str]) -> None:
    with MeterSession(create(name), plug(name), 1.0) as session:
        assert session.simulated
        assert session.identity.serial
        reading = next(session.readings(lambda: False))
    assert reading.flag == ""
    assert reading.power_w == pytest.approx(97.2, abs=session.meter.spec.resolution_w)
    assert reading.voltage_v == pytest.approx(230, abs=2)
    assert reading.current_a == pytest.approx(0.44, abs=0.05)


def test_a_shelly_is_called_remotely_too(plug: Callable[[str], str]) -> None:
    port = plug("shelly")
    call = {"id": 1, "method": "Switch.GetStatus", "params": {"id": 0}}
    answer = httpx.post(port + "/rpc", json=call).json()
    assert answer["id"] == 1
    assert answer["result"]["apower"] == 97.2
    refused = httpx.post(port + "/rpc", json={"id": 2, "method": "Switch.Fly"}).json()
    assert refused["error"]["code"] == 404
    assert httpx.get(port + "/rpc/Switch.Fly").json() == {"code": 404, "message": "No handler for Switch.Fly"}


def test_tasmota_answers_in_chunks_as_its_firmware_does(plug: Callable[[str], str]) -> None:
    address = urllib.parse.urlsplit(plug("tasmota"))
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=5.0)
    connection.request("GET", "/cm?cmnd=sTaTuS%202")
    answer = connection.getresponse()
    assert answer.getheader("Transfer-Encoding") == "chunked"
    assert json.loads(answer.read())["StatusFWR"]["Version"] == "13.1.0(tasmota)"
    connection.close()


def test_tasmota_does_not_know_every_command() -> None:
    assert b'{"Command":"Unknown"}' in awake("tasmota").receive(get("/cm?cmnd=Dance"))


def test_a_gude_tells_what_is_asked_for() -> None:
    twin = awake("gude")

    def keys(mask: int) -> set[str]:
        answer = twin.receive(get(f"/status.json?components={mask}"))
        return set(json.loads(answer.partition(b"\r\n\r\n")[2]))

    assert keys(0x4000) == {"sensor_values"}
    assert keys(0x14000) == {"sensor_values", "sensor_descr"}
    assert keys(0x1) == {"outputs"}
    assert keys(0) == set()


@given(st.lists(st.integers(min_value=1, max_value=40), max_size=10), st.sampled_from(PLUGS))
def test_a_question_is_answered_however_it_is_cut(cuts: list[int], name: str) -> None:
    question = get(READINGS[name])
    twin, answers, place = awake(name), b"", 0
    for length in [*cuts, len(question)]:
        part = question[place : place + length]
        place += length
        if part:
            answers += twin.receive(part)
    assert answers == awake(name).receive(question)
    assert answers.startswith(b"HTTP/1.1 200 OK\r\n")


@given(st.binary(min_size=1, max_size=80), st.sampled_from(PLUGS))
def test_after_nonsense_a_new_client_is_served(nonsense: bytes, name: str) -> None:
    twin = awake(name)
    twin.receive(nonsense)
    twin.connected()
    assert twin.receive(get(READINGS[name])).startswith(b"HTTP/1.1 200 OK\r\n")


def test_what_is_no_http_is_a_bad_request() -> None:
    assert awake("netio").receive(b"#L,R,0;\r\n\r\n").startswith(b"HTTP/1.1 400 Bad Request\r\n")


def test_a_plug_that_was_just_switched_on_answers_when_it_has_measured() -> None:
    twin = twin_class("netio")(InstrumentErrors(), 1)
    assert twin.receive(get("/netio.json")) == b""
    assert b'"Load":97,' in twin.advance(97.2)
    assert twin.advance(97.2) == b""


def test_only_readings_are_counted_as_readings() -> None:
    twin = awake("shelly")
    twin.receive(get("/shelly"))
    assert twin.readings_sent == 0
    twin.receive(get("/rpc/Switch.GetStatus?id=0") + get("/rpc/Switch.GetStatus?id=0"))
    assert twin.readings_sent == 2
