"""Synthetic results after ISO/IEC 14756 and DE-UZ 215. Every number is made up; none was measured."""

from typing import Any

from report_example import Plan, example

from analysis.ecolabel.values import utilisation
from analysis.iso14756.efficiency import compare
from analysis.iso14756.ratings import Tasks, rate
from analysis.iso14756.values import MARK
from records.results import Results
from records.settings.ecolabel import UNITS, UTILISATION_UNITS
from records.settings.requirement import TaskRequirement, TimeClass

ASKED = TaskRequirement(
    name="epoch",
    throughput_per_h=500.0,
    time_classes=[TimeClass(limit_s=5.0, share_pct=50.0), TimeClass(limit_s=7.0, share_pct=100.0)],
)


def tasks(scenario: str, *runs: tuple[float, ...]) -> Tasks:
    """Epochs of runs of 20 s each; 0.1 Wh a task, of which 0.06 Wh are induced."""
    return Tasks(
        scenario=scenario,
        name="epoch",
        runs=len(runs),
        rating_s=20.0 * len(runs),
        times_s=tuple(t for run in runs for t in run),
        run_sums_s=tuple(sum(run) for run in runs),
        run_counts=tuple(len(run) for run in runs),
        energy_wh=tuple(0.1 + 0.001 * n for n in range(len(runs))),
        induced_wh=tuple(0.06 + 0.001 * n for n in range(len(runs))),
    )


SLOW = tasks("transfer", (4.0, 5.0, 6.0), (4.0, 5.0, 8.0))
FAST = tasks("cnn", (2.0, 2.0, 2.0), (2.0, 2.0, 2.1))


def line(proof: str, holds: bool | None, words: str = "as it should be") -> dict[str, Any]:
    return {
        "proof": proof,
        "scenario": "cnn",
        "quantity": "exit_code",
        "value": 0,
        "limit": 0,
        "holds": holds,
        "words": words,
    }


def with_iso14756(*chains: Tasks, proofs: list[dict[str, Any]] | None = None) -> Results:
    """Results with the ratings of these chains; of two, the first is the reference of the second."""
    results = example(Plan(repeats=1, seconds=12, epochs=0, tracker=None))
    rows = [rate(chain, ASKED, 0.95) for chain in chains]
    proofs = proofs or [
        line(proof, True) for proof in ("correct results", "correct generator", "statistical significance")
    ]
    results.iso14756 = {
        "marked": MARK,
        "satisfied": bool(rows) and all(row.satisfied for row in rows),
        "valid": all(row["holds"] for row in proofs),
        "task_types": rows,
        "efficiency": [compare(chain, chains[0], ASKED, 0.95) for chain in chains[1:]],
        "proofs": proofs,
    }
    return results


def ecolabel_row(quantity: str, load: float, base: float, full: float | None, **more: Any) -> dict[str, Any]:
    duration_s = 502.0
    return {
        "scenario": "cnn",
        "quantity": quantity,
        "unit": UNITS[quantity],
        "n": 30,
        "load": load,
        "base": base,
        "full": full,
        **utilisation(load, base, full, duration_s),
        "effective_u": None,
        "utilisation_u": None,
        "duration_s": duration_s,
        "utilisation_unit": UTILISATION_UNITS[quantity],
        "certified": None,
        "change_pct": None,
        "within": None,
        **more,
    }


def with_ecolabel(*rows: dict[str, Any]) -> Results:
    results = example(Plan(repeats=1, seconds=12, epochs=0, tracker=None))
    results.settings["ecolabel"] = {"scenario": "cnn", "later_max_pct": 10.0}
    results.ecolabel = list(rows)
    return results
