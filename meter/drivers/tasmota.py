"""Plugs with the firmware Tasmota that meter (Nous A1T, Gosund SP111 and many others).

Source of the protocol: Tasmota's documentation of its status answers, and what public clients and
devices exchange. Never run against the real instrument; see docs/meters/tasmota.md for what is
verified.
"""

from collections.abc import Mapping

from meter.protocols.http import VERIFY_OPTION, HttpMeter, Json, json_object, number, scaled, text
from meter.spec import MeterSpec
from records.errors import DeviceError
from records.meter import QUANTITIES, Accuracy, Identity, Reading

_PATH = "/cm"
_PASSWORD_WANTED = "WARNING"
_COMMANDS = ("Status 8", "Status 10")  # which of them has the energy depends on the version


def energy(document: Json) -> Json | None:
    """Return the part of a status that has the energy meter's values; ``None`` where there is none."""
    old = document.get("StatusPWR")
    if isinstance(old, dict):
        return old
    sensors = document.get("StatusSNS")
    found = sensors.get("ENERGY") if isinstance(sensors, dict) else None
    return found if isinstance(found, dict) else None


def parse_status(body: bytes, t_utc_s: float) -> Reading:
    """Return the reading in the answer to ``Status 8`` or ``Status 10``.

    A device with several phases gives lists: their powers, currents and energies are added up, and
    voltage and power factor, which have no sum, are left out.

    Args:
        body: of the answer.
        t_utc_s: when it came.

    Returns:
        A reading; ``nodata`` for a status without energy meter or without power; ``malformed`` for what
        is no status, or has something else than numbers for the power.
    """
    document = json_object(body)
    if document is None or not ("StatusSNS" in document or "StatusPWR" in document):
        return Reading(t_utc_s, None, "malformed")
    found = energy(document)
    if found is None or found.get("Power") is None:
        return Reading(t_utc_s, None, "nodata")
    power_w = _sum(found["Power"])
    if power_w is None:
        return Reading(t_utc_s, None, "malformed")
    return Reading(
        t_utc_s,
        power_w,
        voltage_v=number(found.get("Voltage")),
        current_a=_sum(found.get("Current")),
        power_factor=number(found.get("Factor")),
        frequency_hz=number(found.get("Frequency")),
        energy_wh=scaled(_sum(found.get("Total")), 1000.0),
    )


def _sum(value: object) -> float | None:
    """Return a number, or the sum of a list of numbers; ``None`` for anything else."""
    if not isinstance(value, list):
        return number(value)
    values = [number(item) for item in value]
    whole = [found for found in values if found is not None]
    return number(sum(whole)) if values and len(whole) == len(values) else None


SPEC = MeterSpec(
    driver="tasmota",
    maker="Tasmota",
    model="Tasmota plug",
    quantities=QUANTITIES,
    # No source says over which time a value is a mean, or whether it is one.
    sampling="instantaneous",
    fastest_interval_s=1.0,
    update_s=1.0,
    resolution_w=1.0,  # at delivery; the command WattRes makes it finer
    accuracy=Accuracy(reading_pct=2.0, counts=1),
    power_limits_w=(-12_000.0, 12_000.0),  # three phases of 16 A
    unverified=(
        "That the values are renewed every second is an assumption; no source says how often.",
        "The limits of error, 2 % of reading after a calibration and one count, are from memory.",
        "That devices with several phases give lists of numbers is from memory.",
    ),
    options=(VERIFY_OPTION,),
)


class Tasmota(HttpMeter):
    """The driver."""

    spec = SPEC

    def __init__(self, options: Mapping[str, object] | None = None) -> None:
        super().__init__(options)
        self._command = _COMMANDS[0]

    def log_in(self) -> None:
        """Tasmota wants user and password as parameters."""
        self.secrets = {} if self.login is None else dict(zip(("user", "password"), self.login, strict=True))

    def question(self) -> tuple[str, Mapping[str, str | int]]:
        return _PATH, {"cmnd": self._command}

    def understand(self, body: bytes, t_utc_s: float) -> Reading:
        return parse_status(body, t_utc_s)

    def identify(self) -> Identity:
        """Firmware from ``Status 2``, network address from ``Status 5``."""
        for self._command in _COMMANDS:
            document = self.ask_who('an object with "StatusSNS"', *self.question(), self.secrets)
            if _PASSWORD_WANTED in document:
                raise self.password_wanted()
            if energy(document) is not None:
                break
        else:
            raise self._without_energy(document)
        firmware, network = self._more("Status 2", "StatusFWR"), self._more("Status 5", "StatusNET")
        versions = (text(firmware.get("Version")), text(firmware.get("Hardware")))
        return Identity(
            maker=SPEC.maker,
            model=SPEC.model,
            serial=text(network.get("Mac")),
            firmware=", ".join(filter(None, versions)),
        )

    def _more(self, command: str, part: str) -> Json:
        found = self.ask_more(_PATH, {"cmnd": command}, self.secrets).get(part)
        return found if isinstance(found, dict) else {}

    def _without_energy(self, document: Json) -> DeviceError:
        known = ", ".join(document) or "nothing"
        return self.refusal(
            f'expected a {SPEC.model} that meters ("StatusSNS" with "ENERGY"), but the answer has {known} '
            f"without it"
        )
