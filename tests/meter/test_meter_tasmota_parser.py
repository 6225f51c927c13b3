"""The Tasmota driver: versions of the status, several phases, passwords, what must never be watts."""

import json
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from meter_http_devices import ANY_JSON, damaged, device

from meter.drivers.tasmota import Tasmota, parse_status
from records.errors import DeviceError
from records.meter import Identity, Reading

# A plug's answer to `Status 8`, as a user of one published it.
PLUG = (
    b'{"StatusSNS":{"Time":"2022-08-19T16:00:25","ENERGY":{"TotalStartTime":"2022-08-19T11:52:13",'
    b'"Total":6.04,"Yesterday":0,"Today":6.04,"Power":20,"ApparentPower":26,"ReactivePower":18,'
    b'"Factor":0.74,"Voltage":234,"Current":0.111}}}'
)
# The form of old versions, as a parser for a home automation system quotes it.
OLD = (
    b'{"StatusPWR":{"Total":0.520,"Yesterday":0.100,"Today":0.320,"Power":27,"Factor":0.94,'
    b'"Voltage":234,"Current":0.122}}'
)
WITHOUT = b'{"StatusSNS":{"Time":"2018-02-15T01:00:50","Switch1":"OFF"}}'
WARNING = b'{"WARNING":"Need user=<username>&password=<password>"}'
ABOUT = {
    "/cm?cmnd=Status%202": b'{"StatusFWR":{"Version":"12.1.1(tasmota)","Hardware":"ESP8266EX"}}',
    "/cm?cmnd=Status%205": b'{"StatusNET":{"Hostname":"plug","Mac":"2C:3A:E8:00:00:02"}}',
}


def energy(**values: Any) -> bytes:
    return json.dumps({"StatusSNS": {"Time": "2026-01-01T00:00:00", "ENERGY": values}}).encode()


def test_a_plug_is_read_with_its_energy_in_watt_hours() -> None:
    assert parse_status(PLUG, 7.0) == Reading(
        7.0, 20.0, voltage_v=234.0, current_a=0.111, power_factor=0.74, energy_wh=6040.0
    )


def test_an_old_version_is_read() -> None:
    reading = parse_status(OLD, 7.0)
    assert (reading.power_w, reading.energy_wh) == (27.0, 520.0)


def test_decimals_that_were_asked_for_are_kept() -> None:
    assert parse_status(PLUG.replace(b'"Power":20', b'"Power":19.873'), 7.0).power_w == 19.873


def test_the_powers_of_several_phases_are_added_up() -> None:
    body = energy(
        Power=[100, 20.5, 3], Voltage=[230, 231, 229], Current=[0.5, 0.1, 0.25], Total=[1.5, 1, 0.5]
    )
    assert parse_status(body, 7.0) == Reading(7.0, 123.5, current_a=0.85, energy_wh=3000.0)


@pytest.mark.parametrize("power", [[], [1, None], [1, "2"], [1, [2]], [True], [1e308, 1e308]])
def test_a_phase_that_is_no_number_makes_the_sum_malformed(power: list[object]) -> None:
    assert parse_status(energy(Power=power), 7.0) == Reading(7.0, None, "malformed")


@pytest.mark.parametrize("body", [WITHOUT, energy(Voltage=230), energy(Power=None)])
def test_a_status_without_power_has_no_data(body: bytes) -> None:
    assert parse_status(body, 7.0) == Reading(7.0, None, "nodata")


@pytest.mark.parametrize("body", [WARNING, b'{"Command":"Unknown"}', b"97", b"", energy(Power="20")])
def test_what_is_no_status_is_malformed(body: bytes) -> None:
    assert parse_status(body, 7.0) == Reading(7.0, None, "malformed")


@given(damaged(PLUG))
def test_a_damaged_status_has_the_right_power_or_none(body: bytes) -> None:
    reading = parse_status(body, 7.0)
    assert (reading.power_w, reading.flag) in [(20.0, ""), (None, "malformed"), (None, "nodata")]


@given(ANY_JSON)
def test_another_document_has_no_power(found: object) -> None:
    assert parse_status(json.dumps(found).encode(), 7.0).power_w is None
    assert parse_status(json.dumps({"StatusSNS": found, "StatusPWR": found}).encode(), 7.0).power_w is None


@given(st.integers(min_value=0, max_value=len(PLUG) - 1))
def test_a_torn_status_is_malformed(length: int) -> None:
    assert parse_status(PLUG[:length], 7.0).flag == "malformed"


@pytest.mark.parametrize(
    "answers",
    [
        {"/cm?cmnd=Status%208": PLUG},
        {"/cm?cmnd=Status%208": WITHOUT, "/cm?cmnd=Status%2010": PLUG},
    ],
)
def test_the_driver_finds_the_status_that_has_the_energy(answers: dict[str, bytes]) -> None:
    with device({**answers, **ABOUT}) as port, Tasmota() as meter:
        meter.open(port, 1.0)
        assert meter.identify() == Identity(
            maker="Tasmota",
            model="Tasmota plug",
            serial="2C:3A:E8:00:00:02",
            firmware="12.1.1(tasmota), ESP8266EX",
        )
        reading = meter.ask()
    assert reading is not None
    assert reading.power_w == 20.0


def test_what_a_device_does_not_tell_of_itself_stays_empty() -> None:
    with device({"/cm?cmnd=Status%208": PLUG}) as port, Tasmota() as meter:
        meter.open(port, 1.0)
        assert meter.identify() == Identity(maker="Tasmota", model="Tasmota plug")


def test_a_device_without_energy_meter_is_refused() -> None:
    answers = {"/cm?cmnd=Status%208": WITHOUT, "/cm?cmnd=Status%2010": WITHOUT}
    with device(answers) as port, Tasmota() as meter:
        meter.open(port, 1.0)
        with pytest.raises(
            DeviceError, match=r"expected a Tasmota plug that meters .* has StatusSNS without it"
        ):
            meter.identify()


def with_password(request: BaseHTTPRequestHandler) -> tuple[int, dict[str, str], bytes]:
    asked = parse_qs(urlsplit(request.path).query)
    if (asked.get("user"), asked.get("password")) != (["admin"], ["a&b c"]):
        return 200, {}, WARNING
    return 200, {}, PLUG if asked["cmnd"] == ["Status 8"] else b"{}"


def test_a_device_that_wants_a_password_is_refused_with_where_to_write_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("NETRC", str(tmp_path / "absent"))
    with device(with_password) as port, Tasmota() as meter:
        meter.open(port, 1.0)
        with pytest.raises(DeviceError, match="wants user and password, and the netrc file has none for it"):
            meter.identify()


def test_a_password_is_sent_with_each_question_and_never_reaches_the_tap(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "netrc").write_text('machine 127.0.0.1 login admin password "a&b c"\n')
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    heard = b""

    def tap(t_utc_s: float, direction: str, data: bytes) -> None:
        nonlocal heard
        heard += data

    with device(with_password) as port, Tasmota() as meter:
        meter.tap = tap
        meter.open(port, 1.0)
        meter.identify()
        reading = meter.ask()
    assert reading is not None
    assert reading.power_w == 20.0
    assert b"GET /cm?cmnd=Status%208\r\n" in heard
    assert b"a&b c" not in heard
    assert b"password" not in heard
