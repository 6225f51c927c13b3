"""A virtual plug with Tasmota: the command ``Status`` over HTTP, answered in chunks as by the firmware."""

from datetime import datetime, timedelta
from typing import Any, ClassVar

from meter.virtual.http import Question, VirtualHttp
from meter.virtual.instrument import OwnFault

_SWITCHED_ON = datetime(2026, 1, 1)


class VirtualTasmota(VirtualHttp):
    """The instrument; see the module's text. Its power is in whole watts, as at delivery."""

    own_faults: ClassVar[frozenset[OwnFault]] = frozenset({"stuck", "sentinel"})
    chunked: ClassVar[bool] = True

    def answer(self, question: Question) -> dict[str, Any] | None:
        """Commands are not case-sensitive."""
        if question.path != "/cm":
            return None
        match question.parameters.get("cmnd", "").lower().split():
            case ["status", "2"]:
                return {"StatusFWR": {"Version": "13.1.0(tasmota)", "Hardware": "ESP8266EX"}}
            case ["status", "5"]:
                return {"StatusNET": {"Hostname": "tasmota-000001", "Mac": "2C:3A:E8:00:00:01"}}
            case ["status", "8" | "10"]:
                return {"StatusSNS": self._sensors()}
        return {"Command": "Unknown"}

    def _sensors(self) -> dict[str, Any]:
        """Return all sensors; without the energy meter when it has lost that."""
        self.readings_sent += 1
        now = self.now
        time = (_SWITCHED_ON + timedelta(seconds=now.t_s)).isoformat(timespec="seconds")
        if self.fault == "sentinel":
            return {"Time": time}
        total_kwh = round(now.energy_wh / 1000, 3)
        energy = {
            "TotalStartTime": _SWITCHED_ON.isoformat(timespec="seconds"),
            "Total": total_kwh,
            "Yesterday": 0.0,
            "Today": total_kwh,
            "Power": round(now.power_w),
            "ApparentPower": round(now.apparent_va),
            "ReactivePower": round(now.reactive_var),
            "Factor": round(now.power_factor, 2),
            "Voltage": round(now.voltage_v),
            "Current": round(now.current_a, 3),
        }
        return {"Time": time, "ENERGY": energy}
