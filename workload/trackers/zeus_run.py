"""Run a program with Zeus alongside it.

Tried with 0.16.0. Counters only: RAPL packages and DRAM, NVML's energy counter (NVML power, polled, on GPUs
older than Volta). Energies are in J. Its own ``total_energy`` is that of the GPUs alone; here all that it
measured is summed. Without any counter it says nothing at all, so that is looked up.
"""

import wrapper


class Zeus(wrapper.Tracker):
    """Zeus, with one window that is the program."""

    name = "zeus"

    def build(self):
        """Create the monitor.

        Raises:
            NoSensor: it finds no counter.
        """
        from zeus.monitor import ZeusMonitor

        self._monitor = ZeusMonitor(approx_instant_energy=False)
        self._gpus, self._cpus = len(self._monitor.gpus), len(self._monitor.cpus)
        if not self._gpus and not self._cpus:
            raise wrapper.NoSensor("Zeus found no GPU through NVML and no readable RAPL counter")
        self.scope = "machine" if self._cpus else "device"

    def start(self):
        """Begin the window."""
        self._monitor.begin_window("program", sync_execution=False)

    def stop(self):
        """End the window."""
        self._measurement = self._monitor.end_window("program", sync_execution=False)

    def result(self):
        """Return the sum over all counters."""
        from importlib.metadata import version

        energies_wh = energies_wh_of(self._measurement)
        polled = self._monitor.power_monitor is not None
        return wrapper.Result(
            energy_wh=sum(energies_wh.values()),
            **energies_wh,
            version=version("zeus"),
            scope_parts="+".join(name.removesuffix("_wh") for name in energies_wh),
            method={
                name.removesuffix("_wh"): ("NVML power" if polled else "NVML counter")
                if name == "gpu_wh"
                else "RAPL"
                for name in energies_wh
            },
            settings={
                "gpus": self._gpus,
                "cpu_packages": self._cpus,
                "total_energy_wh": self._measurement.total_energy / 3600.0,
            },
            window_s=self._measurement.time,
        )


def energies_wh_of(measurement):
    """Return the energies of a measurement of Zeus in Wh, for each component that it has.

    Args:
        measurement: with ``cpu_energy``, ``gpu_energy`` and ``dram_energy``: index -> J, or ``None``.
    """
    parts = {
        "cpu_wh": measurement.cpu_energy,
        "gpu_wh": measurement.gpu_energy,
        "ram_wh": measurement.dram_energy,
    }
    return {name: sum(joules.values()) / 3600.0 for name, joules in parts.items() if joules}


if __name__ == "__main__":
    wrapper.main(Zeus)
