"""Families of columns that several tables share: hardware, useful work, efficiency, terms of a budget."""

from typing import Literal, get_args

from records.rows.row import Meanings

HardwareColumn = Literal[
    "cpu_load_pct",
    "ram_used_kib",
    "disk_read_kib_s",
    "disk_write_kib_s",
    "net_rx_kib_s",
    "net_tx_kib_s",
    "cpu_temperature_c",
    "gpu_load_pct",
    "gpu_memory_load_pct",
    "gpu_memory_used_mib",
    "gpu_power_w",
    "gpu_temperature_c",
]

HARDWARE_COLUMNS: tuple[HardwareColumn, ...] = get_args(HardwareColumn)
"""Time means over the window of a row; empty where the SUT has no such sensor."""

HardwareMeans = dict[HardwareColumn, float | None]
"""Time means by column; a column without a sensor is ``None``."""

HARDWARE: Meanings = {
    "cpu_load_pct": ("%", "CPU load, all cores together"),
    "ram_used_kib": ("KiB", "Used memory, page cache included"),
    "disk_read_kib_s": ("KiB/s", "Read from disks"),
    "disk_write_kib_s": ("KiB/s", "Written to disks"),
    "net_rx_kib_s": ("KiB/s", "Received from the network"),
    "net_tx_kib_s": ("KiB/s", "Sent to the network"),
    "cpu_temperature_c": ("°C", "CPU temperature"),
    "gpu_load_pct": ("%", "GPU load, mean of all cards"),
    "gpu_memory_load_pct": ("%", "Load of the GPU memory bus, mean of all cards"),
    "gpu_memory_used_mib": ("MiB", "Used GPU memory, sum of all cards"),
    "gpu_power_w": ("W", "GPU power as the driver reports it, sum of all cards"),
    "gpu_temperature_c": ("°C", "GPU temperature, the hottest card"),
}

UsefulWork = Literal[
    "val_accuracy", "macro_f1", "precision", "recall", "correct", "samples", "epochs", "runs"
]

USEFUL_WORK: tuple[UsefulWork, ...] = get_args(UsefulWork)
"""Kinds of useful work (docs/explanation/method.md#efficiency)."""

WorkDone = dict[UsefulWork, float | None]
"""Useful work by kind."""

WORK: Meanings = {
    "val_accuracy": ("", "Validation accuracy, a share"),
    "macro_f1": ("", "Macro F1 score, a share"),
    "precision": ("", "Precision, a share"),
    "recall": ("", "Recall, a share"),
    "correct": ("", "Number of correct predictions"),
    "samples": ("", "Number of samples processed"),
    "epochs": ("", "Number of epochs"),
    "runs": ("", "Number of runs"),
}

EFFICIENCY: Meanings = {
    f"{kind}_per_{energy}": ("1/Wh", f"{meaning.partition(',')[0]} per {words}")
    for kind, (_, meaning) in WORK.items()
    for energy, words in (("wh", "Wh of energy"), ("induced_wh", "Wh of induced energy"))
}
"""Efficiency factors ``<kind>_per_wh`` and ``<kind>_per_induced_wh``: ratios of sums over the runs."""

BudgetTerm = Literal[
    "gain",
    "offset",
    "calibration",
    "power_factor",
    "latency",
    "clock",
    "fit",
    "split",
    "unresolved",
    "resolution",
    "gap",
    "sampling",
    "baseline",
    "repeats",
]

BUDGET_TERMS: tuple[BudgetTerm, ...] = get_args(BudgetTerm)
"""Terms of a budget; docs/explanation/uncertainty.md describes each."""

TERMS: Meanings = {
    "gain": ("unit of value", "Meter's error in proportion to the reading, by its data sheet"),
    "offset": ("unit of value", "Meter's constant error, by its data sheet"),
    "calibration": ("unit of value", "Calibration line of the meter"),
    "power_factor": ("unit of value", "Influence of the power factor on the meter"),
    "latency": ("unit of value", "Delay of the meter"),
    "clock": ("unit of value", "SUT's clock against the controller's"),
    "fit": ("unit of value", "Position of the meter's intervals"),
    "split": ("unit of value", "Readings cut by the borders of the window"),
    "unresolved": (
        "unit of value",
        "Bound for windows too short for the meter",
    ),
    "resolution": ("unit of value", "Rounding of the readings"),
    "gap": ("unit of value", "Gaps in the readings"),
    "sampling": ("unit of value", "Changes between instantaneous readings"),
    "baseline": ("unit of value", "Scatter of the baseline"),
    "repeats": ("unit of value", "Scatter of the repeats"),
}
