"""Findings on the terminal: a table, and how many there are of each level, as errors, warnings and notes."""

from collections.abc import Iterable, Sequence

from lab.cli.output import print_table
from records.findings import LEVEL_WORDS, LEVELS
from reports.words.texts import counted


def print_finding_table(findings: Iterable[tuple[str, str, str, str]]) -> None:
    """Print findings as (level, where, code, message); nothing where there are none."""
    rows = [(LEVEL_WORDS.get(level, level), *others) for level, *others in findings]
    if rows:
        print_table(("level", "where", "code", "finding"), rows)


def level_counts(levels: Sequence[str]) -> str:
    """Return how many findings there are of each level: ``1 error, 2 warnings, 0 notes``."""
    return ", ".join(counted(levels.count(level), LEVEL_WORDS[level]) for level in LEVELS)
