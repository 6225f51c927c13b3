"""Shelly plugs, relays and meters, first generation (``/meter/0``) and second and later (``/rpc``).

Source of the protocol: answers of real devices that public clients hold as test data, the data model of
shelly-core, and the power drivers of labgrid. Never run against the real instrument; see
docs/meters/shelly.md for what is verified.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import httpx

from meter.options import Option
from meter.protocols.http import VERIFY_OPTION, HttpMeter, Json, json_object, number, scaled, text
from meter.spec import MeterSpec
from records.meter import QUANTITIES, Accuracy, Identity, Reading

_WATT_MINUTES_PER_WH = 60.0


@dataclass(frozen=True, slots=True)
class Component:
    """Where a kind of component tells its power.

    Attributes:
        name: as the option ``component`` has it.
        path: of the question.
        power: key of the power in the answer.
    """

    name: str
    path: str
    power: str


METER = Component("meter", "/meter/", "power")
SECOND_GENERATION = (
    Component("switch", "/rpc/Switch.GetStatus", "apower"),
    Component("pm1", "/rpc/PM1.GetStatus", "apower"),
    Component("em1", "/rpc/EM1.GetStatus", "act_power"),
)
AUTO = "auto"


def parse_meter(body: bytes, t_utc_s: float) -> Reading:
    """Return the reading in the answer of a first-generation device to ``/meter/0``.

    Its counter is in watt-minutes. ``overpower`` is the power at which the device switched off, or 0.

    Args:
        body: of the answer.
        t_utc_s: when it came.

    Returns:
        A reading; ``nodata`` where the device says that the value is not valid; ``overrange`` after
        overpower; ``malformed`` for anything else.
    """
    document = json_object(body)
    if document is None or "power" not in document:
        return Reading(t_utc_s, None, "malformed")
    if document.get("is_valid") is not True:
        return Reading(t_utc_s, None, "nodata")
    if document.get("overpower", 0) not in (0, False):
        return Reading(t_utc_s, None, "overrange")
    power_w = number(document["power"])
    if power_w is None:
        return Reading(t_utc_s, None, "malformed")
    return Reading(t_utc_s, power_w, energy_wh=scaled(document.get("total"), 1 / _WATT_MINUTES_PER_WH))


def parse_component(body: bytes, t_utc_s: float, component: Component, number_: int) -> Reading:
    """Return the reading in the status of a component of a second-generation device.

    Args:
        body: of the answer.
        t_utc_s: when it came.
        component: what was asked.
        number_: of the component on the device.

    Returns:
        A reading; ``overrange`` where the device reports something beyond its limits, ``nodata`` where
        it reports another error or has no power; ``malformed`` for what is no such status.
    """
    document = json_object(body)
    if document is None or number(document.get("id")) != number_:
        return Reading(t_utc_s, None, "malformed")
    errors = document.get("errors")
    if errors:
        return Reading(t_utc_s, None, "overrange" if _is_overrange(errors) else "nodata")
    if document.get(component.power) is None:
        return Reading(t_utc_s, None, "nodata")
    power_w = number(document[component.power])
    if power_w is None:
        return Reading(t_utc_s, None, "malformed")
    energy = document.get("aenergy")
    return Reading(
        t_utc_s,
        power_w,
        voltage_v=number(document.get("voltage")),
        current_a=number(document.get("current")),
        power_factor=number(document.get("pf")),
        frequency_hz=number(document.get("freq")),
        energy_wh=number(energy.get("total")) if isinstance(energy, dict) else None,
    )


def _is_overrange(errors: object) -> bool:
    beyond = ("overpower", "overvoltage", "overcurrent", "out_of_range")
    return isinstance(errors, list) and any(text(error).startswith(beyond) for error in errors)


SPEC = MeterSpec(
    driver="shelly",
    maker="Shelly",
    model="Shelly device",
    quantities=QUANTITIES,
    # No source says over which time a value is a mean, or whether it is one.
    sampling="instantaneous",
    fastest_interval_s=1.0,
    update_s=1.0,
    resolution_w=0.1,
    accuracy=Accuracy(reading_pct=2.0, counts=1),
    power_limits_w=(-30_000.0, 30_000.0),  # clamps of 120 A at 230 V
    options=(
        VERIFY_OPTION,
        Option(
            "component",
            str,
            "Which kind of component meters; auto takes the first that the device has.",
            AUTO,
            choices=(AUTO, METER.name, *(component.name for component in SECOND_GENERATION)),
        ),
        Option("id", int, "Number of the component on the device, from 0.", 0, limits=(0, 100)),
    ),
    unverified=(
        "The limits of error, 2 % of reading and one count, are an assumption; no data sheet was read.",
        "That values are renewed about once a second is from memory; after a step they settle over seconds.",
        "Which errors a device can report in addition to `overpower` is from memory.",
        "That a first-generation device takes the basic scheme for its password is from memory.",
    ),
)


class Shelly(HttpMeter):
    """The driver."""

    spec = SPEC

    def __init__(self, options: Mapping[str, object] | None = None) -> None:
        super().__init__(options)
        self._id = int(self.settings["id"] or 0)
        self._component = METER
        self._generation = 0

    def log_in(self) -> None:
        """Later generations use the digest scheme; before it is known, none."""
        if self.login is not None and self._generation:
            scheme = httpx.BasicAuth if self._generation == 1 else httpx.DigestAuth
            self.http.auth = scheme(*self.login)

    def question(self) -> tuple[str, Mapping[str, str | int]]:
        return _question(self._component, self._id)

    def understand(self, body: bytes, t_utc_s: float) -> Reading:
        if self._component is METER:
            return parse_meter(body, t_utc_s)
        return parse_component(body, t_utc_s, self._component, self._id)

    def identify(self) -> Identity:
        """``/shelly``, which every generation answers without password."""
        self._generation = 0
        about = self.ask_who('an object with "mac"', "/shelly", {})
        if not text(about.get("mac")):
            raise self.refusal(f'expected a {SPEC.model} ("/shelly" with "mac"), but something else answers')
        self._generation = int(number(about.get("gen")) or 1)
        self.log_in()
        self._component = self._choose()
        names = (text(about.get(key)) for key in ("app", "model", "type"))
        return Identity(
            maker=SPEC.maker,
            model=" ".join(filter(None, (SPEC.maker, *names))),
            serial=text(about.get("mac")),
            firmware=text(about.get("ver")) or text(about.get("fw")),
        )

    def _choose(self) -> Component:
        """Return the component that is wanted and has a power."""
        known = (METER,) if self._generation == 1 else SECOND_GENERATION
        wanted = self.settings["component"]
        for component in known:
            if wanted in (AUTO, component.name) and self._has_power(component):
                return component
        names = " or ".join(component.name for component in known)
        raise self.refusal(
            f"component = {wanted} with id = {self._id} was asked for, but this device (generation "
            f"{self._generation}) has no {names} of that number that meters"
        )

    def _has_power(self, component: Component) -> bool:
        path, parameters = _question(component, self._id)
        answer: Json = self.ask_more(path, parameters)
        return component.power in answer


def _question(component: Component, number_: int) -> tuple[str, Mapping[str, str | int]]:
    return (f"{component.path}{number_}", {}) if component is METER else (component.path, {"id": number_})
