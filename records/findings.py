"""A finding: something about the data that a reader must know. Findings are listed, never hidden."""

from dataclasses import dataclass
from typing import Literal

Level = Literal["refuse", "warn", "info"]
"""``refuse``: the run or campaign must not be used as it is; ``warn``: weakens it; ``info``: to know."""

LEVELS: tuple[Level, ...] = ("refuse", "warn", "info")
FINDING_COLUMNS = ("level", "run_dir", "code", "message")


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding.

    Attributes:
        level: see `Level`.
        run_dir: name of the run folder it is about, or empty for the whole campaign.
        code: stable, lower case with hyphens, e.g. ``coverage-low``; docs/reference/findings.md
            has a line for each.
        message: one or two sentences with the figures and what to do.
    """

    level: Level
    run_dir: str
    code: str
    message: str
