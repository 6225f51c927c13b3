"""A virtual Gude Expert Power Control 1202: one measured input, ``status.json`` as public clients read it.

Fields whose names no source gives are called ``Unnamed``; their places are right.
"""

from typing import Any

from meter.virtual.http import Question, VirtualHttp

VALUES, DESCRIPTIONS, OUTPUTS = 0x4000, 0x10000, 0x1
_ABOUT = 0x3FFFFFFF  # with everything, the device also tells who it is
_ENERGY_METER = 9  # type of the sensor
_NAMES = (
    *(("Voltage", "V"), ("Current", "A"), ("Frequency", "Hz"), ("PhaseIU", "deg")),
    *(("ActivePower", "W"), ("ReactivePower", "VAR"), ("ApparentPower", "VA"), ("PowerFactor", "")),
    ("ResidualCurrent", "A"),
    *((f"Unnamed{place}", "") for place in range(9, 14)),
    ("AbsActEnergyNonRes", "kWh"),
    ("Unnamed15", ""),
    ("AbsActEnergyRes", "kWh"),
    ("Unnamed17", ""),
    ("RelativeTime", "s"),
)
_MAC = "00:19:32:00:00:01"


class VirtualGude(VirtualHttp):
    """The instrument; see the module's text."""

    def answer(self, question: Question) -> dict[str, Any] | None:
        if question.path != "/status.json":
            return None
        wanted = question.parameters.get("components", "0")
        mask = int(wanted) if wanted.isascii() and wanted.isdigit() else 0
        found: dict[str, Any] = {}
        if mask & OUTPUTS:
            found["outputs"] = [{"name": "Power Port", "state": 1, "type": 1}]
        if mask & DESCRIPTIONS:
            fields = [{"name": name, "unit": unit} for name, unit in _NAMES]
            properties = [{"id": "Meter1", "name": "Meter1", "real_id": 0}]
            found["sensor_descr"] = [
                {"type": _ENERGY_METER, "num": 1, "properties": properties, "fields": fields}
            ]
        if mask & VALUES:
            self.readings_sent += 1
            cells = [{"v": value} for value in self._values()]
            found["sensor_values"] = [{"type": _ENERGY_METER, "num": 1, "values": [cells]}]
        if mask == _ABOUT:
            found["misc"] = {"product_name": "Expert Power Control 1202", "firm_v": "1.1.0"}
            found["ethernet"] = {"mac": _MAC}
        return found

    def _values(self) -> list[float]:
        now = self.now
        energy_kwh = round(now.energy_wh) / 1000
        return [
            *(round(now.voltage_v, 1), round(now.current_a, 3), round(now.frequency_hz, 2), 0.0),
            float(round(now.power_w)),  # whole watts, although the document would have tenths
            *(float(round(now.reactive_var)), float(round(now.apparent_va)), round(now.power_factor, 2), 0.0),
            *(0.0, 0.0, 0.0, 0.0, 0.0),
            *(energy_kwh, 0.0, energy_kwh, 0.0, float(round(now.t_s))),
        ]
