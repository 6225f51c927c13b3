"""Units and the few conversions the lab needs. A converted value gets a name with its new unit."""

SECONDS_PER_HOUR = 3600.0


def wh_from_j(energy_j: float) -> float:
    """Convert an energy from joules (watt-seconds) to watt-hours."""
    return energy_j / SECONDS_PER_HOUR


def j_from_wh(energy_wh: float) -> float:
    """Convert an energy from watt-hours to joules (watt-seconds)."""
    return energy_wh * SECONDS_PER_HOUR


def wh_from_kwh(energy_kwh: float) -> float:
    """Convert an energy from kilowatt-hours to watt-hours."""
    return energy_kwh * 1000.0
