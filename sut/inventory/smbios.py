"""The memory modules, from the firmware's own table in /sys/firmware/dmi/tables/DMI (root reads it).

Source: DMTF DSP0134, System Management BIOS reference specification, 7.18 "Memory Device (Type 17)".
Serial numbers and asset tags are not read.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

_MEMORY_DEVICE = 17
_END_OF_TABLE = 127
_TYPES = {0x18: "DDR3", 0x1A: "DDR4", 0x1E: "LPDDR4", 0x20: "HBM", 0x21: "HBM2", 0x22: "DDR5", 0x23: "LPDDR5"}


def memory_modules(root: Path = Path("/")) -> list[dict[str, Any]] | None:
    """Return the fitted modules, ``None`` where the table is absent or only root may read it.

    Returns:
        One ``{size_mib, type, speed_mt_s, manufacturer, part_number}`` per module; unknown is ``None``.
    """
    try:
        table = (root / "sys/firmware/dmi/tables/DMI").read_bytes()
    except OSError:
        return None
    modules = [_module(data, strings) for kind, data, strings in _structures(table) if kind == _MEMORY_DEVICE]
    return [module for module in modules if module["size_mib"]]


def _structures(table: bytes) -> Iterator[tuple[int, bytes, list[str]]]:
    """Split the table into (type, formatted area, strings)."""
    at = 0
    while at + 4 <= len(table):
        kind, length = table[at], table[at + 1]
        strings_end = table.find(b"\0\0", at + length)
        if length < 4 or strings_end < 0 or kind == _END_OF_TABLE:
            return
        texts = table[at + length : strings_end].decode("ascii", errors="replace").split("\0")
        yield kind, table[at : at + length], texts
        at = strings_end + 2


def _module(data: bytes, strings: list[str]) -> dict[str, Any]:
    def number(offset: int, size: int) -> int:
        return int.from_bytes(data[offset : offset + size], "little")

    def text(offset: int) -> str | None:
        index = number(offset, 1)
        return strings[index - 1].strip() or None if 0 < index <= len(strings) else None

    return {
        "size_mib": _size_mib(number(0x0C, 2), number(0x1C, 4)),
        "type": _TYPES.get(number(0x12, 1)),
        "speed_mt_s": number(0x20, 2) or number(0x15, 2) or None,  # configured, else rated
        "manufacturer": text(0x17),
        "part_number": text(0x1A),
    }


def _size_mib(size: int, extended_mib: int) -> int | None:
    if size in (0, 0xFFFF):  # empty socket, unknown
        return None
    if size == 0x7FFF:
        return extended_mib
    return (size & 0x7FFF) // 1024 if size & 0x8000 else size
