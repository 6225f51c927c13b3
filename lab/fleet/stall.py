"""A block whose process hangs: nothing has come into its journal for longer than any step of it may take."""

import os
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

from lab.config.file import build_config
from lab.config.model import LabConfig
from records.campaign import CampaignFolder
from records.errors import ConfigurationError, RecordError
from records.shard import LeaseRecord, Shard

SLACK_S = 1800.0
"""Above the longest step that the configuration allows: start, transfers and analysis, on a slow machine."""

LOOK_S = 30.0
"""Between two looks at the journal."""


def longest_silence_s(config: LabConfig) -> float:
    """Return how long the journal of a campaign may say nothing, without `SLACK_S`."""
    runs = max(max(one.limit_s, one.duration_s or 0.0) for one in config.scenario)
    trackers = max((one.limit_s for one in config.trackers.values()), default=0.0)
    before = sum(step.wait_s for step in config.sut.before_run)
    return runs + trackers + before + config.sut.link_lost_s


def wait(
    child: subprocess.Popen[bytes],
    journal: Path,
    silence_s: float,
    *,
    look_s: float = LOOK_S,
    ends_s: float = 60.0,
) -> bool:
    """Wait for the process that runs a block, and end it when it hangs.

    Its children end with it (docs/decisions/0002-tether.md).

    Args:
        child: the process.
        journal: of the block; may not be there yet.
        silence_s: how long nothing may come into it.
        look_s: between two looks.
        ends_s: how long it may take to end in order when it is told to.

    Returns:
        Whether it ended by itself.
    """
    began = time.time()
    while True:
        try:
            child.wait(look_s)
        except subprocess.TimeoutExpired:
            if time.time() - max(began, _written(journal)) <= silence_s:
                continue
            child.terminate()
            try:
                child.wait(ends_s)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
            return False
        return True


def end_hung(lease: LeaseRecord, shards: Path) -> None:
    """Kill the process of an earlier worker when it hangs, by the limits of the campaign that it runs.

    Args:
        lease: of the bench, which a process on this machine holds now.
        shards: folder of the blocks of the bench; a process that runs none of them is left alone.
    """
    shard_json = _shard_of(lease, shards)
    if lease.pid is None or shard_json is None:
        return
    config = Shard.read(shard_json).campaign.config
    base_dir = Path(config.get("base_dir", shard_json.parent))
    try:
        silence_s = longest_silence_s(build_config(config, shard_json, base_dir)) + SLACK_S
    except ConfigurationError:  # of another version, whose limits are not known here
        return
    written = _written(CampaignFolder(shard_json.parent / "c").journal)
    if time.time() - max(lease.granted_utc_s, written) > silence_s:
        with suppress(ProcessLookupError):  # it has just ended by itself
            os.kill(lease.pid, signal.SIGKILL)


def _shard_of(lease: LeaseRecord, shards: Path) -> Path | None:
    """Return the file of the block that is run under a lease."""
    for path in sorted(shards.glob("*/*/shard.json"), key=_written, reverse=True):
        with suppress(RecordError):  # of another version, or damaged
            if Shard.read(path).lease == lease.number:
                return path
    return None


def _written(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
