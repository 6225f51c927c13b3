"""A host behind a real sshd on this machine, with keys, configuration and a home of its own."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

SSHD = shutil.which("sshd", path="/usr/sbin:/usr/local/sbin:/usr/bin")
NAME = "sut1"

_SSHD_CONFIG = """
Port {port}
ListenAddress {address}
HostKey {folder}/host_key
AuthorizedKeysFile {folder}/client_key.pub
PidFile none
UsePAM no
StrictModes no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
SetEnv HOME={home} {variables}
"""
_SSH_CONFIG = """
Host {name}
    HostName {address}
    Port {port}
    IdentityFile {folder}/client_key
    IdentitiesOnly yes
    UserKnownHostsFile {folder}/known_hosts
    GlobalKnownHostsFile /dev/null
"""


class SshBench:
    """An sshd and the client's side of it: the program ``ssh`` in `programs` knows the host as ``sut1``.

    Args:
        folder: gets everything, also the home of the user as the host has it.
        address: where it listens.
        prefix: command that runs another one where the host is, such as in a network namespace.
        variables: of the host's processes.
        home: of the user there; a new one in the folder if ``None``.
    """

    def __init__(
        self,
        folder: Path,
        address: str = "127.0.0.1",
        prefix: tuple[str, ...] = (),
        variables: Mapping[str, str] | None = None,
        home: Path | None = None,
    ) -> None:
        self.folder, self.home, self.programs = folder, home or folder / "home", folder / "bin"
        self._address, self._prefix = address, prefix
        self.port = _free_port()
        for part in (self.home, self.programs):
            part.mkdir(parents=True, exist_ok=True)
        for name in ("host_key", "client_key"):
            command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", folder / name]
            subprocess.run(command, check=True)
        words = " ".join(f"{key}={value}" for key, value in (variables or {}).items())
        values = {"folder": folder, "home": self.home, "port": self.port, "address": address}
        (folder / "sshd_config").write_text(_SSHD_CONFIG.format(**values, variables=words))
        (folder / "ssh_config").write_text(_SSH_CONFIG.format(**values, name=NAME))
        self.trust((folder / "host_key.pub").read_text())
        ssh = self.programs / "ssh"
        ssh.write_text(f'#!/bin/sh\nexec {shutil.which("ssh")} -F {folder}/ssh_config "$@"\n')
        ssh.chmod(0o755)
        if os.geteuid() == 0:
            Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
        self.up()

    def trust(self, key: str) -> None:
        """Make this the only host key that the client knows."""
        words = f"[{self._address}]:{self.port} {key}" if key else ""
        (self.folder / "known_hosts").write_text(words)

    @property
    def environment(self) -> dict[str, str]:
        """Variables of a controller that reaches the host as ``sut1``."""
        return {"PATH": f"{self.programs}:{os.environ['PATH']}"}

    def up(self) -> None:
        """Start sshd and wait until it answers."""
        command = [*self._prefix, SSHD or "sshd", "-D", "-e", "-f", self.folder / "sshd_config"]
        with open(self.folder / "sshd.log", "a") as log:
            self._sshd = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stderr=log, start_new_session=True
            )
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            try:
                socket.create_connection((self._address, self.port), 1).close()
                return
            except OSError:
                time.sleep(0.02)
        raise AssertionError((self.folder / "sshd.log").read_text())

    def down(self) -> None:
        """Kill sshd with all of its connections; what their users started in sessions of their own stays."""
        found = [self._sshd.pid]
        for pid in found:
            found += _children(pid)
        for pid in found:
            command = Path(f"/proc/{pid}/comm")
            if command.exists() and command.read_text().startswith("sshd"):
                os.kill(pid, signal.SIGKILL)
        self._sshd.wait()


def need_sshd() -> None:
    """Skip the test where there is no sshd."""
    if SSHD is None or shutil.which("ssh") is None:
        pytest.skip("no sshd on this machine (apt-get install openssh-server)")


def _children(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except FileNotFoundError:
        return []


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
