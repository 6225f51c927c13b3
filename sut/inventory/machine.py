"""What the SUT is made of: the table of hardware and software of a published measurement, and more.

Every reader takes the root of a file tree; what is absent there is ``None``, never guessed. No user
names, serial numbers, network addresses.
"""

import platform
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from sut.collectors.collectl_tool import collectl_version, find_collectl
from sut.collectors.nvml import Gpus, open_gpus
from sut.host import Host
from sut.inventory.environments import environment_versions
from sut.inventory.smbios import memory_modules

_SECTOR_BYTES = 512  # /sys/block/*/size counts these whatever the disk's own sector is
_KHZ_PER_MHZ = 1000


def inventory(
    host: Host, environments: Mapping[str, PurePosixPath], root: Path = Path("/")
) -> dict[str, Any]:
    """Return hardware and software of this machine as JSON types.

    Args:
        host: this machine, to run the interpreters on.
        environments: interpreters of the measured programs by the environment's name.
        root: folder that holds ``proc``, ``sys`` and ``etc``; another than ``/`` only in tests.

    Raises:
        SutError: an interpreter does not answer, or NVML is broken.
    """
    return {
        "host": _text(root / "proc/sys/kernel/hostname"),
        "cpu": cpu(root),
        "ram": {"total_kib": _ram_total_kib(root), "modules": memory_modules(root)},
        "board": board(root),
        "psu": None,  # nothing in a PC reports its power supply; the lab's notes name it
        "disks": disks(root),
        **_gpu_part(),
        "os": os_name(root),
        "kernel": _text(root / "proc/sys/kernel/osrelease"),
        "governor": governor(root),
        "boost": boost(root),
        "virtualisation": virtualisation(root),
        "lab_python": platform.python_version(),
        "collectl": collectl_version(find_collectl()),
        "environments": {name: environment_versions(host, path) for name, path in environments.items()},
    }


def cpu(root: Path = Path("/")) -> dict[str, Any]:
    """Return ``{model, sockets, cores, threads, max_mhz}``."""
    processors = _processors(root)
    ids = [(p.get("physical id"), p.get("core id")) for p in processors]
    known = bool(ids) and all(None not in pair for pair in ids)
    max_khz = _number(root / "sys/devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq")
    return {
        "model": next((p["model name"] for p in processors if "model name" in p), None),
        "sockets": len({socket for socket, _ in ids}) if known else None,
        "cores": len(set(ids)) if known else None,
        "threads": len(processors) or None,
        "max_mhz": None if max_khz is None else max_khz / _KHZ_PER_MHZ,
    }


def board(root: Path = Path("/")) -> dict[str, str | None] | None:
    """Return ``{maker, model, system, bios}`` of the main board, ``None`` without firmware tables."""
    dmi = root / "sys/class/dmi/id"
    if not dmi.is_dir():
        return None
    return {
        "maker": _text(dmi / "board_vendor"),
        "model": _text(dmi / "board_name"),
        "system": _text(dmi / "product_name"),
        "bios": _text(dmi / "bios_version"),
    }


def disks(root: Path = Path("/")) -> list[dict[str, Any]]:
    """Return ``{name, model, size_gb, rotating}`` of each physical disk (GB = 10^9 bytes)."""
    found = []
    for block in sorted(root.glob("sys/block/*")):
        sectors = _number(block / "size")
        if not (block / "device").exists() or not sectors:
            continue
        rotational = _number(block / "queue/rotational")
        found.append(
            {
                "name": block.name,
                "model": _text(block / "device/model"),
                "size_gb": round(sectors * _SECTOR_BYTES / 1e9, 1),
                "rotating": None if rotational is None else bool(rotational),
            }
        )
    return found


def os_name(root: Path = Path("/")) -> str | None:
    """Return the distribution's own name for itself, e.g. ``Debian GNU/Linux 12 (bookworm)``."""
    for line in (_text(root / "etc/os-release") or "").splitlines():
        key, _, value = line.partition("=")
        if key == "PRETTY_NAME":
            return value.strip("\"'")
    return None


def governor(root: Path = Path("/")) -> str | None:
    """Return the frequency governor of all CPUs; several are joined by a comma."""
    paths = root.glob("sys/devices/system/cpu/cpu[0-9]*/cpufreq/scaling_governor")
    return ", ".join(sorted({text for text in map(_text, paths) if text})) or None


def boost(root: Path = Path("/")) -> bool | None:
    """Return whether the CPU may exceed its base clock, ``None`` where the kernel does not say."""
    cpus = root / "sys/devices/system/cpu"
    no_turbo = _number(cpus / "intel_pstate/no_turbo")
    if no_turbo is not None:
        return not no_turbo
    allowed = _number(cpus / "cpufreq/boost")
    return None if allowed is None else bool(allowed)


def virtualisation(root: Path = Path("/")) -> str | None:
    """Return ``none``, the hypervisor where it is named, or ``yes``; ``None`` where nothing tells."""
    named = _text(root / "sys/hypervisor/type") or _hypervisor_of(_text(root / "sys/class/dmi/id/sys_vendor"))
    if named is not None:
        return named
    flags = next((p["flags"] for p in _processors(root) if "flags" in p), None)
    if flags is None:
        return None
    return "yes" if "hypervisor" in flags.split() else "none"


def gpus(cards: Gpus) -> list[dict[str, Any]]:
    """Return ``{name, memory_mib}`` of each card."""
    return [
        {"name": name, "memory_mib": cards.memory_total_mib(index)} for index, name in enumerate(cards.names)
    ]


def _gpu_part() -> dict[str, Any]:
    cards = open_gpus()
    if cards is None:
        return {"gpus": [], "nvidia_driver": None, "cuda": None}
    try:
        return {"gpus": gpus(cards), "nvidia_driver": cards.driver, "cuda": cards.cuda_version}
    finally:
        cards.close()


def _hypervisor_of(vendor: str | None) -> str | None:
    known = {"QEMU": "qemu", "VMware, Inc.": "vmware", "innotek GmbH": "virtualbox", "Xen": "xen"}
    return known.get(vendor or "")


def _processors(root: Path) -> list[dict[str, str]]:
    blocks = (_text(root / "proc/cpuinfo") or "").split("\n\n")
    parsed = [_key_values(block) for block in blocks]
    return [processor for processor in parsed if "processor" in processor]


def _key_values(block: str) -> dict[str, str]:
    pairs = (line.partition(":") for line in block.splitlines())
    return {key.strip(): value.strip() for key, _, value in pairs}


def _ram_total_kib(root: Path) -> int | None:
    total = _key_values(_text(root / "proc/meminfo") or "").get("MemTotal")
    return None if total is None else int(total.split()[0])


def _text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip() or None
    except OSError:  # this machine has no such attribute, or only root may read it
        return None


def _number(path: Path) -> int | None:
    text = _text(path)
    return int(text) if text is not None and text.isdigit() else None
