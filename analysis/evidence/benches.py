"""The benches of a fleet: are their SUTs and their meters alike?"""

from collections.abc import Sequence
from typing import Any

from analysis.evidence.case import CampaignCase
from records.campaign import CampaignFolder, Environment
from records.errors import RecordError
from records.finding_codes import bench as codes
from records.findings import Finding

_OWN = ("host", "environments", "disks")
"""What each machine has of its own: its name, its paths, the sizes of its disks."""

_OF_METER = ("maker", "model", "driver", "firmware")
"""What meters of one kind have in common; serial number, calibration and address are those of each one."""

_SHOWN = 5


def check_benches(case: CampaignCase) -> list[Finding]:
    """Compare the inventories of the benches with that of the first, by name."""
    names = sorted(folder.name for folder in case.place.benches.glob("*"))
    inventories = [(name, _inventory(case.place.blocks_of(name))) for name in names]
    known = [(name, inventory) for name, inventory in inventories if inventory is not None]
    findings = []
    for name, inventory in known[1:]:
        first, expected = known[0]
        words = [
            f"{key}: {_word(expected, key)} and {_word(inventory, key)}"
            for key in {**expected, **inventory}
            if expected.get(key) != inventory.get(key)
        ]
        if words:
            more = f"; {len(words) - _SHOWN} more" if len(words) > _SHOWN else ""
            message = f"benches {first} and {name} differ: {'; '.join(words[:_SHOWN])}{more}"
            findings.append(codes.BENCHES_UNLIKE.finding(message))
    return findings


def _inventory(blocks: Sequence[CampaignFolder]) -> dict[str, Any] | None:
    """Return what the last block of a bench says of it, by dotted name; ``None`` where none is read."""
    for block in reversed(blocks):
        try:
            found = Environment.read(block.environment_json)
        except RecordError:  # the record of another block says the same
            continue
        sut = {key: value for key, value in found.sut.items() if key not in _OWN}
        return _flat(sut) | {f"meter {key}": found.meter.get(key) for key in _OF_METER}
    return None


def _flat(value: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, item in value.items():
        if isinstance(item, dict):
            found |= _flat(item, f"{prefix}{key}.")
        else:
            found[f"{prefix}{key}"] = item
    return found


def _word(inventory: dict[str, Any], key: str) -> str:
    value = inventory.get(key)
    return "unknown" if value is None else str(value)
