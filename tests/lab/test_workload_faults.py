"""Programs that fail, hang or are not there: a damaged run is reported and never counted."""

from pathlib import Path

import pytest
from lab_bench import (
    journal,
    lab,
    processes_naming,
    run_record,
    write_config,
)


def test_a_failing_workload_is_reported_with_its_last_words_and_not_counted(tmp_path: Path) -> None:
    command = '["sh", "-c", "echo no such data set >&2; exit 7"]'
    campaign = tmp_path / "c"
    done = lab("run", "--config", write_config(tmp_path, command=command), "--out", campaign)
    assert done.returncode == 1
    assert "exit code 7" in done.stdout
    assert "no such data set" in done.stdout
    for name in ("0002-work", "0002-work.2"):
        run = run_record(campaign, name)
        assert (run["status"], run["exit_code"]) == ("failed", 7)
    assert run_record(campaign, "0003-baseline")["status"] == "completed", "the others are still run"
    check = lab("check", campaign)
    assert check.returncode == 1
    assert "slot-incomplete" in check.stdout


@pytest.mark.slow
def test_a_hanging_workload_is_ended_at_its_limit(tmp_path: Path) -> None:
    command = '["sh", "-c", "trap \'\' TERM; sleep 61234 & sleep 61234"]'
    config = write_config(tmp_path, command=command, limit_s=2, max_attempts=1)
    campaign = tmp_path / "c"
    done = lab("run", "--config", config, "--out", campaign)
    assert done.returncode == 1
    assert "longer than its limit_s = 2 s" in run_record(campaign, "0002-work")["reason"]
    assert not processes_naming("sleep 61234")


def test_a_program_that_cannot_be_started_is_told_with_the_key_to_mend(tmp_path: Path) -> None:
    program = tmp_path / "no-such-program"
    program.write_text("#!/no/such/interpreter\n")
    program.chmod(0o755)
    config = write_config(tmp_path, command='["./no-such-program"]', max_attempts=1)
    done = lab("run", "--config", config, "--out", tmp_path / "c")
    assert done.returncode == 1
    assert "no-such-program" in done.stdout
    assert "command" in run_record(tmp_path / "c", "0002-work")["reason"]


def test_the_journal_tells_the_whole_story_of_a_run(tmp_path: Path) -> None:
    campaign = tmp_path / "c"
    assert lab("run", "--config", write_config(tmp_path), "--out", campaign).returncode == 0
    entries = [e for e in journal(campaign) if e["what"] != "process ready"]
    assert [e["what"] for e in entries][:7] == [
        "campaign started",
        "virtual meter started",
        "program recorded",
        "run started",
        "workload started",
        "workload ended",
        "run ended",
    ]
    stamps = [e["t_mono_s"] for e in entries]
    assert stamps == sorted(stamps)


def test_the_journal_says_what_the_gate_waits_for_before_it_opens(tmp_path: Path) -> None:
    config = write_config(tmp_path)
    gate = "readings = 4\npower_std_over_mean = 10.0\ncpu_temperature_c = 200.0\ngpu_temperature_c = 200.0"
    config.write_text(config.read_text().replace("enabled = false", gate))
    campaign = tmp_path / "c"
    assert lab("run", "--config", config, "--out", campaign, "--only", "work").returncode == 0
    entries = journal(campaign)
    (first, *_) = (place for place, e in enumerate(entries) if e["what"] == "gate waiting")
    assert entries[first - 1]["name"] == "meter logger"
    assert (entries[first]["tries"], entries[first]["most_tries"]) == (1, 3)
    assert "of 4 readings" in entries[first]["waiting_for"][0]
    decided = next(e for e in entries[first:] if e["what"] != "gate waiting")
    assert (decided["what"], decided["open"]) == ("gate", True)
