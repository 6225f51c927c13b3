"""What a smell costs, in sentences: the answer first, then the figure with its interval."""

from typing import NamedTuple

from records.finding_codes.results import BASELINE_BUSY
from records.results import Results
from records.rows.smells import SmellRow
from records.settings.analysis import CONFIDENCE
from reports.words.energy import WH, EnergyUnit, in_unit, is_energy
from reports.words.numbers import ABSENT, count, in_interval, plain
from reports.words.verdict import p_words

_SIGNIFICANT = 3
_INSTRUMENTS = ("meter", "clock", "process", "gpu")
"""All that is no tracker; see `SmellRow.instrument`."""


class QuantityWords(NamedTuple):
    """A quantity in words, with its unit."""

    words: str
    unit: str


QUANTITIES = {
    "energy_wh": QuantityWords("energy", "Wh"),
    "induced_wh": QuantityWords("induced energy", "Wh"),
    "duration_s": QuantityWords("time", "s"),
    "induced_power_w": QuantityWords("mean induced power", "W"),
    "co2_g": QuantityWords("CO₂", "g"),
    "rss_growth_mib_per_epoch": QuantityWords("memory growth of the process", "MiB per epoch"),
    "rss_peak_mib": QuantityWords("largest memory of the process", "MiB"),
    "gpu_memory_growth_mib_per_epoch": QuantityWords("memory growth of the GPU", "MiB per epoch"),
    "gpu_memory_peak_mib": QuantityWords("largest memory of the GPU", "MiB"),
}
_GROWTH_WORDS = {"costs more": "significantly more", "costs less": "significantly less"}
GROWTHS = ("rss_growth_mib_per_epoch", "gpu_memory_growth_mib_per_epoch")


def quantity_words(quantity: str, energy: EnergyUnit) -> str:
    """Return a quantity with its unit: ``energy, mWh``."""
    return f"{QUANTITIES[quantity].words}, {_unit_words(quantity, energy)}"


def _unit_words(quantity: str, energy: EnergyUnit) -> str:
    return energy.name if is_energy(quantity) else QUANTITIES[quantity].unit


def energy_row(rows: list[SmellRow], smell: str) -> SmellRow | None:
    """Return the row of a smell's gross energy: by the meter where there is one, else by a tracker."""
    own = [row for row in rows if (row.smell, row.quantity) == (smell, "energy_wh")]
    return min(own, key=lambda row: row.instrument != "meter", default=None)


def loaded_words(results: Results) -> str:
    """Say that other work ran on the machine, so that its times are no costs; empty where none did."""
    busy = sum(row.code == BASELINE_BUSY.code for row in results.findings)
    if not busy:
        return ""
    return (
        f"The machine did other work in {count(busy)} baseline run{'' if busy == 1 else 's'}: do not quote "
        "times and energies of this campaign as costs. Memory per epoch does not depend on it."
    )


def answers(rows: list[SmellRow], energy: EnergyUnit = WH) -> list[str]:
    """Say in a sentence or two for each smell what it costs in energy."""
    found = (energy_row(rows, smell) for smell in dict.fromkeys(row.smell for row in rows))
    return [verdict_words(row, energy) for row in found if row is not None]


def signed(value: float | None, low: float | None = None, high: float | None = None) -> str:
    """Return a number with its sign, to the place its interval allows."""
    if value is None:
        return ABSENT
    known = low is not None and high is not None
    text = in_interval(value, low, high) if known else plain(value, _SIGNIFICANT)
    return f"+{text}" if value > 0 else text


def with_interval_words(
    value: float | None, low: float | None, high: float | None, unit: str, *, said: str = ""
) -> str:
    """Return ``+24.8 % (95 % interval 22.1 to 27.5)``; the value alone where there is no interval."""
    text = f"{signed(value, low, high)} {unit}"
    if low is None or high is None:
        return text
    return f"{text} ({said}{in_interval(low, low, high)} to {in_interval(high, low, high)})"


def pct_words(row: SmellRow, energy: EnergyUnit = WH, *, said: str = "95 % interval ") -> str:
    """Return the percentage with its interval; the difference where there is no percentage, and of growth."""
    if row.pct is not None and row.quantity not in GROWTHS:
        return with_interval_words(row.pct, row.pct_low, row.pct_high, "%", said=said)
    shown, unit = in_unit(row, energy), _unit_words(row.quantity, energy)
    return with_interval_words(shown.difference, shown.difference_low, shown.difference_high, unit, said=said)


def cost_words(row: SmellRow, energy: EnergyUnit = WH) -> str:
    """Return a cost in a few words: with its interval, or with what would have been detected."""
    if row.verdict == "too few repeats":
        return row.verdict
    if row.verdict.startswith("costs"):
        return pct_words(row, energy, said="")
    found = f"{row.verdict}: {pct_words(row, energy, said='')}"
    if row.verdict != "no difference found" or row.detectable is None:
        return found
    return f"{found}, {_detectable_size(row, energy)} or more would have been detected"


def verdict_words(row: SmellRow, energy: EnergyUnit = WH) -> str:
    """Say what a smell costs in one quantity, by one instrument."""
    pairs = f"{count(row.pairs)} pair{'' if row.pairs == 1 else 's'}"
    words, pct = QUANTITIES[row.quantity].words, pct_words(row, energy)
    if row.verdict in ("costs more", "costs less"):
        more = row.verdict.removeprefix("costs ")
        return f"{row.smell} costs {more} {words}: {pct}, {_test_words(row)}, {pairs} {_by(row)}."
    if row.verdict == "no difference found":
        return (
            f"{row.smell}: no difference in {words} found, {pct}, {_test_words(row)}, {pairs} "
            f"{_by(row)}.{detectable_words(row, energy)}"
        )
    if row.verdict == "too few repeats":
        return f"{row.smell}: too few repeats for a verdict on {words} ({pairs}, three are needed)."
    note = f" ({row.note})" if row.note else ""
    return f"{row.smell}: no verdict on {words}, {pct}{note}."


def _by(row: SmellRow) -> str:
    """Return ``by the meter``, or of a tracker ``by codecarbon``."""
    return f"by the {row.instrument}" if row.instrument in _INSTRUMENTS else f"by {row.instrument}"


def _test_words(row: SmellRow) -> str:
    if row.p_holm is None or (row.family_size or 0) < 2:
        return p_words(row.p)
    text = f"{p_words(row.p_holm)} after Holm"
    alone = row.p is not None and row.p < 1 - CONFIDENCE <= row.p_holm
    return f"{text} ({p_words(row.p)} in this test alone)" if alone else text


def detectable_words(row: SmellRow, energy: EnergyUnit = WH) -> str:
    """Say which cost would probably have been detected; empty where that is not known."""
    if row.detectable is None:
        return ""
    size = _detectable_size(row, energy)
    return f" A difference of {size} or more would have been detected with a chance of 80 %."


def _detectable_size(row: SmellRow, energy: EnergyUnit) -> str:
    if row.detectable_pct is not None and row.quantity not in GROWTHS:
        return f"{plain(row.detectable_pct, 2)} %"
    return f"{plain(in_unit(row, energy).detectable, 2)} {_unit_words(row.quantity, energy)}"


def parts_words(row: SmellRow, energy: EnergyUnit = WH) -> str:
    """Say whether the difference is one of time or of power; empty where that is not known."""
    if row.time_part is None or row.power_part is None:
        return ""
    shown = in_unit(row, energy)
    time = signed(shown.time_part, shown.time_part_low, shown.time_part_high)
    power = signed(shown.power_part, shown.power_part_low, shown.power_part_high)
    unit = _unit_words(row.quantity, energy)
    return f"By longer or shorter runs: {time} {unit}; by higher or lower power: {power} {unit}."


def memory_words(row: SmellRow) -> str:
    """Say how the memory grows without and with the smell."""
    where = "GPU's memory" if row.instrument == "gpu" else "process's memory"
    unit = QUANTITIES[row.quantity].unit
    smelly = row.mean_smelly, row.mean_smelly_low, row.mean_smelly_high
    clean = row.mean_clean, row.mean_clean_low, row.mean_clean_high
    return (
        f"The {where} grows by {with_interval_words(*smelly, unit)}, without the smell by "
        f"{with_interval_words(*clean, unit)}: {_GROWTH_WORDS.get(row.verdict, row.verdict)}."
    )


def tracker_words(row: SmellRow, energy: EnergyUnit) -> str:
    """Say what a tracker makes of the smell, and whether it agrees with the meter."""
    text = f"{row.instrument} says {pct_words(row, energy)}"
    if row.meter_pct is None or row.agrees is None:
        return f"{text}; the meter's energy in the same runs is not known."
    meter = f"the meter in the same runs {signed(row.meter_pct)} %"
    if row.agrees == "too few repeats":
        return f"{text}, {meter}: too few repeats to compare them."
    points = with_interval_words(
        row.excess_pct, row.excess_pct_low, row.excess_pct_high, "percentage points", said="95 % interval "
    )
    verdict = "no disagreement found" if row.agrees == "no difference found" else "they differ"
    return f"{text}, {meter}: {verdict}, {points}."
