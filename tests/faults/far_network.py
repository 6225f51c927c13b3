"""A network that delays and loses packets, between this machine and a network namespace.

The kernel's netem is not everywhere. Here each side has a tun device, and a process between the two holds
every IP packet back for a time, drops some, and drops all while the link is cut. Linux, root.
"""

import contextlib
import fcntl
import heapq
import os
import random
import select
import shutil
import struct
import subprocess
import sys
import time
from pathlib import Path

_TUNSETIFF, _IFF_TUN, _IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
_LARGEST = 1 << 16
_HERE, _THERE = "198.18.0.1", "198.18.0.2"
"""Of the block for tests of networks (RFC 2544)."""


def why_not() -> str:
    """Return why there can be none here, or an empty text."""
    if os.geteuid() != 0:
        return "only root can make network namespaces"
    if not Path("/dev/net/tun").exists() or shutil.which("ip") is None:
        return "no /dev/net/tun, or no program ip"
    probe = ["unshare", "--net", "--mount", "true"]
    if subprocess.run(probe, capture_output=True, check=False).returncode != 0:
        return "no network namespaces here"
    return ""


class FarNetwork:
    """A namespace behind a slow and lossy link.

    Args:
        delay_s: of each packet, one way, in seconds.
        loss: share of the packets that are lost.

    Attributes:
        address: of the namespace, as this machine reaches it.
        enter: command that runs another one there.
    """

    address = _THERE

    def __init__(self, delay_s: float, loss: float) -> None:
        self._name = f"far{os.getpid()}"
        self.enter = ("ip", "netns", "exec", self._name)
        _ip("netns", "add", self._name)
        command = [sys.executable, __file__, self._name, str(delay_s), str(loss)]
        self._relay = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        if self._relay.stdout is None or self._relay.stdout.readline() != b"ready\n":
            self.close()
            raise OSError("the relay between the namespaces did not start")

    def cut(self, seconds: float) -> None:
        """Lose every packet for some seconds, from now on."""
        if self._relay.stdin is not None:
            self._relay.stdin.write(f"{seconds}\n".encode())
            self._relay.stdin.flush()

    def close(self) -> None:
        """Take everything away."""
        for pipe in (self._relay.stdin, self._relay.stdout):
            if pipe is not None:
                pipe.close()
        self._relay.wait(10)
        _ip("netns", "delete", self._name)


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True)


def _tun(name: str) -> int:
    device = os.open("/dev/net/tun", os.O_RDWR | os.O_CLOEXEC | os.O_NONBLOCK)
    fcntl.ioctl(device, _TUNSETIFF, struct.pack("16sH", name.encode(), _IFF_TUN | _IFF_NO_PI))
    return device


def relay(namespace: str, delay_s: float, loss: float) -> None:
    """Pass packets between the two devices until standard input ends."""
    names = (f"{namespace}a", f"{namespace}b")
    here, there = map(_tun, names)
    _ip("link", "set", names[1], "netns", namespace)
    _ip("address", "add", f"{_HERE}/30", "dev", names[0])
    _ip("link", "set", names[0], "up")
    for words in (("address", "add", f"{_THERE}/30", "dev", names[1]), ("link", "set", names[1], "up")):
        _ip("-netns", namespace, *words)
    _ip("-netns", namespace, "link", "set", "lo", "up")
    print("ready", flush=True)
    others, chance = {here: there, there: here}, random.Random(1)
    waiting: list[tuple[float, int, int, bytes]] = []
    cut_until_s, count = 0.0, 0
    while True:
        wait_s = max(0.0, waiting[0][0] - time.monotonic()) if waiting else None
        readable, _, _ = select.select([0, here, there], [], [], wait_s)
        now = time.monotonic()
        for device in readable:
            if device == 0:
                line = os.read(0, 64)
                if not line:
                    return
                cut_until_s = now + float(line)
                continue
            with contextlib.suppress(BlockingIOError):
                packet = os.read(device, _LARGEST)
                if now >= cut_until_s and chance.random() >= loss:
                    count += 1
                    heapq.heappush(waiting, (now + delay_s, count, others[device], packet))
        while waiting and waiting[0][0] <= now:
            _, _, device, packet = heapq.heappop(waiting)
            with contextlib.suppress(OSError):  # a device that is not up yet
                os.write(device, packet)


if __name__ == "__main__":
    relay(sys.argv[1], float(sys.argv[2]), float(sys.argv[3]))
