"""``[gate]``: the stability gate before each run."""

from typing import Annotated

from pydantic import Field

from records.settings.section import Positive, Seconds, Section


class GateLimits(Section):
    """What "at rest" means. The defaults are the published limits.

    Source: docs/explanation/method.md#lab-health; the temperatures, the time and the 0.03 are FECoM's
    settings as its API
    data set publishes them (cpu_std_to_mean, ram_std_to_mean, cpu_max_temp, gpu_max_temp, max_wait_s).
    There the power is that of software meters; here it is the wall's, which holds every component's.

    Attributes:
        readings: how many readings of the meter are looked at.
        power_std_over_mean: highest sample standard deviation over mean of their power.
        cpu_temperature_c, gpu_temperature_c: highest temperatures, where there is a sensor.
        try_s: how long one try lasts before its readings are dropped.
        tries: how many tries before the run is given up.
    """

    readings: Annotated[int, Field(ge=3, le=100_000)] = 20
    power_std_over_mean: Positive = 0.03
    cpu_temperature_c: Positive = 55.0
    gpu_temperature_c: Positive = 40.0
    try_s: Seconds = 120.0
    tries: Annotated[int, Field(ge=1, le=1000)] = 3


class GateSection(GateLimits):
    """The section: the limits, and whether there is a gate."""

    enabled: bool = True
