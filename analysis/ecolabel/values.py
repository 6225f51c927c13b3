"""Hardware utilisation after DE-UZ 215, Annex 2, and the conditions of its measurement.

``net = load - base``; ``allocation = net / (full - base)``; ``effective = net + allocation * base``;
``utilisation = effective * duration`` (DE-UZ 215, 2020, Annex 2;
docs/explanation/method.md#isoiec-14756-and-de-uz-215).
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from uncertainties import nominal_value, std_dev, ufloat

from analysis.scenario.groups import Group
from records.finding_codes import standards as codes
from records.findings import Finding
from records.rows.families import HardwareColumn
from records.rows.runs import RunRow
from records.rows.standards import EcolabelRow
from records.settings.analysis import AnalysisSettings
from records.settings.ecolabel import UNITS, UTILISATION_UNITS, Ecolabel, convert
from records.words import counted

LEAST_RUNS = {"baseline": 10, "idle": 10, "usage": 30}
SAME_LENGTH_PCT = 1.0
"""Runs that differ by less in their duration are of the same length."""

_Value = Callable[[RunRow], float | None]


def _in(to: str, unit: str, *parts: _Value) -> _Value:
    """Return the sum of some columns in another unit, ``None`` where one is empty."""

    def value(row: RunRow) -> float | None:
        known = [amount for part in parts if (amount := part(row)) is not None]
        return convert(sum(known), unit, to) if len(known) == len(parts) else None

    return value


def _seen(name: HardwareColumn) -> _Value:
    return lambda row: row.hardware.get(name)


_SEEN: dict[str, _Value] = {
    "cpu": _in(UNITS["cpu"], "percent", _seen("cpu_load_pct")),
    "ram": _in(UNITS["ram"], "KiB", _seen("ram_used_kib")),
    "storage": _in(UNITS["storage"], "KiB/s", _seen("disk_read_kib_s"), _seen("disk_write_kib_s")),
    "network": _in(UNITS["network"], "KiB/s", _seen("net_rx_kib_s"), _seen("net_tx_kib_s")),
    "power": _in(UNITS["power"], "W", lambda row: row.mean_power_w),
}


def utilisation(load: Any, base: Any, full: float | None, duration_s: Any) -> dict[str, Any]:
    """Return net load, allocation, effective use and utilisation; numbers, or numbers with uncertainty.

    Args:
        load: mean while the scenario runs; ``base`` mean of the baseline.
        base: see ``load``.
        full: full capacity; ``None`` where it is unknown, then only the net load is known.
        duration_s: of the scenario.

    Returns:
        ``net``, ``allocation``, ``effective`` and ``utilisation``, the last in units of the load times s.
    """
    net = load - base
    if full is None:
        return {"net": net, "allocation": None, "effective": None, "utilisation": None}
    allocation = net / (full - base)
    effective = net + allocation * base
    return {
        "net": net,
        "allocation": allocation,
        "effective": effective,
        "utilisation": effective * duration_s,
    }


def ecolabel_rows(
    groups: list[Group], environment: dict[str, Any], settings: AnalysisSettings
) -> list[EcolabelRow]:
    """Return the values by scenario (usage and idle) and quantity; empty without an ``[ecolabel]`` section.

    Args:
        groups: the counted runs by scenario.
        environment: ``environment.json``, which knows the total memory.
        settings: of the analysis.

    Returns:
        Uncertainties are those of the means over the runs.
    """
    wanted = settings.ecolabel
    if wanted is None:
        return []
    full = {**_known_full(environment), **wanted.full_by_quantity}
    base_rows = [row for group in _plain(groups) if group.kind == "baseline" for row in group.rows]
    rows = []
    for group in _plain(groups):
        if group.kind == "idle" or group.scenario == wanted.scenario:
            rows += [_row(group, base_rows, name, full.get(name), wanted) for name in UNITS]
    return [row for row in rows if row.load is not None and row.base is not None]


def _plain(groups: list[Group]) -> list[Group]:
    return [group for group in groups if group.tracker is None]


def _known_full(environment: dict[str, Any]) -> dict[str, float]:
    sut = environment.get("sut")
    ram = sut.get("ram") if isinstance(sut, dict) else None
    total_kib = ram.get("total_kib") if isinstance(ram, dict) else None
    return {"ram": convert(total_kib, "KiB", UNITS["ram"])} if isinstance(total_kib, int | float) else {}


def _row(
    group: Group, base_rows: list[RunRow], name: str, full: float | None, settings: Ecolabel
) -> EcolabelRow:
    load, base = _mean(group.rows, _SEEN[name]), _mean(base_rows, _SEEN[name])
    duration_s = _mean(group.rows, lambda row: row.duration_s)
    if full is not None and base is not None and full <= nominal_value(base):
        full = None
    known = load is not None and base is not None and duration_s is not None
    values = utilisation(load, base, full, duration_s) if known else {}
    used = values.get("utilisation")
    if name == "power" and used is not None:
        used = used / 3600
    certified = settings.certified_by_quantity.get(name) if group.scenario == settings.scenario else None
    change_pct = 100 * (nominal_value(used) / certified - 1) if used is not None and certified else None
    return EcolabelRow(
        scenario=group.scenario,
        quantity=name,
        unit=UNITS[name],
        n=len(group.rows),
        load=_nominal(load),
        base=_nominal(base),
        full=full,
        net=_nominal(values.get("net")),
        allocation=_nominal(values.get("allocation")),
        effective=_nominal(values.get("effective")),
        effective_u=_u(values.get("effective")),
        duration_s=_nominal(duration_s),
        utilisation=_nominal(used),
        utilisation_u=_u(used),
        utilisation_unit=UTILISATION_UNITS[name],
        certified=certified,
        change_pct=change_pct,
        within=None if change_pct is None else change_pct <= settings.LATER_MAX_PCT,
    )


def _mean(rows: list[RunRow], value: _Value) -> Any:
    """Return the mean over runs with its standard uncertainty by their scatter, ``None`` of no value.

    A plain number where there is no scatter to judge by.
    """
    values = [number for row in rows if (number := value(row)) is not None]
    if not values:
        return None
    mean = float(np.mean(values))
    u = float(np.std(values, ddof=1)) / len(values) ** 0.5 if len(values) > 1 else 0.0
    return ufloat(mean, u) if u > 0 else mean


def _nominal(value: Any) -> float | None:
    return None if value is None else float(nominal_value(value))


def _u(value: Any) -> float | None:
    return float(std_dev(value)) if value is not None and std_dev(value) > 0 else None


def check_ecolabel(groups: list[Group], rows: list[EcolabelRow], settings: AnalysisSettings) -> list[Finding]:
    """Say what the eco-label asks for and this campaign does not have; nothing without ``[ecolabel]``."""
    wanted = settings.ecolabel
    if wanted is None:
        return []
    own = [g for g in _plain(groups) if g.kind in ("baseline", "idle") or g.scenario == wanted.scenario]
    findings = []
    for role, least in LEAST_RUNS.items():
        n = sum(len(g.rows) for g in own if (g.kind if g.scenario != wanted.scenario else "usage") == role)
        if n < least:
            message = f"{counted(n, f'valid {role} run')}, DE-UZ 215 requires {least}: plan more repeats"
            findings.append(codes.ECOLABEL_RUNS.finding(message))
    durations_s = [d for g in own for d in g.known(lambda row: row.duration_s)]
    if durations_s and max(durations_s) - min(durations_s) > SAME_LENGTH_PCT / 100 * float(
        np.mean(durations_s)
    ):
        message = (
            f"baseline, idle and usage runs last from {min(durations_s):.1f} to {max(durations_s):.1f} s; "
            f"DE-UZ 215 requires one length: set duration_s of baseline and idle to that of the usage runs"
        )
        findings.append(codes.ECOLABEL_LENGTHS.finding(message))
    for row in rows:
        if row.effective is None:
            message = (
                f"{row.scenario}: {row.quantity}: no full capacity above the baseline is known, so "
                f"nothing is allocated; set [ecolabel.full] {row.quantity}"
            )
            findings.append(codes.ECOLABEL_CAPACITY.finding(message))
        if row.within is False:
            message = (
                f"{row.scenario}: {row.quantity}: {row.change_pct:+.1f} % against the certified "
                f"version, at most {wanted.LATER_MAX_PCT:+g} % are allowed"
            )
            findings.append(codes.ECOLABEL_EXCEEDED.finding(message))
    return findings
