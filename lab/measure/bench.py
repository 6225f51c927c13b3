"""Which meter a measurement uses: the one that is named, else what is found on this machine.

It looks for an instrument with a USB id of its own, then for energy counters. A general serial adapter may
have any instrument behind it, or none, so it is named and not opened.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from shlex import join
from typing import Any

from lab.config.meter import VIRTUAL
from meter.adapters import recognise
from meter.line.ports import SerialPort, list_ports
from meter.registry import driver_class
from records.errors import DeviceError
from records.powercap import TREE, cannot_read, find_zones
from sut.collectors.nvml import open_gpus

_VIRTUAL_METER = {"driver": "yokogawa_wt310", "port": VIRTUAL, "virtual": {"gain_error_pct": 0.05}}
"""Fast, so that a short command is longer than its interval; its error is within its data sheet's limits."""

_GATE_READINGS = 5
_TRIAL = {
    "gate": {"readings": 3, "power_std_over_mean": 0.1},
    "sut": {"collectl": "never"},
    "analysis": {"coverage_min_pct": 80.0},
}
"""A trial on a virtual meter is short: on a busy machine a late reading is more than 1 % of a run. Its
power follows the load from one reading to the next, and collectl takes a second to start."""

_SHORTEST_INTERVAL_S, _SHORTEST_LEAD_S = 0.1, 0.5


@dataclass(frozen=True, slots=True)
class Bench:
    """A bench for measurements.

    Attributes:
        sections: as in ``lab.toml``.
        out: its folder for campaigns, or ``None``.
        notes: what the user has to know of it.
    """

    sections: dict[str, Any]
    out: str | None = None
    notes: tuple[str, ...] = ()


def meter_bench(driver: str | None, port: str) -> Bench:
    """Return a bench with one meter; without a driver the virtual one.

    Raises:
        ConfigurationError: no driver has this name.
    """
    meter = dict(_VIRTUAL_METER) if driver is None else {"driver": driver, "port": port}
    return _bench(meter)


def counter_bench(*, rapl: bool, nvml: bool, tree: Path = TREE) -> Bench:
    """Return a bench on which energy counters of CPU, graphics cards or both stand in for a meter.

    Args:
        rapl: whether those of the CPU are read.
        nvml: whether those of the graphics cards are read.
        tree: where the CPU's are; another than that of the kernel only in tests.
    """
    cpu, gpus = {"driver": "rapl", "port": str(tree)}, {"driver": "nvml", "port": "nvml"}
    if not nvml:
        return _bench(cpu, _note("processor and, on some machines, its memory", "graphics cards"))
    if not rapl:
        return _bench(gpus, _note("graphics cards", "processor, memory"))
    both = _bench(cpu, _note("processor, graphics cards and, on some machines, the memory"))
    alone = _bench(gpus).sections["meter"]
    added = {**both.sections["meter"], "interval_s": alone["interval_s"], "more": [{"name": "gpu", **alone}]}
    return replace(both, sections={**both.sections, "meter": added})


def find_bench(command: Sequence[str], tree: Path = TREE) -> Bench:
    """Return a bench with what this machine has.

    Args:
        command: what the user wants to measure, for the next step that an error names.
        tree: where the counters are; another than that of the kernel only in tests.

    Raises:
        DeviceError: there is nothing that measures energy.
    """
    adapters = [port for port in list_ports() if port.usb_id]
    for port in adapters:
        found = recognise(port.usb_id)
        if len(found.likely) == 1 and not found.possible:
            note = f"meter found on USB: {found.likely[0]} at {port.device}"
            return replace(meter_bench(found.likely[0], port.device), notes=(note,))
    why_no_rapl, nvml = _why_no_rapl(tree), _has_gpu_counter()
    if why_no_rapl is None or nvml:
        bench = counter_bench(rapl=why_no_rapl is None, nvml=nvml, tree=tree)
        cpu = [] if why_no_rapl is None else [f"counters of the CPU (RAPL): {why_no_rapl}"]
        return replace(bench, notes=(*bench.notes, *cpu, *map(_adapter_note, adapters)))
    raise DeviceError(_nothing_found(adapters, why_no_rapl, command))


def _bench(meter: dict[str, Any], *notes: str) -> Bench:
    spec = driver_class(meter["driver"]).spec
    fastest_s = max(spec.fastest_interval_s, _SHORTEST_INTERVAL_S)
    offered_s = [interval_s for interval_s in spec.intervals_s if interval_s >= _SHORTEST_INTERVAL_S]
    interval_s = min(offered_s, default=fastest_s)
    lead_s = max(2 * interval_s, _SHORTEST_LEAD_S)
    sections = {
        "meter": {"interval_s": interval_s, **meter},
        "gate": {"readings": _GATE_READINGS},
        "run": {"lead_in_s": lead_s, "lead_out_s": lead_s},
    }
    return Bench(sections | (_TRIAL if meter["port"] == VIRTUAL else {}), notes=notes)


def _note(covered: str, *missing: str) -> str:
    rest = ", ".join([*missing, "power supply, board, disks and fans"])
    return f"energy counters inside the computer instead of a meter: they cover {covered}, but not {rest}"


def _why_no_rapl(tree: Path) -> str | None:
    """Return why the CPU's counters cannot be used, ``None`` where they can."""
    zones = [zone for zone in find_zones(tree) if zone.part == "package"]
    if not zones:
        return "none"
    try:
        for zone in zones:
            zone.read_uj()
    except (OSError, ValueError) as error:
        return cannot_read(zones[0].path, error)
    return None


def _has_gpu_counter() -> bool:
    gpus = open_gpus()
    if gpus is None:
        return False
    try:
        return gpus.has_energy_counter
    finally:
        gpus.close()


def _adapter_note(port: SerialPort) -> str:
    adapter = recognise(port.usb_id)
    drivers = ", ".join([*adapter.likely, *adapter.possible][:4])
    which = f" (driver {drivers}, ...)" if drivers else ""
    return (
        f"{port.device} ({port.description}) may have a meter behind it{which}: "
        f"name it with --driver NAME --port {port.device}"
    )


def _nothing_found(adapters: Sequence[SerialPort], rapl: str, command: Sequence[str]) -> str:
    usb = "; ".join(map(_adapter_note, adapters)) or "no meter"
    words = join(command)
    return f"""found no power meter and no energy counters, so the energy of this command cannot be measured.
    USB                  {usb}
    CPU counters (RAPL)  {rapl}
    GPU counters (NVML)  none
Without them only its time and CPU time can be known (`time {words}`); energy is not estimated from these.
Next, one of:
    lab measure --driver NAME --port PORT -- {words}   with a meter (`lab meter drivers`, `lab meter ports`)
    lab measure --port virtual -- {words}   to try it: SIMULATED, nothing is measured"""
