"""Make the correction of a tracker from a campaign, or of any estimator from a table."""

from pathlib import Path

from analysis.agreement.comparison import compare
from analysis.agreement.correction import Correction, Kind, best_correction, correct
from analysis.agreement.influence import influence
from analysis.agreement.linearity import linearity_of
from analysis.agreement.pairs import Pairs
from analysis.agreement.question import Question
from analysis.agreement.references import power_pairs
from analysis.agreement.table_pairs import gather
from analysis.maths.arrays import finite
from records.errors import ConfigurationError, RecordError
from records.near_match import unknown_name
from records.results import Results
from records.settings.analysis import CONFIDENCE
from records.tracker_correction import TrackerCorrection

CAMPAIGN_PER = "duration_s"


def calibrate_campaign(
    results: Results, source: str, tracker: str | None, kind: Kind | None
) -> TrackerCorrection:
    """Return the correction of a tracker by the meter of a campaign, on mean powers of runs in W.

    Args:
        results: of the campaign.
        source: its name.
        tracker: which one; the only one of the campaign unless given.
        kind: of the correction; by default see `best_correction`.

    Raises:
        ConfigurationError: there is no such tracker, or several and none was named.
        RecordError: too few runs.
    """
    names = list(dict.fromkeys(row.tracker for row in results.trackers))
    if not names:
        raise RecordError(f"{source}: expected runs with a tracker, but no run had one")
    if tracker is None and len(names) > 1:
        raise ConfigurationError(
            f"{source} has several trackers: name one with --tracker, of {', '.join(names)}"
        )
    name = tracker or names[0]
    if name not in names:
        raise ConfigurationError(unknown_name("tracker", name, names))
    rows = [row for row in results.trackers if row.tracker == name]
    powers = power_pairs(rows)
    if powers is None:
        raise RecordError(f"{source}: no run of {name} has an energy of both tracker and meter")
    _, pairs = powers
    found = _made(pairs, kind, f"{source}, {name}")
    versions = dict.fromkeys(row.version for row in rows if row.version)
    return _record(
        found,
        pairs,
        estimated=name,
        measured="meter",
        per=CAMPAIGN_PER,
        unit="W",
        unit_kind="scenarios" if pairs.groups is not None else "runs",
        source=source,
        tracker_version=" or ".join(versions),
        simulated=results.campaign.simulated,
    )


def calibrate_table(path: Path, question: Question, kind: Kind | None) -> TrackerCorrection:
    """Return the correction of an estimator by the meter of a table.

    Args:
        path: the table.
        question: its columns and groups.
        kind: of the correction; by default see `best_correction`.

    Raises:
        ConfigurationError: the table has no such column.
        RecordError: it is no table, or has too few rows.
    """
    _, columns, _, simulated = gather(path, question)
    pairs = columns.pairs()
    return _record(
        _made(pairs, kind, path.name),
        pairs,
        estimated=question.estimated,
        measured=question.measured,
        per=question.per or "",
        unit=question.unit,
        unit_kind="groups" if pairs.groups is not None else "rows",
        source=path.name,
        tracker_version="",
        simulated=simulated,
    )


def _made(pairs: Pairs, kind: Kind | None, where: str) -> Correction:
    found = best_correction(pairs, CONFIDENCE) if kind is None else correct(pairs, kind, CONFIDENCE)
    if found is None:
        units = "groups" if pairs.groups is not None else "rows"
        raise RecordError(
            f"{where}: expected values above zero in three {units} or more (a line: four rows, at different "
            f"levels), found {pairs.units} {units}. Measure more, or group them otherwise"
        )
    return found


def _record(
    found: Correction,
    pairs: Pairs,
    *,
    estimated: str,
    measured: str,
    per: str,
    unit: str,
    unit_kind: str,
    source: str,
    tracker_version: str,
    simulated: bool,
) -> TrackerCorrection:
    compared = compare(pairs, CONFIDENCE)
    standing_out = [
        one.unit for one in influence(pairs, compared.equivalence.margin_pct, CONFIDENCE) if one.stands_out
    ]
    return TrackerCorrection(
        estimated=estimated,
        measured=measured,
        per=per,
        unit=unit,
        kind=found.kind,
        intercept=found.intercept.value,
        intercept_low=finite(found.intercept.low),
        intercept_high=finite(found.intercept.high),
        slope=found.slope.value,
        slope_low=finite(found.slope.low),
        slope_high=finite(found.slope.high),
        u=found.u,
        shared_u=found.shared_u,
        df=float(found.df),
        low=float(pairs.estimated.min()),
        high=float(pairs.estimated.max()),
        confidence=CONFIDENCE,
        n=len(pairs),
        units=pairs.units,
        unit_kind=unit_kind,
        raw_pct=found.held_out.raw_pct,
        corrected_pct=found.held_out.corrected_pct,
        raw_bias_pct=found.held_out.raw_bias_pct,
        corrected_bias_pct=found.held_out.corrected_bias_pct,
        linearity=linearity_of(compared.passing_bablok, len(pairs)).verdict,
        influential="; ".join(standing_out),
        source=source,
        tracker_version=tracker_version,
        simulated=simulated,
    )
