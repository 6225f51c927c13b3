"""Units and the few conversions the lab needs. A converted value gets a name with its new unit."""

SECONDS_PER_HOUR = 3600.0
WH_PER_KWH = 1000.0


def wh_from_j(energy_j: float) -> float:
    """Convert an energy from joules (watt-seconds) to watt-hours."""
    return energy_j / SECONDS_PER_HOUR
