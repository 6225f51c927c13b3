"""One folder of lab data: action, power and hardware logs, each found by content."""

from dataclasses import dataclass, field
from datetime import tzinfo
from pathlib import Path

from analysis.imports.collectl.log import HostLog
from analysis.imports.oscar.marks import MarkedRun, is_marks, read_marks
from analysis.imports.oscar.series import (
    CPU,
    PowerLog,
    bare_power,
    hardware_table,
    power_table,
    read_bare_power,
    read_hardware,
    read_power,
)
from analysis.imports.reading import SourceText, read_text
from analysis.imports.repairs import Repairs
from analysis.imports.writing import CampaignWriter, source_name
from records.campaign import Kind
from records.errors import InputError, RecordError
from records.finding_codes import imports as codes


@dataclass
class Measurement:
    """One folder, read.

    Attributes:
        folder: where; ``kind`` of what was measured.
        runs: between their marks, in the order of the action log.
        power, hardware: one per file.
    """

    folder: Path
    kind: Kind
    runs: list[MarkedRun] = field(default_factory=list)
    power: list[PowerLog] = field(default_factory=list)
    hardware: list[HostLog] = field(default_factory=list)

    @property
    def scenario(self) -> str:
        """Name of the scenario that its runs become."""
        return "usage" if self.kind == "workload" else self.kind

    @property
    def from_utc_s(self) -> float:
        """Start of the first run."""
        return self.runs[0].start.t_utc_s

    @property
    def to_utc_s(self) -> float:
        """End of the last run."""
        return self.runs[-1].stop.t_utc_s


def read_folder(
    writer: CampaignWriter, folder: Path, kind: Kind, zone: tzinfo, repairs: Repairs
) -> Measurement:
    """Read every file of a folder for what it is; any other is named and left.

    Args:
        writer: takes the names and hashes of what was read.
        folder: where the logs lie.
        kind: of what was measured.
        zone: of all stamps.
        repairs: takes what was repaired, assumed or left out.

    Raises:
        RecordError: a log is missing, or cannot be understood.
    """
    if not folder.is_dir():
        raise InputError(f"{folder}: expected a folder with action, power and hardware log, found none")
    found = Measurement(folder, kind)
    marks: list[SourceText] = []
    for path in sorted(path for path in folder.iterdir() if path.is_file() and path.name[0] != "."):
        name = source_name(path, folder)
        text = read_text(path, name)
        known = True
        if is_marks(text):
            marks.append(text)
            repairs.form(text)
        elif (table := hardware_table(text)) is not None:
            found.hardware.append(read_hardware(table, zone, repairs))
            repairs.form(text, table)
        elif (table := power_table(text)) is not None:
            found.power.append(read_power(table, zone, repairs))
            repairs.form(text, table)
        elif bare_power(text):
            found.power.append(read_bare_power(text))
        else:
            known = False
            repairs.say(codes.FILE_IGNORED, f"{name}: no action, power or hardware log; not read")
        if known:
            writer.source(path, name)
    _complete(folder, marks, found)
    found.runs = read_marks(marks[0], zone, repairs)
    if not found.hardware:
        message = (
            f"{folder.name}: no hardware log (a table with a column {CPU}): the load of the SUT is unknown"
        )
        repairs.say(codes.HARDWARE_MISSING, message)
    return found


def _complete(folder: Path, marks: list[SourceText], found: Measurement) -> None:
    if len(marks) != 1:
        names = ", ".join(text.name for text in marks) or "none"
        raise RecordError(
            f"{folder.name}: expected one action log (lines such as 2022-09-22 09:03:57.179;startTestrun), "
            f"found {names}"
        )
    if not found.power:
        raise RecordError(
            f"{folder.name}: expected a power log (a table with a column in [W]), found none; its files "
            f"are {', '.join(sorted(path.name for path in folder.iterdir()))}"
        )
