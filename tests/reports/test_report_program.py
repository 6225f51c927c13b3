"""The measured program in the report and on the page of ``lab compare``."""

import re
from pathlib import Path

import pytest
from compared_campaign import write_compared
from recorded_program import write_program
from report_example import HOSTILE, Plan, example
from report_page import Page

from analysis.comparing.programs import FileDifference, ValueDifference
from analysis.comparing.scenarios import Compared, compare_scenarios
from records.errors import RecordError
from records.results import write_results
from reports.campaign.page import write_report
from reports.campaign.program.chapter import chapter
from reports.campaign.view import view_of
from reports.pages.compare.page import render
from reports.words.program import program_lines

SAMPLES = {"cnn": (1.00, 1.02, 0.99), "lean": (0.971, 0.992, 0.96)}


@pytest.fixture
def campaigns(tmp_path: Path) -> tuple[Path, Path]:
    return write_compared(tmp_path / "now", SAMPLES), write_compared(tmp_path / "before", SAMPLES)


def against_before(campaigns: tuple[Path, Path]) -> Compared:
    now, before = campaigns
    return compare_scenarios(now, f"{before}:cnn", "cnn")


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", Page(html).text)


def test_what_differs_is_told_with_the_lines_that_differ(campaigns: tuple[Path, Path]) -> None:
    now, before = campaigns
    same = {"same.py": "x = 1\n"}
    write_program(before, {**same, "train.py": "epochs = 3\n", "old.py": "gone\n"})
    write_program(
        now, {**same, "train.py": "epochs = 4\n"}, packages={"keras": "3.16.0", "new": "1"}, revision="2" * 40
    )
    program = against_before(campaigns).program
    assert [(file.a, file.b) for file in program.files] == [("train.py", "train.py"), ("old.py", None)]
    assert "-epochs = 3\n+epochs = 4" in program.files[0].diff
    assert "-gone" in program.files[1].diff
    assert program.same == 1
    assert program.packages == [
        ValueDifference("keras", "3.15.0", "3.16.0"),
        ValueDifference("new", None, "1"),
    ]
    assert program.revisions == [ValueDifference(".", "1" * 40, "2" * 40)]
    html = render(against_before(campaigns))
    folds = [e for e in Page(html).all("details") if "fold" in e.attributes.get("class", "")]
    assert [fold.attributes.get("open") for fold in folds] == [None, None]
    assert "+epochs = 4" in folds[0].text
    assert len(program_lines(program)) == 3


def test_two_scenarios_whose_programs_have_other_names_are_compared_line_by_line(tmp_path: Path) -> None:
    now = write_compared(tmp_path / "now", SAMPLES)
    record = write_program(now, {"cnn.py": "a = 1\n", "lean.py": "a = 2\n", "part.py": "p\n"})
    record.files[0].scenarios, record.files[1].scenarios = ["cnn"], ["lean"]
    record.write(now / "programs/programs.json")
    program = compare_scenarios(now, "cnn", "lean").program
    (file,) = program.files
    assert (file.a, file.b, program.same) == ("cnn.py", "lean.py", 1)
    assert "-a = 1\n+a = 2" in file.diff


def test_equal_programs_are_said_to_be_the_same(campaigns: tuple[Path, Path]) -> None:
    for folder in campaigns:
        write_program(folder, {"train.py": "epochs = 3\n"})
    program = against_before(campaigns).program
    assert (program.files, program.packages, program.revisions, program.same) == ([], [], [], 1)
    assert len(program_lines(program)) == 1


def test_a_campaign_without_a_record_is_named(campaigns: tuple[Path, Path]) -> None:
    write_program(campaigns[0], {"train.py": ""})
    program = against_before(campaigns).program
    assert program.unknown == ["before:cnn"]
    assert "before:cnn" in text_of(render(against_before(campaigns)))


def test_contents_that_are_not_the_recorded_ones_are_not_shown(campaigns: tuple[Path, Path]) -> None:
    now, before = campaigns
    write_program(now, {"train.py": "epochs = 4\n"})
    record = write_program(before, {"train.py": "epochs = 3\n"})
    (before / "programs/train.py").write_text("hunter2\n")
    assert against_before(campaigns).program.files == [FileDifference("train.py", "train.py")]
    (before / "programs/train.py").unlink()
    (before / "secret.py").write_text("epochs = 3\n")  # even with the right content
    (before / "programs/train.py").symlink_to("../secret.py")
    assert against_before(campaigns).program.files == [FileDifference("train.py", "train.py")]
    record.files[0].copy = "../secret.py"
    record.write(before / "programs/programs.json")
    assert against_before(campaigns).program.files == [FileDifference("train.py", "train.py")]


def test_very_long_files_are_not_compared_line_by_line(campaigns: tuple[Path, Path]) -> None:
    write_program(campaigns[0], {"train.py": "x = 1\n" * 20_000})
    write_program(campaigns[1], {"train.py": "x = 2\n" * 20_000})
    assert against_before(campaigns).program.files == [FileDifference("train.py", "train.py")]


def test_nothing_in_a_program_can_become_markup_or_a_control_character(campaigns: tuple[Path, Path]) -> None:
    write_program(campaigns[0], {"train.py": f"{HOSTILE}\x1b[31m\u202e\n"}, packages={HOSTILE: "1\x1b[2J"})
    write_program(campaigns[1], {"train.py": "x\n"})
    compared = against_before(campaigns)
    html = render(compared)
    assert HOSTILE not in html
    assert not set("\x1b\u202e") & set(html + "".join(program_lines(compared.program)))
    Page(html)


# --- the report -----------------------------------------------------------------------------------------


def report_of(campaign: Path) -> str:
    campaign.mkdir(exist_ok=True)
    write_results(example(Plan(repeats=1, seconds=12, epochs=0, gpu=False)), campaign / "results")
    return text_of(write_report(campaign).read_text())


def test_the_report_shows_files_packages_and_what_is_not_committed(tmp_path: Path) -> None:
    campaign = tmp_path / "campaign"
    campaign.mkdir()
    record = write_program(campaign, {"train.py": "x\n"}, diff="--- a/train.py\n+uncommitted\n")
    text = report_of(campaign)
    for words in ("train.py", record.files[0].sha256[:16], "keras", "+uncommitted", "1" * 40):
        assert words in text


def test_the_report_of_a_campaign_without_a_record_says_so(tmp_path: Path) -> None:
    results = example(Plan(repeats=1, seconds=12, epochs=0, gpu=False))
    absent = chapter(view_of(results)).absent
    assert absent
    assert absent.removesuffix(".") in report_of(tmp_path / "campaign")


def test_a_damaged_record_is_named(tmp_path: Path) -> None:
    (tmp_path / "campaign/programs").mkdir(parents=True)
    (tmp_path / "campaign/programs/programs.json").write_text("{")
    with pytest.raises(RecordError, match=r"programs\.json"):
        report_of(tmp_path / "campaign")
