"""Is what a campaign holds complete, unchanged and consistent? Everything is checked, offline.

The check lists all findings; none of them stops it. Their codes are in `records.finding_codes`.
"""

from analysis.evidence.attempts import Attempt, examine_attempt
from analysis.evidence.examine import Examination, check, examine

__all__ = ["Attempt", "Examination", "check", "examine", "examine_attempt"]
