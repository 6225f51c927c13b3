"""The truth scripts of the known-truth bench: counters of a processor, four GPUs, and each with a fault."""

from typing import Any

RAPL, GPUS, OWN = "rapl", "gpus", "own"
"""A processor with memory and no GPU; four GPUs and no counter of a processor; a script of the user's."""

FAULTS = {
    "wrap": RAPL,
    "reset": RAPL,
    "backwards": RAPL,
    "denied": RAPL,
    "lost": GPUS,
    "no-power": GPUS,
}
"""Fault -> the script that has it."""

_IDLE = 0.02
"""Idle power as a share of that of the program: small, so that what a tracker measures before and after the
program, some tenths of a second, does not count."""
_PACKAGE_W, _DRAM_W, _GPU_W, _GPUS = 50.0, 5.0, 100.0, 4


def document(script: str, seconds: float, fault: str | None = None) -> dict[str, Any]:
    """Return a truth script (`records.truth.script.TruthScript`) as TOML would hold it.

    Args:
        script: `RAPL` or `GPUS`.
        seconds: how long the program runs; faults come in the middle.
        fault: one of `FAULTS`.
    """
    made = _rapl() if script == RAPL else _gpus()
    if fault == "wrap":  # a range that the program uses up once
        for package in made["package"]:
            package["max_energy_range_j"] = _PACKAGE_W * seconds
    elif fault is not None:
        of = "package-0" if script == RAPL else "gpu-0"
        made["fault"] = [{"kind": fault, "of": of, "at_s": seconds / 2}]
    return made


def _rapl() -> dict[str, Any]:
    return {"package": [{"cpu": _load(_PACKAGE_W), "dram": _load(_DRAM_W)}]}


def _gpus() -> dict[str, Any]:
    return {"gpu": [{"power": _load(_GPU_W)} for _ in range(_GPUS)]}


def _load(power_w: float) -> dict[str, float]:
    return {"idle_w": _IDLE * power_w, "program_w": power_w}
