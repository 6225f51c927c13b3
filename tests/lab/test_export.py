"""``lab export`` as an operator meets it: a package to check, run and compute again; what is refused."""

import json
import os
import shutil
import subprocess
import tomllib
import zipfile
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from typed_rows import MadeResults

from lab.cli import cli
from lab.conduct.campaign import create, draw_campaign, lock
from lab.conduct.programs.record import ProgramRecord
from lab.conduct.suts import sut_of
from lab.config.file import load_config, toml_text
from records.campaign import CampaignFolder
from records.journal import Journal
from records.results import write_results

CONFIG = """
[campaign]
title = "A bench # with = signs"
repeats = 2
[meter]
driver = "wattsup_pro"
port = "virtual"
[meter.virtual]
fault = ["gap@3+2"]
[program]
include = ["../lib/study.ipynb"]
[environments.cpu]
python = "envs/cpu/bin/python"
[ecolabel]
scenario = "train"
[ecolabel.full]
power = "120 W"
[[scenario]]
name = "baseline"
kind = "baseline"
duration_s = 3.0
[[scenario]]
name = "train"
command = ["{python}", "code/train.py", "--notebook=../lib/study.ipynb", "--data", "secret.csv"]
environment = "cpu"
env = { MARK = "a\\u007f\\"b\\\\c" }
[[scenario]]
name = "ours"
command = ["{python}", "{scenarios}/idle.py", "gone.py"]
environment = "cpu"
"""


def lab(*arguments: object) -> tuple[int, str, str]:
    result = CliRunner().invoke(cli, [str(argument) for argument in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture
def campaign(tmp_path: Path) -> Path:
    """A campaign as planned from a bench with programs, with results that are made up."""
    bench = tmp_path / "bench"
    (bench / "code").mkdir(parents=True)
    (tmp_path / "lib").mkdir()
    (bench / "code/train.py").write_text("print('training')\n")
    (tmp_path / "lib/study.ipynb").write_text("{}\n")
    (bench / "secret.csv").write_text("not to leave\n")
    (bench / "lab.toml").write_text(CONFIG)
    config = load_config(bench / "lab.toml")
    opened = create(draw_campaign(config, only=(), simulated=True), config, tmp_path / "campaign")
    folder = opened.folder.path
    with closing(Journal(opened.folder.journal)) as journal:
        ProgramRecord(opened, sut_of(config, folder), journal).begin(opened.campaign.plan, 0)
    said = opened.campaign
    results = MadeResults(
        campaign={
            "id": said.id,
            "title": said.config["campaign"]["title"],
            "created_utc_s": said.created_utc_s,
            "wattlab_version": said.wattlab_version,
            "simulated": True,
            "seed": said.seed,
            "slots_planned": len(said.plan),
            "slots_completed": 0,
        },
        rule="default",
        settings={},
        environment={},
        meter={},
        runs=[],
    )
    write_results(results, folder / "results")
    (folder / "report.html").write_text("<p>the report</p>")
    return folder


def unpacked(campaign: Path, name: str = "out") -> Path:
    archive, folder = campaign.parent / f"{name}.zip", campaign.parent / name
    code, _, problems = lab("export", campaign, "--out", archive)
    assert code == 0, problems
    code, _, problems = lab("import", "package", archive, "--out", folder)
    assert code == 0, problems
    return folder


def test_the_package_holds_the_program_on_record_and_nothing_else(campaign: Path) -> None:
    (campaign / "programs/later.py").write_text("not on record\n")
    (campaign / "programs/code/link.py").symlink_to("/etc/hostname")
    (campaign.parent / "bench/code/train.py").write_text("print('another')\n")
    folder = unpacked(campaign)
    assert (folder / "programs/code/train.py").read_text() == "print('training')\n"
    assert (folder / "programs/elsewhere/study.ipynb").read_text() == "{}\n"
    names = {path.relative_to(folder).as_posix() for path in (folder / "programs").rglob("*.*")}
    assert names == {
        "programs/programs.json",
        "programs/code/train.py",
        "programs/elsewhere/study.ipynb",
        "programs/scenarios/idle.py",
    }
    readme = (folder / "README.md").read_text()
    assert "ours: gone.py is not there" in readme
    assert "- programs/later.py" in readme
    assert "SIMULATED" in readme
    for path in folder.rglob("*"):
        assert path.is_dir() or "not to leave" not in path.read_text(), path


def test_a_foreign_configuration_packs_nothing_of_this_machine(campaign: Path) -> None:
    private = campaign.parent / "private.py"
    private.write_text("not to leave\n")
    record = json.loads((campaign / "campaign.json").read_text())
    record["config"]["base_dir"] = str(campaign.parent)
    record["config"]["program"] = {"include": [str(private)]}
    record["config"]["scenario"][1]["command"] = ["python3", "private.py", str(private)]
    (campaign / "campaign.json").write_text(json.dumps(record))
    programs = json.loads((campaign / "programs/programs.json").read_text())
    programs["files"][0]["copy"] = "../../private.py"
    (campaign / "programs/programs.json").write_text(json.dumps(programs))
    shutil.rmtree(campaign / "programs/elsewhere")
    (campaign / "programs/elsewhere").symlink_to(campaign.parent)
    folder = unpacked(campaign)
    for path in folder.rglob("*"):
        assert path.is_dir() or "not to leave" not in path.read_text(), path


def test_a_campaign_without_a_record_of_its_program_packs_none_and_says_so(campaign: Path) -> None:
    shutil.rmtree(campaign / "programs")
    folder = unpacked(campaign)
    assert not (folder / "programs").exists()
    assert "The program is not on record" in (folder / "README.md").read_text()


def test_the_sums_are_those_of_sha256sum(campaign: Path) -> None:
    folder = unpacked(campaign)
    command = ["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"]
    checked = subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    listed = {line.split("  ", 1)[1] for line in (folder / "SHA256SUMS").read_text().splitlines()}
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert listed == there - {"SHA256SUMS"}


def test_the_configuration_can_be_run_and_is_the_one_in_force(campaign: Path) -> None:
    folder = unpacked(campaign)
    recorded = CampaignFolder(campaign).read().config
    again = load_config(folder / "lab.toml").to_json()
    assert {**again, "base_dir": ""} == {**recorded, "base_dir": ""}
    assert "cannot be run" not in (folder / "README.md").read_text()


def test_the_same_campaign_gives_the_same_bytes_and_so_does_what_was_unpacked(campaign: Path) -> None:
    folder = unpacked(campaign, "first")
    unpacked(campaign, "second")
    shutil.rmtree(campaign.parent / "bench")  # what was unpacked needs nothing of the old machine
    unpacked(folder, "third")
    first, second, third = ((campaign.parent / f"{n}.zip").read_bytes() for n in ("first", "second", "third"))
    assert first == second
    assert first == third


def test_the_archive_has_sorted_names_plain_files_and_the_campaigns_stamp(campaign: Path) -> None:
    unpacked(campaign)
    with zipfile.ZipFile(campaign.parent / "out.zip") as archive:
        members = archive.infolist()
    assert [m.filename for m in members] == sorted(m.filename for m in members)
    assert len({m.date_time for m in members}) == 1
    assert {m.external_attr >> 16 for m in members if not m.is_dir()} == {0o100644}


def test_what_lies_beside_the_campaigns_own_files_stays_there(campaign: Path) -> None:
    (campaign / "notes.txt").write_text("private")
    (campaign / ".lock").touch()
    (campaign / "runs/link").symlink_to("/etc/hostname")
    folder = unpacked(campaign)
    names = {path.name for path in folder.rglob("*")}
    assert not names & {"notes.txt", ".lock", "link"}
    assert "- runs/link" in (folder / "README.md").read_text()


def test_the_export_as_json(campaign: Path) -> None:
    archive = campaign.parent / "p.zip"
    code, printed, _ = lab("export", campaign, "--out", archive, "--json")
    assert code == 0
    document = json.loads(printed)
    assert document["path"] == str(archive)
    assert document["bytes"] == archive.stat().st_size
    assert document["simulated"] is True
    with zipfile.ZipFile(archive) as opened:
        assert document["files"] == sum(not member.is_dir() for member in opened.infolist())
    said = subprocess.run(["sha256sum", archive], check=True, capture_output=True, text=True).stdout
    assert said.split()[0] == document["sha256"]


def test_a_licence_is_in_the_metadata_only_when_told(campaign: Path) -> None:
    for options, expected in (((), None), (("--license", "CC-BY-4.0"), "CC-BY-4.0")):
        archive = campaign.parent / "p.zip"
        assert lab("export", campaign, "--out", archive, *options)[0] == 0
        with zipfile.ZipFile(archive) as opened:
            graph = json.loads(opened.read("ro-crate-metadata.json"))["@graph"]
        (root,) = [entity for entity in graph if entity["@id"] == "./"]
        assert root.get("license") == expected
        assert not any(key in root for key in ("author", "creator"))


def test_a_campaign_that_is_running_is_refused(campaign: Path) -> None:
    with lock(CampaignFolder(campaign)):
        code, _, problems = lab("export", campaign, "--out", campaign.parent / "p.zip")
    assert code == 2
    assert "lab status" in problems
    assert not (campaign.parent / "p.zip").exists()


def test_a_campaign_that_was_not_analysed_is_told_what_to_do(campaign: Path) -> None:
    shutil.rmtree(campaign / "results")
    for form, name in (("package", "p.zip"), ("de-uz-215", "p.xlsx"), ("mlperf-log", "p"), ("boamps", "p")):
        code, _, problems = lab("export", campaign, "--as", form, "--out", campaign.parent / name)
        assert code == 2
        assert f"lab analyse {campaign}" in problems
        assert not (campaign.parent / name).exists()


def test_a_campaign_without_an_eco_label_is_told_what_to_add(campaign: Path) -> None:
    code, _, problems = lab("export", campaign, "--as", "de-uz-215", "--out", campaign.parent / "p.xlsx")
    assert code == 2
    assert "[ecolabel]" in problems
    assert "lab.toml" in problems


@pytest.mark.parametrize(
    "options",
    [
        ("--out", "p.tar"),
        ("--out", "nowhere/p.zip"),
        ("--out", "p.zip", "--as", "de-uz-215"),
        ("--out", "p", "--as", "mlperf-log", "--license", "MIT"),
    ],
)
def test_a_wrong_target_is_a_usage_error(campaign: Path, options: tuple[str, ...]) -> None:
    here = [campaign.parent / o if o.startswith(("p", "nowhere")) else o for o in options]
    code, _, problems = lab("export", campaign, *here)
    assert code == 2
    assert "expected" in problems


def test_a_file_whose_name_no_package_can_hold_is_named(campaign: Path) -> None:
    (campaign / "runs/a\nb").write_text("x")
    code, _, problems = lab("export", campaign, "--out", campaign.parent / "p.zip")
    assert code == 1
    assert "'runs/a\\nb'" in problems


def test_a_report_older_than_the_results_is_written_anew(campaign: Path) -> None:
    os.utime(campaign / "report.html", (1.0, 1.0))
    folder = unpacked(campaign)
    assert "the report</p>" not in (folder / "report.html").read_text()


def test_an_imported_campaign_comes_without_a_bench(tmp_path: Path) -> None:
    run = tmp_path / "system/model/offline/performance/run_1"
    run.mkdir(parents=True)
    line = "Time,03-17-2021 12:{:02d}:{:02d}.000,Watts,50.0,Volts,230,Amps,0.5,PF,0.43,Mark,m\n"
    (run / "spl.txt").write_text("".join(line.format(i // 60, i % 60) for i in range(90)))
    marks = {"power_begin": "03-17-2021 12:00:10.250", "power_end": "03-17-2021 12:01:00.500"}
    text = [f":::MLLOG {json.dumps({'key': key, 'value': value})}\n" for key, value in marks.items()]
    (run / "mlperf_log_detail.txt").write_text("".join(text))
    made = tmp_path / "made"
    assert lab("import", "mlperf-power", tmp_path / "system", "--out", made)[0] == 0
    assert lab("analyse", made)[0] == 0
    (made / "report.html").write_text("x")
    folder = unpacked(made)
    assert not (folder / "lab.toml").exists()
    assert "the records were imported" in (folder / "README.md").read_text()
    before = (folder / "results/results.json").read_bytes()
    assert lab("analyse", folder)[0] == 0
    assert (
        (folder / "results/results.json").read_bytes()
        == before
        == (made / "results/results.json").read_bytes()
    )
    code, printed, problems = lab("export", folder, "--as", "mlperf-log", "--out", tmp_path / "logs")
    assert code == 0, problems
    assert "1 runs" in printed


KEYS = st.text(st.characters(exclude_categories=("Cs",)), max_size=8)
VALUES = st.recursive(
    st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=("Cs",))),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(KEYS, VALUES, max_size=4))
def test_toml_reads_back_as_it_was_written(document: dict[str, Any]) -> None:
    assert tomllib.loads(toml_text(document)) == document
