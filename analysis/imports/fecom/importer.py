"""Import of FECoM and GREENLIGHT profiles: every measured call becomes a run.

A profile holds one recording for each call, so a run is a call: its rating interval is the execution, its
readings go on before and after it. The meter is the sum of three software counters, each of which is kept
under ``meters/``, or the wall meter of a profile that `lab export` wrote. The record itself is kept as
``fecom.json``, which the rule ``fecom`` recomputes.
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from analysis.imports.counters import (
    ACCURACY_WORDS,
    NVML_WORDS,
)
from analysis.imports.fecom.idle import FILES, START_TIMES, idle_run, is_idle_folder
from analysis.imports.fecom.meter import meter_of
from analysis.imports.fecom.profile import CHANNELS, RECORD, WALL, CallRecord, read_profile
from analysis.imports.parts import ImportedRun, ImportedSpan
from analysis.imports.repairs import Repairs
from analysis.imports.writing import CampaignWriter, scenario_name, source_name
from records.errors import InputError
from records.finding_codes import imports as codes


def import_fecom(
    given: Sequence[Path], idle: Sequence[Path], out: Path, version: str, timezone: str | None = None
) -> None:
    """Make a campaign of profiles, and of idle traces as its baselines.

    Args:
        given: profiles, or folders with files named ``experiment-*.json`` at any depth.
        idle: folders of idle traces (`fecom_idle`).
        out: the campaign's folder, new or empty.
        version: of Wattlab.
        timezone: of local times in idle traces that do not tell it.

    Raises:
        RecordError: a file is none of these; nothing is imported then.
        ConfigurationError: ``out`` holds something, or there is no such time zone.
    """
    names, repairs, at_the_wall = _Names(), Repairs(), False
    options = {
        "sources": [path.name for path in given],
        "idle": [path.name for path in idle],
        "timezone": timezone,
    }
    analysis = {"baseline": "pooled"} if idle else None
    with CampaignWriter(
        out, importer="fecom", options=options, version=version, analysis=analysis
    ) as campaign:
        for folder in idle:
            _add_idle(folder, campaign, repairs, timezone)
        for path, name in _profiles(given):
            campaign.source(path, name)
            for call in read_profile(path, name):
                campaign.add(call_run(call, name, names.scenario(call, path)))
                campaign.simulated |= call.settings.get("simulated") is True
                at_the_wall |= WALL in call.channels
        if at_the_wall:
            campaign.environment.meter = {"driver": "fecom", "parts": [WALL]}
            campaign.find(codes.ACCURACY_UNKNOWN.finding(ACCURACY_WORDS.format("the meter in a profile")))
        else:
            campaign.environment.meter = {"driver": "fecom", "parts": list(CHANNELS)}
            campaign.find(codes.NOT_AT_THE_WALL.finding(_AT_THE_WALL))
            campaign.find(codes.ACCURACY_UNKNOWN.finding(ACCURACY_WORDS.format("RAPL and NVML")))
            campaign.find(codes.WINDOW_UNKNOWN.finding(NVML_WORDS))
        campaign.find(codes.IDLE_BEFORE_CALL.finding(_IDLE_BEFORE))
        if idle:
            campaign.find(codes.SESSIONS_APART.finding(_IDLE_APART))
        campaign.find_all(repairs.findings())


def _add_idle(folder: Path, campaign: CampaignWriter, repairs: Repairs, timezone: str | None) -> None:
    if not is_idle_folder(folder):
        raise InputError(f"{folder}: expected a folder with {' and '.join(FILES)}, found none")
    for name in (*FILES, START_TIMES):
        if (folder / name).is_file():
            campaign.source(folder / name, source_name(folder / name, folder))
    campaign.add(idle_run(folder, folder.name, timezone, repairs))


_AT_THE_WALL = (
    "the readings are software counters (RAPL of CPU package and DRAM, NVML of the card), not measured at "
    "the wall: power supply, board, disks and fans are not in them"
)
_IDLE_BEFORE = (
    "the published net energies subtract the mean of the 20 s before each call, with the framework loaded, "
    "not a baseline of the bare operating system (`lab analyse --rule fecom`)"
)
_IDLE_APART = (
    "the idle traces are sessions of their own, on other days than the calls: the mean of all is the "
    "baseline, and no interval shows how the machine changed in between"
)


def _profiles(given: Sequence[Path]) -> Iterator[tuple[Path, str]]:
    for path in given:
        files = sorted(path.rglob("experiment-*.json")) if path.is_dir() else [path]
        if not files or not all(file.is_file() for file in files):
            raise InputError(f"{path}: expected a profile, or a folder with experiment-*.json, found none")
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
    span = ImportedSpan(
        span="call",
        name=call.api,
        t_start_utc_s=call.start_utc_s,
        t_stop_utc_s=call.stop_utc_s,
        data={"seq": call.seq, **call.sizes, **call.project},
    )
    return ImportedRun(
        scenario=scenario,
        kind="workload",
        t_start_utc_s=call.start_utc_s,
        t_stop_utc_s=call.stop_utc_s,
        session=session,
        spans=[span],
        files={RECORD: kept(call)},
        **meter_of(call.channels, call.interval_s, settings=call.settings),
    )


def kept(call: CallRecord) -> str:
    """Return the text of ``fecom.json``: the record as published, with its name and its place."""
    return json.dumps({"api": call.api, "seq": call.seq, "record": call.document}) + "\n"
