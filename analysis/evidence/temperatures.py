"""How hot the SUT was when runs of recorded calls began: a warm machine draws more for the same call."""

from collections import defaultdict

import numpy as np

from analysis.evidence.case import CampaignCase, CountedRun
from records.errors import RecordError
from records.finding_codes.bench import START_TEMPERATURES
from records.findings import Finding
from records.gpu import read_gpu
from records.host import read_sensors
from records.tables import Table

MOST_APART_K = 5.0
"""Runs of one scenario that begin farther apart are flagged: leakage grows by some 1 % of it per kelvin."""

_LOOKS_BACK_S = 10.0
_GATE = {"CPU": "cpu_temperature_c", "GPU": "gpu_temperature_c"}


def check_start_temperatures(case: CampaignCase) -> list[Finding]:
    """Flag scenarios with recorded calls whose runs began at different temperatures."""
    found: dict[tuple[str, str | None, str], list[float]] = defaultdict(list)
    for item in case.runs:
        if item.run.scenario in case.settings.calls_recorded:
            for part, celsius in _at_start(case, item).items():
                found[item.run.scenario, item.run.tracker, part].append(celsius)
    return [
        START_TEMPERATURES.finding(
            f"{scenario}{f' with {tracker}' if tracker else ''}: its runs began with the {part} between "
            f"{min(values):g} and {max(values):g} °C; let the gate wait for a lower temperature"
        )
        for (scenario, tracker, part), values in found.items()
        if max(values) - min(values) > MOST_APART_K
    ]


def _at_start(case: CampaignCase, item: CountedRun) -> dict[str, float]:
    """Return the temperatures that the gate saw last, else the newest samples when the run began."""
    gate = item.run.gate or {}
    found = {part: gate[key] for part, key in _GATE.items() if isinstance(gate.get(key), int | float)}
    folder, start_s = case.place.runs / item.name, item.run.t_start_utc_s
    try:
        tables = (
            ("CPU", read_sensors(folder), "cpu_temperature_c"),
            ("GPU", read_gpu(folder), "temperature_c"),
        )
    except RecordError:  # listed by the check of the run's files
        return found
    for part, table, column in tables:
        celsius = None if table is None or start_s is None else _newest(table, column, start_s)
        if celsius is not None:
            found.setdefault(part, celsius)
    return found


def _newest(table: Table, column: str, at_utc_s: float) -> float | None:
    """Return the highest temperature of the last seconds before a moment."""
    t_utc_s, celsius = table.numbers("t_utc_s"), table.numbers(column)
    before = (t_utc_s <= at_utc_s) & (t_utc_s > at_utc_s - _LOOKS_BACK_S) & np.isfinite(celsius)
    return float(celsius[before].max()) if before.any() else None
