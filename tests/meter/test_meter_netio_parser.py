"""The NETIO driver: units, outputs without metering, what must never be watts."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from meter_http_devices import ANY_JSON, damaged, device

from meter.drivers.netio import Netio, parse_status
from records.errors import ConfigurationError, DeviceError
from records.meter import Identity, Reading

# Shape and names as in the manual of lua-netio; the third output as on the PyPI page of the maker's client
# (8610 mA beside 2062 W), and an output without metering as the same page has it.
DOCUMENT: dict[str, Any] = {
    "Agent": {
        "Model": "NETIO 4All",
        "DeviceName": "d",
        "Version": "3.1.0",
        "SerialNumber": "24:A4:2C:00:00:03",
    },
    "GlobalMeasure": {
        "Voltage": 239.1,
        "Frequency": 50.1,
        "TotalCurrent": 8620,
        "OverallPowerFactor": 0.99,
        "TotalLoad": 2065,
        "TotalEnergy": 2253,
    },
    "Outputs": [
        {"ID": 1, "Name": "a", "State": 1, "Action": 6, "Delay": 500, "Current": 0, "PowerFactor": 0.0}
        | {"Load": 0, "Energy": 13346833},
        {"ID": 3, "Name": "c", "State": 1, "Action": 1, "Delay": 500, "Current": 8610, "PowerFactor": 1.0}
        | {"Load": 2062, "Energy": 172},
        {"ID": 4, "Name": "d", "State": 1, "Action": 6, "Delay": 500},
    ],
}
BODY = json.dumps(DOCUMENT).encode()


def test_an_output_is_read_in_milliamperes_and_whole_watts() -> None:
    assert parse_status(BODY, 7.0, "3") == Reading(
        7.0,
        2062.0,
        voltage_v=239.1,
        current_a=8.61,
        power_factor=1.0,
        frequency_hz=50.1,
        energy_wh=172.0,
    )


def test_no_load_is_zero_watts_and_a_good_reading() -> None:
    reading = parse_status(BODY, 7.0, "1")
    assert (reading.power_w, reading.flag) == (0.0, "")


def test_an_output_that_is_not_metered_has_no_data_and_not_zero_watts() -> None:
    assert parse_status(BODY, 7.0, "4") == Reading(7.0, None, "nodata")


def test_the_whole_device_is_what_it_says_itself() -> None:
    reading = parse_status(BODY, 7.0, "all")
    assert (reading.power_w, reading.current_a, reading.energy_wh) == (2065.0, 8.62, 2253.0)


@pytest.mark.parametrize("outlet", ["2", "0", "99999"])
def test_an_output_that_is_not_there_is_malformed(outlet: str) -> None:
    assert parse_status(BODY, 7.0, outlet) == Reading(7.0, None, "malformed")


def test_two_outputs_of_one_number_are_malformed() -> None:
    twice = {**DOCUMENT, "Outputs": DOCUMENT["Outputs"] * 2}
    assert parse_status(json.dumps(twice).encode(), 7.0, "3") == Reading(7.0, None, "malformed")


@given(damaged(BODY), st.sampled_from([("3", 2062.0), ("all", 2065.0)]))
def test_a_damaged_document_has_the_right_power_or_none(body: bytes, wanted: tuple[str, float]) -> None:
    reading = parse_status(body, 7.0, wanted[0])
    assert (reading.power_w, reading.flag) in [(wanted[1], ""), (None, "malformed"), (None, "nodata")]


@given(ANY_JSON, st.sampled_from(["1", "all"]))
def test_another_document_has_no_power(found: object, outlet: str) -> None:
    assert parse_status(json.dumps(found).encode(), 7.0, outlet).power_w is None
    around = json.dumps({"Outputs": found, "GlobalMeasure": found}).encode()
    assert parse_status(around, 7.0, outlet).power_w is None


@given(st.integers(min_value=0, max_value=len(BODY) - 1))
def test_a_torn_document_is_malformed(length: int) -> None:
    assert parse_status(BODY[:length], 7.0, "3").flag == "malformed"


def test_the_driver_reads_a_device() -> None:
    with device({"/netio.json": BODY}) as port, Netio({"outlet": 3}) as meter:
        meter.open(port, 1.0)
        assert meter.identify() == Identity(
            maker="NETIO products", model="NETIO 4All", serial="24:A4:2C:00:00:03", firmware="3.1.0"
        )
        reading = meter.ask()
    assert reading is not None
    assert reading.power_w == 2062.0


@pytest.mark.parametrize("outlet", ["4", "2"])
def test_an_output_without_metering_is_refused_with_those_that_meter(outlet: str) -> None:
    with device({"/netio.json": BODY}) as port, Netio({"outlet": outlet}) as meter:
        meter.open(port, 1.0)
        with pytest.raises(DeviceError, match=rf"outlet = {outlet} .* the device meters only: 1, 3\. "):
            meter.identify()


def test_something_without_agent_is_no_netio() -> None:
    with device({"/netio.json": b'{"Outputs": []}'}) as port, Netio() as meter:
        meter.open(port, 1.0)
        with pytest.raises(DeviceError, match='an object with "Agent"'):
            meter.identify()


@pytest.mark.parametrize("outlet", ["first", "-1", "", "1.5", "²"])
def test_an_outlet_is_a_number_or_all(outlet: str) -> None:
    with pytest.raises(ConfigurationError, match="expected the number of an output, or all"):
        Netio({"outlet": outlet})
