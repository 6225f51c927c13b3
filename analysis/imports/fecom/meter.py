"""The three counters of a FECoM recording as the meter of a run: their sum, and each by itself."""

from typing import Any

import numpy as np

from analysis.imports.counters import NVML_U_S, counter_record
from analysis.imports.fecom.profile import CHANNELS, WALL, Channel, channel_power_w
from analysis.imports.parts import Columns
from records.gpu import GpuRecord
from records.meter import Identity, MeterRecord

PERF_U_S = 0.08 / 3**0.5
"""Standard uncertainty of the zero of ``perf``'s clock. Its intervals count from a start that comes after
the stamp taken before it was called, by at most the shortest lag of its newest line behind a call, which is
0.08 s in all published profiles (rectangular)."""

_RESOLUTION = 0.01  # of what is printed: J per interval, or W
_SAME_S = 1e-6
_IDENTITIES = {
    "cpu": Identity(maker="Intel", model="RAPL package energy (perf power/energy-pkg/)"),
    "ram": Identity(maker="Intel", model="RAPL DRAM energy (perf power/energy-ram/)"),
    "gpu": Identity(maker="NVIDIA", model="NVML power reading (nvidia-smi power.draw)"),
}
_PORTS = {"cpu": "power/energy-pkg/", "ram": "power/energy-ram/", "gpu": "power.draw"}


def meter_of(
    channels: dict[str, Channel],
    interval_s: float,
    perf_u_s: float = PERF_U_S,
    settings: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Return what `parts.ImportedRun` is given of the meter: record, readings, parts and the card's own file.

    Args:
        channels: of a recording, all of `CHANNELS`, or a wall meter.
        interval_s: asked time between samples.
        perf_u_s: standard uncertainty of the start of ``perf``.
        settings: of the recording, which name a wall meter.
    """
    if WALL in channels:
        return {"meter": _wall_record(interval_s, settings or {}), "readings": _readings(channels[WALL])}
    records = {name: _record(name, interval_s, perf_u_s) for name in CHANNELS}
    gpu = channels["gpu"]
    return {
        "meter": _sum_record(records, interval_s),
        "readings": summed(channels),
        "parts": {name: (records[name], _readings(channels[name])) for name in CHANNELS},
        "gpu": {
            "t_utc_s": gpu.t_utc_s.tolist(),
            "gpu": [0] * len(gpu.value),
            "temperature_c": gpu.temperature_c.tolist(),
            "power_w": gpu.value.tolist(),
        },
        "gpu_record": GpuRecord(
            driver="",
            nvml="",
            names=[""],
            power_field="power.draw",
            averaging_window="unknown: by card and driver, instantaneous to 1 s",
            energy_counter=False,
            interval_s=interval_s,
        ),
    }


def _wall_record(interval_s: float, settings: dict[str, Any]) -> MeterRecord:
    """Return the record of a wall meter, whose limits of error a profile does not tell."""
    name = str(settings.get("wall_meter") or "unknown")
    record = counter_record(
        driver=name,
        port="profile",
        identity=Identity(maker="", model=name),
        sampling="instantaneous" if settings.get("wall_sampling") == "instantaneous" else "interval_mean",
        interval_s=interval_s,
        latency_u_s=0.0,
        resolution_w=0.0,
    )
    record.simulated = settings.get("simulated") is True
    return record


def _record(name: str, interval_s: float, perf_u_s: float) -> MeterRecord:
    gpu = name == "gpu"
    return counter_record(
        driver="nvidia-smi" if gpu else "perf",
        port=_PORTS[name],
        identity=_IDENTITIES[name],
        sampling="instantaneous" if gpu else "interval_mean",
        interval_s=interval_s,
        latency_u_s=NVML_U_S if gpu else perf_u_s,
        resolution_w=_RESOLUTION if gpu else _RESOLUTION / interval_s,
    )


def _sum_record(parts: dict[str, MeterRecord], interval_s: float) -> MeterRecord:
    record = counter_record(
        driver="fecom",
        port="perf stat and nvidia-smi",
        identity=Identity(maker="", model="sum of RAPL package, RAPL DRAM and NVML power"),
        sampling="interval_mean",
        interval_s=interval_s,
        latency_u_s=max(part.latency_u_s for part in parts.values()),
        resolution_w=sum(part.resolution_w**2 for part in parts.values()) ** 0.5,
    )
    record.parts = [
        {"name": name, **{key: part.to_json()[key] for key in ("driver", "port", "identity")}}
        for name, part in parts.items()
    ]
    return record


def _readings(channel: Channel) -> Columns:
    """Return the power of a channel as it is stamped; joules of an interval are its mean power."""
    power_w = channel.value if channel.is_power else channel.value / channel.lengths_s
    return {"t_utc_s": channel.t_utc_s.tolist(), "power_w": power_w.tolist()}


def summed(channels: dict[str, Channel]) -> Columns:
    """Return the sum of the channels over the intervals of ``perf``.

    The card's power is averaged over each interval along straight lines between its readings; an interval
    that these do not cover, or that has no energy of the DRAM, has no sum.
    """
    cpu, ram = channels["cpu"], channels["ram"]
    stop_s = cpu.t_utc_s
    start_s = stop_s - cpu.lengths_s
    gpu = channel_power_w(channels["gpu"])
    covered = gpu.covered_s(start_s, stop_s) > cpu.lengths_s - _SAME_S
    gpu_w = np.where(covered, gpu.integral(start_s, stop_s) / cpu.lengths_s, np.nan)
    ram_j = dict(zip(ram.elapsed_s.tolist(), ram.value.tolist(), strict=True))
    ram_w = np.array([ram_j.get(t, np.nan) for t in cpu.elapsed_s.tolist()]) / cpu.lengths_s
    return {"t_utc_s": stop_s.tolist(), "power_w": (cpu.value / cpu.lengths_s + ram_w + gpu_w).tolist()}
