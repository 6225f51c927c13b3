import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.errors import SutError
from records.host import HOST_COLUMNS, read_host
from sut.collectors.host import HostSampler
from sut.collectors.procfs import (
    Counters,
    CpuTime,
    ProcFiles,
    parse_cpu,
    parse_disks,
    parse_interfaces,
    parse_ram_used_kib,
    rates,
)

STAT_1 = "cpu  1000 10 200 8000 500 20 30 40 300 0\ncpu0 1000 10 200 8000 500 20 30 40 300 0\n"
STAT_2 = "cpu  1100 10 240 8040 510 20 40 40 330 0\n"
MEMINFO = "MemTotal:       24684084 kB\nMemFree:        23402032 kB\nMemAvailable:   23900000 kB\n"
DISKSTATS_1 = """\
   7       0 loop0 5 0 50 0 5 0 50 0 0 0 0
 259       0 nvme0n1 100 0 2000 10 200 0 4000 20 0 30 30 0 0 0 0
 259       1 nvme0n1p1 100 0 2000 10 200 0 4000 20 0 30 30
 253       0 dm-0 100 0 2000 10 200 0 4000 20 0 30 30
"""
DISKSTATS_2 = DISKSTATS_1.replace(" 2000 ", " 2400 ").replace(" 4000 ", " 12000 ")
NET_HEAD = "Inter-|   Receive  |  Transmit\n face |bytes packets|bytes packets\n"
NET_1 = NET_HEAD + (
    "    lo:    9999 29 0 0 0 0 0 0     9999 29 0 0 0 0 0 0\n"
    "  eth0:  100000  1 0 0 0 0 0 0    50000  1 0 0 0 0 0 0\n"
    " veth1:  100000  1 0 0 0 0 0 0    50000  1 0 0 0 0 0 0\n"
)
NET_2 = NET_1.replace(" 100000 ", " 120480 ").replace(" 50000 ", " 55120 ")
TREE = {
    "proc/stat": STAT_1,
    "proc/meminfo": MEMINFO,
    "proc/diskstats": DISKSTATS_1,
    "proc/net/dev": NET_1,
    "sys/block/nvme0n1/device/": "",
    "sys/block/dm-0/": "",
    "sys/block/loop0/": "",
    "sys/class/net/eth0/device/": "",
    "sys/class/net/veth1/": "",
    "sys/class/net/lo/": "",
}


def test_the_cpu_is_busy_when_it_is_neither_idle_nor_waiting_and_guest_time_counts_once():
    # user nice system irq softirq steal = 1000+10+200+20+30+40; idle and iowait are 8000+500
    assert parse_cpu(STAT_1) == CpuTime(busy=1300, total=9800)


def test_used_memory_holds_the_page_cache():
    assert parse_ram_used_kib(MEMINFO) == 24684084 - 23402032


def test_disks_count_sectors_read_and_written():
    assert parse_disks(DISKSTATS_1, ["nvme0n1", "sda"]) == {"nvme0n1": (2000, 4000)}


def test_interfaces_count_bytes_received_and_sent():
    assert parse_interfaces(NET_1, ["eth0"]) == {"eth0": (100000, 50000)}


def test_an_interface_with_a_long_name_begins_its_line_and_is_not_taken_for_another():
    # the kernel pads names to six characters, so a longer one has no space before it
    text = NET_HEAD + "enp0s31f6:  7 1 0 0 0 0 0 0  8 1 0 0 0 0 0 0\nxenp0s31f6: 1 1 0 0 0 0 0 0  1 1 0\n"
    assert parse_interfaces(text, ["enp0s31f6"]) == {"enp0s31f6": (7, 8)}


@pytest.mark.parametrize("text", ["", "intr 5\n", "cpu 1 2\n"])
def test_a_stat_file_without_its_first_line_is_refused(text):
    with pytest.raises(SutError, match="/proc/stat: expected the line 'cpu user"):
        parse_cpu(text)


def test_a_meminfo_without_free_memory_is_refused():
    with pytest.raises(SutError, match="expected MemTotal and MemFree"):
        parse_ram_used_kib("MemTotal: 5 kB\n")


def test_only_whole_physical_disks_and_real_interfaces_are_counted(machine):
    root = machine(TREE)
    proc = ProcFiles(root)
    before = proc.read(10.0)
    (root / "proc/stat").write_text(STAT_2)
    (root / "proc/diskstats").write_text(DISKSTATS_2)
    (root / "proc/net/dev").write_text(NET_2)
    reading = rates(before, proc.read(12.0))
    proc.close()
    # busy 1300 -> 1450 of 9800 -> 10000 ticks
    assert reading.cpu_load_pct == pytest.approx(100 * 150 / 200)
    assert reading.ram_used_kib == 1282052
    # 400 and 8000 sectors of half a KiB in 2 s, of nvme0n1 alone
    assert (reading.disk_read_kib_s, reading.disk_write_kib_s) == (100.0, 2000.0)
    # 20480 and 5120 bytes in 2 s, of eth0 alone
    assert (reading.net_rx_kib_s, reading.net_tx_kib_s) == (10.0, 2.5)


def test_in_a_container_without_a_device_every_interface_but_lo_counts(machine):
    root = machine({name: text for name, text in TREE.items() if name != "sys/class/net/eth0/device/"})
    proc = ProcFiles(root)
    assert proc.read(0.0).interfaces == {"eth0": (100000, 50000), "veth1": (100000, 50000)}
    proc.close()


def test_a_disk_that_was_plugged_in_later_counts_from_its_second_row(machine):
    root = machine({**TREE, "sys/block/sda/device/": ""})
    proc = ProcFiles(root)
    before = proc.read(0.0)
    with_stick = DISKSTATS_1 + "   8       0 sda 1 0 800 1 1 0 800 1 0 1 1\n"
    (root / "proc/diskstats").write_text(with_stick)
    plugged = proc.read(1.0)
    assert rates(before, plugged).disk_read_kib_s == 0.0
    (root / "proc/diskstats").write_text(with_stick.replace("1 0 800 1 1", "1 0 820 1 1"))
    assert rates(plugged, proc.read(2.0)).disk_read_kib_s == 10.0
    proc.close()


def test_a_counter_that_went_backwards_gives_no_figure_and_the_others_stay():
    before = Counters(0.0, CpuTime(50, 100), 7, {"sda": (10, 10)}, {"eth0": (1024, 1024)})
    after = Counters(1.0, CpuTime(60, 120), 8, {"sda": (30, 30)}, {"eth0": (0, 2048)})
    reading = rates(before, after)
    assert (reading.net_rx_kib_s, reading.net_tx_kib_s) == (None, None)
    assert (reading.cpu_load_pct, reading.disk_read_kib_s) == (50.0, 10.0)


@given(
    busy=st.integers(0, 10**6),
    idle=st.integers(0, 10**6),
    start=st.integers(0, 10**12),
)
def test_the_load_is_always_between_none_and_all(busy, idle, start):
    before = Counters(0.0, CpuTime(start, 2 * start), 0, {}, {})
    after = Counters(1.0, CpuTime(start + busy, 2 * start + busy + idle), 0, {}, {})
    load_pct = rates(before, after).cpu_load_pct
    if busy + idle == 0:
        assert load_pct is None
    else:
        assert load_pct == pytest.approx(100 * busy / (busy + idle))


def test_large_proc_files_are_read_to_their_end(machine):
    lines = "".join(f" eth{n}:  1000 1 0 0 0 0 0 0  500 1 0 0 0 0 0 0\n" for n in range(3000))
    folders = {f"sys/class/net/eth{n}/device/": "" for n in range(3000)}
    proc = ProcFiles(machine({**TREE, "proc/net/dev": NET_HEAD + lines, **folders}))
    assert len(proc.read(0.0).interfaces) == 3000
    proc.close()


def test_a_machine_without_proc_is_refused_with_the_missing_file(tmp_path):
    with pytest.raises(SutError, match="proc/stat: expected to read the host's counters"):
        ProcFiles(tmp_path)


def test_rows_of_this_machine_are_read_back_by_the_records(run_dir):
    sampler = HostSampler(run_dir / "host.csv", 1.0)
    begun = time.time()
    sampler.sample()
    sampler.sample()
    sampler.close()
    table = read_host(run_dir)
    assert table is not None and tuple(table.frame.columns) == HOST_COLUMNS
    assert table.frame["t_utc_s"].between(begun - 1e-6, time.time()).all()
    assert (table.frame["ram_used_kib"] > 0).all()


_LOAD = """
import os, sys, time
path = sys.argv[1]
block = os.urandom(1 << 20)
while os.getppid() != 1:
    with open(path, "wb", buffering=0) as file:
        file.write(block)
        os.fsync(file.fileno())
    end = time.monotonic() + 0.1
    while time.monotonic() < end:
        pass
"""


@pytest.mark.skipif(shutil.which("collectl") is None, reason="collectl is not installed")
def test_the_sampler_agrees_with_collectl_on_the_same_seconds_of_real_load(tmp_path, wait_until):
    """A steady load runs before, during and after both recordings."""
    folders = [tmp_path / "procfs", tmp_path / "collectl"]
    for folder in folders:
        folder.mkdir()
    command = [sys.executable, "-m", "sut.collectors.collect", "--interval", "0.5", "--out"]
    load = subprocess.Popen([sys.executable, "-c", _LOAD, str(tmp_path / "written")])
    collectors = [
        subprocess.Popen([*command, str(folder), "--collectl", how], stdout=subprocess.DEVNULL)
        for folder, how in zip(folders, ("never", "auto"), strict=True)
    ]
    try:
        for folder in folders:
            wait_until(lambda folder=folder: _rows(folder) >= 14, f"14 rows in {folder.name}")
    finally:
        for process in (*collectors, load):
            process.terminate()
            process.wait()
    ours, theirs = (_over(folders[0], folders[1]), _over(folders[1], folders[0]))
    # Over about 14 rows the two windows differ by up to one row at the ends; collectl gives whole
    # percents. The load is steady, so a tenth of a CPU covers both.
    assert ours["cpu_load_pct"] > 10
    assert ours["cpu_load_pct"] == pytest.approx(theirs["cpu_load_pct"], abs=10)
    assert ours["ram_used_kib"] == pytest.approx(theirs["ram_used_kib"], rel=0.1)
    # One row in 14 more or less, and bursts of the page cache's own writing: a quarter.
    if theirs["disk_write_kib_s"] > 1000:
        assert ours["disk_write_kib_s"] == pytest.approx(theirs["disk_write_kib_s"], rel=0.25)


def _rows(folder: Path) -> int:
    paths = [path for path in (folder / "host.csv", folder / "collectl.tab") if path.is_file()]
    return sum(line[:1].isdigit() for path in paths for line in path.read_text().splitlines())


def _over(folder: Path, other: Path):
    """Means of a recording over the seconds that both recordings hold."""
    mine, theirs = (read_host(path) for path in (folder, other))
    assert mine is not None and theirs is not None
    start = max(mine.frame["t_utc_s"].iloc[0], theirs.frame["t_utc_s"].iloc[0])
    stop = min(mine.frame["t_utc_s"].iloc[-1], theirs.frame["t_utc_s"].iloc[-1])
    return mine.frame[mine.frame["t_utc_s"].between(start - 0.25, stop + 0.25)].mean()
