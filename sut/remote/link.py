"""The link to a host: commands over one multiplexed connection of the system's OpenSSH client.

The user's ssh configuration, agent and jump hosts are used as they are. Host keys are always checked: a host
that ``known_hosts`` does not have is refused, whatever the configuration says.
"""

import atexit
import os
import shlex
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from records.errors import SutError

SSH_FAILED = 255
"""Exit code of ssh(1) when the connection failed, not the command."""

_CONNECT_S = 15
_KEEPALIVE_S = 5
_KEEPALIVES = 3
_MASTER_S = 60
_LONGEST_PAUSE_S = 5.0
_LAST_LINES = 3
_LONGEST_FOLDER = 60
"""Characters of the temporary folder, so that the name of the shared connection's socket has at most 107: ssh
adds 17 to it while it makes the socket."""

# In the background and with its own descriptors closed, so that the shell keeps no end of a pipe open.
_WITH_TAIL = """
tail=$1; shift; exec 3<&0
{ cat <&3 && printf "%s\\n" "$tail"; } | "$@" 3<&- &
exec 0<&- 1>&- 3<&-
wait
"""

_REFUSED = {
    "remote host identification has changed": (
        "its host key is not the one in known_hosts. Find out why; if the host was set up anew, remove the "
        "old key with `ssh-keygen -R`, and compare the new one before you accept it"
    ),
    "host key verification failed": (
        "its host key is unknown. Run `ssh {host}` once by hand, compare the fingerprint with the host's "
        "(`ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub` there), and accept it"
    ),
    "permission denied (": (
        "it refuses the login, and nobody is asked for a password here. Set up a key: `ssh-keygen` and "
        "`ssh-copy-id {host}`, or load the key into the agent with `ssh-add`"
    ),
    "could not resolve hostname": (
        "there is no host of this name. Correct [sut] host in lab.toml, or add it to ~/.ssh/config"
    ),
    "connection refused": "nothing answers on its ssh port. Start sshd there, or correct the port",
    "timed out": "it does not answer. See whether it is switched on and the network reaches it",
    "no route to host": "the network does not reach it. Check cable, address and firewall",
    "network is unreachable": "the network does not reach it. Check cable, address and firewall",
}
_FOR_GOOD = ("remote host identification", "host key verification", "permission denied (")
"""In the words of ssh: a program of the SUT, too, can be denied a permission."""


@dataclass(frozen=True, slots=True)
class Done:
    """A command that has ended.

    Attributes:
        code: its exit code.
        output, errors: what it wrote.
    """

    code: int
    output: bytes
    errors: str


class Link:
    """Commands on a host over ssh.

    Args:
        host: as `ssh` takes it: ``user@name``, or a name in the user's ssh configuration.
        lost_s: how long to try again when a connection that worked is lost, in seconds.
    """

    def __init__(self, host: str, lost_s: float) -> None:
        self.host, self.lost_s = host, lost_s
        here = None if len(tempfile.gettempdir()) <= _LONGEST_FOLDER else "/tmp"
        self._folder = Path(tempfile.mkdtemp(prefix="wattlab-ssh-", dir=here))
        self.works = False
        atexit.register(self.close)

    def argv(self, script: str, *arguments: str) -> list[str]:
        """Return the ssh command that runs a script of the shell with arguments on the host."""
        options = {
            "BatchMode": "yes",
            "StrictHostKeyChecking": "yes",
            "ConnectTimeout": _CONNECT_S,
            "ServerAliveInterval": _KEEPALIVE_S,
            "ServerAliveCountMax": _KEEPALIVES,
            "ControlMaster": "auto",
            "ControlPath": self._folder / "link",
            "ControlPersist": _MASTER_S,
            "ForwardAgent": "no",
            "ForwardX11": "no",
            "ClearAllForwardings": "yes",
            "PermitLocalCommand": "no",
            "RemoteCommand": "none",
        }
        flags = [word for key, value in options.items() for word in ("-o", f"{key}={value}")]
        return [
            "ssh",
            "-T",
            *flags,
            "--",
            self.host,
            shlex.join(["exec", "sh", "-c", script, "sh", *arguments]),
        ]

    def run(
        self,
        script: str,
        *arguments: str,
        given: Callable[[], IO[bytes]] | None = None,
        taken: IO[bytes] | None = None,
        timeout_s: float | None = None,
    ) -> Done:
        """Run a script of the shell to its end. A lost connection is made again, and the script run again.

        Args:
            script: for ``sh -c``; it must be harmless to run it twice.
            arguments: its ``$1`` and so on.
            given: opens what stands on its standard input; nothing if ``None``.
            taken: an empty file of ours that takes its output, however long, in place of ``output``.
            timeout_s: after which it is given up, in seconds.

        Raises:
            SutError: the host cannot be reached, or does not let us in.
        """
        began_s, pause_s = time.monotonic(), 0.5
        while True:
            done = self._once(self.argv(script, *arguments), given, taken, timeout_s)
            if done.code != SSH_FAILED:
                self.works = True
                return done
            waited_s = time.monotonic() - began_s
            if not self.works or is_for_good(done.errors) or waited_s > self.lost_s:
                raise self.error(done.errors)
            time.sleep(pause_s)
            pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)

    def _once(
        self,
        argv: Sequence[str],
        given: Callable[[], IO[bytes]] | None,
        taken: IO[bytes] | None,
        timeout_s: float | None,
    ) -> Done:
        # Files, not pipes: a master that goes to the background keeps its standard error open.
        with (
            tempfile.TemporaryFile() as short,
            tempfile.TemporaryFile() as errors,
            given() if given else open(os.devnull, "rb") as standard_input,
        ):
            output = taken or short
            output.seek(0)
            output.truncate()
            code = self._run(argv, standard_input, output, errors, timeout_s)
            for file in (short, errors):
                file.seek(0)
            return Done(code, short.read(), errors.read().decode(errors="replace").strip())

    def _run(
        self,
        argv: Sequence[str],
        standard_input: IO[bytes],
        output: IO[bytes],
        errors: IO[bytes],
        timeout_s: float | None,
    ) -> int:
        try:
            return subprocess.run(
                argv,
                stdin=standard_input,
                stdout=output,
                stderr=errors,
                start_new_session=True,
                timeout=timeout_s,
                check=False,
            ).returncode
        except FileNotFoundError:
            raise SutError("ssh: expected the OpenSSH client on this machine. Install it") from None
        except subprocess.TimeoutExpired:
            raise SutError(f"{self.host}: no answer within {timeout_s:g} s to: {argv[-1]}") from None

    def open(self, script: str, *arguments: str, tail: str | None = None, errors: IO[bytes]) -> Any:
        """Start a script of the shell with pipes to its standard input and from its standard output.

        Args:
            script: for ``sh -c``.
            arguments: its ``$1`` and so on.
            tail: a line that is written to it when our end of the pipe closes, as it does when we are killed.
            errors: the open file that takes what ssh says.

        Returns:
            The process (``subprocess.Popen`` of bytes), leader of a session of its own.
        """
        argv = self.argv(script, *arguments)
        if tail is not None:
            argv = ["sh", "-c", _WITH_TAIL, "sh", tail, *argv]
        return subprocess.Popen(
            argv,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            bufsize=0,
            start_new_session=True,
        )

    def error(self, words: str) -> SutError:
        """Return the error that says what ssh said, and what to do about it."""
        found = next((fix for text, fix in _REFUSED.items() if text in words.lower()), None)
        said = " / ".join(line.strip() for line in words.splitlines()[-_LAST_LINES:]) or "ssh said nothing"
        advice = "that failed. See whether `ssh {host}` works by hand" if found is None else found
        if not self.works or is_for_good(words):
            return SutError(
                f"{self.host}: expected to log in over ssh, but {advice.format(host=self.host)}. ({said})"
            )
        return SutError(
            f"{self.host}: the link has been lost for {self.lost_s:g} s, and what ran there for us has ended "
            f"itself. Last: {said}. Repair the link, then continue"
        )

    def close(self) -> None:
        """End the shared connection."""
        if not self._folder.exists():
            return
        for path in self._folder.iterdir():
            subprocess.run(
                ["ssh", "-o", f"ControlPath={path}", "-O", "exit", "--", self.host],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=False,
            )
        shutil.rmtree(self._folder, ignore_errors=True)


def is_for_good(words: str) -> bool:
    """Say whether ssh was refused in a way that trying again does not change."""
    return any(text in words.lower() for text in _FOR_GOOD)
