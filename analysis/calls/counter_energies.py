"""Energies of calls by the computer's own counters: the wall meter's division on readings of their own."""

from typing import Any

import numpy as np

from analysis.calls.counted import GPU
from analysis.calls.covers import Indices
from analysis.calls.energies import Known, ScenarioEnergies
from analysis.calls.labels import BOUNDED, MEASURED
from analysis.calls.scenario_calls import ScenarioCalls
from analysis.run.counters import PARTS

_LEAST_DF = 10.0
"""A regression with fewer degrees of freedom does not say how well it knows its powers."""


class CounterEnergies:
    """Energy of the columns of a scenario by each counter that all its runs have.

    Args:
        known: the energies by the wall meter.
    """

    def __init__(self, known: ScenarioEnergies) -> None:
        calls = known.calls
        self._parts: dict[str, ScenarioEnergies] = {}
        self._integrated: set[str] = set()
        for part in (*PARTS.values(), GPU):
            if all(part in run.counters for run in calls.runs):
                runs = [run.by_counter(part) for run in calls.runs]
                by_counter = ScenarioCalls(calls.label, runs, calls.sites)
                self._parts[part] = ScenarioEnergies(by_counter, known.baseline, known.confidence)
                if any(run.counters[part].counted.integrated for run in calls.runs):
                    self._integrated.add(part)

    def columns(self, columns: Indices) -> dict[str, Any]:
        """Return the mean energy of a run with inner calls, by the names of `records.rows.calls.CallSiteRow`.

        Args:
            columns: a site, the time outside all calls, or the sites of a group.
        """
        found = {part: self._known(part, columns) for part in self._parts}
        return {f"counter_{part}_j": known.gross.value_j for part, known in found.items() if known}

    def _known(self, part: str, columns: Indices) -> Known | None:
        """Return an energy that the samples of a counter carry; ``None`` of any other."""
        energies = self._parts[part]
        if len(columns) > 1:
            known = energies.known(columns, None)
        else:
            column = int(columns[0])
            known = energies.exclusive_known[column]
            inclusive = energies.inclusive_known.get(column)
            if inclusive is not None:
                known = inclusive
            elif any(np.isin(column, group.sites) for group in energies.groups):
                return None
        if known.label == MEASURED:
            return known
        pooled = part not in self._integrated and energies.calls.division.fitted.df >= _LEAST_DF
        return known if pooled and known.label != BOUNDED else None
