"""One run as a result of MLPerf Power: the texts of its files, as `lab import mlperf-power` reads them.

The form is that of github.com/mlcommons/power-dev and of the logs published in
github.com/mlcommons/inference_results_v1.0; what is written here is marked as written by Wattlab.
"""

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from analysis.maths.arrays import Floats
from analysis.power.calibrate import corrected_w
from records.meter import Identity, MeterRecord
from records.rows.runs import RunRow
from records.tables import Table
from reports.words.texts import printable

NOT_AVAILABLE = -1.0
"""What stands for no value; a power cannot be that."""

_QUANTITIES = {"Watts": "power_w", "Volts": "voltage_v", "Amps": "current_a", "PF": "power_factor"}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NOTE = "written by Wattlab from its own records; SPEC PTDaemon and the load generator took no part"


@dataclass(frozen=True)
class RunRecords:
    """What is known of a run.

    Attributes:
        row: of ``Results.runs``.
        meter: its record; ``readings`` its ``meter.csv``; ``clocks`` the comparisons of its two clocks.
        t_start_utc_s, t_stop_utc_s: the rating interval by the clock of the SUT.
        simulated: whether a virtual instrument took part.
    """

    row: RunRow
    meter: MeterRecord
    readings: Table
    clocks: list[Table]
    t_start_utc_s: float
    t_stop_utc_s: float
    simulated: bool

    @property
    def power_w(self) -> Floats:
        """Power of each row with the calibration in force applied, NaN where there is none, ``(n,)``."""
        power_w = corrected_w(self.readings.numbers("power_w"), self.meter)
        return np.where(self.readings.texts("flag").is_(""), power_w, np.nan)

    @property
    def session(self) -> str:
        """Name of the session, which every mark begins with."""
        name = f"wattlab_{self.row.run_dir}".replace(",", "_")
        return printable(f"SIMULATED_{name}" if self.simulated else name)


def result_files(run: RunRecords) -> dict[str, str]:
    """Return the files of a result, by their path below ``performance/``."""
    stamps_s = [float(t) - run.meter.latency_s for t in run.readings.numbers("t_utc_s")]
    files = {
        "run_1/spl.txt": _spl(run, stamps_s),
        "run_1/mlperf_log_detail.txt": _detail(run),
        "power/client.json": _client(run, stamps_s),
    }
    files["power/server.json"] = _server(run, stamps_s, files)
    return files


def stamp(t_utc_s: float) -> str:
    """Return a stamp as PTDaemon writes it, in UTC and to the millisecond: ``01-31-2026 12:00:00.250``."""
    moment = _EPOCH + timedelta(milliseconds=round(1000 * t_utc_s))
    return f"{moment:%m-%d-%Y %H:%M:%S}.{moment.microsecond // 1000:03d}"


def _spl(run: RunRecords, stamps_s: list[float]) -> str:
    columns = {
        name: run.readings.numbers(column).tolist()
        for name, column in _QUANTITIES.items()
        if column in run.readings.columns
    }
    columns["Watts"] = run.power_w.tolist()
    good = run.readings.texts("flag").is_("")
    lines = []
    for i, t_s in enumerate(stamps_s):
        if not math.isfinite(t_s):
            continue
        values = {name: columns[name][i] if good[i] and name in columns else math.nan for name in _QUANTITIES}
        pairs = ",".join(f"{name},{_number(value)}" for name, value in values.items())
        lines.append(f"Time,{stamp(t_s)},{pairs},Mark,{run.session}_testing\n")
    return "".join(lines)


def _number(value: float) -> str:
    return f"{value if math.isfinite(value) else NOT_AVAILABLE:.6f}"


def _detail(run: RunRecords) -> str:
    entries: dict[str, Any] = {
        "power_begin": stamp(run.t_start_utc_s),
        "power_end": stamp(run.t_stop_utc_s),
    }
    samples, duration_s = run.row.work.get("samples"), run.row.duration_s
    if samples and duration_s:
        entries["result_samples_per_second"] = samples / duration_s
    entries |= {"wattlab_note": _NOTE, "wattlab_simulated": run.simulated}
    return "".join(f":::MLLOG {json.dumps(_entry(key, value))}\n" for key, value in entries.items())


def _entry(key: str, value: Any) -> dict[str, Any]:
    metadata = {"is_error": False, "is_warning": False, "file": "wattlab"}
    kind = {"namespace": "mlperf::logging", "event_type": "POINT_IN_TIME"}
    return {"key": key, "value": value, **kind, "metadata": metadata}


def _client(run: RunRecords, stamps_s: list[float]) -> str:
    began_s, ended_s = _span(run, stamps_s)
    messages = []
    names = ("t_utc_s", "offset_s", "offset_u_s")
    for clock in run.clocks:
        for t_s, offset_s, u_s in zip(*(clock.numbers(name).tolist() for name in names), strict=True):
            middle_s, half_s = t_s + offset_s, math.sqrt(3) * u_s  # the importer takes a rectangle
            times = {"cmd_time": middle_s - half_s, "reply": repr(t_s), "reply_time": middle_s + half_s}
            if all(map(math.isfinite, (t_s, middle_s, half_s))):
                messages.append({"cmd": "time", **times})
    return _host(run, began_s, ended_s, {"messages": messages})


def _server(run: RunRecords, stamps_s: list[float], files: Mapping[str, str]) -> str:
    interval_ms = max(1, round(1000 * run.meter.interval_s))
    said = [
        {"cmd": "Identify", "reply": _identity(run.meter.identity, run.simulated)},
        {"cmd": f"Go,{interval_ms},{run.session}_testing", "reply": ""},
    ]
    known = [t_s for t_s in stamps_s if math.isfinite(t_s)]
    sums = {
        name: hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest() for name, text in files.items()
    }
    return _host(run, known[0], known[-1], {"ptd_messages": said, "results": sums})


def _host(run: RunRecords, began_s: float, ended_s: float, more: dict[str, Any]) -> str:
    document = {
        "version": "wattlab",
        "note": _NOTE,
        "simulated": run.simulated,
        "timezone": 0,
        "session_name": run.session,
        "phases": {"testing": [[began_s], [began_s], [ended_s], [ended_s]]},
        **more,
    }
    return json.dumps(document, indent=2) + "\n"


def _span(run: RunRecords, stamps_s: list[float]) -> tuple[float, float]:
    """Return when the phase began and ended for the SUT: around the load, whatever the samples cover."""
    known = [t_s for t_s in stamps_s if math.isfinite(t_s)]
    return min(*known, run.t_start_utc_s), max(*known, run.t_stop_utc_s)


def _identity(identity: Identity, simulated: bool) -> str:
    """Return an answer to ``Identify``: the model, then the analyzer's own four fields."""
    model = f"SIMULATED {identity.model}" if simulated else identity.model
    own = [identity.maker, model, identity.serial, identity.firmware]
    plain = [printable(text).replace(",", " ").replace(";", " ") for text in own]
    return f"{plain[1]},{';'.join(plain)}"
