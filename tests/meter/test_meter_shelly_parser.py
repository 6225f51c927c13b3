"""The Shelly driver: both protocols, errors, the digest scheme, what must never be watts."""

import hashlib
import json
import re
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from meter_http_devices import ANY_JSON, damaged, device

from meter.drivers.shelly import SECOND_GENERATION, Shelly, parse_component, parse_meter
from records.errors import ConfigurationError, DeviceError
from records.meter import Identity, Reading

SWITCH, PM1, EM1 = SECOND_GENERATION

# Answers as public clients of these devices hold them as test data; the addresses are ours.
PLUG_S = json.dumps(
    {"power": 95.55, "overpower": 0, "is_valid": True, "timestamp": 1684923780}
    | {"counters": [107.304, 90.008, 86.23], "total": 2893636}
).encode()
ABOUT_PLUG_S = json.dumps(
    {"type": "SHPLG-S", "mac": "7C87CE000001", "auth": False, "fw": "20230503-101129/v1.13.0-g9aed950"}
    | {"discoverable": True, "longid": 1, "num_outputs": 1, "num_meters": 1}
).encode()
STATUS: dict[str, Any] = {
    "id": 0,
    "source": "HTTP",
    "output": True,
    "apower": 57.4,
    "voltage": 231.0,
    "freq": 50.0,
    "current": 0.3,
    "pf": 0.83,
    "aenergy": {"total": 4120.351, "by_minute": [0.0, 0.0, 0.0], "minute_ts": 1684838501},
    "temperature": {"tC": 27.7, "tF": 81.9},
}
# From an issue of a public client: an energy meter without switch.
CLAMP = {
    "id": 1,
    "current": 2.598,
    "voltage": 234.9,
    "act_power": 501.8,
    "aprt_power": 612.4,
    "pf": 0.84,
    "freq": 50,
}
BODY = json.dumps(STATUS).encode()


def about(generation: int, app: str = "PlusPlugS", auth: bool = False) -> bytes:
    return json.dumps(
        {"name": None, "id": "shellyplusplugs-80646f000002", "mac": "80646F000002", "model": "SNPL-00112EU"}
        | {"gen": generation, "ver": "0.14.4", "app": app, "auth_en": auth}
    ).encode()


def status(**changes: Any) -> Reading:
    return parse_component(json.dumps({**STATUS, **changes}).encode(), 7.0, SWITCH, 0)


def test_a_first_generation_plug_counts_watt_minutes() -> None:
    assert parse_meter(PLUG_S, 7.0) == Reading(7.0, 95.55, energy_wh=pytest.approx(2893636 / 60))


@pytest.mark.parametrize(
    ("before", "after", "flag"),
    [
        (b'"is_valid": true', b'"is_valid": false', "nodata"),
        (b'"is_valid": true', b'"is_valid": "true"', "nodata"),
        (b'"overpower": 0', b'"overpower": 2512.3', "overrange"),
        (b'"power": 95.55', b'"power": "95.55"', "malformed"),
        (b'"power": 95.55', b'"power": null', "malformed"),
        (b'"power": 95.55', b'"energy": 95.55', "malformed"),
        (b'"power": 95.55', b'"power": NaN', "malformed"),
        (b'"power": 95.55', b'"power": 1e999', "malformed"),
        (b'"power": 95.55', b'"power": true', "malformed"),
    ],
)
def test_a_first_generation_value_that_is_none_has_no_watts(before: bytes, after: bytes, flag: str) -> None:
    assert parse_meter(PLUG_S.replace(before, after), 7.0) == Reading(7.0, None, flag)


def test_a_second_generation_switch_is_read() -> None:
    assert parse_component(BODY, 7.0, SWITCH, 0) == Reading(
        7.0,
        57.4,
        voltage_v=231.0,
        current_a=0.3,
        power_factor=0.83,
        frequency_hz=50.0,
        energy_wh=4120.351,
    )


def test_a_meter_without_switch_is_read() -> None:
    reading = parse_component(json.dumps(CLAMP).encode(), 7.0, EM1, 1)
    assert (reading.power_w, reading.voltage_v, reading.power_factor) == (501.8, 234.9, 0.84)


def test_power_that_flows_back_is_negative() -> None:
    assert status(apower=-12.5).power_w == -12.5


def test_an_empty_list_of_errors_is_no_error() -> None:
    assert status(errors=[]).power_w == 57.4


@pytest.mark.parametrize(
    ("errors", "flag"),
    [
        (["overpower"], "overrange"),
        (["overtemp", "overvoltage"], "overrange"),
        (["power_meter_failure"], "nodata"),
        (["something_new"], "nodata"),
        ("overpower", "nodata"),
        ([7], "nodata"),
    ],
)
def test_a_reported_error_has_no_watts(errors: object, flag: str) -> None:
    assert status(errors=errors, apower=0.0) == Reading(7.0, None, flag)


def test_a_switch_that_does_not_meter_has_no_data_and_not_zero_watts() -> None:
    assert status(apower=None) == Reading(7.0, None, "nodata")
    without = {name: value for name, value in STATUS.items() if name != "apower"}
    assert parse_component(json.dumps(without).encode(), 7.0, SWITCH, 0) == Reading(7.0, None, "nodata")


def test_the_answer_of_another_component_is_malformed() -> None:
    assert status(id=1) == Reading(7.0, None, "malformed")


@given(damaged(BODY))
def test_a_damaged_status_has_the_right_power_or_none(body: bytes) -> None:
    reading = parse_component(body, 7.0, SWITCH, 0)
    assert (reading.power_w, reading.flag) in [(57.4, ""), (None, "malformed"), (None, "nodata")]


@given(damaged(PLUG_S))
def test_a_damaged_first_generation_answer_has_the_right_power_or_none(body: bytes) -> None:
    reading = parse_meter(body, 7.0)
    assert reading.power_w in (95.55, None)
    assert (reading.power_w is None) == bool(reading.flag)


@given(ANY_JSON)
def test_another_document_has_no_power(found: object) -> None:
    body = json.dumps(found).encode()
    assert parse_meter(body, 7.0).power_w is None
    assert parse_component(body, 7.0, SWITCH, 0).power_w is None


@given(st.integers(min_value=0, max_value=len(BODY) - 1))
def test_a_torn_status_is_malformed(length: int) -> None:
    assert parse_component(BODY[:length], 7.0, SWITCH, 0).flag == "malformed"


def test_the_driver_reads_a_first_generation_plug() -> None:
    with device({"/shelly": ABOUT_PLUG_S, "/meter/0": PLUG_S}) as port, Shelly() as meter:
        meter.open(port, 1.0)
        assert meter.identify() == Identity(
            maker="Shelly",
            model="Shelly SHPLG-S",
            serial="7C87CE000001",
            firmware="20230503-101129/v1.13.0-g9aed950",
        )
        reading = meter.ask()
    assert reading is not None
    assert reading.power_w == 95.55


@pytest.mark.parametrize(
    ("target", "found", "options", "expected_w"),
    [
        ("/rpc/Switch.GetStatus?id=0", STATUS, {}, 57.4),
        ("/rpc/PM1.GetStatus?id=0", STATUS, {}, 57.4),
        ("/rpc/EM1.GetStatus?id=1", CLAMP, {"id": 1}, 501.8),
        ("/rpc/EM1.GetStatus?id=1", CLAMP, {"id": "1", "component": "em1"}, 501.8),
    ],
)
def test_the_driver_finds_the_component_that_meters(
    target: str, found: object, options: dict[str, object], expected_w: float
) -> None:
    with device({"/shelly": about(3), target: json.dumps(found).encode()}) as port, Shelly(options) as meter:
        meter.open(port, 1.0)
        assert meter.identify().model == "Shelly PlusPlugS SNPL-00112EU"
        reading = meter.ask()
    assert reading is not None
    assert reading.power_w == expected_w


@pytest.mark.parametrize("options", [{"component": "meter"}, {"component": "pm1"}, {"id": 1}])
def test_a_component_that_the_device_does_not_have_is_refused(options: dict[str, object]) -> None:
    answers = {"/shelly": about(2), "/rpc/Switch.GetStatus?id=0": BODY}
    with device(answers) as port, Shelly(options) as meter:
        meter.open(port, 1.0)
        with pytest.raises(DeviceError, match="has no switch or pm1 or em1 of that number that meters"):
            meter.identify()


def test_an_unknown_component_is_a_configuration_error() -> None:
    with pytest.raises(ConfigurationError, match="expected one of auto, meter, switch, pm1, em1"):
        Shelly({"component": "cover"})


def digest_only(request: BaseHTTPRequestHandler) -> tuple[int, dict[str, str], bytes]:
    """Answer who knows the password, by the digest scheme of RFC 7616 with SHA-256."""
    if request.path == "/shelly":
        return 200, {}, about(2, auth=True)

    def digest(*parts: str) -> str:
        return hashlib.sha256(":".join(parts).encode()).hexdigest()

    header = request.headers.get("Authorization", "")
    given_ = dict(re.findall(r'(\w+)="?([^",]+)', header.removeprefix("Digest ")))
    if header.startswith("Digest "):
        asked = digest("GET", request.path)
        secret = digest("admin", "plug", "long password")
        parts = (given_["nonce"], given_["nc"], given_["cnonce"], given_["qop"])
        if given_["uri"] == request.path and given_["response"] == digest(secret, *parts, asked):
            return 200, {}, BODY
    challenge = 'Digest qop="auth", realm="plug", nonce="64c0ffee", algorithm=SHA-256'
    return 401, {"WWW-Authenticate": challenge}, b""


def test_a_password_is_proved_by_digest(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "netrc").write_text('machine 127.0.0.1 login admin password "long password"\n')
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with device(digest_only) as port, Shelly() as meter:
        meter.open(port, 1.0)
        meter.identify()
        readings = [meter.ask() for _ in range(3)]
    assert [reading and reading.power_w for reading in readings] == [57.4] * 3


def test_a_device_that_wants_a_password_says_where_to_write_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("NETRC", str(tmp_path / "absent"))
    with device(digest_only) as port, Shelly() as meter:
        meter.open(port, 1.0)
        with pytest.raises(DeviceError, match="wants user and password"):
            meter.identify()


def test_a_web_server_that_is_no_shelly_is_refused() -> None:
    with device({"/shelly": b'{"name": "x"}'}) as port, Shelly() as meter:
        meter.open(port, 1.0)
        with pytest.raises(DeviceError, match='"/shelly" with "mac"'):
            meter.identify()
