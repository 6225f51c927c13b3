"""Writing ``programs/``: the copies first, then the record that lists them."""

import base64
from collections.abc import Iterable
from pathlib import Path

from records.errors import RecordError
from records.files import sha256_of_json
from records.journal import Journal
from records.journal_events import ProgramRecorded
from records.package import check_names
from records.programs import PROGRAMS_JSON, Programs
from sut.programs.reading import Content
from sut.programs.revision import Found

_MOST_COPIED_BYTES = 32 << 20


class ProgramsFolder:
    """The folder ``programs/`` of a campaign.

    Args:
        path: the folder.
        journal: gets the hash of the record before that is written, so that a kill between the two leaves
            the journal with a hash too many and never with one too few.
    """

    def __init__(self, path: Path, journal: Journal) -> None:
        self._path = path
        self._journal = journal
        self._copied_bytes = 0

    def seen(self, programs: Programs) -> None:
        """Take note of a record that was written before."""
        self._copied_bytes = sum(file.bytes or 0 for file in programs.files if file.copy is not None)

    def write(self, programs: Programs, contents: Iterable[Content], found: Iterable[Found] = ()) -> None:
        """Write new copies and differences, and the whole record.

        Raises:
            RecordError: something in the folder leads elsewhere.
            OSError: something cannot be written.
        """
        if self._path.is_symlink():
            raise RecordError(f"{self._path}: expected a folder of the campaign, found a link; remove it")
        self._path.mkdir(exist_ok=True)
        taken = [file.copy for file in programs.files if file.copy is not None]
        new = [content for content in contents if content.file.copy is not None]
        taken = [name for name in taken if name not in {content.file.copy for content in new}]
        for content in new:
            self._copy(content, taken)
        for number, one in enumerate((one for one in found if one.diff is not None), start=1):
            one.revision.diff = f"changes{'' if number == 1 else f'-{number}'}.diff"
            self._put(one.revision.diff, base64.b64decode(one.diff or ""))
        document = programs.to_json()
        self._journal.write(
            ProgramRecorded(files=len(programs.files), programs_sha256=sha256_of_json(document))
        )
        programs.write(self._path / PROGRAMS_JSON)

    def _copy(self, content: Content, taken: list[str]) -> None:
        file, data = content.file, base64.b64decode(content.data or "")
        problem = None
        try:
            check_names([*taken, str(file.copy)])
        except RecordError:
            problem = "not copied: another file's name differs from it only in case or accents"
        if self._copied_bytes + len(data) > _MOST_COPIED_BYTES:
            problem = f"not copied: the copies have {_MOST_COPIED_BYTES >> 20} MiB already"
        if problem is not None or file.copy is None:
            file.copy, file.note = None, problem
            return
        self._put(file.copy, data)
        taken.append(file.copy)
        self._copied_bytes += len(data)

    def _put(self, name: str, data: bytes) -> None:
        """Write a new file; what a killed start left is replaced, and nothing is written through a link."""
        target = self._path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.parent.resolve().is_relative_to(self._path.resolve()):
            raise RecordError(f"{target.parent}: expected a folder within programs/, found a link; remove it")
        target.unlink(missing_ok=True)
        with open(target, "xb") as file:
            file.write(data)
