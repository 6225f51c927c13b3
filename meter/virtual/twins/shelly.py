"""A virtual Shelly Plus Plug S: second generation, one switch that meters, asked by ``GET`` or ``POST``."""

import json
from typing import Any, ClassVar

from meter.virtual.http import Question, VirtualHttp
from meter.virtual.instrument import OwnFault

_MAC = "80646FD00001"
_ID = f"shellyplusplugs-{_MAC.lower()}"
_ABOUT = {
    "name": None,
    "id": _ID,
    "mac": _MAC,
    "model": "SNPL-00112EU",
    "gen": 2,
    "fw_id": "20230510-081027/0.14.4-g4da93ee",
    "ver": "0.14.4",
    "app": "PlusPlugS",
    "auth_en": False,
    "auth_domain": None,
}


class VirtualShelly(VirtualHttp):
    """The instrument; see the module's text.

    What it writes when its meter fails is an assumption: the error ``power_meter_failure`` and 0 W, the
    worst case for a reader. When it switches off for overpower it says so, and 0 W.
    """

    own_faults: ClassVar[frozenset[OwnFault]] = frozenset({"stuck", "sentinel", "overrange"})

    def answer(self, question: Question) -> dict[str, Any] | None:
        if question.path == "/shelly":
            return _ABOUT
        if question.path == "/rpc" and question.method == "POST":
            return self._called(question.body)
        if question.path.startswith("/rpc/"):
            return self._result(question.path.removeprefix("/rpc/"), question.parameters.get("id", ""))
        return None

    def not_found(self, question: Question) -> tuple[str, bytes]:
        """The second generation says it in JSON."""
        message = f"No handler for {question.path.removeprefix('/rpc/')}"
        return "application/json", json.dumps({"code": 404, "message": message}).encode()

    def _called(self, body: bytes) -> dict[str, Any] | None:
        """Answer a remote call, ``{"id": 1, "method": ..., "params": {...}}``."""
        try:
            call = json.loads(body)
            method, parameters = call["method"], call.get("params") or {}
            result = self._result(str(method), str(parameters.get("id", "")))
        except (ValueError, TypeError, KeyError, AttributeError):
            return None
        answer = {"id": call.get("id"), "src": _ID}
        if result is None:
            return {**answer, "error": {"code": 404, "message": f"No handler for {method}"}}
        return {**answer, "result": result}

    def _result(self, method: str, number: str) -> dict[str, Any] | None:
        if method == "Shelly.GetDeviceInfo":
            return _ABOUT
        return self._status() if method == "Switch.GetStatus" and number == "0" else None

    def _status(self) -> dict[str, Any]:
        self.readings_sent += 1
        now = self.now
        errors = {"sentinel": "power_meter_failure", "overrange": "overpower"}
        failed = self.fault in errors
        status = {
            "id": 0,
            "source": "init",
            "output": self.fault != "overrange",
            "apower": 0.0 if failed else round(now.power_w, 1),
            "voltage": round(now.voltage_v, 1),
            "freq": round(now.frequency_hz, 1),
            "current": 0.0 if failed else round(now.current_a, 3),
            "pf": 0.0 if failed else round(now.power_factor, 2),
            "aenergy": {
                "total": round(now.energy_wh, 3),
                "by_minute": [0.0, 0.0, 0.0],
                "minute_ts": int(now.t_s) // 60 * 60,
            },
            "temperature": {"tC": 36.3, "tF": 97.4},
        }
        return {**status, "errors": [errors[self.fault]]} if failed else status
