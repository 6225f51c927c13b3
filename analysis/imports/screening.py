"""Powers of foreign logs that cannot be true: the same checks as for readings of a live meter."""

from collections import Counter
from dataclasses import replace
from math import isfinite
from typing import Any

from analysis.imports.frozen import frozen_readings
from analysis.imports.parts import ImportedRun
from records.errors import RecordError
from records.finding_codes import imports as codes
from records.findings import Finding
from records.meter import QUANTITIES, MeterRecord, Reading
from records.sanity import flag_of
from records.words import counted

_MOST = 0.5


def screened(run: ImportedRun) -> tuple[ImportedRun, list[Finding]]:
    """Flag the powers of a run that cannot be true, and say what was flagged or is doubtful.

    Raises:
        RecordError: most of its powers are negative: their sign is wrong.
    """
    if run.meter is None or "power_w" not in run.readings:
        return run, []
    flags, first = _flags(run.readings, run.meter)
    counts = Counter(flag for flag in flags if flag in first)
    good = sum(not flag for flag in flags)
    if counts["negative"] > _MOST * (good + counts["negative"]):
        raise RecordError(
            f"{run.scenario}: expected the power of a consumer, but {counts['negative']} of {len(flags)} "
            f"readings are negative. Is a clamp the wrong way round? Change the sign in the source, then "
            f"import again"
        )
    messages = {
        "negative": (
            codes.POWER_NEGATIVE,
            "below zero: a counter that wrapped, or a meter of both directions",
        ),
        "implausible": (
            codes.POWER_IMPLAUSIBLE,
            "the end of a register, or contradicted by volts and amperes of the same row",
        ),
    }
    findings = [
        messages[flag][0].finding(
            f"{counted(count, 'reading')}, the first of {first[flag]:g} W: {messages[flag][1]}; kept with a "
            f"flag, which leaves a gap"
        )
        for flag, count in sorted(counts.items())
    ]
    frozen = frozen_readings(run.readings, flags, run.meter.resolution_w)
    if frozen:
        findings.append(
            codes.POWER_FROZEN.finding(
                f"{frozen} readings in a row have the same power, while it changes elsewhere: did the "
                f"logger lose its meter? They are kept"
            )
        )
    return replace(run, readings={**run.readings, "flag": flags}), findings


def _flags(readings: Any, meter: MeterRecord) -> tuple[list[str], dict[str, float]]:
    powers = readings["power_w"]
    given = readings.get("flag") or ["" if _known(value) else "nodata" for value in powers]
    quantities = {name: readings[name] for name in QUANTITIES if name in readings and name != "power_w"}
    flags: list[str] = []
    first: dict[str, float] = {}
    last_w: float | None = None
    for i, (power_w, flag) in enumerate(zip(powers, given, strict=True)):
        if flag or not _known(power_w):
            flags.append(flag)
            continue
        reading = Reading(0.0, power_w, **{name: values[i] for name, values in quantities.items()})
        flags.append(flag_of(reading, last_w, meter.resolution_w or 1e-9))
        if flags[-1]:
            first.setdefault(flags[-1], power_w)
        else:
            last_w = power_w
    return flags, first


def _known(value: float | None) -> bool:
    return value is not None and isfinite(value)
