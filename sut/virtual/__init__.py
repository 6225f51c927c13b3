"""Twins of the counters that software trackers read: RAPL and NVML on a scripted truth. SIMULATED."""
