"""Whether a power that is well formed can be true: its sign, its pattern, its volts and amperes."""

from records.meter import Reading

NEGATIVE_W = -5.0
"""A consumer gives nothing back: below this it is no offset and no noise, but a clamp the wrong way round."""

# Counts of a register that was not filled, or is at its end; and all nines of a display.
_ENDS = frozenset({2**15 - 1, 2**16 - 1, 2**31 - 1, 2**32 - 1})
_NINES = 4
_REGISTERS = (2**16, 2**32)
_FEW_COUNTS = 200  # so near to zero a reading has to be before and after a wrap
_JUMP = 2.0  # a register's end that is reached in small steps is a power
_MORE_THAN_APPARENT = 1.2
_FACTOR = 2.0
_SLACK_W = 5.0  # of the digits of volts, amperes and power factor


def flag_of(reading: Reading, last_w: float | None, resolution_w: float, *, one_phase: bool = True) -> str:
    """Return ``negative`` or ``implausible`` for a power that cannot be true, else an empty text.

    Args:
        reading: a good one.
        last_w: the good power before it, or ``None``.
        resolution_w: smallest step of the power.
        one_phase: whether volts, amperes and power are of one phase, and not a voltage and sums of several.
    """
    power_w = reading.power_w
    if power_w is None:
        return ""
    if power_w < NEGATIVE_W:
        return "negative"
    strange = _is_end_of_register(power_w, last_w, resolution_w) or (
        one_phase and _is_contradicted(reading, power_w)
    )
    return "implausible" if strange else ""


def _is_end_of_register(power_w: float, last_w: float | None, resolution_w: float) -> bool:
    counts = round(power_w / resolution_w)
    if last_w is not None and power_w < _JUMP * last_w + _SLACK_W:
        return False
    digits = str(counts).rstrip("0")
    if counts in _ENDS or (len(digits) >= _NINES and set(digits) == {"9"}):
        return True
    near_zero = last_w is not None and abs(last_w) < _FEW_COUNTS * resolution_w
    return near_zero and any(size - _FEW_COUNTS <= counts < size for size in _REGISTERS)


def _is_contradicted(reading: Reading, power_w: float) -> bool:
    """Tell whether volts, amperes and power factor of the same record say another power."""
    if reading.voltage_v is None or reading.current_a is None:
        return False
    apparent_va = abs(reading.voltage_v * reading.current_a)
    if power_w > _MORE_THAN_APPARENT * apparent_va + _SLACK_W:
        return True
    if reading.power_factor is None:
        return False
    active_w = apparent_va * abs(reading.power_factor)
    return not active_w / _FACTOR - _SLACK_W <= power_w <= _FACTOR * active_w + _SLACK_W
