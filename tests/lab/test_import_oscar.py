"""`lab import oscar` and `lab analyse --rule` as the operator types them."""

import json
import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from lab_bench import lab

START = datetime(2022, 10, 4, 9, 0)


def measured(folder: Path, power_w: float) -> Path:
    """Two runs of 20 s and a reading every second, without a hardware log."""
    folder.mkdir()
    marks, readings = [], ["time;power-avg[W]"]
    for start_s in (15, 45):
        for after_s, word in ((start_s, "start"), (start_s + 20, "stop")):
            marks.append(f"{START + timedelta(seconds=after_s):%Y-%m-%d %H:%M:%S}.000;{word}Testrun")
    for n in range(1, 81):
        inside = any(start_s < n <= start_s + 20 for start_s in (15, 45))
        readings.append(f"{START + timedelta(seconds=n):%d.%m.%Y %H:%M:%S};{power_w if inside else 10.0}")
    (folder / "actions.csv").write_text("\n".join(marks) + "\n")
    (folder / "power.csv").write_text("\n".join(readings) + "\n")
    return folder


@pytest.fixture
def data(tmp_path: Path) -> list[str | Path]:
    return ["--usage", measured(tmp_path / "sus", 16.0), "--baseline", measured(tmp_path / "base", 10.0)]


@pytest.mark.parametrize("name", ["oscar", "kecolab"])
def test_the_import_says_what_it_wrote_and_what_is_odd(
    tmp_path: Path, data: list[str | Path], name: str
) -> None:
    done = lab("import", name, *data, "--out", tmp_path / "c", "--timezone", "+02:00")
    assert done.returncode == 0, done.stderr
    assert "with 4 runs (2 usage, 2 baseline)" in done.stdout or "(2 baseline, 2 usage)" in done.stdout
    assert "import-accuracy-unknown" in done.stdout
    assert "import-timezone-assumed" not in done.stdout
    assert json.loads((tmp_path / "c/import.json").read_text())["format"] == name


def test_json_is_one_document(tmp_path: Path, data: list[str | Path]) -> None:
    done = lab("import", "oscar", *data, "--out", tmp_path / "c", "--json")
    document = json.loads(done.stdout)
    assert document["runs"] == 4
    assert "import-timezone-assumed" in {finding["code"] for finding in document["findings"]}


def test_the_rule_comes_first_then_the_default_then_every_finding(
    tmp_path: Path, data: list[str | Path]
) -> None:
    idle = measured(tmp_path / "idle", 9.0)
    lab("import", "oscar", *data, "--idle", idle, "--out", tmp_path / "c")
    done = lab("analyse", tmp_path / "c", "--rule", "oscar")
    assert done.returncode == 0, done.stderr
    places = [
        done.stdout.index(words)
        for words in ("Rule oscar", "induced_wh", "Default rule", "95 % interval", "induced-negative")
    ]
    assert places == sorted(places)
    assert f"{20 * 6.0 / 3600:.9g}" in done.stdout
    assert "idle and 1 more" in done.stdout  # one line for both runs of a scenario


def test_a_rule_that_is_none_exits_with_2(tmp_path: Path, data: list[str | Path]) -> None:
    lab("import", "oscar", *data, "--out", tmp_path / "c")
    done = lab("analyse", tmp_path / "c", "--rule", "kekolab")
    assert (done.returncode, done.stdout) == (2, "")
    assert "did you mean 'kecolab'?" in done.stderr


def test_a_folder_that_is_not_there_exits_with_2(tmp_path: Path, data: list[str | Path]) -> None:
    done = lab("import", "oscar", *data, "--idle", tmp_path / "none", "--out", tmp_path / "c")
    assert done.returncode == 2
    assert str(tmp_path / "none") in done.stderr


def test_what_cannot_be_read_exits_with_1_and_its_line(tmp_path: Path, data: list[str | Path]) -> None:
    (tmp_path / "base/power.csv").write_text("time;power-avg[W]\n04.10.2022 09:00:01;much\n")
    done = lab("import", "oscar", *data, "--out", tmp_path / "c")
    assert done.returncode == 1
    assert "base/power.csv, line 2: expected a number with a decimal point, found 'much'" in done.stderr
    assert not (tmp_path / "c").exists()


def test_an_imported_campaign_is_not_resumed(tmp_path: Path, data: list[str | Path]) -> None:
    lab("import", "oscar", *data, "--out", tmp_path / "c")
    for command in ("status", "resume"):
        done = lab(command, tmp_path / "c")
        assert done.returncode == 2
        assert "this campaign was imported" in done.stderr


def test_its_report_opens_with_what_is_known(tmp_path: Path, data: list[str | Path]) -> None:
    lab("import", "oscar", *data, "--out", tmp_path / "c")
    lab("analyse", tmp_path / "c")
    done = lab("report", tmp_path / "c")
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "c/report.html").read_text()
    assert "SIMULATED" not in re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL)
