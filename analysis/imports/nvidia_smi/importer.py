"""Import of ``nvidia-smi`` logs: the card's own power reading stands where a wall meter should.

Each log becomes a run from its second to its last but one reading: the ones before and after are its lead-in
and lead-out. Of several cards the sum is the run's power, and each card is kept under ``meters/``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from analysis.imports.counters import (
    ACCURACY_WORDS,
    NVML_U_S,
    NVML_WORDS,
    counter_record,
)
from analysis.imports.nvidia_smi.log import Sample, SmiLog, read_log_file
from analysis.imports.parts import Columns, ImportedRun
from analysis.imports.reading import SourceText
from analysis.imports.repairs import Repairs
from analysis.imports.timeline import TimeOptions, median_interval_s, read_times
from analysis.imports.writing import CampaignWriter, scenario_name, scenarios_of
from analysis.maths.arrays import Floats
from records.campaign import Kind
from records.finding_codes import imports as codes
from records.gpu import GPU_COLUMNS, GpuRecord
from records.meter import Identity, MeterRecord

LEAST_READINGS = 4
_BURST = 0.2
"""Steps of less than this share of the others are within one round of asking."""

_WINDOWS = {
    "power.draw.instant": "instantaneous, by NVML",
    "power.draw.average": "mean over 1 s, by NVML",
}
_WINDOW_UNKNOWN = "unknown: by card and driver, instantaneous to 1 s"
_AT_THE_WALL = (
    "the readings are those of NVIDIA cards (NVML), not measured at the wall: the rest of the computer and "
    "its power supply are not in them"
)
_NO_MARKS = (
    "the logs have no marks: each run is from the second to the last but one reading of its log, and the "
    "readings before and after are its lead-in and lead-out"
)


@dataclass(frozen=True)
class SmiOptions:
    """What the operator says of the logs.

    Attributes:
        columns: names of the fields, of logs that were written with ``noheader``.
        timezone: of the stamps, which are local times; ``None`` for UTC, which is reported as a finding.
        scenario: of which all logs are repeats; each is one of its own, by its file's name, where empty.
    """

    columns: tuple[str, ...] = ()
    timezone: str | None = None
    scenario: str = ""


def import_nvidia_smi(
    logs: Sequence[Path],
    baselines: Sequence[Path],
    out: Path,
    version: str,
    options: SmiOptions = SmiOptions(),
) -> None:
    """Make a campaign of logs.

    Args:
        logs: of workloads.
        baselines: logs of the bare operating system.
        out: the campaign's folder, new or empty.
        version: of Wattlab.
        options: see `SmiOptions`.

    Raises:
        RecordError: a file is no such log; nothing is imported then.
        ConfigurationError: ``out`` holds something, or there is no such time zone.
    """
    given = {
        "logs": [path.name for path in logs],
        "baselines": [path.name for path in baselines],
        "columns": list(options.columns),
        "timezone": options.timezone,
        "scenario": options.scenario,
    }
    repairs = Repairs()
    with CampaignWriter(out, importer="nvidia-smi", options=given, version=version) as campaign:
        names = scenarios_of(logs, options.scenario or None)
        kinds: list[tuple[Path, Kind, str]] = [
            *((path, "baseline", "baseline") for path in baselines),
            *((path, "workload", scenario_name(name)) for path, name in zip(logs, names, strict=True)),
        ]
        fields = set()
        for path, kind, scenario in kinds:
            campaign.source(path, path.name)
            run, log = _run(path, kind, scenario, options, repairs)
            campaign.add(run)
            campaign.environment.sut["gpus"] = [log.names[gpu] for gpu in sorted(log.names)]
            fields.add(log.power_field)
        campaign.environment.meter = {"driver": "nvidia-smi", "fields": sorted(fields)}
        campaign.find(codes.NOT_AT_THE_WALL.finding(_AT_THE_WALL))
        campaign.find(codes.ACCURACY_UNKNOWN.finding(ACCURACY_WORDS.format("this reading")))
        if fields != {"power.draw.instant"}:
            campaign.find(codes.WINDOW_UNKNOWN.finding(NVML_WORDS))
        campaign.find(codes.NO_MARKS.finding(_NO_MARKS))
        campaign.find_all(repairs.findings())


def _run(
    path: Path, kind: Kind, scenario: str, options: SmiOptions, repairs: Repairs
) -> tuple[ImportedRun, SmiLog]:
    text, log = read_log_file(path, path.name, repairs, options.columns)
    rows = [(sample.line, sample.stamp) for sample in log.samples]
    t_utc_s = read_times(text, rows, TimeOptions(timezone=options.timezone), repairs)
    _check_order(text, log.samples, t_utc_s)
    if log.by_name:
        _check_single_card(text, log.samples, t_utc_s)
    rounds = _rounds(log.samples)
    round_s = np.array([t_utc_s[members[0]] for members in rounds])
    if len(rounds) < LEAST_READINGS:
        raise text.refuse(0, f"expected at least {LEAST_READINGS} readings of each card, found {len(rounds)}")
    interval_s = median_interval_s(text, round_s)
    cards = sorted({sample.gpu for sample in log.samples})
    telling = _telling(path.name, log, cards, repairs)
    power_w = [_sum_w([log.samples[i] for i in members], telling) for members in rounds]
    if not telling:
        raise text.refuse(0, f"expected a power in {log.power_field}, but no card tells one")
    run = ImportedRun(
        scenario=scenario,
        kind=kind,
        t_start_utc_s=float(round_s[1]),
        t_stop_utc_s=float(round_s[-2]),
        meter=_meter(log, interval_s, cards),
        readings={"t_utc_s": round_s.tolist(), "power_w": power_w},
        session=path.name,
        gpu=_gpu_columns(log.samples, t_utc_s),
        gpu_record=_gpu_record(log, interval_s, cards),
        parts=_parts(log, t_utc_s, interval_s, cards) if len(cards) > 1 else {},
    )
    return run, log


def _check_order(text: SourceText, samples: list[Sample], t_utc_s: Floats) -> None:
    last: dict[int, float] = {}
    for sample, t_s in zip(samples, t_utc_s.tolist(), strict=True):
        if t_s <= last.get(sample.gpu, -np.inf):
            reason = (
                f"expected a later time than that of the reading before of card {sample.gpu}; a log over the "
                f"end of summer time needs --timezone, one of several cards index or uuid among its fields"
            )
            raise text.refuse(sample.line, reason)
        last[sample.gpu] = t_s


def _check_single_card(text: SourceText, samples: list[Sample], t_utc_s: Floats) -> None:
    """Refuse rows that come in bursts, as those of several cards of one name do.

    Raises:
        RecordError: they do.
    """
    for gpu in sorted({sample.gpu for sample in samples}):
        own_s = t_utc_s[[i for i, sample in enumerate(samples) if sample.gpu == gpu]]
        steps_s = np.sort(np.diff(own_s))
        lower, upper = steps_s[: len(steps_s) // 2], steps_s[len(steps_s) // 2 :]
        if len(lower) and float(np.median(lower)) < _BURST * float(np.median(upper)):
            raise text.refuse(
                0,
                "expected one card, but the rows come in bursts: several cards of one name, which "
                "nothing tells "
                "apart. Log them with index or uuid among the fields of --query-gpu",
            )


def _telling(name: str, log: SmiLog, cards: list[int], repairs: Repairs) -> list[int]:
    """Return the cards that tell a power at all, and say which do not."""
    telling = {sample.gpu for sample in log.samples if sample.values["power_w"] is not None}
    silent = [card for card in cards if card not in telling]
    if silent and telling:
        repairs.say(
            codes.CARD_SILENT,
            f"{name}: no power in any row of card {', '.join(map(str, silent))}; the sum of the others does "
            f"not include it",
        )
    return sorted(telling)


def _rounds(samples: list[Sample]) -> list[list[int]]:
    """Return the samples, by index, of each round in which every card was asked once."""
    rounds: list[list[int]] = []
    seen: set[int] = set()
    for i, sample in enumerate(samples):
        if sample.gpu in seen or not rounds:
            rounds.append([])
            seen = set()
        rounds[-1].append(i)
        seen.add(sample.gpu)
    return rounds


def _sum_w(samples: list[Sample], cards: list[int]) -> float | None:
    """Return the power of all cards in a round; nothing where one of them is missing."""
    power_w = [sample.values["power_w"] for sample in samples if sample.gpu in cards]
    known = [power for power in power_w if power is not None]
    return sum(known) if len(known) == len(cards) else None


def _meter(log: SmiLog, interval_s: float, cards: list[int]) -> MeterRecord:
    records = [_card(log, interval_s, card) for card in cards]
    if len(records) == 1:
        return records[0]
    names = ", ".join(log.names.get(card, f"card {card}") for card in cards)
    record = _counter(log, interval_s, f"sum of NVML power readings: {names}", len(cards))
    record.parts = [
        {"name": f"gpu{card}", **{key: part.to_json()[key] for key in ("driver", "port", "identity")}}
        for card, part in zip(cards, records, strict=True)
    ]
    return record


def _card(log: SmiLog, interval_s: float, card: int) -> MeterRecord:
    return _counter(log, interval_s, f"{log.names.get(card, f'card {card}')}, NVML power reading", 1)


def _counter(log: SmiLog, interval_s: float, model: str, cards: int) -> MeterRecord:
    return counter_record(
        driver="nvidia-smi",
        port=log.power_field,
        identity=Identity(maker="NVIDIA", model=model, firmware=log.driver),
        sampling="instantaneous",
        interval_s=interval_s,
        latency_u_s=0.0 if log.power_field == "power.draw.instant" else NVML_U_S,
        resolution_w=float(10.0**-log.decimals * cards**0.5),
    )


def _parts(
    log: SmiLog, t_utc_s: Floats, interval_s: float, cards: list[int]
) -> dict[str, tuple[MeterRecord, Columns]]:
    parts: dict[str, tuple[MeterRecord, Columns]] = {}
    for card in cards:
        own = [i for i, sample in enumerate(log.samples) if sample.gpu == card]
        readings = {
            "t_utc_s": t_utc_s[own].tolist(),
            "power_w": [log.samples[i].values["power_w"] for i in own],
        }
        parts[f"gpu{card}"] = (_card(log, interval_s, card), readings)
    return parts


def _gpu_columns(samples: list[Sample], t_utc_s: Floats) -> Columns:
    columns: dict[str, list[Any]] = {
        "t_utc_s": t_utc_s.tolist(),
        "gpu": [sample.gpu for sample in samples],
    }
    known = set(samples[0].values)
    return columns | {
        name: [sample.values[name] for sample in samples] for name in GPU_COLUMNS[2:] if name in known
    }


def _gpu_record(log: SmiLog, interval_s: float, cards: list[int]) -> GpuRecord:
    return GpuRecord(
        driver=log.driver,
        nvml="",
        names=[log.names.get(card, "") for card in cards],
        power_field=log.power_field,
        averaging_window=_WINDOWS.get(log.power_field, _WINDOW_UNKNOWN),
        energy_counter=False,
        interval_s=interval_s,
    )
