"""Campaigns by name: the newest, the nearest to a mistyped one, the list of all, renaming and deleting."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from test_cli_light import completed

from lab.cli import cli
from lab.conduct.campaign import lock
from records.campaign import Campaign, CampaignFolder, Slot
from records.files import read_json
from records.run import Run, RunFolder

SLOT = Slot(slot=1, scenario="work", kind="workload", repeat=1, block=1, tracker=None, run_dir="0001-work")


@pytest.fixture
def campaigns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Enter a folder with three campaigns, of which the second in order of names is the newest."""
    monkeypatch.chdir(tmp_path)
    for name, created_utc_s in (("first", 1000.0), ("second", 3000.0), ("third", 2000.0)):
        write_campaign(tmp_path / "campaigns" / name, created_utc_s)
    return tmp_path / "campaigns"


def write_campaign(path: Path, created_utc_s: float) -> CampaignFolder:
    path.mkdir(parents=True)
    folder = CampaignFolder(path)
    Campaign(
        id=f"id-of-{path.name}",
        created_utc_s=created_utc_s,
        wattlab_version="0.0.0",
        simulated=True,
        seed=1,
        config={},
        config_sha256="0" * 64,
        plan=[SLOT],
    ).write(folder.campaign_json)
    return folder


def analyse(folder: CampaignFolder) -> None:
    run = RunFolder(folder.attempt(SLOT, 1))
    run.path.mkdir(parents=True)
    Run.of_slot(SLOT, "completed", 1).write(run.run_json)
    folder.results.mkdir()
    table = "scenario,kind,energy_wh\nbaseline,baseline,0.9\nwork,workload,0.25\n"
    (folder.results / "scenarios.csv").write_text(table)


def lab(*words: object) -> Result:
    return CliRunner().invoke(cli, [str(word) for word in words], prog_name="lab")


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def shown(*words: object) -> str:
    """Return the folder of which a command says that it was not analysed."""
    result = lab("compare", *words, "a", "b")
    assert result.exit_code == 2
    return result.stderr.removeprefix("lab: ").partition(":")[0]


def test_latest_is_the_campaign_that_was_planned_last(campaigns: Path) -> None:
    assert shown("latest").startswith("campaigns/second")
    (campaigns / "second/campaign.json").write_text("{")
    assert shown("latest").startswith("campaigns/third")


def test_a_campaign_that_was_planned_at_no_time_is_not_the_latest(campaigns: Path) -> None:
    plan = (campaigns / "second/campaign.json").read_text()
    (campaigns / "second/campaign.json").write_text(plan.replace("3000.0", "1e999"))
    assert shown("latest").startswith("campaigns/third")


def test_a_configuration_that_leads_nowhere_hides_no_campaign(campaigns: Path) -> None:
    Path("lab.toml").write_text('[campaign]\nout = "~nobody-of-this-name/campaigns"\n')
    assert shown("first").startswith("campaigns/first")
    Path("lab.toml").write_text("x = " + "[" * 5000)
    assert shown("first").startswith("campaigns/first")


def test_a_name_stands_for_the_folder_below_that_of_the_bench(campaigns: Path) -> None:
    assert shown("first").startswith("campaigns/first")
    campaigns.rename("elsewhere")
    Path("lab.toml").write_text('[campaign]\nout = "elsewhere"\n')
    assert shown("first").startswith("elsewhere/first")


def test_a_folder_comes_before_a_campaign_of_its_name(campaigns: Path) -> None:
    write_campaign(Path("latest"), 1.0)
    assert shown("latest").startswith("latest/")


@pytest.mark.parametrize(("typed", "meant"), [("secnd", "second"), ("campaigns/thrid", "third")])
def test_a_mistyped_campaign_is_answered_with_the_nearest(campaigns: Path, typed: str, meant: str) -> None:
    result = lab("report", typed)
    assert (result.exit_code, f" {meant}?" in result.stderr) == (2, True)


def test_without_campaigns_latest_is_wrong_usage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert lab("report", "latest").exit_code == 2
    assert json.loads(lab("campaigns", "list", "--json").stdout) == []


def test_a_shell_completes_the_names_of_campaigns(campaigns: Path) -> None:
    assert completed("lab report ") == ["plain,latest", "plain,first", "plain,second", "plain,third"]
    assert completed("lab report th") == ["plain,third"]
    assert completed("lab report campaigns/th") == ["dir,campaigns/th"]


def test_the_list_says_of_each_campaign_what_it_is(campaigns: Path) -> None:
    analyse(CampaignFolder(campaigns / "first"))
    (campaigns / "third/campaign.json").write_text("{")
    with lock(CampaignFolder(campaigns / "second")):
        rows = json.loads(lab("campaigns", "list", "--json").stdout)
    states = {row["name"]: (row["state"], row["completed"], row["planned"], row["energy_wh"]) for row in rows}
    assert states == {
        "third": ("damaged", 0, 0, {}),
        "first": ("analysed", 1, 1, {"work": 0.25}),
        "second": ("running", 0, 1, {}),
    }
    assert [row["name"] for row in rows] == ["third", "first", "second"]
    assert all(row["size_bytes"] > 0 for row in rows)


@pytest.mark.parametrize(
    "table",
    [b"scenario,kind,energy_wh\nwork,workload,much\n", b"kind,energy_wh\nworkload,1\n", b"\xe7\x00", b""],
)
def test_a_damaged_table_does_not_take_the_list_away(campaigns: Path, table: bytes) -> None:
    folder = CampaignFolder(campaigns / "first")
    analyse(folder)
    (folder.results / "scenarios.csv").write_bytes(table)
    first = json.loads(lab("campaigns", "list", "--json").stdout)[0]
    assert (first["name"], first["energy_wh"]) == ("first", {})


def test_an_odd_plan_does_not_take_the_list_away(campaigns: Path) -> None:
    plan = read_json(campaigns / "first/campaign.json")
    plan |= {"created_utc_s": -1e300, "config": {"campaign": ["demo"]}}
    (campaigns / "first/campaign.json").write_text(json.dumps(plan))
    assert lab("campaigns", "list").exit_code == 0
    assert json.loads(lab("campaigns", "list", "--json").stdout)[0]["title"] == ""


def test_the_folder_in_which_one_works_is_renamed_and_deleted(
    campaigns: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(campaigns / "first")
    assert lab("campaigns", "rename", ".", "fourth").exit_code == 0
    (campaigns / "second/runs").mkdir()
    monkeypatch.chdir(campaigns / "second/runs")
    assert lab("campaigns", "rm", "--yes", "..").exit_code == 0
    monkeypatch.chdir(campaigns / "fourth")
    assert lab("campaigns", "rm", "--yes", ".").exit_code == 0
    monkeypatch.chdir(campaigns)
    assert names_in(campaigns) == ["third"]


def test_a_renamed_campaign_keeps_its_records(campaigns: Path) -> None:
    before = read_json(campaigns / "second/campaign.json")
    assert lab("campaigns", "rename", "latest", "before-update").exit_code == 0
    assert names_in(campaigns) == ["before-update", "first", "third"]
    assert read_json(campaigns / "before-update/campaign.json") == before


@pytest.mark.parametrize("name", ["third", "latest", "a/b", "..", ".hidden", ""])
def test_a_name_that_is_taken_or_means_something_else_changes_nothing(campaigns: Path, name: str) -> None:
    assert lab("campaigns", "rename", "second", name).exit_code == 2
    assert names_in(campaigns) == ["first", "second", "third"]


def test_a_campaign_is_deleted_only_with_a_yes(campaigns: Path) -> None:
    assert lab("campaigns", "rm", "first").exit_code == 2  # no terminal on which to ask
    assert names_in(campaigns) == ["first", "second", "third"]
    assert lab("campaigns", "rm", "--yes", "first", "latest").exit_code == 0
    assert names_in(campaigns) == ["third"]


def test_what_is_running_or_no_campaign_is_neither_renamed_nor_deleted(campaigns: Path) -> None:
    Path("data").mkdir()
    Path("link").symlink_to(campaigns / "third")
    with lock(CampaignFolder(campaigns / "second")):
        assert lab("campaigns", "rm", "--yes", "second").exit_code == 3
        assert lab("campaigns", "rename", "second", "other").exit_code == 3
    for folder in ("data", "link"):
        assert lab("campaigns", "rm", "--yes", folder).exit_code == 2
    assert names_in(campaigns) == ["first", "second", "third"]
