"""Starting the virtual instrument that ``port = "virtual"`` stands for."""

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lab.conduct.children import Child, launch
from lab.config.meter import OneMeterSection
from meter.registry import virtual_drivers
from meter.virtual.twins import twin_class
from records.errors import DeviceError
from records.journal_events import Process
from records.truth import TRUTH_SCRIPT, is_on_stage

_READY_S = 20.0


def start_twin(meter: OneMeterSection, folder: Path, watts: float | None = None) -> tuple[Child, str]:
    """Start a virtual instrument that follows this machine's load, or shows a constant power.

    Args:
        meter: the section of the configuration.
        folder: gets ``port``, a link to the instrument's port where that is a pseudo-terminal, and
            ``truth-NNN.csv``, the power it really had, one file per start; with ``truth = true`` also
            ``truth.toml``, the script that it follows.
        watts: the constant power; ``None`` to follow the load.

    Returns:
        The process and the port to open.

    Raises:
        DeviceError: it did not start.
    """
    folder = folder.absolute()
    folder.mkdir(parents=True, exist_ok=True)
    number = len(list(folder.glob("truth-*.csv"))) + 1
    settings = meter.virtual
    if settings.truth and is_on_stage():
        shutil.copyfile(os.environ[TRUTH_SCRIPT], folder / "truth.toml")
    argv = [sys.executable, "-m", "meter.virtual", meter.driver]
    if meter.driver in virtual_drivers() and twin_class(meter.driver).link == "pty":
        argv += ["--link", str(folder / "port")]
    argv += ["--truth", str(folder / f"truth-{number:03d}.csv")]
    follow = "--follow-truth" if settings.truth else "--follow-host"
    argv += [follow] if watts is None else ["--watts", str(watts)]
    argv += ["--idle-w", str(settings.idle_w), "--cpu-w", str(settings.cpu_w)]
    argv += ["--noise-w", str(settings.noise_w), "--seed", str(settings.seed)]
    argv += ["--gain-error-pct", str(settings.gain_error_pct), "--until-stdin-closes"]
    for fault in settings.fault:
        argv += ["--fault", fault]
    twin = launch(Process.VIRTUAL_METER, argv)
    deadline = time.monotonic() + _READY_S
    while twin.first_line is None:
        if twin.poll() is not None or time.monotonic() > deadline:
            words = twin.explain()
            twin.stop()
            raise DeviceError(f"the virtual meter did not start: {words}")
        time.sleep(0.02)
    return twin, twin.first_line


@contextmanager
def temporary_port(meter: OneMeterSection, watts: float | None = None) -> Iterator[str]:
    """Yield the meter's port for a short exchange; a virtual instrument lives as long as the exchange.

    Args:
        meter: the section of the configuration.
        watts: constant power of a virtual instrument; ``None`` to follow this machine's load.
    """
    if not meter.is_virtual:
        yield meter.port
        return
    with tempfile.TemporaryDirectory(prefix="wattlab-") as folder:
        twin, port = start_twin(meter, Path(folder), watts)
        try:
            yield port
        finally:
            twin.stop()
