"""``lab import mlperf-power`` and the rule ``mlperf``, from the command line."""

import csv
import json
from pathlib import Path

from click.testing import CliRunner

from lab.cli import cli


def lab(*arguments: object) -> tuple[int, str, str]:
    result = CliRunner().invoke(cli, [str(argument) for argument in arguments])
    return result.exit_code, result.stdout, result.stderr


def test_the_published_results_from_files_to_the_table_of_the_rule(reference: Path, tmp_path: Path) -> None:
    out = tmp_path / "mlperf"
    code, printed, problems = lab("import", "mlperf-power", reference / "mlperf-power/closed", "--out", out)
    assert code == 0, problems
    assert "with 10 runs" in printed
    assert "mlperf-sample-missed" in printed
    code, printed, problems = lab("analyse", out, "--rule", "mlperf")
    assert code == 0, problems
    assert "Rule mlperf: MLPerf Inference Power" in printed
    assert "Default rule, with uncertainties" in printed
    with open(out / "results/rules.csv", encoding="utf-8") as file:
        found = {f"{float(row['mean_power_w']):.6f}" for row in csv.DictReader(file)}
    with open(reference / "mlperf-power/golden.csv", encoding="utf-8") as file:
        assert {row["mean_power_w"] for row in csv.DictReader(file)} <= found
    code, printed, _ = lab("check", out, "--json")
    assert code == 0  # odd as they are, nothing refuses these data
    assert "mlperf-uncertainty-exceeded" in {f["code"] for f in json.loads(printed)["findings"]}


def write_result(folder: Path, end: str = "03-17-2021 12:01:00.500") -> Path:
    run = folder / "performance/run_1"
    run.mkdir(parents=True)
    lines = [
        f"Time,03-17-2021 12:{i // 60:02d}:{i % 60:02d}.000,Watts,50.0,Volts,230,Amps,0.5,PF,0.43,Mark,m"
        for i in range(90)
    ]
    (run / "spl.txt").write_text("\n".join(lines) + "\n")
    marks = {"power_begin": "03-17-2021 12:00:10.250", "power_end": end}
    text = [f":::MLLOG {json.dumps({'key': key, 'value': value})}" for key, value in marks.items()]
    (run / "mlperf_log_detail.txt").write_text("\n".join(text) + "\n")
    return folder


def test_the_import_as_json_names_every_finding(tmp_path: Path) -> None:
    code, printed, _ = lab(
        "import", "mlperf-power", write_result(tmp_path / "r"), "--out", tmp_path / "c", "--json"
    )
    assert code == 0
    document = json.loads(printed)
    assert document["runs"] == 1
    assert {f["code"] for f in document["findings"]} == {
        "mlperf-zone-unknown",
        "mlperf-clocks-unknown",
        "mlperf-ptd-log-missing",
        "mlperf-result",
        "mlperf-sampling-assumed",
    }


def test_what_cannot_be_imported_leaves_nothing_behind(tmp_path: Path) -> None:
    result = write_result(tmp_path / "r", end="03-17-2021 11:00:00.000")
    code, _, problems = lab("import", "mlperf-power", result, "--out", tmp_path / "c")
    assert code == 1
    assert "mlperf_log_detail.txt: expected power_begin before power_end" in problems
    (tmp_path / "empty").mkdir()
    code, _, problems = lab("import", "mlperf-power", tmp_path / "empty", "--out", tmp_path / "c")
    assert code == 2
    assert "folders with performance/run_1/spl.txt, found none" in problems
    assert sorted(path.name for path in tmp_path.iterdir()) == ["empty", "r"]


def test_a_folder_that_holds_something_is_not_written_into(tmp_path: Path) -> None:
    result = write_result(tmp_path / "r")
    code, _, problems = lab("import", "mlperf-power", result, "--out", tmp_path)
    assert code == 2
    assert f"{tmp_path}: expected a new or empty folder" in problems
