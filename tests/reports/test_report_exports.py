"""Files that leave the lab: cells that are never formulas, metadata and texts that hold hostile names."""

import json
import re
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_example import HOSTILE, Plan, example
from typed_rows import change

from records.campaign import CampaignFolder
from records.errors import ConfigurationError, RecordError
from records.programs import ProgramFile, Programs
from records.results import Results, write_results
from reports.exports.archive import write_archive
from reports.exports.contents import CampaignFiles, Replication, campaign_files
from reports.exports.crate import crate_text
from reports.exports.markdown import markdown
from reports.exports.readme import readme_of
from reports.exports.sheet import write_sheet
from reports.exports.workbook import Book, Number

INJECTIONS = (
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1+1",
    '=HYPERLINK("http://example.invalid","x")',
    "=cmd|' /C x'!A0",
)
# 8.0917663 % load, 0.14 % base, 502 s, 100 % full: 3997.3830 %*s (the method's own check value)
CHECK = {
    "scenario": "cnn",
    "quantity": "cpu",
    "unit": "percent",
    "n": 30,
    "load": 8.0917663,
    "base": 0.14,
    "full": 100.0,
    "net": 7.9517663,
    "allocation": 0.07962914380132,
    "effective": 7.96291438,
    "effective_u": 0.031,
    "duration_s": 502.0,
    "utilisation": 3997.3830,
    "utilisation_u": 15.5,
    "utilisation_unit": "percent*s",
    "certified": 3900.0,
    "change_pct": 2.497,
    "within": True,
}


def small(repeats: int = 1, **changes: Any) -> Results:
    return example(Plan(repeats=repeats, seconds=12, epochs=0, **{"tracker": None, **changes}))


def results_with_sheet(**changes: Any) -> Results:
    results = small(**changes)
    results.settings["ecolabel"] = {"scenario": "cnn", "full": {"cpu": 100.0}, "certified": {"cpu": 3900.0}}
    results.ecolabel = [dict(CHECK)]
    return results


def written(folder: Path, results: Results) -> Any:
    write_results(results, CampaignFolder(folder).results)
    write_sheet(folder, folder / "sheet.xlsx")
    return openpyxl.load_workbook(folder / "sheet.xlsx")


def rows(book: Any, sheet: str) -> list[list[Any]]:
    return [[cell.value for cell in row] for row in book[sheet].iter_rows()]


# ---- DE-UZ 215 ----


def test_values_are_numbers_with_their_unit_and_the_digits_of_their_uncertainty(tmp_path: Path) -> None:
    book = written(tmp_path, results_with_sheet())
    table = [row for row in rows(book, "Values") if row[0] is not None]
    heads, values = table[-2], table[-1]
    found = dict(zip(heads, values, strict=True))
    assert found["unit"] == "%·s"  # the last of two columns of that name
    assert values[2] == "%"
    assert found["hardware utilisation"] == 3997.3830
    assert found["within limit"] == "yes"
    line = next(row for row in book["Values"].iter_rows() if row[0].value == "cnn")
    cells = {heads[cell.column - 1]: cell for cell in line}
    assert cells["hardware utilisation"].number_format == "0"  # u = 15.5
    assert cells["effective use"].number_format == "0.000"  # u = 0.031
    assert cells["hardware utilisation"].data_type == "n"


def test_the_conditions_of_the_label_stand_beside_what_was_done(tmp_path: Path) -> None:
    book = written(tmp_path, results_with_sheet(repeats=2))
    found = {row[0]: row for row in rows(book, "Conditions")}
    assert found["usage"][:5] == ["usage", "cnn", 2, 30, "no"]
    assert found["baseline"][2:5] == [2, 10, "no"]
    assert found["CPU"][1:5] == [100, "%", 3900, "%·s"]


@pytest.mark.parametrize("simulated", [True, False])
def test_every_sheet_says_whether_it_is_simulated(tmp_path: Path, simulated: bool) -> None:
    book = written(tmp_path, results_with_sheet(simulated=simulated))
    assert len(book.sheetnames) == 5
    for sheet in book.worksheets:
        assert ("SIMULATED" in str(sheet["A1"].value)) is simulated
    assert ("SIMULATED" in book.properties.title) is simulated


@pytest.mark.parametrize("text", INJECTIONS)
def test_no_text_of_a_campaign_becomes_a_formula(tmp_path: Path, text: str) -> None:
    results = results_with_sheet(names=("idle", text, "transfer"))
    results.settings["ecolabel"]["scenario"] = text
    change(results.ecolabel[0], scenario=text)
    change(results.campaign, title=text, id=text)
    results.environment["sut"][text] = text
    results.findings = [{"level": "warn", "run_dir": text, "code": text, "message": text}]
    book = written(tmp_path, results)
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert sum(str(cell.value).endswith(text.strip()) for cell in cells) > 5


@given(st.text(st.characters(exclude_categories=("Cs",)), max_size=40))
def test_any_text_can_stand_in_a_cell(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.getbasetemp() / "any.xlsx"
    book = Book(text, simulated=False)
    book.sheet("Sheet").row([text, Number(1.5)])
    book.save(path)
    row = list(openpyxl.load_workbook(path)["Sheet"].iter_rows())[2]
    assert row[0].data_type in ("s", "inlineStr", "n")  # n is the empty text
    assert row[1].value == 1.5


def test_without_the_section_the_way_to_it_is_said(tmp_path: Path) -> None:
    write_results(small(), CampaignFolder(tmp_path).results)
    with pytest.raises(ConfigurationError, match=r"\[ecolabel\]"):
        write_sheet(tmp_path, tmp_path / "sheet.xlsx")


def test_without_runs_to_compute_from_nothing_is_written(tmp_path: Path) -> None:
    results = results_with_sheet()
    results.ecolabel = []
    write_results(results, CampaignFolder(tmp_path).results)
    with pytest.raises(RecordError, match="baseline"):
        write_sheet(tmp_path, tmp_path / "sheet.xlsx")
    assert not (tmp_path / "sheet.xlsx").exists()


@pytest.mark.parametrize(
    ("value", "u", "shown"),
    [
        (3997.383, 15.5, "0"),
        (0.375, 0.0049, "0.0000"),
        (12.3456, None, "0.00"),
        (0.0, None, "0"),
        (1234.5, None, "0"),
    ],
)
def test_a_number_is_shown_to_the_digits_it_deserves(value: float, u: float | None, shown: str) -> None:
    assert Number(value, u).shown == shown


# ---- README and metadata of a package ----


def readme(results: Results, note: str = "x") -> str:
    file = ProgramFile(name="a.py", source="command", scenarios=["cnn"], sha256="f" * 64, copy="a.py")
    programs = Programs(taken_utc_s=0.0, files=[file], notes=[note])
    replication = Replication("1.2.3", config="x", config_notes=[note])
    return readme_of(results, CampaignFiles({}, [], [], programs), replication, {"programs/a.py": "f" * 64})


def test_the_readme_says_what_was_measured_on_what_and_what_came_out() -> None:
    results = small(repeats=3, tracker="codecarbon")
    text = readme(results)
    assert text.startswith("# A campaign that never happened\n")
    assert "**SIMULATED" in text
    assert "Imaginary Eight-Core 1700" in text
    assert "Imaginary PRO, a reading every 1 s" in text
    for row in results.scenarios:
        (line,) = [line for line in text.splitlines() if line.startswith(f"| {row.scenario} | {row.n} |")]
        assert line.count("\\[") == sum(row.named(f"{q}_low_wh") is not None for q in ("energy", "induced"))
    assert f"| programs/a.py | cnn | {'f' * 64} |" in text
    for command in ("lab import package", "lab analyse campaign", "lab report campaign", "sha256sum --check"):
        assert command in text
    assert "SIMULATED" not in readme(small(simulated=False))


HOSTILE_MARKDOWN = (
    HOSTILE,
    "[x](http://example.invalid)",
    "a\n# b",
    "a | b",
    "`code`",
    "![x](y)",
    "\u202eabc",
    "<!--",
)


@pytest.mark.parametrize("name", HOSTILE_MARKDOWN, ids=ascii)
def test_no_name_can_make_markdown(name: str) -> None:
    results = small(repeats=2, names=("idle", name, "transfer"))
    change(results.campaign, title=name)
    results.findings = [{"level": "refuse", "run_dir": name, "code": "x", "message": name}]
    plain = readme(small(repeats=2), note="x")
    text = readme(results, note=name)
    for mark in (r"(?<!\\)<", r"(?<!\\)\[", r"(?<!\\)`", r"^# "):
        flags = re.MULTILINE
        assert len(re.findall(mark, text, flags)) == len(re.findall(mark, plain, flags)), mark
    widths = {len(re.findall(r"(?<!\\)\|", line)) for line in text.splitlines() if line.startswith("|")}
    assert widths <= {3, 4, 5, 6}  # as many borders as the tables have


@given(st.text())
def test_markdown_is_one_line_of_printable_text(text: str) -> None:
    assert markdown(text).isprintable()


def graph_of(results: Results, licence: str | None = None) -> dict[str, Any]:
    sizes: dict[str, int | None] = {"runs/a b.csv": 12, "SHA256SUMS": None}
    text = crate_text(results, sizes, {"runs/a b.csv": "f" * 64}, "1.2.3", licence)
    assert text == crate_text(results, sizes, {"runs/a b.csv": "f" * 64}, "1.2.3", licence)
    return {entity["@id"]: entity for entity in json.loads(text)["@graph"]}


def test_the_metadata_name_files_system_meter_and_software() -> None:
    graph = graph_of(small())
    root = graph["./"]
    assert root["datePublished"] == "2026-09-21T14:13:20+00:00"
    assert root["name"] == "A campaign that never happened"
    assert root["description"].startswith("SIMULATED")
    assert "SIMULATED" in root["keywords"]
    assert not {"license", "author", "creator"} & set(root)
    assert {part["@id"] for part in root["hasPart"]} == {"runs/a%20b.csv", "SHA256SUMS"}
    file = graph["runs/a%20b.csv"]
    assert (file["contentSize"], file["sha256"], file["encodingFormat"]) == ("12", "f" * 64, "text/csv")
    assert root["mentions"] == {"@id": "#measurement"}
    action = graph["#measurement"]
    assert {entity["@id"] for entity in action["instrument"]} == {"#meter", "#wattlab"}
    assert action["object"] == [{"@id": "#sut"}]
    assert graph["#wattlab"]["softwareVersion"] == "1.2.3"
    assert graph["#meter"]["name"].startswith("SIMULATED Imaginary PRO")
    assert "Imaginary Eight-Core 1700" in graph["#sut"]["name"]
    assert graph["ro-crate-metadata.json"]["about"] == {"@id": "./"}


def test_a_real_campaign_is_not_called_simulated_and_a_chosen_licence_is_named() -> None:
    graph = graph_of(small(simulated=False), "CC-BY-4.0")
    assert graph["./"]["license"] == "CC-BY-4.0"
    assert "SIMULATED" not in json.dumps(graph)


# ---- archive ----


def test_a_file_that_changes_while_it_is_packed_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "meter.csv"
    path.write_text("true")
    with pytest.raises(RecordError, match="changed while it was packed"):
        write_archive(
            tmp_path / "p.zip", {"meter.csv": path}, [], {"meter.csv": "0" * 64}, 0.0, lambda *_: None
        )
    assert [p.name for p in tmp_path.iterdir()] == ["meter.csv"]


def test_what_the_benches_of_a_fleet_recorded_is_packed(tmp_path: Path) -> None:
    block = CampaignFolder(tmp_path).block_of("a", 1)
    (block.virtual / "meter").mkdir(parents=True)
    (block.virtual / "meter/truth-001.csv").touch()
    (block.virtual / "meter/port").symlink_to("/dev/null")
    block.programs.mkdir()
    for path in (block.clock, block.journal, block.path / ".lock", block.programs / "programs.json"):
        path.touch()
    packed = campaign_files(tmp_path)
    kept = ("clock.csv", "journal.jsonl", "virtual/meter/truth-001.csv")
    assert list(packed.files) == [f"benches/a/block-0001/{name}" for name in kept]
    assert (packed.empty, packed.left_out) == ([], [])


def test_names_that_differ_only_in_case_are_refused_before_they_are_packed(tmp_path: Path) -> None:
    (tmp_path / "runs").mkdir()
    for name in ("model.h5", "Model.h5"):
        (tmp_path / "runs" / name).write_text("x")
    with pytest.raises(RecordError, match="only in case"):
        campaign_files(tmp_path)
