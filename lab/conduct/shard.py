"""Opening the part of a fleet's campaign that a bench runs: a campaign folder like any other."""

from pathlib import Path

from lab.conduct.campaign import OpenCampaign, create, reopen
from lab.conduct.lease import BenchLease
from lab.config.file import build_config, check_drivers
from records.campaign import CampaignFolder
from records.errors import ConfigurationError
from records.shard import Shard


def lease_of(shard: Shard) -> BenchLease:
    """Return the lease that was granted for a shard."""
    return BenchLease(shard.bench, Path(shard.folder), shard.lease)


def open_shard(shard: Shard, source: Path, path: Path) -> OpenCampaign:
    """Create the folder of a shard, or open it again.

    Args:
        shard: as read.
        source: its file, for messages.
        path: the folder; new, empty, or begun with the same plan and configuration.

    Raises:
        ConfigurationError: the configuration is wrong, or the folder holds another campaign.
    """
    if CampaignFolder(path).campaign_json.exists():
        opened = reopen(path)
        there, wanted = opened.campaign, shard.campaign
        if (there.id, there.plan, there.config) != (wanted.id, wanted.plan, wanted.config):
            raise ConfigurationError(
                f"{path}: expected a new folder, or the one of {wanted.id} with the same plan and "
                f"configuration, but it holds {there.id}. Name another folder with --out"
            )
    else:
        base_dir = Path(shard.campaign.config.get("base_dir", path))
        opened = create(shard.campaign, build_config(shard.campaign.config, source, base_dir), path)
    check_drivers(opened.config, source)
    return opened
