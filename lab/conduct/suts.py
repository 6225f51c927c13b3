"""Which SUT a configuration means."""

from functools import cache
from pathlib import Path

from lab.config.model import LabConfig
from lab.envs.places import environments_folder
from records.campaign import CampaignFolder
from sut.local import LocalSut
from sut.remote.host import SshHost
from sut.remote.sut import SshSut
from sut.sut import Sut


def sut_of(config: LabConfig, campaign: Path | None = None) -> Sut:
    """Return the SUT of a configuration: this machine, or the one that ``[sut] host`` names.

    Args:
        config: the configuration.
        campaign: folder of the campaign; ``None`` before there is one.
    """
    settings = config.sut
    if settings.host is None:
        return LocalSut((campaign or config.resolve(config.campaign.out)).absolute(), config.base_dir)
    sut = _behind_ssh(settings.host, settings.python, settings.link_lost_s, settings.home)
    return sut if campaign is None else sut.of_campaign(CampaignFolder(campaign).read().id)


@cache
def _behind_ssh(name: str, python: str, lost_s: float, home: str) -> SshSut:
    """Return the SUT, always with the same link."""
    return SshSut(SshHost(name, python, lost_s), home, environments_folder())
