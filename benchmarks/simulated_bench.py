"""A bench whose truth is known: the power of a SUT, and a meter that is wrong within its limits.

All errors are drawn anew for each campaign, as if each had another meter of the class, and no number
of it is a measurement.
"""

import json
from dataclasses import asdict, dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.run.clock import ClockFit
from analysis.run.measure import RunMeasure, measure_recorded
from analysis.run.recorded import RecordedRun
from records.campaign import Campaign, CampaignFolder, Environment, Slot
from records.clock import append_clock
from records.events import Event, Events
from records.meter import Accuracy, Calibration, Identity, MeterRecord
from records.run import Run, RunFolder
from records.tables import Table, Texts, csv_line

Floats = NDArray[np.float64]

EPOCH_UTC_S = 1_790_000_000.0
GRID_S = 0.02
LEAD_S = 4.0
BASE_W = 45.0
EPOCHS = 5
WHO = Identity(maker="Wattlab", model="simulated", serial="1")


@dataclass(frozen=True)
class MeterClass:
    """A class of meters: what its data sheet allows, and what goes wrong on the way to the file."""

    name: str
    interval_s: float = 1.0
    sampling: str = "interval_mean"
    resolution_w: float = 0.1
    accuracy: Accuracy = field(default_factory=lambda: Accuracy(reading_pct=1.5, counts=3.0))
    calibration: Calibration = field(default_factory=Calibration)
    latency_u_s: float = 0.1
    clock_u_s: float = 0.01
    jitter_s: float = 0.02
    power_factor: float | None = None


SHEET = {"gain": 1.0, "gain_u": 0.001, "offset_w": 0.0, "offset_u_w": 0.08, "gain_offset_cov": -6e-5}

CLASSES = (
    MeterClass("plug-in meter, 1.5 % and 3 counts of 0.1 W, 1 s"),
    MeterClass(
        "smart plug, 1 % and 0.5 W, 1 W digits, 2 s",
        interval_s=2.0,
        resolution_w=1.0,
        accuracy=Accuracy(reading_pct=1.0, counts=0.5),
        latency_u_s=0.3,
        jitter_s=0.1,
    ),
    MeterClass(
        "bench meter, 0.1 % and 0.1 % of 300 W, power factor 0.2 %, 1 s",
        resolution_w=0.01,
        accuracy=Accuracy(reading_pct=0.1, range_pct=0.1, range_w=300.0, reactive_pct=0.2),
        latency_u_s=0.03,
        power_factor=0.9,
    ),
    MeterClass(
        "analyser, 0.02 % and 0.01 % of 300 W, 0.1 s",
        interval_s=0.1,
        resolution_w=0.001,
        accuracy=Accuracy(reading_pct=0.02, range_pct=0.01, range_w=300.0),
        latency_u_s=0.01,
        jitter_s=0.003,
    ),
    MeterClass(
        "calibrated plug-in meter, 0.1 W digits, 1 s",
        calibration=Calibration(of=WHO, simulated=True, **SHEET),
    ),
    MeterClass(
        "instantaneous values, 0.5 % and 1 count of 0.1 W, 0.5 s",
        interval_s=0.5,
        sampling="instantaneous",
        accuracy=Accuracy(reading_pct=0.5, counts=1.0),
        latency_u_s=0.05,
        jitter_s=0.01,
    ),
)


@dataclass(frozen=True)
class Load:
    """A workload: what it draws above the base and how long it runs, each with its scatter."""

    name: str
    power_w: float
    duration_s: float
    power_sd: float = 0.01
    duration_sd: float = 0.01

    @property
    def mean_j(self) -> float:
        """Energy above the base that its runs have in the mean."""
        return self.power_w * self.duration_s * float(_shape(np.linspace(0, 1, 100_001)).mean())


LOADS = (Load("a", 60.0, 120.0), Load("b", 75.0, 140.0))


@dataclass(frozen=True)
class Truth:
    """What a run really drew: of all, by the software, and in each epoch, in J."""

    energy_j: float
    induced_j: float
    epoch_j: list[float]
    epoch_induced_j: list[float]


@dataclass
class Errors:
    """What one meter on one bench is wrong by."""

    gain: float
    offset_w: float
    reactive: float
    latency_s: float
    clock_s: float
    pace: float

    @classmethod
    def draw(cls, of: MeterClass, random: np.random.Generator) -> "Errors":
        """Draw them within the limits of the class, or from its calibration."""
        a, c = of.accuracy, of.calibration
        gain = random.uniform(-1, 1) * a.reading_pct / 100
        offset_w = random.uniform(-1, 1) * (a.range_pct / 100 * (a.range_w or 0) + a.counts * of.resolution_w)
        if c.gain is not None:
            cov = [[c.gain_u**2, c.gain_offset_cov], [c.gain_offset_cov, c.offset_u_w**2]]
            gain, offset_w = random.multivariate_normal([0, 0], cov)
        return cls(
            gain=gain,
            offset_w=offset_w,
            reactive=random.uniform(-1, 1) * a.reactive_pct / 100,
            latency_s=random.normal() * of.latency_u_s,
            clock_s=random.normal() * of.clock_u_s,
            pace=1 + random.normal() * 50e-6,
        )


def _shape(x: Floats) -> Floats:
    """Power of a workload over its duration, both as shares: start-up, epochs with validation, end."""
    phase = (x * EPOCHS) % 1.0
    return np.where(phase < 0.8, 1.0, 0.6) * np.minimum(1.0, 0.5 + 25 * x)


class Bench:
    """One campaign: a SUT with a drifting base, a meter with its errors, runs in blocks.

    Args:
        of: class of the meter.
        random: where all chance comes from.
        base_sd_w: how the background differs from run to run.
        drift_w: of the base from the first run to the last, at most.
        loads: the workloads of each block; a baseline is as long as the first of them.
    """

    def __init__(
        self,
        of: MeterClass,
        random: np.random.Generator,
        base_sd_w: float = 0.15,
        drift_w: float = 0.5,
        loads: tuple[Load, ...] = LOADS,
    ) -> None:
        self.of, self.random, self.base_sd_w, self.loads = of, random, base_sd_w, loads
        self.errors = Errors.draw(of, random)
        self.drift_w = random.uniform(-1, 1) * drift_w
        self.clock = ClockFit(EPOCH_UTC_S, random.normal() * 5, random.normal() * 1e-5, of.clock_u_s)
        self.now_s = 100.0

    def campaign(self, blocks: int) -> tuple[list[RunMeasure], list[Truth]]:
        """Run a campaign (see `record`) and measure its runs."""
        recorded, truths = self.record(blocks)
        return [measure_recorded(run) for run in recorded], truths

    def record(self, blocks: int) -> tuple[list[RecordedRun], list[Truth]]:
        """Run blocks of baseline and loads in random order, and a last baseline."""
        base = Load("baseline", 0.0, self.loads[0].duration_s, 0.0, 0.0)
        self.ends_s = 100.0 + blocks * sum(load.duration_s + 60 for load in (*self.loads, base))
        runs, truths = [], []
        for block in range(1, blocks + 2):
            loads = [base]
            if block <= blocks:
                loads += [self.loads[i] for i in self.random.permutation(len(self.loads))]
            for load in loads:
                run, truth = self._run(load, len(runs) + 1, block)
                runs.append(run)
                truths.append(truth)
        return runs, truths

    def _run(self, load: Load, slot: int, block: int) -> tuple[RecordedRun, Truth]:
        random = self.random
        length_s = load.duration_s * (1 + load.duration_sd * random.normal())
        start_s, self.now_s = self.now_s, self.now_s + length_s + 60
        grid_s = np.arange(-LEAD_S, length_s + LEAD_S, GRID_S) + GRID_S / 2
        base_w = BASE_W + self.drift_w * (start_s + grid_s) / self.ends_s + self.base_sd_w * random.normal()
        inside = (grid_s >= 0) & (grid_s < length_s)
        drawn_w = load.power_w * (1 + load.power_sd * random.normal())
        load_w = np.where(inside, drawn_w * _shape(np.clip(grid_s / length_s, 0, 1)), 0.0)
        # Fluctuation with a memory of about a fifth of a second, beside everything.
        noise_w = np.convolve(random.normal(size=len(grid_s) + 9), np.full(10, 1 / 10**0.5), "valid")
        power = _Power(grid_s, base_w + load_w + noise_w)
        above = _Power(grid_s, load_w)
        borders_s = [length_s * i / EPOCHS for i in range(EPOCHS + 1)] if load.power_w else []
        pairs = list(pairwise(borders_s))
        truth = Truth(
            power.energy_j(0.0, length_s),
            above.energy_j(0.0, length_s),
            [power.energy_j(*pair) for pair in pairs],
            [above.energy_j(*pair) for pair in pairs],
        )
        recorded = RecordedRun(Path(f"{slot:04d}-{load.name}"))
        run, events = self._events(load, slot, block, start_s, length_s, pairs)
        known = {
            "run": run,
            "meter": meter_record(self.of),
            "events": events,
            "readings": self._readings(power, start_s, length_s, bool(load.power_w)),
            "clock": self.clock,
        }
        vars(recorded).update(known | dict.fromkeys(("host", "sensors", "gpu", "trackers")))
        return recorded, truth

    def _readings(self, power: "_Power", start_s: float, length_s: float, loaded: bool) -> Table:
        of, errors, random = self.of, self.errors, self.random
        interval_s = of.interval_s * errors.pace
        first_s = -LEAD_S + interval_s * (1 + random.uniform())
        ends_s = np.arange(first_s, length_s + LEAD_S - 0.1, interval_s)
        if of.sampling == "interval_mean":
            true_w = power.energy_j(ends_s - interval_s, ends_s) / interval_s
        else:
            true_w = power.at(ends_s)
        factor = (of.power_factor or 1.0) if loaded else 0.75 * (of.power_factor or 1.0)
        reactive_var = true_w * (1 / factor**2 - 1) ** 0.5 if of.power_factor else 0 * true_w
        shown_w = (true_w - errors.offset_w - errors.reactive * reactive_var) / (1 + errors.gain)
        if of.calibration.gain is not None:
            shown_w = true_w * (1 + errors.gain) + errors.offset_w
        shown_w = np.round(shown_w / of.resolution_w) * of.resolution_w
        # The typical arrival is what the latency is known for; now and then one comes much later.
        late_s = of.jitter_s * (random.exponential(size=len(ends_s)) - np.log(2))
        late_s += np.where(random.uniform(size=len(ends_s)) < 0.01, 0.3 * of.interval_s, 0.0)
        arrival_s = ends_s + 0.4 + errors.latency_s + late_s
        kept = np.ones(len(ends_s), dtype=bool)
        # A lost instantaneous reading costs the time on both sides of it.
        lost = int(0.008 * length_s / of.interval_s) - (of.sampling == "instantaneous")
        if lost > 0 and random.uniform() < 0.3:  # a gap, short enough for the run to count
            at = random.integers(len(kept) - lost)
            kept[at : at + lost] = False
        columns: dict[str, Any] = {
            "t_utc_s": np.round(EPOCH_UTC_S + start_s + arrival_s, 6)[kept],
            "power_w": shown_w[kept],
            "flag": Texts([""], np.zeros(int(kept.sum()), dtype=np.int32)),
        }
        if of.power_factor:
            columns["power_factor"] = np.full(int(kept.sum()), factor)
        return Table(columns)

    def _events(
        self,
        load: Load,
        slot: int,
        block: int,
        start_s: float,
        length_s: float,
        pairs: list[tuple[float, float]],
    ) -> tuple[Run, Events]:
        def stamp(t_s: float) -> float:
            """Return a stamp of the SUT's clock, wrong by what the comparison of clocks cannot tell."""
            t_utc_s = EPOCH_UTC_S + start_s + t_s + self.errors.clock_s
            clock = self.clock
            return t_utc_s + clock.offset_s + clock.drift * (t_utc_s - clock.reference_utc_s)

        spans = [("run", load.name, 0.0, length_s), *(("epoch", "epoch", *pair) for pair in pairs)]
        events = []
        for number, (span, name, from_s, to_s) in enumerate(spans, start=1):
            parent = None if number == 1 else 1
            for event, t_s in (("start", from_s), ("stop", to_s)):
                events.append(Event(stamp(t_s), t_s, event, span, name, number, parent, 1, {}))
        kind = "workload" if load.power_w else "baseline"
        run = Run(
            slot=slot,
            scenario=load.name,
            kind=kind,
            repeat=block,
            block=block,
            tracker=None,
            status="completed",
            attempt=1,
            t_start_utc_s=stamp(0.0),
            t_stop_utc_s=stamp(length_s),
        )
        return run, Events(events, [])


def meter_record(of: MeterClass) -> MeterRecord:
    """Return the record of a simulated meter."""
    return MeterRecord(
        driver="simulated",
        port="virtual",
        identity=replace(WHO),
        sampling=of.sampling,
        interval_s=of.interval_s,
        latency_s=0.4,
        latency_u_s=of.latency_u_s,
        resolution_w=of.resolution_w,
        accuracy=of.accuracy,
        calibration=of.calibration,
        simulated=True,
    )


def write_campaign(recorded: list[RecordedRun], folder: Path) -> None:
    """Write what was recorded as a campaign folder.

    Args:
        recorded: the runs of `Bench.record`.
        folder: of the campaign; must not exist.
    """
    place = CampaignFolder(folder)
    place.runs.mkdir(parents=True)
    same = ("slot", "scenario", "kind", "repeat", "block", "tracker")
    Campaign(
        id="simulated",
        created_utc_s=EPOCH_UTC_S,
        wattlab_version="0",
        simulated=True,
        seed=0,
        config={},
        config_sha256="0" * 64,
        plan=[
            Slot(**{name: getattr(one.run, name) for name in same}, run_dir=one.path.name) for one in recorded
        ],
    ).write(place.campaign_json)
    Environment(sut={}, controller={}, meter={}).write(place.environment_json)
    clock = recorded[0].clock
    for t_s in (-1000.0, 0.0, 1000.0):
        offset_s = clock.offset_s + clock.drift * t_s
        append_clock(place.clock, EPOCH_UTC_S + t_s, offset_s, clock.offset_u_s, 0.001, "simulated")
    for one in recorded:
        _write_run(one, RunFolder(place.runs / one.path.name))


def _write_run(one: RecordedRun, folder: RunFolder) -> None:
    folder.path.mkdir()
    one.meter.write(folder.meter_json)
    columns = [name for name in one.readings.columns if name != "flag"]
    values = zip(*(one.readings.numbers(name).tolist() for name in columns), strict=True)
    lines = [csv_line([*columns, "flag"]), *(csv_line([f"{t:.6f}", *rest, ""]) for t, *rest in values)]
    folder.meter_csv.write_text("\n".join(lines) + "\n")
    events = [json.dumps(asdict(event)) for event in one.events.events]
    folder.events.write_text("\n".join(events) + "\n")
    replace(one.run, files=folder.hash_files()).write(folder.run_json)


class _Power:
    """A power on a fine grid, integrated exactly."""

    def __init__(self, middle_s: Floats, power_w: Floats) -> None:
        self.begin_s = float(middle_s[0]) - GRID_S / 2
        self.power_w = power_w
        self.area_j = np.concatenate(([0.0], np.cumsum(power_w * GRID_S)))
        self.edge_s = self.begin_s + np.arange(len(self.area_j)) * GRID_S

    def energy_j(self, from_s: Any, to_s: Any) -> Any:
        """Integrate over windows."""
        until = np.interp(to_s, self.edge_s, self.area_j) - np.interp(from_s, self.edge_s, self.area_j)
        return float(until) if np.isscalar(from_s) else until

    def at(self, t_s: Floats) -> Floats:
        """Return instantaneous values."""
        return self.power_w[((t_s - self.begin_s) / GRID_S).astype(int)]
