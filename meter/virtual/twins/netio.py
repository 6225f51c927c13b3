"""A virtual NETIO 4All: four metered outputs, of which the first has the load."""

from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from meter.virtual.http import Question, VirtualHttp
from meter.virtual.instrument import OwnFault

_SWITCHED_ON = datetime(2026, 1, 1, tzinfo=UTC)
_OUTPUTS = 4


class VirtualNetio(VirtualHttp):
    """The instrument; see the module's text."""

    own_faults: ClassVar[frozenset[OwnFault]] = frozenset({"stuck", "sentinel"})

    def answer(self, question: Question) -> dict[str, Any] | None:
        if question.path != "/netio.json":
            return None
        self.readings_sent += 1
        now = self.now
        load_w, current_ma = round(now.power_w), round(1000 * now.current_a)
        power_factor, energy_wh = round(now.power_factor, 2), int(now.energy_wh)
        return {
            "Agent": {
                "Model": "NETIO 4All",
                "DeviceName": "virtual",
                "Version": "3.1.0",
                "JSONVer": "2.1",
                "Time": (_SWITCHED_ON + timedelta(seconds=now.t_s)).isoformat(timespec="seconds"),
                "Uptime": int(now.t_s),
                "SerialNumber": "24:A4:2C:00:00:01",
                "OemID": 0,
                "VendorID": 0,
                "NumOutputs": _OUTPUTS,
            },
            "GlobalMeasure": {
                "Voltage": round(now.voltage_v, 1),
                "Frequency": round(now.frequency_hz, 1),
                "TotalCurrent": current_ma,
                "OverallPowerFactor": power_factor,
                "TotalLoad": load_w,
                "TotalEnergy": energy_wh,
                "EnergyStart": _SWITCHED_ON.isoformat(timespec="seconds"),
            },
            "Outputs": [
                self._output(1, load_w, current_ma, power_factor, energy_wh),
                *(self._output(number, 0, 0, 0.0, 0) for number in range(2, _OUTPUTS + 1)),
            ],
        }

    def _output(
        self, number: int, load_w: int, current_ma: int, power_factor: float, energy_wh: int
    ) -> dict[str, Any]:
        """Return an output; without its values, as of devices that do not meter, when it has lost them."""
        output = {"ID": number, "Name": f"output_{number}", "State": 1, "Action": 6, "Delay": 5000}
        if self.fault == "sentinel":
            return output
        metered = {
            "Current": current_ma,
            "PowerFactor": power_factor,
            "Load": load_w,
            "Energy": energy_wh,
        }
        return {**output, **metered}
