"""One bench of a fleet: its file, its answers, its page, and which blocks and campaigns it may have."""

import socket
from contextlib import closing
from pathlib import Path

import pytest
from fleet_bench import BENCH, write_bench
from lab_bench import write_config

from lab.conduct.campaign import create, draw_campaign
from lab.config.file import load_config
from lab.fleet.agent import BenchAgent
from lab.fleet.bench import load_bench
from lab.fleet.orders import UNTESTED, BlockOrder
from lab.fleet.run import blocks_left, check_config, check_fleets_own
from records.errors import ConfigurationError, SutError
from records.journal import Journal
from records.journal_events import BlockGiven
from records.run import Run, RunFolder
from records.shard import LeaseRecord
from reports.pages.fleet import render_fleet


def test_the_sections_of_a_bench_replace_those_of_the_campaign(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    bench = load_bench(write_bench(tmp_path / "there", "a"))
    campaign = load_config(write_config(tmp_path, port="/dev/ttyUSB9"))
    config = bench.configure(campaign.to_json())
    assert config.meter.port == "virtual"
    assert config.meter.calibration == str(tmp_path / "there/cal.json")
    assert config.environments["cpu"].python == str(tmp_path / "there/env/bin/python")
    assert config.scenario == campaign.scenario
    assert config.base_dir == tmp_path
    assert bench.folder == tmp_path / "there/a"


def test_a_mistake_in_the_file_of_a_bench_names_key_and_file(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text(BENCH.format(name="a").replace("model =", "modell ="))
    with pytest.raises(ConfigurationError, match=r"a\.toml.*modell"):
        load_bench(path)


def order_for(folder: Path, **changes: object) -> BlockOrder:
    """Return the first and only block of a short campaign."""
    campaign = draw_campaign(load_config(write_config(folder, **changes)), only=(), simulated=True)
    return BlockOrder(campaign.to_json(), 1)


def test_a_bench_whose_lease_is_damaged_is_faulty_and_measures_nothing(tmp_path: Path) -> None:
    agent = BenchAgent(load_bench(write_bench(tmp_path, "a")))
    (tmp_path / "a").mkdir()
    (tmp_path / "a/lease.json").write_text("{")
    answer = agent.run(order_for(tmp_path))
    assert answer.code == SutError.exit_code
    assert "lease.json" in answer.reason
    assert (agent.state.state, agent.state.reason) == ("faulty", answer.reason)


def test_a_campaign_that_a_bench_cannot_run_is_no_fault_of_the_bench(tmp_path: Path) -> None:
    path = write_bench(tmp_path, "a")
    path.write_text("\n".join(path.read_text().splitlines()[:-3]))
    agent = BenchAgent(load_bench(path))
    answer = agent.run(order_for(tmp_path, command='["no-such-program"]'))
    assert answer.code == ConfigurationError.exit_code
    assert "no-such-program" in answer.reason
    assert agent.state.state == "idle"


def test_a_bench_whose_last_process_was_killed_is_tested_before_it_measures(tmp_path: Path) -> None:
    path = write_bench(tmp_path, "a")
    lines = path.read_text().replace('"virtual"', '"/dev/no-such-meter"').splitlines()[:-3]
    path.write_text("\n".join(lines))
    (tmp_path / "a").mkdir()
    host = socket.gethostname()
    killed = LeaseRecord(number=1, owner="campaign c, block 9", host=host, granted_utc_s=0.0, pid=1)
    killed.write(tmp_path / "a/lease.json")
    agent = BenchAgent(load_bench(path))
    assert agent.state.state == "faulty"
    assert "block 9" in agent.state.reason
    answer = agent.run(order_for(tmp_path))
    assert answer.code == UNTESTED
    assert "/dev/no-such-meter" in answer.reason
    assert (agent.state.state, agent.state.reason) == ("faulty", answer.reason)
    assert not (tmp_path / "a/shards").exists()


def test_the_page_of_a_fleet_shows_each_bench_and_takes_names_as_text() -> None:
    hostile = "<img src=x onerror=alert(1)>"
    row = {
        "name": hostile,
        "state": "faulty",
        "since": "3 s",
        "words": hostile,
        "model": hostile,
        "simulated": True,
    }
    found = {"scheduler": hostile, "connected": True, "words": hostile, "simulated": True, "benches": [row]}
    page = render_fleet(found)
    assert hostile not in page
    assert page.count("&lt;img src=x") >= 5
    assert 'data-state="faulty"' in page


def test_a_campaign_of_a_single_bench_is_not_continued_by_a_fleet(tmp_path: Path) -> None:
    config = load_config(write_config(tmp_path))
    opened = create(draw_campaign(config, only=(), simulated=True), config, tmp_path / "c")
    check_fleets_own(opened)
    (opened.folder.runs / "0001-baseline").mkdir(parents=True)
    with pytest.raises(ConfigurationError, match="lab resume"):
        check_fleets_own(opened)


def test_a_block_of_which_a_run_is_here_stays_with_its_bench(tmp_path: Path) -> None:
    """A kill in the middle of taking in a block leaves runs, and no entry in the journal."""
    config = load_config(write_config(tmp_path))
    opened = create(draw_campaign(config, only=(), simulated=True), config, tmp_path / "c")
    (work,) = blocks_left(opened)
    assert (work.at, work.bound) == (None, False)
    with closing(Journal(opened.folder.journal)) as journal:
        journal.write(BlockGiven(block=1, bench="b", model="m", tries=0))
    (work,) = blocks_left(opened)
    assert (work.at, work.bound) == ("b", False)
    run = Run.of_slot(opened.campaign.plan[0], "failed", 1)
    run.bench = "a"
    folder = RunFolder(opened.folder.attempt(opened.campaign.plan[0], 1))
    folder.path.mkdir()
    run.write(folder.run_json)
    (work,) = blocks_left(opened)
    assert (work.at, work.bound) == ("a", True)


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("stop_on_failure", "[campaign]\nstop_on_failure = true"),
        ("precision_pct", "[campaign]\nprecision_pct = 2.0"),
        ("health", '[health]\ncontrol = "work"\n[campaign]'),
    ],
)
def test_a_campaign_that_one_bench_would_have_to_end_is_refused(
    tmp_path: Path, words: str, text: str
) -> None:
    path = write_config(tmp_path)
    path.write_text(path.read_text().replace("[campaign]", text))
    with pytest.raises(ConfigurationError, match=words):
        check_config(load_config(path))
    config = load_config(path)
    opened = create(draw_campaign(config, only=(), simulated=True), config, tmp_path / "c")
    with pytest.raises(ConfigurationError, match=rf"{words}(?s:.*)lab resume"):
        check_fleets_own(opened)
