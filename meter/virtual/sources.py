"""Choose the power source of a virtual instrument from its options."""

from pathlib import Path

from meter.virtual.host_load import CpuLoad, GpuPower
from meter.virtual.power_model import ConstantPower, HostPower, HostPowerModel, PowerSource, TracePower
from records.errors import ConfigurationError


def power_source(watts: float | None, trace: Path | None, model: HostPowerModel) -> PowerSource:
    """Return a constant power, a trace, or, with neither, the model driven by this host.

    Args:
        watts: constant power in watts, without noise.
        trace: CSV file with the columns ``t_s,power_w``.
        model: of the host.

    Raises:
        ConfigurationError: the power is negative, or the trace cannot be used.
    """
    if watts is not None:
        if not 0 <= watts < float("inf"):
            raise ConfigurationError(f"--watts {watts}: expected a power of 0 W or more")
        return ConstantPower(watts)
    if trace is not None:
        return TracePower.from_csv(trace)
    return HostPower(model, CpuLoad(), GpuPower())
