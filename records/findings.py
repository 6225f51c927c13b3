"""A finding: something about the data that a reader must know. Findings are listed, never hidden.

A finding is made from its registered code (`records.finding_codes`), which holds level, meaning and
remedy::

    COVERAGE_LOW.finding("the meter covered 91.2 % of the rating interval", "0003-cnn")
"""

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Level = Literal["refuse", "warn", "info"]
"""``refuse``: the run or campaign must not be used as it is; ``warn``: weakens it; ``info``: to know."""

LEVELS: tuple[Level, ...] = ("refuse", "warn", "info")
LEVEL_WORDS: dict[str, str] = {"refuse": "error", "warn": "warning", "info": "note"}
"""What a reader is shown instead."""

FINDING_COLUMNS = ("level", "run_dir", "code", "message")
_PLACE = ("file", "line", "column")


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding.

    Attributes:
        level: see `Level`.
        run_dir: name of the run folder it is about, or empty for the whole campaign.
        code: stable, lower case with hyphens, e.g. ``coverage-low``.
        message: one or two sentences with the figures and what to do.
        file: name of the file it is about, where it is about one.
        line, column: place in that file, counted from 1.
    """

    level: Level
    run_dir: str
    code: str
    message: str
    file: str | None = None
    line: int | None = None
    column: int | None = None

    def to_json(self) -> dict[str, Any]:
        """Return it as a JSON object; the place is left out where there is none."""
        return {
            name: value for name, value in asdict(self).items() if name not in _PLACE or value is not None
        }


@dataclass(frozen=True, slots=True)
class FindingCode:
    """What every finding of one code has in common.

    Attributes:
        code: as in `Finding`; ``level`` likewise.
        meaning: what it says about the data, in one sentence.
        remedy: what to do, in one sentence.
    """

    code: str
    level: Level
    meaning: str
    remedy: str

    def finding(
        self,
        message: str,
        run_dir: str = "",
        *,
        file: str | None = None,
        line: int | None = None,
        column: int | None = None,
    ) -> Finding:
        """Make a finding of this code; the arguments are the attributes of `Finding`."""
        return Finding(self.level, run_dir, self.code, message, file, line, column)


@dataclass(frozen=True)
class Chapter:
    """Codes about one topic; docs/reference/findings.md has a heading for each.

    Attributes:
        title: of the heading.
        introduction: one sentence below it, or empty.
        codes: in the order in which they were registered.
    """

    title: str
    introduction: str = ""
    codes: list[FindingCode] = field(default_factory=list)

    def refuse(self, code: str, meaning: str, remedy: str) -> FindingCode:
        """Register a code whose findings are errors."""
        return self._register(code, "refuse", meaning, remedy)

    def warn(self, code: str, meaning: str, remedy: str) -> FindingCode:
        """Register a code whose findings are warnings."""
        return self._register(code, "warn", meaning, remedy)

    def info(self, code: str, meaning: str, remedy: str) -> FindingCode:
        """Register a code whose findings are only to be known."""
        return self._register(code, "info", meaning, remedy)

    def _register(self, code: str, level: Level, meaning: str, remedy: str) -> FindingCode:
        registered = FindingCode(code, level, meaning, remedy)
        self.codes.append(registered)
        return registered
