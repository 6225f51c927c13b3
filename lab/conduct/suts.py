"""Which SUT a configuration means."""

from pathlib import Path

from lab.config.model import LabConfig
from sut.local import LocalSut
from sut.sut import Sut


def sut_of(config: LabConfig, campaign: Path | None = None) -> Sut:
    """Return the SUT of a configuration: always this machine, as long as no other can be named.

    Args:
        config: the configuration.
        campaign: folder of the campaign; ``None`` before there is one.
    """
    return LocalSut((campaign or config.resolve(config.campaign.out)).absolute(), config.base_dir)
