"""Results of MLPerf Power: the published means to six digits, and every oddity of the logs a finding."""

import csv
import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.campaign import analyse
from analysis.imports.mlperf_power.importer import import_mlperf_power
from analysis.imports.mlperf_power.places import scenario_names
from analysis.imports.mlperf_power.ptd import parse_ptd_log
from analysis.imports.mlperf_power.session import zone_of_window
from analysis.imports.mlperf_power.spl import parse_spl
from analysis.imports.reading import SourceText
from records.campaign import CampaignFolder
from records.errors import RecordError
from records.imported import read_import
from records.meter import MeterRecord
from records.results import Results
from records.rows.runs import RunRow
from records.settings.analysis import AnalysisSettings


def table(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text().splitlines()))


# ---- the five published results ----


@pytest.fixture(scope="module")
def published(reference: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Results]:
    campaign = tmp_path_factory.mktemp("mlperf") / "campaign"
    import_mlperf_power(campaign, [reference / "mlperf-power/closed"], version="test")
    return campaign, analyse(campaign, rule="mlperf")


def places(results: Results) -> dict[str, str]:
    """By path of the result as published, the run folder of its testing phase."""
    said = [f for f in results.findings if f.code == "mlperf-result"]
    return {f.message.partition(" is ")[2].removesuffix("/performance"): f.run_dir for f in said}


def test_the_published_means_come_out_to_six_digits(reference: Path, published: tuple[Path, Results]) -> None:
    _, results = published
    by_place = places(results)
    rows = {row.values["run_dir"]: row for row in results.rule_rows}
    golden = table(reference / "mlperf-power/golden.csv")
    assert len(golden) == 5
    for expected in golden:
        row = rows[by_place[expected["run"]]]
        assert f"{row.values['mean_power_w']:.6f}" == expected["mean_power_w"]
        assert row.values["samples_in_window"] == int(expected["samples_in_window"])
        assert f"{row.values['duration_s']:.3f}" == expected["duration_s"]


def test_the_energy_by_intervals_stands_beside_with_its_uncertainty(published: tuple[Path, Results]) -> None:
    _, results = published
    by_rule = {row.values["run_dir"]: row for row in results.rule_rows}
    testing = [run for run in results.runs if not run.scenario.endswith("-ranging")]
    assert len(testing) == 5
    for run in testing:
        # One sample too many or too few at the ends of ten minutes is 0.17 %.
        assert run.energy_wh == pytest.approx(by_rule[run.run_dir].values["energy_wh"], rel=2e-3)
        assert run.energy_wh != by_rule[run.run_dir].values["energy_wh"]
        assert 0 < run.energy_u_wh < 0.01 * run.energy_wh
        assert run.coverage_pct > 99.8


def test_the_oddities_of_the_published_logs_are_findings(published: tuple[Path, Results]) -> None:
    _, results = published
    scenario_of = {run.run_dir: run.scenario for run in results.runs}
    found = {
        (scenario_of[f.run_dir], f.code)
        for f in results.findings
        if f.level == "warn" and f.code.startswith("mlperf-")
    }
    cut = "mlperf-file-changed"  # the reference data has shortened mlperf_log_detail.txt of these
    assert found == {
        ("rpi4coral-fan-resnet50-offline", "mlperf-uncertainty-exceeded"),
        ("rpi4coral-fan-resnet50-offline", "mlperf-range-low"),
        ("dgx-station-bert-99-9-offline", "mlperf-sample-missed"),
        ("dgx-station-bert-99-9-offline", "mlperf-samples-few"),
        ("dgx-station-bert-99-9-offline", "mlperf-stamps-irregular"),
        ("dgx-station-bert-99-9-offline", "mlperf-ptd-complaint"),
        ("dgx-station-bert-99-9-offline", cut),
        ("xavier_nx_trt-bert-99-offline", cut),
        ("dgx-a100_a100-bert-99-offline", "mlperf-stamps-irregular"),
        ("dgx-a100_a100-bert-99-offline", cut),
        ("dgx-a100_a100-bert-99-offline-ranging", "mlperf-sample-overrange"),
        ("dgx-a100_a100-bert-99-offline-ranging", "mlperf-samples-few"),
        ("dgx-a100_a100-bert-99-offline-ranging", "mlperf-stamps-irregular"),
        ("dgx-a100_a100-bert-99-offline-ranging", "mlperf-ptd-complaint"),
    }
    zones = [f for f in results.findings if f.code == "mlperf-zone"]
    assert len(zones) == 6  # the three results of NVIDIA, both phases: summer time of California
    assert all("UTC-7 h" in f.message and "declares UTC-8 h" in f.message for f in zones)


def test_what_a_sample_is_makes_less_difference_than_is_uncertain(
    reference: Path, published: tuple[Path, Results], tmp_path: Path
) -> None:
    instantaneous = tmp_path / "campaign"
    folder = reference / "mlperf-power/closed"
    import_mlperf_power(instantaneous, [folder], version="test", sampling="instantaneous")
    _, means = published
    pairs = list(zip(means.runs, analyse(instantaneous).runs, strict=True))
    assert len(pairs) == 10
    for mean, value in pairs:
        assert 0 < abs(mean.energy_wh - value.energy_wh) < mean.energy_u_wh
    assert "mlperf-sampling-assumed" in {f.code for f in means.findings}


def test_the_analyzer_is_known_with_its_ranges(published: tuple[Path, Results]) -> None:
    campaign, results = published
    ranges_w = {
        run.scenario: MeterRecord.read(campaign / "runs" / run.run_dir / "meter.json").accuracy.range_w
        for run in results.runs
    }
    assert ranges_w["rpi4coral-fan-resnet50-offline"] == 300 * 0.5
    assert ranges_w["dgx-a100_a100-bert-99-offline"] == 3 * 300 * 10  # three channels
    assert ranges_w["dgx-station-bert-99-9-offline-ranging"] is None  # automatic
    assert results.meter["identity"]["model"] == "WT333E"


# ---- a result made up, to be damaged ----

BEGIN = datetime(2021, 3, 17, 12, 0, 0, tzinfo=UTC)
SESSION = "2021-03-17_12-00-00"
SAMPLES = 80
LOAD = (20.25, 60.5)


def stamp(seconds: float, zone_h: float = 0.0) -> str:
    moment = BEGIN + timedelta(seconds=seconds, hours=zone_h)
    return moment.strftime("%m-%d-%Y %H:%M:%S.") + f"{round(moment.microsecond / 1000):03d}"


def spl_line(
    seconds: float, watts: float = 100.0, zone_h: float = 0.0, mark: str = f"{SESSION}_testing"
) -> str:
    values = (230.0, watts / 230.0, 1.0) if watts >= 0 else (watts,) * 3
    named = "".join(f",{n},{v:.6f}" for n, v in zip(("Volts", "Amps", "PF"), values, strict=True))
    return f"Time,{stamp(seconds, zone_h)},Watts,{watts:.6f}{named},Mark,{mark}"


class Result:
    """A result on disk: two phases of 80 s at 100 W, the ranging one 1000 s earlier."""

    def __init__(self, folder: Path, zone_h: float = 0.0, client_zone_h: float | None = None) -> None:
        self.performance = folder / "results/box/resnet/Offline/performance"
        self.zone_h = zone_h
        self.client_zone_h = zone_h if client_zone_h is None else client_zone_h
        self.client_offset_s = 0.0
        self.lines = {
            p: [spl_line(self.at(p) + i, 100.0, zone_h, f"{SESSION}_{p}") for i in range(SAMPLES)]
            for p in ("ranging", "testing")
        }
        self.facts: dict[str, Any] = {"result_validity": "VALID", "result_samples_per_second": 12.5}
        self.ptd = self.ptd_log()
        self.identity = "YokogawaWT330E,1,version=1.9.2,mode=power,no_cal_date,YOKOGAWA;WT333E;SN1;F1.04"

    @staticmethod
    def at(phase: str) -> float:
        return -1000.0 if phase == "ranging" else 0.0

    def ptd_log(self, **complaints: list[str]) -> list[str]:
        lines = []
        for phase, ranges in (("ranging", ("Auto", "Auto")), ("testing", ("300.000000V", "0.500000A"))):
            t = stamp(self.at(phase) - 1, self.zone_h)
            lines += [f"{t}: Volt range set to {ranges[0]}", f"{t}: Amp range set to {ranges[1]}"]
            lines.append(f"{t}: Go with mark '{SESSION}_{phase}'")
            lines += [
                f"{stamp(self.at(phase) + 30, self.zone_h)}: {text}" for text in complaints.get(phase, [])
            ]
            lines.append(f"{stamp(self.at(phase) + 81, self.zone_h)}: Completed test")
        return lines

    def phases(self, offset_s: float) -> dict[str, list[list[float]]]:
        zero = BEGIN.timestamp() + offset_s
        return {p: [[zero + self.at(p) + t, 1.0] for t in (-9, -0.5, 75, 85)] for p in ("ranging", "testing")}

    def write(self, *, hosts: bool = True, ranging: bool = True) -> Path:
        for phase, place in (("ranging", "ranging"), ("testing", "run_1"))[0 if ranging else 1 :]:
            folder = self.performance / place
            folder.mkdir(parents=True)
            (folder / "spl.txt").write_text("\r\n".join(self.lines[phase]) + "\r\n")
            load = [t + self.at(phase) + self.client_offset_s for t in LOAD]
            keys = dict(
                zip(("power_begin", "power_end"), (stamp(t, self.client_zone_h) for t in load), strict=True)
            )
            text = [f":::MLLOG {json.dumps({'key': k, 'value': v})}" for k, v in (keys | self.facts).items()]
            (folder / "mlperf_log_detail.txt").write_text("\n".join(text) + "\n")
        if hosts:
            self._write_hosts()
        return self.performance

    def _write_hosts(self) -> None:
        power = self.performance / "power"
        power.mkdir()
        (power / "ptd_logs.txt").write_text("\r\n".join(["Selected power meter", *self.ptd]) + "\r\n")
        spl = self.performance / "run_1/spl.txt"
        server = {
            "session_name": SESSION,
            "timezone": 0,
            "phases": self.phases(0.0),
            "results": {"run_1/spl.txt": hashlib.sha1(spl.read_bytes()).hexdigest()},
            "ptd_messages": [
                {"cmd": "Identify", "reply": self.identity},
                {"cmd": f"Go,1000,0,{SESSION}_testing", "reply": "Starting"},
            ],
        }
        times = [BEGIN.timestamp() - t for t in (1010.0, 1009.0, 10.0)]
        exchanges = [
            {
                "cmd": "time",
                "cmd_time": t + self.client_offset_s - 0.001,
                "reply": str(t),
                "reply_time": t + self.client_offset_s + 0.001,
            }
            for t in times
        ]
        client = {"session_name": SESSION, "phases": self.phases(self.client_offset_s), "messages": exchanges}
        (power / "server.json").write_text(json.dumps(server))
        (power / "client.json").write_text(json.dumps(client))


@pytest.fixture
def result(tmp_path: Path) -> Result:
    return Result(tmp_path)


@pytest.fixture
def out(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "campaign"


def imported(out: Path, folder: Path) -> dict[tuple[str, str], str]:
    """Import and return the messages of the findings by phase and code, that of the result left out."""
    import_mlperf_power(out, [folder], version="test")
    record = read_import(out)
    assert record is not None
    return {
        ("ranging" if f["run_dir"].endswith("-ranging") else "testing", f["code"]): f["message"]
        for f in record.findings
        if f["code"] not in ("mlperf-result", "mlperf-sampling-assumed")
    }


def run_of(results: Results, phase: str = "testing") -> RunRow:
    return next(r for r in results.runs if r.scenario.endswith("-ranging") == (phase == "ranging"))


def test_a_clean_result_has_no_finding_but_how_the_clocks_stood(result: Result, out: Path) -> None:
    found = imported(out, result.write())
    assert set(found) == {("testing", "mlperf-clocks")}
    record = read_import(out)
    assert record is not None
    assert "this scenario is box/resnet/Offline/performance" in {f["message"] for f in record.findings}
    results = analyse(out, rule="mlperf")
    assert [row.values["mean_power_w"] for row in results.rule_rows] == [100.0, 100.0]
    assert [row.values["samples_in_window"] for row in results.rule_rows] == [40, 40]
    assert run_of(results).energy_wh == pytest.approx(100 * 40.25 / 3600)
    assert run_of(results).work["samples"] == round(12.5 * 40.25)
    assert {r.scenario for r in results.runs} == {"box-resnet-offline", "box-resnet-offline-ranging"}


@pytest.mark.parametrize("zone_h", [-7.0, 5.5, 5.75, 14.0, -11.0])
def test_local_time_becomes_utc(tmp_path: Path, out: Path, zone_h: float) -> None:
    found = imported(out, Result(tmp_path, zone_h).write())
    assert "converted" in found["testing", "mlperf-zone"]
    (run,) = [r for r in analyse(out).runs if not r.scenario.endswith("-ranging")]
    assert run.t_start_utc_s == pytest.approx(BEGIN.timestamp() + LOAD[0], abs=1e-3)


def test_the_hosts_may_be_in_different_zones(tmp_path: Path, out: Path) -> None:
    found = imported(out, Result(tmp_path, zone_h=-7.0, client_zone_h=0.0).write())
    assert "UTC-7 h (the load: UTC+0 h)" in found["testing", "mlperf-zone"]
    results = analyse(out, rule="mlperf")
    assert results.rule_rows[1].values["samples_in_window"] == 40


def test_the_default_rule_corrects_for_the_clocks_and_the_published_one_does_not(
    tmp_path: Path, out: Path
) -> None:
    result = Result(tmp_path)
    result.client_offset_s = 0.3
    result.lines["testing"] = [spl_line(i, 100.0 if i <= 20 else 200.0) for i in range(SAMPLES)]
    assert "+299.0 to +301.0 ms" in imported(out, result.write())["testing", "mlperf-clocks"]
    results = analyse(out, rule="mlperf")
    # By the analyzer's clock the load is 20.25 to 60.5 s, all of it after the step at 20 s.
    assert run_of(results).energy_wh == pytest.approx(200 * 40.25 / 3600, rel=1e-6)
    assert run_of(results).t_start_utc_s == pytest.approx(BEGIN.timestamp() + LOAD[0], abs=1e-3)
    assert results.rule_rows[1].values["samples_in_window"] == 40


def test_clocks_that_are_too_far_apart_are_a_warning(tmp_path: Path, out: Path) -> None:
    result = Result(tmp_path)
    result.client_offset_s = 0.6
    assert "allows 500 ms" in imported(out, result.write())["testing", "mlperf-clocks-apart"]


def test_a_missed_sample_leaves_a_gap_that_the_published_rule_does_not_see(result: Result, out: Path) -> None:
    result.lines["testing"][30] = spl_line(30, -2.0)
    found = imported(out, result.write())
    assert "1 sample missed, 1 of them in the load" in found["testing", "mlperf-sample-missed"]
    assert "39 good samples, 40 were " in found["testing", "mlperf-samples-few"]
    results = analyse(out, AnalysisSettings(coverage_min_pct=95), rule="mlperf")
    assert results.rule_rows[1].values["samples_in_window"] == 39
    assert run_of(results).coverage_pct == pytest.approx(100 * 39.25 / 40.25)


def test_a_sample_without_power_is_no_power_of_minus_one(result: Result, out: Path) -> None:
    result.lines["testing"][30] = spl_line(30, -1.0)
    assert ("testing", "mlperf-sample-unavailable") in imported(out, result.write())
    results = analyse(out, AnalysisSettings(coverage_min_pct=95), rule="mlperf")
    assert results.rule_rows[1].values["mean_power_w"] == 100.0


def channels(seconds: float, total: float, *watts: float, mark: str = f"{SESSION}_testing") -> str:
    head = f"Time,{stamp(seconds)},Watts,{total:.1f},Volts,-1.000000,Amps,-1.000000,PF,-1.000000,Mark,{mark}"
    groups = [
        f"Ch{n},Watts,{w:.1f},Volts,230.000000,Amps,{np.sign(w) * max(abs(w) / 184, 3):.6f},PF,0.800000"
        for n, w in enumerate(watts, start=1)
    ]
    return ",".join([head, *groups])


def test_channels_give_range_and_power_factor_of_their_sum(result: Result, out: Path) -> None:
    result.lines["testing"] = [channels(i, 1104.0, 552.0, 552.0) for i in range(SAMPLES)]
    imported(out, result.write())
    run_dir = out / "runs/0002-box-resnet-offline"
    assert MeterRecord.read(run_dir / "meter.json").accuracy.range_w == 2 * 300 * 0.5
    row = table(run_dir / "meter.csv")[0]
    assert float(row["power_factor"]) == pytest.approx(0.8, rel=1e-6)
    assert "voltage_v" not in row


def test_a_channel_beyond_its_range_is_told_apart(result: Result, out: Path) -> None:
    result.lines["testing"] = [channels(i, 1104.0, 552.0, 552.0) for i in range(SAMPLES)]
    result.lines["testing"][30] = channels(30, -1.0, -1229.0, 552.0)
    assert "beyond the range" in imported(out, result.write())["testing", "mlperf-sample-overrange"]
    rows = table(out / "runs/0002-box-resnet-offline/meter.csv")
    assert Counter(row["flag"] for row in rows) == {"": 79, "overrange": 1}


def test_stamps_off_the_interval_are_a_finding(result: Result, out: Path) -> None:
    result.lines["testing"][30] = spl_line(30.4)
    result.lines["testing"][40] = spl_line(39)
    message = imported(out, result.write())["testing", "mlperf-stamps-irregular"]
    assert message.startswith("4 of 79 steps")
    assert "from 0.000 s to 2.000 s (worst before line 42)" in message or "(worst before line 41)" in message


def test_an_end_of_the_load_without_samples_is_a_finding(result: Result, out: Path) -> None:
    result.lines["testing"] = result.lines["testing"][:50]
    found = imported(out, result.write())
    assert "end -11.5 s after it" in found["testing", "mlperf-ends-missing"]
    assert [f.code for f in analyse(out).findings if f.level == "refuse"] == [
        "coverage-low",
        "slot-incomplete",
    ]


def test_a_strange_mark_is_a_finding(result: Result, out: Path) -> None:
    result.lines["testing"][3] = spl_line(3, mark="other")
    assert "found 'other' (1)" in imported(out, result.write())["testing", "mlperf-mark"]


def test_what_ptdaemon_complained_of_is_a_finding(result: Result, out: Path) -> None:
    result.ptd = result.ptd_log(
        ranging=[
            "ERROR: Can't evaluate uncertainty of this sample!",
            "WARNING: Uncertainty unknown for the last measurement sample! channel 0",
        ],
        testing=[
            "WARNING: Uncertainty 1.59% above 1.00% limit for the last measurement sample!",
            "WARNING: Uncertainty 1.07%, which is above 1.00% limit for the last sample!",
            "WARNING: Missed 3 samples",
            "ERROR: Bad volts reading nan from WT310",
            "Amp range set to 1.000000A",
        ],
    )
    found = imported(out, result.write())
    exceeded = found["testing", "mlperf-uncertainty-exceeded"]
    assert "2 samples above its limit of 1 %: 1.07 to 1.59 %; 2 of them in" in exceeded
    assert "1 sample " in found["ranging", "mlperf-uncertainty-unknown"]
    assert "'Missed N samples' 1 time" in found["testing", "mlperf-ptd-complaint"]
    assert "'Bad volts reading nan from WTN' 1 time" in found["testing", "mlperf-ptd-complaint"]
    assert "Amp range set to 1.000000A" in found["testing", "mlperf-range-changed"]


def test_a_message_may_begin_in_the_middle_of_a_line() -> None:
    # As in the published log of a DGX A100, line 263.
    t = "03-17-2021 12:41:35.270: "
    text = [
        f"{t}Go with mark 'm'",
        f"{t}ERROR: Current appears to be too high for set range{t}ERROR: Can't evaluate uncertainty of this "
        f"sample!",
        f"{t}WARNING: Uncertainty unknown for the last measurement sample! channel 1",
    ]
    phase = parse_ptd_log(SourceText("ptd", text, "utf-8")).phases["m"]
    assert phase.complaints == {"Current appears to be too high for set range": 1}
    assert phase.unknown == 1


def test_another_load_than_in_the_ranging_phase_is_a_finding(result: Result, out: Path) -> None:
    result.lines["testing"] = [spl_line(i, 110.0) for i in range(SAMPLES)]
    assert "+10.0%" in imported(out, result.write())["testing", "mlperf-ranging-differs"]


def test_a_range_far_above_the_current_is_a_finding(result: Result, out: Path) -> None:
    result.lines["testing"] = [spl_line(i, 11.5) for i in range(SAMPLES)]
    found = imported(out, result.write())
    assert "0.05 A, is 10% of the range of 0.5 A" in found["testing", "mlperf-range-low"]


def test_a_changed_file_and_an_invalid_result_are_findings(result: Result, out: Path) -> None:
    result.facts["result_validity"] = "INVALID"
    performance = result.write()
    with (performance / "run_1/spl.txt").open("a") as file:
        file.write(spl_line(SAMPLES) + "\n")
    found = imported(out, performance)
    assert found["testing", "mlperf-file-changed"].startswith("run_1/spl.txt: ")
    assert "'INVALID'" in found["testing", "mlperf-result-invalid"]


def test_a_result_without_the_logs_of_the_hosts_is_taken_for_what_it_says(result: Result, out: Path) -> None:
    found = imported(out, result.write(hosts=False, ranging=False))
    assert {code for _, code in found} == {
        "mlperf-zone-unknown",
        "mlperf-clocks-unknown",
        "mlperf-ptd-log-missing",
    }
    assert analyse(out, rule="mlperf").rule_rows[0].values["mean_power_w"] == 100.0
    meter = MeterRecord.read(out / "runs/0001-box-resnet-offline/meter.json")
    assert (meter.accuracy.reading_pct, meter.accuracy.range_pct) == (1.0, 0.0)  # what SPEC allows


def test_a_last_line_that_is_cut_off_is_left_out(result: Result, out: Path) -> None:
    result.lines["testing"].append(spl_line(SAMPLES)[:60])
    assert "(81) is cut off" in imported(out, result.write())["testing", "mlperf-line-torn"]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("Time,17-03-2021 12:00:30.000,Watts,1,Volts,1,Amps,1,PF,1,Mark,m", "is no stamp"),
        (spl_line(30).replace("Watts", "Wats"), "its names are Time,Wats"),
        (spl_line(30).replace("100.000000", "nan"), "not all of nan"),
        (spl_line(30) + ",Ch1,Watts,1", "no multiple of 9"),
        ("garbage", "its names are garbage"),
    ],
)
def test_a_line_that_cannot_be_understood_is_refused_with_file_and_line(
    result: Result, out: Path, line: str, words: str
) -> None:
    result.lines["testing"][30] = line
    performance = result.write()
    with pytest.raises(
        RecordError, match=r"performance/run_1/spl\.txt, line 31: expected Time,MM-DD-YYYY"
    ) as e:
        import_mlperf_power(out, [performance], version="test")
    assert words in str(e.value)
    assert not out.exists()


@pytest.mark.parametrize("content", ["", "\r\n", "\0\0"])
@pytest.mark.parametrize(
    ("file", "consequence"),
    [
        ("power/ptd_logs.txt", ("testing", "mlperf-ptd-log-missing")),
        ("power/server.json", ("testing", "mlperf-zone-unknown")),
        ("power/client.json", ("testing", "mlperf-clocks-unknown")),
        ("ranging/spl.txt", ("testing", "mlperf-clocks")),
        ("ranging/mlperf_log_detail.txt", ("testing", "mlperf-clocks")),
    ],
)
def test_a_result_stands_without_an_optional_file_that_is_empty(
    result: Result, out: Path, file: str, consequence: tuple[str, str], content: str
) -> None:
    performance = result.write()
    (performance / file).write_text(content)
    found = imported(out, performance)
    assert consequence in found
    message = found["testing", "mlperf-file-unusable"]
    assert f"performance/{file}" in message and str(performance) not in message
    assert run_of(analyse(out)).energy_wh == pytest.approx(100 * 40.25 / 3600)


@pytest.mark.parametrize("missing", ["power_begin", "power_end"])
def test_a_load_without_its_marks_is_refused(result: Result, out: Path, missing: str) -> None:
    performance = result.write()
    detail = performance / "run_1/mlperf_log_detail.txt"
    detail.write_text(detail.read_text().replace(missing, "power"))
    with pytest.raises(RecordError, match=f"expected the keys power_begin and power_end .* '{missing}'"):
        import_mlperf_power(out, [performance], version="test")


def test_a_folder_without_results_is_refused(tmp_path: Path, out: Path) -> None:
    with pytest.raises(
        RecordError, match=r"expected results of MLPerf Power, folders with performance/run_1"
    ):
        import_mlperf_power(out, [tmp_path], version="test")


def test_runs_are_in_the_order_of_time_and_keep_their_sources(result: Result, out: Path) -> None:
    import_mlperf_power(out, [result.write().parents[3]], version="test")
    assert [slot.scenario for slot in CampaignFolder(out).read().plan] == [
        "box-resnet-offline-ranging",
        "box-resnet-offline",
    ]
    record = read_import(out)
    assert record is not None
    names = {source.name for source in record.sources}
    assert "results/box/resnet/Offline/performance/run_1/spl.txt" in names
    assert [f["message"] for f in record.findings if f["code"] == "mlperf-result"] == [
        "this scenario is results/box/resnet/Offline/performance"
    ]
    assert len(names) == 7


@given(st.lists(st.tuples(st.text(max_size=80), st.text(max_size=60), st.text(max_size=30)), max_size=30))
def test_names_of_scenarios_are_valid_and_none_comes_twice(parts: list[tuple[str, str, str]]) -> None:
    names = scenario_names(parts)
    both = [*names, *(f"{name}-ranging" for name in names)]
    assert len(set(both)) == len(both)
    assert all(0 < len(name) <= 40 for name in both)


@given(
    zone=st.integers(-48, 56),
    begin=st.floats(0.0, 500.0),
    length=st.floats(60.0, 3000.0),
    after=st.floats(0.0, 300.0),
)
def test_the_zone_of_a_load_is_found_from_its_phase(
    zone: int, begin: float, length: float, after: float
) -> None:
    began, zone_s = 1_600_000_000.0, 900.0 * zone
    phase = [began - 10, began, began + begin + length + after]
    local = (began + begin + zone_s, began + begin + length + zone_s)
    assert zone_of_window(*local, phase, guess_s=zone_s) == zone_s
    found = zone_of_window(*local, phase, guess_s=0.0)
    if begin + after < 890:  # then only one zone lays the load into its phase
        assert found == zone_s


@given(st.lists(st.floats(0.0, 9e5).map(lambda w: round(w, 3)), min_size=1, max_size=30))
def test_samples_come_back_as_they_were_logged(watts: list[float]) -> None:
    lines = [spl_line(i, w) for i, w in enumerate(watts)]
    log = parse_spl(SourceText("spl.txt", lines, "utf-8"))
    assert log.power_w.tolist() == watts
    assert np.diff(log.t_local_s) == pytest.approx(np.ones(len(watts) - 1))
