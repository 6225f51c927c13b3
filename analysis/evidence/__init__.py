"""Is what a campaign holds complete, unchanged and consistent? Everything is checked, offline.

The check lists all findings; none of them stops it. Each code has a line in
``docs/reference/findings.md``.
"""

from analysis.evidence.examine import Attempt, Examination, check, examine, examine_attempt

__all__ = ["Attempt", "Examination", "check", "examine", "examine_attempt"]
