"""What an importer repaired, assumed or left out, counted by kind and file."""

from dataclasses import dataclass, field

from analysis.imports.reading import SourceTable, SourceText
from analysis.imports.stamps import UtcStamps
from records.finding_codes import imports as codes
from records.findings import Finding, FindingCode
from records.words import counted


@dataclass
class _Kind:
    words: str
    first_line: int
    count: int = 0


@dataclass
class Repairs:
    """Collect repairs; each kind becomes one finding per file, with its count and its first line."""

    _kinds: dict[tuple[str, FindingCode], _Kind] = field(default_factory=dict)
    _others: list[Finding] = field(default_factory=list)

    def count(self, code: FindingCode, source: SourceText, line: int, words: str) -> None:
        """Count one repair of a line; ``words`` say what is done about all of this kind."""
        kind = self._kinds.setdefault((source.name, code), _Kind(words, line))
        kind.count += 1

    def say(self, code: FindingCode, message: str) -> None:
        """Add a finding that is about no single line; the same one only once."""
        finding = code.finding(message)
        if finding not in self._others:
            self._others.append(finding)

    def form(self, source: SourceText, table: SourceTable | None = None) -> None:
        """Say what is unusual about the form of a file, if anything is."""
        oddities = list(source.oddities)
        if table is not None and table.has_commas:
            oddities.append("decimal commas")
        if oddities:
            self.say(codes.TEXT_FORM, f"{source.name}: read with {', '.join(oddities)}")

    def clock(self, source: SourceText, lines: list[int], stamps: UtcStamps) -> None:
        """Say which stamps fall into the hours in which clocks are set.

        Args:
            source: the file.
            lines: number of the line of each stamp.
            stamps: as converted.
        """
        words = "local time in the hour that comes twice; the stamps were told apart by their order"
        for i in stamps.twice:
            self.count(codes.HOUR_TWICE, source, lines[i], words)
        words = (
            "local time in the hour that does not exist: the clock that wrote it does not follow summer time "
            "(give its zone as an offset, such as --timezone +01:00)"
        )
        for i in stamps.never:
            self.count(codes.HOUR_MISSING, source, lines[i], words)

    def findings(self) -> list[Finding]:
        """Return all of them."""
        kinds = [
            code.finding(
                f"{name}: {counted(kind.count, 'line')}, first line {kind.first_line}: {kind.words}",
                file=name,
                line=kind.first_line,
            )
            for (name, code), kind in self._kinds.items()
        ]
        return kinds + self._others


def zone_assumed(repairs: Repairs, zone: str | None) -> None:
    """Say that stamps without a zone were taken for UTC, where nobody declared one."""
    if zone is None:
        repairs.say(
            codes.TIMEZONE_ASSUMED,
            "the stamps have no time zone, and UTC is assumed. Durations and energies do not depend on it, "
            "but times of day do; declare the zone with --timezone",
        )
