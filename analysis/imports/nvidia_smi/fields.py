"""Fields of ``nvidia-smi`` by the column of ``gpu.csv`` that they fill, and their units.

Sources: ``nvidia-smi --help-query-gpu``, nvidia-smi(1).
"""

QUERY_COLUMNS = {
    "index": "gpu",
    "pstate": "pstate",
    "pcie.link.gen.current": "pcie_gen",
    "pcie.link.gen.gpucurrent": "pcie_gen",
    "temperature.gpu": "temperature_c",
    "utilization.gpu": "load_pct",
    "utilization.memory": "memory_load_pct",
    "memory.used": "memory_used_mib",
    "power.draw": "power_w",
    "power.draw.average": "power_w",
    "power.draw.instant": "power_w",
    "clocks.current.sm": "clock_sm_mhz",
    "clocks.sm": "clock_sm_mhz",
    "clocks.current.memory": "clock_memory_mhz",
    "clocks.mem": "clock_memory_mhz",
    "clocks.current.graphics": "clock_graphics_mhz",
    "clocks.gr": "clock_graphics_mhz",
}
"""Fields of ``--query-gpu`` by the column of ``gpu.csv`` that they fill."""

DMON_COLUMNS = {
    "gpu": "gpu",
    "pwr": "power_w",
    "gtemp": "temperature_c",
    "temp": "temperature_c",
    "sm": "load_pct",
    "mem": "memory_load_pct",
    "fb": "memory_used_mib",
    "mclk": "clock_memory_mhz",
    "pclk": "clock_sm_mhz",
}
"""Columns of ``dmon`` likewise; ``sm`` is the load that ``utilization.gpu`` also tells."""

UNITS = {
    "temperature_c": {"", "C"},
    "load_pct": {"", "%"},
    "memory_load_pct": {"", "%"},
    "memory_used_mib": {"", "MiB", "MB"},  # dmon says MB for what NVML counts in MiB
    "power_w": {"", "W"},
    "clock_sm_mhz": {"", "MHz"},
    "clock_memory_mhz": {"", "MHz"},
    "clock_graphics_mhz": {"", "MHz"},
}
"""By column: how its unit may be written; empty where header or value name none."""

IDENTITIES = ("uuid", "gpu_uuid", "pci.bus_id", "gpu_bus_id", "serial", "gpu_serial")
"""Fields that tell one card from another, where there is no index."""

KEPT = ("timestamp", "name", "driver_version", *IDENTITIES)
"""Fields that are kept elsewhere than in ``gpu.csv``."""
