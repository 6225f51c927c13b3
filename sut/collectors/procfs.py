"""The host's own counters, read from /proc: CPU, memory, disks, network.

This is what the lab records where collectl is absent, in the same units and with the same meaning
(`records.host.HOST_COLUMNS`). It runs alongside the measured program, so the files stay open and are
read again from their start (the kernel makes their text anew at each read), and nothing is parsed that is
not recorded.

Meaning of the columns, each over the time since the row before:

* ``cpu_load_pct``: share of all CPU time that was neither idle nor waiting for a disk, as collectl's
  ``[CPU]Totl%``. Guest time is part of user time in /proc/stat and is not added again; stolen time counts.
* ``ram_used_kib``: MemTotal minus MemFree at the moment of the row, page cache included.
* disks: whole physical ones; partitions, loop, device-mapper, md and zram devices move the same bytes twice.
* network: interfaces of a physical (or paravirtual) device; where there is none, as in a container,
  every interface but ``lo``.

Source of the formats: proc(5) and the kernel's Documentation/admin-guide/iostats.rst.
"""

import os
from collections.abc import Collection
from pathlib import Path
from typing import NamedTuple

from records.errors import SutError

_READ_BYTES = 1 << 16
_HEAD_BYTES = 512  # holds the first line of stat and the first two of meminfo
_SECTOR_KIB = 0.5  # /proc/diskstats counts sectors of 512 bytes whatever the disk's own size
_BYTES_PER_KIB = 1024


class CpuTime(NamedTuple):
    """CPU time since boot over all processors, in clock ticks."""

    busy: int
    total: int


class Counters(NamedTuple):
    """All counters at one moment.

    Attributes:
        t_mono_s: when, on the monotonic clock.
        cpu: time of all processors.
        ram_used_kib: MemTotal minus MemFree.
        disks: sectors of 512 bytes (read, written) by disk.
        interfaces: bytes (received, sent) by network interface.
    """

    t_mono_s: float
    cpu: CpuTime
    ram_used_kib: int
    disks: dict[str, tuple[int, int]]
    interfaces: dict[str, tuple[int, int]]


class HostReading(NamedTuple):
    """One row of ``host.csv`` but for its stamp; ``None`` where a counter went backwards."""

    cpu_load_pct: float | None
    ram_used_kib: int
    disk_read_kib_s: float | None
    disk_write_kib_s: float | None
    net_rx_kib_s: float | None
    net_tx_kib_s: float | None


def parse_cpu(stat: str) -> CpuTime:
    """Read the first line of /proc/stat.

    Raises:
        SutError: the text does not begin with the line of all processors.
    """
    fields = stat.partition("\n")[0].split()
    if len(fields) < 5 or fields[0] != "cpu":
        raise SutError(f"/proc/stat: expected the line 'cpu user nice system idle ...', found {stat[:60]!r}")
    # user nice system idle iowait irq softirq steal; guest and guest_nice are inside user and nice
    ticks = [int(field) for field in fields[1:9]]
    total = sum(ticks)
    return CpuTime(busy=total - sum(ticks[3:5]), total=total)


def parse_ram_used_kib(meminfo: str) -> int:
    """Return MemTotal minus MemFree of /proc/meminfo in KiB.

    Raises:
        SutError: one of the two is missing.
    """
    values = {}
    for line in meminfo.split("\n", 2)[:2]:
        name, _, value = line.partition(":")
        if name in ("MemTotal", "MemFree"):
            values[name] = int(value.split()[0])
    if len(values) == 2:
        return values["MemTotal"] - values["MemFree"]
    raise SutError(f"/proc/meminfo: expected MemTotal and MemFree in its first lines, found {meminfo[:60]!r}")


def parse_disks(diskstats: str, wanted: Collection[str]) -> dict[str, tuple[int, int]]:
    """Return the sectors (read, written) of the wanted block devices in /proc/diskstats."""
    found = {}
    for name in wanted:
        _, _, counters = diskstats.partition(f" {name} ")
        if counters:
            fields = counters.split(maxsplit=7)
            found[name] = (int(fields[2]), int(fields[6]))
    return found


def parse_interfaces(net_dev: str, wanted: Collection[str]) -> dict[str, tuple[int, int]]:
    """Return the bytes (received, sent) of the wanted interfaces in /proc/net/dev."""
    found = {}
    for line in net_dev.splitlines()[2:]:
        name, _, counters = line.partition(":")
        name = name.lstrip()
        if name in wanted:
            fields = counters.split(maxsplit=9)
            found[name] = (int(fields[0]), int(fields[8]))
    return found


def rates(before: Counters, after: Counters) -> HostReading:
    """Return what happened between two readings of the counters, per second of real time."""
    elapsed_s = after.t_mono_s - before.t_mono_s
    read, written = _moved(before.disks, after.disks)
    received, sent = _moved(before.interfaces, after.interfaces)
    return HostReading(
        cpu_load_pct=_load_pct(before.cpu, after.cpu),
        ram_used_kib=after.ram_used_kib,
        disk_read_kib_s=_per_second(read, _SECTOR_KIB, elapsed_s),
        disk_write_kib_s=_per_second(written, _SECTOR_KIB, elapsed_s),
        net_rx_kib_s=_per_second(received, 1 / _BYTES_PER_KIB, elapsed_s),
        net_tx_kib_s=_per_second(sent, 1 / _BYTES_PER_KIB, elapsed_s),
    )


def _load_pct(before: CpuTime, after: CpuTime) -> float | None:
    total, busy = after.total - before.total, after.busy - before.busy
    # idle and iowait may step back by a tick (proc(5)); such an interval gives no figure
    return 100.0 * busy / total if total > 0 and 0 <= busy <= total else None


def _moved(
    before: dict[str, tuple[int, int]], after: dict[str, tuple[int, int]]
) -> tuple[int | None, int | None]:
    """Sum both counters' growth over the devices that were there both times."""
    first, second = 0, 0
    for name, (now_first, now_second) in after.items():
        then_first, then_second = before.get(name, (now_first, now_second))
        if now_first < then_first or now_second < then_second:
            return None, None  # the device was reset: how much it moved is not known
        first += now_first - then_first
        second += now_second - then_second
    return first, second


def _per_second(amount: int | None, factor: float, elapsed_s: float) -> float | None:
    return None if amount is None or elapsed_s <= 0 else amount * factor / elapsed_s


class ProcFiles:
    """The four files of /proc, open for as long as samples are taken.

    Args:
        root: folder that holds ``proc`` and ``sys``; another than ``/`` only in tests.

    Raises:
        SutError: a file of /proc cannot be opened.
    """

    def __init__(self, root: Path = Path("/")) -> None:
        self._root = root
        self._fds = [_open(root / "proc" / name) for name in ("stat", "meminfo", "diskstats", "net/dev")]
        self._disks: list[str] = []
        self._interfaces: list[str] = []
        self._devices = (0, 0)

    def read(self, t_mono_s: float) -> Counters:
        """Read all counters once; ``t_mono_s`` is the moment of it on the monotonic clock."""
        stat, meminfo, diskstats, net_dev = self._fds
        disks, interfaces = _whole(diskstats), _whole(net_dev)
        devices = (disks.count("\n"), interfaces.count("\n"))
        if devices != self._devices:  # at first, and when one was plugged in or out
            self._devices = devices
            self._disks = self._physical_disks(disks)
            self._interfaces = self._real_interfaces(interfaces)
        return Counters(
            t_mono_s,
            parse_cpu(_head(stat)),
            parse_ram_used_kib(_head(meminfo)),
            parse_disks(disks, self._disks),
            parse_interfaces(interfaces, self._interfaces),
        )

    def close(self) -> None:
        """Close the files."""
        while self._fds:
            os.close(self._fds.pop())

    def _physical_disks(self, diskstats: str) -> list[str]:
        names = [line.split(maxsplit=3)[2] for line in diskstats.splitlines()]
        return [name for name in names if (self._root / "sys/block" / name / "device").exists()]

    def _real_interfaces(self, net_dev: str) -> list[str]:
        names = [line.partition(":")[0].strip() for line in net_dev.splitlines()[2:]]
        physical = [name for name in names if (self._root / "sys/class/net" / name / "device").exists()]
        return physical or [name for name in names if name != "lo"]


def _head(fd: int) -> str:
    return os.pread(fd, _HEAD_BYTES, 0).decode("ascii", errors="replace")


def _whole(fd: int) -> str:
    text = b""
    while part := os.pread(fd, _READ_BYTES, len(text)):  # /proc answers in pages: a short part is no end
        text += part
    return text.decode("ascii", errors="replace")


def _open(path: Path) -> int:
    try:
        return os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        raise SutError(
            f"{path}: expected to read the host's counters there, but {error.strerror}. "
            f"The SUT must be a Linux with /proc mounted"
        ) from None
