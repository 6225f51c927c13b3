"""How it went with the trackers, and the CPU time that they took for themselves."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

from analysis.maths.describe import MeanInterval, mean_interval
from records.rows.agreement import TrackerRow
from records.tracker_columns import OUTCOMES
from reports.blocks.columns import with_interval
from reports.blocks.tables import Column, Columns, Table, table, text_column
from reports.campaign.trackers.remarks import of_tracker, tracker_names
from reports.campaign.view import View
from reports.words.numbers import ABSENT, count, finite, plain
from reports.words.outcomes import OUTCOME_WORDS

_HOW = (
    "No sensor: the tracker has nothing to read on this machine. Other window: its own window differs from "
    "the rating interval by more than 1 %, so it is not compared. Failed, hung: the run is valid and has no "
    "energy of the tracker. Left processes: they were ended; the energy is compared."
)
_CPU_HOW = (
    "CPU time of the tracker's own processes within the rating interval, without the program. Build, start "
    "and stop (medians) lie outside of it."
)


@dataclass(frozen=True)
class _Went:
    """How often a tracker ended in which way; ``why`` are the reasons, each once."""

    tracker: str
    extents: str
    counts: Counter[str]
    why: str


def outcomes_table(view: View) -> Table | None:
    """Count the outcomes of each tracker; ``None`` where no run tells one."""
    told = [row for row in view.results.trackers if row.outcome is not None]
    if not told:
        return None
    columns: Columns[_Went] = (
        text_column("Tracker", lambda row: row.tracker),
        text_column("Sees", lambda row: row.extents, whole=True),
        *(_counted(outcome) for outcome in OUTCOMES),
        text_column("Why", lambda row: row.why),
    )
    rows = [_went(name, of_tracker(told, name)) for name in tracker_names(view) if of_tracker(told, name)]
    return table("trackers-outcomes", "Outcome, runs", columns, rows, note=_HOW, source="trackers")


def _counted(outcome: str) -> Column[_Went]:
    return Column(
        OUTCOME_WORDS[outcome], lambda row: count(row.counts[outcome]) if row.counts[outcome] else ABSENT
    )


def _went(tracker: str, rows: list[TrackerRow]) -> _Went:
    why = dict.fromkeys(row.outcome_text for row in rows if row.outcome_text)
    extents = dict.fromkeys(row.extent for row in rows if row.extent)
    return _Went(tracker, ", ".join(extents), Counter(row.outcome or "" for row in rows), "; ".join(why))


@dataclass(frozen=True)
class _Own:
    """What a tracker took for itself in the runs of a scenario."""

    scenario: str
    tracker: str
    rows: list[TrackerRow]
    cpu_s: MeanInterval

    @property
    def share_pct(self) -> float | None:
        """Percent of one CPU."""
        total_s = sum((row.t_stop_utc_s or 0.0) - (row.t_start_utc_s or 0.0) for row in self.rows)
        return 100 * self.cpu_s.mean * len(self.rows) / total_s if total_s > 0 else None

    def typical_s(self, step: str) -> float | None:
        """Return the median length of a step in seconds."""
        known = [seconds for row in self.rows if (seconds := getattr(row, f"{step}_s")) is not None]
        return median(known) if known else None


def own_cpu_table(view: View) -> Table | None:
    """Tabulate the CPU time of each tracker by scenario; ``None`` where no run tells one."""
    rows = list(_own(view))
    if not rows:
        return None
    columns: Columns[_Own] = (
        text_column("Scenario", lambda row: row.scenario),
        text_column("Tracker", lambda row: row.tracker),
        Column("n", lambda row: count(len(row.rows))),
        with_interval("CPU time of a run", lambda row: (row.cpu_s.mean, row.cpu_s.low, row.cpu_s.high), "s"),
        Column("Of one CPU", lambda row: plain(row.share_pct, 3), "%"),
        *(_step(step) for step in ("build", "start", "stop")),
    )
    return table(
        "trackers-own-cpu", "CPU time of the trackers", columns, rows, note=_CPU_HOW, source="trackers"
    )


def _step(step: str) -> Column[_Own]:
    return Column(step.capitalize(), lambda row: plain(row.typical_s(step), 3), "s")


def _own(view: View) -> Iterator[_Own]:
    confidence = finite(view.results.settings.get("confidence")) or 0.95
    for tracker in tracker_names(view):
        known = [row for row in of_tracker(view.results.trackers, tracker) if row.tracker_cpu_s is not None]
        for scenario in dict.fromkeys(row.scenario for row in known):
            rows = [row for row in known if row.scenario == scenario]
            seconds = [row.tracker_cpu_s for row in rows if row.tracker_cpu_s is not None]
            yield _Own(scenario, tracker, rows, mean_interval(seconds, confidence))
