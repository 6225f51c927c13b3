"""The Gude driver: places by name and unit, several points, what must never be watts."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from meter_http_devices import ANY_JSON, damaged, device

from meter.drivers.gude import Gude, parse_status
from records.errors import DeviceError
from records.meter import Identity, Reading

# Order, names and units of an energy meter (type 9) as the maker's check script and the reader of the
# Green Metrics Tool find them: active power in the fifth place.
FIELDS = [("Voltage", "V"), ("Current", "A"), ("Frequency", "Hz"), ("PhaseIU", "deg"), ("ActivePower", "W")]
FIELDS += [
    ("ReactivePower", "VAR"),
    ("ApparentPower", "VA"),
    ("PowerFactor", ""),
    ("AbsActEnergyNonRes", "kWh"),
]
VALUES = [231.0, 0.433, 50.02, 12.0, 97.0, 20.0, 100.0, 0.97, 1.234]


def document(fields: list[tuple[str, str]] = FIELDS, *rows: list[Any]) -> dict[str, Any]:
    described = [{"name": name, "unit": unit} for name, unit in fields]
    cells = [[{"v": value} for value in row] for row in rows or (VALUES,)]
    return {
        "sensor_descr": [
            {
                "type": 101,
                "properties": [{"name": "7106"}],
                "fields": [{"name": "Temperature", "unit": "deg C"}],
            },
            {"type": 9, "properties": [{"id": "Meter1", "name": "Meter1"}], "fields": described},
        ],
        "sensor_values": [
            {"type": 101, "values": [[{"v": 23.4}]]},
            {"type": 9, "values": cells},
        ],
    }


def read(found: object, outlet: int = 1) -> Reading:
    return parse_status(json.dumps(found).encode(), 7.0, outlet)


GOOD = Reading(
    7.0,
    97.0,
    voltage_v=231.0,
    current_a=0.433,
    power_factor=0.97,
    frequency_hz=50.02,
    energy_wh=1234.0,  # told in kWh
)


def test_an_energy_meter_is_read_beside_other_sensors() -> None:
    assert read(document()) == GOOD


def test_fields_are_found_by_name_and_unit_wherever_they_are() -> None:
    turned = document(FIELDS[::-1], VALUES[::-1])
    assert read(turned) == GOOD


def test_a_power_in_another_unit_is_no_power() -> None:
    fields = [(name, "VA" if name == "ActivePower" else unit) for name, unit in FIELDS]
    assert read(document(fields)) == Reading(7.0, None, "malformed")


def test_the_outlet_chooses_the_measured_point() -> None:
    two = document(FIELDS, VALUES, [*VALUES[:4], 12.0, *VALUES[5:]])
    assert [read(two, outlet).power_w for outlet in (1, 2)] == [97.0, 12.0]
    assert read(two, 3) == Reading(7.0, None, "malformed")


def test_groups_of_a_point_are_points_of_their_own() -> None:
    """Models with groups have their values one list deeper, as the maker's check script has it."""
    fields = [{"name": "ActivePower", "unit": "W"}]
    grouped = {
        "sensor_descr": [{"type": 9, "properties": [{}], "groups": [{"fields": fields}, {"fields": fields}]}],
        "sensor_values": [{"type": 9, "values": [[[{"v": 40.0}], [{"v": 57.0}]]]}],
    }
    assert [read(grouped, outlet).power_w for outlet in (1, 2)] == [40.0, 57.0]


def test_no_value_is_no_data() -> None:
    assert read(document(FIELDS, [*VALUES[:4], None, *VALUES[5:]])) == Reading(7.0, None, "nodata")


@pytest.mark.parametrize(
    "found", [{}, [], 97, {"sensor_values": document()["sensor_values"]}, document([], [])]
)
def test_what_is_no_such_document_is_malformed(found: object) -> None:
    assert read(found) == Reading(7.0, None, "malformed")


def test_values_that_do_not_fit_their_description_are_malformed() -> None:
    assert read(document(FIELDS, VALUES[:-1])).flag == "malformed"
    swapped = document()
    swapped["sensor_values"].reverse()
    assert read(swapped).flag == "malformed"
    another_kind = document()
    another_kind["sensor_values"][1]["type"] = 8
    assert read(another_kind).flag == "malformed"


@given(damaged(json.dumps(document()).encode()))
def test_a_damaged_document_has_the_right_power_or_none(body: bytes) -> None:
    reading = parse_status(body, 7.0, 1)
    assert (reading.power_w, reading.flag) in [(97.0, ""), (None, "malformed"), (None, "nodata")]


@given(ANY_JSON)
def test_another_document_has_no_power(found: object) -> None:
    assert read(found).power_w is None
    assert read({"sensor_descr": found, "sensor_values": found}).power_w is None


@given(st.integers(min_value=0, max_value=len(json.dumps(document())) - 1))
def test_a_torn_document_is_malformed(length: int) -> None:
    assert parse_status(json.dumps(document()).encode()[:length], 7.0, 1).flag == "malformed"


# The names in the part `misc` are those of a public client's data model.
ABOUT = {
    "misc": {"product_name": "Expert Power Control 1105-1", "vendor_name": "GUDE", "firm_v": "1.2.0"},
    "ethernet": {"mac": "00:19:32:00:00:02"},
}


def answers(about: object, found: object) -> dict[str, bytes]:
    return {
        f"/status.json?components={0x814000}": json.dumps(found).encode(),
        f"/status.json?components={0x3FFFFFFF}": json.dumps(about).encode(),
    }


@pytest.mark.parametrize(
    ("about", "expected"),
    [
        (
            ABOUT,
            Identity(
                maker="GUDE",
                model="Expert Power Control 1105-1",
                serial="00:19:32:00:00:02",
                firmware="1.2.0",
            ),
        ),
        ({}, Identity(maker="Gude", model="Expert Power Control")),
        ({"misc": [1], "ethernet": None}, Identity(maker="Gude", model="Expert Power Control")),
    ],
)
def test_the_driver_reads_a_device_and_takes_what_it_tells_of_itself(
    about: object, expected: Identity
) -> None:
    with device(answers(about, document())) as port, Gude() as meter:
        meter.open(port, 1.0)
        assert meter.identify() == expected
        reading = meter.ask()
    assert reading is not None
    assert reading.power_w == 97.0


def test_an_outlet_that_the_device_does_not_have_is_refused() -> None:
    with device(answers({}, document())) as port, Gude({"outlet": 2}) as meter:
        meter.open(port, 1.0)
        with pytest.raises(DeviceError, match=r"outlet = 2 .* 1 measured point\."):
            meter.identify()


def test_a_device_without_energy_meter_is_refused() -> None:
    with device(answers({}, document([("Temperature", "deg C")], [23.4]))) as port, Gude() as meter:
        meter.open(port, 1.0)
        with pytest.raises(DeviceError, match="no sensor of it has an active power"):
            meter.identify()
