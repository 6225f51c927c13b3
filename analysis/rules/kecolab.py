"""Rule ``kecolab``: closed marker intervals, and the baseline scaled by the ratio of mean durations.

    E_induced = mean(E) - mean(E_base) * mean(T) / mean(T_base)

E is the sum of the samples stamped from the start mark to the stop mark, both included, so that a run of T
seconds may have one sample more or less than T.

Marks are taken as a program reads them that takes the digits behind the point for decimal places, because
the published number rests on that. Where a log has milliseconds without leading zeros this moves marks by
up to 0.9 s; the rows therefore also hold the same rule with the repaired marks.

Source: KEcoLab's evaluation (KDE), after the Blue Angel procedure.
"""

from dataclasses import dataclass

import numpy as np

from analysis.imports.parts import AS_WRITTEN
from analysis.maths.arrays import finite
from analysis.rules.contract import Columns, RuleCase
from analysis.rules.scenarios import by_scenario, mean_of, reference_of
from analysis.run.spans import run_span
from records.events import read_events
from records.run import Run, RunFolder
from records.units import wh_from_j


@dataclass(frozen=True)
class Closed:
    """A closed interval between two marks: its length, and the sum of its samples as energy."""

    duration_s: float
    energy_wh: float | None


@dataclass(frozen=True)
class KecolabRun:
    """What the rule needs of a run: with the marks as written, and as repaired."""

    as_written: Closed
    repaired: Closed


class KecolabRule:
    """See the module's text."""

    name = "kecolab"
    source = "KEcoLab (KDE): closed marker intervals, baseline energy scaled by the ratio of mean durations"

    def of_run(self, case: RuleCase) -> KecolabRun:
        """Sum the samples between the marks."""
        start_s, stop_s = _shifts_s(case)
        return KecolabRun(
            as_written=_closed(case, case.start_utc_s + start_s, case.stop_utc_s + stop_s),
            repaired=_closed(case, case.start_utc_s, case.stop_utc_s),
        )

    def of_campaign(self, parts: list[tuple[Run, KecolabRun]]) -> tuple[list[Columns], list[Columns]]:
        """Return one row per scenario."""
        reference = reference_of(parts)
        rows: list[Columns] = []
        for label, members in by_scenario(parts).items():
            kind, runs = members[0][0].kind, [part for _, part in members]
            base = reference if kind != "baseline" else []
            as_written = _evaluate([r.as_written for r in runs], [r.as_written for r in base])
            repaired = _evaluate([r.repaired for r in runs], [r.repaired for r in base])
            rows.append(
                {
                    "scenario": label,
                    "kind": kind,
                    "n": len(runs),
                    **as_written,
                    "duration_repaired_s": repaired["duration_s"],
                    "energy_repaired_wh": repaired["energy_wh"],
                    "baseline_repaired_wh": repaired["baseline_wh"],
                    "induced_repaired_wh": repaired["induced_wh"],
                }
            )
        return rows, []


def _shifts_s(case: RuleCase) -> tuple[float, float]:
    """Return how far the marks as written are from the repaired ones; 0 where nothing was repaired."""
    span = run_span(read_events(RunFolder(case.run_dir).events))
    if span is None or span.t_stop_utc_s is None:
        return 0.0, 0.0
    start, stop = (finite(span.data.get(name)) for name in AS_WRITTEN)
    return (
        0.0 if start is None else start - span.t_start_utc_s,
        0.0 if stop is None else stop - span.t_stop_utc_s,
    )


def _closed(case: RuleCase, start_utc_s: float, stop_utc_s: float) -> Closed:
    inside = (case.t_utc_s >= start_utc_s) & (case.t_utc_s <= stop_utc_s) & np.isfinite(case.power_w)
    power_w = case.power_w[inside]
    energy_wh = wh_from_j(float(power_w.sum()) * case.meter.interval_s) if len(power_w) else None
    return Closed(stop_utc_s - start_utc_s, energy_wh)


def _evaluate(runs: list[Closed], base: list[Closed]) -> dict[str, float | None]:
    duration_s, energy_wh = mean_of([r.duration_s for r in runs]), mean_of([r.energy_wh for r in runs])
    base_s, base_wh = mean_of([r.duration_s for r in base]), mean_of([r.energy_wh for r in base])
    scaled_wh = induced_wh = None
    if duration_s is not None and base_s and base_wh is not None:
        scaled_wh = base_wh * duration_s / base_s
        induced_wh = None if energy_wh is None else energy_wh - scaled_wh
    return {
        "duration_s": duration_s,
        "energy_wh": energy_wh,
        "baseline_wh": scaled_wh,
        "induced_wh": induced_wh,
    }
