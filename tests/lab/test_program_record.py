"""The record of the program over a campaign: begun once, completed by runs, and what differs refuses."""

import hashlib
import json
import shutil
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from lab_bench import journal, lab, run_record, write_config

from analysis.evidence import check
from lab.conduct.campaign import OpenCampaign, create, draw_campaign
from lab.conduct.programs.record import ProgramRecord
from lab.conduct.suts import sut_of
from lab.config.file import load_config
from records.campaign import Slot
from records.errors import RecordError
from records.journal import Journal
from records.programs import Programs, read_programs, read_run_program
from records.run import Run

PYTHON = json.dumps(sys.executable)


@pytest.fixture
def bench(tmp_path: Path) -> Path:
    folder = tmp_path / "bench"
    folder.mkdir()
    (folder / "main.py").write_text("import helper\n")
    (folder / "helper.py").write_text("X = 1\n")
    write_config(folder, command=f'[{PYTHON}, "main.py", "gone.py"]')
    return folder


@pytest.fixture
def opened(bench: Path) -> OpenCampaign:
    config = load_config(bench / "lab.toml")
    return create(draw_campaign(config, only=(), simulated=True), config, bench.parent / "campaign")


@pytest.fixture
def slot(opened: OpenCampaign) -> Slot:
    return next(slot for slot in opened.campaign.plan if slot.kind == "workload")


@pytest.fixture
def record(opened: OpenCampaign) -> Iterator[ProgramRecord]:
    with closing(Journal(opened.folder.journal)) as log:
        record = ProgramRecord(opened, sut_of(opened.config, opened.folder.path), log)
        record.begin(opened.campaign.plan, 0)
        yield record


def again(opened: OpenCampaign) -> ProgramRecord:
    """Return the record as a controller that is started anew reads it."""
    record = ProgramRecord(opened, sut_of(opened.config, opened.folder.path), Journal(opened.folder.journal))
    record.begin(opened.campaign.plan, 1)
    return record


def run(record: ProgramRecord, opened: OpenCampaign, slot: Slot, **modules: Path) -> list[str]:
    """Let a run import modules as the runner tells them, and return what is not as recorded."""
    seen, changed = record.before(slot)
    folder = opened.folder.attempt(slot, 1)
    folder.mkdir(exist_ok=True)
    Run.of_slot(slot, "running", 1).write(folder / "run.json")
    told = {name: {"path": str(path), **facts(path)} for name, path in modules.items()}
    (folder / "modules.json").write_text(json.dumps({"modules": told}))
    record.after(slot, folder, seen)
    assert not (folder / "modules.json").exists()
    return changed


def facts(path: Path) -> dict[str, object]:
    if not path.is_file():
        return {"sha256": None, "written_utc_s": None}
    return {"sha256": hashlib.sha256(path.read_bytes()).hexdigest(), "written_utc_s": path.stat().st_ctime}


def programs(opened: OpenCampaign) -> Programs:
    found = read_programs(opened.folder.path)
    assert found is not None
    return found


def refusing(opened: OpenCampaign) -> set[str]:
    return {f.code for f in check(opened.folder.path) if f.level == "refuse"} - {"slot-incomplete"}


def test_the_first_start_copies_what_commands_name_and_lists_the_packages(
    opened: OpenCampaign, record: ProgramRecord, bench: Path
) -> None:
    found = programs(opened)
    assert [(file.name, file.source, file.scenarios, file.copy) for file in found.files] == [
        ("main.py", "command", ["work"], "main.py")
    ]
    assert (opened.folder.programs / "main.py").read_bytes() == (bench / "main.py").read_bytes()
    (environment,) = found.environments
    assert environment.name == "scenario work"
    assert environment.packages["pathspec"]
    assert found.notes == ["work: gone.py is not there"]
    assert refusing(opened) == set()


def test_a_module_is_added_by_the_run_that_imports_it_first(
    opened: OpenCampaign, record: ProgramRecord, slot: Slot, bench: Path
) -> None:
    assert run(record, opened, slot, helper=bench / "helper.py", __main__=bench / "main.py") == []
    assert {file.name: file.source for file in programs(opened).files} == {
        "helper.py": "import",
        "main.py": "command",
    }
    assert (opened.folder.programs / "helper.py").read_text() == "X = 1\n"
    seen = read_run_program(opened.folder.attempt(slot, 1))
    assert seen is not None
    assert seen.files == programs(opened).hashes
    assert (seen.modules_known, seen.edited, seen.written) == (True, [], [])
    assert refusing(opened) == set()


def test_what_is_outside_is_not_read_and_named_once(
    opened: OpenCampaign, record: ProgramRecord, slot: Slot, bench: Path
) -> None:
    outside = bench.parent / "other.py"
    outside.write_text("hunter2\n")
    (bench / "link.py").symlink_to(outside)
    run(record, opened, slot, other=outside, link=bench / "link.py", generated=Path("/tmp/never.py"))
    run(record, opened, slot, other=outside, generated_again=Path("/tmp/never_again.py"))
    assert [file.name for file in programs(opened).files] == ["main.py"]
    assert len(programs(opened).notes) == 2
    for path in opened.folder.programs.rglob("*"):
        assert "hunter2" not in path.read_text()


@pytest.mark.parametrize("name", ["main.py", "helper.py"])
@pytest.mark.parametrize("restarted", [False, True])
def test_a_change_in_mid_campaign_is_seen_before_the_next_run_and_refuses(
    opened: OpenCampaign, record: ProgramRecord, slot: Slot, bench: Path, name: str, restarted: bool
) -> None:
    run(record, opened, slot, helper=bench / "helper.py")
    (bench / name).write_text("X = 2\n")
    if restarted:
        record = again(opened)
    (changed,) = run(record, opened, slot)
    assert changed.startswith(f"{name} has changed")
    assert (opened.folder.programs / "helper.py").read_text() == "X = 1\n"


def test_a_file_that_is_gone_and_other_packages_are_changes(
    opened: OpenCampaign, record: ProgramRecord, slot: Slot, bench: Path
) -> None:
    recorded = programs(opened)
    recorded.environments[0].packages["pathspec"] = "0.0.1"
    recorded.write(opened.folder.programs / "programs.json")
    (bench / "main.py").unlink()
    _, changed = again(opened).before(slot)
    assert changed == ["main.py is gone", "the packages of the environment 'scenario work' are others"]


def test_an_edit_while_a_run_is_under_way_is_in_its_record(
    opened: OpenCampaign, record: ProgramRecord, slot: Slot, bench: Path
) -> None:
    seen, changed = record.before(slot)
    assert changed == []
    (bench / "main.py").write_text("X = 2\n")
    folder = opened.folder.attempt(slot, 1)
    folder.mkdir()
    (bench / "helper.py").write_text("X = 3\n")
    told = {"helper": {"path": str(bench / "helper.py"), **facts(bench / "helper.py")}}
    (folder / "modules.json").write_text(json.dumps({"modules": told}))
    record.after(slot, folder, seen)
    assert (seen.edited, seen.written) == (["main.py"], ["helper.py"])


def test_a_program_that_tells_nothing_or_nonsense_is_recorded_as_unknown(
    opened: OpenCampaign, record: ProgramRecord, slot: Slot
) -> None:
    folder = opened.folder.attempt(slot, 1)
    folder.mkdir()
    for text in ("{", "[]", '{"modules": {"a": 3}}', '{"modules": {"a": {"path": "x"}}}', "[" * 100_000):
        (folder / "modules.json").write_text(text)
        seen, _ = record.before(slot)
        record.after(slot, folder, seen)
        assert not seen.modules_known
        assert not (folder / "modules.json").exists()


@pytest.mark.parametrize(
    ("file", "code"),
    [("main.py", "program-copy-changed"), ("programs.json", "program-record-changed")],
)
def test_a_changed_record_refuses(
    opened: OpenCampaign, record: ProgramRecord, slot: Slot, file: str, code: str
) -> None:
    path = opened.folder.programs / file
    path.write_text(path.read_text().replace("helper", "another").replace("gone.py", "other.py"))
    assert refusing(opened) == {code}


def test_a_missing_record_and_a_missing_copy_refuse(opened: OpenCampaign, record: ProgramRecord) -> None:
    (opened.folder.programs / "main.py").unlink()
    assert refusing(opened) == {"program-copy-missing"}
    shutil.rmtree(opened.folder.programs)
    assert refusing(opened) == {"program-record-missing"}


def test_a_record_that_leads_outside_is_not_followed(opened: OpenCampaign, record: ProgramRecord) -> None:
    copy = opened.folder.programs / "main.py"
    text = copy.read_text()
    (opened.folder.path.parent / "elsewhere.py").write_text(text)
    copy.unlink()
    copy.symlink_to("../../elsewhere.py")
    assert refusing(opened) == {"program-copy-missing"}
    copy.unlink()
    copy.write_text(text)
    recorded = programs(opened)
    recorded.files[0].copy = "../../elsewhere.py"
    recorded.write(opened.folder.programs / "programs.json")
    assert refusing(opened) == {"program-copy-missing", "program-record-changed"}


def test_nothing_is_written_through_a_link(
    opened: OpenCampaign, record: ProgramRecord, slot: Slot, bench: Path
) -> None:
    victim = bench.parent / "victim.py"
    victim.write_text("mine\n")
    (opened.folder.programs / "helper.py").symlink_to(victim)
    run(record, opened, slot, helper=bench / "helper.py")
    assert victim.read_text() == "mine\n"
    assert (opened.folder.programs / "helper.py").read_text() == "X = 1\n"
    (bench.parent / "victims").mkdir()
    (bench / "package").mkdir()
    (bench / "package/part.py").write_text("")
    (opened.folder.programs / "package").symlink_to(bench.parent / "victims")
    with pytest.raises(RecordError, match="link"):
        run(record, opened, slot, part=bench / "package/part.py")
    assert list((bench.parent / "victims").iterdir()) == []


def test_a_campaign_from_before_there_was_a_record_begins_one_and_says_so(
    opened: OpenCampaign, slot: Slot
) -> None:
    assert refusing(opened) == set()
    again(opened)
    assert programs(opened).notes[0] == "recorded when 1 runs were already completed"


EDITS_ITSELF = """
import sys
with open(sys.argv[0], "a") as file:
    file.write("# once more\\n")
"""


def test_a_run_whose_program_changes_is_refused_and_not_tried_again_in_vain(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text(EDITS_ITSELF)
    write_config(tmp_path, command=f'[{PYTHON}, "main.py"]')
    campaign = tmp_path / "out"
    done = lab("run", "--config", tmp_path / "lab.toml", "--out", campaign)
    assert done.returncode == 1, done.stderr
    assert run_record(campaign, "0002-work")["status"] == "failed"
    second = run_record(campaign, "0002-work.2")
    assert "main.py has changed" in second["reason"]
    assert not (campaign / "runs/0002-work.2/meter.csv").exists()
    assert [entry["what"] for entry in journal(campaign)].count("program changed") == 1
    checked = json.loads(lab("check", campaign, "--json").stdout)
    codes = {finding["code"] for finding in checked["findings"] if finding["level"] == "refuse"}
    assert codes == {"program-changed", "slot-incomplete"}
    assert (campaign / "programs/main.py").read_text() == EDITS_ITSELF
