"""A line that babbles: what comes garbled, or again and again, is one row a second and a count."""

import math
from collections import Counter
from collections.abc import Callable

from records.meter import Reading

_FLAGS = ("malformed", "duplicate")  # all others stand for a reading that was due
_ROW_S = 1.0
_NOTICE_S = 60.0


class FloodFilter:
    """Let one row of each flag pass in a second, and count the others.

    Args:
        notice: called with a sentence, at most once a minute, when rows were held back.

    Attributes:
        held_back: number of rows by flag.
    """

    def __init__(self, notice: Callable[[str], None]) -> None:
        self.held_back: Counter[str] = Counter()
        self._notice = notice
        self._next_mono_s = dict.fromkeys(_FLAGS, -math.inf)
        self._of_now = dict.fromkeys(_FLAGS, 0)
        self._noticed_mono_s = -math.inf

    def lets_pass(self, reading: Reading, t_mono_s: float) -> bool:
        """Tell whether a reading is to be written, by the monotonic time of its arrival."""
        flag = reading.flag
        if flag not in _FLAGS:
            return True
        if t_mono_s < self._next_mono_s[flag]:
            self.held_back[flag] += 1
            self._of_now[flag] += 1
            return False
        self._tell(flag, t_mono_s)
        # Half a second of slack, so that a meter of 1 s that jitters loses no row.
        self._next_mono_s[flag] = max(self._next_mono_s[flag] + _ROW_S, t_mono_s + _ROW_S / 2)
        self._of_now[flag] = 0
        return True

    def _tell(self, flag: str, t_mono_s: float) -> None:
        count = self._of_now[flag]
        if count and t_mono_s - self._noticed_mono_s >= _NOTICE_S:
            self._noticed_mono_s = t_mono_s
            self._notice(
                f"the line babbles: {count} more {flag} within a second; one row a second is written"
            )
