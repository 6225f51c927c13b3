"""What SCPI power meters can be asked about how they are set, in addition to their ranges.

The names of the questions are those of Yokogawa's WT300 family (IM WT310-17EN, chapter 5, shows
``INPut:CFACtor`` and ``INPUT:FILTER:LINE 0;FREQUENCY 0``) and of GW Instek's GPM-8310 (user manual,
page 146: ``:INPut:CFACtor?``, ``:INPut:SYNChronize VOLTage``, ``:INPut:FILTer?``).
"""

from collections.abc import Callable
from dataclasses import dataclass

from meter.options import Option, Value

LINE_FILTER_PCT = 0.3
"""What a line filter adds to the limits of error, in percent of the reading from 45 to 66 Hz (manuals of the
WT210, the WT310, the WT310E and the GPM-8310)."""

CREST_FACTORS = (3, 6)


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting that an instrument can tell.

    Attributes:
        name: in ``meter.json``, and of the option that demands a value of it.
        query: the question.
        read: makes the value of the answer.
    """

    name: str
    query: str
    read: Callable[[str], Value]


def on_off(answer: str) -> Value:
    """Return ``on`` or ``off``; what is neither as it came, in lower case."""
    return {"0": "off", "1": "on"}.get(answer, answer.lower())


def crest_factor(answer: str) -> Value:
    """Return 3 or 6; what is neither as it came."""
    return {"3": 3, "6": 6}.get(answer, answer)


def source(answer: str) -> Value:
    """Return ``voltage``, ``current`` or ``off``, of a word in its short or its long form."""
    word = answer.lower()
    return next((name for name in ("voltage", "current") if name.startswith(word) and len(word) >= 4), word)


SETTING_OPTIONS = (
    Option(
        "crest_factor",
        int,
        "Crest factor that the meter has to be set to; as the meter tells when not given, or 3 where it "
        "does not. With 6 the ranges are half as large.",
        choices=CREST_FACTORS,
    ),
    Option(
        "line_filter",
        str,
        "What the line filter has to be set to; as found when not given. On, it widens the limits of error.",
        choices=("off", "on"),
    ),
    Option(
        "frequency_filter",
        str,
        "What the frequency filter has to be set to; as it is found when not given.",
        choices=("off", "on"),
    ),
    Option(
        "sync_source",
        str,
        "What the synchronisation source has to be set to; as it is found when not given.",
        choices=("voltage", "current", "off"),
    ),
    Option(
        "averaging",
        str,
        "What averaging over updates has to be set to. On, a reading is no mean of its interval alone.",
        "off",
        choices=("off", "on"),
    ),
)
"""Options of a meter that tells its settings."""
