"""What ``lab plan`` prints: a sentence, then the table it comes from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import Any

from analysis.planning.expected import ASSURANCE, MOST_REPEATS, READINGS_OF_EPOCH, Expected
from analysis.planning.pilot import Wanted
from analysis.planning.table import REPEATS_SHOWN, PlanRow
from lab.cli.output import print_table, stdout
from lab.conduct.plan import duration
from records.settings.analysis import CONFIDENCE
from reports.campaign.uncertainty.terms import TERMS
from reports.words.numbers import plain

_OF = {
    "induced": "for the induced energy of a run",
    "difference": "for a difference in induced energy, in percent of that energy",
    "epoch": "for the induced energy of an epoch",
}

_USUAL_REPEATS = REPEATS_SHOWN[-1]
"""A meter that needs more repeats than this is the wrong one."""

_MOST_PRACTICAL = 200
_IMPRACTICAL = (
    " So many repeats are rarely practical: make the runs longer (--duration), quieten the machine, or ask "
    "for less (--want)."
)


@dataclass(frozen=True)
class Planned:
    """A plan.

    Attributes:
        of: what is wanted; ``want_pct`` how well.
        rows: by meter and length of runs, those of the pilot's meter first.
        pilot: folder of the earlier campaign, or ``None``.
        simulated: whether that was measured by a virtual meter.
        block_s: how long a block takes with runs as long as there.
        left_out: workloads of the pilot for which no plan is possible.
    """

    of: Wanted
    want_pct: float
    rows: Sequence[PlanRow]
    pilot: Path | None
    simulated: bool
    block_s: float
    left_out: Sequence[str] = ()

    def seconds(self, row: PlanRow, repeats: int) -> float:
        """Return how long so many blocks take, longer runs and baselines in proportion."""
        return repeats * self.block_s * row.longer


def plan_json(planned: Planned) -> dict[str, Any]:
    """Return a plan as JSON types; shares are in percent of the energy."""
    return {
        "of": planned.of,
        "want_pct": planned.want_pct,
        "confidence": CONFIDENCE,
        "assurance": ASSURANCE,
        "pilot": None if planned.pilot is None else str(planned.pilot),
        "simulated": planned.simulated,
        "words": plan_words(planned),
        "left_out": list(planned.left_out),
        "rows": [_row_json(planned, row) for row in planned.rows],
    }


def _row_json(planned: Planned, row: PlanRow) -> dict[str, Any]:
    work, enough = row.work, row.enough
    return {
        "meter": row.meter.name,
        "of_the_pilot": row.meter.known is not None,
        "what": work.name,
        "duration_s": work.duration_s,
        "scatter_pct": 100 * work.scatter,
        "scatter_df": None if work.scatter_df == inf else work.scatter_df,
        "energy_resolved": work.resolved,
        "resolved": row.meter.resolves(work),
        "least_pct": 100 * row.least,
        "repeats": None if enough is None else enough.repeats,
        "seconds": None if enough is None else planned.seconds(row, enough.repeats),
        "reached": [_expected_json(one) for one in (*row.reached, *([enough] if enough else []))],
    }


def _expected_json(one: Expected) -> dict[str, Any]:
    terms: Mapping[str, float] = {term: 100 * u for term, u in one.terms.items()}
    return {"repeats": one.repeats, "half_pct": 100 * one.half, "u_pct": terms}


def print_plan(planned: Planned) -> None:
    """Print a plan."""
    if planned.simulated:
        stdout.print("SIMULATED meter in that campaign: its scatter is not that of a machine", style="bold")
    stdout.print(plan_words(planned))
    stdout.print()
    several = len({row.work.name for row in planned.rows}) > 1
    columns = (
        "meter",
        "run",
        f"repeats for ±{planned.want_pct:g} %",
        "time",
        *(f"± with {n}" for n in REPEATS_SHOWN),
        "largest term",
        *(["scenario"] if several else []),
    )
    cells = [_cells(planned, row) for row in planned.rows]
    shown = [
        ["" if number and cells[number - 1][0] == line[0] else line[0], *line[1 : len(columns)]]
        for number, line in enumerate(cells)
    ]
    print_table(columns, shown)
    stdout.print()
    for line in _notes(planned):
        stdout.print(f"- {line}")


def _cells(planned: Planned, row: PlanRow) -> list[str]:
    limit = row.limit
    halves = [f"{plain(100 * one.half, 2)} %" for one in row.reached] or [""] * len(REPEATS_SHOWN)
    return [
        row.meter.name,
        duration(row.work.duration_s),
        _repeats(planned, row),
        "" if row.enough is None else duration(planned.seconds(row, row.enough.repeats)),
        *halves,
        "" if limit is None else _term(limit),
        row.work.name,
    ]


def _repeats(planned: Planned, row: PlanRow) -> str:
    if row.enough is not None:
        return f"{'' if row.work.resolved else '≥ '}{row.enough.repeats}"
    if not row.meter.resolves(row.work):
        return "epoch too short"
    if 100 * row.least >= planned.want_pct:
        return f"never below {plain(100 * row.least, 2)} %"
    return f"more than {MOST_REPEATS}"


def _term(expected: Expected) -> str:
    return TERMS[expected.largest].name


def plan_words(planned: Planned) -> str:
    """Say what to do: with the meter of the pilot if that is enough, else with the coarsest that is."""
    wanted = f"±{planned.want_pct:g} % (95 %) {_OF[planned.of]}"
    own = [row for row in planned.rows if row.meter.known is not None]
    chosen = _chosen(planned, own) or _chosen(planned, planned.rows)
    if chosen is None:
        return _nothing(planned, wanted)
    words = ""
    if own and chosen.meter.known is None:
        limit = own[0].limit
        reason = "it does not resolve the epochs" if limit is None else f"the limit is {_term(limit)}"
        words = f"{own[0].meter.name}, does not reach {wanted}: {reason}. "
    enough = chosen.enough
    assert enough is not None
    least = "" if chosen.work.resolved else "at least "
    return (
        f"{words}Plan {least}{enough.repeats} repeats of {duration(chosen.work.duration_s)} with "
        f"{chosen.meter.name}{'' if words else f', to reach {wanted}'}: about "
        f"{duration(planned.seconds(chosen, enough.repeats))}. The largest term is then {_term(enough)}."
        f"{_IMPRACTICAL if enough.repeats > _MOST_PRACTICAL else ''}"
    )


def _chosen(planned: Planned, rows: Sequence[PlanRow]) -> PlanRow | None:
    """Return the shortest campaign with the coarsest meter that does it in a usual number of repeats."""
    able = [row for row in rows if row.enough is not None]
    usual = [row for row in able if row.enough is not None and row.enough.repeats <= _USUAL_REPEATS]
    first = next(iter(usual or able), None)
    with_it = [row for row in usual or able if first is not None and row.meter.name == first.meter.name]
    return min(
        with_it, key=lambda row: planned.seconds(row, row.enough.repeats if row.enough else 0), default=None
    )


def _nothing(planned: Planned, wanted: str) -> str:
    able = [row for row in planned.rows if row.reached]
    if not able:
        epoch_s = planned.rows[-1].work.epoch_s
        return (
            f"No meter of the table resolves an epoch of {plain(epoch_s, 2)} s, which needs "
            f"{READINGS_OF_EPOCH} readings: use a faster meter or longer epochs, or ask for --of induced."
        )
    best = min(able, key=lambda row: row.reached[-1].half)
    most = best.reached[-1]
    return (
        f"Nothing in the table reaches {wanted}. The closest is {best.meter.name} with "
        f"±{plain(100 * most.half, 2)} % after {most.repeats} repeats of {duration(best.work.duration_s)}; "
        f"the limit is {_term(most)}."
    )


def _notes(planned: Planned) -> list[str]:
    work = planned.rows[0].work
    unresolved = dict.fromkeys(row.work.name for row in planned.rows if not row.work.resolved)
    source = (
        f"from {work.scatter_df + 1:.0f} repeats of {planned.pilot}"
        if planned.pilot is not None
        else "assumed; `lab plan CAMPAIGN` takes it from an earlier campaign"
    )
    return [
        *(
            f"The pilot does not distinguish the energy of {name} from zero. Percentages are of the most "
            f"that it can be (95 %): if it is smaller, more repeats are needed. Plan again with the next "
            f"campaign as the pilot"
            for name in unresolved
        ),
        *(
            f"Not planned: {name} has fewer than three valid runs, or an energy that is not above zero"
            for name in planned.left_out
        ),
        f"{100 * ASSURANCE:.0f} of 100 such campaigns reach the interval",
        f"Standard deviation of {work.name}: {plain(100 * work.scatter, 2)} % from run to run, "
        f"{plain(100 * work.baseline_scatter, 2)} % by the baseline, {source}",
        "Longer runs are taken to scatter as much in proportion; errors at their borders weigh less",
        "Percent of reading behind each meter: `lab meter drivers` lists all limits of error",
        f'In lab.toml, `repeats = "until {planned.want_pct:g} %"` adds blocks until the interval is reached',
    ]
