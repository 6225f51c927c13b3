"""``shard.json``: the part of a campaign that one bench of a fleet is to run."""

from dataclasses import dataclass
from typing import ClassVar

from records.campaign import Campaign
from records.documents import Document


@dataclass(kw_only=True)
class Shard(Document):
    """What `lab run --plan` runs.

    Attributes:
        campaign: whole blocks of the plan, numbered as there, with the configuration of the bench.
        bench: name of the bench.
        folder: folder of the bench on its controller, which holds its lease.
        lease: number of the lease that has been granted for this; an older one is refused.
    """

    SCHEMA: ClassVar[str] = "wattlab.shard/1"

    campaign: Campaign
    bench: str
    folder: str
    lease: int


@dataclass(kw_only=True)
class LeaseRecord(Document):
    """``lease.json`` in the folder of a bench: whose turn it is.

    The time at which the file was changed is the last heartbeat of the holder.

    Attributes:
        number: grows with each grant and is written into each run.
        owner: what the bench was given to, in words.
        host: name of the controller on which the owner runs.
        pid: process that holds the lease; ``None`` before it does, and after it has ended in order.
        granted_utc_s: when.
    """

    SCHEMA: ClassVar[str] = "wattlab.lease/1"

    number: int
    owner: str
    host: str
    granted_utc_s: float
    pid: int | None = None
