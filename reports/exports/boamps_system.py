"""Hardware and software of the SUT in the words of BoAmps, from the inventory in ``environment.json``."""

from typing import Any

_KIB_PER_GIB = 1024.0**2
_MIB_PER_GIB = 1024.0
_FRAMEWORKS = ("lightning", "transformers", "keras", "torch", "tensorflow", "jax", "sklearn")
"""The nearest to the program first."""


def infrastructure_type(sut: dict[str, Any]) -> str:
    """Return ``onPremise`` for a machine without a hypervisor, else ``other``: whose it is, is not known."""
    return "onPremise" if sut.get("virtualisation") == "none" else "other"


def components(sut: dict[str, Any]) -> list[dict[str, Any]]:
    """Return processors, memory, graphics cards and disks, as far as the inventory has them."""
    cpu, ram = sut.get("cpu") or {}, sut.get("ram") or {}
    found = []
    if cpu.get("model"):
        name = str(cpu["model"])
        found.append(
            {"componentName": name, "componentType": "cpu", "nbComponent": int(cpu.get("sockets") or 1)}
        )
    if ram.get("total_kib"):
        size = round(ram["total_kib"] / _KIB_PER_GIB)
        found.append({"componentType": "ram", "nbComponent": 1, "memorySize": size})
    for card in sut.get("gpus") or []:
        size_mib = card.get("memory_mib")
        size = None if size_mib is None else round(size_mib / _MIB_PER_GIB)
        named = {"componentName": card.get("name"), "componentType": "gpu", "nbComponent": 1}
        found.append({**named, "memorySize": size})
    for disk in sut.get("disks") or []:
        kind = {True: "hdd", False: "ssd"}.get(disk.get("rotating"), "disk")
        size = round(disk["size_gb"]) if disk.get("size_gb") else None
        named = {"componentName": disk.get("model"), "componentType": kind, "nbComponent": 1}
        found.append({**named, "memorySize": size})
    return found


def software(environment: dict[str, Any]) -> tuple[dict[str, Any] | None, tuple[str | None, str | None]]:
    """Return the language, and name and version of the framework, of the environment of a program.

    Args:
        environment: ``{"python": ..., "packages": {name: version}}``; empty where the program has none.
    """
    if not environment.get("python"):
        return None, (None, None)
    packages = environment.get("packages") or {}
    framework = next((name for name in _FRAMEWORKS if name in packages), None)
    language = {"language": "python", "version": str(environment["python"])}
    return language, (framework, packages.get(framework) if framework else None)
