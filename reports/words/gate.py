"""The verdict of a gate in words."""

from analysis.comparing.gate import Gate
from analysis.comparing.scenarios import Compared
from reports.words.numbers import MINUS, given, in_interval


def gate_words(gate: Gate, compared: Compared) -> str:
    """Say whether b needs more than it may, with the bound, and what to do where that is open."""
    a, b, what = compared.a.label, compared.b.label, compared.quantity.words
    limit = f"{_sign(gate.limit_pct)}{given(abs(gate.limit_pct))} %"
    if gate.low_pct is None or gate.high_pct is None:
        return (
            f"Cannot say whether {b} is within the limit of {limit}: there is no interval of the ratio to "
            f"{a}. Use more repeats or longer runs."
        )
    low, high = (_end(end, gate.low_pct, gate.high_pct) for end in (gate.low_pct, gate.high_pct))
    if gate.verdict == "cannot say":
        return (
            f"Cannot say whether {b} is within the limit of {limit}: its {what} against {a} is {low} to "
            f"{high} % (95 %), so at most {high} %. Use more repeats (`lab plan` estimates how many)."
        )
    verdict = gate.verdict.capitalize()
    return f"{verdict} the limit of {limit}: {what} of {b} against {a} is {low} to {high} % (95 %)."


def _end(end: float, low: float, high: float) -> str:
    return f"{_sign(end)}{in_interval(abs(end), low, high)}"


def _sign(percent: float) -> str:
    return "+" if percent >= 0 else MINUS
