"""Another package, really installed, adds a meter, a tracker and an importer; a broken one stops nothing."""

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from records.trackers import read_trackers

PACKAGE = Path(__file__).parent / "acme-wattlab"
LAB = Path(sys.executable).with_name("lab")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the example as its users do, into a folder of its own."""
    if importlib.util.find_spec("setuptools.command.bdist_wheel") is None:
        pytest.skip(
            "the setuptools of this environment cannot build a wheel; `make setup` installs a newer one"
        )
    folder = tmp_path_factory.mktemp("site")
    source = shutil.copytree(PACKAGE, tmp_path_factory.mktemp("source") / PACKAGE.name)
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run(
        [*install, "--no-index", "--disable-pip-version-check", "--target", folder, source], check=True
    )
    return folder


def lab(path: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run ``lab`` with a folder on its path."""
    return subprocess.run(
        [LAB, *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": str(path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def distribution(folder: Path, group: str, name: str, value: str, package: str = "odd") -> None:
    """Make a package that has nothing but an entry point."""
    info = folder / f"{package}-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[{group}]\n{name} = {value}\n")


def test_a_meter_of_another_package_is_listed_and_read_through_its_twin(installed: Path) -> None:
    listed = json.loads(lab(installed, "meter", "drivers", "--json").stdout)
    assert "acme_wall" in {spec["driver"] for spec in listed}
    read = lab(installed, "meter", "read", "--driver", "acme_wall", "--port", "virtual", "--json")
    assert read.returncode == 0, read.stderr
    assert json.loads(read.stdout)["power_w"] > 0


CONFIG = """
[campaign]
repeats = 1
tracker = ["acme_watch"]
[sut]
collectl = "never"
[meter]
driver = "acme_wall"
port = "virtual"
interval_s = 0.2
[gate]
enabled = false
[run]
lead_in_s = 0.5
lead_out_s = 1.0
[trackers.acme_watch]
python = "{python}"
[[scenario]]
name = "work"
command = ["sh", "-c", "sleep 2"]
"""


def test_a_campaign_is_measured_by_the_meter_with_the_tracker_around(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "lab.toml").write_text(CONFIG.format(python=sys.executable))
    run = lab(installed, "run", "--config", tmp_path / "lab.toml", "--out", tmp_path / "campaign")
    assert run.returncode == 0, run.stderr + run.stdout
    (run_dir,) = (tmp_path / "campaign" / "runs").iterdir()
    assert json.loads((run_dir / "meter.json").read_text())["identity"]["maker"] == "Acme"
    (row,) = read_trackers(run_dir).frame.to_dict("records")
    assert row["tracker"] == "acme_watch"
    assert row["energy_wh"] == pytest.approx(10 * row["window_s"] / 3600)
    assert row["window_s"] == pytest.approx(row["t_stop_utc_s"] - row["t_start_utc_s"], abs=0.5)
    assert row["outcome"] in ("ok", "window")


def test_an_importer_of_another_package_makes_a_campaign(installed: Path, tmp_path: Path) -> None:
    log = tmp_path / "fan.log"
    log.write_text("".join(f"{1_790_000_000 + n} {40.0 + n % 2}\n" for n in range(30)))
    assert "acme-log" in lab(installed, "import", "--help").stdout
    done = lab(installed, "import", "acme-log", log, "--out", tmp_path / "fan", "--json")
    assert done.returncode == 0, done.stderr
    assert [finding["code"] for finding in json.loads(done.stdout)["findings"]] == ["import-no-marks"]
    assert lab(installed, "analyse", tmp_path / "fan").returncode == 0


BROKEN = {
    "not there": "no_such_module:Thing",
    "ends the program": "odd_module:Exits",
    "something else": "json:dumps",
}


@pytest.fixture(params=BROKEN.values(), ids=BROKEN)
def broken(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, str]:
    (tmp_path / "odd_module.py").write_text("raise SystemExit('not today')\n")
    return tmp_path, request.param


def test_a_broken_meter_is_one_line_and_the_others_stay(broken: tuple[Path, str]) -> None:
    folder, value = broken
    distribution(folder, "wattlab.meters", "odd_meter", value)
    listed = lab(folder, "meter", "drivers", "--json")
    assert listed.returncode == 0
    assert len(json.loads(listed.stdout)) > 20
    asked = lab(folder, "meter", "drivers", "odd_meter")
    for done in (listed, asked):
        (line,) = done.stderr.splitlines()
        assert "odd_meter" in line and "package odd" in line
    assert asked.returncode == 2


def test_a_broken_importer_is_one_line_and_the_others_stay(broken: tuple[Path, str]) -> None:
    folder, value = broken
    distribution(folder, "wattlab.importers", "odd-log", value)
    listed = lab(folder, "import", "--help")
    assert listed.returncode == 0 and "oscar" in listed.stdout and "odd-log" in listed.stdout
    asked = lab(folder, "import", "odd-log", "a.log", "--out", "x")
    assert asked.returncode == 2
    (line,) = asked.stderr.splitlines()
    assert "odd-log" in line and "package odd" in line


def test_a_tracker_without_a_program_is_refused_before_a_campaign_begins(tmp_path: Path) -> None:
    distribution(tmp_path / "site", "wattlab.trackers", "acme_watch", "no_such_package.tracker")
    text = CONFIG.format(python=sys.executable).replace("acme_wall", "wattsup_pro").replace("0.2", "1.0")
    (tmp_path / "lab.toml").write_text(text)
    run = lab(tmp_path / "site", "run", "--config", tmp_path / "lab.toml", "--out", tmp_path / "campaign")
    assert run.returncode == 2
    assert "acme_watch" in run.stderr and "package odd" in run.stderr
    assert not (tmp_path / "campaign").exists()


def test_two_packages_of_one_name_are_both_named(tmp_path: Path) -> None:
    distribution(tmp_path, "wattlab.importers", "odd-log", "json:dumps")
    distribution(tmp_path, "wattlab.importers", "odd-log", "json:loads", package="other")
    asked = lab(tmp_path, "import", "odd-log", "a.log")
    assert asked.returncode == 2
    (line,) = asked.stderr.splitlines()
    assert "package odd" in line and "package other" in line
    assert lab(tmp_path, "import", "--help").returncode == 0


def test_another_package_cannot_replace_what_is_ours(tmp_path: Path) -> None:
    distribution(tmp_path, "wattlab.meters", "wattsup_pro", "json:dumps")
    assert lab(tmp_path, "meter", "drivers", "wattsup_pro").returncode == 0


HOW_TO = (Path(__file__).parents[2] / "docs/how-to/extend-from-another-package.md").read_text()
EXCERPTS = re.findall(r"`(tests/[\w./-]+)`:\n\n```\w+\n(.*?)```", HOW_TO, re.DOTALL)


@pytest.mark.parametrize(("path", "excerpt"), EXCERPTS, ids=[path for path, _ in EXCERPTS])
def test_every_excerpt_of_the_how_to_stands_in_the_example(path: str, excerpt: str) -> None:
    assert excerpt in (Path(__file__).parents[2] / path).read_text()
