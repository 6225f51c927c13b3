"""The benches of a fleet against each other (docs/explanation/method.md#several-benches)."""

from math import sqrt

import numpy as np

from analysis.maths.arrays import ratio
from analysis.maths.benches import Benches
from analysis.scenario.baseline import SIGNIFICANT
from analysis.scenario.groups import Group
from analysis.statistics.families import holm
from analysis.statistics.samples import Sample, sample_of, scattered
from records.finding_codes import bench as codes
from records.findings import Finding
from records.rows.benches import BenchRow

_QUANTITIES = ("energy_wh", "induced_wh", "duration_s", "mean_power_w")


def bench_rows(groups: list[Group]) -> list[BenchRow]:
    """Return the mean of every scenario on each bench, quantity by quantity; none of a single bench."""
    rows = []
    for quantity in _QUANTITIES:
        samples = [sample_of(group.label, group.rows, [], quantity) for group in groups]
        fleet = [sample for sample in samples if len(set(sample.benches)) > 1]
        tests = {sample.label: p for sample in fleet if (p := _p(sample)) is not None}
        adjusted = dict(zip(tests, holm(list(tests.values())), strict=True))
        for sample in fleet:
            rows += _of_sample(sample, tests.get(sample.label), adjusted.get(sample.label))
    return rows


def check_benches(rows: list[BenchRow]) -> list[Finding]:
    """Say which scenarios took significantly different energies on the benches."""
    differing: dict[str, list[BenchRow]] = {}
    for row in rows:
        if row.quantity == "energy_wh" and row.p_holm is not None and row.p_holm < SIGNIFICANT:
            differing.setdefault(row.scenario, []).append(row)
    return [codes.BENCHES_DIFFER.finding(_words(name, found)) for name, found in differing.items()]


def _words(scenario: str, rows: list[BenchRow]) -> str:
    of = "include how benches differ" if len(rows) > 2 else "are those of these two benches"
    least, most = min(rows, key=lambda row: row.mean), max(rows, key=lambda row: row.mean)
    return (
        f"{scenario}: mean energy from {least.mean:.4g} Wh on bench {least.bench} to "
        f"{most.mean:.4g} Wh on bench {most.bench} (p = {rows[0].p_holm:.2g} that the benches are "
        f"alike); the intervals of means {of}"
    )


def _p(sample: Sample) -> float | None:
    if not scattered(sample.values):
        return None
    benches = Benches(sample.benches)
    return benches.p(*benches.mean_squares(sample.values))


def _of_sample(sample: Sample, p: float | None, p_holm: float | None) -> list[BenchRow]:
    benches = Benches(sample.benches)
    between, within = benches.mean_squares(sample.values)
    of_all = float(benches.means(sample.values).mean())
    known = benches.within_df > 0
    rows = []
    for name in benches.names.tolist():
        values = sample.values[np.array(sample.benches) == name]
        share = ratio(float(values.mean()), of_all)
        rows.append(
            BenchRow(
                scenario=sample.label,
                quantity=sample.quantity,
                bench=name,
                n=len(values),
                mean=float(values.mean()),
                sd=float(values.std(ddof=1)) if len(values) > 1 else None,
                pct=None if share is None else 100 * (share - 1),
                benches=len(benches.names),
                between_sd=sqrt(benches.component(between, within)) if known else None,
                within_sd=sqrt(within) if known else None,
                p=p,
                p_holm=p_holm,
            )
        )
    return rows
