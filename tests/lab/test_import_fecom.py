"""``lab import`` of FECoM profiles, nvidia-smi and collectl logs, from the command line."""

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from lab.cli import cli


def lab(*arguments: object) -> tuple[int, str, str]:
    result = CliRunner().invoke(cli, [str(argument) for argument in arguments])
    return result.exit_code, result.stdout, result.stderr


def test_greenlight_profiles_from_files_to_the_tables_of_the_rule(reference: Path, tmp_path: Path) -> None:
    out = tmp_path / "greenlight"
    code, printed, _ = lab("import", "fecom", reference / "greenlight" / "profiles", "--out", out)
    assert code == 0
    assert "with 20 runs" in printed
    code, printed, problems = lab("analyse", out, "--rule", "fecom", "--json")
    assert code == 0, problems
    with open(out / "results" / "rule_spans.csv", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 20
    # greenlight_calls.csv: repeat 1, tensorflow_docs/cnn, seq 0
    first = {name: float(rows[0][name]) for name in ("cpu_j", "ram_j", "gpu_j", "cpu_net_j", "gpu_idle_w")}
    published = {"cpu_j": 58.17, "ram_j": 10.77, "gpu_j": 26.25, "cpu_net_j": 5.553, "gpu_idle_w": 17.538}
    assert first == pytest.approx(published, abs=1e-6)
    sums = {(row["of"], row["channel"]): row for row in json.loads(printed)["rule_rows"]}
    assert sums["every call", "all"]["gross_j"] == pytest.approx(38577.345)
    assert sums["every call", "all"]["exact_j"] == pytest.approx(39138.215, abs=1e-3)


def test_what_is_no_profile_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    (tmp_path / "experiment-1.json").write_text('["tensorflow.nn.softmax()"]', encoding="utf-8")
    code, _, problems = lab("import", "fecom", tmp_path / "experiment-1.json", "--out", tmp_path / "out")
    assert code == 1
    assert "experiment-1.json: record 0" in problems
    assert not (tmp_path / "out").exists()


def gpu_log(path: Path, hour: int = 12) -> Path:
    rows = [f"2026/01/31 {hour}:00:{second:02d}.000, {100 + second % 3}.00 W" for second in range(40)]
    path.write_text("\n".join(["timestamp, power.draw [W]", *rows]) + "\n", encoding="utf-8")
    return path


def host_log(path: Path) -> Path:
    header = "#Date Time [CPU]Totl% [MEM]Used [DSK]ReadKBTot [DSK]WriteKBTot [NET]RxKBTot [NET]TxKBTot"
    rows = [f"20260131 12:00:{second:02d} 50 1000 0 0 0 0" for second in range(60)]
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def test_a_card_log_and_the_host_log_beside_it(tmp_path: Path) -> None:
    out = tmp_path / "gpu"
    code, printed, _ = lab(
        *("import", "nvidia-smi", gpu_log(tmp_path / "train.csv"), "--timezone", "Europe/Berlin"),
        *("--baseline", gpu_log(tmp_path / "quiet.csv", hour=11), "--out", out, "--json"),
    )
    assert code == 0
    assert json.loads(printed)["runs"] == 2
    code, printed, problems = lab(
        *("import", "collectl", host_log(tmp_path / "host.tab"), "--campaign", out),
        *("--timezone", "Europe/Berlin", "--json"),
    )
    assert code == 0, problems
    assert json.loads(printed)["added"] == ["0002-train"]
    code, printed, _ = lab("analyse", out, "--json")
    rows = {row["scenario"]: row for row in json.loads(printed)["runs"]}
    assert (rows["train"]["cpu_load_pct"], rows["baseline"]["cpu_load_pct"]) == (50.0, None)
    code, printed, _ = lab("check", out, "--json")
    assert code == 0
    assert "host-imported" in {finding["code"] for finding in json.loads(printed)["findings"]}


def test_a_host_log_of_another_time_is_refused(tmp_path: Path) -> None:
    out = tmp_path / "gpu"
    lab("import", "nvidia-smi", gpu_log(tmp_path / "train.csv", hour=9), "--out", out)
    code, _, problems = lab("import", "collectl", host_log(tmp_path / "host.tab"), "--campaign", out)
    assert code == 1
    assert "1 are at other times" in problems
