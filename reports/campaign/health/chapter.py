"""The control chart of the lab: whether the machine that measured was still the one that it was."""

from typing import Any

from records.results import Row
from records.times import iso_utc
from reports.blocks.contract import Block, Chapter, Heading, Lines, Text
from reports.blocks.kit import Sheet
from reports.blocks.tables import Column, Table, table, text_column
from reports.campaign.health.control_chart import control_chart_panel
from reports.campaign.view import View
from reports.words.numbers import count, finite, given, in_interval, measured, plain, spread

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
    "Quality Control, section 6.4): centre = mean(E), σ = mean|Eᵢ − Eᵢ₋₁| / 1.128, limits = centre ∓ 3 σ; "
    "σ is never smaller than the random part of the measurement's own uncertainty. Each run is judged by "
    "the limits of all runs of its phase up to it; with fewer than three nothing is said. Rules on the "
    "pattern of points after the Western Electric handbook (1956). u(energy) holds what all runs share as "
    "well, such as the meter's gain."
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
    if health.get("signals"):
        blocks += [Heading("Rules that were met"), _signals(health)]
    if health.get("acknowledged"):
        blocks += [Heading("Stops after which the operator went on"), _acknowledged(health)]
    blocks += [Heading("The rules of the chart"), _rules(view)]
    return Chapter("health", title, "Health", blocks)


def _verdict(health: Any) -> Text:
    verdict, stops = health.get("verdict"), len(health.get("acknowledged") or [])
    runs = [row for row in health.get("points", []) if finite(row.get("phase")) == stops]
    since = " since the operator last went on" if stops else ""
    said = (
        f"the {count(len(runs))} runs of {health.get('control')}{since} scatter by "
        f"{spread(health.get('relative_sd_pct'))} % of their mean "
        f"({given(health.get('relative_sd_max_pct'))} % are permitted)"
    )
    if verdict == "in control":
        words = f"The lab was in order{since and ', but it had stopped before'}: {said}, and no rule was met."
        return Text(words, "warn" if stops else "good")
    if verdict == "signal":
        return Text(f"The chart signals a change that is too small to matter: {said}.", "warn")
    if verdict == "out of control":
        found = dict.fromkeys(str(row.get("rule")) for row in health.get("signals", []) if row.get("stops"))
        words = f"The lab was not in order: {said}; a change above that is signalled by {', '.join(found)}. "
        return Text(f"{words}Compare scenarios block by block, or measure anew.", "refuse")
    return Text(
        f"Whether the lab was in order cannot be said: {count(len(runs))} runs of "
        f"{health.get('control')}{since}, three are needed.",
        "warn",
    )


def _stops(health: Any) -> list[Text]:
    if not health.get("stopped"):
        return []
    return [Text(f"The chart stopped the campaign, and nobody has gone on: {health['stopped']}.", "refuse")]


def _signals(health: Any) -> Table:
    rows = []
    for rule in dict.fromkeys(str(row.get("rule")) for row in health["signals"]):
        met = [row for row in health["signals"] if str(row.get("rule")) == rule]
        largest = max(met, key=lambda row: abs(finite(row.get("size_pct")) or 0.0))
        rows.append({**largest, "rule": rule, "met": [str(row.get("run_dir")) for row in met]})
    columns = (
        text_column("Rule", "rule", whole=True),
        Column("Met by", lambda row: ", ".join(row["met"]), numeric=False),
        Column("Largest change", lambda row: plain(row.get("size_pct"), 3), "%"),
        Column("Stops a campaign", lambda row: "yes" if row.get("stops") else "no, too small", numeric=False),
        text_column("What was said then", "message"),
    )
    return table("health-signals", "Rules that were met in the present phase", columns, rows)


def _acknowledged(health: Any) -> Lines:
    rows = [(_time(stop), str(stop.get("reason"))) for stop in health["acknowledged"]]
    return Lines("Acknowledged stops; each begins a new phase", rows)


def _time(row: Row) -> str:
    stamp = finite(row.get("t_utc_s"))
    return "at an unknown time" if stamp is None else iso_utc(stamp)


def _rules(view: View) -> Table:
    chosen = view.results.settings.get("health") or {}
    on = ["relative-sd", *(chosen.get("rules") or [])]
    columns = (text_column("Rule", "rule", whole=True), text_column("Is met when", "words"))
    rows = [{"rule": rule, "words": _RULES.get(str(rule), "")} for rule in on]
    return table(
        "health-rules",
        "Rules in force; σ is the standard deviation from run to neighbouring run",
        columns,
        rows,
        nothing="No rule was in force.",
    )


def health_sheet(view: View) -> Sheet:
    """Draw the control runs on their chart, with the table behind it."""
    health = view.results.health
    points = health.points if health else []
    usable = [row for row in points if finite(row.get("energy_wh")) is not None]
    title = f"Control workload {health.control if health else None}"
    own = str(view.results.campaign.get("id"))
    panel = (
        [control_chart_panel("health-0", title, usable, simulated=view.simulated, own=own)] if usable else []
    )
    return Sheet(
        key="health",
        title="Control chart of the lab",
        size="half",
        panels=panel,
        caption=f"Dots: control runs; the bars show one standard uncertainty of what differs from run to run "
        f"(n = {len(usable)}). Squares with words: runs at which a rule was met. Solid line: centre; dashed: "
        "limits, as they stood when the run came; grey: warning zones. Dotted upright: another campaign; "
        f"solid upright: a new phase after a stop. {_lines_words(health)}",
        how=_HOW,
        data=_points(usable),
        absent="" if panel else "no run of the control workload has an energy.",
    )


def _lines_words(health: Any) -> str:
    if health is None:
        return ""
    low, high, centre = (health.get(f"{name}_wh") for name in ("lower", "upper", "centre"))
    if finite(centre) is None:
        return ""
    middle, sd = in_interval(centre, low, high), spread(health.get("sd_wh"))
    return f"Present phase: centre {middle} Wh, σ {sd} Wh, limits {_limits(low, high)} Wh."


def _limits(low: Any, high: Any) -> str:
    return f"{in_interval(low, low, high)} and {in_interval(high, low, high)}"


def _points(rows: list[Row]) -> Table:
    columns = (
        text_column("Campaign", "campaign"),
        text_column("Run", "run_dir", whole=True),
        Column("Start", _time, numeric=False, whole=True),
        Column("Energy", lambda row: measured(row.get("energy_wh"), _random(row)), "Wh"),
        Column("u(between runs)", lambda row: spread(row.get("energy_random_u_wh")), "Wh"),
        Column("u(energy)", lambda row: spread(row.get("energy_u_wh")), "Wh"),
        Column("Centre", lambda row: measured(row.get("centre_wh"), _sigma(row)), "Wh"),
        Column("Lower limit", lambda row: measured(row.get("lower_wh"), _sigma(row)), "Wh"),
        Column("Upper limit", lambda row: measured(row.get("upper_wh"), _sigma(row)), "Wh"),
        Column("From the centre", _apart, "σ"),
        text_column("Signals", "signals"),
        Column("Phase", lambda row: count((finite(row.get("phase")) or 0.0) + 1)),
    )
    return table("health-points", "Runs of the control workload", columns, rows, source="health")


def _random(row: Row) -> float | None:
    return finite(row.get("energy_random_u_wh")) or finite(row.get("energy_u_wh"))


def _sigma(row: Row) -> float | None:
    upper, centre = finite(row.get("upper_wh")), finite(row.get("centre_wh"))
    return None if upper is None or centre is None else (upper - centre) / 3


def _apart(row: Row) -> str:
    sigma = _sigma(row)
    return plain((row["energy_wh"] - row["centre_wh"]) / sigma, 2) if sigma else "–"
