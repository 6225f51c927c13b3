"""Gude Expert Power Control 1202 and 1105, and others of Gude with the same ``status.json``.

Source of the protocol: the maker's public check script (gudesystems/check_gude.py), the reader of the
Green Metrics Tool and other public clients. Never run against the real instrument; see
docs/meters/gude.md for what is verified.
"""

import re
from collections.abc import Mapping

from meter.options import Option
from meter.protocols.http import VERIFY_OPTION, HttpMeter, Json, json_object, number, objects, scaled, text
from meter.spec import MeterSpec
from records.errors import DeviceError
from records.meter import QUANTITIES, Accuracy, Identity, Reading
from records.words import counted

SENSORS = 0x814000
"""Mask of values (0x4000), their descriptions (0x10000), and the groups of some models (0x800000)."""

EVERYTHING = 0x3FFFFFFF
"""Mask of all that ``status.json`` can tell, with the names of the device."""

_PATH = "/status.json"

# Name and unit of a field as the device describes it, and what it is here.
_FIELDS = {
    ("activepower", "W"): ("power_w", 1.0),
    ("voltage", "V"): ("voltage_v", 1.0),
    ("current", "A"): ("current_a", 1.0),
    ("powerfactor", ""): ("power_factor", 1.0),
    ("frequency", "Hz"): ("frequency_hz", 1.0),
    ("absactenergynonres", "kWh"): ("energy_wh", 1000.0),
}


def measured_points(document: Json) -> list[dict[str, object]]:
    """Return what the device measures at each of its points: the raw value of each of our quantities.

    A point is whatever has an active power: an input, an outlet, a phase. Fields are found by the name
    and the unit that the device gives them, because their order differs from model to model.
    """
    described, measured = objects(document.get("sensor_descr")), objects(document.get("sensor_values"))
    if len(described) != len(measured):
        return []
    points = []
    for description, values in zip(described, measured, strict=True):
        rows = values.get("values")
        if description.get("type") != values.get("type") or not isinstance(rows, list):
            continue
        for row in rows:
            points += [
                named for fields, cells in _cells(description, row) if (named := _named(fields, cells))
            ]
    return points


def _cells(description: Json, row: object) -> list[tuple[list[Json], list[Json]]]:
    """Return fields and values that belong together; with groups, the values are a list deeper."""
    groups = objects(description.get("groups"))
    if not groups:
        return [(objects(description.get("fields")), objects(row))]
    if not isinstance(row, list) or len(row) != len(groups):
        return []
    return [(objects(group.get("fields")), objects(cells)) for group, cells in zip(groups, row, strict=True)]


def _named(fields: list[Json], cells: list[Json]) -> dict[str, object]:
    """Return the values by our names; nothing for what has no active power."""
    if len(fields) != len(cells):
        return {}
    found: dict[str, object] = {}
    for field, cell in zip(fields, cells, strict=True):
        name = re.sub("[^a-z]", "", text(field.get("name")).lower())
        quantity, factor = _FIELDS.get((name, text(field.get("unit"))), ("", 1.0))
        if quantity:
            value = scaled(cell.get("v"), factor)
            found[quantity] = cell.get("v") if value is None else value
    return found if "power_w" in found else {}


def parse_status(body: bytes, t_utc_s: float, outlet: int) -> Reading:
    """Return the reading in a ``status.json`` with descriptions and values.

    Args:
        body: of the answer.
        t_utc_s: when it came.
        outlet: number of the measured point, from 1.

    Returns:
        A reading; ``nodata`` where the device has no value for the power; ``malformed`` for what is no
        such document, has no such point, or has something else than a number for the power.
    """
    document = json_object(body)
    points = [] if document is None else measured_points(document)
    if not 1 <= outlet <= len(points):
        return Reading(t_utc_s, None, "malformed")
    point = points[outlet - 1]
    if point["power_w"] is None:
        return Reading(t_utc_s, None, "nodata")
    power_w = number(point["power_w"])
    if power_w is None:
        return Reading(t_utc_s, None, "malformed")
    others = {name: number(value) for name, value in point.items() if name != "power_w"}
    return Reading(t_utc_s, power_w, "", **others)


SPEC = MeterSpec(
    driver="gude",
    maker="Gude",
    model="Expert Power Control",
    quantities=QUANTITIES,
    # No source says over which time a value is a mean, or whether it is one.
    sampling="instantaneous",
    fastest_interval_s=1.0,
    update_s=1.0,
    resolution_w=1.0,  # the document may show tenths, which are not measured
    accuracy=Accuracy(reading_pct=2.0, counts=1),
    power_limits_w=(0.0, 4000.0),  # 16 A at 230 V is 3680 W
    options=(
        VERIFY_OPTION,
        Option("outlet", int, "Which measured point is read, counted from 1.", 1, limits=(1, 100)),
    ),
    unverified=(
        "The limits of error, 2 % of reading and one count, are from memory; the data sheet was not read.",
        "That a power that is not there would be `null` is a guess.",
    ),
)


class Gude(HttpMeter):
    """The driver."""

    spec = SPEC

    def question(self) -> tuple[str, Mapping[str, str | int]]:
        return _PATH, {"components": SENSORS}

    def understand(self, body: bytes, t_utc_s: float) -> Reading:
        return parse_status(body, t_utc_s, self._outlet)

    def identify(self) -> Identity:
        """Names and address are empty where the device does not tell them."""
        points = measured_points(self.ask_who('"sensor_values" and "sensor_descr"', *self.question()))
        if not points:
            raise self.refusal("the device answers, but no sensor of it has an active power in W")
        if self._outlet > len(points):
            raise self._no_such_outlet(len(points))
        about = self.ask_more(_PATH, {"components": EVERYTHING})
        misc, ethernet = (about.get(name) for name in ("misc", "ethernet"))
        misc, ethernet = (found if isinstance(found, dict) else {} for found in (misc, ethernet))
        return Identity(
            maker=text(misc.get("vendor_name")) or SPEC.maker,
            model=text(misc.get("product_name")) or SPEC.model,
            serial=text(ethernet.get("mac")),
            firmware=text(misc.get("firm_v")),
        )

    @property
    def _outlet(self) -> int:
        return int(self.settings["outlet"] or 1)

    def _no_such_outlet(self, count: int) -> DeviceError:
        return self.refusal(
            f"outlet = {self._outlet} was asked for, but the device has {counted(count, 'measured point')}"
        )
