"""Run a program with experiment-impact-tracker (EIT) alongside it.

Tried with 0.1.8. One power value per cycle, which takes 3 to 4 s with RAPL and 8 s or more with a GPU
(``nvidia-smi``), of which a disk benchmark takes 0.5 s. RAPL's and the GPU's power are shared out to the
process tree of the monitor's parent; here that is the runner's, which holds the program. Energy as EIT
tells it: each power x the time since the one before, the last one until the end, x a PUE of 1.58; but from
the border on, not from its set-up. Its place is given, since it would look up the address. It has no stop:
its monitor is ended.
"""

import json
import os
import time
from itertools import pairwise

import wrapper

PUE = 1.58  # experiment_impact_tracker.emissions.constants.PUE
_ATTRIBUTED = {
    "cpu": "rapl_estimated_attributable_power_draw",
    "gpu": "nvidia_estimated_attributable_power_draw",
}
_WHOLE = {"cpu": "rapl_power_draw_absolute", "gpu": "nvidia_draw_absolute"}
_METHODS = {"cpu": "RAPL x share of CPU time and memory", "gpu": "nvidia-smi x share of SM use"}


class Eit(wrapper.Tracker):
    """experiment-impact-tracker, with its monitor process."""

    name = "eit"
    scope = "process tree"

    @staticmethod
    def options(parser):
        """Add the place, which decides the emissions only."""
        parser.add_argument("--latitude", type=float, default=52.5, help="in degrees")
        parser.add_argument("--longitude", type=float, default=13.4, help="in degrees")

    def build(self):
        """Create the tracker.

        Raises:
            NoSensor: its compatibility checks find neither RAPL nor a GPU.
        """
        from experiment_impact_tracker.emissions import get_region_metrics

        place = self.options_.latitude, self.options_.longitude
        get_region_metrics.get_current_location = lambda: place
        from experiment_impact_tracker import data_info_and_router as router
        from experiment_impact_tracker.compute_tracker import ImpactTracker
        from experiment_impact_tracker.cpu import rapl
        from experiment_impact_tracker.gpu.nvidia import is_nvidia_compatible

        if not rapl._is_rapl_compatible() and not is_nvidia_compatible():
            raise wrapper.NoSensor("EIT found no RAPL in /sys/class/powercap and no GPU by nvidia-smi")
        # It asks for the names of the GPUs by a function that Python lost in 3.9; no energy depends on them.
        router.INITIAL_INFO[:] = [entry for entry in router.INITIAL_INFO if entry["name"] != "gpu_info"]
        self._tracker = ImpactTracker(str(self.folder))

    def start(self):
        """Start the monitor; it attributes power to the tree of its `os.getppid`."""
        runner = os.getppid()
        os.getppid = lambda: runner
        self._tracker.launch_impact_monitor()
        self._t_start_utc_s = time.time()

    def stop(self):
        """End the monitor."""
        self._t_stop_utc_s = time.time()
        self._tracker.p.terminate()
        self._tracker.p.join(5.0)

    def result(self):
        """Return the energy of the samples.

        Raises:
            RuntimeError: no cycle came to its end.
        """
        from importlib.metadata import version

        data = self.folder / "impacttracker" / "data.json"
        samples = samples_of(data.read_text(encoding="utf-8"))
        duration_s = self._t_stop_utc_s - self._t_start_utc_s
        if not samples:
            raise RuntimeError(f"EIT took no sample in {duration_s:.1f} s; its first comes after 3 to 9 s")
        borders = self._t_start_utc_s, self._t_stop_utc_s
        parts_wh = energies_wh_of(samples, _ATTRIBUTED, *borders)
        whole_wh = energies_wh_of(samples, _WHOLE, *borders)
        carbon = self._tracker.initial_info["region_carbon_intensity_estimate"]["carbonIntensity"]  # g/kWh
        energy_wh = PUE * sum(parts_wh.values())
        return wrapper.Result(
            energy_wh=energy_wh,
            cpu_wh=parts_wh.get("cpu"),
            gpu_wh=parts_wh.get("gpu"),
            emissions_kg=energy_wh * carbon / 1e6,
            version=version("experiment-impact-tracker"),
            scope_parts="+".join(parts_wh),
            method={part: _METHODS[part] for part in parts_wh},
            settings={
                "pue": PUE,
                "pue_removed_wh": sum(parts_wh.values()),
                "not_shared_out_wh": whole_wh,
                "samples": len(samples),
                "carbon_g_per_kwh": carbon,
            },
            window_s=duration_s,
            series=[(s["timestamp"], sum(s.get(key, 0.0) for key in _ATTRIBUTED.values())) for s in samples],
        )


def samples_of(text):
    """Return the samples of EIT's ``data.json``: one JSON object a line, the last one perhaps cut."""
    return [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]


def energies_wh_of(samples, columns, t_start_utc_s, t_stop_utc_s):
    """Return energies by EIT's rule: a power holds since the sample before, the last one until the end.

    Args:
        samples: each with ``timestamp`` in s and powers in W.
        columns: component -> name of its power.
        t_start_utc_s: begin in UTC seconds.
        t_stop_utc_s: end in UTC seconds.

    Returns:
        Energy in Wh of each component that the samples have.
    """
    times_s = [t_start_utc_s, *(sample["timestamp"] for sample in samples), t_stop_utc_s]
    spans_s = [after - before for before, after in pairwise(times_s)]
    energies_wh = {}
    for part, column in columns.items():
        if column in samples[0]:
            powers_w = [sample[column] for sample in samples]
            pairs = zip([*powers_w, powers_w[-1]], spans_s, strict=True)
            energies_wh[part] = sum(power_w * span_s for power_w, span_s in pairs) / 3600.0
    return energies_wh


if __name__ == "__main__":
    wrapper.main(Eit)
