"""``lab import csv`` and ``lab import wattsup-log``, from the command line."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from lab.cli import cli


def lab(*arguments: object) -> tuple[int, str, str]:
    result = CliRunner().invoke(cli, [str(argument) for argument in arguments])
    return result.exit_code, result.stdout, result.stderr


def write_table(path: Path, power: str, minute: int) -> Path:
    rows = [f"31.01.2026;13:{minute:02d}:{second:02d};{power};230,0" for second in range(60)]
    path.write_text("\r\n".join(["Datum;Zeit;P (kW);U", *rows, ""]), encoding="cp1252")
    return path


def test_tables_with_a_baseline_beside_become_induced_energy(tmp_path: Path) -> None:
    tables = [write_table(tmp_path / "a.csv", "0,150", 0), write_table(tmp_path / "b.csv", "0,170", 2)]
    code, printed, problems = lab(
        *("import", "csv", *tables, "--baseline", write_table(tmp_path / "idle.csv", "0,050", 1)),
        *("--time", "Datum", "--time", "Zeit", "--power", "P (kW)", "--unit", "kW", "--voltage", "U"),
        *("--timezone", "Europe/Berlin", "--scenario", "cnn", "--accuracy", 1, "--out", tmp_path / "c"),
    )
    assert code == 0, problems
    assert "with 3 runs (2 cnn, 1 baseline)" in printed
    assert "decimal commas" in printed
    code, printed, _ = lab("analyse", tmp_path / "c", "--json")
    assert code == 0
    (row,) = (row for row in json.loads(printed)["scenarios"] if row["kind"] == "workload")
    assert row["n"] == 2
    assert row["mean_power_w"] == pytest.approx(160)
    assert row["induced_wh"] == pytest.approx(110 * 59 / 3600)


def test_a_column_that_is_not_there_and_a_wrong_zone_are_wrong_usage(tmp_path: Path) -> None:
    table = write_table(tmp_path / "a.csv", "0,150", 0)
    common = ("import", "csv", table, "--time", "Datum", "--time", "Zeit", "--out", tmp_path / "c")
    code, _, problems = lab(*common, "--power", "P(kW)")
    assert code == 2
    assert "a.csv: there is no column 'P(kW)'; did you mean 'P (kW)'?" in problems
    code, _, problems = lab(*common, "--power", "P (kW)", "--timezone", "Europe/Berln")
    assert code == 2
    assert "--timezone Europe/Berln" in problems
    code, _, problems = lab(*common, "--power", "P (kW)", "--begin", "noon")
    assert code == 2
    assert "--begin noon: expected a date with a time" in problems
    assert not (tmp_path / "c").exists()


def test_a_raw_log_of_a_wattsup_with_its_start(tmp_path: Path) -> None:
    log = tmp_path / "fan.raw"
    log.write_text("#d,-,18,605,2301,433,5,_,_,_,_,_,_,_,_,_,95,_,_,500,_;\r\n" * 61)
    code, printed, problems = lab("import", "wattsup-log", log, "--out", tmp_path / "c")
    assert code == 2
    assert "fan.raw: the file does not say when it was written; say with --start" in problems
    code, printed, problems = lab(
        "import", "wattsup-log", log, "--start", "2026-01-31T12:00:00Z", "--out", tmp_path / "c"
    )
    assert code == 0, problems
    assert "wattsup-no-stamps" in printed
    code, printed, _ = lab("analyse", tmp_path / "c", "--json")
    (run,) = json.loads(printed)["runs"]
    assert (run["scenario"], run["duration_s"]) == ("fan", 60.0)
    assert run["energy_wh"] == pytest.approx(60.5 / 60)


def test_a_file_that_is_no_log_is_refused_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "x.log").write_text("hello\n")
    code, _, problems = lab("import", "wattsup-log", tmp_path / "x.log", "--out", tmp_path / "c")
    assert code == 1
    assert "x.log, line 1: expected a log of a Watts up?" in problems
    assert not (tmp_path / "c").exists()
