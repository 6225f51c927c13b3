"""Compile the twin of NVML and write its table of GPUs. The twin is C, as the library that it stands for."""

import shutil
import subprocess
from pathlib import Path

from records.errors import SutError
from records.truth.script import TruthScript

_SOURCE = Path(__file__).with_name("nvml_twin.c")
_NEVER_S = 1e12
_MOST_GPUS, _MOST_STEPS = 16, 256  # as in the source


def build_nvml(folder: Path) -> None:
    """Compile ``libnvidia-ml.so.1`` and the command ``nvidia-smi`` into a folder.

    Raises:
        SutError: there is no C compiler, or it fails.
    """
    compiler = shutil.which("cc")
    if compiler is None:
        raise SutError("NVML's twin needs a C compiler, and there is no `cc`: install gcc or clang")
    for target, options in (("libnvidia-ml.so.1", ("-shared", "-fPIC")), ("nvidia-smi", ("-DSMI",))):
        argv = [compiler, "-O1", "-std=c11", "-D_POSIX_C_SOURCE=200809L", *options, str(_SOURCE), "-lm"]
        done = subprocess.run(
            [*argv, "-o", str(folder / target)], capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            raise SutError(
                f"expected `cc` to compile {_SOURCE.name}, but it said: {done.stderr.strip()[-400:]}"
            )


def write_table(script: TruthScript, path: Path) -> None:
    """Write the GPUs and their faults in the form that the twin reads.

    Raises:
        SutError: there are more GPUs or steps than the twin has room for.
    """
    if len(script.gpu) > _MOST_GPUS or any(len(gpu.power.steps) > _MOST_STEPS for gpu in script.gpu):
        raise SutError(f"NVML's twin has room for {_MOST_GPUS} GPUs of {_MOST_STEPS} steps each: use fewer")
    lines = []
    for gpu in script.gpu:
        load = gpu.power
        steps = " ".join(f"{t_s!r} {power_w!r}" for t_s, power_w in load.steps)
        shape = f"{load.idle_w!r} {load.repeat_s or 0!r} {len(load.steps)} {steps}"
        lines.append(f"gpu {int(gpu.counter)} {shape} {gpu.name}")
    for fault in script.fault:
        if fault.part == "gpu":
            end_s = _NEVER_S if fault.duration_s is None else fault.at_s + fault.duration_s
            lines.append(f"fault {fault.index} {fault.kind} {fault.at_s!r} {end_s!r}")
    path.write_text("\n".join([*lines, ""]), encoding="ascii")
