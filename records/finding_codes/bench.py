"""Codes about the bench over a campaign: the same machine, the same meter, a stable lab."""

from records.findings import Chapter

CHAPTER = Chapter("The bench over the campaign")

ENVIRONMENT_CHANGED = CHAPTER.warn(
    "environment-changed",
    "SUT, controller or meter had changed when the campaign was resumed.",
    "Do not compare runs from before the change with runs from after it.",
)
METER_IS_COUNTER = CHAPTER.warn(
    "meter-is-counter",
    "A counter inside the computer (RAPL, NVML) stands in for a meter. It covers part of the computer, and "
    "no limits of error are published for it, so the uncertainties are too small.",
    "Measure at the wall where the whole computer matters.",
)
METER_CHANGED = CHAPTER.warn(
    "meter-changed",
    "A run was measured with another meter, setting or calibration than the run before it.",
    "Do not compare runs from before the change with runs from after it.",
)
BENCHES_UNLIKE = CHAPTER.warn(
    "benches-unlike",
    "The inventories of two benches of a fleet differ, although their SUTs are said to be of one model.",
    "Make them alike (BIOS, kernel, driver, memory, meter), or give them different models in `bench.toml`.",
)
BENCHES_DIFFER = CHAPTER.warn(
    "benches-differ",
    "A scenario took different energies on the benches of a fleet (F test, p < 0.05 after Holm).",
    "Compare scenarios within blocks, which stay on one bench, and look for what differs: meter, firmware, "
    "temperature. A mean over more benches is better known.",
)
START_TEMPERATURES = CHAPTER.warn(
    "start-temperatures-differ",
    "Runs of a scenario whose API calls are recorded began at temperatures that differ by more than 5 K.",
    "Lower `cpu_temperature_c` or `gpu_temperature_c` of `[gate]`, so that it waits for a cooler machine.",
)
HEALTH_SIGNAL = CHAPTER.warn(
    "health-signal",
    "The control workload triggered a rule of its [control chart](../explanation/lab-health.md).",
    "Find out what changed in the lab.",
)
HEALTH_UNKNOWN = CHAPTER.info(
    "health-unknown",
    "There are too few runs of the control workload to assess the lab.",
    "Run the control workload in every block.",
)
HEALTH_STOPPED = CHAPTER.warn(
    "health-stopped",
    "The control chart stopped the campaign, and it was not resumed.",
    "Find out what changed in the lab, then continue with `lab resume`.",
)
HEALTH_ACKNOWLEDGED = CHAPTER.info(
    "health-acknowledged",
    "The operator resumed the campaign after such a stop; a new phase of the chart began.",
    "Evaluate the results of both phases separately.",
)
