"""Energy of recorded calls: times add up however the record is read, and so do the energies."""

from dataclasses import replace
from math import sqrt
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from synthetic import (
    CallMade,
    Instrument,
    Spanned,
    SyntheticCampaign,
    SyntheticRun,
    called_twice,
    rehash,
)

from analysis.calls.contexts import Contexts
from analysis.calls.covers import Covers
from analysis.calls.durations import Durations
from analysis.calls.tally import Calls, Tally, TimeCovers, union
from analysis.campaign import analyse
from analysis.maths.describe import student_t
from records.calls import CallFlag
from records.finding_codes.results import CALLS_CONTEXTS_LIMITED
from records.results import read_results

BASE_W = 40.0


# --- what the records add up to


@st.composite
def programs(draw):
    """Calls of random nesting in the order of their ends: site, depth, start and stop in s."""
    records = []
    now_s = 0.0

    def step():
        return draw(st.sampled_from([0.0, 0.001, 0.02, 0.3, 1.7]))

    def call(depth):
        nonlocal now_s
        site, start_s = draw(st.integers(0, 3)), now_s
        now_s += step()
        for _ in range(draw(st.integers(0, 2)) if depth < 3 else 0):
            call(depth + 1)
            now_s += step()
        records.append((site, depth, start_s, now_s))

    for _ in range(draw(st.integers(1, 6))):
        now_s += step()
        call(0)
    return records, now_s


def tally_of(records, length_s, rows):
    edges_s = np.arange(0.0, length_s + 2.0)
    covers = TimeCovers(*(Covers(edges_s[:-1], edges_s[1:]) for _ in range(2)))
    tally = Tally([covers], resolved_s=3.0)
    for first in range(0, len(records), rows):
        site, depth, start_s, stop_s = np.array(records[first : first + rows]).T
        none = np.zeros(len(site), dtype=bool)
        tally.add(
            1,
            Calls(site.astype(int), 0 * none, depth.astype(int), start_s, stop_s, none - 1, none, none, none),
        )
    return tally


def paths(contexts: Contexts):
    found = {}
    for i, n in enumerate(contexts.calls.tolist()):
        path, node = (), i
        while node >= 0:
            path, node = (int(contexts.site[node]), *path), int(contexts.parent[node])
        found[path] = (n, pytest.approx(contexts.inclusive_s[i], abs=1e-9))
    return found


@settings(max_examples=60, deadline=None)
@given(programs(), st.integers(1, 5))
def test_a_record_adds_up_the_same_in_pieces_of_any_size(program, rows):
    records, length_s = program
    whole, pieces = tally_of(records, length_s, 10**6), tally_of(records, length_s, rows)
    expected = whole.exclusive_s(0, 4).toarray()
    np.testing.assert_allclose(pieces.exclusive_s(0, 4).toarray(), expected, atol=1e-8)
    assert paths(pieces.contexts.contexts()) == paths(whole.contexts.contexts())


@settings(max_examples=60, deadline=None)
@given(programs())
def test_exclusive_times_add_up_to_the_time_within_calls(program):
    records, length_s = program
    tally = tally_of(records, length_s, 3)
    exclusive_s = tally.exclusive_s(0, 4).toarray()
    assert exclusive_s.min() >= -1e-9
    outer_s = sum(stop_s - start_s for _, depth, start_s, stop_s in records if depth == 0)
    assert exclusive_s.sum() == pytest.approx(outer_s, abs=1e-7)
    within_s = tally.contexts.contexts().time_within_s(4)
    np.testing.assert_allclose(within_s.diagonal(), exclusive_s.sum(axis=0), atol=1e-7)


def test_inner_calls_without_their_caller_count_as_calls_of_the_program():
    tally = tally_of([(1, 1, 0.5, 1.0), (1, 1, 2.0, 2.5)], 3.0, 1)  # the caller was killed
    assert paths(tally.contexts.contexts()) == {(1,): (2, pytest.approx(1.0))}
    assert tally.covered_s().tolist() == [[0.5, 1.0], [2.0, 2.5]]


def test_calls_beyond_the_most_contexts_leave_the_times_of_the_others_right():
    sites = ["np.first", "np.second"]
    records = [
        (sites.index(call.api), call.depth, call.from_s, call.to_s) for call in called_twice(0.0, 20.0, 14)
    ]
    for rows in (10**6, 5000):
        tally = tally_of(records, 20.0, rows)
        contexts = tally.contexts.contexts()
        assert tally.contexts.folded
        assert contexts.inclusive_s[contexts.parent < 0].sum() == pytest.approx(20.0)
        assert contexts.exclusive_s.sum() == pytest.approx(20.0)
        assert contexts.calls.sum() < len(records)


def test_time_in_several_threads_is_joined():
    segments_s = np.array([[3.0, 4.0], [0.0, 1.0], [0.5, 2.0], [2.0, 2.5]])
    assert union(segments_s).tolist() == [[0.0, 2.5], [3.0, 4.0]]


def test_quantiles_are_those_of_all_durations_to_a_percent():
    durations, values_s = Durations(), np.random.default_rng(1).lognormal(-5, 1, 20_000)
    for part in np.split(values_s, 4):
        durations.add(np.zeros(len(part), dtype=int), part)
    expected = np.quantile(values_s, [0.5, 0.95])
    np.testing.assert_allclose(durations.quantiles_s([0.5, 0.95])[0], expected, rtol=0.01)


# --- from a campaign's files to its tables


def program_calls(random):
    """One run: short calls that make a shorter one each, and a long call; powers as `POWER_W` has them."""
    calls, at_s = [], 1.0
    while at_s < 50:
        inner_s, outer_s = random.uniform(0.1, 0.5, size=2)
        calls.append(CallMade("np.dot", at_s, at_s + inner_s, depth=1, argument_bytes=800))
        calls.append(CallMade("np.fit", at_s, at_s + inner_s + outer_s))
        at_s += inner_s + outer_s + random.exponential(0.3)
    calls.append(CallMade("np.long", at_s, at_s + 12.3))
    return calls, at_s + 14


POWER_W = {"np.dot": 60.0, "np.fit": 20.0, "np.long": 45.0}


def campaign(folder: Path, repeats=3, change=lambda calls: calls, spans=(), benches="", **instrument):
    """Blocks of a baseline and the program; on benches, each of which draws 9 W more for np.long."""
    random = np.random.default_rng(3)
    runs, parts, at_s = [], [], 100.0
    for block in range(1, repeats + 1):
        at = (block - 1) % len(benches) if benches else 0
        runs.append(SyntheticRun(2 * block - 1, "base", at_s, 30, kind="baseline", block=block, repeat=block))
        at_s += 50
        calls, length_s = program_calls(random)
        for call in calls:
            inner_s = next((c.to_s for c in calls if c.depth and c.from_s == call.from_s), call.from_s)
            from_s = call.from_s if call.depth or call.api == "np.long" else inner_s
            more_w = 9.0 * at if call.api == "np.long" else 0.0
            parts.append((at_s + from_s, at_s + call.to_s, POWER_W[call.api] + more_w))
        run = SyntheticRun(2 * block, "program", at_s, length_s, block=block, repeat=block)
        run.recorded_calls, run.spans = change(calls), list(spans)
        runs.append(run)
        for one in runs[-2:]:
            one.bench = benches[at] if benches else None
        at_s += length_s + 20
    from_s, to_s, power_w = np.array(parts).T

    def power(t_s):
        place = np.maximum(np.searchsorted(from_s, t_s, side="right") - 1, 0)
        return BASE_W + np.where((t_s >= from_s[place]) & (t_s < to_s[place]), power_w[place], 0.0)

    made = SyntheticCampaign(runs, power=power, instrument=Instrument(latency_u_s=0.0, **instrument))
    return made.write(folder)


@pytest.fixture(scope="module")
def analysed(tmp_path_factory):
    folder = campaign(tmp_path_factory.mktemp("calls") / "campaign")
    return analyse(folder), folder


def test_exclusive_energies_add_up_to_the_run(analysed):
    results, _ = analysed
    assert sum(row.energy_exclusive_j for row in results.call_sites if row.group is None) == pytest.approx(
        3600 * np.mean([row.energy_wh for row in results.runs if row.kind == "workload"])
    )
    (fit,) = results.call_fits
    assert fit.sum_j == pytest.approx(fit.energy_j)
    assert fit.covered_s + fit.uncovered_s == pytest.approx(
        np.mean([row.duration_s for row in results.runs if row.kind == "workload"])
    )


def test_mean_powers_of_calls_below_the_interval_are_found(analysed):
    results, _ = analysed
    rows = {row.api or row.kind: row for row in results.call_sites}
    assert {name: row.label for name, row in rows.items()} == {
        "np.dot": "pooled",
        "np.fit": "pooled",
        "np.long": "measured",
        "uncovered": "pooled",
    }
    for api, power_w in POWER_W.items():
        row = rows[api]
        assert row.induced_exclusive_low_j < power_w * row.time_exclusive_s < row.induced_exclusive_high_j
        assert row.power_w == pytest.approx(BASE_W + power_w, rel=0.02)
    assert rows["uncovered"].power_w == pytest.approx(BASE_W, rel=0.02)


def test_inclusive_energy_has_that_of_inner_calls(analysed):
    results, _ = analysed
    rows = {row.api: row for row in results.call_sites}
    outer, inner = rows["np.fit"], rows["np.dot"]
    assert outer.time_inclusive_s == pytest.approx(outer.time_exclusive_s + inner.time_inclusive_s)
    assert outer.energy_inclusive_j == pytest.approx(
        outer.energy_exclusive_j + inner.energy_exclusive_j, rel=1e-3
    )
    assert outer.energy_inclusive_u_j < outer.energy_exclusive_u_j + inner.energy_exclusive_u_j
    assert inner.energy_inclusive_j == inner.energy_exclusive_j
    assert inner.argument_bytes == 800
    assert outer.argument_bytes is None


def test_the_tree_of_contexts_holds_the_energies_of_the_sites(analysed):
    results, _ = analysed
    edges = {(row.site, row.caller): row for row in results.call_edges}
    sites = {row.api: row for row in results.call_sites}
    dot, fit = sites["np.dot"], sites["np.fit"]
    below = edges[dot.site, fit.site]
    assert below.calls == dot.calls
    assert below.energy_inclusive_j == pytest.approx(dot.energy_exclusive_j)
    assert edges[fit.site, None].energy_inclusive_j == pytest.approx(
        dot.energy_exclusive_j + fit.energy_exclusive_j
    )


def test_results_with_calls_come_back_from_their_files(analysed):
    results, folder = analysed
    assert read_results(folder / "results").call_sites == results.call_sites
    assert (folder / "results" / "call_fits.csv").is_file()


def test_a_campaign_without_a_record_of_calls_has_no_such_tables(tmp_path):
    folder = campaign(tmp_path / "campaign", repeats=1, change=lambda calls: [])
    results = analyse(folder)
    assert not results.call_sites
    assert not list((folder / "results").glob("call_*.csv"))
    assert "call_sites" not in results.to_json()


def test_no_call_takes_negative_time_where_the_record_of_a_caller_is_lost(tmp_path):
    def lost(calls):
        return [CallMade("np.inner", 10, 11, depth=1), CallMade("np.later", 11.5, 11.7), calls[-1]]

    results = analyse(campaign(tmp_path / "campaign", repeats=1, change=lost))
    rows = {row.api or row.kind: row for row in results.call_sites}
    assert rows["np.inner"].time_exclusive_s == pytest.approx(1.0)
    assert rows["np.later"].time_exclusive_s == pytest.approx(0.2)
    (fit,) = results.call_fits
    assert fit.sum_j == pytest.approx(fit.energy_j)


def test_the_energy_of_a_call_holds_how_the_benches_of_a_fleet_differ(tmp_path):
    found = {}
    for benches in ("abc", "ab"):
        results = analyse(campaign(tmp_path / benches, repeats=6, benches=benches))
        found[benches] = next(row for row in results.call_sites if row.api == "np.long")
    three, two = found["abc"], found["ab"]
    u_j = 9.0 * 12.3 / sqrt(3)
    assert three.energy_exclusive_u_j == pytest.approx(u_j, rel=0.1)
    reach_j = student_t(0.95, 2) * u_j
    assert three.energy_exclusive_high_j - three.energy_exclusive_j == pytest.approx(reach_j, rel=0.1)
    assert two.energy_exclusive_u_j < 0.3 * u_j, "two benches are what they are"


def test_a_run_that_called_nothing_counts_with_the_others(tmp_path):
    folder = campaign(tmp_path / "campaign", repeats=3)
    run = folder / "runs/0004-program"
    (run / "calls/calls-7.bin").write_bytes(b"")
    rehash(run)
    rows = {row.api or row.kind: row for row in analyse(folder).call_sites}
    assert rows["np.long"].runs == 2
    assert rows["np.long"].calls == 2
    assert rows["np.long"].time_exclusive_s == pytest.approx(2 / 3 * 12.3)


@pytest.mark.parametrize(("levels", "told"), [(10, False), (15, True)])
def test_contexts_beyond_the_limit_are_told_and_cost_no_site_its_time(tmp_path, levels, told):
    def nested(_):
        made = called_twice(1.0, 20.0, levels)
        return [replace(call, api="np.deepest") if call.depth == levels else call for call in made]

    results = analyse(campaign(tmp_path / "campaign", repeats=1, change=nested))
    assert (CALLS_CONTEXTS_LIMITED.code in {finding.code for finding in results.findings}) is told
    row = next(row for row in results.call_sites if row.api == "np.deepest")
    assert row.time_inclusive_s == pytest.approx(row.time_exclusive_s)
    assert row.time_exclusive_s > 15


def test_two_runs_give_no_interval(tmp_path):
    rows = analyse(campaign(tmp_path / "campaign", repeats=2)).call_sites
    assert all(row.energy_exclusive_low_j is None and row.energy_exclusive_u_j > 0 for row in rows)


def test_calls_that_always_come_together_are_one_group(tmp_path):
    def halves(calls):
        """Each call of np.dot is two calls of the same length, one right after the other."""
        found = []
        for call in calls:
            if call.api != "np.dot":
                found.append(call)
                continue
            middle_s = (call.from_s + call.to_s) / 2
            found.append(CallMade("np.first", call.from_s, middle_s, depth=1))
            found.append(CallMade("np.second", middle_s, call.to_s, depth=1))
        return found

    rows = analyse(campaign(tmp_path / "campaign", change=halves, interval_s=5.0)).call_sites
    named = {row.api or row.kind: row for row in rows}
    group = named["group"]
    for api in ("np.first", "np.second"):
        assert named[api].group == group.site
        assert named[api].label == "bounded"
        assert named[api].energy_exclusive_j is None
        assert named[api].bound_exclusive_j >= (BASE_W + POWER_W["np.dot"]) * named[api].time_exclusive_s
    assert group.label == "pooled"
    assert group.induced_exclusive_low_j < POWER_W["np.dot"] * group.time_exclusive_s
    assert group.induced_exclusive_high_j > POWER_W["np.dot"] * group.time_exclusive_s


def test_a_single_short_call_is_bounded_from_above(tmp_path):
    def once(calls):
        return [call for call in calls if call.api == "np.long"] + [CallMade("np.once", 70.0, 70.002)]

    rows = analyse(campaign(tmp_path / "campaign", change=once)).call_sites
    row = next(row for row in rows if row.api == "np.once")
    assert row.label == "bounded"
    assert row.bound_exclusive_j >= BASE_W * row.time_exclusive_s


def test_flags_are_counted_and_waits_are_a_row_of_their_own(tmp_path):
    def flagged(calls):
        calls[0].flags, calls[2].flags = CallFlag.RAISED, CallFlag.TRACED | CallFlag.SUSPENDED
        waits = [CallMade("np.long", 0.2, 0.9, flags=CallFlag.GATE_WAIT)]
        return waits + calls

    rows = analyse(campaign(tmp_path / "campaign", change=flagged)).call_sites
    named = {row.api or row.kind: row for row in rows}
    dot, gate = named["np.dot"], named["gate"]
    assert (dot.raised, dot.traced, dot.suspended) == (3, 3, 3)
    assert (gate.calls, gate.file, gate.line) == (3, "", None)
    assert gate.time_exclusive_s == pytest.approx(0.7)
    assert named["np.long"].calls == 3


def test_calls_at_once_in_two_threads_share_the_time(tmp_path):
    def doubled(calls):
        return calls + [CallMade("np.other", c.from_s, c.to_s, task=1) for c in calls if c.api == "np.long"]

    results = analyse(campaign(tmp_path / "campaign", change=doubled))
    rows = {row.api: row for row in results.call_sites}
    # The last short call may share a reading with these, and within a reading all get the same share.
    for api in ("np.long", "np.other"):
        assert rows[api].time_exclusive_s == pytest.approx(12.3 / 2, rel=0.02)
    (fit,) = results.call_fits
    assert fit.sum_j == pytest.approx(fit.energy_j)


def test_instantaneous_readings_also_find_the_powers(tmp_path):
    rows = analyse(campaign(tmp_path / "campaign", sampling="instantaneous", interval_s=0.2)).call_sites
    named = {row.api: row for row in rows}
    for api, power_w in POWER_W.items():
        assert named[api].power_w == pytest.approx(BASE_W + power_w, rel=0.1)


def test_the_power_within_a_short_call_is_folded_from_many(analysed):
    """Each call of np.fit draws the power of np.dot in its first part, on average a half, then its own."""
    results, _ = analysed
    fit = next(row for row in results.call_sites if row.api == "np.fit")
    phases = [row for row in results.call_profile if row.site == fit.site]
    assert phases[0].phase_low == 0
    assert phases[-1].phase_high == 1
    for phase, api in ((phases[0], "np.dot"), (phases[-1], "np.fit")):
        assert phase.power_w == pytest.approx(BASE_W + POWER_W[api], abs=3 * phase.power_u_w)
    assert fit.energy_per_call_j == pytest.approx(
        np.mean([row.power_w for row in phases]) * phases[0].duration_s, rel=0.1
    )


def test_epochs_are_folded_too(tmp_path):
    epochs = [Spanned("epoch", "epoch", 1.0 + 4.7 * i, 5.7 + 4.7 * i) for i in range(10)]
    results = analyse(campaign(tmp_path / "campaign", spans=epochs))
    phases = [row for row in results.call_profile if row.kind == "epoch"]
    assert {row.executions for row in phases} == {30}
    energy_j = 3600 * np.mean([row.energy_wh for row in results.epochs])
    mean_w = np.mean([row.power_w for row in phases])
    assert mean_w * phases[0].duration_s == pytest.approx(energy_j, rel=0.02)


def test_executions_within_each_other_have_no_profile(tmp_path):
    def recursive(calls):
        return [replace(call, api="np.fit") if call.api == "np.dot" else call for call in calls]

    results = analyse(campaign(tmp_path / "campaign", change=recursive))
    fit = next(row for row in results.call_sites if row.api == "np.fit")
    assert not [row for row in results.call_profile if row.site == fit.site]


def test_many_calls_that_fill_readings_are_measured(tmp_path):
    """More stretches of one site than have powers of their own."""

    def many(_):
        return [CallMade("np.step", 1 + 0.34 * i, 1.3 + 0.34 * i) for i in range(160)]

    rows = analyse(campaign(tmp_path / "campaign", change=many, interval_s=0.1)).call_sites
    assert next(row for row in rows if row.api == "np.step").label == "measured"
