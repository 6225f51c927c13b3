"""All codes of findings: level, meaning and remedy of each, by topic.

A finding is made from its code, so that an unknown code is an error of import and of mypy.
``docs/reference/findings.md`` is made from the chapters here by ``python tools/findings_page.py``.
"""

from records.finding_codes import (
    bench,
    calibration,
    conduct,
    files,
    imports,
    mlperf_power,
    order,
    programs,
    readings,
    results,
    standards,
)
from records.findings import Chapter, FindingCode

CHAPTERS: tuple[Chapter, ...] = (
    files.CHAPTER,
    conduct.CHAPTER,
    order.CHAPTER,
    readings.CHAPTER,
    calibration.CHAPTER,
    bench.CHAPTER,
    programs.CHAPTER,
    results.CHAPTER,
    standards.CHAPTER,
    imports.CHAPTER,
    mlperf_power.CHAPTER,
)

CODES: dict[str, FindingCode] = {entry.code: entry for chapter in CHAPTERS for entry in chapter.codes}
"""Every code by its name; a campaign of another version may hold others."""
