"""Recorded calls as files of Perfetto and speedscope: times, joules, nesting, bounds."""

import itertools
import json
from pathlib import Path
from typing import Any

import pytest
from calls_example import profiled
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from typed_rows import change
from written_calls import Made, site, write_calls

from lab.cli import cli
from records.calls import CallFlag
from records.campaign import Campaign, CampaignFolder
from records.errors import ConfigurationError, RecordError
from records.results import write_results
from reports.campaign.recorded_calls import longest_calls
from reports.exports.speedscope import speedscope_document, write_speedscope
from reports.exports.trace_events import trace_document, write_trace_events

SITES = [site(1, "keras.Model.fit", line=23), site(2, "numpy.savetxt", line=14, column=9)]
CALLS = [
    Made(1, 1.0, 9.0),
    Made(2, 2.0, 3.0, depth=1),
    Made(2, 4.0, 9.5, depth=1, flags=int(CallFlag.TRUNCATED)),
    Made(2, 0.5, 0.75, task=1),
    Made(1, 9.6, 9.9, flags=int(CallFlag.GATE_WAIT)),
]


@pytest.fixture
def campaign(tmp_path: Path) -> Path:
    """An analysed campaign, of which one run has a record of calls."""
    folder = tmp_path / "campaign"
    folder.mkdir()
    results = profiled()
    Campaign(
        id="synthetic-0001",
        created_utc_s=0.0,
        wattlab_version="0.0.0",
        simulated=True,
        seed=1,
        config={},
        config_sha256="0" * 64,
        plan=[],
    ).write(CampaignFolder(folder).campaign_json)
    write_results(results, folder / "results")
    run = next(row for row in results.runs if row.scenario == "cnn")
    write_calls(folder / "runs" / run.run_dir, SITES, CALLS, run.duration_s)
    return folder


def test_each_call_is_an_event_of_its_thread_with_the_energy_of_its_site(
    campaign: Path, tmp_path: Path
) -> None:
    written = write_trace_events(campaign, tmp_path / "traces")
    assert (written.runs, len(written.left_out)) == (1, 2)
    (file,) = (tmp_path / "traces").iterdir()
    document = json.loads(file.read_text())
    events = document["traceEvents"]
    calls = [event for event in events if event["ph"] == "X"]
    fit = next(event for event in calls if event["name"] == "keras.Model.fit")
    assert (fit["ts"], fit["dur"]) == (pytest.approx(1e6), pytest.approx(8e6))
    assert (fit["args"]["file"], fit["args"]["line"], fit["args"]["label"]) == ("train.py", 23, "measured")
    assert fit["args"]["site_mean_energy_per_call_j"] == pytest.approx(3659, abs=1)
    threads = {(e["pid"], e["tid"]): e["args"]["name"] for e in events if e["name"] == "thread_name"}
    main = ["MainThread", "MainThread", "MainThread, overlapping", "MainThread"]
    assert [threads[event["pid"], event["tid"]] for event in calls] == ["Thread-1", *main]
    assert [event["args"].get("flags") for event in calls][-2:] == ["truncated", "gate_wait"]
    assert all("SIMULATED" in e["args"]["name"] for e in events if e["name"] == "process_name")


def test_the_power_is_a_counter_that_begins_with_its_interval(campaign: Path) -> None:
    results = profiled()
    run = longest_calls(next((campaign / "runs").iterdir()), 10)
    events = trace_document(results, "cnn", run)["traceEvents"]
    power = [(e["ts"], e["args"]["power_w"]) for e in events if e["ph"] == "C"]
    (trace,) = [one for one in results.traces if one.run_dir == run.run_dir]
    assert power == [((t - 1) * 1e6, p) for t, p in zip(trace.t_s, trace.power_w, strict=True)]


def test_calls_beyond_the_most_are_summed_up_by_site(campaign: Path) -> None:
    run = longest_calls(next((campaign / "runs").iterdir()), 2)
    document = trace_document(profiled(), "cnn", run)
    assert sum(event["ph"] == "X" for event in document["traceEvents"]) == 2
    left_out = {one["api"]: (one["calls"], one["time_s"]) for one in document["otherData"]["calls_left_out"]}
    assert left_out == {"keras.Model.fit": (1, pytest.approx(0.3)), "numpy.savetxt": (2, pytest.approx(1.25))}


def test_a_campaign_without_recorded_calls_is_refused(campaign: Path, tmp_path: Path) -> None:
    results = profiled()
    results.call_sites = []
    write_results(results, campaign / "results")
    with pytest.raises(RecordError, match="lab profile"):
        write_trace_events(campaign, tmp_path / "traces")
    with pytest.raises(RecordError, match="lab profile"):
        write_speedscope(campaign, tmp_path / "calls.json")
    assert not (tmp_path / "traces").exists()


def test_nothing_is_overwritten(campaign: Path, tmp_path: Path) -> None:
    (tmp_path / "traces").mkdir()
    (tmp_path / "traces/mine.json").write_text("")
    with pytest.raises(ConfigurationError, match="empty"):
        write_trace_events(campaign, tmp_path / "traces")


def test_the_command_writes_both_forms(campaign: Path, tmp_path: Path) -> None:
    for form, out, key in (("perfetto", "traces", "runs"), ("speedscope", "calls.json", "profiles")):
        arguments = ["export", str(campaign), "--as", form, "--out", str(tmp_path / out), "--json"]
        found = CliRunner().invoke(cli, arguments)
        assert found.exit_code == 0, found.output
        document = json.loads(found.stdout)
        assert document["simulated"] is True
        assert document[key] == {"runs": 1, "profiles": 3}[key]


# --- speedscope -----------------------------------------------------------------------------------------


def check_form(document: dict[str, Any]) -> None:
    """Check what the form demands of a file (file-format-spec.ts)."""
    frames = document["shared"]["frames"]
    assert all(set(frame) <= {"name", "file", "line", "col"} and frame["name"] for frame in frames)
    for profile in document["profiles"]:
        assert profile["startValue"] <= profile["endValue"]
        if profile["type"] == "sampled":
            assert len(profile["samples"]) == len(profile["weights"])
            assert all(0 <= frame < len(frames) for stack in profile["samples"] for frame in stack)
            continue
        stack: list[int] = []
        at = profile["startValue"]
        for event in profile["events"]:
            assert at <= event["at"] <= profile["endValue"]
            at = event["at"]
            if event["type"] == "O":
                stack.append(event["frame"])
            else:
                assert stack.pop() == event["frame"]
        assert stack == []


def test_the_weights_are_the_joules_of_the_contexts(campaign: Path) -> None:
    document = speedscope_document(profiled(), {})
    check_form(document)
    (energy,) = document["profiles"]
    frames = document["shared"]["frames"]
    weights = {
        tuple(frames[frame]["name"] for frame in stack): weight
        for stack, weight in zip(energy["samples"], energy["weights"], strict=True)
    }
    assert weights[("keras.Model.fit",)] == pytest.approx(2090)
    assert weights[("keras.Model.fit", "numpy.savetxt")] == pytest.approx(0.9 * 17)
    assert weights[("outside recorded calls",)] == pytest.approx(70)
    assert energy["endValue"] == pytest.approx(sum(weights.values()))


def test_time_outside_calls_keeps_its_energy_where_only_a_bound_is_known() -> None:
    results = profiled()
    (outside,) = [row for row in results.call_sites if row.kind == "uncovered"]
    change(outside, label="bounded", bound_exclusive_j=500.0)
    (energy,) = speedscope_document(results, {})["profiles"]
    assert energy["weights"][-1] == pytest.approx(70)


def test_threads_are_profiles_over_time(campaign: Path) -> None:
    run = longest_calls(next((campaign / "runs").iterdir()), 10)
    document = speedscope_document(profiled(), {"cnn": run})
    check_form(document)
    main, other = document["profiles"][1:]
    assert main["name"].endswith("MainThread")
    assert (main["startValue"], main["endValue"]) == (pytest.approx(1.0), pytest.approx(9.9))
    assert [event["type"] for event in main["events"]] == list("OOCOCCOC")
    assert (other["startValue"], other["endValue"]) == (pytest.approx(0.5), pytest.approx(0.75))


spans = st.lists(st.tuples(st.floats(0, 10), st.floats(0, 10), st.integers(0, 3)), min_size=1, max_size=12)


@given(spans)
def test_whatever_the_record_holds_the_frames_open_and_close_in_order(tmp_path_factory, made) -> None:
    folder = tmp_path_factory.mktemp("run")
    calls = [Made(1, min(a, b), max(a, b), depth) for a, b, depth in made]
    write_calls(folder, SITES, calls, 10.0)
    check_form(speedscope_document(profiled(), {"cnn": longest_calls(folder, 10)}))


@given(spans)
def test_whatever_the_record_holds_the_events_of_a_track_lie_within_each_other_or_apart(
    tmp_path_factory, made
) -> None:
    folder = tmp_path_factory.mktemp("run")
    calls = [Made(1, min(a, b), max(a, b), depth) for a, b, depth in made]
    write_calls(folder, SITES, calls, 10.0)
    document = trace_document(profiled(), "cnn", longest_calls(folder, 20))
    events = [e for e in document["traceEvents"] if e["ph"] == "X"]
    assert len(events) == len(calls)
    spans_ns = [(e["tid"], round(1000 * e["ts"]), round(1000 * (e["ts"] + e["dur"]))) for e in events]
    for (track, _, stop), (later_track, later_start, later_stop) in itertools.combinations(spans_ns, 2):
        assert track != later_track or stop <= later_start or later_stop <= stop
