"""Run a program with pyJoules alongside it.

Tried with 0.5.1. RAPL counters in uJ and NVML's energy counter in mJ, read once at the start and once at
the end. A counter that wraps between gives a negative energy, which pyJoules does not notice. The domains
``core`` and ``uncore`` lie within ``package`` and are not added to it. Without any device it fails only
when its trace is read, so that is looked up.
"""

import wrapper

_PARTS = {"package": "cpu_wh", "dram": "ram_wh", "nvidia_gpu": "gpu_wh"}
_J_PER_UNIT = {"package": 1e-6, "dram": 1e-6, "nvidia_gpu": 1e-3}


class Pyjoules(wrapper.Tracker):
    """pyJoules, with all devices that it finds."""

    name = "pyjoules"

    def build(self):
        """Create the meter.

        Raises:
            NoSensor: it finds no device.
        """
        from pyJoules.device import DeviceFactory
        from pyJoules.energy_meter import EnergyMeter

        try:
            devices = DeviceFactory.create_devices()
        except PermissionError as error:
            raise wrapper.NoSensor(f"pyJoules may not read a counter: {error}") from None
        if not devices:
            raise wrapper.NoSensor("pyJoules found no RAPL in /sys/class/powercap and no NVIDIA GPU")
        if not any(type(device).__name__ == "RaplDevice" for device in devices):
            self.scope = "device"
        self._meter = EnergyMeter(devices)

    def start(self):
        """Read the counters."""
        try:
            self._meter.start(tag="program")
        except PermissionError as error:
            raise wrapper.NoSensor(f"pyJoules may not read a counter: {error}") from None

    def stop(self):
        """Read the counters again."""
        self._meter.stop()

    def result(self):
        """Return the difference of the counters."""
        from importlib.metadata import version

        sample = next(iter(self._meter.get_trace()))
        energies_wh = energies_wh_of(sample.energy)
        return wrapper.Result(
            energy_wh=sum(energies_wh.values()),
            **energies_wh,
            version=version("pyJoules"),
            scope_parts="+".join(name.removesuffix("_wh") for name in energies_wh),
            method={
                name.removesuffix("_wh"): "NVML counter" if name == "gpu_wh" else "RAPL"
                for name in energies_wh
            },
            settings={"domains": sample.energy},
            window_s=sample.duration,
        )


def energies_wh_of(domains):
    """Return the energies of a sample of pyJoules in Wh, for each component that it has.

    Args:
        domains: such as ``{"package_0": 150200256.0, "nvidia_gpu_0": 600970}``, in uJ and mJ.
    """
    energies_wh = {}
    for domain, energy in domains.items():
        kind = domain.rpartition("_")[0]
        if kind in _PARTS:
            part = _PARTS[kind]
            energies_wh[part] = energies_wh.get(part, 0.0) + energy * _J_PER_UNIT[kind] / 3600.0
    return energies_wh


if __name__ == "__main__":
    wrapper.main(Pyjoules)
