"""``import.json``: where the records of an imported campaign came from, and what was repaired."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from records.campaign import CampaignFolder
from records.documents import Document
from records.errors import RecordError
from records.findings import FINDING_COLUMNS, Finding


@dataclass(kw_only=True)
class Source:
    """A file that was imported: its name below the folder that was given, its size and its hash."""

    name: str
    bytes: int
    sha256: str


@dataclass(kw_only=True)
class ImportRecord(Document):
    """``import.json``.

    Attributes:
        format: name of the importer.
        options: as given.
        sources: every file that was read.
        findings: what was repaired, assumed or left out, as `records.findings.Finding` dictionaries.
        created_utc_s: when it was imported.
        wattlab_version: by which version.
    """

    SCHEMA: ClassVar[str] = "wattlab.import/1"

    format: str
    options: dict[str, Any]
    sources: list[Source]
    created_utc_s: float
    wattlab_version: str
    findings: list[dict[str, Any]] = field(default_factory=list)

    def as_findings(self) -> list[Finding]:
        """Return the findings as such.

        Raises:
            RecordError: one of them is none.
        """
        try:
            return [Finding(**finding) for finding in self.findings]
        except TypeError as error:
            raise RecordError(
                f"import.json: findings: expected {FINDING_COLUMNS} each, but {error}"
            ) from None


def read_import(campaign: Path) -> ImportRecord | None:
    """Read ``import.json`` of a campaign folder; ``None`` where the campaign was measured here.

    Raises:
        RecordError: it is damaged.
    """
    path = CampaignFolder(campaign).imported_json
    return ImportRecord.read(path) if path.is_file() else None
