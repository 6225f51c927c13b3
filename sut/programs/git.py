"""Asking git without running anything that a repository's configuration names.

A repository may come from somebody else, and its configuration can name programs: hooks, a file system
monitor, filters, converters for a diff, commands of a remote. All of them are switched off by settings that
outrank the repository's own (``GIT_CONFIG_COUNT``, git-config(1)); nothing is fetched, no submodule is
entered, and git is ended when it takes too long or says too much.
"""

import os
import shutil
import subprocess
import threading
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

_PATIENCE_S = 20.0
_MOST_SETTINGS_BYTES = 1 << 20
_SAFE = {
    "core.fsmonitor": "false",
    "core.hooksPath": os.devnull,
    "core.quotePath": "true",
    "diff.orderFile": os.devnull,
    "diff.ignoreSubmodules": "dirty",
    "diff.submodule": "short",
    "protocol.allow": "never",
    "safe.bareRepository": "explicit",
}
_FILTER_PROGRAMS = ("clean", "smudge", "process")


class GitError(Exception):
    """Git did not answer; the message is a sentence part."""


class Git:
    """One repository, asked from a folder in it.

    Args:
        folder: where git is started.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def ask(self, *arguments: str, most_bytes: int = 1 << 20) -> bytes:
        """Return what a git command prints.

        Args:
            arguments: command and arguments.
            most_bytes: longest answer.

        Raises:
            GitError: git is not installed, refuses, takes too long, or says more than that.
        """
        return self._run(arguments, {**_SAFE, **self._no_filters}, most_bytes)

    @cached_property
    def _no_filters(self) -> dict[str, str]:
        """Settings that empty the commands of every filter that the configuration has."""
        names = self._run(("config", "--list", "--name-only", "-z"), _SAFE, _MOST_SETTINGS_BYTES)
        keys = {os.fsdecode(name) for name in names.split(b"\0")}
        filters = {key.rpartition(".")[0] for key in keys if key.startswith("filter.") and key.count(".") > 1}
        settings = {f"{name}.{program}": "" for name in filters for program in _FILTER_PROGRAMS}
        return settings | {f"{name}.required": "false" for name in filters}

    def _run(self, arguments: Sequence[str], settings: dict[str, str], most_bytes: int) -> bytes:
        program = shutil.which("git")
        if program is None:
            raise GitError("git is not installed")
        process = subprocess.Popen(
            [program, "--no-pager", "--literal-pathspecs", *arguments],
            cwd=self._folder,
            env=_environment(settings),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        watch = threading.Timer(_PATIENCE_S, process.kill)
        watch.start()
        try:
            assert process.stdout is not None
            with process.stdout as stream:
                answer = stream.read(most_bytes + 1)
            if len(answer) > most_bytes:
                process.kill()
            code = process.wait()
        finally:
            watch.cancel()
        if len(answer) > most_bytes:
            raise GitError(f"git {arguments[0]} says more than {most_bytes} bytes")
        if code != 0:
            ended = f"within {_PATIENCE_S:g} s" if code < 0 else f"and ends with {code}"
            raise GitError(f"git {arguments[0]} does not answer {ended}")
        return answer


def _environment(settings: dict[str, str]) -> dict[str, str]:
    """Return the environment of git: none of its variables but ours, and its messages in English."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    pairs = {}
    for number, (key, value) in enumerate(settings.items()):
        pairs[f"GIT_CONFIG_KEY_{number}"], pairs[f"GIT_CONFIG_VALUE_{number}"] = key, value
    return {
        **kept,
        **pairs,
        "GIT_CONFIG_COUNT": str(len(settings)),
        "GIT_ALLOW_PROTOCOL": "none",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "LC_ALL": "C",
    }
