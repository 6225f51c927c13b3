"""``lab profile --list``: the calls of a program, found by reading it."""

from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any, NamedTuple

from lab.cli.output import make_stderr, print_json, stdout
from records.errors import ConfigurationError
from reports.words.texts import counted
from source.calls import CallSite, call_sites
from source.files import Unread
from source.program import program_flows


class _Listed(NamedTuple):
    path: Path
    site: CallSite


def print_calls(start: Path, libraries: Collection[str], as_json: bool) -> None:
    """Print the calls of a program and of its local modules that may reach some libraries.

    Raises:
        ConfigurationError: the program cannot be read.
    """
    listed: list[_Listed] = []
    unread: list[tuple[Path, str]] = []
    for path, flow in program_flows(start):
        if isinstance(flow, Unread):
            if path == start:
                raise ConfigurationError(
                    f"{start}: expected a Python program or a notebook, but: {flow.reason}"
                )
            unread.append((path, flow.reason))
            continue
        if flow.file.unread is not None:
            unread.append((path, flow.file.unread.reason))
        listed += (_Listed(path, site) for site in call_sites(flow) if site.may_reach(libraries))
    if as_json:
        print_json(
            {
                "calls": [_as_json(*item) for item in listed],
                "unread": [{"file": str(path), "reason": reason} for path, reason in unread],
            }
        )
        return
    for path, site in listed:
        cell = f"cell {site.cell}:" if site.cell is not None else ""
        mark = "@" if site.kind == "decorator" else ""
        stdout.print(f"{path}:{cell}{site.line}:{site.column}: {site.api or '?'}  {mark}{site.expression}")
    _print_summary(listed, unread)


def _as_json(path: Path, site: CallSite) -> dict[str, Any]:
    place = {"file": str(path), "cell": site.cell, "line": site.line, "column": site.column}
    return {**place, "kind": site.kind, "expression": site.expression, "api": site.api}


def _print_summary(listed: list[_Listed], unread: Iterable[tuple[Path, str]]) -> None:
    stderr = make_stderr()
    for path, reason in unread:
        stderr.print(f"{path}: not read: {reason}")
    undecided = sum(site.api is None for _, site in listed)
    hint = f", {undecided} of them (?) with an API that only running the program shows" if undecided else ""
    stderr.print(f"{counted(len(listed), 'call')}{hint}.")
