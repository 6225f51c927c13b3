"""``lab serve``: a real server, asked over the network as a browser asks, and by a real browser."""

import json
import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lab_bench import lab, start_lab, wait_for
from typed_rows import MadeResults

from lab.conduct.activity import Phase, activity_of
from lab.conduct.campaign import OpenCampaign, create, draw_campaign, lock
from lab.conduct.live import Follower
from lab.config.file import load_config
from lab.serve.connection import MOST_CONNECTIONS
from lab.serve.watched import WatchedCampaign
from records.campaign import Campaign
from records.files import LineAppender
from records.journal import Journal
from records.journal_events import (
    ENTRIES,
    BlockGiven,
    CampaignInterrupted,
    CampaignStarted,
    CampaignStopped,
    Ending,
    GateDecided,
    GateWaiting,
    JournalEntry,
    PrecisionChecked,
    Process,
    ProcessReady,
    RepeatsEnough,
    RunEnded,
    RunStarted,
    UnknownEntry,
    WorkloadStarted,
    entry_of,
)
from records.run import Run, RunFolder
from records.times import now_utc_s

SECRET = "what nobody may read"
HOSTILE = '<img src=x onerror=alert(1)>"'

CONFIG = """
[campaign]
title = "<b>Bench</b>"
repeats = 1
seed = 1
[meter]
driver = "wattsup_pro"
port = "virtual"
[gate]
readings = 6
[[scenario]]
name = "baseline"
kind = "baseline"
duration_s = 30.0
[[scenario]]
name = "work"
command = ["sleep", "30"]
expected_s = 30.0
"""


@contextmanager
def served(top: Path, *options: str) -> Iterator[tuple[httpx.Client, subprocess.Popen[str]]]:
    """Serve a folder on a free port; the client asks no proxy and follows no redirect."""
    process = start_lab("serve", top, "--port", "0", *options)
    try:
        assert process.stdout is not None
        first = process.stdout.readline()
        address = json.loads(first)["url"] if options else first.strip()
        with httpx.Client(base_url=address, trust_env=False, timeout=30) as client:
            yield client, process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        _, words = process.communicate(timeout=20)
    assert (process.returncode, words) == (0, "")


def put(folder: Path, title: str = "A campaign", *, analysed: bool = True) -> Path:
    """Write a campaign with results that hold one scenario; its numbers are made up."""
    (folder / "results").mkdir(parents=True)
    identity = {"id": title, "title": title, "created_utc_s": 1.79e9, "simulated": True}
    Campaign(
        id=title,
        created_utc_s=1.79e9,
        wattlab_version="0",
        simulated=True,
        seed=1,
        config={"import": {}},
        config_sha256="",
        plan=[],
    ).write(folder / "campaign.json")
    row = {"scenario": "work", "kind": "workload", "n": 3, "energy_wh": 2.0, "induced_wh": 1.25}
    results = MadeResults(
        campaign=identity, rule="default", settings={}, environment={}, meter={}, runs=[], scenarios=[row]
    )
    if analysed:
        results.write(folder / "results/results.json")
    return folder


class ByHand:
    """A campaign whose files grow as a controller lets them grow."""

    def __init__(self, folder: Path, repeats: str = "1") -> None:
        folder.parent.mkdir(exist_ok=True)
        path = folder.parent / "lab.toml"
        path.write_text(CONFIG.replace("repeats = 1", f"repeats = {repeats}"))
        config = load_config(path)
        self.opened: OpenCampaign = create(draw_campaign(config, only=[], simulated=True), config, folder)
        self.journal = Journal(self.opened.folder.journal)

    def begin(self, slot: int) -> RunFolder:
        planned = self.opened.campaign.plan[slot - 1]
        run = RunFolder(self.opened.folder.attempt(planned, 1))
        run.path.mkdir()
        Run.of_slot(planned, "running", 1).write(run.run_json)
        self.journal.write(RunStarted(run_dir=run.path.name, slot=slot))
        self.journal.write(ProcessReady(name=Process.METER_LOGGER, pid=1))
        return run

    def read(self, run: RunFolder, *powers_w: float | None) -> None:
        with LineAppender(run.meter_csv, "t_utc_s,power_w,flag") as file:
            for power_w in powers_w:
                value, flag = ("", "nodata") if power_w is None else (f"{power_w:.1f}", "")
                file.append(f"{now_utc_s():.6f},{value},{flag}")

    def complete(self, run: RunFolder) -> None:
        record = run.read()
        record.status = "completed"
        record.write(run.run_json)
        self.journal.write(RunEnded(run_dir=run.path.name, status="completed"))

    def wait_at_gate(self, *waiting_for: str, tries: int = 1) -> None:
        self.journal.write(
            GateWaiting(waiting_for=list(waiting_for), tries=tries, most_tries=3, waited_s=1.0)
        )


def train(run: RunFolder, number: int, loss: float | None) -> None:
    """Append an epoch to a run's events: its start and, with a loss, its stop."""
    line = {"span": "epoch", "name": "epoch", "id": 2, "parent": 1, "pid": 3, "t_utc_s": 1.0, "t_mono_s": 1.0}
    with run.events.open("a") as file:
        file.write(json.dumps({**line, "event": "start", "data": {"epoch": number}}) + "\n")
        if loss is not None:
            data = {"epoch": number, "loss": loss, "accuracy": 0.9, "samples": 240}
            file.write(json.dumps({**line, "event": "stop", "data": data}) + "\n")


@pytest.fixture(scope="module")
def top(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of campaigns, strange ones among them, beside something secret."""
    root = tmp_path_factory.mktemp("serve")
    (root / "secret.json").write_text(json.dumps(SECRET))
    outside = put(root / "outside", SECRET)
    top = root / "top"
    one = put(top / "one")
    put(top / "deep/two", HOSTILE)
    for name in (HOSTILE.replace("/", "_"), "%2e%2e", "a b?c#d", os.fsdecode(b"\xff")):
        put(top / "odd" / name, name.encode(errors="replace").decode())
    put(top / "raw", analysed=False)
    (top / "link").symlink_to(outside)
    linked = put(top / "linked", analysed=False)
    (linked / "results").rmdir()
    (linked / "results").symlink_to(outside / "results")
    (one / "results/runs.csv").write_text("slot\n1\n")
    (one / "results/notes.txt").write_text(SECRET)
    (one / "results/leak.csv").symlink_to(root / "secret.json")
    (one / "results/.hidden.csv").write_text(SECRET)
    (one / "secret.json").write_text(SECRET)
    return top


@pytest.fixture(scope="module")
def client(top: Path) -> Iterator[httpx.Client]:
    with served(top) as (client, _):
        yield client


# -- the server -------------------------------------------------------------------------------------


def test_the_first_line_is_an_address_of_this_machine_alone(client: httpx.Client) -> None:
    assert client.base_url.host == "127.0.0.1"
    found = client.get("/")
    assert found.status_code == 200
    assert found.headers["content-type"] == "text/html; charset=utf-8"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_in_order_while_a_browser_is_connected(tmp_path: Path, number: int) -> None:
    with served(tmp_path, "--json") as (client, process):
        assert client.get("/").status_code == 200
        process.send_signal(number)
        assert process.wait(timeout=20) == 0


def test_wrong_usage_says_what_to_do(tmp_path: Path) -> None:
    absent = lab("serve", tmp_path / "absent")
    assert (absent.returncode, "no such folder" in absent.stderr) == (2, True)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = lab("serve", tmp_path, "--port", taken.getsockname()[1])
    assert (done.returncode, "`--port 0` takes a free one" in done.stderr) == (2, True)


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80", "", "[::1]", "0.0.0.0"]
)
def test_a_foreign_name_gets_no_answer(client: httpx.Client, host: str) -> None:
    for path in ("/", "/campaigns/one/", "/campaigns/one/results/results.json"):
        found = client.get(path, headers={"Host": host})
        assert found.status_code == 400
        assert "campaign" not in found.text


def test_this_machine_by_name_gets_an_answer(client: httpx.Client) -> None:
    assert client.get("/", headers={"Host": f"localhost:{client.base_url.port}"}).status_code == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_nothing_can_be_changed(client: httpx.Client, method: str) -> None:
    for path in ("/", "/campaigns/one/", "/campaigns/one/live.json"):
        found = client.request(method, path)
        assert found.status_code == 405
        assert "access-control-allow-origin" not in found.headers


# -- paths ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "target",
    [
        "/campaigns/../secret.json",
        "/campaigns/one/../../../secret.json",
        "/campaigns/%2e%2e/secret.json",
        "/campaigns/%2e%2e/outside/",
        "/campaigns/..%2foutside/",
        "/campaigns/one/%2e%2e/one/",
        "/campaigns/one/results/../secret.json",
        "/campaigns/one/results/..%2fsecret.json",
        "/campaigns/one/results/%2e%2e%2f%2e%2e%2fsecret.json",
        "/campaigns/one/results/notes.txt",
        "/campaigns/one/results/leak.csv",
        "/campaigns/one/results/.hidden.csv",
        "/campaigns/one/results/",
        "/campaigns/one/results/runs.csv/x",
        "/campaigns/one/secret.json",
        "/campaigns/one/campaign.json",
        "/campaigns/link/",
        "/campaigns/link/report.html",
        "/campaigns/linked/report.html",
        "/campaigns/linked/results/results.json",
        "/campaigns/one%00/",
        "/campaigns//one/",
        "/campaigns%2fone/",
        "/campaigns/",
        "/campaigns",
        "/one/",
        "/secret.json",
        "//secret.json",
    ],
)
def test_no_path_leads_to_what_is_no_result(client: httpx.Client, target: str) -> None:
    found = client.get("/", extensions={"target": target.encode()})
    assert found.status_code in (404, 409)
    assert SECRET not in found.text


def test_tables_and_the_document_of_the_results_are_served(client: httpx.Client) -> None:
    table = client.get("/campaigns/one/results/runs.csv")
    assert (table.status_code, table.text) == (200, "slot\n1\n")
    assert table.headers["content-type"] == "text/csv; charset=utf-8"
    document = client.get("/campaigns/one/results/results.json")
    assert document.json()["campaign"]["title"] == "A campaign"
    assert document.headers["x-content-type-options"] == "nosniff"


def test_every_campaign_of_the_index_can_be_followed_whatever_its_name(client: httpx.Client) -> None:
    text = client.get("/").text
    assert SECRET not in text
    addresses = [part.partition('"')[0] for part in text.split('<a href="')[1:]]
    reports = [a for a in addresses if a.endswith("report.html")]
    assert len(reports) == 6
    for address in reports:
        assert client.get(address).status_code == 200, address
    assert HOSTILE not in text


def test_a_folder_without_its_slash_leads_to_the_one_with_it(client: httpx.Client) -> None:
    found = client.get("/campaigns/deep/two")
    assert (found.status_code, found.headers["location"]) == (307, "/campaigns/deep/two/")
    assert client.get("/campaigns/deep/two/").status_code == 200


def test_a_campaign_that_is_neither_analysed_nor_ours_says_what_to_do(client: httpx.Client) -> None:
    found = client.get("/campaigns/raw/")
    assert found.status_code == 409
    assert "`lab analyse`" in found.text


def test_a_folder_that_is_itself_a_campaign_is_served(tmp_path: Path) -> None:
    put(tmp_path / "c", "Alone")
    with served(tmp_path / "c") as (client, _):
        assert 'href="/campaigns/report.html"' in client.get("/").text
        assert "Alone" in client.get("/campaigns/").text


# -- reports ----------------------------------------------------------------------------------------


def test_a_written_report_is_shown_until_the_results_are_newer_and_reaches_nothing(tmp_path: Path) -> None:
    folder = put(tmp_path / "one", "New results")
    (folder / "report.html").write_text("<script>fetch('/')</script>old report")
    with served(tmp_path) as (client, _):
        found = client.get("/campaigns/one/")
        assert "old report" in found.text
        policy = found.headers["content-security-policy"]
        assert "sandbox allow-scripts" in policy
        assert "allow-same-origin" not in policy
        assert "default-src 'none'" in policy and "connect-src" not in policy
        os.utime(folder / "report.html", (1.0, 1.0))
        assert "New results" in client.get("/campaigns/one/").text
        (folder / "results/results.json").write_text("{")
        broken = client.get("/campaigns/one/report.html")
        assert (broken.status_code, "expected a JSON document" in broken.text) == (409, True)
        assert "expected a JSON document" in client.get("/").text


# -- a campaign that is being run -------------------------------------------------------------------


def test_a_browser_follows_a_campaign_from_its_gate_to_the_end_of_its_controller(
    browser: Any, tmp_path: Path
) -> None:
    top = tmp_path / "top"
    top.mkdir()
    hand = ByHand(top / "run & run")

    def words(name: str) -> str:
        return str(
            browser.driver.execute_script(f"return document.getElementById('live-{name}').textContent")
        )

    light = "return document.getElementById('live-light').dataset.gate"
    strip = "return [...document.querySelectorAll('#live-strip li')].map(item => item.dataset.state)"

    def shows(name: str, text: str) -> None:
        wait_for(f"{text!r} in {name}, last {words(name)!r}", lambda: text in words(name), 20)

    with served(top) as (client, _):
        browser.complaints()
        with lock(hand.opened.folder):
            hand.journal.write(CampaignStarted(completed=0, planned=3))
            run = hand.begin(1)
            hand.read(run, 41.0, 41.1)
            hand.wait_at_gate("2 of 6 readings")
            browser.open(f"{client.base_url}campaigns/run%20%26%20run/")
            shows("words", "Running.")
            shows("gate", "2 of 6 readings")
            assert browser.driver.execute_script(light) == "waiting"
            shows("phase", "try 1 of 3")
            shows("watts", "41.1")
            low, high = (float(words(end).removesuffix(" W")) for end in ("low", "high"))
            assert high - low > 4, "readings of 41.0 and 41.1 W are one steady load"
            assert "SIMULATED" in browser.driver.find_element("tag name", "body").text
            hand.read(run, 80.0, 41.0, 41.1, None, 77.7)
            shows("watts", "77.7")
            hand.wait_at_gate("power varies by 0.2 of its mean", tries=2)
            shows("gate", "power varies by")
            shows("phase", "try 2 of 3")
            path = "return document.getElementById('live-line').getAttribute('d')"
            assert browser.driver.execute_script(path).count("M") == 2, "a gap is a gap"
            hand.journal.write(GateDecided(open=True))
            hand.journal.write(ProcessReady(name=Process.COLLECTORS, pid=2))
            hand.journal.write(WorkloadStarted(command=["sleep"]))
            shows("phase", "Measuring the baseline")
            train(run, 1, 0.5)
            shows("epoch", "Epoch 1. Epoch 1: loss 0.5, accuracy 0.9")
            assert browser.driver.execute_script(light) == "open"
            assert words("gate") == ""
            hand.complete(run)
            shows("completed", "1")
            hand.begin(2)
            shows("now", "[2/3] work, repeat 1")
        shows("words", "killed")
        shows("slots", "broken off")
        assert browser.driver.execute_script(strip) == ["completed", "broken off", "todo"]
        assert "`lab resume" in words("words")
        assert words("now") == "idle"
        assert browser.driver.execute_script("return document.getElementById('live-report').hidden")
        put(top / "other")
        (top / "other/results").rename(top / "run & run/results")
        wait_for(
            "the link to the report",
            lambda: not browser.driver.execute_script("return document.getElementById('live-report').hidden"),
        )
        assert browser.complaints() == []
        browser.open(f"{client.base_url}campaigns/run%20%26%20run/live", 390)
        assert browser.driver.execute_script("return document.documentElement.scrollWidth") == 390
    shows("words", "The page has lost its server")


def test_the_policy_lets_only_the_own_script_run_and_ask(tmp_path: Path) -> None:
    hand = ByHand(tmp_path / "c")
    with served(tmp_path) as (client, _):
        html = client.get("/campaigns/c/").text
    policy = html.partition('Content-Security-Policy" content="')[2].partition('"')[0]
    assert "default-src 'none'" in policy
    assert "script-src 'sha256-" in policy
    assert "unsafe" not in policy
    assert "connect-src 'self'" in policy
    assert "<b>Bench" not in html
    assert hand.opened.campaign.id in html


def test_what_the_files_say_is_told_in_numbers_too(tmp_path: Path) -> None:
    hand = ByHand(tmp_path / "c")
    with served(tmp_path) as (client, _):

        def ask() -> Any:
            found = client.get("/campaigns/c/live.json")
            assert found.status_code == 200, found.text
            return found.json()

        new = ask()
        assert (new["state"], new["completed"], new["planned"], new["now"]) == ("new", 0, 3, None)
        assert [slot["state"] for slot in new["slots"]] == ["todo"] * 3
        with lock(hand.opened.folder):
            hand.journal.write(CampaignStarted(completed=0, planned=3))
            run = hand.begin(1)
            run.meter_csv.write_text("t_utc_s,power_w,flag\n1,2,\nx,y,\n")
            hand.wait_at_gate("0 of 6 readings")
            found = ask()
            assert (found["state"], found["running_now"]) == ("running", True)
            assert "`lab check`" in found["words"]
            assert found["now"]["gate"]["waiting_for"] == ["0 of 6 readings"]
            index = client.get("/").text
            assert "running, live" in index
        hand.journal.write(CampaignStopped(reason="the meter is <gone>"))
        stopped = ask()
        assert (stopped["state"], stopped["now"]) == ("stopped", None)
        assert "the meter is <gone>" in stopped["words"]
        hand.journal.write(CampaignInterrupted())
        assert ask()["state"] == "interrupted"
        status = json.loads(lab("status", tmp_path / "c", "--json").stdout)
        assert {key: stopped[key] for key in ("id", "planned", "completed", "simulated")} == {
            key: status[key] for key in ("id", "planned", "completed", "simulated")
        }


def test_the_epoch_is_counted_against_the_last_completed_run_of_the_scenario(tmp_path: Path) -> None:
    hand = ByHand(tmp_path / "c")
    watched = WatchedCampaign(hand.opened, tmp_path)
    slots = [slot.slot for slot in hand.opened.campaign.plan if slot.scenario == "baseline"]
    with lock(hand.opened.folder):
        first = hand.begin(slots[0])
        assert watched.look()["epoch"] is None
        hand.journal.write(WorkloadStarted(command=["sleep"]))
        with first.events.open("a") as file:
            file.write(
                '{"span": "epoch", "event": "stop", "data": {"epoch": 1, "loss": 1e999}}\nno event\n[]\n'
            )
            file.write('{"span": "epoch", "event": "stop", "data": 7}\n')
        assert watched.look()["epoch"] == {"number": 1, "of": None, "ended": 1}
        train(first, 2, 0.25)
        hand.complete(first)
        assert watched.look()["epoch"] is None, "between two runs"
        second = hand.begin(slots[1])
        hand.journal.write(WorkloadStarted(command=["sleep"]))
        train(second, 1, 0.75)
        train(second, 2, None)
        expected = {"number": 2, "of": 2, "ended": 1, "loss": 0.75, "accuracy": 0.9}
        assert watched.look()["epoch"] == expected
        train(second, 3, None)
        assert watched.look()["epoch"] == {**expected, "number": 3, "of": None}, "more than last time"
    assert watched.look()["epoch"] is None, "its controller was killed"


def test_the_precision_that_is_reached_so_far_is_shown_and_when_it_ended_the_campaign(tmp_path: Path) -> None:
    hand = ByHand(tmp_path / "c", repeats='"until 2 %, at most 4"')
    watched = WatchedCampaign(hand.opened, tmp_path)
    assert "wanted: ±2 %" in watched.look()["precision_words"]
    assert watched.look()["planned_words"] == "at most 9"
    half_pct = {"work": 2.345}
    with lock(hand.opened.folder):
        hand.journal.write(PrecisionChecked(blocks=3, target_pct=2.0, half_pct=half_pct))
        found = watched.look()
        assert "work ±2.3 %" in found["precision_words"]
        assert (found["precision"]["half_pct"], found["precision"]["reached"]) == (half_pct, None)
        enough = RepeatsEnough(
            blocks=3, target_pct=2.0, reached=True, half_pct=half_pct, dropped=[7, 8], reason="because"
        )
        hand.journal.write(enough)
        found = watched.look()
    assert (found["precision_words"], found["planned_words"], found["planned"]) == ("because", "7", 7)


def test_without_a_wanted_precision_none_is_shown(tmp_path: Path) -> None:
    found = WatchedCampaign(ByHand(tmp_path / "c").opened, tmp_path).look()
    assert (found["precision_words"], found["precision"], found["planned_words"]) == ("", None, "3")


def test_a_campaign_of_a_fleet_is_continued_by_the_fleet(tmp_path: Path) -> None:
    hand = ByHand(tmp_path / "c")
    hand.journal.write(CampaignStarted(completed=0, planned=3))
    hand.journal.write(BlockGiven(block=1, bench="a", model="m", tries=0))
    hand.journal.write(CampaignInterrupted())
    words = WatchedCampaign(hand.opened, tmp_path).look()["words"]
    for told in (words, lab("status", tmp_path / "c").stdout, lab("resume", tmp_path / "c").stderr):
        assert f"lab fleet run {tmp_path}/c --scheduler URL" in " ".join(told.split())


def test_a_record_that_leads_out_is_not_followed(tmp_path: Path) -> None:
    hand = ByHand(tmp_path / "top/c")
    (tmp_path / "out.csv").write_text("t_utc_s,power_w,flag\n1,7777.7,\n")
    with served(tmp_path / "top") as (client, _), lock(hand.opened.folder):
        hand.journal.write(CampaignStarted(completed=0, planned=3))
        run = hand.begin(1)
        run.meter_csv.symlink_to(tmp_path / "out.csv")
        assert client.get("/campaigns/c/live.json").json()["power"] == []


# -- what the journal and the readings tell ----------------------------------------------------------


def entries(*whats: str) -> list[JournalEntry]:
    own = {"run_dir": "0004-work", "slot": 4, "open": True, "status": "completed"}
    return [entry_of({"what": what, "t_utc_s": 10.0 + n, **own}) for n, what in enumerate(whats)]


def waiting(t_utc_s: float, *waiting_for: str) -> GateWaiting:
    return GateWaiting(t_utc_s=t_utc_s, waiting_for=list(waiting_for), tries=1, most_tries=3, waited_s=0.2)


def test_the_phases_follow_the_journal() -> None:
    ready = ProcessReady(name=Process.METER_LOGGER, t_utc_s=20.0)
    begun = [*entries("campaign started", "run started"), ready]
    activity = activity_of([*begun, waiting(20.5, "0 of 4 readings"), waiting(22.5, "2 of 4 readings")])
    assert (activity.phase, activity.slot, activity.since_utc_s, activity.ending) == (
        Phase.GATE,
        4,
        20.5,
        None,
    )
    assert activity.gate is not None
    assert activity.gate.waiting_for == ["2 of 4 readings"]
    assert activity_of(begun).phase is Phase.COLLECTORS, "a campaign without a gate"
    for last, phase in (
        ("gate", Phase.COLLECTORS),
        ("workload started", Phase.RUN),
        ("workload ended", Phase.LEAD_OUT),
    ):
        assert activity_of([*entries("run started"), *entries(last)]).phase is phase
    assert activity_of(entries("run started", "run ended")).phase is Phase.BETWEEN
    assert activity_of(entries("run started", "campaign interrupted")).ending is Ending.INTERRUPTED
    assert not activity_of([]).begun


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    st.lists,
    max_leaves=3,
)


NAMES = st.sampled_from(["what", "t_utc_s", "slot", "name", "reason", "run_dir", "waiting_for", "tries"])
WHATS = st.sampled_from(sorted(ENTRIES))


@given(st.lists(st.dictionaries(NAMES, JSON | WHATS)))
def test_no_journal_breaks_the_page(lines: list[dict[str, Any]]) -> None:
    entries = [entry_of(line) for line in lines]
    assert activity_of(entries).phase in Phase
    assert [entry.extra for entry in entries if isinstance(entry, UnknownEntry)] == [
        {key: value for key, value in line.items() if key not in ("what", "t_utc_s")}
        for line, entry in zip(lines, entries, strict=True)
        if isinstance(entry, UnknownEntry)
    ]


@given(st.lists(st.floats(1, 999), max_size=60), st.integers(60, 600))
def test_the_end_of_a_long_record_is_read_as_the_whole_would_be(
    powers_w: list[float], last_bytes: int
) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "meter.csv"
        lines = [f"{n}.000000,{power_w:.3f}," for n, power_w in enumerate(powers_w)]
        path.write_text("\n".join(["t_utc_s,power_w,flag", *lines]) + "\n" + "99.0,1")
        whole = Follower(path).new_readings()
        end = Follower(path, last_bytes)
        found = end.new_readings()
        assert found == whole[len(whole) - len(found) :]
        assert len(found) == len(whole) or sum(len(line) + 1 for line in lines[-len(found) :]) <= last_bytes
        with path.open("a") as file:
            file.write("23.5,\n")
        assert [reading.power_w for reading in end.new_readings()] == [123.5]


def ended(connection: socket.socket) -> bool:
    """Wait for a byte, and say whether the other side ended the connection instead."""
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:
        return True


def test_silent_connections_do_not_keep_a_browser_out(tmp_path: Path) -> None:
    with served(tmp_path) as (client, _), ExitStack() as stack:
        where = (client.base_url.host, client.base_url.port)
        silent = [
            stack.enter_context(socket.create_connection(where, 30)) for _ in range(3 * MOST_CONNECTIONS)
        ]
        for connection in silent[::2]:
            with suppress(OSError):  # it may have been given up already
                connection.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ")
        assert client.get("/").status_code == 200
        assert ended(silent[0])


@pytest.mark.slow
def test_a_request_that_never_ends_is_given_up(tmp_path: Path) -> None:
    with served(tmp_path) as (client, _):
        with socket.create_connection((client.base_url.host, client.base_url.port), 60) as connection:
            connection.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n")
            assert ended(connection)
        assert client.get("/").status_code == 200
