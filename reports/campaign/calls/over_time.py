"""The calls of one run below its power."""

import numpy as np
from markupsafe import Markup

from records.calls import CallFlag, CallSite
from records.rows.calls import CallSiteRow
from records.rows.traces import Trace
from reports.blocks import palette
from reports.blocks.kit import Sheet
from reports.blocks.tables import Column, Columns, Table, table, text_column
from reports.blocks.timeline import Curve, Span, timeline
from reports.campaign.calls.profiles import MOST_PROFILES, Profile
from reports.campaign.recorded_calls import RunCalls, TimedCall, tasks_of
from reports.campaign.view import View
from reports.words.calls import KIND_WORDS, site_place
from reports.words.numbers import count, plain
from reports.words.texts import slug

MOST_CALLS = 400
"""Longest calls of a run that are drawn."""

_MOST_TASKS, _MOST_ROWS = 4, 6
_COLOURS = tuple(map(palette.pale, palette.OKABE_ITO[:4]))
_FLAG_WORDS = {
    CallFlag.RAISED: "raised an exception",
    CallFlag.TRACED: "graph traced",
    CallFlag.SUSPENDED: "others ran meanwhile",
    CallFlag.DEFERRED: "its body runs later",
    CallFlag.TRUNCATED: "open when the process ended",
}
_HOW = (
    "Calls and power share the rating interval: calls by the monotonic clock of the SUT, readings where "
    "their intervals lie. A call that is shorter than a reading cannot be seen in the curve."
)


def over_time_sheet(view: View, profiles: list[Profile]) -> Sheet | None:
    """Draw the calls of a run of each scenario; ``None`` where no record of single calls is at hand."""
    known = [
        (profile, trace, view.calls[profile.key])
        for profile in profiles
        if profile.key in view.calls and (trace := _trace(view, profile)) is not None
    ]
    if not known:
        return None
    drawn = known[:MOST_PROFILES]
    more = len(known) - len(drawn)
    return Sheet(
        key="call-times",
        title="Calls of one run below its power",
        size="full",
        panels=[_panel(*one, index, view.simulated) for index, one in enumerate(drawn)],
        caption="Upper curve: power, with its largest and smallest value. Boxes: the calls of the first "
        f"counted run, at most the {MOST_CALLS} longest; calls within a call are drawn below it. The sites "
        "with the most time have a colour each."
        + (f" {more} further scenarios are left out." if more > 0 else ""),
        how=_HOW,
        data=_data([(profile, run) for profile, _, run in drawn]),
    )


def _trace(view: View, profile: Profile) -> Trace | None:
    run_dir = view.calls[profile.key].run_dir
    return next((trace for trace in view.results.traces if trace.run_dir == run_dir), None)


def _panel(profile: Profile, trace: Trace, run: RunCalls, index: int, simulated: bool) -> Markup:
    by_time = sorted(profile.sites, key=lambda row: -row.time_inclusive_s)
    places = [_place_of(row) for row in by_time if row.line is not None]
    colours = dict(zip(places, _COLOURS, strict=False))
    tasks = tasks_of(run.calls)
    lanes = [
        (name, [_span(call, colours) for call in calls if call.depth < _MOST_ROWS]) for name, calls in tasks
    ]
    said = (
        f"Power and {count(len(run.calls))} of {count(run.total)} calls of run {run.run_dir}, "
        f"{plain(trace.duration_s, 3)} s long."
    )
    title = f"{profile.name}, run {run.run_dir}"
    if len(lanes) > _MOST_TASKS:
        said += f" {len(lanes) - _MOST_TASKS} further threads or tasks are left out."
    return timeline(
        f"call-times-{index}-{slug(profile.key)}",
        title,
        said,
        _curve(trace),
        lanes[:_MOST_TASKS],
        trace.duration_s,
        simulated=simulated,
    )


def _data(drawn: list[tuple[Profile, RunCalls]]) -> Table:
    columns: Columns[tuple[Profile, TimedCall]] = (
        Column("Call", lambda one: _name_of(one[1]), numeric=False),
        text_column("Place", lambda one: site_place(one[1].site)),
        text_column("Scenario", lambda one: one[0].name if len(drawn) > 1 else ""),
        text_column("Thread or task", lambda one: one[1].task),
        Column("Start", lambda one: plain(one[1].start_s), "s"),
        Column("Duration", lambda one: plain(one[1].stop_s - one[1].start_s), "s"),
    )
    calls = [(profile, call) for profile, run in drawn for call in run.calls]
    return table("call-times-data", "Calls of the runs that are drawn", columns, calls, folded=False)


def _name_of(call: TimedCall) -> str:
    return KIND_WORDS["gate"] if CallFlag.GATE_WAIT in call.flags else call.site.api or call.site.expression


_Place = tuple[str, int | None, int | None, int | None, str]


def _place_of(site: CallSite | CallSiteRow) -> _Place:
    return site.file, site.cell, site.line, site.column, site.api


def _curve(trace: Trace) -> Curve:
    step_s = trace.bin_s or trace.interval_s
    t_s, power_w = np.array(trace.t_s, float) - step_s / 2, np.array(trace.power_w, float)
    gaps = np.flatnonzero(np.diff(t_s) > 1.5 * step_s) + 1
    return Curve(np.insert(t_s, gaps, np.nan), np.insert(power_w, gaps, np.nan), "W", palette.OKABE_ITO[0])


def _span(call: TimedCall, colours: dict[_Place, str]) -> Span:
    name, waits = _name_of(call), CallFlag.GATE_WAIT in call.flags
    flags = "".join(f", {words}" for flag, words in _FLAG_WORDS.items() if flag in call.flags)
    length = plain(call.stop_s - call.start_s, 3)
    words = f"{name} in {site_place(call.site)}: {length} s from {plain(call.start_s, 3)} s{flags}"
    other = palette.BASELINE_PART if waits else palette.pale(palette.BASELINE)
    colour = other if waits else colours.get(_place_of(call.site), other)
    return Span(name, words, colour, call.start_s, call.stop_s, call.depth)
