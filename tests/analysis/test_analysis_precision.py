"""A campaign with a wanted precision, as it stands after some of its blocks."""

import shutil
from pathlib import Path

import pytest
from synthetic import SyntheticCampaign, small_campaign

from analysis.campaign import evaluate
from lab.conduct.campaign import OpenCampaign
from lab.conduct.known_energies import known_energies
from lab.conduct.precision import PrecisionWatch
from lab.config.file import build_config
from records.campaign import CampaignFolder
from records.journal import Journal

CONFIG = {
    "campaign": {"repeats": 4, "precision_pct": 0.001},
    "meter": {"driver": "wattsup_pro", "port": "virtual"},
    "scenario": [
        {"name": "baseline", "kind": "baseline", "duration_s": 20.0},
        {"name": "idle", "kind": "idle", "command": ["sleep", "20"]},
        {"name": "cnn", "command": ["train"]},
    ],
}


def without_trackers(blocks: int) -> SyntheticCampaign:
    campaign = small_campaign(blocks=blocks)
    campaign.runs = [run for run in campaign.runs if run.tracker is None]
    return campaign


@pytest.fixture
def opened(tmp_path: Path) -> OpenCampaign:
    folder = CampaignFolder(without_trackers(blocks=4).write(tmp_path / "campaign"))
    return OpenCampaign(folder, folder.read(), build_config(CONFIG, "test", tmp_path))


def test_blocks_that_were_measured_stay_where_an_earlier_one_is_completed(opened: OpenCampaign) -> None:
    third = [slot for slot in opened.campaign.plan if slot.block == 3][-1]
    fourth = [slot for slot in opened.campaign.plan if slot.block == 4]
    journal = Journal(opened.folder.journal)
    watch = PrecisionWatch(opened, journal)
    assert watch.after(third) is None
    for slot in fourth:
        shutil.rmtree(opened.folder.attempt(slot, 1))
    decision = watch.after(third)
    journal.close()
    assert decision is not None
    assert (decision.reached, decision.dropped) == (False, [slot.slot for slot in fourth])


def test_an_energy_that_is_small_by_chance_does_not_show_what_the_meter_cannot_reach(tmp_path: Path) -> None:
    campaign = without_trackers(blocks=3)
    powers_w = iter((60.0, 21.0, 40.1))
    for run in campaign.runs:
        if run.scenario == "cnn":
            run.power_w = next(powers_w)
    results = evaluate(campaign.write(tmp_path / "campaign"))
    (cnn,) = [known for known in known_energies(results) if known.name == "cnn"]
    assert cnn.half_pct is None
    assert 0 < cnn.stays_pct < 0.1
