"""The benches of a fleet: are their SUTs alike?"""

from pathlib import Path
from typing import Any

from analysis.evidence.case import CampaignCase
from records.campaign import Environment
from records.errors import RecordError
from records.finding_codes import bench as codes
from records.findings import Finding

_OWN = ("host", "environments", "disks")
"""What each machine has of its own: its name, its paths, the sizes of its disks."""

_SHOWN = 5


def check_benches(case: CampaignCase) -> list[Finding]:
    """Compare the inventories of the benches with that of the first, by name."""
    inventories = {folder.name: _inventory(folder) for folder in sorted(case.place.benches.glob("*"))}
    known = [(name, sut) for name, sut in inventories.items() if sut is not None]
    findings = []
    for name, sut in known[1:]:
        first, expected = known[0]
        words = [
            f"{key}: {_word(expected, key)} and {_word(sut, key)}"
            for key in {**expected, **sut}
            if expected.get(key) != sut.get(key)
        ]
        if words:
            more = f"; {len(words) - _SHOWN} more" if len(words) > _SHOWN else ""
            message = f"the SUTs of benches {first} and {name} differ: {'; '.join(words[:_SHOWN])}{more}"
            findings.append(codes.BENCHES_UNLIKE.finding(message))
    return findings


def _inventory(bench: Path) -> dict[str, Any] | None:
    """Return what the last block of a bench says of its SUT, by dotted name; ``None`` where none is read."""
    for block in sorted(bench.glob("block-*"), reverse=True):
        try:
            sut = Environment.read(block / "environment.json").sut
        except RecordError:  # the record of another block says the same
            continue
        return _flat({key: value for key, value in sut.items() if key not in _OWN})
    return None


def _flat(value: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, item in value.items():
        if isinstance(item, dict):
            found |= _flat(item, f"{prefix}{key}.")
        else:
            found[f"{prefix}{key}"] = item
    return found


def _word(sut: dict[str, Any], key: str) -> str:
    value = sut.get(key)
    return "unknown" if value is None else str(value)
