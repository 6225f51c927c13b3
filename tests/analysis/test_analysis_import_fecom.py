"""FECoM profiles: the published table recomputed, exact borders beside it, and hostile files."""

import csv
import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.campaign import analyse
from analysis.imports.fecom.importer import import_fecom
from analysis.imports.fecom.profile import CHANNELS, parse_record, read_profile
from analysis.rules.fecom import FecomRule, call_energies, channel_row
from records.errors import ConfigurationError, RecordError
from records.meter import MeterRecord
from records.run import Run, RunFolder

START_NS = 1_701_997_393_000_000_000


def split(columns: list[str], rows: list[list[Any]]) -> str:
    return json.dumps({"columns": columns, "index": list(range(len(rows))), "data": rows})


def record(
    power_w: float = 40.0, from_s: float = 30.25, to_s: float = 34.5, samples: int = 120, **changes: Any
) -> dict[str, Any]:
    """A record of constant CPU power, DRAM at a tenth of it and a card at twice of it; samples of 0.5 s."""
    ends = [0.5 * (i + 1) for i in range(samples)]
    newest = [max(0.5, np.floor(2 * t) / 2) for t in (from_s, to_s)]
    gpu = [[START_NS / 1e9 + t - 0.5, 2 * power_w, t - 0.5, 40] for t in ends]
    times = {
        "start_time_execution": START_NS + round(from_s * 1e9),
        "end_time_execution": START_NS + round(to_s * 1e9),
    }
    for source in ("perf", "nvidia"):
        times |= {
            f"start_time_{source}": newest[0],
            f"end_time_{source}": newest[1],
            f"sys_start_time_{source}": START_NS,
        }
    columns = ["time_elapsed", "energy (J)"]
    return {
        "energy_data": {
            "cpu": split(columns, [[t, power_w / 2] for t in ends]),
            "ram": split(columns, [[t, power_w / 20] for t in ends]),
            "gpu": split(["timestamp", "power_draw (W)", "time_elapsed", "temperature"], gpu),
        },
        "times": times,
        "settings": {"measurement_interval_s": 0.5},
        "input_sizes": {"args_size": None},
    } | changes


def write_profile(path: Path, *records: Any, api: str = "tensorflow.keras.Sequential.fit()") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps([{api: item} for item in records]), encoding="utf-8")
    return path


# --- the published numbers -----------------------------------------------------------------------


@cache
def published(reference: Path) -> list[tuple[str, dict[str, str], dict[str, Any]]]:
    """Every stored record with its published row and ours."""
    table: dict[tuple[str, ...], dict[str, str]] = {}
    with open(reference / "greenlight" / "greenlight_calls.csv", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            table["greenlight", row["profile_dir"], row["repeat"], row["seq"]] = row
    with open(reference / "greenlight" / "fecom" / "fecom_calls.csv", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            table[f"{row['sampling']} {row['kind']}", row["project"], row["repeat"], row["seq"]] = row
    pairs = []
    for path in sorted((reference / "greenlight").rglob("experiment-*.json")):
        parts = path.relative_to(reference / "greenlight").parts
        if parts[0] == "profiles":
            kind, project = "greenlight", parts[1:-1]
        elif parts[2] == "sampling-100ms":
            kind, project = f"100ms {parts[3]}", parts[4:-1]
        else:
            kind, project = f"500ms {parts[2]}", parts[3:-1]
        for call in read_profile(path, path.name):
            key = (kind, "/".join(project), path.stem.removeprefix("experiment-"), str(call.seq))
            pairs.append((f"{key}", table[key], call_energies(call)))
    return pairs


def test_every_stored_call_is_recomputed_as_published(reference: Path) -> None:
    pairs = published(reference)
    # 20 of the 2,129 rows of greenlight_calls.csv and 36 of FECoM's 6,048 have their profile stored.
    assert len(pairs) == 56
    for name, row, ours in pairs:
        assert ours.api == row["api"], name
        assert ours.exec_s == pytest.approx(float(row["exec_s"]), abs=1e-6), name
        assert ours.has_energy == (row["has_energy"] == "1"), name
        for channel in CHANNELS:
            for key in ("j", "net_j", "idle_w"):
                theirs = row[f"{channel}_{key[:-1]}{key[-1].upper()}"]
                value = getattr(ours.by_rule[channel], key)
                if theirs == "":
                    assert value is None, (name, channel, key)
                else:
                    assert value == pytest.approx(float(theirs), abs=1e-6), (name, channel, key)
        for channel in ("cpu", "gpu"):
            samples = row.get(f"{channel}_samples", row.get(f"{channel}_n"))
            assert ours.by_rule[channel].samples == int(samples or -1), name


def test_calls_without_a_sample_have_an_energy_by_exact_borders(reference: Path) -> None:
    without = [ours for _, _, ours in published(reference) if not ours.has_energy]
    assert len(without) == 14
    assert all((ours.exact[channel].exact_j or -1.0) >= 0 for ours in without for channel in CHANNELS)


def test_sums_of_the_rule_and_of_exact_borders_over_greenlight(reference: Path) -> None:
    """The figures of docs/explanation/replication.md; gross sums follow from greenlight_calls.csv."""
    stored = [(row, ours) for name, row, ours in published(reference) if "greenlight" in name]
    for channel in CHANNELS:
        row = channel_row(channel, [ours for _, ours in stored])
        assert row["calls_with_energy"] == 20
        assert row["gross_j"] == pytest.approx(sum(float(theirs[f"{channel}_J"]) for theirs, _ in stored))
    together = channel_row("all", [ours for _, ours in stored])
    assert together["gross_j"] == pytest.approx(38577.345)
    assert together["exact_j"] == pytest.approx(39138.215, abs=1e-3)
    assert together["net_j"] == pytest.approx(22728.570, abs=1e-3)
    assert together["exact_net_j"] == pytest.approx(23349.256, abs=1e-3)


# --- the rule on records whose truth is known -----------------------------------------------------


def test_exact_borders_are_power_times_time_where_whole_samples_are_not() -> None:
    row = call_energies(
        parse_record(record(power_w=40.0, from_s=30.25, to_s=34.5), "f()", 0, "here")
    ).columns()
    # nearest samples: [30.0, 34.5) is 9 samples of 0.5 s; the execution lasts 4.25 s
    assert (row["cpu_samples"], row["cpu_j"]) == (9, 180.0)
    assert row["cpu_exact_j"] == pytest.approx(40.0 * 4.25)
    assert row["ram_exact_j"] == pytest.approx(4.0 * 4.25)
    assert row["gpu_exact_j"] == pytest.approx(80.0 * 4.25)
    assert row["cpu_idle_w"] == row["cpu_exact_idle_w"] == pytest.approx(40.0)
    assert row["cpu_net_j"] == pytest.approx(0.0)
    assert row["gpu_exact_net_j"] == pytest.approx(0.0, abs=1e-9)


@given(power_w=st.floats(0.1, 1e4), from_s=st.floats(21.0, 40.0), length_s=st.floats(1e-4, 18.0))
@settings(deadline=None)
def test_exact_energy_of_constant_power_is_power_times_time(
    power_w: float, from_s: float, length_s: float
) -> None:
    call = parse_record(record(power_w=power_w, from_s=from_s, to_s=from_s + length_s), "f()", 0, "here")
    row = call_energies(call).columns()
    # stamps are Unix seconds: one of their last bits is 0.24 us
    tolerance_s = 1e-6
    assert row["cpu_exact_j"] == pytest.approx(power_w * length_s, abs=power_w * tolerance_s)
    assert row["gpu_exact_j"] == pytest.approx(2 * power_w * length_s, abs=2 * power_w * tolerance_s)


def test_an_execution_outside_the_recording_has_no_exact_energy() -> None:
    row = call_energies(parse_record(record(from_s=58.0, to_s=61.0), "f()", 0, "here")).columns()
    assert row["cpu_exact_j"] is None
    assert row["gpu_exact_net_j"] is None


# --- the campaign ---------------------------------------------------------------------------------


def test_a_call_becomes_a_run_with_the_sum_and_its_parts(tmp_path: Path) -> None:
    profile = write_profile(tmp_path / "cnn" / "experiment-1.json", record(), record(from_s=31.0, to_s=33.0))
    import_fecom([profile], [], tmp_path / "out", "0")
    runs = sorted((tmp_path / "out" / "runs").iterdir())
    assert [run.name for run in runs] == ["0001-cnn-call0-sequential-fit", "0002-cnn-call1-sequential-fit"]
    meter = MeterRecord.read(RunFolder(runs[0]).meter_json)
    assert [part["name"] for part in meter.parts] == list(CHANNELS)
    assert sorted(path.name for path in (runs[0] / "meters").iterdir()) == sorted(CHANNELS)
    results = analyse(tmp_path / "out", rule="fecom")
    # 40 W of CPU, 4 W of DRAM and 80 W of card over 4.25 s
    assert results.calls[0].energy_wh == pytest.approx(124.0 * 4.25 / 3600, rel=1e-6)
    assert results.rule_spans[0].values["cpu_exact_j"] == pytest.approx(40.0 * 4.25)
    codes = {finding.code for finding in results.findings}
    assert {
        "import-not-at-the-wall",
        "import-accuracy-unknown",
        "import-window-unknown",
        "import-idle-before-call",
    } <= codes


def test_repeats_share_a_scenario_and_other_lines_do_not(tmp_path: Path) -> None:
    def at(line: int) -> dict[str, Any]:
        return record(project_metadata={"script_path": "a.py", "api_call_line": line})

    for number, lines in ((1, (5, 20)), (2, (20,))):
        write_profile(tmp_path / "cnn" / f"experiment-{number}.json", *map(at, lines))
    import_fecom([tmp_path / "cnn"], [], tmp_path / "out", "0")
    names = [path.name[5:] for path in sorted((tmp_path / "out" / "runs").iterdir())]
    assert sorted(names) == [
        "cnn-line20-sequential-fit",
        "cnn-line20-sequential-fit",
        "cnn-line5-sequential-fit",
    ]


def test_the_rule_refuses_other_campaigns(tmp_path: Path) -> None:
    import_fecom([write_profile(tmp_path / "cnn" / "experiment-1.json", record())], [], tmp_path / "out", "0")
    (run,) = (tmp_path / "out" / "runs").iterdir()
    (run / "fecom.json").unlink()
    record_of_run = RunFolder(run).read()
    record_of_run.files = RunFolder(run).hash_files()
    record_of_run.write(RunFolder(run).run_json)
    with pytest.raises(ConfigurationError, match=r"--rule fecom: 0001-\S+ has no fecom\.json"):
        analyse(tmp_path / "out", rule="fecom")


def test_most_of_a_short_call_is_lost_at_its_borders(reference: Path) -> None:
    """The last column of the table in docs/explanation/replication.md."""
    run = Run(
        slot=1,
        scenario="call",
        kind="workload",
        repeat=1,
        block=1,
        tracker=None,
        status="completed",
        attempt=1,
    )
    stored = [(run, ours) for name, _, ours in published(reference) if "greenlight" in name]
    rows, spans = FecomRule().of_campaign(stored)
    assert len(spans) == 20
    short = rows[-1]
    assert (short["of"], short["channel"], short["calls"]) == ("calls under 2 s", "all", 12)
    assert short["net_j"] == pytest.approx(43.06, abs=0.01)
    assert short["exact_net_j"] == pytest.approx(209.85, abs=0.01)
    assert 0 < short["begins_early_s"] < 0.5
    assert 0 < short["ends_early_s"] < 0.5


# --- idle traces ------------------------------------------------------------------------------------


def write_idle(folder: Path, *, power_w: float = 40.0, samples: int = 60, started: bool = True) -> Path:
    """An idle trace of constant power from 2023-12-08 01:03:13 UTC, in local time three hours before."""
    folder.mkdir(parents=True)
    perf = ["# started on Thu Dec  7 22:03:13 2023", ""]
    for i in range(1, samples + 1):
        perf.append(f"{0.5 * i:17.9f};{power_w / 2:.2f};Joules;power/energy-pkg/;500572489;100.00;;")
        perf.append(f"{0.5 * i:17.9f};{power_w / 20:.2f};Joules;power/energy-ram/;500572080;100.00;;")
    quarters = [2 * i + 1 for i in range(samples)]  # of a second: the card is asked between perf's lines
    smi = [f"2023/12/07 22:03:{13 + q // 4:02d}.{q % 4 * 250:03d}, {2 * power_w:.2f} W, 35" for q in quarters]
    (folder / "perf.txt").write_text("\n".join(perf) + "\n", encoding="utf-8")
    (folder / "nvidia_smi.txt").write_text("\n".join(smi) + "\n", encoding="utf-8")
    if started:
        starts = f"PERF_START {START_NS}\nNVIDIA_SMI_START {START_NS + 2_000_000}"
        (folder / "start_times.txt").write_text(starts, encoding="utf-8")
    return folder


def test_an_idle_trace_is_the_baseline_of_the_calls(tmp_path: Path) -> None:
    idle = write_idle(tmp_path / "idle", power_w=20.0)
    profile = write_profile(tmp_path / "cnn" / "experiment-1.json", record(power_w=40.0))
    import_fecom([profile], [idle], tmp_path / "out", "0")
    results = analyse(tmp_path / "out", rule="fecom")
    baseline, call = results.scenarios
    assert (baseline.kind, baseline.mean_power_w) == ("baseline", pytest.approx(62.0))
    # 124 W less 62 W over 4.25 s
    assert call.induced_wh == pytest.approx(62.0 * 4.25 / 3600, rel=1e-6)
    assert len(results.rule_spans) == 1
    assert "import-sessions-apart" in {finding.code for finding in results.findings}


def test_the_zone_of_an_idle_trace_follows_from_its_start_times(tmp_path: Path) -> None:
    idle = write_idle(tmp_path / "idle")
    profile = write_profile(tmp_path / "cnn" / "experiment-1.json", record())
    import_fecom([profile], [idle], tmp_path / "out", "0")
    (run,) = (tmp_path / "out" / "runs").glob("*-baseline")
    # the first interval of perf that the card covers from its first reading, 0.25 s after the start
    assert RunFolder(run).read().t_start_utc_s == pytest.approx(START_NS / 1e9 + 1.0)


def test_without_start_times_the_zone_is_needed_and_the_start_is_unsure(tmp_path: Path) -> None:
    idle = write_idle(tmp_path / "idle", started=False)
    profile = write_profile(tmp_path / "cnn" / "experiment-1.json", record())
    import_fecom([profile], [idle], tmp_path / "out", "0", timezone="-03:00")
    (run,) = (tmp_path / "out" / "runs").glob("*-baseline")
    assert MeterRecord.read(run / "meters" / "cpu" / "meter.json").latency_u_s == pytest.approx(
        0.2887, abs=1e-4
    )
    assert RunFolder(run).read().t_start_utc_s == pytest.approx(START_NS / 1e9 + 1.0)


def test_the_idle_trace_of_2023_has_the_power_before_the_calls(reference: Path, tmp_path: Path) -> None:
    """The 20 s before the stored calls of CPU, RAM and card: 34.3 to 36.2, 6.9 to 7.3, 17.2 to 17.8 W."""
    greenlight = reference / "greenlight"
    import_fecom(
        [greenlight / "profiles" / "tensorflow_docs" / "cnn"],
        [greenlight / "fecom" / "idle" / "settings-2023"],
        tmp_path / "out",
        "0",
        timezone="America/Halifax",
    )
    baseline = analyse(tmp_path / "out").scenarios[0]
    assert 34.3 + 6.9 + 17.2 < baseline.mean_power_w < 36.2 + 7.3 + 17.8


@pytest.mark.parametrize(
    ("file", "old", "new", "reason"),
    [
        ("perf.txt", ";20.00;Joules", ";-20.00;Joules", "line 3.*not negative"),
        ("perf.txt", ";20.00;Joules", ";<not counted>;Joules", "line 3.*joules"),
        ("perf.txt", "energy-pkg", "energy-psys", "line 3.*power/energy-pkg"),
        ("perf.txt", "1.000000000", "0.250000000", "line 5.*later time"),
        ("perf.txt", ";Joules;", ";", "line 3.*TIME;JOULES"),
        ("nvidia_smi.txt", "80.00 W", "80.00 mW", "line 1.*power_w in W"),
        ("nvidia_smi.txt", "80.00 W", "[N/A]", "line 1.*power in every row"),
        ("start_times.txt", "PERF_START", "START", "line 1.*PERF_START"),
    ],
)
def test_a_damaged_idle_trace_is_refused_by_file_and_line(
    file: str, old: str, new: str, reason: str, tmp_path: Path
) -> None:
    idle = write_idle(tmp_path / "idle")
    text = (idle / file).read_text()
    assert old in text
    (idle / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    profile = write_profile(tmp_path / "cnn" / "experiment-1.json", record())
    with pytest.raises(RecordError, match=rf"idle/{file}.*{reason}"):
        import_fecom([profile], [idle], tmp_path / "out", "0")
    assert not (tmp_path / "out").exists()


# --- hostile files ---------------------------------------------------------------------------------

COLUMNS = ["time_elapsed", "energy (J)"]


def with_cpu(text: Any) -> dict[str, Any]:
    good = record()
    return good | {"energy_data": good["energy_data"] | {"cpu": text}}


def with_times(**changes: Any) -> dict[str, Any]:
    good = record()
    return good | {"times": good["times"] | changes}


HOSTILE = {
    "columns orient": (with_cpu('{"time_elapsed": {"0": 0.5}, "energy (J)": {"0": 1}}'), "orient"),
    "records orient": (with_cpu('[{"time_elapsed": 0.5, "energy (J)": 1}]'), "orient"),
    "an object, not a string": (with_cpu({"columns": [], "data": []}), "JSON string"),
    "torn inner JSON": (with_cpu('{"columns":["time_el'), "JSON document"),
    "not a number": (with_cpu('{"columns":["time_elapsed","energy (J)"],"data":[[0.5,NaN]]}'), "NaN"),
    "null": (with_cpu(split(COLUMNS, [[0.5, 1.0], [1.0, None]])), "row 1: energy"),
    "text": (with_cpu(split(COLUMNS, [[0.5, 1.0], [1.0, "2"]])), "row 1: energy"),
    "true": (with_cpu(split(COLUMNS, [[0.5, 1.0], [1.0, True]])), "row 1: energy"),
    "huge": (with_cpu(split(COLUMNS, [[0.5, 1.0], [1.0, 10**400]])), "row 1: energy"),
    "negative counter": (with_cpu(split(COLUMNS, [[0.5, 1.0], [1.0, -2.0]])), "row 1.*not negative"),
    "unsorted": (with_cpu(split(COLUMNS, [[1.0, 1.0], [0.5, 1.0]])), "row 1.*later time"),
    "twice the same time": (with_cpu(split(COLUMNS, [[0.5, 1.0], [0.5, 1.0]])), "row 1.*later time"),
    "interval without length": (with_cpu(split(COLUMNS, [[0.0, 1.0], [0.5, 1.0]])), "above 0"),
    "short row": (with_cpu(split(COLUMNS, [[0.5, 1.0], [1.0]])), "row 1"),
    "no sample": (with_cpu(split(COLUMNS, [])), "two samples"),
    "other columns": (with_cpu(split(["time", "energy (J)"], [[0.5, 1.0], [1.0, 1.0]])), "time_elapsed"),
    "no times": (record(times=None), "times"),
    "seconds for nanoseconds": (with_times(start_time_execution=1_701_997_393), "start_time_execution"),
    "end before start": (with_times(end_time_execution=START_NS), "end_time_execution"),
    "a card in another time zone": (
        with_times(sys_start_time_nvidia=START_NS - 3 * 3600 * 10**9),
        "timestamp",
    ),
    "no interval": (record(settings={}), "measurement_interval_s"),
    "a string": ("tensorflow.keras.Sequential()", "JSON object"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_damaged_record_is_refused_by_file_record_and_reason(name: str, tmp_path: Path) -> None:
    bad, reason = HOSTILE[name]
    profile = write_profile(tmp_path / "cnn" / "experiment-1.json", record(), bad)
    with pytest.raises(RecordError, match=rf"(?s)experiment-1\.json: record 1.*{reason}"):
        import_fecom([profile], [], tmp_path / "out", "0")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "JSON document"),
        (b'[{"f()": {"times"', "JSON document"),
        (b"\0" * 1000, "JSON document"),
        (b"\xff\xfe\x00", "JSON document"),
        (b"[" * 200_000, "JSON document"),
        (b"9" * 10_000_000, "JSON document"),
        (b"{}", "list"),
        (b"[]", "list"),
        (b'["tensorflow.nn.softmax()"]', "record 0"),
    ],
)
def test_what_is_no_profile_is_refused(content: bytes, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "experiment-1.json"
    path.write_bytes(content)
    with pytest.raises(RecordError, match=rf"experiment-1\.json.*{reason}"):
        import_fecom([path], [], tmp_path / "out", "0")
    assert not (tmp_path / "out").exists()


@given(cut=st.floats(0.0, 1.0, exclude_max=True))
@settings(deadline=None, max_examples=50)
def test_a_torn_profile_never_gives_a_number(cut: float, tmp_path_factory: pytest.TempPathFactory) -> None:
    text = json.dumps([{"f()": record(samples=4, from_s=1.0, to_s=1.5)}])
    path = tmp_path_factory.mktemp("torn") / "experiment-1.json"
    path.write_text(text[: int(cut * len(text))], encoding="utf-8")
    with pytest.raises(RecordError, match="JSON document"):
        read_profile(path, path.name)
