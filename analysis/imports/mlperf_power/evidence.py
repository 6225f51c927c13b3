"""What the records of both hosts of an MLPerf Power result prove: clocks, time zones, hashes."""

from pathlib import Path

from analysis.imports.mlperf_power.session import CLOCK_LIMIT_S, ClockComparison, HostRecord
from records.finding_codes import mlperf_power as codes
from records.findings import Finding


def judge_clocks(comparisons: list[ClockComparison]) -> list[Finding]:
    """Say how the hosts' clocks stood to each other."""
    if not comparisons:
        message = (
            "the offset between the clocks of the two hosts is unknown (power/client.json); it is taken as "
            "zero"
        )
        return [codes.CLOCKS_UNKNOWN.finding(message)]
    low_s, high_s = min(c.low_s for c in comparisons), max(c.high_s for c in comparisons)
    message = (
        f"the clock of the system under test is {1e3 * low_s:+.1f} to {1e3 * high_s:+.1f} ms off that of the "
        f"analyzer's host, by {len(comparisons)} comparisons; the default rule corrects for it, the "
        f"published one does not"
    )
    if max(abs(low_s), abs(high_s)) <= CLOCK_LIMIT_S:
        return [codes.CLOCKS.finding(message)]
    message += f". The published check allows {1e3 * CLOCK_LIMIT_S:.0f} ms"
    return [codes.CLOCKS_APART.finding(message)]


def judge_zone(
    spl_zone_s: float | None, load_zone_s: float | None, declared_s: float | None
) -> list[Finding]:
    """Say which time zones the stamps were found to be in, where that is not plainly UTC.

    Args:
        spl_zone_s: local time minus UTC of the samples, ``None`` where nothing shows it.
        load_zone_s: of the load generator's log, likewise.
        declared_s: what ``timezone`` in server.json makes of it, seconds west of UTC.
    """
    if spl_zone_s is None:
        message = "the time zone of the stamps is unknown (power/server.json); UTC is assumed"
        return [codes.ZONE_UNKNOWN.finding(message)]
    findings = []
    if load_zone_s is None:
        message = (
            "in no time zone does the load lie within its phase of power/client.json; the zone of the "
            "samples was used"
        )
        findings.append(codes.ZONE_UNKNOWN.finding(message))
    if spl_zone_s or load_zone_s:
        load = "likewise" if load_zone_s in (None, spl_zone_s) else f"UTC{load_zone_s / 3600:+g} h"
        declared = "" if declared_s is None else f"; server.json declares UTC{-declared_s / 3600:+g} h"
        message = (
            f"the format says UTC, but the samples are stamped in UTC{spl_zone_s / 3600:+g} h (the load: "
            f"{load}), by comparison with the Unix seconds in server.json and client.json{declared}; they "
            f"were converted"
        )
        findings.append(codes.ZONE.finding(message))
    return findings


def judge_hashes(server: HostRecord, folder: Path, names: list[str]) -> list[Finding]:
    """Compare files with the SHA-1 that ``server.json`` has of them.

    Args:
        server: of the result.
        folder: that the names are relative to.
        names: of files that were read.
    """
    import hashlib

    changed = []
    for name in names:
        expected = server.results.get(name)
        if expected is not None:
            digest = hashlib.sha1((folder / name).read_bytes(), usedforsecurity=False).hexdigest()
            changed += [name] if digest != expected else []
    if not changed:
        return []
    message = (
        f"{', '.join(changed)}: the SHA-1 is not the one in power/server.json; changed after the measurement"
    )
    return [codes.FILE_CHANGED.finding(message)]
