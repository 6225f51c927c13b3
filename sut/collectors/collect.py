"""The collectors' process: ``python -m sut.collectors.collect --out RUN_DIR``.

It runs alongside the measured program, so it is one process without threads that sleeps between
samples: collectl where it is installed, otherwise the procfs sampler; the CPU's temperature and energy
counters, the GPU, and the sensors of a Jetson where the machine has them. It ends on SIGTERM, on SIGINT,
and, when asked to, when its standard input closes. If a collector fails, the process ends with exit code 3
and names it.
"""

import argparse
import json
import selectors
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from records.errors import SutError, WattlabError
from records.folders import RunPaths
from records.powercap import find_zones
from records.stop_signal import StopSignal
from sut.collectors.collectl_tool import find_collectl, find_tegrastats
from sut.collectors.host import HostSampler, Sampler, SensorSampler
from sut.collectors.nvml import open_gpus
from sut.collectors.temperature import CpuThermometer

if TYPE_CHECKING:
    from sut.collectors.child import ChildCollector

NO_GPU = "no NVIDIA GPU found: gpu.csv is not written"
NO_SENSOR = "no CPU temperature sensor found: sensors.csv is not written"
NO_RAPL = "no energy counters of the CPU (RAPL) found: rapl.csv is not written"
NO_COLLECTL = "collectl is not installed: the procfs sampler writes host.csv"
_WATCH_S = 5.0


class Collection:
    """All collectors of one run.

    Args:
        run: the run's folder, which must exist.
        interval_s: asked time between rows in seconds.
        use_collectl: take collectl where it is installed.
        use_rapl: read the CPU's energy counters where that is allowed.
        use_tegrastats: read the sensors of a Jetson where this is one.

    Raises:
        SutError: a collector cannot start.
    """

    def __init__(
        self, run: RunPaths, interval_s: float, *, use_collectl: bool, use_rapl: bool, use_tegrastats: bool
    ) -> None:
        if not run.path.is_dir():
            raise SutError(f"{run.path}: expected the folder of a run, but there is none. Make it first")
        self.notices: list[str] = []
        self.samplers: list[Sampler] = []
        self.children: list[ChildCollector] = []
        self._open = ExitStack()
        with ExitStack() as undo:
            undo.callback(self._open.close)
            self._add_host(run, interval_s, use_collectl)
            self._add_sensors(run, interval_s)
            self._add_gpu(run, interval_s)
            if use_rapl:
                self._add_rapl(run, interval_s)
            if use_tegrastats:
                self._add_jetson(run, interval_s)
            undo.pop_all()

    @property
    def names(self) -> list[str]:
        """Names of the collectors that work."""
        return [child.name for child in self.children] + [sampler.name for sampler in self.samplers]

    @property
    def ready(self) -> bool:
        """Whether every collector has shown that it works."""
        return all(child.ready for child in self.children)

    def close(self) -> None:
        """End every collector and close its file."""
        self._open.close()

    def _add_host(self, run: RunPaths, interval_s: float, use_collectl: bool) -> None:
        program = find_collectl() if use_collectl else None
        if program is not None:
            from sut.collectors.collectl import Collectl

            self._add_child(Collectl(program, run.collectl_tab, interval_s))
            return
        if use_collectl:
            self.notices.append(NO_COLLECTL)
        self._add(HostSampler(run.host_csv, interval_s))

    def _add_sensors(self, run: RunPaths, interval_s: float) -> None:
        thermometer = CpuThermometer()
        if thermometer.present:
            self._add(SensorSampler(run.sensors_csv, interval_s, thermometer))
        else:
            self.notices.append(NO_SENSOR)

    def _add_gpu(self, run: RunPaths, interval_s: float) -> None:
        gpus = open_gpus()
        if gpus is None:
            self.notices.append(NO_GPU)
        else:
            from sut.collectors.gpu import GpuSampler

            self._add(GpuSampler(run.gpu_csv, run.gpu_json, interval_s, gpus))

    def _add_rapl(self, run: RunPaths, interval_s: float) -> None:
        if not find_zones():
            self.notices.append(NO_RAPL)
            return
        from sut.collectors.rapl import RaplSampler, readable_zones

        zones, notice = readable_zones()
        if notice:
            self.notices.append(notice)
        if zones:
            self._add(RaplSampler(run.rapl_csv, run.rapl_json, interval_s, zones))

    def _add_jetson(self, run: RunPaths, interval_s: float) -> None:
        program = find_tegrastats()
        if program is not None:  # on any other machine there is nothing to be missed
            from sut.collectors.tegrastats import Tegrastats

            self._add_child(Tegrastats(program, run.jetson_csv, interval_s))

    def _add_child(self, child: "ChildCollector") -> None:
        self.children.append(child)
        self._open.callback(child.close)

    def _add(self, sampler: Sampler) -> None:
        self.samplers.append(sampler)
        self._open.callback(sampler.close)


class Schedule:
    """When each sampler is due: at start + n * interval, without drift and without catching up.

    Args:
        samplers: what is to be asked.
        t_mono_s: the start.
    """

    def __init__(self, samplers: list[Sampler], t_mono_s: float) -> None:
        self._due = [(t_mono_s + sampler.interval_s, sampler) for sampler in samplers]

    def wait_s(self, t_mono_s: float) -> float:
        """Return the time until the next sample is due in seconds, at most five."""
        return max(0.0, min([due - t_mono_s for due, _ in self._due] + [_WATCH_S]))

    def run_due(self, now: Callable[[], float]) -> None:
        """Take every sample that is due; slots that were missed are left out, not made up."""
        for index, (due, sampler) in enumerate(self._due):
            late_s = now() - due
            if late_s >= 0:
                sampler.sample()
                self._due[index] = (due + sampler.interval_s * (1 + late_s // sampler.interval_s), sampler)


def collect(collection: Collection, stop: StopSignal) -> None:
    """Collect until a signal or the end of standard input.

    Args:
        collection: the collectors, at work.
        stop: ends the collection.

    Raises:
        SutError: a collector failed.
    """
    announced = False
    schedule = Schedule(collection.samplers, time.monotonic())
    with selectors.PollSelector() as selector:
        for descriptor in stop.descriptors:
            selector.register(descriptor, selectors.EVENT_READ)
        for child in collection.children:
            selector.register(child, selectors.EVENT_READ, child)
        while True:
            for key, _ in selector.select(schedule.wait_s(time.monotonic())):
                if key.data is not None:
                    key.data.receive()
                elif stop.now():
                    return
            schedule.run_due(time.monotonic)
            for child in collection.children:
                child.check_alive()
            if not announced and collection.ready:
                _announce(collection)
                announced = True


def _announce(collection: Collection) -> None:
    message = {"ready": True, "collectors": collection.names, "notices": collection.notices}
    print(json.dumps(message), flush=True)


def _interval(text: str) -> float:
    value = float(text)
    if not 0.05 <= value <= 3600:
        raise argparse.ArgumentTypeError(f"expected seconds between 0.05 and 3600, found {text}")
    return value


def _arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="sut.collectors.collect", description="Record what the SUT does.")
    parser.add_argument("--out", type=Path, required=True, metavar="RUN_DIR", help="folder of the run")
    parser.add_argument("--interval", type=_interval, default=1.0, help="seconds between rows")
    parser.add_argument("--collectl", choices=("auto", "never"), default="auto")
    parser.add_argument("--rapl", choices=("auto", "never"), default="auto")
    parser.add_argument("--tegrastats", choices=("auto", "never"), default="auto")
    parser.add_argument("--until-stdin-closes", action="store_true", help="end when stdin ends")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> int:
    """Run the collectors; return the exit code."""
    arguments = _arguments(argv)
    stop = StopSignal(arguments.until_stdin_closes)
    try:
        collection = Collection(
            RunPaths(arguments.out),
            arguments.interval,
            use_collectl=arguments.collectl == "auto",
            use_rapl=arguments.rapl == "auto",
            use_tegrastats=arguments.tegrastats == "auto",
        )
        try:
            collect(collection, stop)
        finally:
            collection.close()
    except WattlabError as error:
        print(f"sut.collectors: {error}", file=sys.stderr)
        return error.exit_code
    except OSError as error:
        print(f"sut.collectors: expected to record into {arguments.out}, but: {error}", file=sys.stderr)
        return SutError.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
