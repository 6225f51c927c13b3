"""Options of a driver: what is accepted, and how a mistake is worded."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meter.options import Option, read_pairs, resolve
from records.errors import ConfigurationError

ADDRESS = Option("address", int, "Modbus address of the meter.", 1, limits=(1, 247))
BAUD = Option("baud", int, "Line speed.", 9600, choices=(9600, 19200))
RANGE = Option("voltage_range_v", float, "Fixed range.")
OUTLET = Option("outlet", str, "Which outlet.", "1")
DECLARED = (ADDRESS, BAUD, RANGE, OUTLET)


def test_what_is_not_given_has_its_default() -> None:
    assert resolve("meter", DECLARED, {}) == {
        "address": 1,
        "baud": 9600,
        "voltage_range_v": None,
        "outlet": "1",
    }


def test_texts_of_the_command_line_become_what_the_option_is() -> None:
    given = read_pairs(("address=7", "voltage_range_v=300", "outlet=a=b"))
    found = resolve("meter", DECLARED, given)
    assert found == {"address": 7, "baud": 9600, "voltage_range_v": 300.0, "outlet": "a=b"}
    assert type(found["voltage_range_v"]) is float


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        (
            "adress",
            1,
            "option 'adress' is not known; did you mean 'address'? known: address, baud,",
        ),
        ("address", 0, "meter.options.address: expected a whole number from 1 to 247, found 0"),
        ("address", 248, "from 1 to 247, found 248"),
        ("address", "x", "found 'x'"),
        ("address", 1.5, "expected a whole number from 1 to 247, found 1.5"),
        ("address", "1.5", "found '1.5'"),
        ("address", True, "found True"),
        ("address", None, "found None"),
        ("address", [1], "found [1]"),
        ("baud", 1200, "expected one of 9600, 19200, found 1200. Line speed."),
        ("address", float("inf"), "found inf"),
        ("voltage_range_v", "nan", "expected a number, found 'nan'"),
        ("voltage_range_v", "high", "expected a number, found 'high'"),
    ],
)
def test_a_mistake_is_refused_with_what_was_expected(name: str, value: object, words: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        resolve("meter", DECLARED, {name: value})
    assert words in str(caught.value)


@pytest.mark.parametrize("text", ["address", "=1", ""])
def test_a_pair_without_name_or_sign_is_refused(text: str) -> None:
    with pytest.raises(ConfigurationError, match="expected NAME=VALUE"):
        read_pairs((text,))


@given(st.one_of(st.integers(), st.floats(), st.text(), st.booleans(), st.none()))
def test_whatever_is_given_is_within_the_limits_or_refused(value: object) -> None:
    try:
        found = ADDRESS.read(value)
    except ConfigurationError:
        return
    assert isinstance(found, int)
    assert 1 <= found <= 247
