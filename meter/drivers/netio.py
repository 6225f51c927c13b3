"""NETIO power sockets and strips with metering, over their ``netio.json``.

Source of the protocol: the maker's Python client on PyPI (names, units, outputs without metering) and
a whole document in the manual of the public client lua-netio. Never run against the real instrument;
see docs/meters/netio.md for what is verified.
"""

from collections.abc import Mapping

from meter.options import Option
from meter.protocols.http import VERIFY_OPTION, HttpMeter, Json, json_object, number, objects, scaled, text
from meter.spec import MeterSpec
from records.errors import ConfigurationError
from records.meter import QUANTITIES, Accuracy, Identity, Reading

ALL = "all"
"""Value of the option ``outlet`` that stands for the whole device."""

_PATH = "/netio.json"


def loads(document: Json, outlet: str) -> Json | None:
    """Return the object that has the load of an outlet, or of the whole device; ``None`` without one."""
    if outlet == ALL:
        return _part(document, "GlobalMeasure") or None
    found = [output for output in objects(document.get("Outputs")) if output.get("ID") == int(outlet)]
    return found[0] if len(found) == 1 else None


def parse_status(body: bytes, t_utc_s: float, outlet: str) -> Reading:
    """Return the reading in a ``netio.json``.

    Args:
        body: of the answer.
        t_utc_s: when it came.
        outlet: number of the output, or ``all``.

    Returns:
        A reading; ``nodata`` for an output that is not metered, which is not the same as one without
        load; ``malformed`` for what is no such document or has something else than a number.
    """
    document = json_object(body)
    measured = None if document is None else loads(document, outlet)
    if document is None or measured is None:
        return Reading(t_utc_s, None, "malformed")
    power, current, power_factor, energy = (
        ("TotalLoad", "TotalCurrent", "OverallPowerFactor", "TotalEnergy")
        if outlet == ALL
        else ("Load", "Current", "PowerFactor", "Energy")
    )
    if measured.get(power) is None:
        return Reading(t_utc_s, None, "nodata")
    power_w = number(measured[power])
    if power_w is None:
        return Reading(t_utc_s, None, "malformed")
    mains = _part(document, "GlobalMeasure")
    return Reading(
        t_utc_s,
        power_w,
        voltage_v=number(mains.get("Voltage")),
        current_a=scaled(measured.get(current), 0.001),
        power_factor=number(measured.get(power_factor)),
        frequency_hz=number(mains.get("Frequency")),
        energy_wh=number(measured.get(energy)),
    )


def _part(document: Json, name: str) -> Json:
    found = document.get(name)
    return found if isinstance(found, dict) else {}


SPEC = MeterSpec(
    driver="netio",
    maker="NETIO products",
    model="NETIO device",
    quantities=QUANTITIES,
    # No source says over which time a value is a mean, or whether it is one.
    sampling="instantaneous",
    fastest_interval_s=1.0,
    update_s=1.0,
    resolution_w=1.0,
    accuracy=Accuracy(reading_pct=2.0, counts=1),
    power_limits_w=(-4000.0, 4000.0),  # 16 A at 230 V is 3680 W
    options=(
        VERIFY_OPTION,
        Option("outlet", str, "Number of the output that is read, or all for the whole device.", "1"),
    ),
    unverified=(
        "That the values are renewed every second is an assumption; no source says how often.",
        "The limits of error, 2 % of reading and one count, are an assumption; no data sheet was read.",
    ),
)


class Netio(HttpMeter):
    """The driver."""

    spec = SPEC

    def __init__(self, options: Mapping[str, object] | None = None) -> None:
        super().__init__(options)
        self._outlet = str(self.settings["outlet"])
        if self._outlet != ALL and not (self._outlet.isascii() and self._outlet.isdigit()):
            raise ConfigurationError(
                f"meter.options.outlet: expected the number of an output, or all, found {self._outlet!r}"
            )

    def question(self) -> tuple[str, Mapping[str, str | int]]:
        return _PATH, {}

    def understand(self, body: bytes, t_utc_s: float) -> Reading:
        return parse_status(body, t_utc_s, self._outlet)

    def identify(self) -> Identity:
        """The part ``Agent`` of the document."""
        document = self.ask_who('an object with "Agent" and "Outputs"', _PATH, {})
        agent = _part(document, "Agent")
        if not agent:
            raise self.refusal(
                f'expected a {SPEC.model} (an object with "Agent"), but something else answers'
            )
        measured = loads(document, self._outlet)
        if measured is None or number(measured.get("TotalLoad" if self._outlet == ALL else "Load")) is None:
            metered = [str(o.get("ID")) for o in objects(document.get("Outputs")) if "Load" in o]
            raise self.refusal(
                f"outlet = {self._outlet} was asked for, but the device meters only: "
                f"{', '.join(metered) or 'none of its outputs'}"
            )
        return Identity(
            maker=SPEC.maker,
            model=text(agent.get("Model")),
            serial=text(agent.get("SerialNumber")),
            firmware=text(agent.get("Version")),
        )
