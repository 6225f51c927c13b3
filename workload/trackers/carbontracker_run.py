"""Run a program with carbontracker alongside it.

Tried with 2.4.7. RAPL and NVML where they are; without RAPL half the TDP of a table by the CPU's name, or
half the table's mean. The energy shown to its users is in kWh: mean power of the devices of each component
x time, summed over the components, x a PUE of 1.58. The mean of two RAPL domains is half their sum, that of
four GPUs a quarter, so ``pue_removed_devices_summed_wh`` holds what its own readings add up to. It asks
ipinfo.io where it is; here it is not let, and takes the world's mean emissions.
"""

import re

import wrapper

PUE = 1.58  # carbontracker.constants.PUE_2023
_METHODS = {"IntelCPU": "RAPL", "GenericCPU": "half of a tabulated TDP", "NvidiaGPU": "NVML"}
_DEVICES = re.compile(r"(\w+) with device\(s\) (.*?)\.(?= \w+ with device|$)", re.MULTILINE)
_POWER = re.compile(r"Average power usage \(W\) for (\w+): ([\d.]+)")
_DURATION = re.compile(r"Duration: (\d+):(\d\d):(\d\d(?:\.\d+)?)")


class Carbontracker(wrapper.Tracker):
    """carbontracker, with one epoch that is the program."""

    name = "carbontracker"

    def build(self):
        """Create the tracker; its thread looks for components and waits for the epoch."""
        import geocoder

        def stay_offline(*_args, **_options):
            raise OSError("no look-up of the location in a measurement")

        geocoder.ip = stay_offline
        from carbontracker.tracker import CarbonTracker

        self._tracker = CarbonTracker(
            epochs=1,
            epochs_before_pred=0,
            monitor_epochs=-1,
            update_interval=self.interval_s,
            components="all",
            log_dir=str(self.folder),
            verbose=0,
            ignore_errors=True,
        )

    def start(self):
        """Begin the epoch."""
        self._components = self._tracker.tracker.components  # those that are available
        self._tracker.epoch_start()

    def stop(self):
        """End the epoch: the tracker writes its logs and ends its thread."""
        self._tracker.epoch_end()

    def result(self):
        """Return what the logs say.

        Raises:
            NoSensor: RAPL may not be read.
            RuntimeError: the logs hold no energy.
        """
        from importlib.metadata import version

        from carbontracker import parser

        logs = parser.parse_all_logs(str(self.folder))
        actual = logs[0]["actual"] if logs else None
        if not actual:
            raise self._failure()
        with open(logs[0]["standard_filename"], encoding="utf-8") as file:
            log = file.read()
        summed_wh, duration_s = devices_summed_wh(log)
        return wrapper.Result(
            energy_wh=actual["energy (kWh)"] * 1000.0,
            emissions_kg=actual["co2eq (g)"] / 1000.0,
            version=version("carbontracker"),
            scope_parts="+".join(part.name for part in self._components),
            method={part.name: method_of(type(part.handler).__name__) for part in self._components},
            settings={
                "pue": PUE,
                "pue_removed_devices_summed_wh": sum(summed_wh.values()),
                "devices_summed_wh": summed_wh,
                "devices": {
                    name: [device.strip() for device in part["devices"]]
                    for name, part in logs[0]["components"].items()
                },
            },
            window_s=duration_s,
        )

    def _failure(self):
        errors = "\n".join(
            path.read_text(encoding="utf-8") for path in self.folder.glob("*_carbontracker_err.log")
        )
        lines = [line for line in errors.splitlines() if "Error" in line]
        reason = lines[-1] if lines else "its logs hold no actual consumption"
        return (wrapper.NoSensor if "Permission" in reason else RuntimeError)(reason)


def method_of(handler):
    """Return how a component is read, by the name of carbontracker's class for it."""
    return _METHODS.get(handler, handler)


def devices_summed_wh(log):
    """Return the energies that the standard log's mean powers stand for, of all devices and without PUE.

    Args:
        log: text of ``*_carbontracker.log``. It holds the mean power over the devices of a component, in W.

    Returns:
        Energy of each component in Wh, its devices summed, and the duration of the epochs in s.
    """
    durations_s = [int(h) * 3600 + int(m) * 60 + float(s) for h, m, s in _DURATION.findall(log)]
    counts = {part.lower(): devices.count(",") + 1 for part, devices in _DEVICES.findall(log)}
    energies_wh = {}
    for epoch, text in enumerate(re.split(r"Epoch \d+:", log)[1:]):
        for part, power_w in _POWER.findall(text):
            energy_wh = float(power_w) * counts[part] * durations_s[epoch] / 3600.0
            energies_wh[part] = energies_wh.get(part, 0.0) + energy_wh
    return energies_wh, sum(durations_s)


if __name__ == "__main__":
    wrapper.main(Carbontracker)
