"""The control chart of the lab: whether the machine that measured was still the one that it was."""

from typing import NamedTuple

from records.health import Signal
from records.rows.parts import ControlChart
from records.rows.standards import HealthRow
from records.times import iso_utc
from reports.blocks.columns import spread_column, with_u
from reports.blocks.contract import Block, Chapter, Heading, Lines, Text
from reports.blocks.kit import Sheet
from reports.blocks.tables import Column, Columns, Table, table, text_column
from reports.campaign.health.control_chart import control_chart_panel
from reports.campaign.view import View
from reports.words.energy import EnergyUnit
from reports.words.numbers import count, given, plain, spread

_ABSENT = (
    "the campaign had no control workload, so nothing shows whether the lab itself changed. Let a scenario "
    "of fixed work run in every block and name it in lab.toml: [health] control = “NAME”."
)

_MEANING = (
    "The control workload does the same work in every block of every campaign. When its energy changes, the "
    "lab has changed (room, fan, meter, cables, a new service), and so a difference between scenarios that "
    "were not measured at the same time may be the lab's and not theirs."
)

_HOW = (
    "Chart of single values with moving ranges (Shewhart 1931; Montgomery, Introduction to Statistical "
    "Quality Control, section 6.4): centre = mean(E), σ = mean|Eᵢ − Eᵢ₋₁| / 1.128, limits = centre ∓ 3 σ; σ "
    "is never smaller than the random part of the measurement's own uncertainty. Each run is judged by the "
    "limits of all runs of its phase up to this run; with fewer than three there is no verdict. Rules on "
    "the pattern of points after the Western Electric handbook (1956). u(energy) holds what all runs share "
    "as well, such as the meter's gain."
)

_RULES = {
    "relative-sd": "all runs of the phase scatter by more than the permitted share of their mean",
    "beyond-limits": "the run lies beyond three sigma",
    "two-of-three": "two of three in a row lie beyond two sigma on one side",
    "four-of-five": "four of five in a row lie beyond one sigma on one side",
    "eight-in-a-row": "eight in a row lie on one side of the centre",
    "shift": "this campaign's runs differ from those of earlier ones (Welch's t test, p < 0.0027)",
    "drift": "the energy rises or falls with time (regression, p < 0.0027)",
}


def chapter(view: View) -> Chapter:
    """Show the control chart, what it says, and what the operator did about it."""
    health = view.results.health
    title = "Lab health"
    if not health:
        return Chapter("health", title, "Health", [], _ABSENT)
    blocks: list[Block] = [_verdict(health), *_stops(health), Text(_MEANING), health_sheet(view)]
    if health.signals:
        blocks += [Heading("Rules that were met"), _signals(health)]
    if health.acknowledged:
        blocks += [Heading("Stops after which the campaign was resumed"), _acknowledged(health)]
    blocks += [Heading("The rules of the chart"), _rules(view)]
    return Chapter("health", title, "Health", blocks)


def _verdict(health: ControlChart) -> Text:
    verdict, stops = health.verdict, len(health.acknowledged)
    runs = [row for row in health.points if row.phase == stops]
    since = " since the last resume" if stops else ""
    scatter = (
        f"the {count(len(runs))} runs of {health.control}{since} scatter by "
        f"{spread(health.relative_sd_pct)} % of their mean "
        f"({given(health.relative_sd_max_pct)} % are permitted)"
    )
    if verdict == "in control":
        words = (
            f"The lab was in order{since and ', but it had stopped before'}: {scatter}, and no rule was met."
        )
        return Text(words, "warn" if stops else "good")
    if verdict == "signal":
        return Text(f"The chart signals a change that is too small to matter: {scatter}.", "warn")
    if verdict == "out of control":
        rules = dict.fromkeys(signal.rule for signal in health.signals if signal.stops)
        signals = f"a change above that is signalled by {', '.join(rules)}"
        words = f"The lab was not in order: {scatter}; {signals}. "
        return Text(f"{words}Compare scenarios block by block, or measure again.", "refuse")
    return Text(
        f"Too few control runs to assess the lab: {count(len(runs))} of at least 3 "
        f"({health.control}{since}).",
        "warn",
    )


def _stops(health: ControlChart) -> list[Text]:
    if not health.stopped:
        return []
    return [Text(f"The chart stopped the campaign, and it has not been resumed: {health.stopped}.", "refuse")]


class _Rule(NamedTuple):
    """A rule that was met: its largest signal, and all."""

    largest: Signal
    met: list[Signal]


def _signals(health: ControlChart) -> Table:
    by_rule: dict[str, list[Signal]] = {}
    for signal in health.signals:
        by_rule.setdefault(signal.rule, []).append(signal)
    rows = [_Rule(max(met, key=lambda signal: abs(signal.size_pct)), met) for met in by_rule.values()]
    columns: Columns[_Rule] = (
        text_column("Rule", lambda row: row.largest.rule, whole=True),
        Column("Met by", lambda row: ", ".join(signal.run_dir for signal in row.met), numeric=False),
        Column("Largest change", lambda row: plain(row.largest.size_pct, 3), "%"),
        Column(
            "Stops a campaign", lambda row: "yes" if row.largest.stops else "no, too small", numeric=False
        ),
        text_column("Message", lambda row: row.largest.message),
    )
    return table("health-signals", "Rules that were met in the present phase", columns, rows)


def _acknowledged(health: ControlChart) -> Lines:
    rows = [(iso_utc(stop.t_utc_s), stop.reason) for stop in health.acknowledged]
    return Lines("Acknowledged stops; each begins a new phase", rows)


def _rules(view: View) -> Table:
    chosen = view.results.settings.get("health") or {}
    rules: list[str] = ["relative-sd", *(chosen.get("rules") or [])]
    columns: Columns[str] = (
        text_column("Rule", lambda rule: rule, whole=True),
        text_column("Is met when", lambda rule: _RULES.get(rule, "")),
    )
    return table(
        "health-rules",
        "Rules in force; σ is the standard deviation from run to neighbouring run",
        columns,
        rules,
        nothing="No rule was in force.",
    )


def health_sheet(view: View) -> Sheet:
    """Draw the control runs on their chart, with the table behind it."""
    health = view.results.health
    points = health.points if health else []
    title = f"Control workload {health.control if health else None}"
    own = view.results.campaign.id
    panel = (
        [control_chart_panel("health-0", title, points, simulated=view.simulated, own=own, unit=view.unit)]
        if points
        else []
    )
    return Sheet(
        key="health",
        title="Control chart of the lab",
        size="half",
        panels=panel,
        caption=f"Dots: control runs; the bars show one standard uncertainty of what differs from run to run "
        f"(n = {len(points)}). Squares with words: runs at which a rule was met. Solid line: centre; dashed: "
        "limits, as they stood when the run came; grey: warning zones. Dotted upright: another campaign; "
        f"solid upright: a new phase after a stop. {_lines_words(health, view.unit)}",
        how=_HOW,
        data=_points(points, view.unit),
        absent="" if panel else "no run of the control workload has an energy.",
    )


def _lines_words(health: ControlChart | None, unit: EnergyUnit) -> str:
    if health is None or health.centre_wh is None:
        return ""
    low, high = health.lower_wh, health.upper_wh
    middle, sd = unit.in_interval(health.centre_wh, low, high), unit.spread(health.sd_wh)
    limits = f"{unit.in_interval(low, low, high)} and {unit.in_interval(high, low, high)}"
    return f"Present phase: centre {middle} {unit.name}, σ {sd} {unit.name}, limits {limits} {unit.name}."


def _points(rows: list[HealthRow], unit: EnergyUnit) -> Table:
    columns: Columns[HealthRow] = (
        text_column("Campaign", lambda row: row.campaign),
        text_column("Run", lambda row: row.run_dir, whole=True),
        Column("Start", lambda row: iso_utc(row.t_utc_s), numeric=False, whole=True),
        with_u("Energy", lambda row: (row.energy_wh, _random(row)), unit),
        spread_column("u(between runs)", lambda row: row.energy_random_u_wh, unit),
        spread_column("u(energy)", lambda row: row.energy_u_wh, unit),
        with_u("Centre", lambda row: (row.centre_wh, _sigma(row)), unit),
        with_u("Lower limit", lambda row: (row.lower_wh, _sigma(row)), unit),
        with_u("Upper limit", lambda row: (row.upper_wh, _sigma(row)), unit),
        Column("From the centre", _apart, "σ"),
        text_column("Signals", lambda row: row.signals),
        Column("Phase", lambda row: count(row.phase + 1)),
    )
    return table("health-points", "Runs of the control workload", columns, rows, source="health")


def _random(row: HealthRow) -> float | None:
    return row.energy_random_u_wh or row.energy_u_wh


def _sigma(row: HealthRow) -> float | None:
    if row.upper_wh is None or row.centre_wh is None:
        return None
    return (row.upper_wh - row.centre_wh) / 3


def _apart(row: HealthRow) -> str:
    sigma = _sigma(row)
    if not sigma or row.centre_wh is None:
        return "–"
    return plain((row.energy_wh - row.centre_wh) / sigma, 2)
