"""The SUT's clock against the controller's."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ClockComparison:
    """One comparison, as it goes into ``clock.csv``.

    Attributes:
        offset_s: SUT clock minus controller clock in seconds.
        offset_u_s: its standard uncertainty in seconds.
        rtt_s: round-trip time of the exchange in seconds.
        method: how it was found.
    """

    offset_s: float
    offset_u_s: float
    rtt_s: float
    method: str


SAME_HOST = ClockComparison(offset_s=0.0, offset_u_s=0.0, rtt_s=0.0, method="same-host")
"""SUT and controller are one machine and read one clock."""
