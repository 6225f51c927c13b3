"""Two scenarios of one campaign or of two: what ``lab compare`` shows."""

import difflib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from analysis.settings import CONFIDENCE
from analysis.statistics.comparison import compare
from analysis.statistics.description import statistics_row
from analysis.statistics.difference import equivalence_p
from analysis.statistics.samples import QUANTITIES, Quantity, Sample, one_after_the_other, pair_of, sample_of
from records.campaign import CampaignFolder
from records.errors import ConfigurationError, RecordError
from records.results import Results, Row, read_results

Verdict = Literal["lower", "higher", "not shown", "untested"]
"""What b is to a: ``not shown`` when the test does not refuse that they are equal."""


@dataclass(frozen=True, eq=False)
class Side:
    """One of the two scenarios.

    Attributes:
        folder: of its campaign; ``results`` of that.
        name: of the scenario, ``NAME`` or ``NAME+TRACKER``; ``label`` with the campaign where they differ.
        sample: the quantity over its runs.
        statistics: a row by `records.results.STATISTICS_COLUMNS`.
    """

    folder: Path
    results: Results
    name: str
    label: str
    sample: Sample
    statistics: Row

    @property
    def simulated(self) -> bool:
        """Whether the meter was a virtual one."""
        return bool(self.results.campaign.get("simulated"))


@dataclass(frozen=True, eq=False)
class Compared:
    """Two scenarios compared.

    Attributes:
        quantity: in which.
        a: the reference; ``b`` what is compared with it.
        b: see ``a``.
        row: by `records.results.COMPARISON_COLUMNS` and `PAIR_COLUMNS`.
        verdict: see `Verdict`; by the p value after Holm where the pair is one of a family.
        margin_pct: within which equivalence was asked for, and ``equivalence_p``; ``None`` if not asked.
        equivalence_p: see ``margin_pct``.
        remarks: what weakens the comparison.
        refusals: what refuses it.
    """

    quantity: Quantity
    a: Side
    b: Side
    row: Row
    verdict: Verdict
    margin_pct: float | None = None
    equivalence_p: float | None = None
    remarks: list[str] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)

    @property
    def decisive_p(self) -> float | None:
        """The p value that the verdict is by."""
        return _decisive(self.row)

    def to_json(self) -> dict[str, Any]:
        """Return everything as JSON types."""
        return {
            "quantity": self.quantity.name,
            "unit": self.quantity.unit,
            "verdict": self.verdict,
            "a": self.a.statistics,
            "b": self.b.statistics,
            "comparison": self.row,
            "margin_pct": self.margin_pct,
            "equivalence_p": self.equivalence_p,
            "simulated": self.a.simulated or self.b.simulated,
            "remarks": self.remarks,
            "refusals": self.refusals,
        }


def compare_scenarios(
    folder: Path, a: str, b: str, quantity: str = "induced_wh", margin_pct: float | None = None
) -> Compared:
    """Compare two scenarios of analysed campaigns.

    Args:
        folder: of the campaign.
        a: name of the reference, ``NAME``, ``NAME+TRACKER`` or ``DIR2:NAME``.
        b: of what is compared with it, likewise.
        quantity: a name of `QUANTITIES`.
        margin_pct: ask also whether b is equivalent to a within this percentage.

    Raises:
        ConfigurationError: there is no such scenario, or both are the same.
        RecordError: a campaign was not analysed, or a scenario has no run with the quantity.
    """
    sides = _sides(folder, a, b, quantity)
    if len({(side.folder.resolve(), side.name) for side in sides}) == 1:
        raise ConfigurationError(f"{a} and {b}: expected two scenarios, but they are the same one")
    one, other = sides
    row = compare(one.sample, other.sample, CONFIDENCE)
    row |= _from_results(one, other, quantity)
    p = None
    if margin_pct is not None:
        p = equivalence_p(pair_of(one.sample, other.sample), margin_pct / 100)
    return Compared(
        quantity=QUANTITIES[quantity],
        a=one,
        b=other,
        row=row,
        verdict=_verdict(row),
        margin_pct=margin_pct,
        equivalence_p=p,
        remarks=[*_about_sample(one), *_about_sample(other), *_about_pair(one, other, row)],
        refusals=_refusals(one, other),
    )


def _sides(folder: Path, a: str, b: str, quantity: str) -> list[Side]:
    places = [_place(folder, text) for text in (a, b)]
    known = {place: read_results(CampaignFolder(place).results) for place in {place for place, _ in places}}
    several = len(known) > 1
    return [_side(place, known[place], name, quantity, several) for place, name in places]


def _place(folder: Path, text: str) -> tuple[Path, str]:
    """Split ``DIR2:NAME``."""
    other, colon, name = text.rpartition(":")
    return (Path(other), name) if colon else (folder, text)


def _side(folder: Path, results: Results, name: str, quantity: str, several: bool) -> Side:
    known = [str(row["scenario"]) for row in results.scenarios]
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"did you mean {near[0]!r}? " if near else ""
        raise ConfigurationError(
            f"{folder}: there is no scenario {name!r}; {hint}known: {', '.join(known) or 'none'}"
        )
    rows = [row for row in results.runs if label_of(row) == name]
    epochs = [row for row in results.epochs if label_of(row) == name]
    label = f"{folder.name}:{name}" if several else name
    sample = sample_of(label, rows, epochs, quantity, campaign=str(folder.resolve()))
    statistics = statistics_row(sample, CONFIDENCE)
    if statistics is None:
        has = [q for q in QUANTITIES if sample_of(name, rows, epochs, q).n]
        raise RecordError(
            f"{folder}: expected runs of {name!r} with {quantity}, but none of its {len(rows)} has it. "
            f"--quantity may be {', '.join(has) or 'none'} for it"
        )
    return Side(folder, results, name, label, sample, statistics)


def label_of(row: Row) -> str:
    """Return ``NAME`` or ``NAME+TRACKER`` of a row of runs or epochs."""
    return str(row["scenario"]) if row["tracker"] is None else f"{row['scenario']}+{row['tracker']}"


def _from_results(a: Side, b: Side, quantity: str) -> Row:
    """Return what only the analysis of the campaign knows: the family, and the meter's part."""
    if a.folder != b.folder:
        return {}
    for row in a.results.comparisons:
        if row["quantity"] == quantity and "family" in row and {row["a"], row["b"]} == {a.name, b.name}:
            names = ("family", "family_size", "p_holm", "total_u", "total_low", "total_high")
            found = {name: row.get(name) for name in (*names, "ratio_total_low", "ratio_total_high")}
            return found if row["a"] == a.name else _turned(found)
    return {}


def _turned(row: Row) -> Row:
    """Turn the columns of the whole budget round: a minus b, and one over the ratio."""
    low, high = row["total_low"], row["total_high"]
    turned = {"total_low": None if high is None else -high, "total_high": None if low is None else -low}
    low, high = row["ratio_total_low"], row["ratio_total_high"]
    known = low is not None and high is not None and low > 0
    turned |= {
        "ratio_total_low": 1 / high if known else None,
        "ratio_total_high": 1 / low if known else None,
    }
    return {**row, **turned}


def _decisive(row: Row) -> float | None:
    p: float | None = row["p"] if row.get("p_holm") is None else row["p_holm"]
    return p


def _verdict(row: Row) -> Verdict:
    p = _decisive(row)
    if p is None:
        return "untested"
    if p >= 1 - CONFIDENCE:
        return "not shown"
    return "lower" if row["difference"] < 0 else "higher"


def _about_sample(side: Side) -> list[str]:
    """Say what a reader must know of one of the samples."""
    row, remarks, level = side.statistics, [], 1 - CONFIDENCE
    if row["outliers"]:
        remarks.append(f"{side.label}: outliers, kept: {row['outliers']}")
    if row["normality_p"] is not None and row["normality_p"] < level:
        remarks.append(
            f"{side.label}: not normally distributed (Shapiro-Wilk p = {row['normality_p']:.2g}); "
            f"the rank test does not need that"
        )
    if row["drift_tau_p"] is not None and row["drift_tau_p"] < level:
        remarks.append(
            f"{side.label}: drifts over the order of its runs by {row['drift_per_run']:+.2g} "
            f"{QUANTITIES[row['quantity']].unit} a run "
            f"(Kendall p = {row['drift_tau_p']:.2g})"
        )
    if missed := _after_analysis(side):
        again = f"run `lab analyse {side.folder}` again"
        remarks.append(f"{side.label}: {missed} run folders came after the analysis: {again}")
    return remarks


def _after_analysis(side: Side) -> int:
    runs = CampaignFolder(side.folder).runs
    seen = {row["run_dir"] for row in (*side.results.runs, *side.results.refused)}
    there = {path.name for path in runs.iterdir() if path.is_dir()} if runs.is_dir() else set()
    return len(there - seen)


def _about_pair(a: Side, b: Side, row: Row) -> list[str]:
    remarks = [row["note"]] if row["note"] else []
    p, rank_p = row["p"], row["rank_p"]
    if p is not None and rank_p is not None and (p < 1 - CONFIDENCE) != (rank_p < 1 - CONFIDENCE):
        remarks.append(f"the two tests do not agree: t p = {p:.2g}, {row['rank_test']} p = {rank_p:.2g}")
    if a.folder == b.folder:
        if one_after_the_other(a.sample, b.sample):
            remarks.append("the two were not interleaved: what changed between them is in the difference")
        return remarks
    remarks.append(
        "two campaigns: the intervals hold the scatter within each, not what changed between them (the "
        "room, the machine, the meter), nor the meter's own error"
    )
    for what, of in (("meters", _meter), ("machines", _machine)):
        if of(a.results) != of(b.results):
            remarks.append(f"different {what}: {of(a.results)} and {of(b.results)}")
    return remarks


def _meter(results: Results) -> str:
    identity = results.meter.get("identity") or {}
    return " ".join(str(identity.get(name) or "?") for name in ("maker", "model", "serial"))


def _machine(results: Results) -> str:
    sut = results.environment.get("sut") or {}
    cpu = sut.get("cpu")
    return f"{sut.get('host') or '?'} ({(cpu.get('model') if isinstance(cpu, dict) else cpu) or '?'})"


def _refusals(a: Side, b: Side) -> list[str]:
    found = []
    if a.simulated != b.simulated:
        found.append("one was measured and the other SIMULATED: nothing follows from their difference")
    for side in (a, b):
        found += _refused(side)
    return list(dict.fromkeys(found))


def _refused(side: Side) -> list[str]:
    """Return the refusing findings about the campaign as a whole or about runs of the scenario."""
    scenario_of = {slot.run_dir: label_of(vars(slot)) for slot in CampaignFolder(side.folder).read().plan}
    scenario_of |= {row["run_dir"]: label_of(row) for row in side.results.refused if row["scenario"]}
    return [
        f"{row['run_dir'] or 'campaign'}: {row['code']}: {row['message']}"
        for row in side.results.findings
        if row["level"] == "refuse" and scenario_of.get(row["run_dir"], side.name) == side.name
    ]
