"""Import of FECoM and GREENLIGHT profiles: every measured call becomes a run.

A profile holds one recording for each call, so a run is a call: its rating interval is the execution, its
readings go on before and after it. The meter is the sum of three software counters, each of which is kept
under ``meters/``; the record itself is kept as ``fecom.json``, which the rule ``fecom`` recomputes.
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from analysis.imports.counters import (
    ACCURACY_UNKNOWN,
    ACCURACY_WORDS,
    NOT_AT_THE_WALL,
    NVML_U_S,
    NVML_WORDS,
    WINDOW_UNKNOWN,
    counter_record,
)
from analysis.imports.fecom_profile import (
    CHANNELS,
    RECORD,
    CallRecord,
    Channel,
    channel_power_w,
    read_profile,
)
from analysis.imports.parts import Columns, ImportedRun, ImportedSpan
from analysis.imports.writing import CampaignWriter, scenario_name, source_name
from records.errors import RecordError
from records.gpu import GpuRecord
from records.meter import Identity, MeterRecord

PERF_U_S = 0.08 / 3**0.5
"""Standard uncertainty of the zero of ``perf``'s clock. Its intervals count from a start that comes after
the stamp taken before it was called, by at most the shortest lag of its newest line behind a call, which is
0.08 s in all published profiles (rectangular)."""

_RESOLUTION = {"cpu": 0.01, "ram": 0.01, "gpu": 0.01}  # of what is printed: J per interval, J, W
_IDENTITIES = {
    "cpu": Identity(maker="Intel", model="RAPL package energy (perf power/energy-pkg/)"),
    "ram": Identity(maker="Intel", model="RAPL DRAM energy (perf power/energy-ram/)"),
    "gpu": Identity(maker="NVIDIA", model="NVML power reading (nvidia-smi power.draw)"),
}


def import_fecom(given: Sequence[Path], out: Path, version: str) -> None:
    """Make a campaign of profiles.

    Args:
        given: profiles, or folders with files named ``experiment-*.json`` at any depth.
        out: the campaign's folder, new or empty.
        version: of Wattlab.

    Raises:
        RecordError: a file is no profile; nothing is imported then.
        ConfigurationError: ``out`` holds something.
    """
    names = _Names()
    options = {"sources": [path.name for path in given]}
    with CampaignWriter(out, importer="fecom", options=options, version=version) as campaign:
        for path, name in _profiles(given):
            campaign.source(path, name)
            for call in read_profile(path, name):
                campaign.add(call_run(call, name, names.scenario(call, path)))
        campaign.environment.meter = {"driver": "fecom", "parts": list(CHANNELS)}
        campaign.find("warn", NOT_AT_THE_WALL, _AT_THE_WALL)
        campaign.find("warn", ACCURACY_UNKNOWN, ACCURACY_WORDS.format("RAPL and NVML"))
        campaign.find("warn", WINDOW_UNKNOWN, NVML_WORDS)
        campaign.find("info", "import-idle-before-call", _IDLE)


_AT_THE_WALL = (
    "the readings are software counters (RAPL of CPU package and DRAM, NVML of the card), not measured at "
    "the wall: power supply, board, disks and fans are not in them"
)
_IDLE = (
    "there is no baseline of the bare operating system: the published net energies subtract the mean of the "
    "20 s before each call, with the framework loaded (`lab analyse --rule fecom`)"
)


def _profiles(given: Sequence[Path]) -> Iterator[tuple[Path, str]]:
    for path in given:
        files = sorted(path.rglob("experiment-*.json")) if path.is_dir() else [path]
        if not files or not all(file.is_file() for file in files):
            raise RecordError(f"{path}: expected a profile, or a folder with experiment-*.json, found none")
        for file in files:
            yield file, source_name(file, path)


class _Names:
    """Names of scenarios: one for each place of a call in the source, equal over the experiments."""

    def __init__(self) -> None:
        self._names: dict[tuple[Any, ...], str] = {}

    def scenario(self, call: CallRecord, path: Path) -> str:
        """Return the scenario of a call: its folder, its line (else its position) and the end of its name."""
        line = call.project.get("api_call_line")
        place = f"line{line}" if isinstance(line, int) else f"call{call.seq}"
        key = (path.absolute().parent, call.project.get("script_path"), place, call.api)
        if key not in self._names:
            wanted = scenario_name(f"{path.absolute().parent.name[:16]}-{place}-{_tail(call.api)}")
            taken, number, name = set(self._names.values()), 1, wanted
            while name in taken:
                number += 1
                name = f"{wanted[:36]}-{number}"
            self._names[key] = name
        return self._names[key]


def _tail(api: str) -> str:
    return " ".join(api.replace("()", "").split(".")[-2:])


def call_run(call: CallRecord, session: str, scenario: str) -> ImportedRun:
    """Return a call as a run.

    Args:
        call: the record.
        session: the profile; calls of one profile were measured in one go.
        scenario: name of its scenario.
    """
    parts = {name: (part_record(call, name), _readings(call.channels[name])) for name in CHANNELS}
    facts = {"seq": call.seq, **call.sizes, **call.project}
    span = ImportedSpan(
        span="call", name=call.api, t_start_utc_s=call.start_utc_s, t_stop_utc_s=call.stop_utc_s, data=facts
    )
    gpu = call.channels["gpu"]
    return ImportedRun(
        scenario=scenario,
        kind="workload",
        t_start_utc_s=call.start_utc_s,
        t_stop_utc_s=call.stop_utc_s,
        meter=_sum_record(call, {name: record for name, (record, _) in parts.items()}),
        readings=_sum(call),
        session=session,
        spans=[span],
        gpu={
            "t_utc_s": gpu.t_utc_s.tolist(),
            "gpu": [0] * len(gpu.value),
            "temperature_c": gpu.temperature_c.tolist(),
            "power_w": gpu.value.tolist(),
        },
        gpu_record=GpuRecord(
            driver="",
            nvml="",
            names=[""],
            power_field="power.draw",
            averaging_window="unknown: by card and driver, momentary to 1 s",
            energy_counter=False,
            interval_s=call.interval_s,
        ),
        parts=parts,
        files={RECORD: kept(call)},
    )


def kept(call: CallRecord) -> str:
    """Return the text of ``fecom.json``: the record as published, with its name and its place."""
    return json.dumps({"api": call.api, "seq": call.seq, "record": call.document}) + "\n"


def part_record(call: CallRecord, name: str) -> MeterRecord:
    """Return the ``meter.json`` of one channel."""
    gpu = name == "gpu"
    return counter_record(
        driver="nvidia-smi" if gpu else "perf",
        port="power.draw" if gpu else f"power/energy-{'pkg' if name == 'cpu' else 'ram'}/",
        identity=_IDENTITIES[name],
        sampling="instantaneous" if gpu else "interval_mean",
        interval_s=call.interval_s,
        latency_u_s=NVML_U_S if gpu else PERF_U_S,
        resolution_w=_RESOLUTION[name] if gpu else _RESOLUTION[name] / call.interval_s,
    )


def _sum_record(call: CallRecord, parts: dict[str, MeterRecord]) -> MeterRecord:
    record = counter_record(
        driver="fecom",
        port="perf stat and nvidia-smi",
        identity=Identity(maker="", model="sum of RAPL package, RAPL DRAM and NVML power"),
        sampling="interval_mean",
        interval_s=call.interval_s,
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


def _sum(call: CallRecord) -> Columns:
    """Return the sum of the channels over the intervals of ``perf``.

    The card's power is averaged over each interval along straight lines between its readings; an interval
    that these do not cover has no sum.
    """
    cpu, ram = call.channels["cpu"], call.channels["ram"]
    stop_s = cpu.t_utc_s
    start_s = stop_s - cpu.lengths_s
    gpu = channel_power_w(call.channels["gpu"])
    covered = gpu.covered_s(start_s, stop_s) > cpu.lengths_s - 1e-6
    gpu_w = np.where(covered, gpu.integral(start_s, stop_s) / cpu.lengths_s, np.nan)
    ram_j = dict(zip(ram.elapsed_s.tolist(), ram.value.tolist(), strict=True))
    ram_w = np.array([ram_j.get(t, np.nan) for t in cpu.elapsed_s.tolist()]) / cpu.lengths_s
    return {"t_utc_s": stop_s.tolist(), "power_w": (cpu.value / cpu.lengths_s + ram_w + gpu_w).tolist()}
