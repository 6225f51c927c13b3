"""What every wrapper of a tracker is made of: build, wait, start, wait, stop, result.

A wrapper is a program in the environment of its tracker. It imports this module, the tracker and nothing
else of ours, and describes the tracker as a class::

    import wrapper

    class Acme(wrapper.Tracker):
        name = "acme"
        def build(self): self.meter = acme.Meter(self.interval_s)
        def start(self): self.meter.start()
        def stop(self): self.meter.stop()
        def result(self): return wrapper.Result(energy_wh=self.meter.kwh * 1000, version=acme.__version__)

    if __name__ == "__main__":
        wrapper.main(Acme)

`workload.runner` starts it in a session of its own and talks to it in lines of JSON: the wrapper builds the
tracker and says so, waits for ``go``, starts it and says so; only then does the runner begin the program.
When the program has ended it says ``stop``, and gets the result. The runner limits the time of each step,
writes ``trackers.csv`` and ends whatever the wrapper leaves behind.

Standard library only: it runs in the environment of the tracker.
"""

import argparse
import csv
import json
import os
import subprocess
import time
import traceback
from dataclasses import asdict, dataclass, field
from pathlib import Path


class NoSensor(Exception):
    """The tracker has nothing to read on this machine; the message says what it looked for."""


@dataclass
class Result:
    """What a tracker says at its end. ``None`` stands for what it does not say.

    Attributes:
        energy_wh: its energy as its users see it, in Wh; ``cpu_wh``, ``gpu_wh``, ``ram_wh`` of its parts.
        emissions_kg: its emissions in kg of CO2 equivalents.
        version: of the tracker.
        scope_parts: what the energy holds, such as ``cpu+gpu+ram``.
        method: how it comes by each component, such as ``{"cpu": "RAPL", "ram": "constant"}``.
        settings: whatever else decides its numbers.
        window_s: how long it says that it measured, in seconds.
        series: ``(t_utc_s, value)`` of each of its samples.
        series_of: what the values are, ``power_w`` or ``energy_wh``.
    """

    energy_wh: float | None = None
    cpu_wh: float | None = None
    gpu_wh: float | None = None
    ram_wh: float | None = None
    emissions_kg: float | None = None
    version: str = ""
    scope_parts: str = ""
    method: dict = field(default_factory=dict)
    settings: dict = field(default_factory=dict)
    window_s: float | None = None
    series: list | None = None
    series_of: str = "power_w"


class Tracker:
    """A tracker that is started and stopped.

    Attributes:
        name: of the tracker and of its folder.
        scope: whether it sees the ``machine``, a ``process tree`` or a ``device``.
        options_: its own options, as `options` declares them.
        interval_s: seconds between its samples, as asked for.
        folder: for files of its own; it exists.
    """

    name = ""
    scope = "machine"

    def __init__(self, options, folder):
        self.options_ = options
        self.interval_s = options.interval
        self.folder = folder

    @staticmethod
    def options(parser):
        """Add the tracker's own options to the command line."""

    def build(self):
        """Import the tracker and let it look for hardware.

        Raises:
            NoSensor: it has nothing to read here.
        """

    def start(self):
        """Begin to track; the program begins as soon as this returns."""

    def stop(self):
        """End tracking; the program has ended."""

    def result(self):
        """Return the `Result`; called after `stop`."""
        raise NotImplementedError


class CommandTracker(Tracker):
    """A tracker whose users put its command line before that of their program.

    Attributes:
        exit_code: of the command, once it has ended.
    """

    exit_code = None

    def command(self, program):
        """Return the tracker's command line around that of a program; it runs in `folder`."""
        raise NotImplementedError

    def run(self, program):
        """Run the command to its end."""
        with open(os.devnull, "rb") as nothing:
            done = subprocess.run(self.command(program), stdin=nothing, cwd=self.folder, check=False)
        self.exit_code = done.returncode


class _Gone(Exception):
    """The runner has ended: nobody wants a result."""


class _Link:
    """The two pipes to the runner. What a tracker prints goes to standard error."""

    def __init__(self):
        self._orders = os.fdopen(os.dup(0), encoding="utf-8")
        self._answers = os.dup(1)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.dup2(2, 1)

    def tell(self, **message):
        os.write(self._answers, json.dumps(message, default=str).encode() + b"\n")

    def wait(self, order):
        line = self._orders.readline()
        if not line:
            raise _Gone
        message = json.loads(line)
        if order not in message:
            raise RuntimeError(f"expected the order {order!r} of the runner, found {message}")
        return message[order]

    def step(self, name, action, **more):
        """Carry out a step; tell when it began and ended, as seconds of the wall clock."""
        began_utc_s, began_s = time.time(), time.monotonic()
        action()
        took_s = round(time.monotonic() - began_s, 6)
        self.tell(done=name, took_s=took_s, t_from_utc_s=began_utc_s, t_to_utc_s=time.time(), **more)


def _follow(tracker, link):
    around = isinstance(tracker, CommandTracker)
    link.step("build", tracker.build, around=around)
    program = link.wait("go")
    if around:
        link.step("run", lambda: tracker.run(program))
    else:
        link.step("start", tracker.start)
        link.wait("stop")
        link.step("stop", tracker.stop)
    result = tracker.result()
    if result.series:
        _write_series(tracker.folder / "series.csv", result)
    said = {key: value for key, value in asdict(result).items() if not key.startswith("series")}
    link.tell(done="result", result=said, extent=tracker.scope)


def _write_series(path, result):
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["t_utc_s", result.series_of])
        writer.writerows((f"{t_utc_s:.6f}", value) for t_utc_s, value in result.series)


def main(kind):
    """Run the command line of a wrapper.

    Args:
        kind: the tracker's class.
    """
    parser = argparse.ArgumentParser(description=(kind.__doc__ or "").partition("\n")[0])
    parser.add_argument("--run-dir", type=Path, required=True, help="folder of the run")
    parser.add_argument("--interval", type=float, default=1.0, help="seconds between samples")
    parser.add_argument("--check", action="store_true", help="end once the options are understood")
    kind.options(parser)
    options = parser.parse_args()
    if options.check:
        return
    folder = options.run_dir.resolve() / "trackers" / kind.name
    folder.mkdir(parents=True, exist_ok=True)
    link = _Link()
    try:
        _follow(kind(options, folder), link)
    except _Gone:
        pass
    except NoSensor as error:
        link.tell(failed="no-sensor", text=str(error))
    except (Exception, SystemExit) as error:
        traceback.print_exc()
        link.tell(failed="crashed", text=f"{type(error).__name__}: {error}")
