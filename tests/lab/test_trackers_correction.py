"""``lab trackers calibrate`` and ``lab trackers apply``: corrections, visibly, with what they are worth."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from lab.cli import cli

TABLE = "model,seconds,meter_j,tracker_j\n" + "".join(
    f"m{i % 6},{10},{10 * p},{10 * (0.8 * p - 20 + (i % 3 - 1) / 2):.2f}\n"
    for i in range(30)
    for p in [100 + 30 * (i % 6) + i // 6]
)
COLUMNS = ("--measured", "meter_j", "--estimated", "tracker_j", "--per", "seconds", "--by", "model")


def lab(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["trackers", *arguments], catch_exceptions=False)


@pytest.fixture
def correction(tmp_path: Path) -> Path:
    (tmp_path / "pairs.csv").write_text(TABLE)
    path = tmp_path / "correction.json"
    assert lab("calibrate", str(tmp_path / "pairs.csv"), *COLUMNS, "--out", str(path)).exit_code == 0
    return path


def test_a_correction_says_what_it_is_and_how_much_it_helps(tmp_path: Path, correction: Path) -> None:
    done = lab("calibrate", str(tmp_path / "pairs.csv"), *COLUMNS, "--out", str(correction))
    assert "one of 6 groups after the other" in done.stdout
    document = json.loads(correction.read_text())
    assert document["schema"] == "wattlab.tracker-correction/1"
    assert (document["kind"], document["unit_kind"], document["units"]) == ("line", "groups", 6)
    assert document["slope"] == pytest.approx(1.25, abs=0.02)
    assert document["intercept"] == pytest.approx(25, abs=2)
    assert document["corrected_pct"] < 1 < 20 < document["raw_pct"]
    as_json = json.loads(
        lab("calibrate", str(tmp_path / "pairs.csv"), *COLUMNS, "--out", str(correction), "--json").stdout
    )
    assert as_json == {"path": str(correction), **document}


def test_values_are_corrected_visibly_with_an_interval(correction: Path) -> None:
    done = lab("apply", str(correction), "1400", "9000", "--per", "10")
    assert done.exit_code == 0
    assert "corrected, estimated" in done.stdout
    assert "beyond the calibrated range" in done.stdout
    first, second = json.loads(lab("apply", str(correction), "1400", "9000", "--per", "10", "--json").stdout)[
        "values"
    ]
    assert first["corrected"] == pytest.approx(10 * (25 + 1.25 * 140), rel=0.02)
    assert first["corrected_low"] < first["corrected"] < first["corrected_high"]
    assert (first["extrapolated"], second["extrapolated"]) == (False, True)


def test_a_table_is_corrected_row_by_row(tmp_path: Path, correction: Path) -> None:
    document = json.loads(lab("apply", str(correction), str(tmp_path / "pairs.csv"), "--json").stdout)
    assert document["label"] == "corrected, estimated"
    meter = [float(line.split(",")[2]) for line in TABLE.splitlines()[1:]]
    found = [row["corrected"] for row in document["values"]]
    assert found == pytest.approx(meter, rel=0.02)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("1400",), "--per"),
        (("much", "1400", "--per", "10"), "'much'"),
        (("nowhere.csv",), "nowhere.csv"),
        (("{}/emissions.csv",), "expected a table with the columns tracker_j, seconds"),
    ],
)
def test_what_cannot_be_corrected_exits_with_2(
    tmp_path: Path, correction: Path, arguments: tuple[str, ...], words: str
) -> None:
    (tmp_path / "emissions.csv").write_text("a,b\n1,2\n")
    done = lab("apply", str(correction), *(text.format(tmp_path) for text in arguments))
    assert done.exit_code == 2
    assert words in done.stderr


def test_a_table_without_columns_or_with_too_few_rows_is_refused(tmp_path: Path) -> None:
    (tmp_path / "pairs.csv").write_text(TABLE)
    done = lab("calibrate", str(tmp_path / "pairs.csv"), "--out", str(tmp_path / "c.json"))
    assert done.exit_code == 2 and "--measured" in done.stderr
    few = "\n".join(TABLE.splitlines()[:3]) + "\n"
    (tmp_path / "few.csv").write_text(few)
    done = lab("calibrate", str(tmp_path / "few.csv"), *COLUMNS, "--out", str(tmp_path / "c.json"))
    assert done.exit_code == 1 and "three" in done.stderr
    assert not (tmp_path / "c.json").exists()


def test_options_that_the_source_has_no_use_for_are_refused(tmp_path: Path, correction: Path) -> None:
    table, out = str(tmp_path / "pairs.csv"), tmp_path / "other.json"
    of_a_table = CliRunner().invoke(
        cli, ["trackers", "calibrate", table, *COLUMNS, "--tracker", "zeus", "--out", str(out)]
    )
    of_a_campaign = CliRunner().invoke(
        cli, ["trackers", "calibrate", str(tmp_path), "--meter-u", "2", "--out", str(out)]
    )
    assert (of_a_table.exit_code, of_a_campaign.exit_code, out.exists()) == (2, 2, False)


@pytest.mark.parametrize("content", ["no JSON", "{}", '{"schema": "wattlab.run/1"}'])
def test_a_file_that_is_no_correction_exits_with_2(tmp_path: Path, content: str) -> None:
    (tmp_path / "other.json").write_text(content)
    done = lab("apply", str(tmp_path / "other.json"), "12.5")
    assert done.exit_code == 2
    assert "other.json" in done.stderr
