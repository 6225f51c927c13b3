"""The analyzer behind an MLPerf Power result: who it is, on which ranges, with which limits of error."""

import re
from math import sqrt
from typing import Any

from analysis.imports.mlperf_power.ptd import PtdLog, PtdPhase
from analysis.imports.mlperf_power.session import HostRecord
from analysis.imports.mlperf_power.spl import SplLog
from records.meter import Accuracy, Calibration, Identity, MeterRecord, Sampling

_INTERVAL = re.compile(r"Go,(\d+),")

# Limits at 45 to 66 Hz, twelve months after calibration: user's manuals IM WT310E-02EN p. 7-7,
# IM WT310-02EN p. 7-7 and IM 760401 p. 16-4; the last number is the influence of the power factor.
_LIMITS: tuple[tuple[str, Accuracy], ...] = (
    (r"WT3[13]\dE", Accuracy(reading_pct=0.1, range_pct=0.05, reactive_pct=0.1)),
    (r"WT3[13]\d", Accuracy(reading_pct=0.1, range_pct=0.1, reactive_pct=0.2)),
    (r"WT2[13]0", Accuracy(reading_pct=0.15, range_pct=0.1, reactive_pct=0.2)),
)
_BY_SPEC = Accuracy(reading_pct=1.0)
"""What SPEC allows an accepted analyzer; for those whose own limits are not known here."""

_FILTER_PCT = 0.3
"""The line filter adds so much to the part of the reading (the same manuals)."""


def meter_of(
    server: HostRecord | None,
    ptd: PtdLog | None,
    phase: PtdPhase | None,
    log: SplLog,
    sampling: Sampling,
) -> MeterRecord:
    """Return the record of the analyzer for one phase.

    When within its interval a sample is stamped nobody says: the latency's uncertainty is that of half
    an interval (rectangular).

    Args:
        server: of the result, ``None`` where it has none.
        ptd: the log of PTDaemon, likewise.
        phase: its part about this phase, likewise.
        log: the samples.
        sampling: what a sample is, which no file of a result says.
    """
    messages = _messages(server)
    identity = identity_of(next((reply for cmd, reply in messages if cmd == "Identify"), ""))
    asked = next((match for cmd, _ in messages if (match := _INTERVAL.match(cmd))), None)
    interval_s = int(asked[1]) / 1000 if asked else 1.0
    return MeterRecord(
        driver="ptdaemon",
        port="imported",
        identity=identity,
        sampling=sampling,
        interval_s=interval_s,
        latency_s=0.0,
        latency_u_s=0.5 * interval_s / sqrt(3),
        resolution_w=log.resolution_w,
        accuracy=_accuracy(identity, ptd, phase, log),
        calibration=Calibration(),
        simulated=is_simulated(server),
        options=_ranges(phase),
    )


def is_simulated(server: HostRecord | None) -> bool:
    """Say whether ``server.json`` calls the analyzer simulated, as `lab export --as mlperf-log` writes it."""
    return server is not None and server.document.get("simulated") is True


def _messages(server: HostRecord | None) -> list[tuple[str, str]]:
    messages: Any = server.document.get("ptd_messages") if server else None
    entries = [entry for entry in messages if isinstance(entry, dict)] if isinstance(messages, list) else []
    return [(str(entry.get("cmd", "")), str(entry.get("reply", ""))) for entry in entries]


def identity_of(answer: str) -> Identity:
    """Return who the analyzer is, from PTDaemon's answer to ``Identify``.

    Its last field is the analyzer's own ``MAKER;MODEL;SERIAL;FIRMWARE``; where it is not, the first
    field is PTDaemon's name for the model.
    """
    fields = answer.split(",")
    own = [part.strip() for part in fields[-1].split(";")]
    if len(own) == 4:
        return Identity(maker=own[0].capitalize(), model=own[1], serial=own[2], firmware=own[3])
    return Identity(maker="", model=fields[0] or "unknown analyzer behind SPEC PTDaemon")


def _accuracy(identity: Identity, ptd: PtdLog | None, phase: PtdPhase | None, log: SplLog) -> Accuracy:
    limits = next((a for pattern, a in _LIMITS if re.fullmatch(pattern, identity.model)), None)
    if limits is None:
        return _BY_SPEC
    crest = 2.0 if ptd is not None and ptd.crest_factor == 6 else 1.0  # doubles the part of the range
    extra_pct = _FILTER_PCT if ptd is not None and ptd.line_filter else 0.0
    return Accuracy(
        reading_pct=limits.reading_pct + extra_pct,
        range_pct=crest * limits.range_pct,
        range_w=_range_w(phase, log),
        reactive_pct=limits.reactive_pct,
    )


def _range_w(phase: PtdPhase | None, log: SplLog) -> float | None:
    """Return the power range, of several channels the sum; ``None`` with automatic ranges."""
    if phase is None or phase.voltage_range_v is None or phase.current_range_a is None:
        return None
    return max(1, len(log.samples[0].channels)) * phase.voltage_range_v * phase.current_range_a


def _ranges(phase: PtdPhase | None) -> dict[str, Any]:
    if phase is None:
        return {}
    return {"voltage_range_v": phase.voltage_range_v, "current_range_a": phase.current_range_a}
